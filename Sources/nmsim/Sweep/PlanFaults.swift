import ChipModel
import Runtime

/// What fails in a point of a plan: rates, as `compile` and `run` take them, and the seed of the draws.
struct PlanFaults: Sendable, Hashable {
  /// Probabilities above 0.
  private(set) var rates: [FaultRates.Kind: Double] = [:]
  var seed = 0

  /// The permanent ones; nil: none.
  var chip: ChipFaults? {
    let faults = ChipFaults(
      seed: UInt64(clamping: seed), deadCoreRate: rate(.deadCores), deadLinkRate: rate(.deadLinks),
      stuckWeightBits: rate(.stuckWeightBits))
    return faults.isNone ? nil : faults
  }

  /// Those that come and go.
  var run: FaultSettings {
    let faults = FaultSettings(
      seed: UInt64(clamping: seed), flipMembraneBits: rate(.flipMembraneBits), loseSpikes: rate(.loseSpikes),
      duplicateSpikes: rate(.duplicateSpikes))
    return faults.isNone ? .none : faults
  }

  func rate(_ kind: FaultRates.Kind) -> Double { rates[kind] ?? 0 }

  /// The kinds with a rate above 0, in their fixed order.
  var kinds: [FaultRates.Kind] { FaultRates.Kind.allCases.filter { rates[$0] != nil } }

  /// `lost spikes 0.01, dead cores 0.1`
  var text: String { kinds.map { "\($0.name) \(NumberFormat.plain(rate($0)))" }.joined(separator: ", ") }

  /// The same faults; nil where every rate is 0, whatever the seed: that is a whole chip.
  private var orNone: PlanFaults? { rates.isEmpty ? nil : self }

  private mutating func set(_ kind: FaultRates.Kind, _ rate: Double) { rates[kind] = rate > 0 ? rate : nil }
}

// MARK: - Documents

extension PlanFaults {
  /// A plan's list, crossed out.
  static func list(_ node: JSONNode) throws(JSONError) -> [PlanFaults?] {
    var all: [PlanFaults?] = []
    for element in try Plan.elements(node) {
      all += try crossed(element)
      guard all.count <= Plan.mostFaults else {
        throw element.error("more than \(Plan.mostFaults) faults; divide the plan")
      }
    }
    // Whole chips of several lists and seeds are one.
    var known: Set<PlanFaults?> = []
    return all.filter { known.insert($0).inserted }
  }

  /// One element of it: `{"loseSpikes": [0, 0.01], "seed": [1, 2]}`. Nil: a whole chip.
  private static func crossed(_ node: JSONNode) throws(JSONError) -> [PlanFaults?] {
    var o = try node.object()
    var result = [PlanFaults()]
    for kind in FaultRates.Kind.allCases {
      guard let node = o.optional(kind.rawValue) else { continue }
      var rates: [Double] = []
      for node in try Plan.elements(node) { rates.append(try node.double(in: 0...1)) }
      result = try Plan.cross(result, rates, node, most: Plan.mostFaults, of: "faults") { $0.set(kind, $1) }
    }
    if let node = o.optional("seed") {
      var seeds: [Int] = []
      for node in try Plan.elements(node) { seeds.append(try node.int(in: 0 ... .max)) }
      result = try Plan.cross(result, seeds, node, most: Plan.mostFaults, of: "faults") { $0.seed = $1 }
    }
    try o.finish()
    return result.map(\.orNone)
  }

  /// As points have them.
  static let form = JSONForm<PlanFaults>(
    "object",
    members: {
      FaultRates.Kind.allCases.map {
        JSONFieldFacts($0.rawValue, "number", "probability of \($0.name)", absence: "absent where it is 0")
      } + [JSONFieldFacts("seed", "integer", "seed of the draws")]
    }, write: \.document
  ) { (node, _) throws(JSONError) in try PlanFaults(node) }

  /// As results of a sweep name them.
  var document: JSONOutput {
    .object(kinds.map { ($0.rawValue, .double(rate($0))) } + [("seed", .int(seed))])
  }

  /// Reads what ``document`` writes.
  init(_ node: JSONNode) throws(JSONError) {
    var o = try node.object()
    for kind in FaultRates.Kind.allCases {
      if let node = o.optional(kind.rawValue) { set(kind, try node.double(in: 0...1)) }
    }
    seed = try o.required("seed").int(in: 0 ... .max)
    try o.finish()
    guard !rates.isEmpty else { throw node.error("names no rate above 0") }
  }
}
