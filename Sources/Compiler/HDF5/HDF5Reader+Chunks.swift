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

  /// Of an index of HDF5 1.10: one chunk, chunks behind one another, an array of them, or a version-2 tree.
  /// - Parameter most: to what the data set may grow along each axis; nil: without end.
  mutating func indexedChunks(
    _ layout: Int, _ shape: [Int], most: [Int?], size: Int, elementSize: Int, isFiltered: Bool, _ what: String
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
    let kind = try file.byte(index, what)
    // Behind what the index was made with: bits of a page; five numbers; size and fill of nodes.
    let made = [3: 1, 4: 5, 5: 6]
    let isPacked = kind == 1 && flags & 2 != 0
    let at = index + 1 + (isPacked ? file.lengthSize + 4 : made[kind] ?? 0)
    guard let address = try file.address(at, what) else { throw Self.unwritten(what) }
    let file = self.file
    /// Of an entry of an array or a tree: an address, with filters a size and a mask, then what belongs to its index.
    func one(_ place: [Int], _ entry: Range<Int>?, rest: Int = 0) throws(HDF5Error) -> Chunk? {
      guard let entry, let address = try file.address(entry.lowerBound, what) else { return nil }
      guard isFiltered else { return Chunk(place: place, address: address, size: bytes, mask: 0) }
      let (start, mask) = (entry.lowerBound + file.addressSize, entry.upperBound - rest - 4)
      return Chunk(
        place: place, address: address, size: try file.length(start, size: mask - start, what),
        mask: try file.number(mask, 4, what))
    }
    let least = file.addressSize + (isFiltered ? 5 : 0)
    let sizes = least...(least + (isFiltered ? 7 : 0))
    let stored: ([Int], Int) throws(HDF5Error) -> Chunk?
    switch kind {
    case 1:
      guard grid == 1 else { throw Self.shaped(chunk, at: layout, what) }
      return Chunks(
        shape: chunk,
        all: [
          Chunk(
            place: shape.map { _ in 0 }, address: address, size: isPacked ? try file.length(index + 1, what) : bytes,
            mask: isPacked ? try file.number(at - 4, 4, what) : 0)
        ])
    case 2:
      guard !isFiltered else {
        throw .malformed(offset: index, what: "\(what) has filters, and chunks without an index")
      }
      stored = { Chunk(place: $0, address: address +| $1 *| bytes, size: bytes, mask: 0) }
    case 3:
      let array = try HDF5FixedArray(file, at: address, sizes: sizes)
      stored = { (place, number) throws(HDF5Error) in try one(place, array.entry(number)) }
    case 4:
      let array = try HDF5ExtensibleArray(file, at: address, sizes: sizes)
      stored = { (place, number) throws(HDF5Error) in try one(place, array.entry(number)) }
    case 5:
      let places = 8 * shape.count
      let records = try records(
        of: address, kind: isFiltered ? 11 : 10, sizes: (sizes.lowerBound + places)...(sizes.upperBound + places))
      var all: [Chunk] = []
      for record in records.places {
        let end = record + records.size
        let place = try shape.indices.map { (axis) throws(HDF5Error) in
          try file.length(end - places + 8 * axis, size: 8, what) *| chunk[axis]
        }
        if let one = try one(place, record..<end, rest: places) { all.append(one) }
      }
      return Chunks(shape: chunk, all: all)
    default: throw .malformed(offset: index, what: "\(what) has chunks by an index of kind \(kind)")
    }
    try look(grid *| file.addressSize, at: layout)
    // Chunks are numbered along the axes' greatest sizes, along the one that may grow without end last.
    var steps = [Int](repeating: 1, count: shape.count)
    var step = 1
    let growing = kind == 4 ? most.firstIndex { $0 == nil } : nil
    for axis in shape.indices.reversed() where axis != growing {
      steps[axis] = step
      step = step *| ((max(shape[axis], most[axis] ?? 0) - 1) / chunk[axis] + 1)
    }
    if let growing { steps[growing] = step }
    var all: [Chunk] = []
    for position in 0..<grid {
      var (rest, number, place) = (position, 0, shape)
      for axis in shape.indices.reversed() {
        let along = (shape[axis] - 1) / chunk[axis] + 1
        place[axis] = rest % along * chunk[axis]
        number = number +| rest % along *| steps[axis]
        rest /= along
      }
      if let chunk = try stored(place, number) { all.append(chunk) }
    }
    return Chunks(shape: chunk, all: all)
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

  static func unwritten(_ what: String) -> HDF5Error {
    .unsupported(what: "\(what) was never written", remedy: "give it values, or leave it out of the file")
  }

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
      throw .unsupported(
        what: "\(what) has values in \(chunks.all.count) of its \(needed) chunks", remedy: "give it values everywhere")
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
