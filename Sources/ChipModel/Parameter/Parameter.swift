/// What a conversion method, a neuron model or a chip takes, declared once: files, the command line with its help,
/// plans, provenance and the tables of `docs/` read the declaration. What it applies to follows from who lists it. A
/// ``ParameterKey`` makes one.
public struct Parameter: Sendable, Hashable {
  /// What values it has.
  package enum Kind: Sendable, Hashable {
    case integer(ClosedRange<Int>)
    case number(NumberRange)
    case choice([String])
    /// A name, or a number.
    case choiceOrNumber([String], NumberRange)
    /// Several names, separated by commas; a value is the text.
    case list([String])
    /// Yes or no.
    case flag

    package var isList: Bool { if case .list = self { true } else { false } }

    /// Those of a choice or a list.
    package var names: [String] {
      switch self {
      case .choice(let names), .choiceOrNumber(let names, _), .list(let names): names
      default: []
      }
    }
  }

  /// Its name in files and in the messages of every module but the command line: `maxCount`.
  public let key: String
  /// Its name on the command line, without dashes. That of a flag turns its standard round: `no-synchronous-neurons`.
  package let option: String
  package var kind: Kind
  /// `steps`, `J`; nil for a pure number and for names.
  package let unit: String?
  /// What holds where it is not given; nil where that is no value of its own.
  package var standard: ParameterValue?
  /// Words for what holds without it, where there is no standard value.
  package let standardText: String?
  /// One line, beginning with a capital letter.
  package let help: String
  /// Where it comes from: authors, year, equation; nil for what nmsim adds.
  package let source: String?

  /// - Parameter option: nil: the key with dashes, `weight-bits` for `weightBits`.
  package init(
    _ key: String, option: String? = nil, _ kind: Kind, unit: String? = nil, standard: ParameterValue? = nil,
    standardText: String? = nil, source: String? = nil, _ help: String
  ) {
    self.key = key
    self.option = option ?? Parameter.option(for: key)
    self.kind = kind
    self.unit = unit
    self.standard = standard
    self.standardText = standardText
    self.source = source
    self.help = help
  }

  /// `weightBits` as the command line spells it: `weight-bits`.
  package static func option(for key: String) -> String {
    key.reduce(into: "") { $0 += $1.isUppercase ? "-" + $1.lowercased() : String($1) }
  }

  /// Whether nothing holds where it is not given.
  package var isRequired: Bool { standard == nil && standardText == nil }

  /// Whether a value is of its kind and in its range.
  package func allows(_ value: ParameterValue) -> Bool {
    switch (kind, value) {
    case (.integer(let range), .integer(let value)): range.contains(value)
    case (.number(let range), .number(let value)): range.contains(value)
    case (.choice(let names), .choice(let name)): names.contains(name)
    case (.choiceOrNumber(let names, _), .choice(let name)): names.contains(name)
    case (.choiceOrNumber(_, let range), .number(let value)): range.contains(value)
    case (.list(let names), .choice(let text)):
      text.split(separator: ",", omittingEmptySubsequences: false).allSatisfy { names.contains(String($0)) }
    case (.flag, .flag): true
    default: false
    }
  }

  /// What it allows, to follow "give": `a whole number from 1 to 16`.
  package var allowedText: String {
    switch kind {
    case .integer(let range): "a whole number " + range.boundsText
    case .number(let range): "a number " + range.text
    case .choice(let names): names.joined(separator: " or ")
    case .choiceOrNumber(let names, let range): names.joined(separator: ", ") + " or a number " + range.text
    case .list(let names): "a list of \(names.joined(separator: ", "))"
    case .flag: "true or false"
    }
  }

  /// The line of help inside a sentence: without its full stop, beginning small.
  package var clause: String {
    help.prefix(1).lowercased() + help.dropFirst().prefix(help.hasSuffix(".") ? help.count - 2 : help.count)
  }

  /// How a value stands in the fields of a record.
  package var form: JSONForm<ParameterValue> {
    let name =
      switch kind {
      case .integer: "integer"
      case .number: "number"
      case .choice, .list: "text"
      case .choiceOrNumber: "text or number"
      case .flag: "true or false"
      }
    return JSONForm(name, write: { $0.json }) { (node, _) throws(JSONError) in try value(of: node) }
  }

  /// Reads a value of a JSON file.
  /// - Throws: `JSONError` for another type, an unknown name or a number out of range.
  package func value(of node: JSONNode) throws(JSONError) -> ParameterValue {
    switch kind {
    case .integer(let range): return .integer(try node.int(in: range))
    case .number(let range):
      let value = try node.double()
      guard range.contains(value) else { throw node.error("is out of range; give \(allowedText)") }
      return .number(value)
    case .choice(let names): return .choice(try node.choice(of: names))
    case .choiceOrNumber:
      let number = try? node.double()
      let value = if let number { ParameterValue.number(number) } else { ParameterValue.choice(try node.string()) }
      guard allows(value) else { throw node.error("is unknown or out of range; give \(allowedText)") }
      return value
    case .list:
      let value = ParameterValue.choice(try node.string())
      guard allows(value) else { throw node.error("is unknown; give \(allowedText)") }
      return value
    case .flag: return .flag(try node.bool())
    }
  }
}

/// A value of a parameter.
package enum ParameterValue: Sendable, Hashable {
  case integer(Int)
  case number(Double)
  case choice(String)
  case flag(Bool)

  /// As people write it: `8`, `0.8`, `half`, `true`.
  package var text: String {
    switch self {
    case .integer(let value): "\(value)"
    case .number(let value): numberText(value)
    case .choice(let name): name
    case .flag(let value): "\(value)"
    }
  }

  /// As JSON files have it.
  package var json: JSONOutput {
    switch self {
    case .integer(let value): .int(value)
    case .number(let value): .double(value)
    case .choice(let name): .string(name)
    case .flag(let value): .bool(value)
    }
  }
}

/// The real numbers that a parameter takes. A missing bound is no bound; not-a-number and infinity never pass.
package struct NumberRange: Sendable, Hashable {
  package var lower: Double?
  /// Whether `lower` itself is refused.
  package var excludesLower: Bool
  package var upper: Double?

  package init(lower: Double? = nil, excludesLower: Bool = false, upper: Double? = nil) {
    self.lower = lower
    self.excludesLower = excludesLower
    self.upper = upper
  }

  package static let positive = NumberRange(lower: 0, excludesLower: true)
  package static let notNegative = NumberRange(lower: 0)
  package static let fraction = NumberRange(lower: 0, upper: 1)

  /// Whether the value is finite and inside.
  package func contains(_ value: Double) -> Bool {
    guard value.isFinite else { return false }
    if let lower, excludesLower ? value <= lower : value < lower { return false }
    if let upper, value > upper { return false }
    return true
  }

  /// The range in words, to follow "a number".
  package var text: String {
    let low = lower.map { "\(excludesLower ? "above" : "of at least") \(numberText($0))" }
    let high = upper.map { "at most \(numberText($0))" }
    switch (low, high) {
    case (let low?, let high?): return "\(low) and \(high)"
    case (let low?, nil): return low
    case (nil, let high?): return "of \(high)"
    case (nil, nil): return "such as 0.5 or 1e-3"
    }
  }
}

extension ClosedRange<Int> {
  /// The range in words, to follow "a whole number": `from 1 to 16`, `of at least 0`.
  package var boundsText: String {
    if upperBound == Int.max { return "of at least \(groupedText(lowerBound))" }
    return "from \(groupedText(lowerBound)) to \(groupedText(upperBound))"
  }
}
