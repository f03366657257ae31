import ChipModel

/// Everything a run reports: the one value behind `run.json`, written and read by one list of fields.
///
/// Members that the format does not demand may be absent or `null` and are nil then: unknown, never zero.
package struct RunResult: JSONDocument {
  package static let format = "nmsim-run/2"
  /// Version 1 says `neuronUpdates` for visits and `updatedNeurons` for updates.
  package static let formerFormats = ["nmsim-run/1"]
  package static let kind = (name: "a run's result", writer: "nmsim run")

  package var network = ""
  package var chip = ""
  package var method: String?
  /// Steps of an inference, >= 1.
  package var ticks = 1
  package var ticksPerInference: Int?
  package var samples = 0
  /// Fraction of 1; nil: no labels.
  package var accuracy: Double?
  package var accuracyInterval: ClosedRange<Double>?
  /// `ticks` fractions.
  package var accuracyByStep: [Double]?
  package var ann = ANN()
  package var error: Deviation?
  package var program = Program()
  package var populations: [Population] = []
  package var totals = Totals()
  /// In the program's order.
  package var cores: [Core] = []
  package var mesh: Mesh?
  package var energy = Energy()
  package var time = Time()
  package var realTime: RealTime?
  package var figures: KeyFigures?
  /// The bottleneck first.
  package var busiest: [BusiestPlace] = []
  package var roofline: Roofline?
  package var neurobench: NeuroBench?
  package var earlyDecision: EarlyDecision?
  /// One a class; empty: not known.
  package var classes: [Class] = []
  /// Samples by the step of their decision, `ticks` counts; nil: outputs are values.
  package var decisionSteps: [Int]?
  /// What layers did over time; nil: not collected.
  package var details: LayerDetails?
  package var fit: Fit?
  package var provenance: Provenance?
  /// Faults of the chip and of the run; nil: none.
  package var faults: FaultRates?
  package var simulation: Simulation?

  package init() {}

  package static let fields: [JSONField<RunResult>] = [
    .required("network", \.network, .text, "name of the network"),
    .required("chip", \.chip, .text, "name of the chip"),
    .optional("method", \.method, .text, "conversion method", null: "where the network does not say"),
    .required("ticks", \.ticks, .length("T", in: ActiveWindow.steps), "time steps per inference, T"),
    .optional("ticksPerInference", \.ticksPerInference, .integer(1 ... .max), "ticks from the first input to the answer"),
    .required("samples", \.samples, .count, "samples that were run"),
    .optional("accuracy", \.accuracy, .fraction, "fraction of the samples decided right", null: "without labels"),
    .optional("accuracyInterval", \.accuracyInterval, .interval, "Wilson's interval at 95 %", null: "without labels"),
    .optional(
      "accuracyByStep", \.accuracyByStep, .numbers(in: 0...1, of: "T"),
      "accuracy if the output were read after each step", null: "without labels"),
    .member("ann", \.ann, .object, "the network that was converted"),
    .optional(
      "error", \.error, .object, "distance of outputs that are values from what they should be, else from the ANN's",
      null: "for classes, and where neither targets nor the ANN are known"),
    .member("program", \.program, .object, "what was run"),
    .member("populations", \.populations, .objects(), "one entry per population, sums over all samples"),
    .member("totals", \.totals, .object, "sums over all samples"),
    .member("cores", \.cores, .objects(), "one entry per core, sums over all samples"),
    .optional("mesh", \.mesh, .object, "where cores lie, and their limits"),
    .member("energy", \.energy, Energy.form, "the accounts of the energy models, side by side"),
    .member("time", \.time, .object, "time on the chip"),
    .optional(
      "realTime", \.realTime, .object, "what flows while the input lasts, which has a time of its own",
      absent: "where a step of the input has no length"),
    .optional(
      "figures", \.figures, .object, "key figures per inference",
      absent: "in results before version 2"),
    .member(
      "busiest", \.busiest, .objects(),
      "the core, or link, that does most of each operation, the bottleneck first: the largest share of the time"),
    .optional(
      "roofline", \.roofline, .object, "how long single operations take a core", absent: "without cores"),
    .optional("neurobench", \.neurobench, .object, "NeuroBench's figures by its own definitions, for one sample"),
    .optional(
      "earlyDecision", \.earlyDecision, .object, "what stopping early keeps and saves", absent: "without a stop rule"),
    .member(
      "classes", \.classes, .objects(),
      "one entry a class, the rows of the confusion matrix; empty without labels, for values, and beyond 100 classes"),
    .optional(
      "decisionSteps", \.decisionSteps, .counts(of: "T"),
      "samples by the step after which their decision never changed again", absent: "for values"),
    .optional("details", \.details, .object, "what layers did over time", absent: "where it was not collected"),
    .optional("fit", \.fit, .object, "how the program sits on its chip", absent: "where it was not worked out"),
    .optional("provenance", \.provenance, .object, "what the result was made from", absent: "in sweeps"),
    .optional("faults", \.faults, .object, "faults of the chip and of the run", absent: "without faults"),
    .optional(
      "simulation", \.simulation, .object, "the simulation itself; all that may differ between repetitions",
      absent: "where no timing is wanted, and after an interruption"),
  ]
}

// MARK: - The network and the program

extension RunResult {
  /// The network that was converted.
  package struct ANN: JSONRecord {
    package var accuracy: Double?
    package var accuracyOn: String?
    package var accuracyOnTheseSamples: Double?
    package var difference: Double?
    package var differenceInterval: ClosedRange<Double>?
    package var multiplyAccumulates: Int?
    package var parameters: Int?
    package var modelHash: String?
    package var error: Deviation?

    package init() {}

    init(_ facts: ANNFacts, _ answers: ANNAnswers?, _ pair: PairedAccuracy?) {
      accuracyOnTheseSamples = pair?.second
      difference = pair?.difference
      differenceInterval = pair?.interval
      modelHash = answers?.model
      accuracy = facts.accuracy
      accuracyOn = facts.accuracyOn
      multiplyAccumulates = facts.multiplyAccumulates
      parameters = facts.parameters
    }

    package static let fields: [JSONField<ANN>] = [
      .optional("accuracy", \.accuracy, .fraction, "its accuracy", null: "where the network does not say"),
      .optional("accuracyOn", \.accuracyOn, .text, "the data of that accuracy", null: "where the network does not say"),
      .optional(
        "accuracyOnTheseSamples", \.accuracyOnTheseSamples, .fraction, "its accuracy on the samples of this run",
        null: unknown),
      .optional(
        "difference", \.difference, .number(in: -1...1), "accuracy minus accuracyOnTheseSamples", null: unknown),
      .optional(
        "differenceInterval", \.differenceInterval, .interval(in: -1...1), "its interval at 95 %, paired by sample",
        null: unknown),
      .optional(
        "multiplyAccumulates", \.multiplyAccumulates, .count, "of one inference", null: "where the network does not say"),
      .optional("parameters", \.parameters, .count, "its weights and biases", null: "where the network does not say"),
      .optional("modelHash", \.modelHash, .text, "SHA-256 of the file that was run on these samples", null: "where none was"),
      .optional(
        "error", \.error, .object, "distance of its outputs from the targets of these samples", null: "for classes, and where one "
          + "of the two is unknown"),
    ]
    private static let unknown = "without labels, and where the ANN was not run"
  }

  /// How far outputs that are values lie from others.
  package struct Deviation: JSONRecord {
    package var of: String?
    package var mse: Double?
    package var mae: Double?
    package var correlation: Double?
    package init() {}

    /// Means over samples and outputs; nil where the two are not as many.
    package init?(_ outputs: [Double], from others: [Double], of kind: String) {
      guard outputs.count == others.count, !outputs.isEmpty else { return nil }
      let total = Double(outputs.count)
      func mean(_ value: (Double, Double) -> Double) -> Double {
        zip(outputs, others).reduce(0) { $0 + value($1.0, $1.1) } / total
      }
      of = kind
      mse = mean { ($0 - $1) * ($0 - $1) }
      mae = mean { abs($0 - $1) }
      let (left, right) = (mean { first, _ in first }, mean { _, second in second })
      let spread =
        mean { first, _ in (first - left) * (first - left) } * mean { _, second in (second - right) * (second - right) }
      if spread > 0 { correlation = min(1, max(-1, mean { ($0 - left) * ($1 - right) } / spread.squareRoot())) }
    }

    package static let fields: [JSONField<Deviation>] = [
      .optional("of", \.of, .text, "what the distance is from: targets, or the ANN"),
      .optional("mse", \.mse, .amount, "mean squared difference"),
      .optional("mae", \.mae, .amount, "mean absolute difference"),
      .optional("correlation", \.correlation, .number(in: -1...1), "Pearson's, over all pairs", null: "where one of the two never changes"),
    ]
  }

  /// What was run.
  package struct Program: JSONRecord {
    package var hash: String?
    package var schedule: String?
    package var lag: Int?
    package var weightBits: Int?
    package var membraneBits: Int?
    package var fractionBits: Int?
    package var cores: Int?
    package var engine: String?
    package init() {}

    package static let fields: [JSONField<Program>] = [
      .optional("hash", \.hash, .text, "SHA-256 of the program file", null: "where the program was no file"),
      .optional("schedule", \.schedule, .text, "when populations are active"),
      .optional("lag", \.lag, .count, "ticks that they add before they may fire; the most where layers differ", unit: "ticks"),
      .optional("weightBits", \.weightBits, .count, "width of a weight", unit: "bits"),
      .optional("membraneBits", \.membraneBits, .count, "width of a potential", unit: "bits"),
      .optional("fractionBits", \.fractionBits, .count, "extra low bits of potentials", unit: "bits"),
      .optional("cores", \.cores, .count, "cores in use"),
      .optional("engine", \.engine, .text, "which execution of the program ran"),
    ]
  }

  /// What it was made from. Nothing in it changes with threads or time; the command line, which may, is in `simulation`.
  package struct Provenance: JSONRecord {
    /// Version of nmsim.
    package var version: String?
    package var images: String?
    package var imagesHash: String?
    /// `key: value` lines of the network's history.
    package var history: [String] = []
    package init() {}

    package static let fields: [JSONField<Provenance>] = [
      .optional("nmsim", \.version, .text, "version of nmsim"),
      .optional("images", \.images, .text, "file of the samples"),
      .optional("imagesHash", \.imagesHash, .text, "its SHA-256", null: "for pipes and files above 64 MiB"),
      .member("history", \.history, .texts, "lines \"key: value\" of how the network was made"),
    ]
  }

  /// The simulation itself; the only part that may differ between repetitions.
  package struct Simulation: JSONRecord {
    package var seconds: Double?
    package var threads: Int?
    package var synapticOperationsPerSecond: Double?
    package var command: String?
    package init() {}

    package static let fields: [JSONField<Simulation>] = [
      .optional("seconds", \.seconds, .amount, "wall time", unit: "s"),
      .optional("threads", \.threads, .count, "threads that worked"),
      .optional("synapticOperationsPerSecond", \.synapticOperationsPerSecond, .amount, "speed", unit: "1/s"),
      .optional("command", \.command, .text, "the command line", null: "where there was none"),
    ]
  }
}
