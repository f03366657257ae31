import ChipModel

/// One point of a plan: its name and what it stands for.
struct SweepPoint: Sendable, Equatable {
  /// The first 16 hexadecimal digits of the SHA-256 of its canonical inputs.
  var id: String
  var network: String
  var method: String?
  /// Options of the method that the plan gives, as `alpha 0.8, reset hard`; empty without any.
  var options = ""
  var chip: String
  var weightBits: Int?
  var membraneBits: Int?
  var fractionBits: Int?
  var scale: String?
  var mapping: String
  var seed: Int
  var data: String
  var samples: Int
  /// Nil: what the network was calibrated for.
  var steps: Int?
  /// Nil: a whole chip.
  var faults: PlanFaults?
}

// MARK: - Documents

extension SweepPoint {
  /// The members of a point in `points.json` and `sweep.json`.
  var members: [(String, JSONOutput)] {
    func number(_ value: Int?) -> JSONOutput { value.map { .int($0) } ?? .null }
    func text(_ value: String?) -> JSONOutput { value.map { .string($0) } ?? .null }
    let members: [(String, JSONOutput)] = [
      ("id", .string(id)), ("network", .string(network)), ("method", text(method)), ("options", .string(options)),
      ("chip", .string(chip)), ("weightBits", number(weightBits)), ("membraneBits", number(membraneBits)),
      ("fractionBits", number(fractionBits)), ("scale", text(scale)), ("mapping", .string(mapping)),
      ("seed", .int(seed)), ("data", .string(data)), ("samples", .int(samples)), ("steps", number(steps)),
    ]
    // Absent without faults, so that such a point has the name that it always had.
    return members + (faults.map { [("faults", $0.document)] } ?? [])
  }

  init(_ o: inout JSONObjectReader) throws(JSONError) {
    func number(_ key: String) throws(JSONError) -> Int? {
      guard let node = o.optional(key), !node.isNull else { return nil }
      return try node.int(in: 0...1_000_000)
    }
    func text(_ key: String) throws(JSONError) -> String? {
      guard let node = o.optional(key), !node.isNull else { return nil }
      return try node.string()
    }
    let node = try o.required("id")
    id = try node.string()
    guard id.utf8.count == 16, id.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }) else {
      throw node.error("is no name of a point; expected 16 digits of 0-9 and a-f")
    }
    network = try o.required("network").string()
    method = try text("method")
    options = try text("options") ?? ""
    chip = try o.required("chip").string()
    weightBits = try number("weightBits")
    membraneBits = try number("membraneBits")
    fractionBits = try number("fractionBits")
    scale = try text("scale")
    mapping = try o.required("mapping").string()
    seed = try o.required("seed").int(in: 0 ... .max)
    data = try o.required("data").string()
    samples = try o.required("samples").int(in: 0 ... .max)
    steps = try number("steps")
    if let node = o.optional("faults"), !node.isNull { faults = try PlanFaults(node) }
  }
}

// MARK: - Names

extension SweepPoint {
  /// What a person calls each point: the coordinates in which the points differ.
  static func labels(_ points: [SweepPoint]) -> [String] {
    let isOneSeed = Set(points.compactMap(\.faults?.seed)).count <= 1
    let parts: [(SweepPoint) -> String?] = [
      { $0.network },
      { point in point.method.map { point.options.isEmpty ? $0 : "\($0) (\(point.options))" } },
      { $0.chip },
      { $0.weightBits.map { "w\($0)" } },
      { $0.membraneBits.map { "v\($0)" } },
      { $0.fractionBits.map { "f\($0)" } },
      { $0.scale },
      { $0.mapping },
      { "seed \($0.seed)" },
      { $0.data },
      { "\($0.samples) samples" },
      { $0.steps.map { "T=\($0)" } },
      { $0.faults.map { isOneSeed ? $0.text : "\($0.text), seed \($0.seed)" } ?? "whole" },
    ]
    let varying = parts.filter { part in Set(points.map { part($0) ?? "" }).count > 1 }
    let labels = points.map { point in varying.compactMap { $0(point) }.joined(separator: " ") }
    return zip(points, labels).map { $1.isEmpty ? $0.network : $1 }
  }
}
