import ChipModel
import Compiler
import Runtime

/// The points of a plan in the order in which they are run: what shares a conversion, a datapath, a program and a run lies
/// together.
struct SweepSchedule: Sendable {
  /// Points that one run answers.
  struct Group: Sendable {
    var source: Int
    /// Index in the plan's methods; nil for a network that is converted already.
    var method: Int?
    /// By axis, the index of its value where that decides what the program is.
    var program: [Int?]
    var setting: SweepSetting
    var points: [SweepPoint]
  }

  private(set) var groups: [Group] = []

  var points: [SweepPoint] { groups.flatMap(\.points) }

  init(_ inputs: SweepInputs) throws(CommandError) {
    let plan = inputs.plan
    let (apart, together) = (PlanAxis.all.filter { !$0.sharesRuns }, PlanAxis.all.filter(\.sharesRuns))
    var known: Set<String> = []
    for (source, content) in inputs.sources.enumerated() {
      let methods = plan.source.methods
      for method in methods.isEmpty ? [nil] : Array(methods.indices) as [Int?] {
        let start = SweepSetting(content, method.map { methods[$0] }, chip: inputs.chips[0].description)
        for places in PlanAxis.combinations(apart, plan) {
          var setting = start
          for (axis, place) in zip(apart, places) { axis.set(&setting, place, inputs) }
          var group = Group(
            source: source, method: method,
            program: zip(apart, places).map { $0.changesProgram($1, plan) ? $1 : nil }, setting: setting, points: [])
          for places in PlanAxis.combinations(together, plan) {
            for (axis, place) in zip(together, places) { axis.set(&setting, place, inputs) }
            let point = try Self.point(setting, inputs)
            // Two names for the same inputs are one point.
            if known.insert(point.id).inserted { group.points.append(point) }
          }
          if !group.points.isEmpty { groups.append(group) }
        }
      }
    }
  }

  /// The groups of a part: whole ones, in order, so that parts repeat little of each other's work.
  mutating func keep(_ shard: Shard) { groups = Array(groups[shard.range(of: groups.count)]) }

  private static func point(_ setting: SweepSetting, _ inputs: SweepInputs) throws(CommandError) -> SweepPoint {
    var point = setting.point
    // Everything that decides a byte of the result, by content; names that stand in it, without their folders.
    var members: [(String, JSONOutput)] = [
      ("result", .string(RunResult.format)), ("nmsim", .string(Version.number)),
      ("network", .string(setting.source.hash)), ("ann", setting.source.ann.map { .string($0.hash) } ?? .null),
    ]
    members += setting.content.map { ($0.key, .string($0.hash)) }
    members += [("target", inputs.plan.target.map { .double($0) } ?? .null), ("spikeProfile", .string(inputs.plan.spikeProfile))]
    if case .model(let model) = inputs.plan.source {
      members += [
        ("preprocessing", .doubles([model.preprocessing.scale])), ("mean", .doubles(model.preprocessing.mean)),
        ("std", .doubles(model.preprocessing.std)),
        ("calibration", .string(inputs.calibration.map { "\($0.name) \($0.hash)" } ?? "none")),
        ("calibrationSamples", model.calibration?.samples.map { .int($0) } ?? .null),
      ]
    }
    members.append(("point", .object(point.members)))
    point.id = String(try SweepInputs.hash(.object(members)).prefix(16))
    return point
  }
}

extension Plan.Source {
  /// The methods to convert by; none for networks.
  var methods: [ConversionSettings] {
    switch self {
    case .model(let model): model.methods
    case .networks: []
    }
  }
}
