import ChipModel

/// The members of a group: in a symbol table, in the group's header, or in a fractal heap with a tree of their names.
extension HDF5Reader {
  mutating func links(
    _ messages: [Message], at address: Int
  ) throws(HDF5Error) -> [(name: String, address: Int)] {
    if let table = messages.first(where: { $0.kind == .symbolTable }) {
      let tree = try file.place(table.data.lowerBound, "a group's tree")
      let heap = try file.place(table.data.lowerBound + file.addressSize, "a group's names")
      try file.expect("HEAP", at: heap)
      let size = try file.length(heap + 8, "a group's names")
      let names = try file.range(
        try file.place(heap + 8 + 2 * file.lengthSize, "a group's names"), size, "a group's names")
      var links: [(name: String, address: Int)] = []
      for leaf in try leaves(of: tree, keyBytes: file.lengthSize, kind: 0) {
        links += try symbols(at: leaf.child, names: names)
      }
      return links
    }
    var links: [(name: String, address: Int)] = []
    for message in messages {
      if message.kind == .link { links.append(try link(message.data)) }
      if message.kind == .linkInfo {
        let flags = try file.byte(message.data.lowerBound + 1, "a group")
        let place = message.data.lowerBound + 2 + (flags & 1 != 0 ? 8 : 0)
        guard let heap = try file.address(place, "a group") else { continue }
        links += try storedLinks(in: heap, names: try file.place(place + file.addressSize, "a group's names"))
      }
    }
    return links
  }

  /// The entries of a node of a symbol table.
  private mutating func symbols(
    at address: Int, names: Range<Int>
  ) throws(HDF5Error) -> [(name: String, address: Int)] {
    try file.expect("SNOD", at: address)
    let count = try file.number(address + 6, 2, "a symbol table")
    let size = 2 * file.addressSize + 24
    let entries = try file.range(address + 8, count * size, "a symbol table")
    try look(entries.count + 8, at: address)
    var links: [(name: String, address: Int)] = []
    for entry in stride(from: entries.lowerBound, to: entries.upperBound, by: size) {
      let name = try file.place(entry, "a name")
      guard name < names.count else { throw .malformed(offset: entry, what: "a name outside the group's names") }
      guard try file.number(entry + 2 * file.addressSize, 4, "a symbol table") != 2 else {
        throw .unsupported("a symbolic link")
      }
      let text = try file.text(names.lowerBound + name, within: names.upperBound, "a name")
      try look(text.utf8.count, at: entry)
      links.append((text, try file.place(entry + file.addressSize, "an object")))
    }
    return links
  }

  /// A link in the header of a group.
  private func link(_ data: Range<Int>) throws(HDF5Error) -> (name: String, address: Int) {
    let flags = try file.byte(data.lowerBound + 1, "a link")
    var position = data.lowerBound + 2
    if flags & 8 != 0 {
      guard try file.byte(position, "a link") == 0 else { throw .unsupported("a symbolic link") }
      position += 1
    }
    position += (flags & 4 != 0 ? 8 : 0) + (flags & 16 != 0 ? 1 : 0)
    let lengthBytes = 1 << (flags & 3)
    let length =
      lengthBytes == 8 ? try file.length(position, "a link") : try file.number(position, lengthBytes, "a link")
    let name = try file.range(position + lengthBytes, length, "a link's name")
    return (String(decoding: file.bytes[name], as: UTF8.self), try file.place(name.upperBound, "a link"))
  }

  // MARK: Many links

  /// The links of a group that has too many for its header, by name.
  private mutating func storedLinks(
    in address: Int, names tree: Int
  ) throws(HDF5Error) -> [(name: String, address: Int)] {
    let heap = try HDF5Heap(file, at: address)
    var links: [(name: String, address: Int)] = []
    // A record is a hash of 4 bytes and where the link lies in the heap.
    let size = 4 + heap.idSize
    for record in try records(of: tree, kind: 5, sizes: size...size).places {
      let place = try heap.object(record + 4)
      try look(place.count, at: place.lowerBound)
      links.append(try link(place))
    }
    return links.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  /// Where the records of a version-2 B-tree begin, in their order, and the bytes of each.
  /// - Parameter sizes: bytes that a record may have.
  mutating func records(
    of tree: Int, kind: Int, sizes: ClosedRange<Int>
  ) throws(HDF5Error) -> (places: [Int], size: Int) {
    try file.expect("BTHD", at: tree)
    let size = try file.number(tree + 10, 2, "a tree")
    guard try file.byte(tree + 5, "a tree") == kind, sizes.contains(size) else {
      throw .malformed(offset: tree, what: "a tree of another kind")
    }
    let nodeSize = try file.number(tree + 6, 4, "a tree")
    let depth = try file.number(tree + 12, 2, "a tree")
    guard nodeSize >= 10 + size, depth <= 16 else { throw .malformed(offset: tree, what: "a tree of depth \(depth)") }
    let count = try file.number(tree + 16 + file.addressSize, 2, "a tree")
    guard count > 0 else { return ([], size) }
    let root = try file.place(tree + 16, "a tree")
    // Most records of a node, and of all nodes below one of each level: so many bytes count them.
    let leaf = (nodeSize - 10) / size
    let countBytes = bytes(of: leaf)
    var (below, belowBytes) = (leaf, [0])
    for level in 0..<depth {
      let pointer = file.addressSize + countBytes + belowBytes[level]
      let own = max(0, nodeSize - 10 - pointer) / (size + pointer)
      below = (own + 1) *| below +| own
      belowBytes.append(bytes(of: below))
    }
    let places = try records(
      at: root, count: count, level: depth, size: size, countBytes: countBytes, belowBytes: belowBytes)
    return (places, size)
  }

  /// - Parameters:
  ///   - countBytes: of the number of records in a node.
  ///   - belowBytes: by level, of the number of records in all nodes below one.
  private mutating func records(
    at node: Int, count: Int, level: Int, size: Int, countBytes: Int, belowBytes: [Int]
  ) throws(HDF5Error) -> [Int] {
    try file.expect(level == 0 ? "BTLF" : "BTIN", at: node)
    let first = node + 6
    _ = try file.range(first, count * size, "a tree")
    try look(count * size + 10, at: node)
    if level == 0 { return (0..<count).map { first + $0 * size } }
    var (found, place) = ([Int](), first + count * size)
    for child in 0...count {
      let address = try file.place(place, "a tree")
      let own = try file.number(place + file.addressSize, countBytes, "a tree")
      place += file.addressSize + countBytes + belowBytes[level - 1]
      found += try records(
        at: address, count: own, level: level - 1, size: size, countBytes: countBytes, belowBytes: belowBytes)
      if child < count { found.append(first + child * size) }
    }
    return found
  }

  /// Bytes that hold a number up to this one.
  private func bytes(of most: Int) -> Int { max(1, (Int.bitWidth - most.leadingZeroBitCount + 7) / 8) }
}
