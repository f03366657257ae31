import ChipModel

/// Writes a tree of groups and data sets in the oldest form, which every HDF5 library reads: superblock 0, version-1
/// headers, one symbol table a group, contiguous data, texts of fixed length.
package struct HDF5Writer {
  private var bytes: [UInt8] = []
  /// Half the members of the largest group: the symbols that a node has room for are twice that.
  private var leafHalf = 4

  /// The bytes of a file.
  ///
  /// - Parameter root: members of a group differ in their names, which have no zero byte and no `/`; a group has at
  /// most   131,070 members.
  package static func bytes(of root: HDF5Group) -> [UInt8] {
    var writer = HDF5Writer()
    writer.leafHalf = max(4, min((writer.mostMembers(root) + 1) / 2, 0xFFFF))
    writer.bytes = [UInt8](repeating: 0, count: superblockSize)
    let address = writer.append(root)
    var block = HDF5Reader.signature + [0, 0, 0, 0, 0, 8, 8, 0]
    block += little(writer.leafHalf, 2) + little(16, 2) + little(0, 4)
    block += little(0, 8) + none + little(writer.bytes.count, 8) + none
    block += little(0, 8) + little(address, 8) + little(0, 24)
    writer.bytes.replaceSubrange(0..<superblockSize, with: block)
    return writer.bytes
  }

  private static let superblockSize = 96
  private static let none = [UInt8](repeating: 0xFF, count: 8)

  private static func little(_ value: Int, _ size: Int) -> [UInt8] {
    (0..<size).map { $0 < 8 ? UInt8(truncatingIfNeeded: value >> (8 * $0)) : 0 }
  }

  private func mostMembers(_ group: HDF5Group) -> Int {
    group.members.reduce(group.members.count) { most, member in
      if case .group(let inner) = member.object { max(most, mostMembers(inner)) } else { most }
    }
  }

  /// Appends a block on the next boundary of 8 bytes; where it begins.
  private mutating func append(_ block: [UInt8]) -> Int {
    bytes += [UInt8](repeating: 0, count: (8 - bytes.count % 8) % 8)
    defer { bytes += block }
    return bytes.count
  }

  /// A version-1 header of messages by type.
  private mutating func appendHeader(_ messages: [(type: Int, data: [UInt8])]) -> Int {
    var body: [UInt8] = []
    for message in messages {
      let padding = (8 - message.data.count % 8) % 8
      body += Self.little(message.type, 2) + Self.little(message.data.count + padding, 2) + Self.little(0, 4)
      body += message.data + [UInt8](repeating: 0, count: padding)
    }
    let head = [1, 0] + Self.little(messages.count, 2) + Self.little(1, 4) + Self.little(body.count, 4)
    return append(head + Self.little(0, 4) + body)
  }

  private mutating func append(_ object: HDF5Object) -> Int {
    switch object {
    case .group(let group): return append(group)
    case .numbers(let tensor):
      var data: [UInt8] = []
      tensor.storage.append(to: &data)
      return append(data, shape: tensor.shape, type: type(tensor.storage.elementType))
    case .texts(let texts, let shape):
      let size = max(1, texts.map(\.utf8.count).max() ?? 1)
      // Filled up with zeros, UTF-8.
      return append(
        texts.flatMap { Array($0.utf8) + [UInt8](repeating: 0, count: size - $0.utf8.count) }, shape: shape,
        type: [0x13, 0x11, 0, 0] + Self.little(size, 4))
    }
  }

  private mutating func append(_ data: [UInt8], shape: [Int], type: [UInt8]) -> Int {
    let address = data.isEmpty ? Self.none : Self.little(append(data), 8)
    let space = [1, UInt8(truncatingIfNeeded: shape.count)] + Self.little(0, 6) + shape.flatMap { Self.little($0, 8) }
    return appendHeader([(1, space), (3, type), (8, [3, 1] + address + Self.little(data.count, 8))])
  }

  private func type(_ element: ElementType) -> [UInt8] {
    let (size, bits) = (Self.little(element.size, 4), Self.little(8 * element.size, 2))
    guard element.kind == .float else {
      return [0x10, element.kind == .signed ? 8 : 0, 0, 0] + size + Self.little(0, 2) + bits
    }
    let (fraction, exponent) = element.size == 4 ? (23, 8) : (52, 11)
    return [0x11, 0x20, UInt8(truncatingIfNeeded: 8 * element.size - 1), 0] + size + Self.little(0, 2) + bits
      + [
        UInt8(truncatingIfNeeded: fraction), UInt8(truncatingIfNeeded: exponent), 0,
        UInt8(truncatingIfNeeded: fraction),
      ]
      + Self.little((1 << (exponent - 1)) - 1, 4)
  }

  private mutating func append(_ group: HDF5Group) -> Int {
    let sorted = group.members.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    var (names, symbols): ([UInt8], [UInt8]) = ([UInt8](repeating: 0, count: 8), [])
    var last = 0
    for member in sorted {
      last = names.count
      symbols += Self.little(last, 8) + Self.little(append(member.object), 8) + Self.little(0, 24)
      names += Array(member.name.utf8) + [UInt8](repeating: 0, count: 8 - member.name.utf8.count % 8)
    }
    // A free block that is no block ends the list of free ones.
    let data = append(names)
    let heap = append(
      Array("HEAP".utf8) + Self.little(0, 4) + Self.little(names.count, 8) + Self.little(1, 8) + Self.little(data, 8))
    let room = 8 + 2 * leafHalf * 40
    let node = Array("SNOD".utf8) + [1, 0] + Self.little(sorted.count, 2) + symbols
    let leaf = append(node + [UInt8](repeating: 0, count: max(0, room - node.count)))
    // One node of room for 32 children, with the names before and behind the one it has.
    let children = sorted.isEmpty ? 0 : 1
    let head = Array("TREE".utf8) + [0, 0] + Self.little(children, 2) + Self.none + Self.none
    let keys = Self.little(0, 8) + (sorted.isEmpty ? [] : Self.little(leaf, 8) + Self.little(last, 8))
    let tree = append(head + keys + [UInt8](repeating: 0, count: 24 + 65 * 8 - head.count - keys.count))
    return appendHeader([(0x11, Self.little(tree, 8) + Self.little(heap, 8))])
  }
}
