/// Reads what ``ByteWriter`` wrote. Every read is checked; counts are bounded by the bytes left, so a file that lies about
/// its size costs no more memory than its own.
struct ByteReader {
  private let bytes: [UInt8]
  private var position: Int
  private let end: Int

  /// Why reading stopped: the file ends early, or a value is none that the writer writes.
  enum Failure: Error, Equatable {
    case ends
    case value(String)
  }

  init(_ bytes: [UInt8], range: Range<Int>) {
    self.bytes = bytes
    position = range.lowerBound
    end = min(range.upperBound, bytes.count)
  }

  var isAtEnd: Bool { position == end }

  mutating func number<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type) throws(Failure) -> T {
    let values = try raw(T.self, count: 1)
    guard let value = values.first else { throw .ends }
    return value
  }

  mutating func int() throws(Failure) -> Int {
    guard let value = Int(exactly: try number(Int64.self)) else { throw .value("a number beyond 64 bits") }
    return value
  }

  mutating func bool() throws(Failure) -> Bool {
    switch try number(UInt8.self) {
    case 0: return false
    case 1: return true
    default: throw .value("a flag that is neither 0 nor 1")
    }
  }

  mutating func double() throws(Failure) -> Double { Double(bitPattern: try number(UInt64.self)) }

  mutating func string() throws(Failure) -> String {
    let utf8 = try array(UInt8.self)
    guard let text = String(validating: utf8, as: UTF8.self) else { throw .value("text that is not UTF-8") }
    return text
  }

  mutating func array<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type) throws(Failure) -> [T] {
    try raw(T.self, count: try count(elementBytes: MemoryLayout<T>.size))
  }

  mutating func ints() throws(Failure) -> [Int] { try array(Int64.self).map { Int($0) } }

  mutating func doubles() throws(Failure) -> [Double] { try array(UInt64.self).map { Double(bitPattern: $0) } }

  mutating func optional<T>(_ read: (inout ByteReader) throws(Failure) -> T) throws(Failure) -> T? {
    try bool() ? try read(&self) : nil
  }

  mutating func each<T>(_ read: (inout ByteReader) throws(Failure) -> T) throws(Failure) -> [T] {
    // An element takes at least a byte.
    let count = try count(elementBytes: 1)
    var values: [T] = []
    for _ in 0..<count { values.append(try read(&self)) }
    return values
  }

  private mutating func count(elementBytes: Int) throws(Failure) -> Int {
    let value = try number(UInt64.self)
    guard let count = Int(exactly: value), count <= (end - position) / elementBytes else { throw .ends }
    return count
  }

  private mutating func raw<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type, count: Int) throws(Failure) -> [T] {
    guard count <= (end - position) / MemoryLayout<T>.size,
      let values = RawArray.values(T.self, count: count, from: bytes, at: position)
    else { throw .ends }
    position += count * MemoryLayout<T>.size
    return values
  }
}
