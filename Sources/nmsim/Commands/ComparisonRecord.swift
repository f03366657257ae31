import ChipModel
import Compiler
import Runtime

/// What `compare --json` writes: everything, numbers in plain units.
struct ComparisonRecord: JSONDocument {
  static let format = "nmsim-compare/2"
  static let kind = (name: "a comparison", writer: "nmsim compare --json")

  var samples: Int?
  var ticks: Int?
  var entries: [Entry] = []
  init() {}

  static let fields: [JSONField<ComparisonRecord>] = [
    .optional("samples", \.samples, .count, "largest number of samples of an entry", null: "where nothing was run"),
    .optional("ticks", \.ticks, .count, "largest number of steps of an entry", null: "where nothing was run"),
    .member("entries", \.entries, .objects(), "one entry a network and chip"),
  ]

  /// One network on one chip.
  struct Entry: JSONRecord {
    var file = ""
    var network = ""
    var chip = ""
    var fits = true
    var refusal: Refusal?
    var weightBits: Int?
    var membraneBits: Int?
    var cores: Int?
    var coresOfChip: Int?
    var chips: Int?
    var capacity: [Capacity]?
    var accuracy: Double?
    var accuracyInterval: ClosedRange<Double>?
    var annAccuracy: Double?
    var difference: Double?
    var differenceInterval: ClosedRange<Double>?
    var error: RunResult.Deviation?
    /// Joules of an inference by the name of the energy model.
    var accounts: [String: Double] = [:]
    var joulesPerInference: Double?
    var missing: [String]?
    var secondsPerTick: Double?
    var secondsPerInference: Double?
    var spikes: Int?
    var synapticOperations: Int?
    var messages: Int?
    var run: String?
    init() {}

    init(file: String, network: String, chip: String, weightBits: Int, membraneBits: Int) {
      (self.file, self.network, self.chip) = (file, network, chip)
      (self.weightBits, self.membraneBits) = (weightBits, membraneBits)
    }

    /// The largest share of a limit of cores; not in the document.
    var fullest: Double?

    /// What it uses of the chip.
    mutating func add(_ report: CompileReport) {
      cores = report.cores.count
      coresOfChip = report.totalCores
      chips = report.chips
      capacity = report.capacity.map(Capacity.init)
      fullest = report.limiting?.fraction
    }

    /// What a run gave.
    mutating func add(_ result: RunResult) {
      accuracy = result.accuracy
      accuracyInterval = result.accuracyInterval
      annAccuracy = result.ann.accuracyOnTheseSamples
      difference = result.ann.difference
      differenceInterval = result.ann.differenceInterval
      error = result.error
      accounts = result.joulesByModel
      joulesPerInference = result.bill?.pricedJoules
      missing = result.bill?.missing
      secondsPerTick = result.time.secondsPerTick
      secondsPerInference = result.time.secondsPerInference
      spikes = result.totals.spikes
      synapticOperations = result.totals.synapticOperations
      messages = result.totals.messages
    }

    private static let refused = "where the network does not fit"
    private static let idle = "where nothing was run"
    private static let unknown = "without labels, and where the ANN was not run"

    static let fields: [JSONField<Entry>] = [
      .required("file", \.file, .text, "file of the network or program"),
      .required("network", \.network, .text, "name of the network"),
      .required("chip", \.chip, .text, "name of the chip"),
      .required("fits", \.fits, .flag, "whether the network fits the chip"),
      .optional("refusal", \.refusal, .object, "why it does not fit, and what would", null: "where it fits"),
      .optional("weightBits", \.weightBits, .count, "width of a weight", unit: "bits"),
      .optional("membraneBits", \.membraneBits, .count, "width of a potential", unit: "bits"),
      .optional("cores", \.cores, .count, "cores in use", null: refused),
      .optional("coresOfChip", \.coresOfChip, .count, "cores of all chips together", null: "where they are not limited"),
      .optional("chips", \.chips, .count, "chips in use", null: refused),
      .optional("capacity", \.capacity, .objects(), "use of each limit", null: refused),
      .optional("accuracy", \.accuracy, .fraction, "fraction of the samples decided right", null: idle),
      .optional("accuracyInterval", \.accuracyInterval, .interval, "Wilson's interval at 95 %", null: idle),
      .optional("annAccuracy", \.annAccuracy, .fraction, "the ANN's accuracy on the same samples", null: unknown),
      .optional("difference", \.difference, .number(in: -1...1), "accuracy minus annAccuracy", null: unknown),
      .optional(
        "differenceInterval", \.differenceInterval, .interval(in: -1...1), "its interval at 95 %, paired by sample",
        null: unknown),
      .optional(
        "error", \.error, .object, "distance of outputs that are values from the targets, else from the ANN's",
        null: "for classes, and where both are unknown"),
      .optional(
        "joulesPerInference", \.joulesPerInference, .amount, "chip model, what is known", unit: "J",
        null: "where nothing has a price"),
      .optional("missing", \.missing, .texts, "what has no price and is not in the sum", null: idle),
    ]
      + EnergyModels.fields { \.accounts[$0] } + [
        .optional("secondsPerTick", \.secondsPerTick, .amount, "mean length of a tick", unit: "s", null: untimed),
        .optional("secondsPerInference", \.secondsPerInference, .amount, "mean time per inference", unit: "s", null: untimed),
        .optional("spikes", \.spikes, .count, "over all samples", null: idle),
        .optional("synapticOperations", \.synapticOperations, .count, "over all samples", null: idle),
        .optional("messages", \.messages, .count, "over all samples", null: idle),
        .optional("run", \.run, .text, "file of the run's result", null: "where none was written"),
      ]
    private static let untimed = "where the chip lacks a time"
  }
}

extension ComparisonRecord {
  /// Why a network does not fit, and what would.
  struct Refusal: JSONRecord {
    /// One line: what, the number, the limit.
    var problem = ""
    var remedy: String?
    /// An option of `compile` with which it fits, found by trying.
    var option: String?

    static let fields: [JSONField<Refusal>] = [
      .required("problem", \.problem, .text, "what passes which limit, with the numbers"),
      .optional("remedy", \.remedy, .text, "what to do", null: "where nothing helps"),
      .optional("option", \.option, .text, "an option of compile with which it fits", null: "where none was found"),
    ]
  }

  /// What is used of one limit of the chip.
  struct Capacity: JSONRecord {
    var resource = ""
    var used = 0
    var limit: Int?
    var fraction: Double?
    var core: Int?
    var population: String?
    var knob: String?
    var largerChips: [String]?
    init() {}

    init(_ capacity: CompileReport.Capacity) {
      resource = capacity.resource.rawValue
      used = capacity.used
      limit = capacity.limit
      fraction = capacity.fraction
      core = capacity.core
      population = capacity.population
      knob = capacity.resource.knob.map(OptionSpec.spelled)
      if let limit, used >= limit { largerChips = capacity.resource.chips(with: used + 1) }
    }

    private static let free = "where it is not limited"

    static let fields: [JSONField<Capacity>] = [
      .required("resource", \.resource, .text, "what is limited"),
      .required("used", \.used, .count, "the most that a place uses"),
      .optional("limit", \.limit, .count, "how much there is", null: free),
      .optional("fraction", \.fraction, .amount, "used over limit", null: free),
      .optional("core", \.core, .count, "the core that uses the most", null: "where it is no limit of a core"),
      .optional("population", \.population, .text, "the population that uses the most", null: "where it is no limit of one"),
      .optional("knob", \.knob, .text, "what lowers the use", null: "where nothing does"),
      .optional("largerChips", \.largerChips, .texts, "chips that have more", null: "where it is not used up"),
    ]
  }
}
