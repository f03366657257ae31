/// Samples of one shape as they were in the file, with or without labels.
///
/// Raw values stay as compact as the file had them; bytes are 0...255 and the network's preprocessing scales them.
/// Samples are in file order.
public struct Dataset: Sendable, Equatable {
  /// All samples' raw values, row-major, one sample after the other.
  package enum Values: Sendable, Equatable {
    case uint8([UInt8])
    case float32([Float])
    case float64([Double])
    /// Counts of events.
    case sparse(SparseSamples)

    /// Samples of so many values; nil: no whole number.
    func samples(ofSize size: Int) -> Int? {
      let count: Int
      switch self {
      case .uint8(let values): count = values.count
      case .float32(let values): count = values.count
      case .float64(let values): count = values.count
      case .sparse(let samples): return samples.count
      }
      return count % size == 0 ? count / size : nil
    }
  }

  /// Shape of one sample, `[C, H, W]` or `[N]`, of a recording `[T, C, H, W]` or `[T, N]`; no dimension is 0.
  public let shape: [Int]
  package let values: Values
  /// One class index (>= 0) per sample; nil: unknown.
  public let labels: [Int]?
  /// What the outputs should be for each sample, one sample after the other; nil: unknown, or classes are.
  package let targets: [Double]?
  /// Number of samples.
  public let count: Int
  /// Raw values per sample: the product of `shape`.
  package let sampleSize: Int

  /// - Returns: nil where `values` are no whole number of samples, labels are negative or not one per sample, or targets
  ///   are not as many for each.
  package init?(shape: [Int], values: Values, labels: [Int]? = nil, targets: [Double]? = nil) {
    guard let size = Tensor.elementCount(shape), size > 0, let count = values.samples(ofSize: size) else { return nil }
    if let labels, labels.count != count || labels.contains(where: { $0 < 0 }) { return nil }
    if let targets, count == 0 || targets.count % count != 0 { return nil }
    self.shape = shape
    self.values = values
    self.labels = labels
    self.targets = targets
    self.count = count
    self.sampleSize = size
  }

  /// The first samples, for calibration and `--samples`.
  /// - Returns: nil where there are fewer.
  package func prefix(_ samples: Int) -> Dataset? {
    guard samples >= 0, samples <= count else { return nil }
    let kept: Values =
      switch values {
      case .uint8(let values): .uint8(Array(values.prefix(samples * sampleSize)))
      case .float32(let values): .float32(Array(values.prefix(samples * sampleSize)))
      case .float64(let values): .float64(Array(values.prefix(samples * sampleSize)))
      case .sparse(let values): .sparse(values.prefix(samples))
      }
    return Dataset(
      shape: shape, values: kept, labels: labels.map { Array($0.prefix(samples)) },
      targets: samples == 0 ? nil : targets(ofSamples: 0..<samples))
  }

  /// The targets of samples in a row.
  package func targets(ofSamples samples: Range<Int>) -> [Double]? {
    guard let targets, samples.upperBound <= count else { return nil }
    let width = targets.count / count
    return Array(targets[(samples.lowerBound * width)..<(samples.upperBound * width)])
  }

  /// The network's input values of one sample, `(raw * scale - mean[c]) / std[c]`, row-major, in 64-bit floats.
  /// - Throws: `DatasetError`.
  package func values(ofSample sample: Int, preprocessing: Preprocessing) throws(DatasetError) -> [Double] {
    var result: [Double] = []
    try values(ofSample: sample, preprocessing: preprocessing, into: &result)
    return result
  }

  /// The same, reusing an array: `result` has `sampleSize` elements afterwards.
  /// - Parameters:
  ///   - sample: index, 0..<`count`.
  ///   - preprocessing: the scale, means and deviations to apply.
  ///   - range: what the values must lie in; nil: any finite value is taken.
  ///   - result: gets the values; what it held before is dropped.
  package func values(
    ofSample sample: Int, preprocessing: Preprocessing, within range: InputRange? = nil, into result: inout [Double]
  ) throws(DatasetError) {
    guard sample >= 0, sample < count else { throw .sample(sample, count: count) }
    do {
      try preprocessing.check(shape: shape)
    } catch {
      throw .preprocessing(error)
    }
    let start = if case .sparse = values { 0 } else { sample * sampleSize }
    let elements = start..<(start + sampleSize)
    result.removeAll(keepingCapacity: true)
    result.reserveCapacity(sampleSize)
    switch values {
    case .uint8(let values): for index in elements { result.append(Double(values[index])) }
    case .float32(let values): for index in elements { result.append(Double(values[index])) }
    case .float64(let values): for index in elements { result.append(values[index]) }
    case .sparse(let values): values.spread(sample, count: sampleSize, into: &result)
    }
    let channels = shape[0]
    let plane = sampleSize / channels
    let scale = preprocessing.scale
    for channel in 0..<channels {
      let (mean, std) = preprocessing.constants(ofChannel: channel)
      for index in (channel * plane)..<((channel + 1) * plane) {
        let value = (result[index] * scale - mean) / std
        // A NaN or infinity would pass silently through everything that follows.
        guard value.isFinite else { throw .notFinite(sample: sample, element: index, value) }
        // The ANN takes 32-bit floats, where it would be an infinity.
        guard Float(value).isFinite else { throw .beyondFloats(sample: sample, element: index, value) }
        if let range, !range.contains(value) {
          throw .outsideRange(sample: sample, element: index, value, range)
        }
        result[index] = value
      }
    }
  }
}

/// Why a sample's input values cannot be given.
package enum DatasetError: Error, Sendable, Equatable, CustomStringConvertible {
  case sample(Int, count: Int)
  case preprocessing(PreprocessingError)
  case notFinite(sample: Int, element: Int, Double)
  case beyondFloats(sample: Int, element: Int, Double)
  case outsideRange(sample: Int, element: Int, Double, InputRange)
  case notWhole(sample: Int, element: Int, Double)
  case recording(steps: Int, asked: Int)

  package var description: String {
    switch self {
    case .sample(let sample, let count):
      "sample \(sample) asked for, the data has \(count), numbered from 0; ask for fewer samples"
    case .preprocessing(let error): "\(error)"
    case .notFinite(let sample, let element, let value):
      "value \(element) of sample \(sample) is \(value) after preprocessing; remove NaN and infinity from the data"
    case .beyondFloats(let sample, let element, let value):
      "value \(element) of sample \(sample) is \(value) after preprocessing, which no 32-bit float holds "
        + "(at most 3.4e38); check the data and its scale"
    case .outsideRange(let sample, let element, let value, let range):
      "value \(element) of sample \(sample) is \(value) after preprocessing, the network's input range is "
        + "\(range.low) to \(range.high); check the scale of the data, or widen 'range' in net.json and compile again"
    case .notWhole(let sample, let element, let value):
      "value \(element) of sample \(sample) is \(value); recorded spikes are whole numbers, counts by step"
    case .recording(let steps, let asked):
      "the recorded samples have \(steps) steps, the run \(asked); run at most \(steps)"
    }
  }
}
