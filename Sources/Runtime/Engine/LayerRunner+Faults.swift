import ChipModel

/// Transient faults in the fast engine: the same draws as the interpreter's, at the same places.
extension LayerRunner {
  func spikeFaults(_ p: PopulationPlan) -> SpikeFaults? {
    !p.population.model.fires ? nil : SpikeFaults(plan.faults, sample: sample, population: plan.program.drawn(p.index))
  }

  func membraneFlips(_ p: PopulationPlan) -> MembraneFlips? {
    MembraneFlips(plan.faults, sample: sample, population: p.index, of: plan.program)
  }

  /// Flips the stored bits of this step; false where none does.
  mutating func flipBits(_ p: PopulationPlan, step: Int, _ flips: inout MembraneFlips?) -> Bool {
    var any = false
    while let flip = flips?.next(step: step) {
      // What idled before it had the potentials without the flip.
      if !any, updateTally.isOn { updateTally.settle(p, before: step, v: v[p.index], b: b[p.index]) }
      any = true
      let position = flip.neuron % p.shape.pixels * p.padded + flip.neuron / p.shape.pixels
      let bits = plan.program.membraneBits
      if flip.isMemberB {
        b[p.index][position] = flip.applied(to: b[p.index][position], membraneBits: bits)
      } else {
        v[p.index][position] = flip.applied(to: v[p.index][position], membraneBits: bits)
      }
    }
    return any
  }
}

extension SpikeTrain {
  /// Takes lost spikes out of the current step, and puts duplicated ones in twice.
  mutating func disturb(_ faults: SpikeFaults, step: Int) {
    let faults = faults.at(step: step)
    let firstGroup = stepStarts[stepStarts.count - 1]
    // Most steps keep all of their spikes at the rates of interest.
    guard (firstGroup..<groupCount).contains(where: { isTouched($0, faults) }) else { return }
    var kept: [(pixel: Int, channel: Int, payload: Int32)] = []
    for group in firstGroup..<groupCount {
      let pixel = Int(pixels[group])
      for at in Int(channelStarts[group])..<Int(channelStarts[group + 1]) {
        let channel = Int(channels[at])
        for _ in 0..<faults.copies(neuron: channel &* shape.pixels &+ pixel) {
          kept.append((pixel, channel, hasPayload ? payloads[at] : 1))
        }
      }
    }
    groupCount = firstGroup
    spikeCount = Int(channelStarts[firstGroup])
    for spike in kept { append(pixel: spike.pixel, channel: spike.channel, payload: spike.payload) }
  }

  /// Whether a spike of the group is lost or duplicated.
  private func isTouched(_ group: Int, _ faults: SpikeFaults.Step) -> Bool {
    let pixel = Int(pixels[group])
    for at in Int(channelStarts[group])..<Int(channelStarts[group + 1])
    where faults.copies(neuron: Int(channels[at]) &* shape.pixels &+ pixel) != 1 { return true }
    return false
  }
}
