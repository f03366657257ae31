/// Why bytes are not the structure that is read. Offsets count from the start of the file.
package enum ByteReaderError: Error, Sendable, Equatable, CustomStringConvertible {
  /// A value or a counted array goes on after the end of its section.
  case ends(offset: Int, need: Int, left: Int)
  /// A count that no file of this size can have.
  case count(offset: Int, count: Int, left: Int)
  case value(offset: Int, value: Int, expected: String)
  case notUTF8(offset: Int)
  case tag(offset: Int, expected: String)
  /// A section with more bytes than its values take.
  case rest(offset: Int, bytes: Int)

  package var description: String {
    switch self {
    case .ends(let offset, let need, let left): "at byte \(offset): needs \(need) bytes, \(left) are left"
    case .count(let offset, let count, let left): "at byte \(offset): a count of \(count) with \(left) bytes left"
    case .value(let offset, let value, let expected): "at byte \(offset): \(value), expected \(expected)"
    case .notUTF8(let offset): "at byte \(offset): a text that is not UTF-8"
    case .tag(let offset, let expected): "at byte \(offset): section '\(expected)' expected"
    case .rest(let offset, let bytes): "at byte \(offset): \(bytes) bytes more than expected"
    }
  }
}

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

  private mutating func take(_ count: Int) throws(ByteReaderError) -> Int {
    guard count <= left else { throw .ends(offset: position, need: count, left: left) }
    let start = position
    position += count
    return start
  }

  mutating func byte() throws(ByteReaderError) -> UInt8 { bytes[try take(1)] }

  /// 0 or 1.
  mutating func flag() throws(ByteReaderError) -> Bool {
    let value = try byte()
    guard value <= 1 else { throw .value(offset: position - 1, value: Int(value), expected: "0 or 1") }
    return value == 1
  }

  mutating func word32() throws(ByteReaderError) -> UInt32 { bytes.littleEndian32(at: try take(4)) }

  mutating func word64() throws(ByteReaderError) -> UInt64 { bytes.littleEndian64(at: try take(8)) }

  mutating func int() throws(ByteReaderError) -> Int { Int(truncatingIfNeeded: try word64()) }

  mutating func double() throws(ByteReaderError) -> Double { Double(bitPattern: try word64()) }

  mutating func optional<Value>(
    _ read: (inout ByteReader) throws(ByteReaderError) -> Value
  ) throws(ByteReaderError) -> Value? {
    try flag() ? try read(&self) : nil
  }

  /// A number of elements of at least `size` bytes each.
  private mutating func count(size: Int) throws(ByteReaderError) -> Int {
    let count = try int()
    guard count >= 0, count <= left / size else { throw .count(offset: position - 8, count: count, left: left) }
    return count
  }

  /// - Parameter size: bytes that an element takes at least.
  mutating func list<Element>(
    size: Int, _ read: (inout ByteReader) throws(ByteReaderError) -> Element
  ) throws(ByteReaderError) -> [Element] {
    let count = try count(size: size)
    var result: [Element] = []
    result.reserveCapacity(min(count, 1 << 16))
    for _ in 0..<count { result.append(try read(&self)) }
    return result
  }

  mutating func array<Element: FixedWidthInteger & BitwiseCopyable>(
    _ type: Element.Type
  ) throws(ByteReaderError) -> [Element] {
    let size = MemoryLayout<Element>.size
    let count = try count(size: size)
    let start = try take(count * size)
    guard let elements = RawArrays.read(type, bytes, at: start, count: count) else {
      throw .ends(offset: start, need: count * size, left: bytes.count - start)
    }
    return elements
  }

  mutating func text() throws(ByteReaderError) -> String {
    let start = position
    let units = try array(UInt8.self)
    let text = String(decoding: units, as: UTF8.self)
    // Decoding repairs what is not UTF-8, and then it would be written back as other bytes.
    guard text.utf8.elementsEqual(units) else { throw .notUTF8(offset: start) }
    return text
  }

  /// One section, which `content` must read to its end.
  mutating func section<Value>(
    _ tag: String, _ content: (inout ByteReader) throws(ByteReaderError) -> Value
  ) throws(ByteReaderError) -> Value {
    let start = try take(tag.utf8.count)
    guard bytes[start..<position].elementsEqual(tag.utf8) else { throw .tag(offset: start, expected: tag) }
    let length = try count(size: 1)
    let outer = end
    end = position + length
    let value = try content(&self)
    guard position == end else { throw .rest(offset: position, bytes: left) }
    end = outer
    return value
  }

  /// All sections are read.
  func finish() throws(ByteReaderError) {
    guard left == 0 else { throw .rest(offset: position, bytes: left) }
  }
}
