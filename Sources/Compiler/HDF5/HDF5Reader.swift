import ChipModel

/// Reads an HDF5 file from its superblock down.
struct HDF5Reader {
  var file: HDF5Bytes
  /// Bytes that data sets may still take.
  var left: Int
  private let maximum: Int
  /// Bytes of headers, trees and heaps that may still be looked at: what is shared or nested without end costs no time.
  private var work: Int
  /// Addresses of headers that were read.
  private var seen: Set<Int> = []
  /// Texts of global heaps by address and index.
  var heaps: [Int: [Int: Range<Int>]] = [:]

  /// Groups inside groups.
  private static let mostNested = 64

  init(file: HDF5Bytes, maximum: Int) {
    self.file = file
    self.maximum = maximum
    left = maximum
    work = 4 * file.bytes.count
  }

  /// Counts bytes that are looked at.
  mutating func look(_ count: Int, at offset: Int) throws(HDF5Error) {
    guard count <= work else { throw .malformed(offset: offset, what: "its parts overlap") }
    work -= count
  }

  /// Counts bytes of a data set before they are made.
  mutating func take(_ bytes: Int, for what: String) throws(HDF5Error) {
    guard bytes <= left else { throw .tooLarge(what: what, bytes: bytes, limit: maximum) }
    left -= bytes
  }

  // MARK: Superblock

  static let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]

  mutating func root() throws(HDF5Error) -> HDF5Group {
    guard file.bytes.starts(with: Self.signature) else { throw .notHDF5 }
    let version = try file.byte(8, "the superblock")
    guard version <= 3 else { throw .unsupported("superblock of version \(version)") }
    let sizes = version < 2 ? 13 : 9
    file.addressSize = try file.byte(sizes, "the superblock")
    file.lengthSize = try file.byte(sizes + 1, "the superblock")
    for (offset, size) in [(sizes, file.addressSize), (sizes + 1, file.lengthSize)] where ![2, 4, 8].contains(size) {
      throw .malformed(offset: offset, what: "numbers of \(size) bytes")
    }
    let start = version < 2 ? (version == 0 ? 24 : 28) : 12
    guard try file.place(start, "the base address") == 0 else { throw .unsupported("a block before the file's own") }
    // Behind four addresses: in versions 0 and 1 the root's entry of a symbol table, its name first.
    let root = start + (version < 2 ? 5 : 3) * file.addressSize
    guard case .group(let group) = try object(at: try file.place(root, "the root group"), name: "/", depth: 0) else {
      throw .malformed(offset: root, what: "the root is no group")
    }
    return group
  }

  // MARK: Objects

  private mutating func object(at address: Int, name: String, depth: Int) throws(HDF5Error) -> HDF5Object {
    guard seen.insert(address).inserted else {
      throw .unsupported(
        what: "the object '\(printable(name))' has two names, or is inside itself",
        remedy: "write the file without links")
    }
    guard depth <= Self.mostNested else {
      throw .malformed(offset: address, what: "more than \(Self.mostNested) groups inside one another")
    }
    let messages = try messages(at: address)
    if messages.contains(where: { $0.kind == .dataspace || $0.kind == .layout }) {
      return try dataset(messages, name: name, at: address)
    }
    var group = HDF5Group()
    for link in try links(messages, at: address) {
      guard !link.name.isEmpty, !link.name.utf8.contains(0) else {
        throw .malformed(offset: address, what: "a member without a name")
      }
      group.members.append((link.name, try object(at: link.address, name: link.name, depth: depth + 1)))
    }
    return .group(group)
  }

  // MARK: Headers

  /// One message of an object's header.
  struct Message {
    enum Kind: Int {
      case dataspace = 0x01
      case linkInfo = 0x02
      case datatype = 0x03
      case link = 0x06
      case layout = 0x08
      case filters = 0x0B
      case continuation = 0x10
      case symbolTable = 0x11
    }
    var kind: Kind
    var data: Range<Int>
  }

  /// The messages of a header that say what it is.
  private mutating func messages(at address: Int) throws(HDF5Error) -> [Message] {
    if file.bytes.count - address >= 4, address >= 0, (try? file.expect("OHDR", at: address)) != nil {
      return try newMessages(at: address)
    }
    guard try file.byte(address, "an object header") == 1 else {
      throw .malformed(offset: address, what: "no object header of version 1 or 2")
    }
    let count = try file.number(address + 2, 2, "an object header")
    let first = try file.range(address + 16, try file.number(address + 8, 4, "an object header"), "an object header")
    return try messages(in: [first], most: count, nameBytes: 2, extra: 3)
  }

  private mutating func newMessages(at address: Int) throws(HDF5Error) -> [Message] {
    guard try file.byte(address + 4, "an object header") == 2 else {
      throw .malformed(offset: address, what: "no object header of version 2")
    }
    let flags = try file.byte(address + 5, "an object header")
    let sizeAt = address + 6 + (flags & 0x20 != 0 ? 16 : 0) + (flags & 0x10 != 0 ? 4 : 0)
    let sizeBytes = 1 << (flags & 3)
    let size =
      sizeBytes == 8
      ? try file.length(sizeAt, "an object header") : try file.number(sizeAt, sizeBytes, "an object header")
    let first = try file.range(sizeAt + sizeBytes, size, "an object header")
    return try messages(in: [first], most: Int.max, nameBytes: 1, extra: flags & 4 != 0 ? 2 : 0)
  }

  /// - Parameters:
  ///   - blocks: where the messages lie; continuations add to them.
  ///   - most: messages in all.
  ///   - nameBytes: of a message's type: 2 in version 1, 1 in version 2.
  ///   - extra: bytes between a message's flags and its data.
  private mutating func messages(
    in blocks: [Range<Int>], most: Int, nameBytes: Int, extra: Int
  ) throws(HDF5Error) -> [Message] {
    var (blocks, found, read) = (blocks, [Message](), 0)
    let isNew = nameBytes == 1
    while let block = blocks.popLast() {
      try look(block.count + 8, at: block.lowerBound)
      var position = block.lowerBound
      let header = nameBytes + 3 + extra
      while block.upperBound - position >= header, read < most {
        read += 1
        let kind = try file.number(position, nameBytes, "a message")
        let size = try file.number(position + nameBytes, 2, "a message")
        let flags = try file.byte(position + nameBytes + 2, "a message")
        let data = position + header
        guard size <= block.upperBound - data else {
          throw .malformed(offset: position, what: "a message goes beyond its header")
        }
        position = data + size
        guard let kind = Message.Kind(rawValue: kind) else { continue }
        guard flags & 2 == 0 else { throw .unsupported("types of data that several data sets share") }
        guard kind == .continuation else {
          found.append(Message(kind: kind, data: data..<position))
          continue
        }
        let start = try file.place(data, "a header's continuation")
        let length = try file.length(data + file.addressSize, "a header's continuation")
        var next = try file.range(start, length, "a header's continuation")
        if isNew {
          try file.expect("OCHK", at: start)
          guard length >= 8 else { throw .malformed(offset: start, what: "a continuation of \(length) bytes") }
          next = (start + 4)..<(next.upperBound - 4)
        }
        blocks.append(next)
      }
    }
    return found
  }

  // MARK: Trees

  /// The leaves of a version-1 B-tree: where the key of each stands, and what it points to.
  ///
  /// - Parameters:
  ///   - keyBytes: of one key.
  ///   - kind: 0: of groups, 1: of chunks.
  mutating func leaves(
    of tree: Int, keyBytes: Int, kind: Int
  ) throws(HDF5Error) -> [(key: Int, child: Int)] {
    var found: [(key: Int, child: Int)] = []
    var nodes: [(address: Int, level: Int?)] = [(tree, nil)]
    while let node = nodes.popLast() {
      try file.expect("TREE", at: node.address)
      let level = try file.byte(node.address + 5, "a tree")
      guard try file.byte(node.address + 4, "a tree") == kind, node.level ?? level == level else {
        throw .malformed(offset: node.address, what: "a tree of another kind or level")
      }
      let count = try file.number(node.address + 6, 2, "a tree")
      let entry = keyBytes + file.addressSize
      let entries = try file.range(node.address + 8 + 2 * file.addressSize, count * entry, "a tree")
      try look(entries.count + 8, at: node.address)
      let children = try stride(from: entries.lowerBound, to: entries.upperBound, by: entry).map {
        (key) throws(HDF5Error) in
        (key: key, child: try file.place(key + keyBytes, "a tree"))
      }
      if level == 0 {
        found += children
      } else {
        // The first is read next, so that leaves keep their order.
        nodes += children.reversed().map { ($0.child, level - 1) }
      }
    }
    return found
  }
}
