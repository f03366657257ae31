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
    case (_, .selection(let channels)):
      if let chosen = try selecting(channels, outer, node: node) { return chosen }
      return try then(outer.spelled(node: node), node: node)
    case (.selection(let channels), _):
      if let whole = try outer.reading(channels, self, node: node) { return whole }
      return try spelled(node: node).then(outer, node: node)
    case (.convolution(let first), .convolution(let second)):
      if let merged = first.geometry(before: second) {
        return LinearMap(
          kind: .convolution(try merged.multiplied(first, second, node: node)), inShape: inShape,
          outShape: outer.outShape)
      }
    default: break
    }
    return try multiplied(by: outer, node: node)
  }

  /// `outer` after this map as a matrix, row by row: a row of the outer map is drawn back through this one.
  private func multiplied(by outer: LinearMap, node: MergeContext) throws(ImportError) -> LinearMap {
    let (rows, columns) = (outer.outCount, inCount)
    try checkWeights(rows, columns, node: node)
    try node.spend(product(with: outer).work)
    var product = [Float](repeating: 0, count: rows * columns)
    var middle = [Double](repeating: 0, count: outCount)
    var row = [Double](repeating: 0, count: columns)
    for o in 0..<rows {
      outer.fill(&middle, row: o)
      for i in 0..<columns { row[i] = 0 }
      drawBack(middle, into: &row)
      for i in 0..<columns { product[o * columns + i] = Float(row[i]) }
    }
    return LinearMap(kind: .dense(product), inShape: inShape, outShape: outer.outShape)
  }

  /// One row of this map as a matrix.
  private func fill(_ row: inout [Double], row index: Int) {
    let columns = inCount
    switch kind {
    case .identity(let factors):
      for i in 0..<columns { row[i] = 0 }
      row[index] = LinearMap.factor(
        factors, index, plane: outShape.dropFirst().reduce(1, *), count: columns)
    case .dense(let weights): for i in 0..<columns { row[i] = Double(weights[index * columns + i]) }
    // Selections compose without a matrix.
    case .selection: break
    case .convolution(let c):
      for i in 0..<columns { row[i] = 0 }
      c.forEachProduct(of: index, from: inShape) { weight, input in row[input] += Double(c.weights[weight]) }
    }
  }

  /// Adds this map's rows, each times its entry of `outputs`, to `row`: zeros are skipped.
  private func drawBack(_ outputs: [Double], into row: inout [Double]) {
    let columns = inCount
    switch kind {
    case .identity(let factors):
      let plane = outShape.dropFirst().reduce(1, *)
      for i in 0..<columns { row[i] += outputs[i] * LinearMap.factor(factors, i, plane: plane, count: columns) }
    case .dense(let weights):
      for (o, weight) in outputs.enumerated() where weight != 0 {
        let start = o * columns
        for i in 0..<columns { row[i] += weight * Double(weights[start + i]) }
      }
    case .convolution(let c): c.drawBack(outputs, from: inShape, into: &row)
    case .selection: break
    }
  }
}

extension LinearMap {
  /// Multiply-accumulates of one inference, and weights to store.
  var cost: Double {
    switch kind {
    case .identity(let factors): Double(factors.isEmpty ? 0 : outCount) * (factors.count > outShape[0] ? Double(2 * outCount) : 1)
    case .convolution(let c): c.products(from: inShape) + c.storedWeights
    case .selection(let channels):
      Double(channels.count * inShape[0]) * Double(1 + inShape.dropFirst().reduce(1, *))
    case .dense: 2 * Double(inCount) * Double(outCount)
    }
  }

  /// What `outer` after this map would cost as one map, and how many multiplications it takes to make it.
  func product(with outer: LinearMap) -> (cost: Double, work: Double) {
    switch (kind, outer.kind) {
    case (.identity(let factors), _) where factors.count <= inShape[0]: return (outer.cost, 0)
    case (.identity, .dense): return (outer.cost, 0)
    case (.dense, .identity): return (cost, 0)
    case (_, .identity(let factors)) where factors.count <= outShape[0]: return (cost, 0)
    case (.selection, .selection): return (LinearMap.selection(Array(0..<outer.outShape[0]), of: inShape).cost, 0)
    case (.selection, .convolution(let c)):
      let whole = LinearMap.regrouped(c, inputs: inShape[0])
      return (whole.products(from: inShape) + whole.storedWeights, whole.storedWeights)
    case (.convolution(let c), .selection(let channels)):
      let chosen = LinearMap.regrouped(c, outputs: channels.count)
      return (chosen.products(from: inShape) + chosen.storedWeights, chosen.storedWeights)
    case (.selection, .dense), (.dense, .selection):
      let count = Double(outer.outCount) * Double(inCount)
      return (2 * count, count)
    case (.identity, .selection): return (outer.cost, 0)
    case (.convolution(let first), .convolution(let second)):
      guard let merged = first.geometry(before: second) else { break }
      return (merged.products(from: inShape) + merged.storedWeights, merged.products(first, second))
    default: break
    }
    let (rows, columns, middle) = (Double(outer.outCount), Double(inCount), Double(outCount))
    var outerProducts = rows * middle
    if case .convolution(let c) = outer.kind { outerProducts = c.products(from: outer.inShape) }
    var work = outerProducts * columns
    if case .convolution(let c) = kind {
      work = min(outerProducts * Double(c.shape[1] * c.taps), rows * c.products(from: inShape))
    }
    return (2 * rows * columns, work + rows * (middle + columns))
  }
}

extension Convolution {
  /// Adds the inputs of each output, times the output's entry, to `row`: a transposed convolution.
  fileprivate func drawBack(_ outputs: [Double], from inShape: [Int], into row: inout [Double]) {
    let size = outputShape(inShape)
    let (height, width) = (inShape[1], inShape[2])
    let perGroup = shape[0] / groups
    for o in 0..<shape[0] {
      for y in 0..<size[1] {
        let start = (o * size[1] + y) * size[2]
        let segment = start..<(start + size[2])
        guard outputs[segment].contains(where: { $0 != 0 }) else { continue }
        for i in 0..<shape[1] {
          let channel = (o / perGroup) * shape[1] + i
          for ky in 0..<shape[2] {
            let inY = y * stride[0] + ky * dilation[0] - padding[0]
            guard inY >= 0 && inY < height else { continue }
            let base = (channel * height + inY) * width
            // Taps from the last to the first: what an input receives is added in the order of the outputs.
            for kx in (0..<shape[3]).reversed() {
              let weight = Double(weights[((o * shape[1] + i) * shape[2] + ky) * shape[3] + kx])
              let shift = kx * dilation[1] - padding[1]
              for x in outputColumns(tap: kx, inSize: width, outSize: size[2]) {
                row[base + x * stride[1] + shift] += weight * outputs[start + x]
              }
            }
          }
        }
      }
    }
  }

  /// The geometry of `outer` after this convolution as one, without weights; nil where they are not one.
  ///
  /// Groups stay as far as both have them.
  func geometry(before outer: Convolution) -> Convolution? {
    var merged = Convolution(weights: [], shape: [outer.shape[0], 0, 1, 1])
    for axis in 0..<2 {
      let (kernel1, kernel2) = (shape[2 + axis], outer.shape[2 + axis])
      // Zeros around what this convolution gives are zeros around what it reads, unless it left something out there.
      let isPadded = outer.padding[axis] > 0 || outer.padding[2 + axis] > 0
      let isFaithful =
        kernel1 == 1 && (outer.padding[axis] <= 0 || padding[axis] > -stride[axis])
        && (outer.padding[2 + axis] <= 0 || padding[2 + axis] >= 0)
      guard isFaithful || !isPadded else { return nil }
      merged.stride[axis] = stride[axis] * outer.stride[axis]
      for side in [axis, 2 + axis] { merged.padding[side] = padding[side] + outer.padding[side] * stride[axis] }
      if kernel1 == 1 {
        merged.shape[2 + axis] = kernel2
        merged.dilation[axis] = outer.dilation[axis] * stride[axis]
      } else if kernel2 == 1 {
        merged.shape[2 + axis] = kernel1
        merged.dilation[axis] = dilation[axis]
      } else {
        merged.shape[2 + axis] =
          dilation[axis] * (kernel1 - 1) + stride[axis] * outer.dilation[axis] * (kernel2 - 1) + 1
      }
      guard merged.stride[axis] <= 1 << 20, merged.dilation[axis] <= 1 << 20, merged.shape[2 + axis] <= 1 << 12,
        abs(merged.padding[axis]) <= 1 << 20, abs(merged.padding[2 + axis]) <= 1 << 20
      else { return nil }
    }
    merged.groups = greatestCommonDivisor(groups, outer.groups)
    merged.shape[1] = shape[1] * groups / merged.groups
    return merged
  }

  /// Products of weights of two convolutions that become one.
  fileprivate func products(_ inner: Convolution, _ outer: Convolution) -> Double {
    Double(outer.shape[0] * outer.shape[1]) * Double(inner.shape[1] * inner.taps) * Double(outer.taps)
  }

  /// This geometry of `outer` after `inner`, with its weights. What groups leave out is not multiplied.
  fileprivate func multiplied(
    _ inner: Convolution, _ outer: Convolution, node: MergeContext
  ) throws(ImportError) -> Convolution {
    try checkWeights(shape[0], shape[1] * taps, node: node)
    try node.spend(products(inner, outer))
    // Where the pair of taps (inner, outer) lands, on each axis.
    let steps = (0..<2).map { axis in
      inner.shape[2 + axis] == 1
        ? (inner: 0, outer: 1)
        : outer.shape[2 + axis] == 1
          ? (inner: 1, outer: 0) : (inner: inner.dilation[axis], outer: inner.stride[axis] * outer.dilation[axis])
    }
    var sums = [Double](repeating: 0, count: shape[0] * shape[1] * taps)
    let (outputs1, outputs2) = (inner.shape[0] / inner.groups, outer.shape[0] / outer.groups)
    for o in 0..<shape[0] {
      // First input channel of the group of the result.
      let first = o / (shape[0] / groups) * shape[1]
      for m in 0..<outer.shape[1] {
        let middle = o / outputs2 * outer.shape[1] + m
        let source = middle / outputs1 * inner.shape[1] - first
        for y2 in 0..<outer.shape[2] {
          for x2 in 0..<outer.shape[3] {
            let weight = Double(outer.weights[((o * outer.shape[1] + m) * outer.shape[2] + y2) * outer.shape[3] + x2])
            if weight == 0 { continue }
            if inner.taps == 1 {
              // Channels side by side, one tap of each.
              let place = (o * shape[1] + source) * taps + y2 * steps[0].outer * shape[3] + x2 * steps[1].outer
              for c in 0..<inner.shape[1] {
                sums[place + c * taps] += weight * Double(inner.weights[middle * inner.shape[1] + c])
              }
              continue
            }
            for c in 0..<inner.shape[1] {
              let start = (o * shape[1] + source + c) * taps
              for y1 in 0..<inner.shape[2] {
                let row = start + (y1 * steps[0].inner + y2 * steps[0].outer) * shape[3] + x2 * steps[1].outer
                let from = ((middle * inner.shape[1] + c) * inner.shape[2] + y1) * inner.shape[3]
                for x1 in 0..<inner.shape[3] {
                  sums[row + x1 * steps[1].inner] += weight * Double(inner.weights[from + x1])
                }
              }
            }
          }
        }
      }
    }
    var result = self
    result.weights = sums.map { Float($0) }
    return result
  }
}

/// Of positive numbers.
func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int { b == 0 ? a : greatestCommonDivisor(b, a % b) }

/// The node at work, and what merging may still cost: one budget for a whole import, so that no file takes hours.
final class MergeContext {
  var name: String
  private var spent = 0.0

  init(_ name: String) { self.name = name }

  /// Takes multiplications from the budget.
  /// - Throws: `.tooLarge` when it is used up.
  func spend(_ multiplications: Double) throws(ImportError) {
    spent += multiplications
    guard spent <= Double(ImportLimits.work) else {
      throw .tooLarge(
        node: name, what: "merging linear layers needs a number of multiplications of",
        count: Int(min(spent, 0x1p62)), limit: ImportLimits.work,
        remedy: "put an activation (nn.ReLU) between linear layers")
    }
  }
}
