/// A linear map between two values: what sits on a connection, and what a node of the graph does to a value.
///
/// Maps compose exactly where convolution, scaling and matrices compose; else both are unrolled to matrices, within
/// `ImportLimits`. Weights are `Float`; what folding computes in between is `Double`, rounded once.
struct LinearMap: Equatable {
  enum Kind: Equatable {
    /// Factors: none (1), one per channel, or one per element.
    case identity([Double])
    case convolution(Convolution)
    /// For each channel of the result the one that it is, -1: zeros.
    case selection([Int])
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
    case .identity, .selection: false
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
  /// `[top, left, bottom, right]`; negative: so many rows or columns are left out.
  var padding = [0, 0, 0, 0]
  var dilation = [1, 1]
  var groups = 1

  /// Each channel on its own.
  var isDepthwise: Bool { shape[1] == 1 && shape[0] == groups }
  var taps: Int { shape[2] * shape[3] }
  /// Weights, also of a geometry that has none yet.
  var storedWeights: Double { shape.reduce(1) { $0 * Double($1) } }

  func outputShape(_ shape: [Int]) -> [Int] {
    [self.shape[0]]
      + (0..<2).map { axis in
        windowCount(
          shape[1 + axis], kernel: self.shape[2 + axis], stride: stride[axis], before: padding[axis],
          after: padding[2 + axis], dilation: dilation[axis])
      }
  }

  /// Outputs of the horizontal axis whose tap is not padding.
  func outputColumns(tap: Int, inSize: Int, outSize: Int) -> Range<Int> {
    let shift = tap * dilation[1] - padding[1]
    let first = shift >= 0 ? 0 : (-shift + stride[1] - 1) / stride[1]
    let past = shift >= inSize ? 0 : (inSize - 1 - shift) / stride[1] + 1
    return first..<max(first, min(past, outSize))
  }

  /// Calls `body` for each product of an output element that is not with padding: weight, input element, row-major.
  @inline(__always)
  func forEachProduct(of output: Int, from inShape: [Int], _ body: (Int, Int) -> Void) {
    let size = outputShape(inShape)
    let plane = size[1] * size[2]
    let (o, y, x) = (output / plane, output % plane / size[2], output % size[2])
    for i in 0..<shape[1] {
      let channel = o / (shape[0] / groups) * shape[1] + i
      for ky in 0..<shape[2] {
        let inY = y * stride[0] + ky * dilation[0] - padding[0]
        guard inY >= 0 && inY < inShape[1] else { continue }
        for kx in 0..<shape[3] {
          let inX = x * stride[1] + kx * dilation[1] - padding[1]
          guard inX >= 0 && inX < inShape[2] else { continue }
          body(((o * shape[1] + i) * shape[2] + ky) * shape[3] + kx, (channel * inShape[1] + inY) * inShape[2] + inX)
        }
      }
    }
  }

  /// Products of one inference with values of this shape, padding left out.
  func products(from inShape: [Int]) -> Double {
    let size = outputShape(inShape)
    let inside = (0..<2).map { axis in
      (0..<size[1 + axis]).reduce(0) { sum, output in
        // Taps t with 0 <= start + t * step < size.
        let start = output * stride[axis] - padding[axis]
        let step = dilation[axis]
        let first = start >= 0 ? 0 : (-start + step - 1) / step
        let past = start >= inShape[1 + axis] ? 0 : (inShape[1 + axis] - 1 - start) / step + 1
        return sum + max(0, min(past, shape[2 + axis]) - first)
      }
    }
    return Double(inside[0]) * Double(inside[1]) * Double(shape[0]) * Double(shape[1])
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

  /// The same without negative padding: zeros among the taps reach over what is left out.
  func padded(of inShape: [Int], node: MergeContext) throws(ImportError) -> Convolution {
    var result = self
    var before = [0, 0]
    for axis in 0..<2 {
      let (first, last) = (max(0, -padding[axis]), max(0, -padding[2 + axis]))
      if first == 0 && last == 0 { continue }
      // A single tap has any dilation.
      if shape[2 + axis] == 1 { result.dilation[axis] = max(1, greatestCommonDivisor(first, last)) }
      let step = result.dilation[axis]
      before[axis] = (first + step - 1) / step
      let after = (last + step - 1) / step
      result.shape[2 + axis] += before[axis] + after
      result.padding[axis] += before[axis] * step
      result.padding[2 + axis] += after * step
    }
    if result.shape == shape { return self }
    try checkWeights(shape[0] * shape[1], result.taps, node: node)
    result.weights = [Float](repeating: 0, count: shape[0] * shape[1] * result.taps)
    for pair in 0..<(shape[0] * shape[1]) {
      for y in 0..<shape[2] {
        for x in 0..<shape[3] {
          let place = (pair * result.shape[2] + y + before[0]) * result.shape[3] + x + before[1]
          result.weights[place] = weights[(pair * shape[2] + y) * shape[3] + x]
        }
      }
    }
    return result
  }

  /// A convolution that adds zeros around each channel and changes nothing else: what it adds, else nil.
  var purePadding: [Int]? {
    let plain =
      isDepthwise && taps == 1 && stride == [1, 1] && padding.allSatisfy { $0 >= 0 } && weights.allSatisfy { $0 == 1 }
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
    case .selection: return try spelled(node: node).scaled(factors, node: node)
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
    if case .selection = kind, inShape.count == 1 { return try spelled(node: node) }
    let rows = outCount
    let columns = inCount
    try checkWeights(rows, columns, node: node)
    if case .convolution(let c) = kind { try node.spend(c.products(from: inShape)) }
    var matrix = [Float](repeating: 0, count: rows * columns)
    switch kind {
    case .dense: break
    case .selection(let channels):
      let plane = LinearMap.plane(outShape)
      for i in 0..<rows where channels[i / plane] >= 0 {
        matrix[i * columns + channels[i / plane] * plane + i % plane] = 1
      }
    case .identity(let factors):
      let plane = LinearMap.plane(outShape)
      for i in 0..<rows {
        matrix[i * columns + i] = Float(LinearMap.factor(factors, i, plane: plane, count: rows))
      }
    case .convolution(let c):
      for output in 0..<rows {
        c.forEachProduct(of: output, from: inShape) { weight, input in
          matrix[output * columns + input] += c.weights[weight]
        }
      }
    }
    return LinearMap(kind: .dense(matrix), inShape: inShape, outShape: outShape)
  }

  /// The map that reads only a part of the input: channels `range` of a convolution, elements of a dense map.
  func sliced(_ range: Range<Int>, inShape part: [Int], node: MergeContext) throws(ImportError) -> LinearMap {
    switch kind {
    case .identity: return self
    case .selection: return try spelled(node: node).sliced(range, inShape: part, node: node)
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
