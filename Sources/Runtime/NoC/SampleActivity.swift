import ChipModel

/// The spike trains of one sample, as the engine leaves them.
package struct SampleTrains: Sendable {
  /// By population.
  package var populations: [SpikeTrain]
  /// By projection: what a max-pool gate let through; nil without a gate.
  package var gated: [SpikeTrain?]
  /// Which neurons had something to do; nil: not counted.
  package var updates: NeuronUpdates?
}

extension SampleTrains {
  /// Spikes of some steps, population by population.
  func forEachSpike(
    in steps: Range<Int>, _ body: (_ population: Int, _ neuron: Int, _ payload: Int32, _ step: Int) -> Void
  ) {
    for (population, train) in populations.enumerated() {
      for step in steps.clamped(to: 0..<train.steps) {
        train.forEachSpike(step: step) { neuron, payload in body(population, neuron, payload, step) }
      }
    }
  }

  /// What max-pool gates let through in some steps, projection by projection.
  func forEachPassed(
    in steps: Range<Int>, _ body: (_ projection: Int, _ pooled: Int, _ payload: Int32, _ step: Int) -> Void
  ) {
    for (projection, train) in gated.enumerated() {
      guard let train else { continue }
      for step in steps.clamped(to: 0..<train.steps) {
        train.forEachSpike(step: step) { pooled, payload in body(projection, pooled, payload, step) }
      }
    }
  }

  /// The trains of the runner's last sample.
  package init(_ runner: LayerRunner) {
    self.init(populations: runner.trains, gated: runner.gatedTrains, updates: runner.updates)
  }
}

/// What the neurons of a chip did in one sample, tick by tick, in the order in which a core works: slot by slot.
package struct SampleActivity: Sendable, Equatable {
  package struct Spike: Sendable, Equatable {
    /// Index in the program's cores.
    package var core: UInt32
    package var slot: UInt32
    package var payload: Int32
  }

  /// A spike of the input: its neuron, row-major.
  package struct Entered: Sendable, Equatable {
    package var neuron: Int
    package var payload: Int32
  }

  /// A spike that a max-pool gate let through.
  package struct Passed: Sendable, Equatable {
    package var projection: Int
    /// Index in the pooled map, row-major.
    package var neuron: Int
    package var payload: Int32
  }

  package var steps: Int
  /// Spikes by tick, sorted by core, then slot.
  package var spikes: [[Spike]]
  /// Spikes of the input by step, which is their tick: neuron, row-major, and payload; empty without such an input.
  package var entered: [[Entered]] = []
  /// By tick; empty where the program has no max-pool gate.
  package var passed: [[Passed]]
  /// By tick and core, one flag a slot: neurons that had something to do (``UpdateTrace``). Nil: not recorded; every
  /// neuron counts as updated in every tick of its window.
  package var updated: UpdateTrace?

  /// - Parameters:
  ///   - program: with cores.
  ///   - trains: of one sample of `steps` steps.
  ///   - steps: `T`.
  ///   - updated: which neurons had something to do; nil: what the trains know of it.
  package init(program: CompiledProgram, trains: SampleTrains, steps: Int, updated: UpdateTrace? = nil) {
    self.init(program: program, places: NeuronPlaces(program), trains: trains, steps: steps, updated: updated)
  }

  init(steps: Int, spikes: [[Spike]], passed: [[Passed]], updated: UpdateTrace?) {
    (self.steps, self.spikes, self.passed, self.updated) = (steps, spikes, passed, updated)
  }

  init(
    program: CompiledProgram, places: NeuronPlaces, trains: SampleTrains, steps: Int, updated: UpdateTrace?
  ) {
    self.steps = steps
    var entered: [[Entered]] = []
    if let updated {
      self.updated = updated
    } else if let updates = trains.updates, updates.hasFlags {
      self.updated = UpdateTrace(program: program, updates: updates, steps: steps)
    }
    let ticks = program.ticksPerInference(steps: steps)
    var spikes = [[Spike]](repeating: [], count: ticks)
    var passed = [[Passed]](repeating: [], count: ticks)
    if program.inputPort.neurons > 0 { entered = [[Entered]](repeating: [], count: ticks) }
    trains.forEachSpike(in: 0..<steps) { population, neuron, payload, step in
      if population == 0 { return entered[step].append(Entered(neuron: neuron, payload: payload)) }
      spikes[min(program.populations[population].firstFiringTick + step, ticks - 1)].append(
        Spike(core: places.core[population][neuron], slot: places.slot[population][neuron], payload: payload))
    }
    for tick in spikes.indices { spikes[tick].sort { ($0.core, $0.slot) < ($1.core, $1.slot) } }
    trains.forEachPassed(in: 0..<steps) { projection, neuron, payload, step in
      let start = program.populations[program.projections[projection].source].firstFiringTick
      passed[min(start + step, ticks - 1)].append(Passed(projection: projection, neuron: neuron, payload: payload))
    }
    self.spikes = spikes
    self.passed = passed
    self.entered = entered
  }
}

/// Which neurons had something to do, tick by tick: |v| > 0 before the update, a delivery that arrived (even summing to
/// 0), or a bias and input current that do not sum to 0. A chip that prices an idle visit apart from an update needs it.
///
/// Recorded by ``ChipInterpreter`` and, as `NeuronUpdates`, by the engine where asked for.
package struct UpdateTrace: Sendable, Equatable {
  /// `ticks[tick][core][slot]`; no slots where no neuron of the core is in its window.
  package var ticks: [[[Bool]]]
  package init(ticks: [[[Bool]]] = []) { self.ticks = ticks }

  init(program: CompiledProgram, updates: NeuronUpdates, steps: Int) {
    ticks = [[[Bool]]](
      repeating: [[Bool]](repeating: [], count: program.cores.count), count: program.ticksPerInference(steps: steps))
    for (index, core) in program.cores.enumerated() {
      for group in core.groups {
        let places = (0..<group.box.count).map {
          updates.place(population: group.population, neuron: group.box.populationIndex($0, in: group.populationShape))
        }
        // What relays, and neurons behind a lag, do after the last tick is in no tick.
        for tick in group.start..<max(group.start, min(group.start + steps + group.lag, ticks.count)) {
          let step = tick - group.start
          if ticks[tick][index].isEmpty { ticks[tick][index] = [Bool](repeating: false, count: core.neuronCount) }
          for (slot, place) in places.enumerated()
          where updates.isUpdated(population: group.population, place: place, step: step) {
            ticks[tick][index][group.firstSlot + slot] = true
          }
        }
      }
    }
  }

  package static func == (a: UpdateTrace, b: UpdateTrace) -> Bool {
    func isSame(_ a: [Bool], _ b: [Bool]) -> Bool {
      a.isEmpty ? !b.contains(true) : b.isEmpty ? !a.contains(true) : a == b
    }
    return a.ticks.elementsEqual(b.ticks) { $0.elementsEqual($1, by: isSame) }
  }

  /// Updated neurons in all ticks.
  package var count: Int { ticks.reduce(0) { $0 + $1.reduce(0) { $0 + $1.count { $0 } } } }
}
