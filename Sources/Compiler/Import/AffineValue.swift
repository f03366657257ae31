/// One term of a sum: pooling, then a linear map, of a layer's activation or of the input.
struct LinearTerm: Equatable {
  var source: AnalogSource
  var pool: NetworkPool?
  /// From the pooled source's shape.
  var map: LinearMap
}

/// A sum of linear terms and a bias: what a value of the graph is, until an activation makes it a layer.
struct AffinePart: Equatable {
  /// `[C, H, W]` or `[N]`, before `pendingMaximum`.
  var shape: [Int]
  var terms: [LinearTerm]
  var bias = BiasField.none
  /// Max pooling that waits for an activation: `relu(max(x)) == max(relu(x))`.
  var pendingMaximum: NetworkPool?

  /// Shape after the pending pooling.
  var outputShape: [Int] { pendingMaximum?.outputShape(shape) ?? shape }
  var outputCount: Int { outputShape.reduce(1, *) }

  /// The values of a source, unchanged.
  static func source(_ source: AnalogSource, _ shape: [Int]) -> AffinePart {
    AffinePart(shape: shape, terms: [LinearTerm(source: source, pool: nil, map: .identity(shape))])
  }

  /// The source whose values these are, unchanged; nil where anything was done to them.
  var plainSource: AnalogSource? {
    guard terms.count == 1, let term = terms.first, term.pool == nil, term.map.kind == .identity([]),
      bias == .none, pendingMaximum == nil
    else { return nil }
    return term.source
  }

  /// Adds another part of the same size; terms that differ only in their weights become one.
  mutating func add(_ other: AffinePart, node: MergeContext) throws(ImportError) {
    if shape.count == 1 && other.shape.count == 3 { relabel(other.shape) }
    for var term in other.terms {
      if shape.count == 3 { term.relabel(shape) }
      if let index = terms.firstIndex(where: { $0.canMerge(term) }) {
        terms[index].merge(term)
      } else {
        terms.append(term)
      }
    }
    guard terms.count <= 256 else {
      throw .tooLarge(
        node: node.name, what: "the number of sources summed here is", count: terms.count, limit: 256,
        remedy: "put an activation (nn.ReLU) after residual sums")
    }
    bias = bias.adding(other.bias, shape: shape)
  }

  /// Gives the same elements another shape (a `[N]` part becomes `[C, 1, 1]` to meet a pooled one).
  mutating func relabel(_ shape: [Int]) {
    if case .channel = bias, self.shape.count == 1 { bias = .element(bias.elements(self.shape)) }
    self.shape = shape
    for index in terms.indices { terms[index].relabel(shape) }
    bias = bias.collapsed(shape)
  }
}

extension LinearTerm {
  mutating func relabel(_ shape: [Int]) { map.outShape = shape }

  /// May the weights be added into one connection?
  func canMerge(_ other: LinearTerm) -> Bool {
    guard source == other.source, pool == other.pool, map.inShape == other.map.inShape else { return false }
    switch (map.kind, other.map.kind) {
    case (.dense, .dense): return true
    case (.identity(let a), .identity(let b)): return a.count == b.count || a.isEmpty || b.isEmpty
    case (.selection(let a), .selection(let b)): return zip(a, b).allSatisfy { $0 < 0 || $1 < 0 }
    case (.convolution(let a), .convolution(let b)):
      return a.shape == b.shape && a.stride == b.stride && a.padding == b.padding && a.dilation == b.dilation
        && a.groups == b.groups
    default: return false
    }
  }

  mutating func merge(_ other: LinearTerm) {
    switch (map.kind, other.map.kind) {
    case (.dense(let a), .dense(let b)): map.kind = .dense(zip(a, b).map { $0 + $1 })
    case (.identity(let a), .identity(let b)):
      let count = max(a.count, b.count, a.isEmpty && b.isEmpty ? map.outShape.first ?? 1 : 1)
      let left = a.isEmpty ? [Double](repeating: 1, count: count) : a
      let right = b.isEmpty ? [Double](repeating: 1, count: count) : b
      map.kind = .identity(zip(left, right).map { $0 + $1 })
    case (.selection(let a), .selection(let b)): map.kind = .selection(zip(a, b).map { max($0, $1) })
    case (.convolution(var a), .convolution(let b)):
      a.weights = zip(a.weights, b.weights).map { $0 + $1 }
      map.kind = .convolution(a)
    default: break
    }
  }

  /// This term, another linear map applied to it.
  func then(_ outer: LinearMap, node: MergeContext) throws(ImportError) -> LinearTerm {
    LinearTerm(source: source, pool: pool, map: try map.then(outer, node: node))
  }

  /// Are all weights >= 0?
  var hasNonNegativeWeights: Bool {
    switch map.kind {
    case .identity(let factors): factors.allSatisfy { $0 >= 0 }
    case .convolution(let c): c.weights.allSatisfy { $0 >= 0 }
    case .selection: true
    case .dense(let weights): weights.allSatisfy { $0 >= 0 }
    }
  }
}

/// A value of the graph that depends on the input.
///
/// It is the concatenation of its parts along the channel axis (row-major), seen in a shape of its own and, after a
/// transposition, in another order.
struct DataValue {
  /// As the graph sees it, batch axis included.
  var shape: [Int]
  var parts: [AffinePart]
  /// Element `i` as the graph sees it is element `order[i]` of the parts; nil: the same order.
  var order: [Int]?
  /// Report entries that have not ended in a layer yet.
  var entries: [Int] = []
  /// What the next layer should be called, from its weights.
  var nameHint: String?
  /// The layer of the file's cost that a bias added to it belongs to.
  var costLayer: Int?
  /// What is left to the file's own output; only that may have any.
  var endings: [OutputEnding] = []
  /// The shape before the first of them.
  var endShape: [Int]?

  var count: Int { parts.reduce(0) { $0 + $1.outputCount } }
}

/// A value of the graph: known already, or depending on the input.
enum GraphValue {
  case constant(ONNXTensor, origin: String)
  case data(DataValue)
}
