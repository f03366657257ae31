import ChipModel
import Compiler
import Runtime

/// What a result carries along beside what the run found: how the program fits its chip, and what it was made from.
enum ObservedRun {
  /// Larger files are not hashed: reading them again would cost more than some runs. Nor are pipes, which are empty by
  /// now or wait for ever.
  private static let largestHashed = 64 << 20

  /// Runs a program, shows how far it is, and keeps what an observer, a details collector and, where samples are listed,
  /// their costs see.
  static func observed(
    _ run: Run, _ program: CompiledProgram, _ data: Dataset, _ path: String, _ options: RunObserver.Options,
    label: String, _ terminal: Terminal, costs: SampleCosts? = nil, stop: @Sendable () -> Bool = { false }
  ) throws(CommandError) -> (record: RunRecord, courses: [SpikeCourse], observation: Observation) {
    var run = run
    let observer: RunObserver
    do throws(TimeModelError) {
      observer = try RunObserver(program, steps: run.steps, first: run.first, samples: run.samples, options: options)
    } catch {
      let status: ExitStatus = if case .barrier = error { .usage } else { .badConfiguration }
      throw CommandError(status, subject: "run", message: error.description)
    }
    // What a sample costs needs its own updates where the chip prices them.
    run.tracedSamples = costs != nil && program.chip.pricesUpdates ? run.samples : observer.tracedSamples
    let collector = LayerDetailsCollector(program: program, steps: run.steps, first: run.first, samples: run.samples)
    let progress = ProgressLine(label, total: run.samples, unit: "images", terminal: terminal)
    defer { progress.finish() }
    let record = try told(.badData, path) { () throws(DatasetError) in
      try run(
        program, data: data, progress: { progress.advance(by: $0) },
        observe: { sample, outcome, trains in
          collector.observe(sample, outcome, trains)
          observer.observe(sample, outcome, trains)
          costs?.observe(sample, outcome, trains)
        }, stop: stop)
    }
    return (record, collector.sums, observer.observation)
  }

  /// The result of a run with what it carries along.
  ///
  /// - Parameters:
  ///   - courses: what a details collector saw.
  ///   - images: file of the samples.
  ///   - ann: what the ANN says of them; nil: unknown.
  ///   - target: accuracy up to which energy is counted; nil: by the ANN.
  static func result(
    _ program: CompiledProgram, _ record: RunRecord, courses: [SpikeCourse], _ observation: Observation,
    hash: String?, images: String, profile: SpikeProfile = .standard, ann: ANNAnswers? = nil, target: Double? = nil,
    engine: Run.Engine = .fast, faults: FaultSettings = .none
  ) throws(CommandError) -> RunResult {
    var result = try told(by: CommandError.init) { () throws(CountError) in
      try RunResult(
        program: program, record: record, models: EnergyModels.all(profile: profile), ann: ann, target: target,
        engine: engine, programHash: hash, observation: observation, faults: faults)
    }
    result.details = LayerDetails(program: program, record: record, courses: courses)
    result.fit = fit(program)
    result.provenance = provenance(program, images: images)
    return result
  }

  /// Refuses a run of steps that the program does not take, or of which counts are known to pass 64 bits.
  static func check(_ program: CompiledProgram, steps: Int, samples: Int) throws(CommandError) {
    try told(by: CommandError.init) { () throws(StepsError) in try program.check(steps: steps) }
    try told(by: CommandError.init) { () throws(CountError) in
      try OperationCounts.check(program, steps: steps, samples: samples)
    }
  }

  static func fit(_ program: CompiledProgram) -> RunResult.Fit {
    let report = CompileReport(program)
    var fit = RunResult.Fit()
    fit.populations = report.populations.map { p in
      var population = RunResult.Fit.Population()
      population.name = p.name
      population.cores = p.cores
      population.synapses = p.synapses
      population.roundingError = p.relativeError
      population.threshold = p.thresholds?.lowerBound
      population.sumBits = p.headroom.sumBits
      population.stepsToSaturation = p.headroom.stepsToSaturation
      return population
    }
    fit.synapseBits = report.cores.map(\.load.synapseBits)
    fit.synapseBitsPerCore = report.limits.synapseBits
    fit.coresOfChip = report.totalCores
    return fit
  }

  static func provenance(_ program: CompiledProgram, images: String) -> RunResult.Provenance {
    let bytes = FolderFiles.isFile(images) ? try? FileReader.bytes(of: images, limit: largestHashed) : nil
    var provenance = RunResult.Provenance()
    provenance.version = Version.number
    provenance.images = images
    provenance.imagesHash = bytes.map { SHA256.hexadecimal(of: $0) }
    provenance.history = program.network.provenance
    return provenance
  }
}
