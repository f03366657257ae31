import ChipModel

/// What is stored for each chunk of a data set that does not grow: in one block, or in pages of it.
///
/// Source: HDF5 File Format Specification, version 3.0, "Fixed Array Index".
struct HDF5FixedArray {
  private let file: HDF5Bytes
  private let size: Int
  private let count: Int
  private let pageBits: Int
  /// Nil: nothing was written.
  private let block: Int?

  /// - Parameter sizes: bytes that an entry may have.
  init(_ file: HDF5Bytes, at header: Int, sizes: ClosedRange<Int>) throws(HDF5Error) {
    try file.expect("FAHD", at: header)
    (size, pageBits) = (try file.byte(header + 6, "an array"), try file.byte(header + 7, "an array"))
    count = try file.length(header + 8, "an array")
    guard sizes.contains(size), pageBits < 32 else {
      throw .malformed(offset: header, what: "an array with entries of \(size) bytes")
    }
    block = try file.address(header + 8 + file.lengthSize, "an array")
    self.file = file
  }

  /// Where a chunk's entry lies; nil: it was never written.
  func entry(_ number: Int) throws(HDF5Error) -> Range<Int>? {
    guard let block else { return nil }
    guard number < count else { throw .malformed(offset: block, what: "an array of \(count) chunks") }
    try file.expect("FADB", at: block)
    let (page, first) = (1 << pageBits, block + 6 + file.addressSize)
    if count <= page { return try file.range(first +| number *| size, size, "an array") }
    // A bit for each page that was written, a checksum, then pages that end with one of their own.
    guard try file.isSet(number >> pageBits, at: first, "an array") else { return nil }
    let pages = first +| ((count - 1) >> pageBits + 8) / 8 + 4
    return try file.range(
      pages +| (number >> pageBits) *| (page * size + 4) +| (number & (page - 1)) * size, size, "an array")
  }
}
