import ChipModel

/// How the counts of a run become joules: a price list with a formula. Models stand side by side and are never mixed.
///
/// A type of one's own that conforms prices a run beside those of nmsim: ``CountedRun/account(by:)``.
public protocol EnergyModel: Sendable {
  /// Key of its account among `energy` in `run.json`.
  var name: String { get }
  /// For headings, for example `Spike model`.
  var title: String { get }
  /// Who published its formula and constants.
  var source: String { get }
  /// How a count becomes joules, in words.
  var formula: String { get }
  /// What happens on a chip and costs nothing in this model.
  var leavesOut: String { get }
  /// Prices what a run counted.
  func account(of run: CountedRun) -> EnergyAccount
}

extension EnergyModel {
  /// The name, unless a model says otherwise.
  public var title: String { name }

  /// Whether runs are compared and chosen by it; of a model that is not, the ANN's bill is the measure.
  package var comparesRuns: Bool { (self as? any BuiltInEnergyModel)?.comparesRuns ?? true }

  /// Puts the account where `run.json` has it: a model without members of its own joins the others.
  package func add(_ run: CountedRun, to energy: inout RunResult.Energy) {
    if let model = self as? any BuiltInEnergyModel { return model.put(run, into: &energy) }
    energy.others.append(run.account(by: self))
  }
}

/// A model whose account has members of its own in `run.json`.
package protocol BuiltInEnergyModel: EnergyModel {
  var comparesRuns: Bool { get }
  func put(_ run: CountedRun, into energy: inout RunResult.Energy)
}

extension BuiltInEnergyModel {
  package var comparesRuns: Bool { true }
}

/// A program and what a run of it decided and counted: all that a model may price.
public struct CountedRun: Sendable {
  /// What ran.
  public let program: CompiledProgram
  package let record: RunRecord
  /// Exact sums over all samples.
  public let counts: OperationCounts
  package let time: ChipTime
  /// By tick of an inference, over all samples; nil: not observed.
  package let ticks: [ActionEvents]?
  /// The run beside the ANN on its own samples; nil: the ANN was not run, or there are no labels.
  package let besideANN: PairedAccuracy?
  /// Accuracy that is aimed at, a fraction of 1.
  package let target: Double

  /// - Parameters:
  ///   - ann: what the ANN decided on the same samples.
  ///   - target: accuracy that is aimed at; nil: a point below the ANN's on the same samples, else ``standardTarget``.
  /// - Throws: a count beyond 64 bits.
  package init(
    _ program: CompiledProgram, _ record: RunRecord, _ observation: Observation? = nil, time: ChipTime? = nil,
    ann: ANNAnswers? = nil, target: Double? = nil
  ) throws(CountError) {
    self.program = program
    self.record = record
    counts = OperationCounts(program: program, counters: record.counters, steps: record.steps)
    try counts.check(program)
    self.time = observation?.time ?? time ?? ChipTime(stated: program, steps: record.steps)
    ticks = observation.flatMap { $0.ticks.isEmpty ? nil : $0.ticks }
    besideANN = ann.flatMap { PairedAccuracy(record.predictions, $0.decisions, labels: record.labels) }
    self.target = target ?? besideANN.map { max(0, $0.second - 0.01) } ?? Self.standardTarget
  }

  /// `T`, steps of an inference.
  public var steps: Int { record.steps }
  /// How many were run.
  public var samples: Int { record.samples }
  /// Fraction of 1 that would be right if the output were read after each step, `T` values; nil without labels.
  public var accuracyByStep: [Double]? {
    record.labels.map { _ in record.correctByStep.map { samples == 0 ? 0 : Double($0) / Double(samples) } }
  }
  /// First step, 1...T, from which on the accuracy stays at least the target; nil where it does not end there or is unknown.
  package var stepsToTarget: Int? { RunResult.steps(to: target, accuracyByStep) }
  /// The accuracy up to which energy is counted where neither a run nor the ANN says otherwise: Ding et al. 2021 take 90 %.
  public static let standardTarget = 0.9
}

/// One line of an account.
public struct EnergyItem: JSONRecord {
  /// The part of the chip that spends it.
  public var unit = ""
  /// What is counted.
  public var action = ""
  /// Over all samples.
  public var count = 0
  /// Nil: unknown.
  public var joulesEach: Double?
  /// Over all samples; nil: unknown and the count is not 0.
  public var joules: Double?
  /// With its certainty.
  public var source: String?

  package init() {}

  /// So many times a price.
  /// - Parameters:
  ///   - unit: the part of the chip that spends it.
  ///   - action: what is counted.
  ///   - count: over all samples.
  ///   - joulesEach: nil: unknown.
  ///   - source: where the price comes from; nil: as the account says.
  public init(unit: String, action: String, count: Int, joulesEach: Double?, source: String? = nil) {
    self.unit = unit
    self.action = action
    self.count = count
    self.joulesEach = joulesEach
    joules = count == 0 ? 0 : joulesEach.map { Double(count) * $0 }
    self.source = source
  }

  package static let fields: [JSONField<EnergyItem>] = [
    .required("unit", \.unit, .text, "part that spends it"),
    .required("action", \.action, .text, "what is counted"),
    .required("count", \.count, .count, "how often, over all samples"),
    .optional("joulesEach", \.joulesEach, .amount, "price of one", unit: "J", null: "where it is unpublished"),
    .optional("joules", \.joules, .amount, "count times price", unit: "J", null: "where the price is unpublished"),
    .optional("source", \.source, .text, "where the price comes from, and how certain it is", null: "without a price"),
  ]
}

/// The ANN by a model that prices both sides.
package struct ANNAccount: JSONRecord {
  package var items: [EnergyItem] = []
  package var joulesPerInference: Double?
  package var ratio: Double?
  package init() {}

  package static let fields: [JSONField<ANNAccount>] = [
    .member("items", \.items, .objects(), "what it would do, over all samples"),
    .optional("joulesPerInference", \.joulesPerInference, .amount, "the ANN's, of one sample", unit: "J"),
    .optional("ratio", \.ratio, .amount, "the spiking network's joules over the ANN's"),
  ]
}

/// What one model says of a run.
public struct EnergyAccount: JSONRecord {
  /// Of the model.
  public var name = ""
  /// Who published formula and constants.
  public var source: String?
  /// What was counted and priced.
  public var items: [EnergyItem] = []
  /// What is known; nil: nothing has a price.
  public var joulesPerInference: Double?
  /// What has no price, in words.
  public var missing: [String] = []
  /// The ANN that the model compares with; nil: none.
  package var twin: QuantisedTwin?
  /// The ANN by the same model; nil: not priced.
  package var ann: ANNAccount?

  package init() {}

  /// The account of a model of one's own: the sum of the items, for one sample.
  /// - Parameters:
  ///   - items: what costs something; one that happened and has no price is listed as missing.
  ///   - run: that the counts are of.
  public init(_ items: [EnergyItem], of run: CountedRun) {
    self.items = items
    let known = items.compactMap(\.joules)
    missing = items.filter { $0.joules == nil }.map { "energy of \($0.action)" }
    joulesPerInference = known.isEmpty ? nil : run.samples == 0 ? 0 : known.reduce(0, +) / Double(run.samples)
  }

  package init(name: String, source: String?, items: [EnergyItem], joulesPerInference: Double?, missing: [String] = []) {
    self.name = name
    self.source = source
    self.items = items
    self.joulesPerInference = joulesPerInference
    self.missing = missing
  }

  /// For headings.
  package var title: String { EnergyModels.named(name)?.title ?? name }

  package static let fields: [JSONField<EnergyAccount>] = [
    .optional("source", \.source, .text, "who published formula and constants"),
    .member("items", \.items, .objects(), "what was counted and priced"),
    .optional("joulesPerInference", \.joulesPerInference, .amount, "what is known, for one sample", unit: "J",
      null: "where nothing has a price"),
    .member("missing", \.missing, .texts, "what has no price"),
    .optional("twin", \.twin, .object, "the ANN that the model compares with", absent: "in other models"),
    .optional(
      "ann", \.ann, .object, "the ANN by the same model", absent: "in other models, and where its layers are unknown"),
  ]
}
