/// Reading and writing of NumPy's `.npy` arrays (format versions 1 to 3, NEP 1).
///
/// Read are `f2 f4 f8 i1 i2 i4 i8 u1 u2 u4 b1` in both byte orders; halves are widened to 32-bit floats, `u2` and `u4`
/// to the next wider signed integers, booleans become 0 and 1. Column-major arrays are reordered. Object arrays hold
/// Python pickles and are never read.
package enum NumPy {
  private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  /// Whether the bytes begin as an `.npy` file does.
  package static func isArray(_ bytes: [UInt8]) -> Bool { bytes.starts(with: magic) }

  /// Reads one array; the file must end where the array ends.
  /// - Throws: `FormatError`.
  package static func decode(_ bytes: [UInt8]) throws(FormatError) -> Tensor {
    let (header, start) = try header(bytes)
    return try elements(bytes, from: start, header)
  }

  /// Where the samples lie; nil where the bytes do not begin as an array of some samples in row-major order.
  static func layout(_ bytes: [UInt8]) -> ArrayLayout? {
    guard isArray(bytes), let (header, start) = try? header(bytes), let rows = header.shape.first, rows > 0,
      !header.isColumnMajor || header.shape.count == 1, let count = Tensor.elementCount(header.shape),
      !count.multipliedReportingOverflow(by: header.type.size).overflow
    else { return nil }
    return ArrayLayout(rows: rows, rowSize: count / rows * header.type.size, dataStart: start) { rows in
      head(header.descriptor, [rows] + header.shape.dropFirst())
    }
  }

  /// What the header says, whether or not all elements follow; nil where it is no array's.
  package static func shape(_ bytes: [UInt8]) -> (sizes: [Int], isWhole: Bool)? {
    guard isArray(bytes), let (header, _) = try? header(bytes) else { return nil }
    return (header.shape, header.type.kind != .float)
  }

  /// The header, and where the elements begin.
  static func header(_ bytes: [UInt8]) throws(FormatError) -> (NumPyHeader, dataStart: Int) {
    let (text, start) = try headerText(bytes)
    return (try NumPyHeader(text), start)
  }

  static func headerText(_ bytes: [UInt8]) throws(FormatError) -> (ArraySlice<UInt8>, dataStart: Int) {
    guard isArray(bytes) else {
      throw FormatError("not an .npy array: it does not begin with \\x93NUMPY; write it with numpy.save")
    }
    guard bytes.count >= 10 else { throw .cutNumPy(bytes.count) }
    let major = bytes[6]
    guard (1...3).contains(major) else {
      throw FormatError(".npy format version is \(major).\(bytes[7]), 1.0 to 3.0 are read; write it with numpy.save")
    }
    let lengthSize = major == 1 ? 2 : 4
    guard bytes.count >= 8 + lengthSize else { throw .cutNumPy(bytes.count) }
    let length = major == 1 ? Int(bytes.littleEndian16(at: 8)) : Int(bytes.littleEndian32(at: 8))
    let headerStart = 8 + lengthSize
    guard length <= bytes.count - headerStart else { throw .cutNumPy(bytes.count) }
    return (bytes[headerStart..<(headerStart + length)], headerStart + length)
  }

  /// Writes an array, row-major and little-endian, as NumPy itself does (version 1, data at a multiple of 64 bytes).
  package static func encode(_ tensor: Tensor) -> [UInt8] {
    let type = tensor.storage.elementType
    let kind = type.kind == .float ? "f" : type.kind == .signed ? "i" : "u"
    var output = head("\(type.size == 1 ? "|" : "<")\(kind)\(type.size)", tensor.shape)
    tensor.storage.append(to: &output)
    return output
  }

  /// Everything before the elements.
  private static func head(_ descriptor: String, _ shape: [Int]) -> [UInt8] {
    let dimensions = shape.map(String.init).joined(separator: ", ")
    let shape = shape.count == 1 ? "(\(dimensions),)" : "(\(dimensions))"
    var header = Array("{'descr': '\(descriptor)', 'fortran_order': False, 'shape': \(shape), }".utf8)
    // Magic, version and length take 10 bytes, the closing line feed one.
    let padding = (64 - (10 + header.count + 1) % 64) % 64
    header.append(contentsOf: repeatElement(0x20, count: padding))
    header.append(0x0A)
    let length = [UInt8(truncatingIfNeeded: header.count), UInt8(truncatingIfNeeded: header.count >> 8)]
    return magic + [1, 0] + length + header
  }

  private static func elements(
    _ bytes: [UInt8], from start: Int, _ header: NumPyHeader
  ) throws(FormatError) -> Tensor {
    let size = bytes.count - start
    // Compared before anything is allocated: a header may claim any shape.
    guard let count = Tensor.elementCount(header.shape), size % header.type.size == 0, size / header.type.size == count,
      var storage = Tensor.Storage(bytes, at: start, count: count, as: header.type)
    else { throw .numPySize(header.shape, actual: size) }
    if header.isColumnMajor, header.shape.count > 1 { storage = storage.rowMajor(header.shape) }
    guard let tensor = Tensor(shape: header.shape, storage: storage) else {
      throw .numPySize(header.shape, actual: size)
    }
    return tensor
  }
}

extension FormatError {
  fileprivate static func cutNumPy(_ size: Int) -> FormatError {
    FormatError(".npy file ends inside its header, after \(size) bytes; it is cut short, copy it again")
  }

  static func numPyHeader(_ what: String, offset: Int) -> FormatError {
    FormatError(".npy header at character \(offset): \(what); write it with numpy.save")
  }

  /// - Parameter descriptor: NumPy's spelling of an element type that is not read, for example `|O`.
  static func numPyType(_ descriptor: String) -> FormatError {
    if descriptor.hasSuffix("O") {
      return FormatError(
        ".npy elements are Python objects (\(descriptor)), which are not read; convert with array.astype('f4')")
    }
    if descriptor.hasPrefix("[") {
      return FormatError(
        ".npy elements are records (\(descriptor)), which are not read; save one field as an array of its own")
    }
    return FormatError(
      ".npy element type is '\(descriptor)', read are f2 f4 f8 i1 i2 i4 i8 u1 u2 u4 b1; "
        + "convert with array.astype('f4')")
  }

  static func numPySize(_ shape: [Int], actual: Int) -> FormatError {
    FormatError(
      ".npy shape \(ShapeText.of(shape)) does not fit the \(actual) bytes of data; the file is damaged, copy it again")
  }
}

extension Tensor.Storage {
  /// Column-major elements of an array of this shape, reordered to row-major.
  fileprivate func rowMajor(_ shape: [Int]) -> Tensor.Storage {
    let order = Self.columnMajorIndices(shape)
    return switch self {
    case .float32(let v): .float32(order.map { v[$0] })
    case .float64(let v): .float64(order.map { v[$0] })
    case .int8(let v): .int8(order.map { v[$0] })
    case .uint8(let v): .uint8(order.map { v[$0] })
    case .int16(let v): .int16(order.map { v[$0] })
    case .int32(let v): .int32(order.map { v[$0] })
    case .int64(let v): .int64(order.map { v[$0] })
    }
  }

  /// For each row-major position, where its element is in column-major order.
  private static func columnMajorIndices(_ shape: [Int]) -> [Int] {
    guard let count = Tensor.elementCount(shape), count > 0 else { return [] }
    var strides: [Int] = []
    var stride = 1
    for dimension in shape {
      strides.append(stride)
      stride *= dimension
    }
    var indices: [Int] = []
    indices.reserveCapacity(count)
    var counter = [Int](repeating: 0, count: shape.count)
    var position = 0
    while true {
      indices.append(position)
      var axis = shape.count - 1
      while axis >= 0 {
        counter[axis] += 1
        position += strides[axis]
        if counter[axis] < shape[axis] { break }
        position -= strides[axis] * shape[axis]
        counter[axis] = 0
        axis -= 1
      }
      if axis < 0 { return indices }
    }
  }
}
