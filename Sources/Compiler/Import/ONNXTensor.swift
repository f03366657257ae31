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
  /// As the file stores it, where it was read from one.
  var element: ONNXElement?

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

  /// The same elements in another shape; the tensor itself where that has another number of them.
  func reshaped(_ shape: [Int]) -> ONNXTensor {
    guard var result = ONNXTensor(shape: shape, values: values) else { return self }
    result.element = element
    return result
  }

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

  /// As `raw_data` holds it.
  var type: ElementType {
    switch self {
    case .float32: .init(.float, 4)
    case .float64: .init(.float, 8)
    case .float16: .init(.float, 2)
    case .bfloat16: .init(.brainFloat, 2)
    case .int8: .init(.signed, 1)
    case .int16: .init(.signed, 2)
    case .int32: .init(.signed, 4)
    case .int64: .init(.signed, 8)
    case .uint8, .bool: .init(.unsigned, 1)
    case .uint16: .init(.unsigned, 2)
    case .uint32: .init(.unsigned, 4)
    case .uint64: .init(.unsigned, 8)
    }
  }
  var isFloat: Bool { type.kind == .float || type.kind == .brainFloat }
}

extension ONNXTensor {
  /// Element type of texts.
  private static let text = 8

  /// Reads a TensorProto.
  /// - Parameter folder: where external data may lie; nil: there is none.
  /// - Throws: `.tensor` for contradictions, `.externalData` for weights in another file that cannot be had.
  static func read(
    _ data: [UInt8], _ range: Range<Int>, folder: String?
  ) throws(ImportError) -> (name: String, tensor: ONNXTensor, file: String?) {
    var reader = ProtobufReader(data, range)
    var name = ""
    var shape: [Int] = []
    var type = 0
    var floats: [Float] = []
    var integers: [Int] = []
    var raw: Range<Int>?
    var external: [(key: String, value: String)] = []
    var isExternal = false
    var texts = 0
    while let field = try reader.next() {
      switch field.number {
      case 1: try field.appendIntegers(to: &shape, in: data)
      case 2: type = try field.integer()
      case 3: throw .tensor(name: name, what: "is stored in segments, which no exporter writes")
      case 4: try field.appendFloats(to: &floats, in: data)
      case 5, 7, 11: try field.appendIntegers(to: &integers, in: data)
      case 6: texts += 1
      case 8: name = try field.text(in: data)
      case 9: raw = try field.bytes()
      case 10: try field.appendDoubles(to: &floats, in: data)
      case 13: external.append(try readEntry(data, try field.bytes()))
      case 14: isExternal = try field.integer() == 1
      default: break
      }
    }
    // Names of classes: their numbers stand for them.
    if type == ONNXTensor.text, texts == elementCount(shape),
      let numbers = ONNXTensor(shape: shape, values: .integers(Array(0..<texts)))
    {
      return (name, numbers, nil)
    }
    guard let element = ONNXElement(rawValue: type) else {
      throw .tensor(name: name, what: "has element type \(type), which is not a number type known here")
    }
    guard let count = elementCount(shape) else {
      throw .tensor(name: name, what: "has impossible shape \(shapeText(shape))")
    }
    let values: Values
    var file: String?
    if isExternal {
      let (bytes, overflow) = count.multipliedReportingOverflow(by: element.type.size)
      guard !overflow else { throw .tensor(name: name, what: "has impossible shape \(shapeText(shape))") }
      let location = try ExternalLocation(entries: external, tensor: name, byteCount: bytes)
      file = location.path
      let content = bytes == 0 ? [] : try location.load(folder: folder, tensor: name)
      values = decode(content, 0..<content.count, element)
    } else if let raw {
      values = decode(data, raw, element)
      guard raw.count % element.type.size == 0 else {
        throw .tensor(name: name, what: "has \(raw.count) bytes of \(element.type.size)-byte elements")
      }
    } else if element.isFloat {
      // Halves travel as bit patterns in int32_data.
      values = .floats(floats.isEmpty ? widen(integers, element) : floats)
    } else {
      values = .integers(integers)
    }
    guard var tensor = ONNXTensor(shape: shape, values: values) else {
      throw .tensor(name: name, what: "has shape \(shapeText(shape)) (\(count) elements) but holds \(values.count)")
    }
    tensor.element = element
    return (name, tensor, file)
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
      return element == .bfloat16 ? Float(brainBits: low) : Float(halfBits: low)
    }
  }

  /// Little-endian elements of raw bytes; a partial element at the end is dropped (and shows as a wrong count).
  private static func decode(_ bytes: [UInt8], _ range: Range<Int>, _ element: ONNXElement) -> Values {
    let count = range.count / element.type.size
    switch Tensor.Storage(bytes, at: range.lowerBound, count: count, as: element.type) {
    case .float32(let v): return .floats(v)
    case .float64(let v): return .floats(v.map(Float.init))
    case .int8(let v): return .integers(v.map(Int.init))
    case .uint8(let v): return .integers(v.map(Int.init))
    case .int16(let v): return .integers(v.map(Int.init))
    case .int32(let v): return .integers(v.map(Int.init))
    case .int64(let v): return .integers(v.map(Int.init))
    case nil: return .integers([])
    }
  }
}
