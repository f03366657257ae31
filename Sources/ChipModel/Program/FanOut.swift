/// Synapses that one spike reaches in a box of a projection's target, by source neuron: a product of three, those of its
/// channel, its row and its column.
package struct FanOut: Sendable {
  /// The map that spikes come from: the source, or the pooled map behind a max-pool gate.
  package let shape: MapShape
  let synapses: Synapses
  let box: Box
  let rows: [Int]
  let columns: [Int]

  private func channel(_ channel: Int) -> Int {
    synapses.targets(of: channel).clamped(to: box.channels).count * synapses.copies
  }

  /// Synapses of one neuron of the map.
  package subscript(neuron: Int) -> Int {
    channel(neuron / shape.pixels) * rows[neuron % shape.pixels / shape.width] * columns[neuron % shape.width]
  }

  /// Of every neuron of the map, row-major.
  package var byNeuron: [Int] {
    var result: [Int] = []
    result.reserveCapacity(shape.count)
    for c in 0..<shape.channels {
      let here = channel(c)
      for row in rows { for column in columns { result.append(here * row * column) } }
    }
    return result
  }

  /// Of all neurons of the map together.
  package var total: Int {
    (0..<shape.channels).map(channel).sum *| rows.sum *| columns.sum
  }

  /// Sum over neurons of spikes times synapses; 0 where the counts are not of the map.
  package func operations(spikes: [UInt64]) -> Int {
    guard spikes.count == shape.count else { return 0 }
    var total = 0
    for c in 0..<shape.channels {
      let here = channel(c)
      if here == 0 { continue }
      for y in rows.indices where rows[y] > 0 {
        var inRow = 0
        for x in columns.indices { inRow +|= Int(clamping: spikes[shape.index(c, y, x)]) *| columns[x] }
        total +|= inRow *| (rows[y] * here)
      }
    }
    return total
  }
}

/// Which source neurons of a projection have a synapse (or a vote in a max-pool gate that has one) in a box of the target:
/// a product of three.
package struct FanIn: Sendable {
  package let channels: Range<Int>
  package let rows: [Int]
  package let columns: [Int]
  /// Synapses in the box: unrolled, as a core without shared weights stores them.
  package let synapses: Int
  /// The largest number into one neuron.
  package let largest: Int

  /// Source neurons.
  package var count: Int { channels.count * rows.count * columns.count }
}
