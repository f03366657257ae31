import ChipModel

/// The bytes of an HDF5 file with its sizes of addresses and lengths. Every access is checked.
struct HDF5Bytes {
  let bytes: [UInt8]
  /// Bytes of an address, and of a length.
  var addressSize = 8
  var lengthSize = 8

  /// The bytes from `start` on.
  func range(_ start: Int, _ count: Int, _ what: String) throws(HDF5Error) -> Range<Int> {
    guard start >= 0, count >= 0, start <= bytes.count, count <= bytes.count - start else {
      throw .malformed(
        offset: max(0, min(start, bytes.count)), what: "\(what) goes beyond the file's \(bytes.count) bytes")
    }
    return start..<(start + count)
  }

  /// A little-endian number of 1 to 8 bytes; nil: all its bits are set, which stands for nothing.
  func optionalNumber(_ start: Int, size: Int, _ what: String) throws(HDF5Error) -> Int? {
    var value: UInt64 = 0
    var isUndefined = true
    for index in try range(start, size, what).reversed() {
      value = value << 8 | UInt64(bytes[index])
      isUndefined = isUndefined && bytes[index] == 0xFF
    }
    if isUndefined { return nil }
    guard let number = Int(exactly: value) else { throw .malformed(offset: start, what: "\(what) is \(value)") }
    return number
  }

  func byte(_ start: Int, _ what: String) throws(HDF5Error) -> Int { Int(bytes[try range(start, 1, what).lowerBound]) }

  /// A bit of a row of bits, in each byte the highest first.
  func isSet(_ bit: Int, at start: Int, _ what: String) throws(HDF5Error) -> Bool {
    try byte(start +| bit / 8, what) >> (7 - bit % 8) & 1 == 1
  }

  /// An unsigned number of 1, 2 or 4 bytes.
  func number(_ start: Int, _ size: Int, _ what: String) throws(HDF5Error) -> Int {
    try optionalNumber(start, size: size, what) ?? (1 << (8 * size)) - 1
  }

  /// An address inside the file; nil: there is none.
  func address(_ start: Int, _ what: String) throws(HDF5Error) -> Int? {
    guard let address = try optionalNumber(start, size: addressSize, what) else { return nil }
    return try range(address, 0, what).lowerBound
  }

  func length(_ start: Int, _ what: String) throws(HDF5Error) -> Int { try length(start, size: lengthSize, what) }

  /// A number of another size than the file's lengths, 1 to 8 bytes.
  func length(_ start: Int, size: Int, _ what: String) throws(HDF5Error) -> Int {
    guard let length = try optionalNumber(start, size: size, what) else {
      throw .malformed(offset: start, what: "\(what) has no value")
    }
    return length
  }

  /// An address that must be there.
  func place(_ start: Int, _ what: String) throws(HDF5Error) -> Int {
    guard let address = try address(start, what) else {
      throw .malformed(offset: start, what: "\(what) has no address")
    }
    return address
  }

  /// The four letters that begin a structure.
  func expect(_ signature: String, at start: Int) throws(HDF5Error) {
    guard bytes[try range(start, signature.utf8.count, "'\(signature)'")].elementsEqual(signature.utf8) else {
      throw .malformed(offset: start, what: "'\(signature)' is not there")
    }
  }

  /// Text up to a zero byte.
  func text(_ start: Int, within end: Int, _ what: String) throws(HDF5Error) -> String {
    let whole = try range(start, max(0, end - start), what)
    guard let zero = bytes[whole].firstIndex(of: 0) else { throw .malformed(offset: start, what: "\(what) has no end") }
    return String(decoding: bytes[start..<zero], as: UTF8.self)
  }
}
