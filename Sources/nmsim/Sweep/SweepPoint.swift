import ChipModel
import Runtime

/// One point of a plan: its name and what it stands for.
struct SweepPoint: JSONRecord {
  /// The first 16 hexadecimal digits of the SHA-256 of its canonical inputs.
  var id = ""
  var network = ""
  var method: String?
  /// Options of the method that the plan gives, as `alpha 0.8, reset hard`; empty without any.
  var options = ""
  var chip = ""
  /// A value for each axis of ``PlanAxis/all``.
  var axes = PlanAxis.Values(repeating: nil, count: PlanAxis.all.count)
  var mapping = ""
  var seed = 0
  var data = ""
  var samples = 0
  /// Nil: what the network was calibrated for.
  var steps: Int?
  /// Nil: a whole chip.
  var faults: PlanFaults?
}

// MARK: - Documents

extension SweepPoint {
  /// The members of a point in `points.json` and `sweep.json`. Faults are absent without any, so that such a point has the
  /// name that it always had.
  static let fields: [JSONField<SweepPoint>] = what + axisFields + how

  private static let what: [JSONField<SweepPoint>] = [
    .required("id", \.id, .pointName, "first 16 digits of the SHA-256 of what the point is"),
    .required("network", \.network, .text, "the network or model"),
    .optional("method", \.method, .text, "conversion method", null: "for a network that is converted already"),
    .member("options", \.options, .text, "options of the method"),
    .required("chip", \.chip, .text, "the chip"),
  ]

  private static let axisFields: [JSONField<SweepPoint>] = PlanAxis.all.enumerated().map { index, axis in
    let parameter = axis.parameter
    return .optional(
      parameter.key, \.axes[index], parameter.form, parameter.clause, unit: parameter.unit ?? "",
      null: "for " + (parameter.standardText ?? "what holds without it"))
  }

  private static let how: [JSONField<SweepPoint>] = [
    .required("mapping", \.mapping, .text, "placement, or mapping file"),
    .required("seed", \.seed, .count, "seed of the placement and of methods that draw"),
    .required("data", \.data, .text, "the samples"),
    .required("samples", \.samples, .count, "how many"),
    .optional("steps", \.steps, .setting, "steps of an inference", null: "for those of the network"),
    .optional("faults", \.faults, .faults, "rates of what fails, and the seed of the draws", absent: "for a whole chip"),
  ]
}

extension JSONForm where Value == Int {
  fileprivate static var setting: JSONForm { integer(0...1_000_000) }
}

extension JSONForm where Value == String {
  fileprivate static var pointName: JSONForm {
    JSONForm("text", write: { .string($0) }) { (node, _) throws(JSONError) in
      let id = try node.string()
      guard id.utf8.count == 16, id.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }) else {
        throw node.error("is no name of a point; expected 16 digits of 0-9 and a-f")
      }
      return id
    }
  }
}

extension JSONForm where Value == PlanFaults {
  fileprivate static var faults: JSONForm {
    JSONForm(
      "object",
      members: {
        RunFaults.Kind.allCases.map {
          JSONFieldFacts($0.rawValue, "number", "probability of \($0.name)", absence: "absent where it is 0")
        } + [JSONFieldFacts("seed", "integer", "seed of the draws")]
      }, write: \.document
    ) { (node, _) throws(JSONError) in try PlanFaults(node) }
  }
}

// MARK: - Names

extension SweepPoint {
  /// What a person calls each point: the coordinates in which the points differ.
  static func labels(_ points: [SweepPoint]) -> [String] {
    let isOneSeed = Set(points.compactMap(\.faults?.seed)).count <= 1
    let start: [(SweepPoint) -> String?] = [
      { $0.network },
      { point in point.method.map { point.options.isEmpty ? $0 : "\($0) (\(point.options))" } },
      { $0.chip },
    ]
    let axes = PlanAxis.all.enumerated().map { index, axis in
      { (point: SweepPoint) in point.axes[index].map(axis.label) }
    }
    let end: [(SweepPoint) -> String?] = [
      { $0.mapping },
      { "seed \($0.seed)" },
      { $0.data },
      { "\($0.samples) samples" },
      { $0.steps.map { "T=\($0)" } },
      { $0.faults.map { isOneSeed ? $0.text : "\($0.text), seed \($0.seed)" } ?? "whole" },
    ]
    let varying = (start + axes + end).filter { part in Set(points.map { part($0) ?? "" }).count > 1 }
    let labels = points.map { point in varying.compactMap { $0(point) }.joined(separator: " ") }
    return zip(points, labels).map { $1.isEmpty ? $0.network : $1 }
  }
}
