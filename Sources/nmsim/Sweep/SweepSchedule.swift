import ChipModel
import Compiler
import Runtime

/// The points of a plan in the order in which they are run: what shares a conversion, a datapath, a program and a run lies
/// together.
struct SweepSchedule: Sendable {
  /// Points that one run answers: they differ in steps alone.
  struct Group: Sendable {
    var source: Int
    /// Index in the plan's methods; nil for a network that is converted already.
    var method: Int?
    /// A value for each axis of ``PlanAxis/all``.
    var axes: PlanAxis.Values
    var chip: Int
    var mapping: Int
    var seed: Int
    /// Index in the plan's faults.
    var faults: Int
    /// Index in the source's data.
    var data: Int
    var points: [SweepPoint]
  }

  private(set) var groups: [Group] = []

  var points: [SweepPoint] { groups.flatMap(\.points) }

  init(_ inputs: SweepInputs) throws(CommandError) {
    let plan = inputs.plan
    var known: Set<String> = []
    for (source, content) in inputs.sources.enumerated() {
      let methods = plan.source.methods
      for method in methods.isEmpty ? [nil] : Array(methods.indices) as [Int?] {
        for axes in PlanAxis.combinations(plan.axes) {
          for chip in inputs.chips.indices {
            for mapping in inputs.mappings.indices {
              for seed in plan.seeds {
                for faults in plan.faults.indices {
                  for data in content.data.indices {
                    var group = Group(
                      source: source, method: method, axes: axes, chip: chip, mapping: mapping, seed: seed,
                      faults: faults, data: data, points: [])
                    for steps in plan.steps {
                      let point = try Self.point(group, steps: steps, inputs)
                      // Two names for the same inputs are one point.
                      if known.insert(point.id).inserted { group.points.append(point) }
                    }
                    if !group.points.isEmpty { groups.append(group) }
                  }
                }
              }
            }
          }
        }
      }
    }
  }

  /// The groups of a part: whole ones, in order, so that parts repeat little of each other's work.
  mutating func keep(_ shard: Shard) { groups = Array(groups[shard.range(of: groups.count)]) }

  private static func point(_ group: Group, steps: Int?, _ inputs: SweepInputs) throws(CommandError) -> SweepPoint {
    let source = inputs.sources[group.source]
    let data = source.data[group.data]
    let method = group.method.map { inputs.plan.source.methods[$0] }
    let mapping = inputs.mappings[group.mapping]
    var point = SweepPoint(
      id: "", network: source.name, method: method?.name, options: method?.givenOptions.joined(separator: ", ") ?? "",
      chip: inputs.chips[group.chip].description.name, axes: group.axes, mapping: mapping.name, seed: group.seed,
      data: data.name, samples: data.count, steps: steps, faults: inputs.plan.faults[group.faults])
    // Everything that decides a byte of the result, by content; names that stand in it, without their folders.
    var members: [(String, JSONOutput)] = [
      ("result", .string(RunResult.format)), ("nmsim", .string(Version.number)),
      ("network", .string(source.hash)), ("chip", .string(inputs.chips[group.chip].hash)),
      ("mapping", .string(mapping.hash)), ("data", .string(data.hash)),
      ("target", .double(inputs.plan.target)), ("spikeProfile", .string(inputs.plan.spikeProfile)),
    ]
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
