/// Reading of IDX files, the format of MNIST and its relatives (LeCun, Cortes, Burges: "The MNIST database").
///
/// Two zero bytes, the element type, the number of dimensions, the dimensions as big-endian 32-bit numbers, then the
/// elements, big-endian and row-major. Files usually come gzip-compressed; decompress them first (`Gzip`).
package enum IDX {
  /// Bytes per element by type code.
  private static func elementSize(_ code: UInt8) -> Int? {
    switch code {
    case 0x08, 0x09: 1
    case 0x0B: 2
    case 0x0C, 0x0D: 4
    case 0x0E: 8
    default: nil
    }
  }

  /// Whether the first four bytes can be an IDX file's. CIFAR records may look the same: see `hasExactSize`.
  package static func hasMagic(_ bytes: [UInt8]) -> Bool {
    bytes.count >= 4 && bytes[0] == 0 && bytes[1] == 0 && elementSize(bytes[2]) != nil && bytes[3] > 0
  }

  /// Whether the header announces exactly as many bytes as there are: certainty that it is IDX.
  package static func hasExactSize(_ bytes: [UInt8]) -> Bool {
    guard hasMagic(bytes), let header = try? header(bytes) else { return false }
    return header.expectedSize == bytes.count
  }

  /// - Throws: `IDXError`; the size must be exactly what the header announces.
  package static func decode(_ bytes: [UInt8]) throws(IDXError) -> Tensor {
    let header = try header(bytes)
    guard header.expectedSize == bytes.count, let count = Tensor.elementCount(header.shape) else {
      throw .size(header.shape, expected: header.expectedSize, actual: bytes.count)
    }
    let start = header.dataStart
    let storage: Tensor.Storage
    switch bytes[2] {
    case 0x08: storage = .uint8(Array(bytes[start...]))
    case 0x09: storage = .int8(bytes[start...].map(Int8.init(bitPattern:)))
    case 0x0B:
      storage = .int16(
        RawElements.words16(bytes, at: start, count: count, bigEndian: true).map(Int16.init(bitPattern:)))
    case 0x0C:
      storage = .int32(
        RawElements.words32(bytes, at: start, count: count, bigEndian: true).map(Int32.init(bitPattern:)))
    case 0x0D:
      storage = .float32(
        RawElements.words32(bytes, at: start, count: count, bigEndian: true).map(Float.init(bitPattern:)))
    default:
      storage = .float64(
        RawElements.words64(bytes, at: start, count: count, bigEndian: true).map(Double.init(bitPattern:)))
    }
    guard let tensor = Tensor(shape: header.shape, storage: storage) else {
      throw .size(header.shape, expected: header.expectedSize, actual: bytes.count)
    }
    return tensor
  }

  /// Where the samples lie; nil where the bytes do not begin as an IDX file of some samples.
  static func layout(_ bytes: [UInt8]) -> ArrayLayout? {
    guard hasMagic(bytes), let header = try? header(bytes), header.expectedSize != nil, header.shape[0] > 0,
      let element = elementSize(bytes[2]), let count = Tensor.elementCount(Array(header.shape.dropFirst()))
    else { return nil }
    let start = header.dataStart
    return ArrayLayout(rows: header.shape[0], rowSize: count * element, dataStart: start) { rows in
      let count = UInt32(truncatingIfNeeded: rows)
      return bytes[..<4] + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: count >> $0) } + bytes[8..<start]
    }
  }

  /// `expectedSize` is nil where it overflows.
  private static func header(
    _ bytes: [UInt8]
  ) throws(IDXError) -> (shape: [Int], dataStart: Int, expectedSize: Int?) {
    guard bytes.count >= 4 else { throw .truncated(size: bytes.count) }
    guard bytes[0] == 0, bytes[1] == 0 else { throw .notIDX }
    guard let size = elementSize(bytes[2]) else { throw .type(bytes[2]) }
    let rank = Int(bytes[3])
    guard rank > 0 else { throw .notIDX }
    let dataStart = 4 + 4 * rank
    guard bytes.count >= dataStart else { throw .truncated(size: bytes.count) }
    let shape = RawElements.words32(bytes, at: 4, count: rank, bigEndian: true).map(Int.init)
    guard let count = Tensor.elementCount(shape) else { return (shape, dataStart, nil) }
    let (data, overflow) = count.multipliedReportingOverflow(by: size)
    let (total, carry) = data.addingReportingOverflow(dataStart)
    return (shape, dataStart, overflow || carry ? nil : total)
  }
}

/// Why an IDX file cannot be read.
package enum IDXError: Error, Sendable, Equatable, CustomStringConvertible {
  case notIDX
  case truncated(size: Int)
  case type(UInt8)
  /// `expected` is nil where the shape is too large for any file.
  case size([Int], expected: Int?, actual: Int)

  package var description: String {
    switch self {
    case .notIDX: "not an IDX file: it does not begin with two zero bytes, a type and a rank; give an IDX file"
    case .truncated(let size): "IDX file ends inside its header, after \(size) bytes; it is cut short, copy it again"
    case .type(let code):
      "IDX element type is \(code), known are 8, 9, 11, 12, 13 and 14; the file is damaged, copy it again"
    case .size(let shape, let expected, let actual):
      "IDX file of shape \(ShapeText.of(shape)) has \(actual) bytes instead of "
        + "\(expected.map(String.init) ?? "more than any file can have"); copy it again"
    }
  }
}
