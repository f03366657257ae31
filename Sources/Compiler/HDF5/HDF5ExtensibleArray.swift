import ChipModel

/// What is stored for each chunk of a data set that grows along one axis.
///
/// Entries in the index block, then data blocks that it names, then super blocks that name data blocks: those of super
/// block `u` are `2^(u / 2)` data blocks of `least * 2^((u + 1) / 2)` entries each.
///
/// Source: HDF5 File Format Specification, version 3.0, "Extensible Array Index"; sizes of pages as in H5EAdblock.c.
struct HDF5ExtensibleArray {
  private let file: HDF5Bytes
  private let size: Int
  /// Entries in the index block, and in the smallest data block.
  private let inside: Int
  private let least: Int
  /// Super blocks whose data blocks the index block names.
  private let direct: Int
  private let superBlocks: Int
  private let pageBits: Int
  /// Bytes of a block's place in the array.
  private let placeBytes: Int
  /// Nil: nothing was written.
  private let index: Int?

  /// - Parameter sizes: bytes that an entry may have.
  init(_ file: HDF5Bytes, at header: Int, sizes: ClosedRange<Int>) throws(HDF5Error) {
    try file.expect("EAHD", at: header)
    let numbers = try (6..<12).map { (place) throws(HDF5Error) in try file.byte(header + place, "an array") }
    let (bits, pointers) = (numbers[1], numbers[4])
    (size, inside, least, pageBits) = (numbers[0], numbers[2], numbers[3], numbers[5])
    func isPower(_ value: Int) -> Bool { value > 0 && value & (value - 1) == 0 }
    guard sizes.contains(size), bits <= 62, isPower(least), pointers > 1, isPower(pointers),
      least.trailingZeroBitCount <= bits, pageBits <= bits
    else { throw .malformed(offset: header, what: "an array with entries of \(size) bytes, of \(bits) bits") }
    direct = 2 * pointers.trailingZeroBitCount
    superBlocks = 1 + bits - least.trailingZeroBitCount
    placeBytes = (bits + 7) / 8
    index = try file.address(header + 12 + 6 * file.lengthSize, "an array")
    self.file = file
  }

  /// Data blocks of all super blocks before one.
  private static func blocks(before block: Int) -> Int {
    // 1, 1, 2, 2, 4, 4, ...
    (1 << (block / 2)) - 1 + (1 << ((block + 1) / 2)) - 1
  }

  /// Where a chunk's entry lies; nil: it was never written.
  func entry(_ number: Int) throws(HDF5Error) -> Range<Int>? {
    guard let index else { return nil }
    try file.expect("EAIB", at: index)
    let first = index + 6 + file.addressSize
    if number < inside { return try file.range(first + number * size, size, "an array") }
    let place = number - inside
    guard place < 1 << 61 else { throw .malformed(offset: index, what: "an array without chunk \(number)") }
    let block = Int.bitWidth - 1 - (place / least + 1).leadingZeroBitCount
    guard block < superBlocks else { throw .malformed(offset: index, what: "an array without chunk \(number)") }
    let (rest, entries) = (place - least * ((1 << block) - 1), least << ((block + 1) / 2))
    let pointers = first + inside * size
    let number = rest / entries
    if block < direct {
      let named = pointers + (Self.blocks(before: block) + number) * file.addressSize
      guard let data = try file.address(named, "an array") else { return nil }
      return try entry(rest % entries, of: data, isPaged: false)
    }
    let named = pointers + (Self.blocks(before: direct) + block - direct) * file.addressSize
    guard let superBlock = try file.address(named, "an array") else { return nil }
    try file.expect("EASB", at: superBlock)
    let pages = entries >> pageBits > 1 ? entries >> pageBits : 0
    let marks = superBlock + 6 + file.addressSize + placeBytes
    let addresses = marks +| (1 << (block / 2)) *| ((pages + 7) / 8)
    guard let data = try file.address(addresses +| number * file.addressSize, "an array") else { return nil }
    if pages > 0, try !file.isSet(number * pages + (rest % entries) >> pageBits, at: marks, "an array") { return nil }
    return try entry(rest % entries, of: data, isPaged: pages > 0)
  }

  /// An entry of a data block.
  private func entry(_ place: Int, of data: Int, isPaged: Bool) throws(HDF5Error) -> Range<Int> {
    try file.expect("EADB", at: data)
    let first = data + 6 + file.addressSize + placeBytes
    if !isPaged { return try file.range(first +| place *| size, size, "an array") }
    // Behind a checksum pages that end with one each.
    let page = 1 << pageBits
    return try file.range(
      first + 4 +| (place >> pageBits) *| (page *| size +| 4) +| (place & (page - 1)) * size, size, "an array")
  }
}
