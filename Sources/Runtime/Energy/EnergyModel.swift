import ChipModel

/// How the counts of a run become joules: a price list with a formula. Models stand side by side and are never mixed.
package protocol EnergyModel: Sendable {
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
  /// Whether runs are compared and chosen by it; of a model that is not, the ANN's bill is the measure.
  var comparesRuns: Bool { get }
  func account(of run: CountedRun) -> EnergyAccount
  /// Puts the account where `run.json` has it: a model without members of its own joins the others.
  func add(_ run: CountedRun, to energy: inout RunResult.Energy)
}

extension EnergyModel {
  package var comparesRuns: Bool { true }

  package func add(_ run: CountedRun, to energy: inout RunResult.Energy) {
    var account = account(of: run)
    account.name = name
    if account.source == nil { account.source = source }
    energy.others.append(account)
  }
}

/// A program and what a run of it counted: all that a model may price.
package struct CountedRun: Sendable {
  package let program: CompiledProgram
  package let record: RunRecord
  package let counts: OperationCounts
  package let time: RunTime
  /// By tick of an inference, over all samples; nil: not observed.
  package let ticks: [ActionEvents]?
  /// Accuracy that is aimed at, a fraction of 1.
  package let target: Double

  package var steps: Int { record.steps }
  package var samples: Int { record.samples }
  /// Nil without labels.
  package var accuracyByStep: [Double]? {
    record.labels.map { _ in record.correctByStep.map { samples == 0 ? 0 : Double($0) / Double(samples) } }
  }
  /// First step, 1...T, after which the accuracy is at least the target; nil where it never is or is unknown.
  package var stepsToTarget: Int? { RunResult.steps(to: target, accuracyByStep) }
  /// The accuracy up to which energy is counted unless a run says otherwise: Ding et al. 2021 take 90 %.
  package static let standardTarget = 0.9
}

/// One line of an account.
package struct EnergyItem: JSONRecord {
  package var unit = ""
  package var action = ""
  /// Over all samples.
  package var count = 0
  /// Nil: unknown.
  package var joulesEach: Double?
  /// Nil: unknown and the count is not 0.
  package var joules: Double?
  /// With its certainty.
  package var source: String?

  package init() {}

  package init(unit: String, action: String, count: Int, joulesEach: Double?, joules: Double?, source: String? = nil) {
    self.unit = unit
    self.action = action
    self.count = count
    self.joulesEach = joulesEach
    self.joules = joules
    self.source = source
  }

  package static let fields: [JSONField<EnergyItem>] = [
    .required("unit", \.unit, .text, "part that spends it"),
    .required("action", \.action, .text, "what is counted"),
    .required("count", \.count, .count, "how often, over all samples"),
    .optional("joulesEach", \.joulesEach, .amount, "price of one", unit: "J", null: "where nobody published it"),
    .optional("joules", \.joules, .amount, "count times price", unit: "J", null: "where nobody published the price"),
    .optional("source", \.source, .text, "where the price comes from, and how certain it is", null: "without a price"),
  ]
}

/// What one model says of a run.
package struct EnergyAccount: JSONRecord {
  /// Of the model.
  package var name = ""
  package var source: String?
  package var items: [EnergyItem] = []
  /// What is known; nil: nothing has a price.
  package var joulesPerInference: Double?
  /// What has no price, in words.
  package var missing: [String] = []

  package init() {}

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
  ]
}
