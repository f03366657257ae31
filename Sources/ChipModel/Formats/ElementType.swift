/// How one number lies in a file: what the arrays of IDX, NumPy, safetensors and ONNX files are made of.
package struct ElementType: Sendable, Equatable {
  package enum Kind: Sendable { case float, brainFloat, signed, unsigned }
  package let kind: Kind
  /// Bytes: 1, 2, 4 or 8; 2 to 8 for floats, 2 for brain floats.
  package let size: Int
  package var isBigEndian = false

  package init(_ kind: Kind, _ size: Int, bigEndian: Bool = false) {
    self.kind = kind
    self.size = size
    isBigEndian = bigEndian
  }
}

extension Tensor.Storage {
  /// Reads `count` elements from `start` on.
  ///
  /// Floats of 16 bits and unsigned integers of 16 and 32 bits become the next wider kind, exactly; unsigned integers of
  /// 64 bits are taken as signed ones.
  /// - Returns: nil where they are not all there, or no such type exists.
  package init?(_ bytes: [UInt8], at start: Int, count: Int, as type: ElementType) {
    func read<Element: BitwiseCopyable>(_ element: Element.Type) -> [Element]? {
      RawArrays.read(element, bytes, at: start, count: count, bigEndian: type.isBigEndian)
    }
    let storage: Self? =
      switch (type.kind, type.size) {
      case (.float, 2): read(UInt16.self).map { .float32($0.map(Float.init(halfBits:))) }
      case (.float, 4): read(Float.self).map { .float32($0) }
      case (.float, 8): read(Double.self).map { .float64($0) }
      case (.brainFloat, 2): read(UInt16.self).map { .float32($0.map(Float.init(brainBits:))) }
      case (.signed, 1): read(Int8.self).map { .int8($0) }
      case (.signed, 2): read(Int16.self).map { .int16($0) }
      case (.signed, 4): read(Int32.self).map { .int32($0) }
      case (.signed, 8), (.unsigned, 8): read(Int64.self).map { .int64($0) }
      case (.unsigned, 1): read(UInt8.self).map { .uint8($0) }
      case (.unsigned, 2): read(UInt16.self).map { .int32($0.map(Int32.init)) }
      case (.unsigned, 4): read(UInt32.self).map { .int64($0.map(Int64.init)) }
      default: nil
      }
    guard let storage else { return nil }
    self = storage
  }

  /// How the elements are written.
  package var elementType: ElementType {
    switch self {
    case .float32: ElementType(.float, 4)
    case .float64: ElementType(.float, 8)
    case .int8: ElementType(.signed, 1)
    case .uint8: ElementType(.unsigned, 1)
    case .int16: ElementType(.signed, 2)
    case .int32: ElementType(.signed, 4)
    case .int64: ElementType(.signed, 8)
    }
  }

  /// Appends the elements, little-endian, each as `elementType` says.
  package func append(to bytes: inout [UInt8]) {
    switch self {
    case .float32(let values): RawArrays.append(values, to: &bytes)
    case .float64(let values): RawArrays.append(values, to: &bytes)
    case .int8(let values): RawArrays.append(values, to: &bytes)
    case .uint8(let values): bytes += values
    case .int16(let values): RawArrays.append(values, to: &bytes)
    case .int32(let values): RawArrays.append(values, to: &bytes)
    case .int64(let values): RawArrays.append(values, to: &bytes)
    }
  }
}

extension Float {
  /// An IEEE 754 binary16, exactly; NaN payloads are kept (`Float16` does not exist on every platform).
  package init(halfBits bits: UInt16) {
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

  /// A brain float, the upper half of a 32-bit one.
  package init(brainBits bits: UInt16) { self.init(bitPattern: UInt32(bits) << 16) }
}

extension [UInt8] {
  @inline(__always)
  func littleEndian16(at index: Int) -> UInt16 {
    UInt16(self[index]) | UInt16(self[index + 1]) << 8
  }

  @inline(__always)
  func littleEndian32(at index: Int) -> UInt32 {
    UInt32(littleEndian16(at: index)) | UInt32(littleEndian16(at: index + 2)) << 16
  }

  @inline(__always)
  func littleEndian64(at index: Int) -> UInt64 {
    UInt64(littleEndian32(at: index)) | UInt64(littleEndian32(at: index + 4)) << 32
  }
}
