/// The dictionary at the head of an `.npy` file: `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`.
///
/// A Python literal; only the three keys that NumPy writes, in any order, each once.
struct NumPyHeader: Sendable, Equatable {
  let descriptor: String
  let type: ElementType
  let isColumnMajor: Bool
  let shape: [Int]

  /// NumPy's own limit (`NPY_MAXDIMS`).
  private static let maximumRank = 64

  init(_ text: ArraySlice<UInt8>) throws(FormatError) {
    (descriptor, isColumnMajor, shape) = try PythonLiteral.head(text, axes: Self.maximumRank) {
      (parser: inout PythonLiteral) throws(FormatError) in
      if parser.next == UInt8(ascii: "[") { throw .numPyType(parser.rest(upTo: 60)) }
      return try parser.string()
    }
    type = try Self.elementType(descriptor)
  }

  fileprivate static func elementType(_ descriptor: String) throws(FormatError) -> ElementType {
    let error = FormatError.numPyType(printable(descriptor))
    var rest = Substring(descriptor)
    // '|' means that the order does not matter; NumPy writes '<' or '>' for everything wider than a byte.
    guard let order = rest.popFirst(), order == "<" || order == ">" || order == "|", let kind = rest.popFirst(),
      let size = ["1": 1, "2": 2, "4": 4, "8": 8][rest], order != "|" || size == 1
    else { throw error }
    let bigEndian = order == ">"
    switch (kind, size) {
    case ("f", 2), ("f", 4), ("f", 8): return ElementType(.float, size, bigEndian: bigEndian)
    case ("i", _): return ElementType(.signed, size, bigEndian: bigEndian)
    case ("u", 1), ("u", 2), ("u", 4), ("b", 1): return ElementType(.unsigned, size, bigEndian: bigEndian)
    default: throw error
    }
  }
}

/// The head of an `.npy` file of records, a list of names and types: `[('t', '<i8'), ('x', '<i2')]`. One axis, fields
/// that are numbers, and gaps between them, which NumPy writes as `('', '|V4')`.
struct NumPyRecords {
  struct Field {
    let name: String
    /// From the beginning of a record.
    let offset: Int
    let type: ElementType
  }
  let fields: [Field]
  /// Bytes of a record.
  let size: Int
  let rows: Int

  /// More fields are no events.
  private static let mostFields = 64

  /// - Throws: `FormatError` where it is another array's head.
  init(_ text: ArraySlice<UInt8>) throws(FormatError) {
    let ((fields, size), _, shape) = try PythonLiteral.head(text, axes: 1) {
      (parser: inout PythonLiteral) throws(FormatError) in try Self.fields(&parser)
    }
    guard size > 0, shape.count == 1 else { throw .numPyHeader("records of one axis are needed", offset: 0) }
    (self.fields, self.size, rows) = (fields, size, shape[0])
  }

  private static func fields(_ parser: inout PythonLiteral) throws(FormatError) -> ([Field], size: Int) {
    var (fields, size): ([Field], Int) = ([], 0)
    try parser.expect("[")
    while !parser.skip("]") {
      let place = parser.place
      try parser.expect("(")
      let name = try parser.string()
      try parser.expect(",")
      let type = try parser.string()
      try parser.expect(")")
      if type.hasPrefix("|V"), let gap = Int(type.dropFirst(2)), (0...4096).contains(gap) {
        size += gap
      } else {
        let type = try NumPyHeader.elementType(type)
        fields.append(Field(name: name, offset: size, type: type))
        size += type.size
      }
      guard fields.count <= mostFields, size <= 1 << 16 else {
        throw .numPyHeader("a record of \(size) bytes", offset: place)
      }
      _ = parser.skip(",")
    }
    return (fields, size)
  }
}

/// The few forms of Python literals that the header uses.
private struct PythonLiteral {
  let text: ArraySlice<UInt8>
  private var position: Int

  init(text: ArraySlice<UInt8>) {
    self.text = text
    position = text.startIndex
  }

  /// The three keys of a head, in any order, each once.
  /// - Parameters:
  ///   - most: axes.
  ///   - type: reads what `descr` says.
  static func head<Elements>(
    _ text: ArraySlice<UInt8>, axes most: Int, type: (inout PythonLiteral) throws(FormatError) -> Elements
  ) throws(FormatError) -> (elements: Elements, isColumnMajor: Bool, shape: [Int]) {
    var parser = PythonLiteral(text: text)
    var (elements, isColumnMajor, shape): (Elements?, Bool?, [Int]?)
    try parser.expect("{")
    while !parser.skip("}") {
      let place = parser.place
      let key = try parser.string()
      try parser.expect(":")
      switch key {
      case "descr" where elements == nil: elements = try type(&parser)
      case "fortran_order" where isColumnMajor == nil: isColumnMajor = try parser.boolean()
      case "shape" where shape == nil: shape = try parser.tuple(maximum: most)
      default: throw .numPyHeader("unexpected key '\(printable(key))'", offset: place)
      }
      if parser.skip(",") { continue }
      try parser.expect("}")
      break
    }
    try parser.expectEnd()
    guard let elements, let isColumnMajor, let shape else {
      throw .numPyHeader("keys descr, fortran_order and shape are all needed", offset: 0)
    }
    return (elements, isColumnMajor, shape)
  }

  /// Character of the header, 0-based.
  var place: Int { position - text.startIndex }

  var next: UInt8? {
    mutating get {
      while position < text.endIndex, [0x20, 0x09, 0x0A, 0x0D].contains(text[position]) { position += 1 }
      return position < text.endIndex ? text[position] : nil
    }
  }

  mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  mutating func expect(_ character: Unicode.Scalar) throws(FormatError) {
    guard skip(character) else { throw .numPyHeader("'\(character)' expected", offset: place) }
  }

  mutating func expectEnd() throws(FormatError) {
    guard next == nil else { throw .numPyHeader("text after the closing brace", offset: place) }
  }

  /// A quoted string without escapes.
  mutating func string() throws(FormatError) -> String {
    guard let quote = next, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
      throw .numPyHeader("a quoted string expected", offset: place)
    }
    let start = position + 1
    guard let end = text[start...].firstIndex(of: quote), !text[start..<end].contains(UInt8(ascii: "\\")) else {
      throw .numPyHeader("a quoted string without escapes expected", offset: place)
    }
    position = end + 1
    return String(decoding: text[start..<end], as: UTF8.self)
  }

  mutating func boolean() throws(FormatError) -> Bool {
    _ = next
    for (word, value) in [("True", true), ("False", false)] where text[position...].starts(with: word.utf8) {
      position += word.utf8.count
      return value
    }
    throw .numPyHeader("True or False expected", offset: place)
  }

  /// `()`, `(3,)`, `(3, 4)`; Python 2 wrote `3L`.
  mutating func tuple(maximum: Int) throws(FormatError) -> [Int] {
    try expect("(")
    var values: [Int] = []
    while !skip(")") {
      guard values.count < maximum else { throw .numPyHeader("more than \(maximum) dimensions", offset: place) }
      values.append(try integer())
      if skip(",") { continue }
      guard values.count > 1 else { throw .numPyHeader("',' expected", offset: place) }
      try expect(")")
      break
    }
    return values
  }

  private mutating func integer() throws(FormatError) -> Int {
    _ = next
    let start = place
    var value = 0
    var digits = 0
    while position < text.endIndex, (0x30...0x39).contains(text[position]) {
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(Int(text[position] - 0x30))
      guard !overflow, !carry else { throw .numPyHeader("dimension too large", offset: start) }
      value = sum
      digits += 1
      position += 1
    }
    guard digits > 0 else { throw .numPyHeader("a dimension expected", offset: start) }
    if position < text.endIndex, text[position] == UInt8(ascii: "L") { position += 1 }
    return value
  }

  func rest(upTo count: Int) -> String {
    printable(String(decoding: text[position...].prefix(count), as: UTF8.self))
  }
}
