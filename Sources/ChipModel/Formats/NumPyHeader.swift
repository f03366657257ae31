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
    var parser = PythonLiteral(text: text)
    var descriptor: String?
    var isColumnMajor: Bool?
    var shape: [Int]?
    try parser.expect("{")
    while !parser.skip("}") {
      let place = parser.place
      let key = try parser.string()
      try parser.expect(":")
      switch key {
      case "descr" where descriptor == nil:
        if parser.next == UInt8(ascii: "[") { throw .numPyType(parser.rest(upTo: 60)) }
        descriptor = try parser.string()
      case "fortran_order" where isColumnMajor == nil: isColumnMajor = try parser.boolean()
      case "shape" where shape == nil: shape = try parser.tuple(maximum: Self.maximumRank)
      default: throw .numPyHeader("unexpected key '\(printable(key))'", offset: place)
      }
      if parser.skip(",") { continue }
      try parser.expect("}")
      break
    }
    try parser.expectEnd()
    guard let descriptor, let isColumnMajor, let shape else {
      throw .numPyHeader("keys descr, fortran_order and shape are all needed", offset: 0)
    }
    self.descriptor = descriptor
    self.type = try Self.elementType(descriptor)
    self.isColumnMajor = isColumnMajor
    self.shape = shape
  }

  private static func elementType(_ descriptor: String) throws(FormatError) -> ElementType {
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

/// The few forms of Python literals that the header uses.
private struct PythonLiteral {
  let text: ArraySlice<UInt8>
  private var position: Int

  init(text: ArraySlice<UInt8>) {
    self.text = text
    position = text.startIndex
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
