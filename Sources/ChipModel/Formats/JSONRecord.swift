/// A value that is an object of JSON. One list of fields says how each member is written, read and explained.
package protocol JSONRecord: Sendable, Equatable {
  /// A value without any member.
  init()
  /// In the order in which they are written.
  static var fields: [JSONField<Self>] { get }
  /// Whether a member that no field names is an error, as people make it, and `null` a value like any other. Else such
  /// members are skipped: a format says what a document has at least.
  static var isStrict: Bool { get }
}

extension JSONRecord {
  package static var isStrict: Bool { false }
}

extension JSONRecord {
  package var members: [(String, JSONOutput)] {
    Self.fields.compactMap { field in field.write(self).map { (field.facts.key, $0) } }
  }

  /// Reads an object.
  package init(_ node: JSONNode, _ scope: inout JSONScope) throws(JSONError) {
    self.init()
    let format = Self.self is any JSONDocument.Type ? ["format"] : []
    var object = Self.isStrict ? try node.object(knowing: format + Self.fields.map(\.facts.key)) : try node.object()
    for field in Self.fields {
      let key = scope.isFormer ? field.former ?? field.facts.key : field.facts.key
      if field.isRequired {
        try field.read(&self, object.required(key), &scope)
      } else if let member = object.optional(key), Self.isStrict || !member.isNull {
        try field.read(&self, member, &scope)
      }
    }
  }
}

/// A file that is one record, headed by its format.
package protocol JSONDocument: JSONRecord {
  static var format: String { get }
  /// Formats of earlier versions, which are read too, by the former keys of the fields.
  static var formerFormats: [String] { get }
  /// For errors: what it is, and what writes it.
  static var kind: (name: String, writer: String) { get }
}

extension JSONDocument {
  package static var formerFormats: [String] { [] }

  package var document: JSONOutput { .object([("format", .string(Self.format))] + members) }

  /// Reads the text of a file.
  /// - Throws: what is wrong, with line, column and member.
  package init(reading bytes: [UInt8]) throws(JSONError) {
    try self.init(JSONNode(root: try JSONParser.parse(bytes)))
  }

  /// Reads a parsed document.
  package init(_ node: JSONNode) throws(JSONError) {
    var object = try node.object()
    let format = try object.required("format")
    let text = try format.string()
    guard text == Self.format || Self.formerFormats.contains(text) else {
      throw format.error("not \(Self.kind.name); expected \"\(Self.format)\", as '\(Self.kind.writer)' writes it")
    }
    var scope = JSONScope()
    scope.isFormer = text != Self.format
    try self.init(node, &scope)
  }
}

/// What members that were read say about later ones.
package struct JSONScope: Sendable {
  /// Lengths of lists by name, for example `T`.
  package var lengths: [String: Int] = [:]
  /// Whether a document of an earlier version is read.
  package var isFormer = false

  package init() {}

  /// The counts that a list of this length may have.
  func count(_ length: String?) -> ClosedRange<Int> {
    guard let count = length.flatMap({ lengths[$0] }) else { return 0 ... .max }
    return count...count
  }
}

/// One member as the reference pages explain it.
package struct JSONFieldFacts: Sendable {
  package var key: String
  /// `integer`, `list of T numbers`
  package var type: String
  /// One line.
  package var meaning: String
  package var unit: String
  /// When it is `null` or absent, in words; empty: never.
  package var absence: String
  /// Of an object, or of the objects of a list.
  package var members: [JSONFieldFacts]

  package init(
    _ key: String, _ type: String, _ meaning: String, unit: String = "", absence: String = "",
    members: [JSONFieldFacts] = []
  ) {
    self.key = key
    self.type = type
    self.meaning = meaning
    self.unit = unit
    self.absence = absence
    self.members = members
  }
}

/// One member of a record.
package struct JSONField<Record>: Sendable {
  package let facts: JSONFieldFacts
  /// Key in documents of an earlier version; nil: the same.
  let former: String?
  package let isRequired: Bool
  /// Nil: the member is left out.
  let write: @Sendable (Record) -> JSONOutput?
  let read: @Sendable (inout Record, JSONNode, inout JSONScope) throws(JSONError) -> Void

  /// A member without which a document cannot be read.
  package static func required<Value>(
    _ key: String, _ path: WritableKeyPath<Record, Value> & Sendable, _ form: JSONForm<Value>, _ meaning: String,
    unit: String = ""
  ) -> JSONField {
    let facts = JSONFieldFacts(key, form.name, meaning, unit: unit, members: form.members())
    return JSONField(facts: facts, former: nil, isRequired: true, write: { form.write($0[keyPath: path]) }) {
      (record, node, scope) throws(JSONError) in record[keyPath: path] = try form.read(node, &scope)
    }
  }

  /// A member that is always written; where a document lacks it, the record's own value stays.
  package static func member<Value>(
    _ key: String, _ path: WritableKeyPath<Record, Value> & Sendable, _ form: JSONForm<Value>, _ meaning: String,
    unit: String = ""
  ) -> JSONField {
    let field = required(key, path, form, meaning, unit: unit)
    return JSONField(facts: field.facts, former: nil, isRequired: false, write: field.write, read: field.read)
  }

  /// A member that is left out where what holds anyway, `absent`, says the same.
  package static func leftOut<Value>(
    _ key: String, _ path: WritableKeyPath<Record, Value> & Sendable, _ form: JSONForm<Value>, _ meaning: String,
    unit: String = "", absent: String, where isLeftOut: @escaping @Sendable (Record) -> Bool
  ) -> JSONField {
    let facts = JSONFieldFacts(key, form.name, meaning, unit: unit, absence: absent, members: form.members())
    return JSONField(
      facts: facts, former: nil, isRequired: false, write: { isLeftOut($0) ? nil : form.write($0[keyPath: path]) }
    ) { (record, node, scope) throws(JSONError) in record[keyPath: path] = try form.read(node, &scope) }
  }

  /// A member that may be unknown.
  ///
  /// - Parameters:
  ///   - null: when it is `null`, in words; empty: nmsim always writes it, other writers need not.
  ///   - absent: when it is left out instead, in words.
  ///   - former: its key in documents of an earlier version.
  package static func optional<Value>(
    _ key: String, _ path: WritableKeyPath<Record, Value?> & Sendable, _ form: JSONForm<Value>, _ meaning: String,
    unit: String = "", null: String = "", absent: String? = nil, former: String? = nil
  ) -> JSONField {
    let absence = absent.map { "absent \($0)" } ?? (null.isEmpty ? "" : "null \(null)")
    let facts = JSONFieldFacts(key, form.name, meaning, unit: unit, absence: absence, members: form.members())
    return JSONField(
      facts: facts, former: former, isRequired: false,
      write: { record in record[keyPath: path].map(form.write) ?? (absent == nil ? .null : nil) }
    ) { (record, node, scope) throws(JSONError) in record[keyPath: path] = try form.read(node, &scope) }
  }

  /// A member that follows from others: written, never read.
  package static func computed<Value>(
    _ key: String, _ form: JSONForm<Value>, _ meaning: String, _ value: @escaping @Sendable (Record) -> Value
  ) -> JSONField {
    let facts = JSONFieldFacts(key, form.name, meaning, members: form.members())
    return JSONField(facts: facts, former: nil, isRequired: false, write: { form.write(value($0)) }) {
      (_, _, _) throws(JSONError) in
    }
  }

  /// The same member of a larger record that has this one's members among its own.
  package func of<Whole>(_ path: WritableKeyPath<Whole, Record> & Sendable) -> JSONField<Whole> {
    JSONField<Whole>(
      facts: facts, former: former, isRequired: isRequired, write: { [write] in write($0[keyPath: path]) }
    ) { [read] (whole, node, scope) throws(JSONError) in try read(&whole[keyPath: path], node, &scope) }
  }
}
