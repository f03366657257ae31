/// Channels of a value in another order, some of them, or between zeros: for each channel of the result the one that it
/// is, or -1 for zeros. Of a vector the channels are its elements.
extension LinearMap {
  /// The given channels of a value of this shape.
  static func selection(_ channels: [Int], of shape: [Int]) -> LinearMap {
    LinearMap(kind: .selection(channels), inShape: shape, outShape: [channels.count] + shape.dropFirst())
  }

  /// A selection as a convolution of ones and zeros, of a vector as a matrix; other maps as they are.
  func spelled(node: MergeContext) throws(ImportError) -> LinearMap {
    guard case .selection(let channels) = kind else { return self }
    try checkWeights(channels.count, inShape[0], node: node)
    var weights = [Float](repeating: 0, count: channels.count * inShape[0])
    for (o, channel) in channels.enumerated() where channel >= 0 { weights[o * inShape[0] + channel] = 1 }
    return LinearMap(
      kind: inShape.count == 3
        ? .convolution(Convolution(weights: weights, shape: [channels.count, inShape[0], 1, 1])) : .dense(weights),
      inShape: inShape, outShape: outShape)
  }

  /// This map with the chosen channels of its outputs; nil where that is no gathering of rows.
  func selecting(_ channels: [Int], _ outer: LinearMap, node: MergeContext) throws(ImportError) -> LinearMap? {
    var result = LinearMap(kind: kind, inShape: inShape, outShape: outer.outShape)
    switch kind {
    case .selection(let own): result.kind = .selection(channels.map { $0 < 0 ? -1 : own[$0] })
    case .convolution(let grouped):
      var c = try grouped.ungrouped(node: node)
      let row = c.shape[1] * c.taps
      try checkWeights(channels.count, row, node: node)
      c.weights = Self.rows(of: c.weights, channels, length: row)
      c.shape[0] = channels.count
      result.kind = .convolution(c)
    case .dense(let weights):
      let row = inCount * outShape.dropFirst().reduce(1, *)
      try checkWeights(channels.count, row, node: node)
      result.kind = .dense(Self.rows(of: weights, channels, length: row))
    case .identity: return nil
    }
    return result
  }

  private static func rows(of weights: [Float], _ channels: [Int], length: Int) -> [Float] {
    var result: [Float] = []
    result.reserveCapacity(channels.count * length)
    for channel in channels {
      if channel < 0 {
        result.append(contentsOf: repeatElement(0, count: length))
      } else {
        result += weights[(channel * length)..<((channel + 1) * length)]
      }
    }
    return result
  }

  /// This map of the chosen channels of a value, as a map of the whole value; nil where that is no scattering of columns.
  func reading(_ channels: [Int], _ selection: LinearMap, node: MergeContext) throws(ImportError) -> LinearMap? {
    let rows: Int
    let (source, own, run): ([Float], Int, Int)
    var kind = kind
    switch self.kind {
    case .convolution(let grouped):
      var c = try grouped.ungrouped(node: node)
      (rows, source, own, run) = (c.shape[0], c.weights, channels.count, c.taps)
      c.shape[1] = selection.inShape[0]
      kind = .convolution(c)
    case .dense(let weights):
      (rows, source, own, run) = (outCount, weights, channels.count, selection.inShape.dropFirst().reduce(1, *))
    case .identity, .selection: return nil
    }
    let columns = selection.inShape[0] * run
    try checkWeights(rows, columns, node: node)
    var weights = [Float](repeating: 0, count: rows * columns)
    for row in 0..<rows {
      for (place, channel) in channels.enumerated() where channel >= 0 {
        let (from, to) = ((row * own + place) * run, row * columns + channel * run)
        for i in 0..<run { weights[to + i] += source[from + i] }
      }
    }
    if case .convolution(var c) = kind {
      c.weights = weights
      kind = .convolution(c)
    } else {
      kind = .dense(weights)
    }
    return LinearMap(kind: kind, inShape: selection.inShape, outShape: outShape)
  }

  /// The geometry of a convolution that reads or writes other channels, for costs: no groups stay.
  static func regrouped(_ c: Convolution, inputs: Int? = nil, outputs: Int? = nil) -> Convolution {
    Convolution(
      weights: [], shape: [outputs ?? c.shape[0], inputs ?? c.shape[1] * c.groups] + c.shape[2...], stride: c.stride,
      padding: c.padding, dilation: c.dilation)
  }
}
