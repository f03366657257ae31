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
  /// What the plan changes in it; nil: nothing.
  var chipChanges: [PlanChip.Change]?
  /// Values of declared parameters by key; none: what holds without the parameter.
  var parameters: [String: ParameterValue] = [:]
  var mapping = ""
  var seed = 0
  var data = ""
  var samples = 0
  /// Nil: what the network was calibrated for.
  var steps: Int?
  /// When a sample stops early; nil: never.
  var earlyDecision: String?
  /// Nil: a whole chip.
  var faults: PlanFaults?
}

// MARK: - Documents

extension SweepPoint {
  /// The members of a point in `points.json` and `sweep.json`.
  static let fields: [JSONField<SweepPoint>] = [
    .required("id", \.id, .pointName, "first 16 digits of the SHA-256 of what the point is"),
    .required("network", \.network, .text, "the network or model"),
    .optional("method", \.method, .text, "conversion method", null: "for a network that is converted already"),
    .member("options", \.options, .text, "options of the method"),
  ] + PlanAxis.shown.flatMap(\.fields)
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

// MARK: - Names

extension SweepPoint {
  /// The coordinates in which points differ, each with its name and the value of each point; empty: it has none.
  static func coordinates(_ points: [SweepPoint]) -> [(name: String, values: [String])] {
    typealias Part = (name: String, value: (SweepPoint) -> String?)
    let parts: [Part] = [
      ("network", { $0.network }),
      ("method", { point in point.method.map { point.options.isEmpty ? $0 : "\($0) (\(point.options))" } }),
    ]
    let axes = PlanAxis.shown.flatMap { axis in
      axis.labels(points).map { label -> Part in (name: label.name ?? axis.key, value: label.value) }
    }
    return (parts + axes)
      .map { part in (part.name, points.map { part.value($0) ?? "" }) }
      .filter { Set($0.values).count > 1 }
  }

  /// What a person calls each point: the coordinates in which the points differ.
  static func labels(_ points: [SweepPoint]) -> [String] {
    let coordinates = coordinates(points)
    return points.indices.map { index in
      let parts = coordinates.map { $0.values[index] }.filter { !$0.isEmpty }
      return parts.isEmpty ? points[index].network : parts.joined(separator: " ")
    }
  }
}
