/// Integer weights as the chip stores them, once per projection however many cores use them.
///
/// dense `[N_out, N_in]`, convolution `[C_out, C_in / groups, kY, kX]`, identity `[channels, parallel synapses]`.
package struct WeightTensor: Sendable, Equatable {
  package enum Storage: Sendable, Equatable {
    case int8([Int8])
    case int16([Int16])
  }
  package let shape: [Int]
  package let storage: Storage

  /// Stores `values` in the narrowest width that holds all of them; nil where one needs more than 16 bits or the count
  /// is not the shape's product.
  package init?(shape: [Int], values: [Int32]) {
    guard let count = Tensor.elementCount(shape), count == values.count else { return nil }
    if values.allSatisfy({ $0 >= -128 && $0 <= 127 }) {
      self.storage = .int8(values.map { Int8(truncatingIfNeeded: $0) })
    } else if values.allSatisfy({ $0 >= -32768 && $0 <= 32767 }) {
      self.storage = .int16(values.map { Int16(truncatingIfNeeded: $0) })
    } else {
      return nil
    }
    self.shape = shape
  }

  package init?(shape: [Int], storage: Storage) {
    let count: Int
    switch storage {
    case .int8(let values): count = values.count
    case .int16(let values): count = values.count
    }
    guard Tensor.elementCount(shape) == count else { return nil }
    self.shape = shape
    self.storage = storage
  }

  package var count: Int {
    switch storage {
    case .int8(let values): values.count
    case .int16(let values): values.count
    }
  }

  @inlinable @inline(__always)
  package subscript(index: Int) -> Int32 {
    switch storage {
    case .int8(let values): Int32(values[index])
    case .int16(let values): Int32(values[index])
    }
  }
}
