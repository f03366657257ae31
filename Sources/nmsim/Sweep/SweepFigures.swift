import ChipModel
import Runtime

/// What a sweep compares of a run, out of its `run.json`; nil is unknown.
struct SweepFigures: JSONRecord {
  var steps = 1
  var samples = 0
  var accuracy: Double?
  var accuracyInterval: ClosedRange<Double>?
  var annAccuracy: Double?
  var difference: Double?
  var differenceInterval: ClosedRange<Double>?
  var error: RunResult.Deviation?
  /// Means of an inference.
  var spikes: Double?
  var synapticOperations: Double?
  var messages: Double?
  var cores: Int?
  var squareMillimetres: Double?
  var bottleneck: String?
  var utilisation: Double?
  /// Of the core with most synaptic operations.
  var operationsPerMessage: Double?
  var operationsPerSecond: Double?
  var secondsPerOperation: Double?
  var secondsPerMessage: Double?
  /// Joules of an inference by the name of the energy model; the chip's without what is `missing`.
  var joules: [String: Double] = [:]
  var missing: [String] = []
  var ticksPerInference: Int?
  var secondsPerInference: Double?
  /// Of input that has a time of its own.
  var speed: Double?
  var realTimeJoules: Double?

  init() {}

  init(_ run: RunResult) {
    func mean(_ sum: Int?) -> Double? { sum.map { Double($0) / Double(max(1, run.samples)) } }
    steps = run.ticks
    samples = run.samples
    accuracy = run.accuracy
    accuracyInterval = run.accuracyInterval
    annAccuracy = run.ann.accuracyOnTheseSamples
    difference = run.ann.difference
    differenceInterval = run.ann.differenceInterval
    error = run.error
    spikes = mean(run.totals.spikes)
    synapticOperations = mean(run.totals.synapticOperations)
    messages = mean(run.totals.messages)
    cores = run.program.cores
    squareMillimetres = run.figures?.dieSquareMillimetres ?? run.figures?.coreSquareMillimetres
    bottleneck = run.busiest.first?.operation
    utilisation = run.busiest.first?.utilisation
    if let core = run.cores.max(by: { $0.synapticOperations < $1.synapticOperations }), core.messagesIn > 0 {
      operationsPerMessage = Double(core.synapticOperations) / Double(core.messagesIn)
      operationsPerSecond = run.time.secondsPerInference.flatMap { seconds in
        seconds > 0 ? Double(core.synapticOperations) / Double(max(1, run.samples)) / seconds : nil
      }
    }
    secondsPerOperation = run.roofline?.secondsPerOperation
    secondsPerMessage = run.roofline?.secondsPerMessage
    joules = run.joulesByModel
    missing = run.bill?.missing ?? []
    ticksPerInference = run.ticksPerInference
    secondsPerInference = run.time.secondsPerInference
    (speed, realTimeJoules) = (run.realTime?.speed, run.realTime?.joulesPerInference)
    run.earlyDecision.map { stop($0) }
  }

  /// Of samples that stop early: what the chip does until then. The other models' energies stay those of full runs.
  private mutating func stop(_ early: EarlyDecision) {
    accuracy = early.accuracy
    accuracyInterval = early.accuracy.map {
      Wilson.interval(correct: Int(exactly: ($0 * Double(samples)).rounded()) ?? samples, total: samples)
    }
    difference = accuracy.flatMap { accuracy in annAccuracy.map { accuracy - $0 } }
    differenceInterval = nil
    joules["chip"] = early.joulesPerInference
    ticksPerInference = early.ticks.map { samples == 0 ? 0 : Int(exactly: (Double($0) / Double(samples)).rounded()) ?? $0 }
    secondsPerInference = early.secondsPerInference
  }

  /// Joules of an inference by the name of an energy model; nil: unknown.
  subscript(model: String) -> Double? { joules[model] }

  var chipJoules: Double? { self["chip"] }
  var spikeJoules: Double? { self["spike"] }

  static let fields: [JSONField<SweepFigures>] =
    [
      .required("steps", \.steps, .integer(ActiveWindow.steps), "time steps per inference, T"),
      .required("samples", \.samples, .count, "samples that were run"),
      .optional("accuracy", \.accuracy, .fraction, "fraction of the samples decided right", null: "without labels"),
      .optional("accuracyInterval", \.accuracyInterval, .interval, "Wilson's interval at 95 %", null: "without labels"),
      .optional("annAccuracy", \.annAccuracy, .fraction, "the ANN's accuracy on the same samples", null: unknown),
      .optional("difference", \.difference, .number(in: -1...1), "accuracy minus annAccuracy", null: unknown),
      .optional(
        "differenceInterval", \.differenceInterval, .interval(in: -1...1), "its interval at 95 %, paired by sample",
        null: unknown),
      .optional(
        "error", \.error, .object, "distance of outputs that are values from the targets, else from the ANN's",
        null: "for classes, and where both are unknown"),
      .optional("spikes", \.spikes, .amount, "per inference"),
      .optional("synapticOperations", \.synapticOperations, .amount, "per inference"),
      .optional("messages", \.messages, .amount, "per inference"),
      .optional("cores", \.cores, .count, "cores in use"),
      .optional(
        "squareMillimetres", \.squareMillimetres, .amount,
        "area of the dies of the chips in use, else of the cores in use",
        unit: "mm2", absent: "where the chip states neither"),
      .optional(
        "bottleneck", \.bottleneck, .text, "the operation whose busiest core, or link, takes longest",
        null: "without cores"),
      .optional(
        "utilisation", \.utilisation, .amount, "share of an inference's time that it takes there",
        null: "where one of the two is unknown"),
      .optional(
        "operationsPerMessage", \.operationsPerMessage, .amount, "of the core with most synaptic operations",
        null: "without messages"),
      .optional(
        "operationsPerSecond", \.operationsPerSecond, .amount, "of the same core, over an inference", unit: "1/s",
        null: "where the time per inference is unknown"),
      .optional(
        "secondsPerOperation", \.secondsPerOperation, .amount, "a synaptic operation, as the run mixes them", unit: "s",
        null: "where the chip lacks the time"),
      .optional(
        "secondsPerMessage", \.secondsPerMessage, .amount, "a message in", unit: "s",
        null: "where the chip lacks the time"),
    ]
    + EnergyModels.fields { \.joules[$0] } + [
      .member("missing", \.missing, .texts, "what has no price in the chip model"),
      .optional("ticksPerInference", \.ticksPerInference, .integer(1 ... .max), "ticks from the first input to the answer"),
      .optional(
        "secondsPerInference", \.secondsPerInference, .amount, "mean time per inference", unit: "s",
        null: "where the chip lacks a time"),
      .optional(
        "speed", \.speed, .amount, "a step of the input over a tick: above 1 the chip is faster than real time",
        absent: "where the input has no time of its own, or the chip lacks one"),
      .optional(
        "realTimeJoules", \.realTimeJoules, .amount, "actions and static power while the input lasts, chip model", unit: "J",
        absent: "where the input has no time of its own, or nothing has a price"),
    ]
  private static let unknown = "without labels, and where the ANN was not run"
}
