extension LinearMap {
  /// `outer` after this map, as one map.
  ///
  /// Exact: convolutions are merged only where zero padding between them cannot show (the inner kernel is one wide, or
  /// the outer has no padding, on each axis); everything else is multiplied out as matrices.
  func then(_ outer: LinearMap, node: MergeContext) throws(ImportError) -> LinearMap {
    var outer = outer
    switch (kind, outer.kind) {
    case (.identity(let factors), _) where factors.isEmpty:
      outer.inShape = inShape
      return outer
    case (_, .identity(let factors)):
      var result = try scaled(factors, node: node)
      result.outShape = outer.outShape
      return result
    case (.identity(let factors), .dense(var weights)):
      let columns = inCount
      let plane = outShape.dropFirst().reduce(1, *)
      for o in 0..<outer.outCount {
        for i in 0..<columns {
          let factor = LinearMap.factor(factors, i, plane: plane, count: columns)
          weights[o * columns + i] = Float(Double(weights[o * columns + i]) * factor)
        }
      }
      return LinearMap(kind: .dense(weights), inShape: inShape, outShape: outer.outShape)
    case (.identity(let factors), .convolution(var c)) where factors.count == inShape[0]:
      let perGroup = c.shape[0] / c.groups
      for o in 0..<c.shape[0] {
        for i in 0..<c.shape[1] {
          let factor = factors[(o / perGroup) * c.shape[1] + i]
          let start = (o * c.shape[1] + i) * c.taps
          for t in start..<(start + c.taps) { c.weights[t] = Float(Double(c.weights[t]) * factor) }
        }
      }
      return LinearMap(kind: .convolution(c), inShape: inShape, outShape: outer.outShape)
    case (.convolution(let first), .convolution(let second)):
      if let merged = try LinearMap.merge(first, second, node: node) {
        return LinearMap(kind: .convolution(merged), inShape: inShape, outShape: outer.outShape)
      }
    default: break
    }
    return try unrolled(node: node).multiplied(by: outer.unrolled(node: node), node: node)
  }

  /// Matrix product of two dense maps, zeros of the outer skipped.
  private func multiplied(by outer: LinearMap, node: MergeContext) throws(ImportError) -> LinearMap {
    guard case .dense(let first) = kind, case .dense(let second) = outer.kind else { return self }
    let (rows, middle, columns) = (outer.outCount, outCount, inCount)
    try checkWeights(rows, columns, node: node)
    let used = second.reduce(0) { $0 + ($1 == 0 ? 0 : 1) }
    try node.spend(used, columns)
    var product = [Float](repeating: 0, count: rows * columns)
    var row = [Double](repeating: 0, count: columns)
    for o in 0..<rows {
      for i in 0..<columns { row[i] = 0 }
      for m in 0..<middle {
        let weight = Double(second[o * middle + m])
        if weight == 0 { continue }
        let start = m * columns
        for i in 0..<columns { row[i] += weight * Double(first[start + i]) }
      }
      for i in 0..<columns { product[o * columns + i] = Float(row[i]) }
    }
    return LinearMap(kind: .dense(product), inShape: inShape, outShape: outer.outShape)
  }

  /// Two convolutions as one; nil where they are not one.
  private static func merge(
    _ grouped1: Convolution, _ grouped2: Convolution, node: MergeContext
  ) throws(ImportError) -> Convolution? {
    var merged = Convolution(weights: [], shape: [grouped2.shape[0], 0, 1, 1])
    // Per axis: kernel of the result and where the pair of taps (inner, outer) lands in it.
    var steps = [(inner: 0, outer: 0), (inner: 0, outer: 0)]
    for axis in 0..<2 {
      let (inner, outer) = (grouped1.shape[2 + axis], grouped2.shape[2 + axis])
      let (stride1, stride2) = (grouped1.stride[axis], grouped2.stride[axis])
      let isPadded = grouped2.padding[axis] != 0 || grouped2.padding[2 + axis] != 0
      guard inner == 1 || !isPadded else { return nil }
      merged.stride[axis] = stride1 * stride2
      for side in [axis, 2 + axis] { merged.padding[side] = grouped1.padding[side] + grouped2.padding[side] * stride1 }
      if inner == 1 {
        merged.shape[2 + axis] = outer
        merged.dilation[axis] = grouped2.dilation[axis] * stride1
        steps[axis] = (0, 1)
      } else if outer == 1 {
        merged.shape[2 + axis] = inner
        merged.dilation[axis] = grouped1.dilation[axis]
        steps[axis] = (1, 0)
      } else {
        steps[axis] = (grouped1.dilation[axis], stride1 * grouped2.dilation[axis])
        merged.shape[2 + axis] = steps[axis].inner * (inner - 1) + steps[axis].outer * (outer - 1) + 1
      }
      guard merged.stride[axis] <= 1 << 20, merged.dilation[axis] <= 1 << 20, merged.shape[2 + axis] <= 1 << 12,
        merged.padding[axis] <= 1 << 20, merged.padding[2 + axis] <= 1 << 20
      else { return nil }
    }

    // One of them may stay depthwise; other groups are filled up with zeros.
    let keepsFirst = grouped2.isDepthwise
    let keepsSecond = !keepsFirst && grouped1.isDepthwise
    let first = keepsFirst || keepsSecond ? grouped1 : try grouped1.ungrouped(node: node)
    let second = keepsFirst || keepsSecond ? grouped2 : try grouped2.ungrouped(node: node)
    merged.groups = keepsFirst ? first.groups : second.groups
    merged.shape[1] = keepsFirst ? first.shape[1] : keepsSecond ? second.shape[1] : first.shape[1]
    let taps = merged.taps
    try checkWeights(merged.shape[0], merged.shape[1] * taps, node: node)
    let middles = keepsFirst || keepsSecond ? 1 : second.shape[1]
    try node.spend(merged.shape[0] * merged.shape[1], middles * first.taps * second.taps)

    var sums = [Double](repeating: 0, count: merged.shape[0] * merged.shape[1] * taps)
    let perGroup = second.shape[0] / second.groups
    for o in 0..<merged.shape[0] {
      for c in 0..<merged.shape[1] {
        let start = (o * merged.shape[1] + c) * taps
        for m in 0..<middles {
          // Rows of weights: of the inner map for (middle channel, input c), of the outer for (o, middle channel).
          let inner: Int
          let outer: Int
          if keepsFirst {
            (inner, outer) = (o * first.shape[1] + c, o)
          } else if keepsSecond {
            (inner, outer) = ((o / perGroup) * second.shape[1] + c, o * second.shape[1] + c)
          } else {
            (inner, outer) = (m * first.shape[1] + c, o * second.shape[1] + m)
          }
          for y2 in 0..<second.shape[2] {
            for x2 in 0..<second.shape[3] {
              let weight = Double(second.weights[outer * second.taps + y2 * second.shape[3] + x2])
              if weight == 0 { continue }
              for y1 in 0..<first.shape[2] {
                let row = start + (y1 * steps[0].inner + y2 * steps[0].outer) * merged.shape[3]
                for x1 in 0..<first.shape[3] {
                  sums[row + x1 * steps[1].inner + x2 * steps[1].outer] +=
                    weight * Double(first.weights[inner * first.taps + y1 * first.shape[3] + x1])
                }
              }
            }
          }
        }
      }
    }
    merged.weights = sums.map { Float($0) }
    return merged
  }
}

/// The node at work, and what merging may still cost: one budget for a whole import, so that no file takes hours.
final class MergeContext {
  var name: String
  private var spent = 0

  init(_ name: String) { self.name = name }

  /// Takes `a * b` multiplications from the budget.
  /// - Throws: `.tooLarge` when it is used up.
  func spend(_ a: Int, _ b: Int) throws(ImportError) {
    let (count, overflow) = a.multipliedReportingOverflow(by: b)
    guard !overflow, count <= ImportLimits.work - spent else {
      throw .tooLarge(
        node: name, what: "merging linear layers needs a number of multiplications of",
        count: overflow || count > Int.max - spent ? Int.max : count + spent, limit: ImportLimits.work,
        remedy: "put an activation (nn.ReLU) between linear layers")
    }
    spent += count
  }
}
