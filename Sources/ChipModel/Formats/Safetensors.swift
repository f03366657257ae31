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
  enum ElementType: String, CaseIterable {
    case f64 = "F64"
    case f32 = "F32"
    case f16 = "F16"
    case bf16 = "BF16"
    case i64 = "I64"
    case i32 = "I32"
    case i16 = "I16"
    case i8 = "I8"
    case u8 = "U8"

    /// Bytes.
    var size: Int {
      switch self {
      case .f64, .i64: 8
      case .f32, .i32: 4
      case .f16, .bf16, .i16: 2
      case .i8, .u8: 1
      }
    }
  }

  /// - Throws: `SafetensorsError` for whatever is not exactly a safetensors file of supported types.
  package static func read(_ bytes: [UInt8]) throws(SafetensorsError) -> SafetensorsContents {
    try read(bytes.span)
  }

  package static func read(_ bytes: Span<UInt8>) throws(SafetensorsError) -> SafetensorsContents {
    guard bytes.count >= 8 else { throw .tooShort(bytes: bytes.count) }
    let length = UInt64(littleEndianBytes: bytes, at: 0)
    guard length <= UInt64(maximumHeader) else { throw .headerTooLarge(bytes: length, limit: maximumHeader) }
    let dataStart = 8 + Int(length)
    guard dataStart <= bytes.count else { throw .headerCut(bytes: Int(length), available: bytes.count - 8) }
    guard length > 0, bytes[8] == UInt8(ascii: "{") else { throw .headerNotObject }
    var text: [UInt8] = []
    text.reserveCapacity(Int(length))
    for index in 8..<dataStart { text.append(bytes[index]) }
    let header = try Header(text)

    let data = bytes.extracting(dataStart..<bytes.count)
    var contents = SafetensorsContents(metadata: header.metadata)
    contents.tensors.reserveCapacity(header.tensors.count)
    var end = 0
    for entry in header.tensors {
      let (name, range) = (entry.name, entry.range)
      guard range.lowerBound == end else {
        throw range.lowerBound > end
          ? .gap(tensor: name, from: end, to: range.lowerBound)
          : .overlap(tensor: name, begins: range.lowerBound, previousEnd: end)
      }
      guard range.upperBound <= data.count else {
        throw .dataCut(tensor: name, end: range.upperBound, available: data.count)
      }
      guard let count = Tensor.elementCount(entry.shape),
        // Divided, not multiplied: the product may overflow.
        range.count % entry.type.size == 0, range.count / entry.type.size == count,
        let tensor = Tensor(shape: entry.shape, storage: storage(entry.type, data.extracting(range)))
      else {
        throw .sizeMismatch(tensor: name, type: entry.type.rawValue, shape: entry.shape, bytes: range.count)
      }
      contents.tensors.append(.init(name: name, tensor: tensor))
      end = range.upperBound
    }
    guard end == data.count else { throw .trailing(bytes: data.count - end) }
    return contents
  }

  /// - Precondition: `data.count` is a multiple of the element's size.
  private static func storage(_ type: ElementType, _ data: Span<UInt8>) -> Tensor.Storage {
    switch type {
    case .f64: .float64(elements(data) { (bits: UInt64) in Double(bitPattern: bits) })
    case .f32: .float32(elements(data) { (bits: UInt32) in Float(bitPattern: bits) })
    case .f16: .float32(elements(data) { (bits: UInt16) in Float(halfBits: bits) })
    case .bf16: .float32(elements(data) { (bits: UInt16) in Float(bitPattern: UInt32(bits) << 16) })
    case .i64: .int64(elements(data) { (bits: UInt64) in Int64(bitPattern: bits) })
    case .i32: .int32(elements(data) { (bits: UInt32) in Int32(bitPattern: bits) })
    case .i16: .int16(elements(data) { (bits: UInt16) in Int16(bitPattern: bits) })
    case .i8: .int8(elements(data) { (bits: UInt8) in Int8(bitPattern: bits) })
    case .u8: .uint8(elements(data) { (bits: UInt8) in bits })
    }
  }

  @inline(__always)
  private static func elements<Bits: FixedWidthInteger & UnsignedInteger, Element>(
    _ data: Span<UInt8>, _ element: (Bits) -> Element
  ) -> [Element] {
    let size = Bits.bitWidth / 8
    var result: [Element] = []
    result.reserveCapacity(data.count / size)
    for position in 0..<(data.count / size) {
      result.append(element(Bits(littleEndianBytes: data, at: position * size)))
    }
    return result
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

    init(_ text: [UInt8]) throws(SafetensorsError) {
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
          guard let elementType = ElementType(rawValue: typeName) else {
            let known = ElementType.allCases.map(\.rawValue).joined(separator: ", ")
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
        throw .header(error)
      }
      // Empty tensors come before the one that begins at the same place, among themselves in the header's order.
      tensors = tensors.enumerated().sorted { a, b in
        let (first, second) = (a.element.range, b.element.range)
        return (first.lowerBound, first.upperBound, a.offset) < (second.lowerBound, second.upperBound, b.offset)
      }.map(\.element)
    }
  }
}

extension FixedWidthInteger {
  /// - Precondition: the bytes are there.
  @inline(__always)
  init(littleEndianBytes bytes: Span<UInt8>, at start: Int) {
    var value: Self = 0
    for offset in 0..<(Self.bitWidth / 8) {
      value |= Self(truncatingIfNeeded: bytes[start + offset]) &<< Self(truncatingIfNeeded: 8 * offset)
    }
    self = value
  }
}

extension Float {
  /// An IEEE 754 binary16, exactly; NaN payloads are kept.
  init(halfBits bits: UInt16) {
    let sign = UInt32(bits & 0x8000) << 16
    let exponent = UInt32(bits >> 10 & 0x1F)
    let fraction = UInt32(bits & 0x3FF)
    switch exponent {
    case 0x1F:
      self = Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
    case 0:
      // Zero and the subnormals, in units of 2^-24.
      let magnitude = Float(fraction) * 0x1p-24
      self = sign == 0 ? magnitude : -magnitude
    default:
      self = Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
  }
}
