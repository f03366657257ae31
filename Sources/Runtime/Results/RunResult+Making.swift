import ChipModel

extension RunResult {
  /// - Parameters:
  ///   - program: that ran.
  ///   - record: what the run counted.
  ///   - models: whose accounts it has.
  ///   - ann: what the ANN decided on the same samples; nil: unknown.
  ///   - target: accuracy up to which energy is counted, as a fraction; nil: as ``CountedRun`` finds it.
  ///   - engine: which execution of the program ran.
  ///   - programHash: SHA-256 of the program file, where known.
  ///   - observation: what was watched; without it nothing is known by tick, and the time is `timed` or what the chip states.
  ///   - timed: the time of an inference where that alone was found.
  ///   - faults: transient faults of the run; the chip's come with the program.
  /// - Throws: a count beyond 64 bits.
  package init(
    program: CompiledProgram, record: RunRecord, models: [any EnergyModel] = EnergyModels.all(),
    ann answers: ANNAnswers? = nil, target: Double? = nil, engine: Run.Engine = .fast, programHash: String? = nil,
    observation: Observation? = nil, time timed: ChipTime? = nil, faults: FaultSettings = .none
  ) throws(CountError) {
    let run = try CountedRun(program, record, observation, time: timed, ann: answers, target: target)
    let (counts, time) = (run.counts, run.time)
    self.init()
    network = program.network.name
    chip = program.chip.name
    method = program.network.method
    ticks = run.steps
    ticksPerInference = program.ticksPerInference(steps: run.steps)
    samples = run.samples
    accuracy = record.accuracy
    accuracyInterval = record.correctByStep.last.map { Wilson.interval(correct: $0, total: samples) }
    accuracyByStep = run.accuracyByStep
    classes = Self.classes(program, record)
    decisionSteps = Self.decisionSteps(program, record)
    ann = ANN(program.network.ann, answers, run.besideANN)
    self.program.hash = programHash
    self.program.schedule = program.schedule.rawValue
    self.program.lag = program.lag
    self.program.weightBits = program.weightBits
    self.program.membraneBits = program.membraneBits
    self.program.fractionBits = program.fractionBits
    self.program.cores = program.cores.count
    self.program.engine = engine.rawValue
    populations = program.listed.map { index in
      let (population, count) = (program.populations[index], counts.populations[index])
      var result = Population()
      let places = population.shape.count *| run.steps *| run.samples
      result.name = population.name
      result.neurons = population.shape.count
      result.spikes = count.spikes
      result.synapticOperations = count.synapticOperations
      result.meanRate = places == 0 ? 0 : Double(count.spikes) / Double(places)
      result.saturations = count.saturations
      result.accumulatorOverflows = count.accumulatorOverflows == 0 ? nil : count.accumulatorOverflows
      result.messages = count.messages
      result.hops = count.hops
      return result
    }
    if program.output.task == .values {
      let outputs = record.values(of: program).flatMap { $0 }
      error =
        record.targets.flatMap { Deviation(outputs, from: $0, of: "targets") }
        ?? answers.flatMap { Deviation(outputs, from: $0.outputs, of: "ANN") }
      ann.error = record.targets.flatMap { targets in
        answers.flatMap { Deviation($0.outputs, from: targets, of: "targets") }
      }
    }
    totals = Totals(counts)
    totals.cutInputs = record.counters.cutInputs
    let mesh = ChipModel.Mesh(program.chip)
    let work = CoreWork.all(program, counts)
    cores = zip(program.cores, counts.cores).map { Core($1, $0, mesh, program.populations) }
    for core in cores.indices { cores[core].name(work, core, samples: samples, time) }
    self.mesh = Mesh(mesh, program.chip, counts.linkLoads)
    for model in models { model.add(run, to: &energy) }
    self.time = Time(time, steps: run.steps)
    figures = KeyFigures(run, bill: energy.chip)
    busiest = BusiestPlace.all(program, counts, time, work)
    roofline = cores.isEmpty ? nil : Roofline(work)
    earlyDecision = observation?.stops.map { stops in
      EarlyDecision(
        program: program, record: record, stops: stops, time: time,
        bill: energy.chip ?? ChipBill(program: program, counts: counts, steps: run.steps, samples: run.samples, time: time))
    }
    neurobench = NeuroBench(
      program: program, counts: counts, operations: observation?.operations, steps: run.steps, samples: samples,
      accuracy: record.accuracy)
    self.faults = FaultRates(chip: program.faults, run: faults)
  }
}
