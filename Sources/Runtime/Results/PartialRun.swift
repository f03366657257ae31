import ChipModel

/// Some of a run's samples, counted in integers: what a run that was split or interrupted leaves (`nmsim-partial/3`).
///
/// Parts of the same run that follow one another are appended into the record of the whole run, to the last bit.
package struct PartialRun: Sendable, Equatable {
  package static let format = "nmsim-partial/3"
  static let formerFormats = ["nmsim-partial/1", "nmsim-partial/2"]

  /// What all parts of a run have in common.
  package struct Identity: Sendable, Equatable {
    /// SHA-256 of the program file.
    package var program: String
    /// `Dataset.contentHash` of the samples of the whole run.
    package var data: String
    package var engine: Run.Engine
    package var ticks: Int
    /// Samples of the whole run.
    package var samples: Int
    /// Energy per spike, as `--spike-profile` takes it.
    package var profile: String
    /// Nil: relative to the ANN, where that is run.
    package var target: Double?
    /// Path of the images as it was given, for the result's provenance.
    package var images: String
    /// What was watched.
    package var options: RunObserver.Options
    /// SHA-256 of the ANN that every part of a split run decides with; nil: none.
    package var ann: String?
    /// That a step of the input lasts; nil: it has no time of its own.
    package var secondsPerStep: Double?

    package init(
      program: String, data: String, engine: Run.Engine, ticks: Int, samples: Int, profile: String, target: Double?,
      images: String, options: RunObserver.Options = RunObserver.Options(), ann: String? = nil,
      secondsPerStep: Double? = nil
    ) {
      self.program = program
      self.data = data
      self.engine = engine
      self.ticks = ticks
      self.samples = samples
      self.profile = profile
      self.target = target
      self.images = images
      self.options = options
      self.ann = ann
      self.secondsPerStep = secondsPerStep
    }

    /// What tells it from another run, in words; nil: nothing.
    package func difference(from other: Identity) -> String? {
      let members: [(String, Bool)] = [
        ("program", program == other.program), ("data", data == other.data), ("engine", engine == other.engine),
        ("ticks", ticks == other.ticks), ("samples", samples == other.samples),
        ("spike profile", profile == other.profile), ("target", target == other.target),
        ("watching", options == other.options), ("path of the images", images == other.images),
        ("ANN", ann == other.ann), ("length of a step", secondsPerStep == other.secondsPerStep),
      ]
      return members.first { !$0.1 }.map { "not the same \($0.0)" }
    }
  }

  package var identity: Identity
  /// Where the program was, as seen from the folder of the part.
  package var programPath: String
  package var record: RunRecord
  /// By population, of its samples among the first ``LayerDetails/mostSamples``.
  package var courses: [SpikeCourse]
  /// What its observer saw.
  package var observation: Observation
  /// What the ANN says of its samples; nil: not found yet, or not asked for.
  package var answers: ANNAnswers?

  package init(
    identity: Identity, programPath: String, record: RunRecord, courses: [SpikeCourse], observation: Observation,
    answers: ANNAnswers? = nil
  ) {
    self.identity = identity
    self.programPath = programPath
    self.record = record
    self.courses = courses
    self.observation = observation
    self.observation.truncate(to: record.samples)
    self.answers = answers
  }

  /// Appends the part that follows directly.
  ///
  /// - Precondition: a part of the same run whose first sample comes after this one's last.
  package mutating func append(_ other: PartialRun) {
    record.append(other.record)
    for index in courses.indices { courses[index].add(other.courses[index]) }
    observation.append(other.observation)
    answers = answers.flatMap { mine in other.answers.map { mine.followed(by: $0) } }
  }

  /// The samples that it holds, as indices in the data set.
  package var range: Range<Int> { record.first..<(record.first + record.samples) }
}

// MARK: - Writing

extension PartialRun {
  package var document: JSONOutput {
    func lists(_ values: [[UInt64]]) -> JSONOutput {
      .array(values.map { .integers($0.map { Int(clamping: $0) }) })
    }
    let counters = record.counters
    return .object([
      ("format", .string(PartialRun.format)),
      ("program", .object([("path", .string(programPath)), ("hash", .string(identity.program))])),
      ("images", .string(identity.images)),
      ("data", .string(identity.data)),
      ("engine", .string(identity.engine.rawValue)),
      ("ticks", .int(identity.ticks)),
      ("spikeProfile", .string(identity.profile)),
      ("target", identity.target.map { .double($0) } ?? .null),
      ("samples", .object([
        ("first", .int(record.first)), ("count", .int(record.samples)), ("of", .int(identity.samples)),
      ])),
      ("labels", record.labels.map { .integers($0) } ?? .null),
      ("targets", record.targets.map { .doubles($0) } ?? .null),
      ("outputs", .array(record.outputs.map { .integers($0) })),
      ("predictions", .integers(record.predictions)),
      ("decisionSteps", .integers(record.decisionSteps)),
      ("correctByStep", .integers(record.correctByStep)),
      ("counters", .object(RunCounters.byNeuron.map { ($0.key, lists(counters[keyPath: $0.path])) } + [
        ("spikesByStep", .array(counters.spikesByStep.map { .integers($0) })),
        ("saturations", .integers(counters.saturations)),
        ("inputMACs", .int(counters.inputMACs)), ("cutInputs", .int(counters.cutInputs)),
        ("saturationsByCore", .integers(counters.saturationsByCore)),
        ("accumulatorOverflows", .integers(counters.accumulatorOverflows)),
        ("updates", counters.updates.map(lists) ?? .null),
      ])),
      ("ann", identity.ann.map { model in
        .object([
          ("model", .string(model)), ("decisions", answers.map { .integers($0.decisions) } ?? .null),
          ("outputs", answers.map { .doubles($0.outputs) } ?? .null),
        ])
      } ?? .null),
      ("secondsPerStep", .number(identity.secondsPerStep)),
      ("watched", identity.options.document),
      ("observation", observation.document),
      ("courses", .array(courses.map { course in
        .object([
          ("firstSpikes", .integers(course.firstSpikes)), ("never", .int(course.never)),
          ("squares", .doubles(course.squares)), ("products", .doubles(course.products)),
          ("finals", .double(course.finals)), ("raster", .array(course.raster.map { .object($0.members) })),
        ])
      })),
    ])
  }
}

// MARK: - Reading

/// The text of a part, read but not yet compared with its program.
package struct PartialRunFile: Sendable {
  package let identity: PartialRun.Identity
  package let programPath: String
  package let first: Int
  package let count: Int
  private let root: JSONNode

  /// Counts beyond this are none of a run: sums of many parts stay far from 64 bits.
  private static let most = 1 << 52

  /// - Throws: `JSONError` with line, column and member.
  package init(reading bytes: [UInt8]) throws(JSONError) {
    let options = JSONParser.Options(maximumBytes: 1 << 30, maximumValues: 1 << 27)
    root = JSONNode(root: try JSONParser.parse(bytes, options: options))
    var o = try root.object()
    let format = try o.required("format")
    let text = try format.string()
    guard !PartialRun.formerFormats.contains(text) else {
      throw format.error("a part by an earlier version, which counted otherwise; run that part again")
    }
    guard text == PartialRun.format else {
      throw format.error("not a part of a run; expected \"\(PartialRun.format)\", as 'nmsim run' writes its parts")
    }
    guard JSONSeal.isWhole(bytes) else {
      throw format.error("does not match its checksum, it was changed or damaged; run that part again")
    }
    var program = try o.required("program").object()
    programPath = try program.required("path").string()
    var samples = try o.required("samples").object()
    first = try samples.required("first").int(in: 0...Int(Int32.max))
    count = try samples.required("count").int(in: 0...Int(Int32.max))
    let of = try samples.required("of")
    let total = try of.int(in: 0...Int(Int32.max))
    guard first + count <= total else {
      throw of.error("samples \(first) to \(first + count - 1) of a run of \(total); run that part again")
    }
    let (target, ann, step) = (try o.required("target"), try o.required("ann"), o.optional("secondsPerStep"))
    identity = PartialRun.Identity(
      program: try program.required("hash").string(), data: try o.required("data").string(),
      engine: try o.required("engine").choice(), ticks: try o.required("ticks").int(in: ActiveWindow.steps), samples: total,
      profile: try o.required("spikeProfile").string(), target: target.isNull ? nil : try target.double(in: 0...1),
      images: try o.required("images").string(), options: try RunObserver.Options(o.required("watched")),
      ann: ann.isNull ? nil : try Self.member("model", of: ann).string(),
      secondsPerStep: try step.flatMap { (node) throws(JSONError) in
        node.isNull ? nil : try node.double(in: 1e-12...1e6)
      })
  }

  /// The part, all of whose counts have the program's shapes.
  /// - Throws: `JSONError` with line, column and member.
  package func part(of program: CompiledProgram) throws(JSONError) -> PartialRun {
    var o = try root.object()
    let width = program.populations[program.output.population].shape.count
    let samples = count...count
    var labels: [Int]?
    let node = try o.required("labels")
    if !node.isNull { labels = try node.ints(in: 0...Int(Int32.max), count: samples) }
    var record = RunRecord(program: program, steps: identity.ticks, first: first, samples: count, labels: labels)
    let places = count * width
    let targets = try o.required("targets")
    if !targets.isNull { record.targets = try targets.doubles(count: places...places) }
    if program.output.task == .values {
      for node in try o.required("outputs").array(count: samples) {
        record.outputs.append(try node.ints(in: -(1 << 62)...(1 << 62), count: width...width))
      }
    }
    record.predictions = try o.required("predictions").ints(in: Decision.range(outputs: width), count: samples)
    record.decisionSteps = try o.required("decisionSteps").ints(in: 1...identity.ticks, count: samples)
    let steps = labels == nil ? 0 : identity.ticks
    record.correctByStep = try o.required("correctByStep").ints(in: 0...count, count: steps...steps)
    var c = try o.required("counters").object()
    var counters = record.counters
    for (key, path) in RunCounters.byNeuron { try read(&c, key, into: &counters[keyPath: path]) }
    let list = counters.spikesByStep.count
    for (index, node) in try c.required("spikesByStep").array(count: list...list).enumerated() {
      counters.spikesByStep[index] = try node.ints(in: 0...Self.most, count: identity.ticks...identity.ticks)
    }
    counters.saturations = try c.required("saturations").ints(in: 0...Self.most, count: list...list)
    counters.accumulatorOverflows = try c.required("accumulatorOverflows").ints(in: 0...Self.most, count: list...list)
    counters.inputMACs = try c.required("inputMACs").int(in: 0...Self.most)
    counters.cutInputs = try c.required("cutInputs").int(in: 0...Self.most)
    let cores = program.cores.count
    counters.saturationsByCore = try c.required("saturationsByCore").ints(in: 0...Self.most, count: cores...cores)
    if !(try c.required("updates").isNull) {
      var updates = program.populations.map { [UInt64](repeating: 0, count: $0.neurons) }
      try read(&c, "updates", into: &updates)
      counters.updates = updates
    }
    counters.samples = count
    // A neuron may reach every other many times and every message cross the whole chip: sums of such products must stay
    // within 64 bits, or a wrong part would end the process.
    let neurons = program.populations.reduce(0.0) { $0 + Double($1.shape.count) }
    let events = RunCounters.byNeuron.flatMap { counters[keyPath: $0.path] }
      .reduce(0.0) { $1.reduce($0) { $0 + Double($1) } }
    guard events * (64 * neurons + 8192 * Double(program.cores.count) + 1) < 0x1p62 else {
      throw try o.required("counters").error("counts are beyond what a run has; run that part again")
    }
    record.counters = counters
    try check(record, o.required("counters"))
    let intervals = LayerDetails.intervals(steps: identity.ticks).count
    var courses: [SpikeCourse] = []
    let shown = record.first == 0 ? RasterRow.neurons(of: program) : program.populations.map { _ in [] }
    for (index, node) in try o.required("courses").array(count: list...list).enumerated() {
      var o = try node.object()
      var course = SpikeCourse(intervals: intervals)
      course.firstSpikes = try o.required("firstSpikes").ints(in: 0...Self.most, count: intervals...intervals)
      course.never = try o.required("never").int(in: 0...Self.most)
      let sums = -0x1p53...0x1p53
      course.squares = try o.required("squares").doubles(in: sums, count: intervals...intervals)
      course.products = try o.required("products").doubles(in: sums, count: intervals...intervals)
      course.finals = try o.required("finals").double(in: sums)
      let rows = try o.required("raster")
      for node in try rows.array(count: shown[index].count...shown[index].count) {
        var scope = JSONScope()
        course.raster.append(try RasterRow(node, &scope))
      }
      guard course.raster.map(\.neuron) == shown[index] else {
        throw rows.error("is of other neurons than those of this program; run that part again")
      }
      courses.append(course)
    }
    var part = PartialRun(
      identity: identity, programPath: programPath, record: record, courses: courses,
      observation: try observation(of: program, o.required("observation")))
    if let model = identity.ann {
      let (decisions, outputs) = (
        try Self.member("decisions", of: o.required("ann")), try Self.member("outputs", of: o.required("ann"))
      )
      if !decisions.isNull {
        let (decided, valued) = program.output.task == .values ? (0, places) : (count, 0)
        part.answers = ANNAnswers(
          model: model, decisions: try decisions.ints(in: Decision.range(outputs: width), count: decided...decided),
          outputs: try outputs.doubles(count: valued...valued))
      }
    }
    return part
  }

  private static func member(_ key: String, of node: JSONNode) throws(JSONError) -> JSONNode {
    var object = try node.object()
    return try object.required(key)
  }

  /// Refuses counts that contradict one another.
  private func check(_ record: RunRecord, _ node: JSONNode) throws(JSONError) {
    let counters = record.counters
    let right = record.labels.map { labels in zip(labels, record.predictions).count { $0 == $1 } }
    let isSummed = zip(counters.spikes, counters.spikesByStep).allSatisfy { neurons, steps in
      neurons.isEmpty || neurons.reduce(0, &+) == UInt64(clamping: steps.sum)
    }
    let carries = zip(counters.payloads + counters.gatedPayloads, counters.spikes + counters.gatedSpikes)
      .allSatisfy { payloads, spikes in payloads.isEmpty || zip(payloads, spikes).allSatisfy { $0 >= $1 } }
    guard isSummed, carries, right == record.correctByStep.last || record.samples == 0 else {
      throw node.error("counts contradict one another; run that part again")
    }
  }

  private func read(
    _ object: inout JSONObjectReader, _ key: String, into lists: inout [[UInt64]]
  ) throws(JSONError) {
    let nodes = try object.required(key).array(count: lists.count...lists.count)
    for (index, node) in nodes.enumerated() {
      let count = lists[index].count
      lists[index] = try node.ints(in: 0...Self.most, count: count...count).map { UInt64($0) }
    }
  }
}
