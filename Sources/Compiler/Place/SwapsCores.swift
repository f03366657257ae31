/// A search for places by swapping cores.
protocol SwapsCores {
  /// Core at each position, -1: none.
  var coreAt: [Int32] { get set }
  /// Position of each core.
  var positionOf: [Int] { get set }
}

extension SwapsCores {
  /// Puts a core at a position, and what is there to where the core was.
  @inline(__always)
  mutating func swap(_ core: Int, _ position: Int) {
    let from = positionOf[core]
    let other = coreAt[position]
    coreAt[position] = Int32(truncatingIfNeeded: core)
    coreAt[from] = other
    positionOf[core] = position
    if other >= 0 { positionOf[Int(other)] = from }
  }
}
