import ChipModel

/// Populations that feed one another: step by step.
extension LayerRunner {
  /// One of them while they run.
  private struct Member {
    let plan: PopulationPlan
    var current: Current
    /// Of each incoming projection from outside; nil: from a member, whose train grows.
    let outside: [SpikeTrain?]
    let spikeFaults: SpikeFaults?
    var flips: MembraneFlips?
    var scratch: Scratch
  }

  /// Finds the spike trains of a circle by the scalar rule, all its populations in one step before the next.
  ///
  /// Nothing is counted: with the trains of all its sources each population then runs as any other does, and counts.
  mutating func runCircle(_ populations: [Int], _ x: [Int32]) {
    let (counted, countsUpdates, waiting) = (tally, updateTally.isOn, scratch)
    updateTally.isOn = false
    var members: [Member] = []
    for index in populations {
      let p = plan.populations[index]
      scratch = Scratch()
      begin(p)
      isInitial[index] = false
      trains[index].removeAll()
      trains[index].maskWords = 0
      // Max pools are outside of circles.
      for projection in p.incoming {
        if plan.projections[projection].isGated { gateSpikes(projection) }
        gatedTrains[projection]?.list(level: plan.kernels)
        trains[plan.projections[projection].projection.source].list(level: plan.kernels)
      }
      let current = prepareCurrent(p, x)
      scratch.hasExactSums = true
      prepareScratch(p)
      members.append(
        Member(
          plan: p, current: current,
          outside: p.incoming.map { incoming in
            let projection = plan.projections[incoming].projection
            return populations.contains(projection.source)
              ? nil : gatedTrains[incoming] ?? trains[projection.source].part(projection)
          }, spikeFaults: spikeFaults(p), flips: membraneFlips(p), scratch: scratch))
    }
    for step in 0..<steps {
      for at in members.indices {
        swap(&scratch, &members[at].scratch)
        run(&members[at], step: step)
        swap(&scratch, &members[at].scratch)
      }
    }
    (tally, updateTally.isOn, scratch) = (counted, countsUpdates, waiting)
  }

  private mutating func run(_ member: inout Member, step: Int) {
    let p = member.plan
    if p.hasBiasByStep { takeBias(p, step: step, &member.current) }
    for (index, outside) in zip(p.incoming, member.outside) {
      let projection = plan.projections[index]
      let source = outside ?? trains[projection.projection.source].part(projection.projection)
      let sent = step - projection.offset
      guard sent >= 0, sent < source.steps else { continue }
      DeliverReference.deliver(
        source, step: sent, taps: projection.taps, projection: projection.projection, weights: projection.weights,
        targetChannels: p.shape.channels, paddedTargets: p.padded, into: &scratch.exact)
    }
    if member.flips != nil { _ = flipBits(p, step: step, &member.flips) }
    _ = updateExactly(p, step: step, isDriven: member.current.isActive)
    if let faults = member.spikeFaults { trains[p.index].disturb(faults, step: step) }
    trains[p.index].endStep()
  }
}
