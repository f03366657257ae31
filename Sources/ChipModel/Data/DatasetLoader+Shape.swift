extension DatasetLoader {
  /// Fits an array `[N, ...]` to samples of the network's input shape. Nothing is ever moved: an array is taken where
  /// its row-major order is already the network's, and refused with the remedy where it is not.
  ///
  /// - `[N, C, H, W]` for `[C, H, W]`, and `[N, F]` for `[F]`: as they are.
  /// - `[N, H, W]`, `[N, H, W, 1]` and `[N, H * W]` for `[1, H, W]`: the only channel is added.
  /// - any `[N, ...]` of F elements a sample for `[F]`: flattened in row-major order, as PyTorch and Keras do.
  static func arrange(_ tensor: Tensor, _ expected: [Int], file: String) throws(DataError) -> Dataset.Values {
    let sample = Array(tensor.shape.dropFirst())
    let size = Tensor.elementCount(expected)
    let sameSize = !sample.isEmpty && Tensor.elementCount(sample) == size
    let fits =
      if sample == expected {
        true
      } else if expected.count == 1 {
        sameSize
      } else {
        expected[0] == 1
          && (sample == [expected[1], expected[2]] || sample == [expected[1], expected[2], 1]
            || (sample.count == 1 && sameSize))
      }
    guard fits else {
      throw DataError(
        file: file, .shape(found: tensor.shape, expected: expected, remedy: remedy(tensor.shape, expected)))
    }
    switch tensor.storage {
    case .uint8(let values): return .uint8(values)
    case .int8(let values): return .float32(values.map(Float.init))
    case .int16(let values): return .float32(values.map(Float.init))
    case .float32(let values): return .float32(values)
    // Wider integers would be rounded by a 32-bit float.
    case .int32(let values): return .float64(values.map(Double.init))
    case .int64(let values): return .float64(values.map(Double.init))
    case .float64(let values): return .float64(values)
    }
  }

  /// Number of samples; there must be one, and all values must be finite.
  static func sampleCount(_ values: Dataset.Values, _ shape: [Int], file: String) throws(DataError) -> Int {
    let size = Tensor.elementCount(shape) ?? 0
    guard size > 0, values.count >= size else { throw DataError(file: file, .noSamples) }
    let bad: Int? =
      switch values {
      case .uint8: nil
      case .float32(let values): values.firstIndex { !$0.isFinite }
      case .float64(let values): values.firstIndex { !$0.isFinite }
      }
    if let bad { throw DataError(file: file, .notFinite(sample: bad / size)) }
    return values.count / size
  }

  /// What the user can do about a shape that does not fit.
  private static func remedy(_ shape: [Int], _ expected: [Int]) -> String {
    let sample = Array(shape.dropFirst())
    if shape == expected { return "add the sample axis with x[None]" }
    guard expected.count == 3 else {
      return "give data with \(expected[0]) values per sample"
    }
    if sample.count == 3, sample == [expected[1], expected[2], expected[0]] {
      return "channels come last; move them with x.transpose(0, 3, 1, 2)"
    }
    if sample.count == 1, sample[0] == Tensor.elementCount(expected) {
      return "say which order the flat values have with x.reshape(-1, \(expected[0]), \(expected[1]), \(expected[2]))"
    }
    return "give data of shape \(ShapeText.of([shape.first ?? 1] + expected)), or convert a network for this data"
  }
}
