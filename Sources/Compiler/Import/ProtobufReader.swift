/// Reads the protobuf wire format, field by field, from a range of a byte array.
///
/// Only what proto2 and proto3 messages without groups need: varints, 32-bit, 64-bit and length-delimited fields, in
/// any order, unknown ones skipped by ignoring them. Nothing is copied; a length-delimited field is a range. Every read
/// is checked against the message's end, so a truncated or hostile file gives an error.
///
/// Source: the Protocol Buffers encoding specification (wire types 0, 1, 2, 5; the group types 3 and 4 are refused).
struct ProtobufReader {
  /// What one field holds.
  enum Value: Equatable {
    case varint(UInt64)
    case fixed32(UInt32)
    case fixed64(UInt64)
    case bytes(Range<Int>)
  }
  /// One field of a message: its number, its value and where its tag stood.
  struct Field: Equatable {
    let number: Int
    let value: Value
    let offset: Int
  }

  let data: [UInt8]
  private(set) var position: Int
  let end: Int

  /// Reads the whole array.
  init(_ data: [UInt8]) {
    self.data = data
    position = 0
    end = data.count
  }

  /// Reads one embedded message: a range that came from `Value.bytes`.
  init(_ data: [UInt8], _ range: Range<Int>) {
    self.data = data
    position = max(0, min(range.lowerBound, data.count))
    end = max(position, min(range.upperBound, data.count))
  }

  /// The next field, nil at the message's end.
  /// - Throws: `.malformed` for a truncated field, an overlong varint, field number 0 or a group.
  mutating func next() throws(ImportError) -> Field? {
    guard position < end else { return nil }
    let offset = position
    let tag = try varint()
    guard let number = Int(exactly: tag >> 3), number > 0, number < 1 << 29 else {
      throw .malformed(offset: offset, what: "field number \(tag >> 3) is not in 1...536870911")
    }
    switch tag & 7 {
    case 0: return Field(number: number, value: .varint(try varint()), offset: offset)
    case 1: return Field(number: number, value: .fixed64(try fixed(8)), offset: offset)
    case 2:
      let length = try varint()
      guard length <= UInt64(end - position) else {
        throw .malformed(offset: offset, what: "field \(number) says \(length) bytes where \(end - position) are left")
      }
      let start = position
      position += Int(length)
      return Field(number: number, value: .bytes(start..<position), offset: offset)
    case 5: return Field(number: number, value: .fixed32(UInt32(truncatingIfNeeded: try fixed(4))), offset: offset)
    default:
      throw .malformed(offset: offset, what: "field \(number) has wire type \(tag & 7), which ONNX does not use")
    }
  }

  /// A varint of at most ten bytes; bits above 64 are dropped, as in the reference implementation.
  mutating func varint() throws(ImportError) -> UInt64 {
    let start = position
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while position < end {
      let byte = data[position]
      position += 1
      value |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return value }
      shift += 7
      if shift > 63 { throw .malformed(offset: start, what: "a number runs over ten bytes") }
    }
    throw .malformed(offset: start, what: "the file ends inside a number")
  }

  /// A little-endian value of `width` bytes.
  mutating func fixed(_ width: Int) throws(ImportError) -> UInt64 {
    guard end - position >= width else {
      throw .malformed(offset: position, what: "the file ends inside a \(width)-byte value")
    }
    var value: UInt64 = 0
    for i in 0..<width { value |= UInt64(data[position + i]) << UInt64(8 * i) }
    position += width
    return value
  }
}

extension ProtobufReader.Field {
  /// The embedded message or raw bytes of a length-delimited field.
  func bytes() throws(ImportError) -> Range<Int> {
    guard case .bytes(let range) = value else { throw wrongType("bytes") }
    return range
  }

  /// A signed integer (int32, int64 and enumerations alike: two's complement in 64 bits).
  func integer() throws(ImportError) -> Int {
    guard case .varint(let raw) = value else { throw wrongType("a number") }
    return Int(Int64(bitPattern: raw))
  }

  /// One float.
  func float() throws(ImportError) -> Float {
    guard case .fixed32(let bits) = value else { throw wrongType("a 32-bit float") }
    return Float(bitPattern: bits)
  }

  /// Text; bytes that are not UTF-8 are replaced.
  func text(in data: [UInt8]) throws(ImportError) -> String {
    String(decoding: data[try bytes()], as: UTF8.self)
  }

  /// Appends integers of a repeated field, packed or not.
  func appendIntegers(to list: inout [Int], in data: [UInt8]) throws(ImportError) {
    guard case .bytes(let range) = value else {
      list.append(try integer())
      return
    }
    var reader = ProtobufReader(data, range)
    while reader.position < reader.end { list.append(Int(Int64(bitPattern: try reader.varint()))) }
  }

  /// Appends floats of a repeated field, packed or not.
  func appendFloats(to list: inout [Float], in data: [UInt8]) throws(ImportError) {
    guard case .bytes(let range) = value else {
      list.append(try float())
      return
    }
    var reader = ProtobufReader(data, range)
    list.reserveCapacity(list.count + range.count / 4)
    while reader.position < reader.end {
      list.append(Float(bitPattern: UInt32(truncatingIfNeeded: try reader.fixed(4))))
    }
  }

  /// Appends doubles of a repeated field, packed or not, as floats.
  func appendDoubles(to list: inout [Float], in data: [UInt8]) throws(ImportError) {
    switch value {
    case .fixed64(let bits): list.append(Float(Double(bitPattern: bits)))
    case .bytes(let range):
      var reader = ProtobufReader(data, range)
      while reader.position < reader.end { list.append(Float(Double(bitPattern: try reader.fixed(8)))) }
    default: throw wrongType("a 64-bit float")
    }
  }

  private func wrongType(_ wanted: String) -> ImportError {
    .malformed(offset: offset, what: "field \(number) is not \(wanted)")
  }
}
