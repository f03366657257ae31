import ChipModel
import Runtime

/// What `energy --json` writes: the accounts of a run, and its ratios to a baseline.
struct EnergyBill: JSONDocument {
  static let format = "nmsim-energy/2"
  static let kind = (name: "an energy breakdown", writer: "nmsim energy --json")

  /// One figure of this run and of the baseline, joules of an inference.
  struct Ratio: Sendable, Equatable {
    var key: String
    var name = ""
    var mine: Double?
    var theirs: Double?
    var ratio: Double? {
      guard let mine, let theirs, theirs != 0 else { return nil }
      return mine / theirs
    }
  }

  var network = ""
  var chip = ""
  var samples = 0
  var ticks = 1
  var energy = RunResult.Energy()
  var secondsPerInference: Double?
  var realTime: RealTime?
  var figures: KeyFigures?
  /// Nil: not asked for.
  var estimate: EnergyEstimate?
  /// Nil: no baseline.
  var ratios: [Ratio]?

  init() {}

  init(_ run: RunResult, baseline: RunResult?) {
    network = run.network
    chip = run.chip
    samples = run.samples
    ticks = run.ticks
    energy = run.energy
    realTime = run.realTime
    figures = run.figures
    secondsPerInference = run.time.secondsPerInference
    ratios = baseline.map { EnergyBill.ratios(run, $0) }
  }

  /// Every account of both runs, and the energy to the target accuracy where a model has it.
  private static func ratios(_ run: RunResult, _ other: RunResult) -> [Ratio] {
    let goal = " to \(NumberFormat.percent(run.spike?.target ?? CountedRun.standardTarget, places: 1))"
    return run.accounts.flatMap { account in
      let title = account.title.lowercased()
      var ratios = [
        Ratio(
          key: account.name, name: title, mine: account.joulesPerInference,
          theirs: other.accounts.first { $0.name == account.name }?.joulesPerInference)
      ]
      switch account.name {
      case "spike":
        ratios.append(
          Ratio(
            key: "spikeToTarget", name: title + goal, mine: run.spike?.joulesToTarget, theirs: other.spike?.joulesToTarget))
      case "chip":
        ratios.append(
          Ratio(
            key: "chipToTarget", name: title + goal, mine: run.bill?.joulesToTarget, theirs: other.bill?.joulesToTarget))
      default: break
      }
      return ratios
    }
  }

  static let fields: [JSONField<EnergyBill>] = [
    .required("network", \.network, .text, "name of the network"),
    .required("chip", \.chip, .text, "name of the chip"),
    .required("samples", \.samples, .count, "samples that were run"),
    .required("ticks", \.ticks, .length("T", in: ActiveWindow.steps), "time steps per inference, T"),
    .required("energy", \.energy, RunResult.Energy.form, "the accounts, as in run.json"),
    .optional(
      "secondsPerInference", \.secondsPerInference, .amount, "mean time per inference", unit: "s",
      null: "where the chip lacks a time"),
    .optional(
      "realTime", \.realTime, .object, "what flows while the input lasts, as in run.json",
      absent: "where a step of the input has no length"),
    .optional("figures", \.figures, .object, "key figures, as in run.json", absent: "in results before version 2"),
    .optional("estimate", \.estimate, .object, "what missing prices might be", absent: "unless it is asked for"),
    .optional("ratios", \.ratios, ratioForm, "joules per inference against the baseline's", absent: "without a baseline"),
  ]

  private static let ratioForm = JSONForm<[Ratio]>(
    "object",
    members: { [JSONFieldFacts("NAME", "number", "of a model, or of its energy to the target", absence: "null where one is unknown")] },
    write: { .object($0.map { ($0.key, .number($0.ratio)) }) }
  ) { (node, _) throws(JSONError) in
    var object = try node.object()
    var ratios: [Ratio] = []
    for (key, node) in object.allMembers() {
      ratios.append(Ratio(key: key, mine: node.isNull ? nil : try node.double(), theirs: 1))
    }
    return ratios
  }
}
