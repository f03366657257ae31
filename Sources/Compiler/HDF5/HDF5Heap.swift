import ChipModel

/// A fractal heap: objects of any size in blocks that double, found by their place in the space of all blocks together.
struct HDF5Heap {
  private let file: HDF5Bytes
  /// Bytes of an object's identifier: a byte of flags, its place, its length.
  let idSize: Int
  private let placeSize: Int
  private let lengthSize: Int
  /// Blocks in a row, and bytes of those of the first two rows; each further row has them twice as large.
  private let width: Int
  private let firstSize: Int
  /// Rows of blocks that hold objects; those of later rows hold blocks.
  private let directRows: Int
  private let root: Int
  /// Rows of the root block; 0: it holds objects.
  private let rows: Int

  init(_ file: HDF5Bytes, at address: Int) throws(HDF5Error) {
    let (offset, length) = (file.addressSize, file.lengthSize)
    try file.expect("FRHP", at: address)
    guard try file.number(address + 7, 2, "a heap") == 0 else { throw .unsupported("a heap of links behind a filter") }
    // Behind two addresses and ten lengths of what is free, huge or tiny.
    let table = address + 14 + 2 * offset + 10 * length
    func power(_ value: Int) throws(HDF5Error) -> Int {
      guard value > 0, value & (value - 1) == 0, value <= 1 << 32 else {
        throw .malformed(offset: table, what: "a heap with blocks of \(value) bytes")
      }
      return value.trailingZeroBitCount
    }
    idSize = try file.number(address + 5, 2, "a heap")
    width = try file.number(table, 2, "a heap")
    firstSize = try file.length(table + 2, "a heap")
    let largest = try file.length(table + 2 + length, "a heap")
    let (first, last) = (try power(firstSize), try power(largest))
    let bits = try file.number(table + 2 + 2 * length, 2, "a heap")
    guard first <= last, bits <= 63, try power(width) + first <= bits else {
      throw .malformed(offset: table, what: "a heap of \(bits) bits")
    }
    placeSize = (bits + 7) / 8
    let longest = try file.number(address + 10, 4, "a heap")
    lengthSize = min((last + 7) / 8, max(1, (Int.bitWidth - longest.leadingZeroBitCount + 7) / 8))
    directRows = last - first + 2
    root = try file.place(table + 6 + 2 * length, "a heap")
    rows = try file.number(table + 6 + 2 * length + offset, 2, "a heap")
    self.file = file
  }

  /// The bytes of an object.
  /// - Parameter id: where its identifier lies.
  func object(_ id: Int) throws(HDF5Error) -> Range<Int> {
    guard try file.byte(id, "an object of a heap") & 0x30 == 0 else {
      throw .unsupported("a link outside the blocks of its heap")
    }
    let place = try file.length(id + 1, size: placeSize, "an object of a heap")
    let length = try file.length(id + 1 + placeSize, size: lengthSize, "an object of a heap")
    return try file.range(try address(of: place, at: id), length, "an object of a heap")
  }

  /// Where in the file a place of the heap is.
  private func address(of place: Int, at id: Int) throws(HDF5Error) -> Int {
    var (block, rows, rest) = (root, rows, place)
    while rows > 0 {
      try file.expect("FHIB", at: block)
      let span = width * firstSize
      let row = rest < span ? 0 : (rest / span).bitWidth - (rest / span).leadingZeroBitCount
      guard row < rows else { throw .malformed(offset: id, what: "an object outside its heap") }
      let size = firstSize << max(0, row - 1)
      let column = (rest - (row == 0 ? 0 : span << (row - 1))) / size
      rest = (rest - (row == 0 ? 0 : span << (row - 1))) % size
      block = try file.place(
        block + 5 + file.addressSize + placeSize + (row * width + column) * file.addressSize, "a block of a heap")
      // A block of so many bytes begins again with the smallest ones.
      rows = row < directRows ? 0 : size.trailingZeroBitCount - span.trailingZeroBitCount + 1
    }
    try file.expect("FHDB", at: block)
    return try file.range(block, rest, "an object of a heap").upperBound
  }
}
