import ChipModel

/// What a trace shows of one sample, tick by tick: from the engine, or from the chip interpreter; both give the same.
struct TracedSample: Sendable {
  struct Tick: Sendable {
    /// The tick's counts alone, as of one sample of one step.
    var events: RunCounters
    var neuronVisits: Int
    /// Of the probed neurons, at the end of the tick.
    var potentials: [Int32]
  }

  var ticks: [Tick]
  var updated: UpdateTrace

  /// On the chip interpreter.
  init(
    interpreting values: [Double], sample: Int, _ program: CompiledProgram, steps: Int, probes: [NeuronProbe]
  ) {
    var chip = ChipInterpreter(program, steps: steps)
    chip.countsUpdates = true
    chip.recordsUpdates = true
    chip.sample = sample
    var before = chip.runCounters
    var visited = 0
    var ticks: [Tick] = []
    _ = chip.run(values) { _, chip in
      ticks.append(
        Tick(
          events: chip.runCounters.since(before, program: program),
          neuronVisits: chip.counters.neuronVisits - visited,
          potentials: probes.map { chip.potential(population: $0.population, index: $0.neuron) ?? 0 }))
      before = chip.runCounters
      visited = chip.counters.neuronVisits
    }
    self.ticks = ticks
    updated = chip.updates
  }

  /// - Parameter runner: counts updates, keeps them, and watches the probes.
  init(_ runner: inout LayerRunner, _ values: [Double], sample: Int) {
    let program = runner.plan.program
    let steps = runner.steps
    runner.sample = sample
    _ = runner.run(values)
    let trains = SampleTrains(runner)
    let count = program.ticksPerInference(steps: steps)
    let empty = RunCounters(program: program, steps: 1)
    var ticks = [Tick](repeating: Tick(events: empty, neuronVisits: 0, potentials: []), count: count)
    let last = count - 1
    for tick in ticks.indices { ticks[tick].events.samples = 1 }
    // What is sent after the last tick counts as sent in it.
    trains.forEachSpike(in: 0..<steps) { population, neuron, payload, step in
      let tick = min(program.populations[population].firstFiringTick + step, last)
      ticks[tick].events.note(spike: payload, population: population, neuron: neuron, step: 0)
    }
    trains.forEachPassed(in: 0..<steps) { projection, pooled, payload, step in
      let tick = min(program.populations[program.projections[projection].source].firstFiringTick + step, last)
      ticks[tick].events.notePassed(projection, pooled, payload: payload)
    }
    let none = program.populations.map { [UInt64](repeating: 0, count: $0.neurons) }
    for tick in ticks.indices { ticks[tick].events.updates = none }
    for index in program.placed {
      let population = program.populations[index]
      for step in 0..<population.windowTicks(steps: steps) {
        let tick = min(population.start + step, last)
        ticks[tick].neuronVisits += population.neurons *| program.compartments(index)
        trains.updates?.forEachUpdated(population: index, step: step) { neuron in
          ticks[tick].events.updates?[index][neuron] += 1
        }
      }
    }
    for (probe, potentials) in zip(runner.potentials.neurons, runner.potentials.potentials) {
      let start = program.populations[probe.population].start
      let initial = runner.plan.initialPotential(probe)
      for tick in ticks.indices {
        let after = tick == last ? potentials.last : tick < start ? nil : potentials[min(tick - start, potentials.count - 1)]
        ticks[tick].potentials.append(after ?? initial)
      }
    }
    self.ticks = ticks
    updated = trains.updates.map { UpdateTrace(program: program, updates: $0, steps: steps) } ?? UpdateTrace()
  }
}

extension EnginePlan {
  /// Before the first tick.
  fileprivate func initialPotential(_ probe: NeuronProbe) -> Int32 {
    let p = populations[probe.population]
    return p.initial[probe.neuron % p.shape.pixels * p.padded + probe.neuron / p.shape.pixels]
  }
}
