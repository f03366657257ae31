import ChipModel

/// Neurons that turn currents on and off, in plain loops beside their scalar rule, which defines them and which tests compare.
extension LayerRunner {
  /// Whether these loops do what the rule does in this run of a population.
  func runsAsSwitches(_ p: PopulationPlan) -> Bool { p.runsAsSwitches && !scratch.hasExactSums && scratch.exactCurrent.isEmpty }

  /// One tick; returns whether the next may change something although nothing arrives.
  mutating func updateSwitches(_ p: PopulationPlan, step: Int, isDriven: Bool) -> Bool {
    let lag = p.population.lag
    if !p.population.model.fires || step <= lag { chargeSwitches(p, isDriven: isDriven) }
    if p.population.model.fires, step >= lag { fireSwitches(p) }
    return true
  }

  /// Sums charge the currents, currents and constants the potentials.
  private mutating func chargeSwitches(_ p: PopulationPlan, isDriven: Bool) {
    let fraction = Int64(plan.program.fractionBits)
    let (low, high) = (p.rule.low, p.rule.high)
    let (sums, drive) = (scratch.sums, isDriven ? scratch.current : [])
    let receives = p.usesNarrow || p.usesWide
    var (currents, potentials, saturations) = ([Int32](), [Int32](), 0)
    swap(&currents, &b[p.index])
    swap(&potentials, &v[p.index])
    func cut(_ value: Int64) -> Int64 {
      if value >= low && value <= high { return value }
      saturations += 1
      return value < low ? low : high
    }
    var tile = 0
    for position in currents.indices {
      var u = Int64(currents[position])
      if receives {
        u = cut(u &+ sums.sum(at: position, narrow: p.usesNarrow, wide: p.usesWide) << fraction)
        currents[position] = Int32(truncatingIfNeeded: u)
      }
      var constant: Int64 = 0
      if isDriven {
        constant = Int64(drive[tile])
        tile = tile + 1 == drive.count ? 0 : tile + 1
      }
      potentials[position] = Int32(truncatingIfNeeded: cut(Int64(potentials[position]) &+ u &+ constant))
    }
    if receives { scratch.sums.clear(0..<p.count) }
    swap(&currents, &b[p.index])
    swap(&potentials, &v[p.index])
    tally.saturations[p.index] += saturations
  }

  /// A spike where a neuron goes on, a negative one where it goes off.
  private mutating func fireSwitches(_ p: PopulationPlan) {
    let thresholds = p.tiles.reset
    var (potentials, isOn) = ([Int32](), [Int32]())
    swap(&potentials, &v[p.index])
    swap(&isOn, &sent[p.index])
    var tile = 0
    for pixel in 0..<p.shape.pixels {
      for channel in 0..<p.shape.channels {
        let position = pixel * p.padded + channel
        let threshold = thresholds[tile + channel]
        let fires = threshold != NeuronModel.infinite && potentials[position] >= threshold
        // Nothing that a membrane holds less a threshold of it leaves 32 bits.
        if fires { potentials[position] &-= threshold }
        let now: Int32 = fires ? 1 : 0
        guard now != isOn[position] else { continue }
        isOn[position] = now
        trains[p.index].append(pixel: pixel, channel: channel, payload: fires ? 1 : -1)
      }
      tile = tile + p.padded == thresholds.count ? 0 : tile + p.padded
    }
    swap(&potentials, &v[p.index])
    swap(&isOn, &sent[p.index])
  }
}
