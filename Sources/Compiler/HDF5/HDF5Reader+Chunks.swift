import ChipModel

/// Data sets in chunks.
extension HDF5Reader {
  /// The chunks of a data set: their shape, and where each is.
  struct Chunks {
    var shape: [Int]
    var all: [Chunk]
  }

  struct Chunk {
    /// Of its first element.
    var place: [Int]
    var address: Int
    /// Bytes in the file.
    var size: Int
    /// Filters that it did not go through, a bit each.
    var mask: Int
  }

  // MARK: Where they are

  /// Of a version-1 tree.
  /// - Parameter layout: where the message of the data set's layout begins.
  mutating func treeChunks(
    _ layout: Int, _ shape: [Int], size: Int, elementSize: Int, _ what: String
  ) throws(HDF5Error) -> Chunks {
    let chunk = try chunkShape(
      layout + 3 + file.addressSize, rank: try file.byte(layout + 2, what), width: 4, shape, elementSize, what)
    if size == 0 { return Chunks(shape: chunk, all: []) }
    guard let tree = try file.address(layout + 3, what) else { throw Self.unwritten(what) }
    let leaves = try leaves(of: tree, keyBytes: 8 + 8 * (shape.count + 1), kind: 1)
    return Chunks(
      shape: chunk,
      all: try leaves.map { (leaf) throws(HDF5Error) in
        let place = try shape.indices.map { (axis) throws(HDF5Error) in
          try file.length(leaf.key + 8 + 8 * axis, size: 8, what)
        }
        return Chunk(
          place: place, address: leaf.child, size: try file.number(leaf.key, 4, what),
          mask: try file.number(leaf.key + 4, 4, what))
      })
  }

  /// Of an index of HDF5 1.10 for shapes that do not grow: one chunk, or an array of their addresses.
  mutating func indexedChunks(
    _ layout: Int, _ shape: [Int], size: Int, elementSize: Int, isFiltered: Bool, _ what: String
  ) throws(HDF5Error) -> Chunks {
    let (flags, rank, width) = (
      try file.byte(layout + 2, what), try file.byte(layout + 3, what), try file.byte(layout + 4, what)
    )
    guard flags & 1 == 0 else { throw .unsupported("\(what) with chunks at its edge that skip the filters") }
    guard (1...8).contains(width) else {
      throw .malformed(offset: layout, what: "\(what) has numbers of \(width) bytes")
    }
    let chunk = try chunkShape(layout + 5, rank: rank, width: width, shape, elementSize, what)
    let index = layout + 5 + rank * width
    if size == 0 { return Chunks(shape: chunk, all: []) }
    guard let bytes = Tensor.elementCount(chunk + [elementSize]), let grid = grid(shape, chunk) else {
      throw Self.shaped(chunk, at: layout, what)
    }
    func place(_ number: Int) -> [Int] {
      var (rest, place) = (number, shape)
      for axis in shape.indices.reversed() {
        let along = (shape[axis] - 1) / chunk[axis] + 1
        place[axis] = rest % along * chunk[axis]
        rest /= along
      }
      return place
    }
    switch try file.byte(index, what) {
    case 1:
      let isPacked = flags & 2 != 0
      let at = index + 1 + (isPacked ? file.lengthSize + 4 : 0)
      guard grid == 1 else { throw Self.shaped(chunk, at: layout, what) }
      guard let address = try file.address(at, what) else { throw Self.unwritten(what) }
      return Chunks(
        shape: chunk,
        all: [
          Chunk(
            place: place(0), address: address, size: isPacked ? try file.length(index + 1, what) : bytes,
            mask: isPacked ? try file.number(at - 4, 4, what) : 0)
        ])
    case 3:
      guard let header = try file.address(index + 2, what) else { throw Self.unwritten(what) }
      let entries = try arrayEntries(header, grid, isFiltered: isFiltered, what)
      var all: [Chunk] = []
      for (number, entry) in entries.enumerated() {
        guard let address = try file.address(entry.lowerBound, what) else { continue }
        let packed = entry.count - file.addressSize - 4
        let mask = entry.upperBound - 4
        all.append(
          Chunk(
            place: place(number), address: address,
            size: isFiltered ? try file.length(mask - packed, size: packed, what) : bytes,
            mask: isFiltered ? try file.number(mask, 4, what) : 0))
      }
      return Chunks(shape: chunk, all: all)
    default:
      throw .unsupported(
        what: "\(what) has an index of chunks for shapes that grow, or of chunks that were there before their data",
        remedy: "write the file with h5py and without 'libver'")
    }
  }

  /// The entries of a fixed array, of which pages may be missing.
  private mutating func arrayEntries(
    _ header: Int, _ count: Int, isFiltered: Bool, _ what: String
  ) throws(HDF5Error) -> [Range<Int>] {
    try file.expect("FAHD", at: header)
    let (size, pageBits) = (try file.byte(header + 6, what), try file.byte(header + 7, what))
    let least = file.addressSize + (isFiltered ? 5 : 0)
    guard isFiltered ? (least...(least + 7)).contains(size) : size == least, pageBits < 32,
      try file.length(header + 8, what) == count
    else { throw .malformed(offset: header, what: "\(what) has another array of chunks") }
    let block = try file.place(header + 8 + file.lengthSize, what)
    try file.expect("FADB", at: block)
    let (page, first) = (1 << pageBits, block + 6 + file.addressSize)
    try look(count *| size, at: block)
    if count <= page {
      _ = try file.range(first, count * size, what)
      return (0..<count).map { (first + $0 * size)..<(first + ($0 + 1) * size) }
    }
    // A bit for each page that was written, a checksum, then pages that end with one of their own.
    let pages = (count - 1) / page + 1
    let start = first + (pages + 7) / 8 + 4
    _ = try file.range(start, count * size + 4 * pages, what)
    var entries: [Range<Int>] = []
    for number in 0..<pages where try file.byte(first + number / 8, what) >> (7 - number % 8) & 1 == 1 {
      let at = start + number * (page * size + 4)
      entries += (0..<min(page, count - number * page)).map { (at + $0 * size)..<(at + ($0 + 1) * size) }
    }
    guard entries.count == count else { throw Self.unwritten(what) }
    return entries
  }

  /// The shape of a chunk, behind it the bytes of an element.
  private func chunkShape(
    _ first: Int, rank: Int, width: Int, _ shape: [Int], _ elementSize: Int, _ what: String
  ) throws(HDF5Error) -> [Int] {
    guard rank == shape.count + 1, rank > 1 else {
      throw .malformed(offset: first, what: "\(what) has chunks of another shape")
    }
    let chunk = try shape.indices.map { (axis) throws(HDF5Error) in
      try file.length(first + width * axis, size: width, what)
    }
    guard try file.length(first + width * shape.count, size: width, what) == elementSize, chunk.allSatisfy({ $0 > 0 })
    else { throw Self.shaped(chunk, at: first, what) }
    return chunk
  }

  /// How many chunks a data set has.
  private func grid(_ shape: [Int], _ chunk: [Int]) -> Int? {
    Tensor.elementCount(zip(shape, chunk).map { ($0 - 1) / $1 + 1 })
  }

  private static func shaped(_ chunk: [Int], at offset: Int, _ what: String) -> HDF5Error {
    .malformed(offset: offset, what: "\(what) has chunks of shape \(shapeText(chunk))")
  }

  private static func unwritten(_ what: String) -> HDF5Error { .unsupported("\(what), which was never written,") }

  // MARK: What is in them

  /// Puts the chunks of a data set together.
  mutating func joined(
    _ chunks: Chunks, _ shape: [Int], size: Int, elementSize: Int, filters: [Filter], _ what: String
  ) throws(HDF5Error) -> [UInt8] {
    if size == 0 { return [] }
    let (chunk, first) = (chunks.shape, chunks.all.first?.address ?? 0)
    guard let bytes = Tensor.elementCount(chunk + [elementSize]), let needed = grid(shape, chunk) else {
      throw Self.shaped(chunk, at: first, what)
    }
    guard chunks.all.count == needed else {
      throw .unsupported("\(what), of which \(chunks.all.count) of \(needed) chunks are written,")
    }
    try take(bytes, for: "a chunk of \(what)")
    defer { left += bytes }
    var whole = [UInt8](repeating: 0, count: size)
    var places: Set<[Int]> = []
    for one in chunks.all {
      guard zip(one.place, chunk).allSatisfy({ $0 % $1 == 0 }), zip(one.place, shape).allSatisfy({ $0 < $1 }),
        places.insert(one.place).inserted
      else { throw .malformed(offset: one.address, what: "\(what) has a chunk outside, or twice") }
      let stored = try file.range(one.address, one.size, "a chunk of \(what)")
      try look(stored.count, at: one.address)
      var content = Array(file.bytes[stored])
      for (index, filter) in filters.enumerated().reversed() where one.mask >> index & 1 == 0 {
        content = try filter.undo(content, at: one.address, most: bytes + 4, elementSize: elementSize)
      }
      guard content.count == bytes else {
        throw .malformed(offset: one.address, what: "a chunk of \(what) has \(content.count) bytes of \(bytes)")
      }
      copy(content, of: chunk, to: &whole, at: one.place, shape, elementSize)
    }
    return whole
  }

  /// Copies a chunk's rows, without what hangs over the data set's edge.
  private func copy(
    _ chunk: [UInt8], of size: [Int], to whole: inout [UInt8], at place: [Int], _ shape: [Int], _ elementSize: Int
  ) {
    let axes = shape.count
    let inside = (0..<axes).map { min(size[$0], shape[$0] - place[$0]) }
    let row = inside[axes - 1] * elementSize
    for index in 0..<inside.dropLast().reduce(1, *) {
      var (rest, from, to, fromStep, toStep) = (index, 0, place[axes - 1], size[axes - 1], shape[axes - 1])
      for axis in (0..<(axes - 1)).reversed() {
        let at = rest % inside[axis]
        rest /= inside[axis]
        from += at * fromStep
        to += (place[axis] + at) * toStep
        fromStep *= size[axis]
        toStep *= shape[axis]
      }
      let (start, source) = (to * elementSize, from * elementSize)
      whole.replaceSubrange(start..<(start + row), with: chunk[source..<(source + row)])
    }
  }
}
