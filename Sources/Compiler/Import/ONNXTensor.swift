import ChipModel

/// A constant of an ONNX graph: a weight, or a shape being computed.
///
/// Half, brain and double floats become `Float`; every integer and boolean kind becomes `Int`.
/// `values.count == shape.product` always.
struct ONNXTensor: Sendable, Equatable {
  enum Values: Sendable, Equatable {
    case floats([Float])
    case integers([Int])
  }
  let shape: [Int]
  let values: Values

  init?(shape: [Int], values: Values) {
    guard let count = ONNXTensor.elementCount(shape), count == values.count else { return nil }
    self.shape = shape
    self.values = values
  }

  /// A one-dimensional list of integers, as shapes are.
  init(list: [Int]) {
    shape = [list.count]
    values = .integers(list)
  }

  var count: Int { values.count }

  /// The elements as floats, integers widened.
  var floats: [Float] {
    switch values {
    case .floats(let v): v
    case .integers(let v): v.map(Float.init)
    }
  }

  /// The elements as integers; nil for floats.
  var integers: [Int]? {
    guard case .integers(let v) = values else { return nil }
    return v
  }

  /// Product of the dimensions; nil for a negative one or on overflow.
  ///
  /// The product without zeros must fit too (so that any partial product does), and be small for an empty tensor.
  static func elementCount(_ shape: [Int]) -> Int? {
    var product = 1
    var isEmpty = false
    for dimension in shape {
      guard dimension >= 0 else { return nil }
      if dimension == 0 {
        isEmpty = true
        continue
      }
      let (value, overflow) = product.multipliedReportingOverflow(by: dimension)
      if overflow { return nil }
      product = value
    }
    if isEmpty { return product <= 1 << 24 ? 0 : nil }
    return product
  }
}

extension ONNXTensor.Values {
  var count: Int {
    switch self {
    case .floats(let v): v.count
    case .integers(let v): v.count
    }
  }

  /// The elements at these places, in that order.
  func picked(_ places: [Int]) -> ONNXTensor.Values {
    switch self {
    case .floats(let v): .floats(places.map { v[$0] })
    case .integers(let v): .integers(places.map { v[$0] })
    }
  }
}

/// Element kinds by ONNX number. Source: `TensorProto.DataType` of onnx.proto.
enum ONNXElement: Int {
  case float32 = 1
  case uint8 = 2
  case int8 = 3
  case uint16 = 4
  case int16 = 5
  case int32 = 6
  case int64 = 7
  case bool = 9
  case float16 = 10
  case float64 = 11
  case uint32 = 12
  case uint64 = 13
  case bfloat16 = 16

  /// Bytes an element has in `raw_data`.
  var width: Int {
    switch self {
    case .uint8, .int8, .bool: 1
    case .uint16, .int16, .float16, .bfloat16: 2
    case .float32, .int32, .uint32: 4
    case .int64, .uint64, .float64: 8
    }
  }
  var isFloat: Bool {
    switch self {
    case .float32, .float16, .bfloat16, .float64: true
    default: false
    }
  }
}

extension ONNXTensor {
  /// Reads a TensorProto.
  /// - Parameter folder: where external data may lie; nil: there is none.
  /// - Throws: `.tensor` for contradictions, `.externalData` for weights in another file that cannot be had.
  static func read(
    _ data: [UInt8], _ range: Range<Int>, folder: String?
  ) throws(ImportError) -> (name: String, tensor: ONNXTensor) {
    var reader = ProtobufReader(data, range)
    var name = ""
    var shape: [Int] = []
    var type = 0
    var floats: [Float] = []
    var integers: [Int] = []
    var raw: Range<Int>?
    var external: [(key: String, value: String)] = []
    var isExternal = false
    while let field = try reader.next() {
      switch field.number {
      case 1: try field.appendIntegers(to: &shape, in: data)
      case 2: type = try field.integer()
      case 3: throw .tensor(name: name, what: "is stored in segments, which no exporter writes")
      case 4: try field.appendFloats(to: &floats, in: data)
      case 5, 7, 11: try field.appendIntegers(to: &integers, in: data)
      case 6: throw .tensor(name: name, what: "holds text")
      case 8: name = try field.text(in: data)
      case 9: raw = try field.bytes()
      case 10: try field.appendDoubles(to: &floats, in: data)
      case 13: external.append(try readEntry(data, try field.bytes()))
      case 14: isExternal = try field.integer() == 1
      default: break
      }
    }
    guard let element = ONNXElement(rawValue: type) else {
      throw .tensor(name: name, what: "has element type \(type), which is not a number type known here")
    }
    guard let count = elementCount(shape) else {
      throw .tensor(name: name, what: "has impossible shape \(shapeText(shape))")
    }
    let values: Values
    if isExternal {
      let (bytes, overflow) = count.multipliedReportingOverflow(by: element.width)
      guard !overflow else { throw .tensor(name: name, what: "has impossible shape \(shapeText(shape))") }
      let location = try ExternalLocation(entries: external, tensor: name, byteCount: bytes)
      let content = bytes == 0 ? [] : try location.load(folder: folder, tensor: name)
      values = decode(content[...], element)
    } else if let raw {
      values = decode(data[raw], element)
      guard raw.count % element.width == 0 else {
        throw .tensor(name: name, what: "has \(raw.count) bytes of \(element.width)-byte elements")
      }
    } else if element.isFloat {
      // Halves travel as bit patterns in int32_data.
      values = .floats(floats.isEmpty ? widen(integers, element) : floats)
    } else {
      values = .integers(integers)
    }
    guard let tensor = ONNXTensor(shape: shape, values: values) else {
      throw .tensor(name: name, what: "has shape \(shapeText(shape)) (\(count) elements) but holds \(values.count)")
    }
    return (name, tensor)
  }

  private static func readEntry(
    _ data: [UInt8], _ range: Range<Int>
  ) throws(ImportError) -> (key: String, value: String) {
    var reader = ProtobufReader(data, range)
    var result = (key: "", value: "")
    while let field = try reader.next() {
      if field.number == 1 { result.key = try field.text(in: data) }
      if field.number == 2 { result.value = try field.text(in: data) }
    }
    return result
  }

  private static func widen(_ bits: [Int], _ element: ONNXElement) -> [Float] {
    bits.map { value in
      let low = UInt16(truncatingIfNeeded: value)
      return element == .bfloat16 ? Float(bitPattern: UInt32(low) << 16) : float(half: low)
    }
  }

  /// Little-endian elements of raw bytes; a partial element at the end is dropped (and shows as a wrong count).
  private static func decode(_ bytes: ArraySlice<UInt8>, _ element: ONNXElement) -> Values {
    let width = element.width
    let count = bytes.count / width
    func bits(_ index: Int) -> UInt64 {
      let start = bytes.startIndex + index * width
      var value: UInt64 = 0
      for i in 0..<width { value |= UInt64(bytes[start + i]) << UInt64(8 * i) }
      return value
    }
    switch element {
    case .float32:
      return .floats((0..<count).map { Float(bitPattern: UInt32(truncatingIfNeeded: bits($0))) })
    case .float64: return .floats((0..<count).map { Float(Double(bitPattern: bits($0))) })
    case .float16: return .floats((0..<count).map { float(half: UInt16(truncatingIfNeeded: bits($0))) })
    case .bfloat16:
      return .floats((0..<count).map { Float(bitPattern: UInt32(truncatingIfNeeded: bits($0)) << 16) })
    case .int8: return .integers((0..<count).map { Int(Int8(truncatingIfNeeded: bits($0))) })
    case .int16: return .integers((0..<count).map { Int(Int16(truncatingIfNeeded: bits($0))) })
    case .int32: return .integers((0..<count).map { Int(Int32(truncatingIfNeeded: bits($0))) })
    case .uint8, .uint16, .uint32, .int64, .uint64, .bool:
      return .integers((0..<count).map { Int(truncatingIfNeeded: bits($0)) })
    }
  }

  /// IEEE 754 binary16 to binary32, exact (`Float16` does not exist on every platform the toolchain has).
  static func float(half bits: UInt16) -> Float {
    let sign = UInt32(bits & 0x8000) << 16
    let exponent = UInt32(bits >> 10) & 0x1f
    let fraction = UInt32(bits & 0x3ff)
    if exponent == 0x1f { return Float(bitPattern: sign | 0x7f80_0000 | fraction << 13) }
    if exponent == 0 {
      let magnitude = Float(fraction) * 0x1p-24
      return sign == 0 ? magnitude : -magnitude
    }
    return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
  }
}
