/// How far a constant can be trusted. Printed beside every constant that a user sees.
package enum Certainty: String, Sendable, CaseIterable, Hashable {
  /// Measured by somebody on the thing itself, and the measurement was seen.
  case measured
  /// Read in the named page, paper or source file.
  case read
  /// Known from the named paper, which was not opened again: check before relying on it.
  case recalled
  /// Read in a page that quotes the named source.
  case secondhand
  /// Chosen, not published; the source says what the choice rests on.
  case assumed
}

/// A constant, where it comes from and how certain it is.
///
/// A constant that nobody published is absent, never zero.
package struct Sourced<Value: Sendable & Equatable>: Sendable, Equatable {
  package var value: Value
  /// Author, year, table or file; for an assumed value, what it rests on. Never empty.
  package var source: String
  package var certainty: Certainty

  package init(_ value: Value, source: String, certainty: Certainty) {
    self.value = value
    self.source = source
    self.certainty = certainty
  }

  /// A value that was chosen; `reason` says what it rests on.
  package static func assumed(_ value: Value, _ reason: String) -> Sourced {
    Sourced(value, source: reason, certainty: .assumed)
  }

  /// Source and certainty as one text: `M. Davies et al., 2018 (recalled)`.
  package var provenance: String { "\(source) (\(certainty.rawValue))" }

  /// The same provenance with another value.
  package func with<Other: Sendable & Equatable>(_ other: Other) -> Sourced<Other> {
    Sourced<Other>(other, source: source, certainty: certainty)
  }
}

/// Sourced constants by key; a key without an entry is unknown. Iterated in the order of `Key.allCases` only.
package struct SourcedTable<Key, Value>: Sendable, Equatable
where Key: Hashable & CaseIterable & Sendable, Value: Sendable & Equatable {
  private var entries: [Key: Sourced<Value>]

  package init(_ entries: [Key: Sourced<Value>] = [:]) {
    self.entries = entries
  }

  /// The constant, or nil where it is unknown.
  package subscript(key: Key) -> Sourced<Value>? {
    get { entries[key] }
    set { entries[key] = newValue }
  }

  /// The bare value, or nil where it is unknown.
  package func value(_ key: Key) -> Value? { entries[key]?.value }

  /// The known keys in declaration order.
  package var known: [Key] { Key.allCases.filter { entries[$0] != nil } }
}
