import ChipModel
import Compiler
import Runtime

/// Runs the points of a schedule that have no result yet. Conversions, programs, runs and the ANN's
/// accuracy are made once for all points that share them.
struct SweepRunner {
  let inputs: SweepInputs
  let schedule: SweepSchedule
  let folder: SweepFolder
  let threads: Int
  let memory: MemoryBudget
  let progress: ProgressLine
  /// Says something, in one line.
  let warn: @Sendable (String) -> Void
  /// Whether to stop; asked before every sample.
  let stop: @Sendable () -> Bool
  /// Called where a wish to stop comes during a conversion, which has no result to keep; may end the process.
  let abandon: @Sendable () -> Void

  /// Something that was made, or why there is none.
  private enum Built<Value> {
    case made(Value)
    case refused(String)
  }
  /// A run's datapath (a program without cores), and what came out.
  private struct Finished {
    var datapath: CompiledProgram
    /// Index in the source's data.
    var data: Int
    var faults: FaultSettings
    var records: [RunRecord]
  }
  /// What decides the bytes of a program, by indices of the inputs: source, method, values of axes.
  private struct ProgramKey: Equatable {
    var source: Int
    var method: Int?
    var values: [Int?]
  }
  private struct ConvertedNetwork {
    var source: Int
    var method: Int?
    var seed: Int
    var network: Built<CheckedNetwork>
  }

  /// How long others are waited for before that is said.
  private static let silentWait = Duration.seconds(5)

  private var conversions: [ConvertedNetwork] = []
  private var program: (key: ProgramKey, made: Built<(program: CompiledProgram, hash: String)>)?
  private var finished: [Finished] = []
  /// What ANNs said, by indices of source and data.
  private var answers: [(source: Int, data: Int, answers: ANNAnswers)] = []

  init(
    inputs: SweepInputs, schedule: SweepSchedule, folder: SweepFolder, threads: Int,
    memory: MemoryBudget, progress: ProgressLine, warn: @escaping @Sendable (String) -> Void,
    stop: @escaping @Sendable () -> Bool, abandon: @escaping @Sendable () -> Void
  ) {
    self.inputs = inputs
    self.schedule = schedule
    self.folder = folder
    self.threads = threads
    self.memory = memory
    self.progress = progress
    self.warn = warn
    self.stop = stop
    self.abandon = abandon
  }

  /// Runs what is missing, by whomever: points that another process works on are waited for.
  /// - Returns: false where it was stopped.
  mutating func run() throws(CommandError) -> Bool {
    var groups = schedule.groups
    var isSecondRound = false
    var idle = ContinuousClock.now
    var isWaitTold = false
    while !groups.isEmpty {
      var waiting: [SweepSchedule.Group] = []
      var hasWorked = false
      for group in groups {
        if stop() { return false }
        var group = group
        group.points.removeAll { folder.outcome($0.id) != .missing }
        let (mine, others) = claimed(group)
        if !mine.points.isEmpty {
          defer { for point in mine.points { folder.giveBack(point.id) } }
          guard try process(mine) else { return false }
          hasWorked = true
        }
        if !others.points.isEmpty { waiting.append(others) }
      }
      groups = waiting
      if hasWorked { idle = .now }
      if !isWaitTold, idle.duration(to: .now) >= Self.silentWait, let point = groups.first?.points.first {
        isWaitTold = true
        let count = groups.reduce(0) { $0 + $1.points.count }
        warn(
          "waiting for \(NumberFormat.count(count, of: "point")), \(point.id) for one, which \(folder.holder(point.id)) "
            + "has claimed: end that process where it stands still, and this one goes on")
      }
      // Nothing to do but wait for the others, or for what they leave when they end.
      if !groups.isEmpty, isSecondRound, !hasWorked { ProcessControl.wait(milliseconds: 200) }
      isSecondRound = true
    }
    return true
  }

  /// The points that this process runs, and those that another one has claimed.
  private func claimed(_ group: SweepSchedule.Group) -> (mine: SweepSchedule.Group, others: SweepSchedule.Group) {
    var (mine, others) = (group, group)
    mine.points = []
    others.points = []
    for point in group.points {
      if !folder.claim(point.id) {
        others.points.append(point)
      } else if folder.outcome(point.id) == .missing {
        mine.points.append(point)
      } else {
        // Finished between the look and the claim.
        folder.giveBack(point.id)
      }
    }
    return (mine, others)
  }

  // MARK: A group

  private mutating func process(_ group: SweepSchedule.Group) throws(CommandError) -> Bool {
    let made: (program: CompiledProgram, hash: String)
    switch try compiled(group) {
    case .made(let value): made = value
    case .refused(let problem):
      for point in group.points {
        try folder.write(refusal: problem, of: point)
        progress.advance()
      }
      return true
    }
    if stop() { return false }
    let own = made.program.standardSteps ?? RunInputs.standardSteps
    var points: [SweepPoint] = []
    for point in group.points {
      do throws(StepsError) {
        try made.program.check(steps: point.steps ?? own)
        points.append(point)
      } catch {
        try folder.write(refusal: error.description, of: point)
        progress.advance()
      }
    }
    let steps = Set(points.map { $0.steps ?? own }).sorted()
    guard let most = steps.last else { return true }
    try ObservedRun.check(made.program, steps: most, samples: group.setting.samples.count)
    guard let records = try records(group, made.program, steps) else { return false }
    let answers = try annAnswers(group, made.program.output.task)
    if stop() { return false }
    for point in points {
      guard let record = records.first(where: { $0.steps == point.steps ?? own }) else { continue }
      let data = group.setting.samples
      let observed: Result<Observation, DatasetError>
      do throws(TimeModelError) {
        observed = try run(group, steps: record.steps).observation(
          made.program, data: data.dataset, options: group.setting.observer)
      } catch {
        try folder.write(refusal: error.description, of: point)
        progress.advance()
        continue
      }
      let observation = try told(.badData, data.path) { () throws(DatasetError) in try observed.get() }
      var result = try told(by: CommandError.init) { () throws(CountError) in
        try RunResult(
          program: made.program, record: record, models: EnergyModels.all(profile: inputs.profile),
          ann: answers, target: inputs.plan.target, programHash: made.hash, observation: observation,
          faults: group.setting.faults)
      }
      result.fit = ObservedRun.fit(made.program)
      result.realTime = data.secondsPerStep.map { RealTime(result, secondsPerStep: $0) }
      try folder.write(result, of: point)
      progress.advance()
    }
    return true
  }

  /// A record for each number of steps, ascending; nil where it was stopped.
  private mutating func records(
    _ group: SweepSchedule.Group, _ program: CompiledProgram, _ steps: [Int]
  ) throws(CommandError) -> [RunRecord]? {
    var datapath = program
    datapath.cores = []
    datapath.routes = []
    let known = finished
      .filter {
        $0.data == group.setting.data && $0.faults == group.setting.faults && $0.datapath.computesLike(datapath)
      }
      .flatMap(\.records).compactMap { $0.shared(with: program) }
    let open = steps.filter { steps in !known.contains { $0.steps == steps } }
    guard let longest = open.last else { return known }
    let data = group.setting.samples
    let records = try told(.badData, data.path) { () throws(DatasetError) in
      var records: [RunRecord] = []
      let found = try run(group, steps: longest).bySteps(
        Array(open.dropLast()), program, data: data.dataset, stop: stop)
      for (index, record) in found.enumerated() {
        if let record {
          records.append(record)
        } else {
          records.append(try run(group, steps: open[index])(program, data: data.dataset, stop: stop))
        }
      }
      return records
    }
    guard records.allSatisfy({ $0.samples == data.count }) else { return nil }
    finished.append(
      Finished(datapath: datapath, data: group.setting.data, faults: group.setting.faults, records: records))
    return known + records
  }

  private func run(_ group: SweepSchedule.Group, steps: Int) -> Run {
    var run = Run(steps: steps, samples: group.setting.samples.count, threads: threads)
    run.faults = group.setting.faults
    return run
  }

  // MARK: Shared work

  private mutating func compiled(
    _ group: SweepSchedule.Group
  ) throws(CommandError) -> Built<(program: CompiledProgram, hash: String)> {
    let key = ProgramKey(source: group.source, method: group.method, values: group.program)
    if let program, program.key == key { return program.made }
    let network: CheckedNetwork
    switch try converted(group) {
    case .made(let value): network = value
    case .refused(let problem): return .refused(problem)
    }
    var options = group.setting.options
    options.memory = memory
    let made: Built<(program: CompiledProgram, hash: String)>
    do throws(CompileError) {
      var program = try CompiledProgram.compile(network, chip: group.setting.chip, options: options).program
      // Where test data and the ANN lie is no part of what the program is.
      program.network.images = nil
      program.network.labels = nil
      program.network.ann.model = nil
      made = .made((program, ProgramFile.hash(of: program.encoded())))
    } catch {
      made = .refused(error.description)
    }
    program = (key, made)
    return made
  }

  private mutating func converted(_ group: SweepSchedule.Group) throws(CommandError) -> Built<CheckedNetwork> {
    let source = group.setting.source
    guard let index = group.method, case .model(let analog) = source.content, case .model(let model) = inputs.plan.source
    else {
      if case .network(let network) = source.content { return keep(group, seed: 0, .made(network)) }
      throw CommandError(.software, subject: "sweep", problem: "a model without methods")
    }
    var settings = model.methods[index]
    let seed = settings.method.isSeeded ? group.setting.point.seed : 0
    if let known = conversions.first(where: { $0.source == group.source && $0.method == index && $0.seed == seed }) {
      return known.network
    }
    settings.seed = UInt64(clamping: seed)
    let calibration = inputs.calibration.map {
      CalibrationData(name: $0.name, dataset: $0.dataset, samples: model.calibration?.samples)
    }
    do throws(ConversionError) {
      let network = try Conversion.run(
        analog, settings, preprocessing: model.preprocessing, calibration: calibration, threads: threads,
        progress: { [stop, abandon] _ in if stop() { abandon() } }
      ).network
      do throws(NetworkCheckError) { return keep(group, seed: seed, .made(try network.checked())) } catch {
        throw ConversionError.check(error)
      }
    } catch {
      guard error.isAboutNetwork else { throw CommandError(error, model: source.name, data: inputs.calibration?.path) }
      return keep(group, seed: seed, .refused(error.description))
    }
  }

  /// Keeps what a method made as long as its points last.
  private mutating func keep(
    _ group: SweepSchedule.Group, seed: Int, _ network: Built<CheckedNetwork>
  ) -> Built<CheckedNetwork> {
    if conversions.last.map({ $0.source != group.source || $0.method != group.method }) ?? false {
      conversions = []
      finished = []
    }
    if case .network = group.setting.source.content, !conversions.isEmpty { return network }
    conversions.append(ConvertedNetwork(source: group.source, method: group.method, seed: seed, network: network))
    return network
  }

  /// What the ANN says of the points' own data; nil: unknown, or stopped.
  private mutating func annAnswers(_ group: SweepSchedule.Group, _ task: OutputTask) throws(CommandError) -> ANNAnswers? {
    let data = group.setting.samples
    guard data.dataset.labels != nil || task == .values, let ann = group.setting.source.ann else { return nil }
    if let known = answers.first(where: { $0.source == group.source && $0.data == group.setting.data }) {
      return known.answers
    }
    let preprocessing =
      switch (group.setting.source.content, inputs.plan.source) {
      case (.network(let network), _): network.network.input.preprocessing
      case (_, .model(let model)): model.preprocessing
      case (.model, .networks): Preprocessing.identity
      }
    let found = try ann.answers(
      on: data.dataset, data.path, 0..<data.count, preprocessing, task, keptIn: nil, threads: threads, stop: stop)
    if let found { answers.append((group.source, group.setting.data, found)) }
    return found
  }
}

extension CompiledProgram {
  /// Whether the engine computes the same with both: cores, chip and names aside.
  fileprivate func computesLike(_ other: CompiledProgram) -> Bool {
    schedule == other.schedule && lag == other.lag && fractionBits == other.fractionBits
      && membraneBits == other.membraneBits && weightBits == other.weightBits && output == other.output
      && network.preprocessing == other.network.preprocessing && populations == other.populations
      && projections == other.projections && weights == other.weights
  }
}

extension ConversionError {
  /// Whether the method does not suit the network, as opposed to wrong options or data: a finding, not a fault.
  fileprivate var isAboutNetwork: Bool {
    switch self {
    case .negativeActivation, .noActivation, .overflow, .notTrained, .outputFeeds, .noGoal, .notKept, .fitsNowhere, .check, .compile,
      .own:
      true
    case .network, .foreignParameter, .parameterRange, .conflict, .partner, .needsCalibration, .noSamples, .tooFewSamples,
      .inputShape, .labelRange, .data:
      false
    }
  }
}
