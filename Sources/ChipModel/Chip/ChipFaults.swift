/// Permanent faults of the chip that a program was compiled for: what its mapping, routes and weights had to live with.
///
/// A rate marks each core, link or stored weight bit on its own, by seed and place (``FaultDraw``); lists name them.
package struct ChipFaults: JSONRecord {
  package var seed: UInt64
  /// Probability that a core is dead, 0...1. Its tile's router works on.
  package var deadCoreRate: Double
  /// Physical cores that are dead whatever the rate, ascending.
  package internal(set) var deadCores: [Int]
  /// Probability that a link between neighbouring tiles is dead, 0...1.
  package var deadLinkRate: Double
  /// Links that are dead whatever the rate, ascending.
  package internal(set) var deadLinks: [DeadLink]
  /// Probability that a stored weight bit is stuck, at 0 or at 1 with equal chances, 0...1.
  package var stuckWeightBits: Double

  package init() { self.init(seed: 0) }

  package init(
    seed: UInt64 = 0, deadCoreRate: Double = 0, deadCores: [Int] = [], deadLinkRate: Double = 0,
    deadLinks: [DeadLink] = [], stuckWeightBits: Double = 0
  ) {
    self.seed = seed
    self.deadCoreRate = deadCoreRate
    self.deadCores = Set(deadCores).sorted()
    self.deadLinkRate = deadLinkRate
    self.deadLinks = Set(deadLinks).sorted()
    self.stuckWeightBits = stuckWeightBits
  }

  /// Whether there is no fault: the same as none given.
  package var isNone: Bool { !hasDeadCores && !hasDeadLinks && stuckWeightBits == 0 }
  package var hasDeadCores: Bool { deadCoreRate > 0 || !deadCores.isEmpty }
  package var hasDeadLinks: Bool { deadLinkRate > 0 || !deadLinks.isEmpty }

  /// Whether a physical core is dead.
  package func isDead(core: Int) -> Bool {
    if deadCoreRate > 0, FaultDraw(.deadCore, seed: seed)[core].happens(deadCoreRate) { return true }
    return ChipFaults.contains(deadCores, core)
  }

  /// Whether the link from a tile to its neighbour is dead; a dead link carries nothing either way.
  package func isDead(from tile: TileCoordinate, _ direction: MeshDirection) -> Bool {
    let link = DeadLink(from: tile, direction)
    if deadLinkRate > 0 {
      let draw = FaultDraw(.deadLink, seed: seed)[link.x][link.y][link.isVertical ? 1 : 0]
      if draw.happens(deadLinkRate) { return true }
    }
    return ChipFaults.contains(deadLinks, link)
  }

  private static func contains<Value: Comparable>(_ sorted: [Value], _ value: Value) -> Bool {
    var low = 0
    var high = sorted.count
    while low < high {
      let middle = (low + high) / 2
      if sorted[middle] < value { low = middle + 1 } else { high = middle }
    }
    return low < sorted.count && sorted[low] == value
  }

  /// A weight tensor as its stuck bits leave it: two's complement of `bits`, each bit by itself.
  /// - Returns: nil where no weight changes.
  package func stuck(_ tensor: WeightTensor, index: Int, bits: Int) -> WeightTensor? {
    guard stuckWeightBits > 0 else { return nil }
    let draw = FaultDraw(.weightBit, seed: seed)[index]
    var values: [Int32] = []
    values.reserveCapacity(tensor.count)
    var isChanged = false
    let shift = Int32(truncatingIfNeeded: 32 - bits)
    for element in 0..<tensor.count {
      let weight = tensor[element]
      var stored = weight
      for bit in 0..<bits {
        let here = draw[element &* 32 &+ bit]
        guard here.happens(stuckWeightBits) else { continue }
        let mask = Int32(1) << Int32(truncatingIfNeeded: bit)
        // The lowest bits of the number have no part in whether it happens.
        if here.bits & 1 == 0 { stored &= ~mask } else { stored |= mask }
      }
      stored = (stored &<< shift) &>> shift
      if stored != weight { isChanged = true }
      values.append(stored)
    }
    return isChanged ? WeightTensor(shape: tensor.shape, values: values) : nil
  }
}

/// A link between two neighbouring tiles, named from its western or southern end.
package struct DeadLink: Sendable, Hashable, Comparable {
  /// The western or southern tile.
  package let x: Int
  package let y: Int
  /// North of that tile; else east of it.
  package let isVertical: Bool

  /// - Parameters:
  ///   - tile: at one end of the link.
  ///   - direction: any of the four; west and south are named from the other end.
  package init(from tile: TileCoordinate, _ direction: MeshDirection) {
    let other = tile.neighbour(direction)
    x = min(tile.x, other.x)
    y = min(tile.y, other.y)
    isVertical = direction == .north || direction == .south
  }

  /// `X:Y:east` or `X:Y:north`.
  package var text: String { "\(x):\(y):\(isVertical ? MeshDirection.north : .east)" }

  package static func < (a: DeadLink, b: DeadLink) -> Bool {
    (a.x, a.y, a.isVertical ? 1 : 0) < (b.x, b.y, b.isVertical ? 1 : 0)
  }
}
