/// Reading of IDX files, the format of MNIST and its relatives (LeCun, Cortes, Burges: "The MNIST database").
///
/// Two zero bytes, the element type, the number of dimensions, the dimensions as big-endian 32-bit numbers, then the
/// elements, big-endian and row-major. Files usually come gzip-compressed; decompress them first (`Gzip`).
package enum IDX {
  private static func elementType(_ code: UInt8) -> ElementType? {
    switch code {
    case 0x08: ElementType(.unsigned, 1)
    case 0x09: ElementType(.signed, 1)
    case 0x0B: ElementType(.signed, 2, bigEndian: true)
    case 0x0C: ElementType(.signed, 4, bigEndian: true)
    case 0x0D: ElementType(.float, 4, bigEndian: true)
    case 0x0E: ElementType(.float, 8, bigEndian: true)
    default: nil
    }
  }

  /// Whether the first four bytes can be an IDX file's. CIFAR records may look the same: see `hasExactSize`.
  package static func hasMagic(_ bytes: [UInt8]) -> Bool {
    bytes.count >= 4 && bytes[0] == 0 && bytes[1] == 0 && elementType(bytes[2]) != nil && bytes[3] > 0
  }

  /// Whether the header announces exactly as many bytes as there are: certainty that it is IDX.
  package static func hasExactSize(_ bytes: [UInt8]) -> Bool {
    guard hasMagic(bytes), let header = try? header(bytes) else { return false }
    return header.expectedSize == bytes.count
  }

  /// Number of dimensions, where the header announces exactly so many bytes as the file has.
  package static func dimensions(_ head: [UInt8], fileSize: Int) -> Int? {
    guard hasMagic(head), let header = try? header(head), header.expectedSize == fileSize else { return nil }
    return header.shape.count
  }

  /// - Throws: `FormatError`; the size must be exactly what the header announces.
  package static func decode(_ bytes: [UInt8]) throws(FormatError) -> Tensor {
    let header = try header(bytes)
    guard header.expectedSize == bytes.count, let count = Tensor.elementCount(header.shape),
      let storage = Tensor.Storage(bytes, at: header.dataStart, count: count, as: header.type),
      let tensor = Tensor(shape: header.shape, storage: storage)
    else {
      let expected = header.expectedSize.map(String.init) ?? "more than any file can have"
      throw FormatError(
        "IDX file of shape \(ShapeText.of(header.shape)) has \(bytes.count) bytes instead of \(expected); "
          + "copy it again")
    }
    return tensor
  }

  /// Where the samples lie; nil where the bytes do not begin as an IDX file of some samples.
  static func layout(_ bytes: [UInt8]) -> ArrayLayout? {
    guard hasMagic(bytes), let header = try? header(bytes), header.expectedSize != nil, header.shape[0] > 0,
      let count = Tensor.elementCount(Array(header.shape.dropFirst()))
    else { return nil }
    let start = header.dataStart
    return ArrayLayout(rows: header.shape[0], rowSize: count * header.type.size, dataStart: start) { rows in
      let count = UInt32(truncatingIfNeeded: rows)
      return bytes[..<4] + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: count >> $0) } + bytes[8..<start]
    }
  }

  /// `expectedSize` is nil where it overflows.
  private static func header(
    _ bytes: [UInt8]
  ) throws(FormatError) -> (type: ElementType, shape: [Int], dataStart: Int, expectedSize: Int?) {
    guard bytes.count >= 4 else { throw .cutIDX(bytes.count) }
    guard bytes[0] == 0, bytes[1] == 0 else { throw .notIDX }
    guard let type = elementType(bytes[2]) else {
      throw FormatError(
        "IDX element type is \(bytes[2]), known are 8, 9, 11, 12, 13 and 14; the file is damaged, copy it again")
    }
    let rank = Int(bytes[3])
    guard rank > 0 else { throw .notIDX }
    let dataStart = 4 + 4 * rank
    guard bytes.count >= dataStart else { throw .cutIDX(bytes.count) }
    let shape = (0..<rank).map { Int(bytes.littleEndian32(at: 4 + 4 * $0).byteSwapped) }
    guard let count = Tensor.elementCount(shape) else { return (type, shape, dataStart, nil) }
    let (data, overflow) = count.multipliedReportingOverflow(by: type.size)
    let (total, carry) = data.addingReportingOverflow(dataStart)
    return (type, shape, dataStart, overflow || carry ? nil : total)
  }
}

extension FormatError {
  fileprivate static var notIDX: FormatError {
    FormatError("not an IDX file: it does not begin with two zero bytes, a type and a rank; give an IDX file")
  }

  fileprivate static func cutIDX(_ size: Int) -> FormatError {
    FormatError("IDX file ends inside its header, after \(size) bytes; it is cut short, copy it again")
  }
}
