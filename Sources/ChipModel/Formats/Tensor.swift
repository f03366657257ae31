/// A dense array in row-major (C) order, either real numbers or integers.
///
/// The one carrier of bulk numbers between file formats and the rest: safetensors, npy and inline JSON give it, networks
/// hold it. `count == shape.product` always; a scalar has shape `[]`.
package struct Tensor: Sendable, Equatable {
  /// The elements and their kind. Half and brain floats are widened when read; 64-bit integers are kept.
  package enum Storage: Sendable, Equatable {
    case float32([Float])
    case float64([Double])
    case int8([Int8])
    case uint8([UInt8])
    case int16([Int16])
    case int32([Int32])
    case int64([Int64])
  }
  package let shape: [Int]
  package let storage: Storage

  /// - Returns: nil where the number of elements is not the shape's product (or that product overflows).
  package init?(shape: [Int], storage: Storage) {
    guard let count = Tensor.elementCount(shape), count == storage.count else { return nil }
    self.shape = shape
    self.storage = storage
  }

  /// A tensor without dimensions: one number.
  package init(scalar: Double) {
    shape = []
    storage = .float64([scalar])
  }

  package var count: Int { storage.count }

  /// Product of the dimensions; nil for a negative dimension or on overflow.
  package static func elementCount(_ shape: [Int]) -> Int? {
    var product = 1
    for dimension in shape {
      guard dimension >= 0 else { return nil }
      let (value, overflow) = product.multipliedReportingOverflow(by: dimension)
      if overflow { return nil }
      product = value
    }
    return product
  }

  /// The elements as doubles (exact for every kind but large 64-bit integers).
  package var isFloat: Bool {
    switch storage {
    case .float32, .float64: true
    default: false
    }
  }

  package var doubles: [Double] {
    switch storage {
    case .float32(let v): v.map(Double.init)
    case .float64(let v): v
    case .int8(let v): v.map(Double.init)
    case .uint8(let v): v.map(Double.init)
    case .int16(let v): v.map(Double.init)
    case .int32(let v): v.map(Double.init)
    case .int64(let v): v.map(Double.init)
    }
  }

  /// The elements as 32-bit integers where the tensor is I8, I16 or I32: chip weights, taken as they are. Else nil.
  package var integers: [Int32]? {
    switch storage {
    case .int8(let v): v.map(Int32.init)
    case .int16(let v): v.map(Int32.init)
    case .int32(let v): v
    default: nil
    }
  }
}

extension Tensor.Storage {
  package var count: Int {
    switch self {
    case .float32(let v): v.count
    case .float64(let v): v.count
    case .int8(let v): v.count
    case .uint8(let v): v.count
    case .int16(let v): v.count
    case .int32(let v): v.count
    case .int64(let v): v.count
    }
  }
}
