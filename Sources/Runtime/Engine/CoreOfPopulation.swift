import ChipModel

/// Where a population lies on the chip, as far as counting by core needs it.
enum CoreOfPopulation: Sendable {
  /// The program has no cores, or none holds the population.
  case none
  case core(Int)
  /// The core of each neuron, row-major.
  case spread([UInt32])

  /// By population.
  static func all(_ program: CompiledProgram) -> [CoreOfPopulation] {
    var cores = [CoreOfPopulation](repeating: .none, count: program.populations.count)
    var spread: [[UInt32]] = program.populations.map { _ in [] }
    for (index, image) in program.cores.enumerated() {
      for group in image.groups {
        switch cores[group.population] {
        case .none: cores[group.population] = .core(index)
        case .core(let other) where other != index: cores[group.population] = .spread([])
        case .core, .spread: break
        }
      }
    }
    for (index, image) in program.cores.enumerated() {
      for group in image.groups {
        guard case .spread = cores[group.population] else { continue }
        let p = group.population
        if spread[p].isEmpty { spread[p] = [UInt32](repeating: 0, count: group.populationShape.count) }
        for local in 0..<group.box.count {
          let neuron = group.box.populationIndex(local, in: group.populationShape)
          spread[p][neuron] = UInt32(truncatingIfNeeded: index)
        }
      }
    }
    for p in cores.indices {
      if case .spread = cores[p] { cores[p] = .spread(spread[p]) }
    }
    return cores
  }
}

/// Saturations by core of a population that lies on several.
extension LayerRunner {
  /// Runs the population again by the scalar rule, counting each neuron's saturations at its core.
  ///
  /// Only after a run in which it saturated, whose currents are still in place; potentials and spikes come out the same.
  mutating func countSaturations(
    _ p: PopulationPlan, current: Current, incoming: [IncomingSpikes], cores: [UInt32]
  ) {
    let index = p.index
    let model = p.population.model
    let lag = p.population.lag
    var current = current
    let kept = trains[index]
    trains[index] = SpikeTrain(shape: p.shape, hasPayload: model.hasPayload)
    begin(p)
    var flips = membraneFlips(p)
    for step in 0..<(steps + lag) {
      let adds = step < steps
      if adds, p.hasBiasByStep { takeBias(p, step: step, &current) }
      if adds { for spikes in incoming { _ = deliver(spikes, step: step, p) } }
      let isDriven = adds && current.isActive && step / model.period >= p.population.gatedPeriods
      if flips != nil { _ = flipBits(p, step: step, &flips) }
      _ = updateExactly(p, step: step, isDriven: isDriven, cores: cores)
      if step >= lag { trains[index].endStep() }
    }
    trains[index] = kept
  }
}
