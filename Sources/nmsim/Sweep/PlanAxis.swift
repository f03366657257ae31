import ChipModel
import Compiler
import Runtime

/// An axis of a plan: how its values are listed, what they set, and how points show them.
///
/// Plans, points with their names and documents, schedules, tables and pages iterate over ``all``: a new axis is an
/// entry of it and what it sets.
struct PlanAxis: Sendable {
  /// Its key in a plan, of one value or several.
  let key: String
  let read: @Sendable (JSONNode, inout Plan) throws(JSONError) -> Void
  /// How many values a plan has of it, at least 1.
  let count: @Sendable (Plan) -> Int
  /// Sets the value with this index.
  let set: @Sendable (inout SweepSetting, Int, SweepInputs) -> Void
  /// Its members of a point.
  let fields: [JSONField<SweepPoint>]
  /// What a person calls the value of a point among these, part by part; a part that is not the axis itself has a name.
  let labels: @Sendable ([SweepPoint]) -> [Label]
  /// Whether a value makes another program, or only another run of one.
  var changesProgram: @Sendable (Int, Plan) -> Bool = { _, _ in true }
  /// Whether one run answers all its values.
  var sharesRuns = false
  /// Where its members stand among those of a point.
  var place = Place.middle

  enum Place: CaseIterable, Sendable { case first, middle, last }

  struct Label {
    var name: String?
    var value: (SweepPoint) -> String?
    init(_ name: String? = nil, _ value: @escaping (SweepPoint) -> String?) { (self.name, self.value) = (name, value) }
  }

  /// The outermost first. Points are run in this order.
  static let all: [PlanAxis] = [
    number(.weightBits), number(.membraneBits), number(.fractionBits),
    parameter("scales", .scale, label: \.text) { $0.options.scale = $1.flatMap { CompileOptions.Scale($0) } },
    later("pools", .pools, label: { "pools \($0.text)" }) { $0.options.pools = $1.flatMap { CompileOptions.Pools($0) } ?? .auto },
    later("inputCodings", .inputCoding, label: \.text) { $0.options.inputCoding = $1.flatMap { InputCoding($0) } },
    later("schedules", .compiledSchedule, label: \.text) { $0.options.schedule = $1.flatMap { Schedule($0) } },
    later("lags", .lag, label: { "lag \($0.text)" }) { $0.options.lag = $1.flatMap { Int($0) } },
    chips, mappings, seeds, faults, data, timeModels, stopRules, steps,
  ].compactMap { $0 }

  /// In the order in which points show them.
  static let shown = Place.allCases.flatMap { place in all.filter { $0.place == place } }

  /// Every combination of values of some axes by index, the last axis changing fastest.
  static func combinations(_ axes: [PlanAxis], _ plan: Plan) -> [[Int]] {
    axes.reduce([[]]) { found, axis in found.flatMap { start in (0..<axis.count(plan)).map { start + [$0] } } }
  }
}

/// What the axes of a plan set: all that points, programs and runs are made from.
struct SweepSetting: Sendable {
  var point: SweepPoint
  let source: SweepInputs.Source
  var chip: ChipDescription
  var options = CompileOptions()
  /// Faults of runs.
  var faults = FaultSettings.none
  /// What is watched in runs: the chip's time, and where samples stop.
  var observer = RunObserver.Options()
  /// Index in the source's data.
  var data = 0
  /// Hashes of what the axes name, for the name of the point.
  var content: [(key: String, hash: String)] = []

  var samples: SweepInputs.Samples { source.data[data] }

  init(_ source: SweepInputs.Source, _ method: ConversionSettings?, chip: ChipDescription) {
    self.source = source
    self.chip = chip
    point = SweepPoint()
    point.network = source.name
    point.method = method?.name
    point.options = method?.givenOptions.joined(separator: ", ") ?? ""
  }
}

// MARK: - Parameters

extension PlanAxis {
  /// An axis over the values of a declared parameter; `null` is what holds without it.
  ///
  /// - Parameter apply: puts a value where it acts.
  private static func parameter(
    _ key: String, _ parameter: Parameter, isLater: Bool = false, label: @escaping @Sendable (ParameterValue) -> String,
    apply: @escaping @Sendable (inout SweepSetting, ParameterValue?) -> Void
  ) -> PlanAxis {
    let without = "for " + (parameter.standardText ?? "what holds without it")
    return PlanAxis(
      key: key,
      read: { (node, plan) throws(JSONError) in plan.parameters[key] = try Plan.values(node, of: parameter) },
      count: { $0.parameters[key]?.count ?? 1 },
      set: { setting, index, inputs in
        let value = inputs.plan.parameters[key]?[index]
        setting.point.parameters[parameter.key] = value
        apply(&setting, value)
      },
      fields: [
        .optional(
          parameter.key, \.parameters[parameter.key], parameter.form, parameter.clause, unit: parameter.unit ?? "",
          null: isLater ? "" : without, absent: isLater ? without : nil)
      ],
      labels: { _ in [Label { $0.parameters[parameter.key].map(label) }] })
  }

  /// The same, absent from a point without it, so that such a point has the name that it always had.
  private static func later(
    _ key: String, _ parameter: Parameter, label: @escaping @Sendable (ParameterValue) -> String,
    apply: @escaping @Sendable (inout SweepSetting, ParameterValue?) -> Void
  ) -> PlanAxis {
    self.parameter(key, parameter, isLater: true, label: label, apply: apply)
  }

  /// One run answers all: the chip's time is found after it.
  private static let timeModels = {
    var axis = later("timeModels", .timeModel, label: \.text) { $0.observer.timeModel = $1.flatMap { TimingModel($0) } }
    axis.changesProgram = { _, _ in false }
    return axis
  }()

  /// Before the value of a width: which it is.
  static let letters: [ChipNumber: String] = [.weightBits: "w", .membraneBits: "v", .fractionBits: "f"]

  /// A width of the chip.
  private static func number(_ number: ChipNumber) -> PlanAxis? {
    number.parameter.map { declared in
      parameter(number.rawValue, declared, label: { (letters[number] ?? "") + $0.text }) {
        $0.options.numbers[number] = $1.flatMap { Int($0) }
      }
    }
  }
}

// MARK: - What is named or drawn

extension PlanAxis {
  private static let chips = PlanAxis(
    key: "chips", read: { (node, plan) throws(JSONError) in plan.chips = try PlanChip.list(node) },
    count: \.chips.count,
    set: { setting, index, inputs in
      let chip = inputs.chips[index]
      (setting.chip, setting.point.chip, setting.point.chipChanges) = (chip.description, chip.name, chip.changes)
      setting.content.append(("chip", chip.hash))
    },
    fields: [
      .required("chip", \.chip, .text, "the chip, before the changes of the plan"),
      .optional("chipChanges", \.chipChanges, PlanChip.form, "what the plan changes in it", absent: "without any"),
    ],
    labels: { points in
      var known: [PlanChip.Change] = []
      for change in points.flatMap({ $0.chipChanges ?? [] }) where !known.contains(where: { $0.key == change.key }) {
        known.append(change)
      }
      return [Label { $0.chip }]
        + known.map { one in Label(one.title) { point in point.chipChanges?.first { $0.key == one.key }?.label } }
    }, place: .first)

  private static let mappings = PlanAxis(
    key: "mappings", read: { (node, plan) throws(JSONError) in plan.mappings = try Plan.list(node, Plan.name) },
    count: \.mappings.count,
    set: { setting, index, inputs in
      let choice = inputs.mappings[index]
      (setting.options.placement, setting.options.mapping) = (choice.placement, choice.mapping)
      setting.point.mapping = choice.name
      setting.content.append(("mapping", choice.hash))
    },
    fields: [.required("mapping", \.mapping, .text, "placement, or mapping file")], labels: { _ in [Label { $0.mapping }] })

  private static let seeds = PlanAxis(
    key: "seeds",
    read: { (node, plan) throws(JSONError) in
      plan.seeds = try Plan.list(node) { (node) throws(JSONError) in try node.int(in: 0 ... .max) }
    },
    count: \.seeds.count,
    set: { setting, index, inputs in
      setting.point.seed = inputs.plan.seeds[index]
      setting.options.seed = UInt64(clamping: inputs.plan.seeds[index])
    },
    fields: [.required("seed", \.seed, .count, "seed of the placement and of methods that draw")],
    labels: { _ in [Label { "seed \($0.seed)" }] })

  /// Absent without any, so that such a point has the name that it always had.
  private static let faults = PlanAxis(
    key: "faults", read: { (node, plan) throws(JSONError) in plan.faults = try PlanFaults.list(node) },
    count: \.faults.count,
    set: { setting, index, inputs in
      setting.point.faults = inputs.plan.faults[index]
      setting.options.faults = setting.point.faults?.chip
      setting.faults = setting.point.faults?.run ?? .none
    },
    fields: [
      .optional(
        "faults", \.faults, PlanFaults.form, "rates of what fails, and the seed of the draws",
        absent: "for a whole chip")
    ],
    labels: { points in
      let isOneSeed = Set(points.compactMap(\.faults?.seed)).count <= 1
      return [Label { $0.faults.map { isOneSeed ? $0.text : "\($0.text), seed \($0.seed)" } ?? "whole" }]
    }, changesProgram: { $1.faults[$0]?.chip != nil }, place: .last)

  /// When a sample stops early. Absent without a rule.
  private static let stopRules = PlanAxis(
    key: "earlyDecisions",
    read: { (node, plan) throws(JSONError) in
      plan.stopRules = try Plan.list(node) { (node) throws(JSONError) in
        if node.isNull { return nil }
        let text = try node.string()
        do throws(StopRuleError) { return try StopRule(text) } catch { throw node.error("\(error)") }
      }
    }, count: \.stopRules.count,
    set: { setting, index, inputs in
      setting.observer.rule = inputs.plan.stopRules[index]
      setting.point.earlyDecision = setting.observer.rule?.text
    },
    fields: [
      .optional("earlyDecision", \.earlyDecision, .text, "when a sample stops early", absent: "without a rule")
    ], labels: { _ in [Label { $0.earlyDecision }] }, changesProgram: { _, _ in false })

  private static let data = PlanAxis(
    key: "data",
    read: { (node, plan) throws(JSONError) in
      plan.data = try Plan.list(node) { (node) throws(JSONError) in try Plan.Data(node) }
    },
    count: { max(1, $0.data.count) },
    set: { setting, index, _ in
      setting.data = index
      (setting.point.data, setting.point.samples) = (setting.samples.name, setting.samples.count)
      setting.content.append(("data", setting.samples.hash))
    },
    fields: [.required("data", \.data, .text, "the samples"), .required("samples", \.samples, .count, "how many")],
    labels: { _ in [Label { $0.data }, Label("samples") { "\($0.samples) samples" }] }, changesProgram: { _, _ in false })

  private static let steps = PlanAxis(
    key: "steps",
    read: { (node, plan) throws(JSONError) in
      plan.steps = try Plan.values(node, of: .steps).map { $0.flatMap { Int($0) } }
    },
    count: \.steps.count, set: { setting, index, inputs in setting.point.steps = inputs.plan.steps[index] },
    fields: [
      .optional("steps", \.steps, .integer(0...1_000_000), "time steps per inference", null: "for those of the network")
    ],
    labels: { _ in [Label { $0.steps.map { "T=\($0)" } }] }, changesProgram: { _, _ in false }, sharesRuns: true)
}
