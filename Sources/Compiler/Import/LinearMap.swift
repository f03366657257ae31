/// A linear map between two values: what sits on a connection, and what a node of the graph does to a value.
///
/// Maps compose exactly where convolution, scaling and matrices compose; else both are unrolled to matrices, within
/// `ImportLimits`. Weights are `Float`; what folding computes in between is `Double`, rounded once.
struct LinearMap: Equatable {
  enum Kind: Equatable {
    /// Factors: none (1), one per channel, or one per element.
    case identity([Double])
    case convolution(Convolution)
    /// Row-major `[out, in]`.
    case dense([Float])
  }
  var kind: Kind
  /// `[C, H, W]` or `[N]`; a dense map reads it row-major.
  var inShape: [Int]
  var outShape: [Int]

  var inCount: Int { inShape.reduce(1, *) }
  var outCount: Int { outShape.reduce(1, *) }

  /// Weights beyond factors, paddings and strides.
  var hasOwnWeights: Bool {
    switch kind {
    case .identity: false
    case .convolution(let c): c.taps > 1 || !c.isDepthwise
    case .dense: true
    }
  }

  static func identity(_ shape: [Int], _ factors: [Double] = []) -> LinearMap {
    LinearMap(kind: .identity(factors), inShape: shape, outShape: shape)
  }
}

/// A two-dimensional convolution.
struct Convolution: Equatable {
  /// `[C_out, C_in / groups, kH, kW]`
  var weights: [Float]
  var shape: [Int]
  var stride = [1, 1]
  /// `[top, left, bottom, right]`
  var padding = [0, 0, 0, 0]
  var dilation = [1, 1]
  var groups = 1

  /// Each channel on its own.
  var isDepthwise: Bool { shape[1] == 1 && shape[0] == groups }
  var taps: Int { shape[2] * shape[3] }

  func outputShape(_ shape: [Int]) -> [Int] {
    [self.shape[0]]
      + (0..<2).map { axis in
        windowCount(
          shape[1 + axis], kernel: self.shape[2 + axis], stride: stride[axis], before: padding[axis],
          after: padding[2 + axis], dilation: dilation[axis])
      }
  }

  /// Calls `body` for each output row or column and each tap of one axis that is not padding: output, tap, input.
  private func forEachTap(axis: Int, inSize: Int, outSize: Int, _ body: (Int, Int, Int) -> Void) {
    for out in 0..<outSize {
      for tap in 0..<shape[2 + axis] {
        let position = out * stride[axis] + tap * dilation[axis] - padding[axis]
        if position >= 0 && position < inSize { body(out, tap, position) }
      }
    }
  }

  /// Calls `body` for each product that is not with padding: output element, weight, input element, all row-major.
  func forEachProduct(from inShape: [Int], to outShape: [Int], _ body: (Int, Int, Int) -> Void) {
    let (height, width) = (inShape[1], inShape[2])
    let (outHeight, outWidth) = (outShape[1], outShape[2])
    let perGroup = shape[0] / groups
    for o in 0..<shape[0] {
      for i in 0..<shape[1] {
        let channel = (o / perGroup) * shape[1] + i
        forEachTap(axis: 0, inSize: height, outSize: outHeight) { y, ky, inY in
          forEachTap(axis: 1, inSize: width, outSize: outWidth) { x, kx, inX in
            body(
              (o * outHeight + y) * outWidth + x, ((o * shape[1] + i) * shape[2] + ky) * shape[3] + kx,
              (channel * height + inY) * width + inX)
          }
        }
      }
    }
  }

  /// The same convolution with one group: zeros between the groups.
  func ungrouped(node: MergeContext) throws(ImportError) -> Convolution {
    guard groups > 1 else { return self }
    let inputs = shape[1] * groups
    let perGroup = shape[0] / groups
    try checkWeights(shape[0], inputs * taps, node: node)
    var result = self
    result.shape[1] = inputs
    result.groups = 1
    result.weights = [Float](repeating: 0, count: shape[0] * inputs * taps)
    for o in 0..<shape[0] {
      let first = (o / perGroup) * shape[1]
      for i in 0..<(shape[1] * taps) {
        result.weights[o * inputs * taps + first * taps + i] = weights[o * shape[1] * taps + i]
      }
    }
    return result
  }

  /// A convolution that adds zeros around each channel and changes nothing else: what it adds, else nil.
  var purePadding: [Int]? {
    let plain = isDepthwise && taps == 1 && stride == [1, 1] && weights.allSatisfy { $0 == 1 }
    return plain ? padding : nil
  }
}

/// Refuses a connection larger than the importer itself may create.
func checkWeights(_ rows: Int, _ columns: Int, node: MergeContext) throws(ImportError) {
  let (count, overflow) = rows.multipliedReportingOverflow(by: columns)
  guard !overflow, count <= ImportLimits.weights else {
    throw .tooLarge(
      node: node.name, what: "unrolling it needs a number of weights of", count: overflow ? Int.max : count,
      limit: ImportLimits.weights,
      remedy: "avoid it in the model: an activation between linear layers, pooling without cut windows "
        + "(count_include_pad=True, ceil_mode=False)")
  }
}

extension LinearMap {
  /// A convolution of values of this shape.
  init(_ convolution: Convolution, of shape: [Int]) {
    self.init(kind: .convolution(convolution), inShape: shape, outShape: convolution.outputShape(shape))
  }

  /// Channel (first axis) size of an element count.
  private static func plane(_ shape: [Int]) -> Int { shape.dropFirst().reduce(1, *) }

  /// Factor of each output channel or element, as a function of the element.
  static func factor(_ factors: [Double], _ element: Int, plane: Int, count: Int) -> Double {
    if factors.isEmpty { return 1 }
    return factors.count == count ? factors[element] : factors[element / plane]
  }

  /// This map, its outputs multiplied: `factors` per channel or per element of the output.
  func scaled(_ factors: [Double], node: MergeContext) throws(ImportError) -> LinearMap {
    if factors.isEmpty || factors.allSatisfy({ $0 == 1 }) { return self }
    let count = outCount
    let plane = LinearMap.plane(outShape)
    var result = self
    switch kind {
    case .identity(let own):
      if own.isEmpty {
        result.kind = .identity(factors)
      } else if own.count == factors.count {
        result.kind = .identity(zip(own, factors).map { $0 * $1 })
      } else {
        result.kind = .identity(
          (0..<count).map {
            LinearMap.factor(own, $0, plane: plane, count: count)
              * LinearMap.factor(factors, $0, plane: plane, count: count)
          })
      }
    case .convolution(var convolution):
      guard factors.count == convolution.shape[0] else {
        return try unrolled(node: node).scaled(factors, node: node)
      }
      let row = convolution.shape[1] * convolution.taps
      for o in 0..<convolution.shape[0] {
        for i in (o * row)..<((o + 1) * row) {
          convolution.weights[i] = Float(Double(convolution.weights[i]) * factors[o])
        }
      }
      result.kind = .convolution(convolution)
    case .dense(var weights):
      let columns = inCount
      for o in 0..<count {
        let factor = LinearMap.factor(factors, o, plane: plane, count: count)
        for i in (o * columns)..<((o + 1) * columns) { weights[i] = Float(Double(weights[i]) * factor) }
      }
      result.kind = .dense(weights)
    }
    return result
  }

  /// This map as a matrix.
  func unrolled(node: MergeContext) throws(ImportError) -> LinearMap {
    if case .dense = kind { return self }
    let rows = outCount
    let columns = inCount
    try checkWeights(rows, columns, node: node)
    if case .convolution(let c) = kind { try node.spend(rows, c.shape[1] * c.taps) }
    var matrix = [Float](repeating: 0, count: rows * columns)
    switch kind {
    case .dense: break
    case .identity(let factors):
      let plane = LinearMap.plane(outShape)
      for i in 0..<rows {
        matrix[i * columns + i] = Float(LinearMap.factor(factors, i, plane: plane, count: rows))
      }
    case .convolution(let c):
      c.forEachProduct(from: inShape, to: outShape) { output, weight, input in
        matrix[output * columns + input] += c.weights[weight]
      }
    }
    return LinearMap(kind: .dense(matrix), inShape: inShape, outShape: outShape)
  }

  /// The map that reads only a part of the input: channels `range` of a convolution, elements of a dense map.
  func sliced(_ range: Range<Int>, inShape part: [Int], node: MergeContext) throws(ImportError) -> LinearMap {
    switch kind {
    case .identity: return self
    case .convolution(let grouped):
      let full = try grouped.ungrouped(node: node)
      var c = full
      c.shape[1] = range.count
      c.weights = []
      c.weights.reserveCapacity(c.shape[0] * range.count * c.taps)
      for o in 0..<full.shape[0] {
        let start = (o * full.shape[1] + range.lowerBound) * full.taps
        c.weights += full.weights[start..<(start + range.count * full.taps)]
      }
      return LinearMap(kind: .convolution(c), inShape: part, outShape: outShape)
    case .dense(let weights):
      let columns = inCount
      var slice: [Float] = []
      slice.reserveCapacity(outCount * range.count)
      for o in 0..<outCount {
        slice += weights[(o * columns + range.lowerBound)..<(o * columns + range.upperBound)]
      }
      return LinearMap(kind: .dense(slice), inShape: part, outShape: outShape)
    }
  }
}
