/// The tensors and the metadata of a safetensors file.
package struct SafetensorsContents: Sendable, Equatable {
  package struct Entry: Sendable, Equatable {
    package var name: String
    package var tensor: Tensor
    package init(name: String, tensor: Tensor) {
      self.name = name
      self.tensor = tensor
    }
  }
  package struct Metadatum: Sendable, Equatable {
    package var key: String
    package var value: String
    package init(key: String, value: String) {
      self.key = key
      self.value = value
    }
  }

  /// In the order of their data in the file. Names are distinct.
  package var tensors: [Entry]
  /// The `__metadata__` strings in the order of the file. Keys are distinct.
  package var metadata: [Metadatum]

  package init(tensors: [Entry] = [], metadata: [Metadatum] = []) {
    self.tensors = tensors
    self.metadata = metadata
  }

  package subscript(name: String) -> Tensor? {
    tensors.first { $0.name == name }?.tensor
  }
}

/// The safetensors container: a 64-bit little-endian header length, a JSON header, the data.
///
/// Read as strictly as the reference implementation: the header begins with `{` and is at most 100 MB, the tensors fill
/// the data without gap, overlap or rest, and each one's size is its shape's. F16 and BF16 are widened to 32-bit floats
/// (exact), other types keep their width.
package enum Safetensors {
  /// The reference implementation's limit, bytes.
  static let maximumHeader = 100_000_000

  /// Element types that are read; those that are written are the same less F16 and BF16.
  private static let types: [ElementType] = [
    .init(.float, 8), .init(.float, 4), .init(.float, 2), .init(.brainFloat, 2), .init(.signed, 8), .init(.signed, 4),
    .init(.signed, 2), .init(.signed, 1), .init(.unsigned, 1),
  ]

  /// `F64`, `BF16`, `U8`
  static func name(of type: ElementType) -> String {
    let kind =
      switch type.kind {
      case .float: "F"
      case .brainFloat: "BF"
      case .signed: "I"
      case .unsigned: "U"
      }
    return "\(kind)\(8 * type.size)"
  }

  /// - Throws: `FormatError` for whatever is not exactly a safetensors file of supported types.
  package static func read(_ bytes: [UInt8]) throws(FormatError) -> SafetensorsContents {
    guard bytes.count >= 8 else {
      throw FormatError("not a safetensors file: \(bytes.count) bytes, the header's length alone takes 8")
    }
    let length = bytes.littleEndian64(at: 0)
    guard length <= UInt64(maximumHeader) else { throw tooLarge(header: length) }
    let dataStart = 8 + Int(length)
    guard dataStart <= bytes.count else {
      throw FormatError(
        "the safetensors header has \(length) bytes but only \(bytes.count - 8) are there; copy the file again")
    }
    guard length > 0, bytes[8] == UInt8(ascii: "{") else {
      throw FormatError("not a safetensors file: the header does not begin with '{'")
    }
    let header = try Header(Array(bytes[8..<dataStart]))

    let dataSize = bytes.count - dataStart
    var contents = SafetensorsContents(metadata: header.metadata)
    contents.tensors.reserveCapacity(header.tensors.count)
    var end = 0
    for entry in header.tensors {
      let range = entry.range
      func wrong(_ what: String) -> FormatError { FormatError("tensor \(quotedForMessage(entry.name))\(what)") }
      guard range.lowerBound == end else {
        throw range.lowerBound > end
          ? wrong(": nothing names the data from \(end) to \(range.lowerBound) before it")
          : wrong(" begins at \(range.lowerBound), within the one before it, which ends at \(end)")
      }
      guard range.upperBound <= dataSize else {
        throw wrong(" ends at \(range.upperBound) but the data end at \(dataSize); copy the file again")
      }
      guard let count = Tensor.elementCount(entry.shape),
        // Divided, not multiplied: the product may overflow.
        range.count % entry.type.size == 0, range.count / entry.type.size == count,
        let storage = Tensor.Storage(bytes, at: dataStart + range.lowerBound, count: count, as: entry.type),
        let tensor = Tensor(shape: entry.shape, storage: storage)
      else {
        throw wrong(" has \(range.count) bytes of data, which \(name(of: entry.type)) of shape \(entry.shape) has not")
      }
      contents.tensors.append(.init(name: entry.name, tensor: tensor))
      end = range.upperBound
    }
    guard end == dataSize else {
      throw FormatError(
        "the safetensors file goes on after its last tensor (trailing bytes: \(dataSize - end)); "
          + "copy or write it again")
    }
    return contents
  }

  static func tooLarge(header bytes: UInt64) -> FormatError {
    FormatError("not a safetensors file: its header would have \(bytes) bytes, the limit is \(maximumHeader)")
  }

  /// The JSON header, entries sorted by the place of their data.
  private struct Header {
    struct Entry {
      let name: String
      let type: ElementType
      let shape: [Int]
      let range: Range<Int>
    }
    var tensors: [Entry] = []
    var metadata: [SafetensorsContents.Metadatum] = []

    init(_ text: [UInt8]) throws(FormatError) {
      do throws(JSONError) {
        var root = try JSONNode(root: try JSONParser.parse(text)).object()
        for (name, node) in root.allMembers() {
          var object = try node.object()
          if name == "__metadata__" {
            for (key, value) in object.allMembers() { metadata.append(.init(key: key, value: try value.string())) }
            continue
          }
          let type = try object.required("dtype")
          let typeName = try type.string()
          guard let elementType = Safetensors.types.first(where: { Safetensors.name(of: $0) == typeName }) else {
            let known = Safetensors.types.map(Safetensors.name(of:)).joined(separator: ", ")
            throw type.error("type \(quotedForMessage(typeName)) is not supported; convert it to one of \(known)")
          }
          let shape = try object.required("shape").ints(in: 0 ... .max)
          let offsetsNode = try object.required("data_offsets")
          let offsets = try offsetsNode.ints(in: 0 ... .max, count: 2...2)
          guard offsets[0] <= offsets[1] else {
            throw offsetsNode.error("the data end at \(offsets[1]), before they begin at \(offsets[0])")
          }
          try object.finish()
          tensors.append(.init(name: name, type: elementType, shape: shape, range: offsets[0]..<offsets[1]))
        }
      } catch {
        throw FormatError("safetensors header: \(error)")
      }
      // Empty tensors come before the one that begins at the same place, among themselves in the header's order.
      tensors = tensors.enumerated().sorted { a, b in
        let (first, second) = (a.element.range, b.element.range)
        return (first.lowerBound, first.upperBound, a.offset) < (second.lowerBound, second.upperBound, b.offset)
      }.map(\.element)
    }
  }
}
