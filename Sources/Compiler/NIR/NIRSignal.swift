import ChipModel

/// What goes along an edge in a step: a sum of linear maps of spikes, and a constant.
struct NIRSignal {
  /// A linear map of a population's spikes, or the input's, some steps later.
  struct Term {
    var linear: LinearTerm
    var delay = 0
  }
  /// `[C, H, W]` or `[N]`.
  var shape: [Int]
  var terms: [Term]
  var bias = BiasField.none

  var count: Int { shape.reduce(1, *) }

  static func spikes(of source: AnalogSource, _ shape: [Int]) -> NIRSignal {
    NIRSignal(shape: shape, terms: [Term(linear: LinearTerm(source: source, pool: nil, map: .identity(shape)))])
  }

  /// Adds a signal of as many values; terms that differ only in their weights become one.
  mutating func add(_ other: NIRSignal, to node: NIRNode) throws(ImportError) {
    let other = other.labelled(shape)
    bias = bias.adding(other.bias, shape: shape)
    for term in other.terms {
      if let index = terms.firstIndex(where: { $0.delay == term.delay && $0.linear.canMerge(term.linear) }) {
        terms[index].linear.merge(term.linear)
      } else {
        terms.append(term)
      }
    }
    try checkTerms(of: node)
  }

  /// Each may double what the file says.
  func checkTerms(of node: NIRNode) throws(ImportError) {
    guard terms.count > 256 else { return }
    throw node.misuse(
      "adds up \(terms.count) ways from neurons, allowed are 256",
      "let neurons take up sums before they are added again")
  }

  /// The same values in another shape.
  func labelled(_ shape: [Int]) -> NIRSignal {
    if shape == self.shape { return self }
    var result = self
    result.shape = shape
    if bias != .none { result.bias = BiasField.element(bias.elements(self.shape)).collapsed(shape) }
    for index in terms.indices {
      let map = terms[index].linear.map
      // Factors of channels lose their channels.
      if case .identity(let factors) = map.kind, !factors.isEmpty {
        let plane = map.outCount / factors.count
        result.terms[index].linear.map.kind = .identity((0..<map.outCount).map { factors[$0 / plane] })
      }
      result.terms[index].linear.relabel(shape)
    }
    return result
  }

  /// What a linear map makes of it.
  func mapped(by map: LinearMap, node: MergeContext) throws(ImportError) -> NIRSignal {
    var result = self
    result.shape = map.outShape
    result.bias = try bias.mapped(by: map, node: node)
    for index in terms.indices {
      result.terms[index].linear.map = try terms[index].linear.map.then(map, node: node)
    }
    return result
  }

  /// Sums or averages over windows. Of spikes it is pooling, of sums of spikes a convolution with equal weights.
  func pooled(_ pool: NetworkPool, isSum: Bool, node: MergeContext) throws(ImportError) -> NIRSignal {
    let pooled = pool.outputShape(shape)
    let area = pool.kernel[0] * pool.kernel[1]
    if bias == .none, terms.allSatisfy({ $0.linear.pool == nil && $0.linear.map.kind == .identity([]) }) {
      var result = self
      result.shape = pooled
      for index in terms.indices {
        // Pooling of a network divides by the window's area.
        result.terms[index].linear.pool = pool
        let factors = isSum ? [Double](repeating: Double(area), count: pooled[0]) : []
        result.terms[index].linear.map = .identity(pooled, factors)
      }
      return result
    }
    let equal = Convolution(
      weights: [Float](repeating: isSum ? 1 : 1 / Float(area), count: shape[0] * area),
      shape: [shape[0], 1] + pool.kernel,
      stride: pool.stride, padding: pool.padding, groups: shape[0])
    return try mapped(by: LinearMap(equal, of: shape), node: node)
  }
}
