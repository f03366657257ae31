import ChipModel

/// Everything a run reports: the value behind `run.json` (`nmsim-run/1`).
package struct RunResult: Sendable {
  package struct PopulationResult: Sendable, Equatable {
    package var name: String
    package var neurons: Int
    package var spikes: Int
    package var synapticOperations: Int
    /// Spikes per neuron and step.
    package var meanRate: Double
    package var saturations: Int
    /// Messages that its spikes became, and their hops.
    package var messages: Int
    package var hops: Int
  }

  /// Time of the simulation itself; the only part that may differ between repetitions.
  package struct Simulation: Sendable, Equatable {
    package var seconds: Double
    package var threads: Int
    package var synapticOperationsPerSecond: Double
    /// The command line, where there was one.
    package var command: String?
    package init(seconds: Double, threads: Int, synapticOperationsPerSecond: Double) {
      self.seconds = seconds
      self.threads = threads
      self.synapticOperationsPerSecond = synapticOperationsPerSecond
    }
  }

  package var network: String
  package var chip: String
  package var method: String?
  package var schedule: String
  package var weightBits: Int
  package var membraneBits: Int
  package var fractionBits: Int
  package var coresUsed: Int
  /// SHA-256 of the program file, where known.
  package var programHash: String?
  package var engine: String
  package var ticks: Int
  package var ticksPerInference: Int
  package var samples: Int
  package var accuracy: Double?
  package var accuracyInterval: (low: Double, high: Double)?
  package var accuracyByStep: [Double]?
  package var ann: ANNFacts
  package var populations: [PopulationResult]
  package var counts: OperationCounts
  /// Where the cores lie, and their limits.
  package var mesh: MeshUse
  package var spikeEnergy: SpikeEnergy
  package var operationEnergy: OperationEnergy
  package var bill: ChipBill
  package var time: RunTime
  /// The bill by population, core and tick.
  package var chipEnergy: ChipEnergy
  package var earlyDecision: EarlyDecision?
  package var neurobench: NeuroBench
  /// What layers did over time; nil: not collected.
  package var details: LayerDetails?
  /// How the program sits on its chip; nil: not worked out.
  package var fit: RunFit?
  package var provenance: RunProvenance?
  package var simulation: Simulation?
  /// Faults of the chip and of the run; nil: none.
  package var faults: RunFaults?

  /// - Parameters:
  ///   - program: that ran.
  ///   - record: what the run counted.
  ///   - profile: energy per spike.
  ///   - target: accuracy up to which spike energy is counted, as a fraction.
  ///   - engine: which execution of the program ran.
  ///   - programHash: SHA-256 of the program file, where known.
  ///   - observation: what was watched; without it nothing is known by tick, and the time is `timed` or what the chip states.
  ///   - timed: the time of an inference where that alone was found.
  ///   - faults: transient faults of the run; the chip's come with the program.
  package init(
    program: CompiledProgram, record: RunRecord, profile: SpikeProfile = .standard,
    target: Double = SpikeEnergy.standardTarget, engine: Run.Engine = .fast, programHash: String? = nil,
    observation: RunObservation? = nil, time timed: RunTime? = nil, faults: FaultSettings = .none
  ) {
    let steps = record.steps
    let samples = record.samples
    let counts = OperationCounts(program: program, counters: record.counters, steps: steps)
    network = program.network.name
    chip = program.chip.name
    method = program.network.method
    schedule = program.schedule.name
    weightBits = program.weightBits
    membraneBits = program.membraneBits
    fractionBits = program.fractionBits
    coresUsed = program.cores.count
    self.programHash = programHash
    self.engine = engine.rawValue
    ticks = steps
    ticksPerInference = program.ticksPerInference(steps: steps)
    self.samples = samples
    let accuracies = record.labels.map { _ in
      record.correctByStep.map { samples == 0 ? 0 : Double($0) / Double(samples) }
    }
    accuracyByStep = accuracies
    accuracy = record.accuracy
    accuracyInterval = record.correctByStep.last.map { Wilson.interval(correct: $0, total: samples) }
    ann = program.network.ann
    populations = program.populations.enumerated().map { index, population in
      let count = counts.populations[index]
      let places = population.shape.count * steps * samples
      return PopulationResult(
        name: population.name, neurons: population.shape.count, spikes: count.spikes,
        synapticOperations: count.synapticOperations, meanRate: places == 0 ? 0 : Double(count.spikes) / Double(places),
        saturations: count.saturations, messages: count.messages, hops: count.hops)
    }
    self.counts = counts
    mesh = MeshUse(program: program)
    var spikesByStep = [Int](repeating: 0, count: steps)
    for population in record.counters.spikesByStep {
      for step in population.indices { spikesByStep[step] += population[step] }
    }
    spikeEnergy = SpikeEnergy(
      profile: profile, spikesByStep: spikesByStep, samples: samples, target: target, accuracyByStep: accuracies)
    let accumulatorBits = program.populations.map(\.accumulatorBits).max() ?? 32
    operationEnergy = OperationEnergy(
      accumulates: counts.effectiveACs, multiplyAccumulates: counts.effectiveMACs,
      annOperations: program.network.ann.multiplyAccumulates, samples: samples, weightBits: program.weightBits,
      accumulatorBits: max(32, accumulatorBits))
    let time = observation?.time ?? timed ?? RunTime(stated: program, steps: steps)
    self.time = time
    let bill = ChipBill(program: program, counts: counts, steps: steps, samples: samples, time: time)
    self.bill = bill
    chipEnergy = ChipEnergy(
      program: program,
      shares: BillShares(
        program: program, counters: record.counters, counts: counts, ticks: observation.flatMap { $0.ticks.isEmpty ? nil : $0.ticks }), bill: bill,
      time: time, samples: samples, stepsToTarget: spikeEnergy.stepsToTarget)
    earlyDecision = observation?.stops.map {
      EarlyDecision(program: program, record: record, stops: $0, time: time, bill: bill)
    }
    neurobench = NeuroBench(program: program, counts: counts, steps: steps, samples: samples, accuracy: record.accuracy)
    simulation = nil
    self.faults = RunFaults(chip: program.faults, run: faults)
  }

}
