/// Reads what ``ByteWriter`` writes. Every count is checked against the bytes that are left before anything is
/// allocated, so that memory is bounded by the size of the file.
struct ByteReader {
  private let bytes: [UInt8]
  private(set) var position: Int
  /// One after the last byte of the section that is being read.
  private var end: Int

  init(_ bytes: [UInt8], from start: Int, to end: Int) {
    self.bytes = bytes
    self.end = min(max(end, 0), bytes.count)
    position = min(max(start, 0), self.end)
  }

  var left: Int { end - position }

  func wrong(at offset: Int, _ what: String) -> FormatError { FormatError("at byte \(offset): \(what)") }

  private mutating func take(_ count: Int) throws(FormatError) -> Int {
    guard count <= left else { throw wrong(at: position, "needs \(count) bytes, \(left) are left") }
    let start = position
    position += count
    return start
  }

  mutating func byte() throws(FormatError) -> UInt8 { bytes[try take(1)] }

  /// 0 or 1.
  mutating func flag() throws(FormatError) -> Bool {
    let value = try byte()
    guard value <= 1 else { throw wrong(at: position - 1, "\(value), expected 0 or 1") }
    return value == 1
  }

  mutating func word32() throws(FormatError) -> UInt32 { bytes.littleEndian32(at: try take(4)) }

  mutating func word64() throws(FormatError) -> UInt64 { bytes.littleEndian64(at: try take(8)) }

  mutating func int() throws(FormatError) -> Int { Int(truncatingIfNeeded: try word64()) }

  mutating func double() throws(FormatError) -> Double { Double(bitPattern: try word64()) }

  mutating func optional<Value>(
    _ read: (inout ByteReader) throws(FormatError) -> Value
  ) throws(FormatError) -> Value? {
    try flag() ? try read(&self) : nil
  }

  /// A number of elements of at least `size` bytes each.
  private mutating func count(size: Int) throws(FormatError) -> Int {
    let count = try int()
    guard count >= 0, count <= left / size else {
      throw wrong(at: position - 8, "a count of \(count) with \(left) bytes left")
    }
    return count
  }

  /// - Parameter size: bytes that an element takes at least.
  mutating func list<Element>(
    size: Int, _ read: (inout ByteReader) throws(FormatError) -> Element
  ) throws(FormatError) -> [Element] {
    let count = try count(size: size)
    var result: [Element] = []
    result.reserveCapacity(min(count, 1 << 16))
    for _ in 0..<count { result.append(try read(&self)) }
    return result
  }

  mutating func array<Element: FixedWidthInteger & BitwiseCopyable>(
    _ type: Element.Type
  ) throws(FormatError) -> [Element] {
    let size = MemoryLayout<Element>.size
    let count = try count(size: size)
    let start = try take(count * size)
    guard let elements = RawArrays.read(type, bytes, at: start, count: count) else {
      throw wrong(at: start, "needs \(count * size) bytes, \(bytes.count - start) are left")
    }
    return elements
  }

  mutating func text() throws(FormatError) -> String {
    let start = position
    let units = try array(UInt8.self)
    let text = String(decoding: units, as: UTF8.self)
    // Decoding repairs what is not UTF-8, and then it would be written back as other bytes.
    guard text.utf8.elementsEqual(units) else { throw wrong(at: start, "a text that is not UTF-8") }
    return text
  }

  /// One section, which `content` must read to its end.
  mutating func section<Value>(
    _ tag: String, _ content: (inout ByteReader) throws(FormatError) -> Value
  ) throws(FormatError) -> Value {
    let start = try take(tag.utf8.count)
    guard bytes[start..<position].elementsEqual(tag.utf8) else { throw wrong(at: start, "section '\(tag)' expected") }
    let length = try count(size: 1)
    let outer = end
    end = position + length
    let value = try content(&self)
    try finish()
    end = outer
    return value
  }

  /// The section, or outside of all the file, is read to its end.
  func finish() throws(FormatError) {
    guard left == 0 else { throw wrong(at: position, "\(left) bytes more than expected") }
  }
}
