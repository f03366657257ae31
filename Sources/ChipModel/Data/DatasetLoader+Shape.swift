extension DatasetLoader {
  /// Fits an array `[N, ...]` to samples of the network's input shape.
  ///
  /// An array is taken where its row-major order is already the network's, or where its shape can only mean that the
  /// channels come last; else it is refused with the remedy.
  ///
  /// - `[N, C, H, W]` for `[C, H, W]`, and `[N, F]` for `[F]`: as they are.
  /// - `[N, H, W]`, `[N, H, W, 1]` and `[N, H * W]` for `[1, H, W]`: the only channel is added.
  /// - `[N, C, L]` for `[C, 1, L]`: the height is added.
  /// - `[N, H, W, C]` for `[C, H, W]`, and `[N, L, C]` for `[C, 1, L]`, where the sizes differ: the channels are moved.
  /// - exactly the network's input shape, with or without the only channel: one sample.
  /// - any `[N, ...]` of F elements a sample for `[F]`: flattened in row-major order, as PyTorch and Keras do.
  static func arrange(_ tensor: Tensor, _ expected: [Int], file: String) throws(DataError) -> Dataset.Values {
    let sample = Array(tensor.shape.dropFirst())
    let size = Tensor.elementCount(expected)
    let sameSize = !sample.isEmpty && Tensor.elementCount(sample) == size
    let isLine = expected.count == 3 && expected[1] == 1
    let fits =
      if sample == expected || tensor.shape == expected || [1] + tensor.shape == expected {
        true
      } else if expected.count == 1 {
        sameSize
      } else {
        isLine && sample == [expected[0], expected[2]]
          || expected[0] == 1
            && (sample == [expected[1], expected[2]] || sample == [expected[1], expected[2], 1]
              || (sample.count == 1 && sameSize))
      }
    if fits { return values(tensor) }
    let isTurned =
      expected.count == 3
      && (sample == [expected[1], expected[2], expected[0]] || isLine && sample == [expected[2], expected[0]])
    guard isTurned else {
      throw DataError(
        file: file, .shape(found: tensor.shape, expected: expected, remedy: remedy(tensor.shape, expected)))
    }
    let (channels, plane) = (expected[0], expected[1] * expected[2])
    func turned<Value>(_ values: [Value]) -> [Value] {
      var result: [Value] = []
      result.reserveCapacity(values.count)
      for start in stride(from: 0, to: values.count, by: channels * plane) {
        for channel in 0..<channels {
          for place in 0..<plane { result.append(values[start + place * channels + channel]) }
        }
      }
      return result
    }
    switch values(tensor) {
    case .uint8(let values): return .uint8(turned(values))
    case .float32(let values): return .float32(turned(values))
    case .float64(let values): return .float64(turned(values))
    case .sparse(let samples): return .sparse(samples)
    }
  }

  /// Fits an array `[N, T, ...]`, or `[T, ...]` of one sample, to recordings of maps of a shape.
  /// - Returns: the values, and the shape of a sample, `[T, ...]`.
  static func recorded(
    _ tensor: Tensor, _ expected: [Int], file: String
  ) throws(DataError) -> (Dataset.Values, [Int]) {
    let isOne = tensor.shape.count == expected.count + 1 && Array(tensor.shape.dropFirst()) == expected
    let leading = isOne ? 1 : 2
    guard tensor.shape.count > leading, let rows = Tensor.elementCount(Array(tensor.shape.prefix(leading))),
      let flat = Tensor(
        shape: [rows] + tensor.shape.dropFirst(leading), storage: tensor.storage)
    else {
      throw DataError(
        file: file,
        .shape(
          found: tensor.shape, expected: expected,
          remedy: "give recorded spikes of shape [samples, steps, \(expected.map(String.init).joined(separator: ", "))]"))
    }
    return (try arrange(flat, expected, file: file), [tensor.shape[leading - 1]] + expected)
  }

  private static func values(_ tensor: Tensor) -> Dataset.Values {
    switch tensor.storage {
    case .uint8(let values): .uint8(values)
    case .int8(let values): .float32(values.map(Float.init))
    case .int16(let values): .float32(values.map(Float.init))
    case .float32(let values): .float32(values)
    // Wider integers would be rounded by a 32-bit float.
    case .int32(let values): .float64(values.map(Double.init))
    case .int64(let values): .float64(values.map(Double.init))
    case .float64(let values): .float64(values)
    }
  }

  /// Number of samples; there must be one, and all values must be finite.
  static func sampleCount(_ values: Dataset.Values, _ shape: [Int], file: String) throws(DataError) -> Int {
    let size = Tensor.elementCount(shape) ?? 0
    guard size > 0, let count = values.samples(ofSize: size), count > 0 else { throw DataError(file: file, .noSamples) }
    let bad: Int? =
      switch values {
      case .uint8, .sparse: nil
      case .float32(let values): values.firstIndex { !$0.isFinite }
      case .float64(let values): values.firstIndex { !$0.isFinite }
      }
    if let bad { throw DataError(file: file, .notFinite(sample: bad / size)) }
    return count
  }

  /// What the user can do about a shape that does not fit.
  private static func remedy(_ shape: [Int], _ expected: [Int]) -> String {
    let sample = Array(shape.dropFirst())
    guard expected.count == 3 else {
      return "give data with \(expected[0]) values per sample"
    }
    if sample.count == 1, sample[0] == Tensor.elementCount(expected) {
      return "say which order the flat values have with x.reshape(-1, \(expected[0]), \(expected[1]), \(expected[2]))"
    }
    return "give data of shape \(ShapeText.of([shape.first ?? 1] + expected)), or convert a network for this data"
  }
}
