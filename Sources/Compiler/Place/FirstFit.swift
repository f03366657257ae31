import ChipModel

/// Cores in order, looked through for the first that may take a load: a tree over them keeps the least of each resource.
struct FirstFit {
  private let limits: CoreLimits
  private let count: Int
  private let width: Int
  /// Node `n` has the children `2n` and `2n + 1`; core `i` is node `width + i`. Nil: no core.
  private var least: [CoreLoad?]

  init(_ loads: [CoreLoad], _ limits: CoreLimits) {
    self.limits = limits
    count = loads.count
    var width = 1
    while width < loads.count { width *= 2 }
    self.width = width
    least = [CoreLoad?](repeating: nil, count: 2 * width)
    for (index, load) in loads.enumerated() { least[width + index] = load }
    for node in (1..<max(1, width)).reversed() { least[node] = FirstFit.least(least[2 * node], least[2 * node + 1]) }
  }

  func holds(_ index: Int) -> Bool { least[width + index] != nil }

  /// The load at a place, which is empty from now on; nil where it was.
  mutating func remove(_ index: Int) -> CoreLoad? {
    let load = least[width + index]
    set(nil, at: index)
    return load
  }

  mutating func put(_ load: CoreLoad, at index: Int) { set(load, at: index) }

  /// The first core at `start` or after it whose load and `other` keep the limits. Input axons may be the same ones, so
  /// the larger number counts.
  func first(from start: Int, with other: CoreLoad) -> Int? { first(1, 0..<width, start, other) }

  private func first(_ node: Int, _ range: Range<Int>, _ start: Int, _ other: CoreLoad) -> Int? {
    guard range.upperBound > start, let load = least[node] else { return nil }
    var sum = load + other
    sum.inputAxons = max(load.inputAxons, other.inputAxons)
    guard sum.broken(limits) == nil else { return nil }
    if range.count == 1 { return range.lowerBound }
    let middle = (range.lowerBound + range.upperBound) / 2
    return first(2 * node, range.lowerBound..<middle, start, other)
      ?? first(2 * node + 1, middle..<range.upperBound, start, other)
  }

  private mutating func set(_ load: CoreLoad?, at index: Int) {
    var node = width + index
    least[node] = load
    while node > 1 {
      node /= 2
      least[node] = FirstFit.least(least[2 * node], least[2 * node + 1])
    }
  }

  private static func least(_ a: CoreLoad?, _ b: CoreLoad?) -> CoreLoad? {
    guard let a, let b else { return a ?? b }
    var result = a
    result.neurons = min(a.neurons, b.neurons)
    result.synapseBits = min(a.synapseBits, b.synapseBits)
    result.inputAxons = min(a.inputAxons, b.inputAxons)
    result.outputAxons = min(a.outputAxons, b.outputAxons)
    result.delay = min(a.delay, b.delay)
    return result
  }
}
