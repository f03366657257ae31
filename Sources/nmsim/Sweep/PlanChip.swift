import ChipModel
import Runtime

/// A chip of a plan: a description by name, and what the plan changes in it.
struct PlanChip: Sendable, Equatable {
  /// Of `nmsim chips`, or a file.
  var base: String
  /// In the order in which chips declare them.
  var changes: [Change] = []

  /// One number, rule or price, by its key: `neuronsPerCore`, `energy.weightRead`.
  struct Change: Sendable, Hashable {
    var key: String
    var value: ParameterValue
  }

  /// Whatever the plan says of a chip has this source.
  private static let source = "the plan"

  /// A price that may be changed, of the objects of a description file.
  private enum Price {
    case energy([ChipAction])
    case time([ChipAction])
    case tick
    case power(StaticPower)

    var quantity: Quantity {
      switch self {
      case .energy: .energy
      case .time, .tick: .time
      case .power: .power
      }
    }

    /// By section, then key, in the order of the file.
    static let all: [(section: ChipSection, prices: [(key: String, price: Price)])] = {
      let actions = [("hop", MeshDirection.allCases.map(\.action))] + ChipAction.allCases.map { ($0.rawValue, [$0]) }
      return [
        (.energy, actions.map { ($0.0, .energy($0.1)) }),
        (.time, [("tick", .tick)] + actions.map { ($0.0, .time($0.1)) }),
        (.power, StaticPower.allCases.map { ($0.rawValue, .power($0)) }),
      ]
    }()

    static func key(_ section: ChipSection, _ key: String) -> String { section.rawValue + "." + key }
  }

  /// The description with the changes.
  /// - Throws: numbers that do not go together.
  func applied(to chip: ChipDescription) throws(ChipError) -> ChipDescription {
    guard !changes.isEmpty else { return chip }
    var chip = chip
    for change in changes { PlanChip.apply(change, to: &chip) }
    let text = ([chip.name] + changes.map { "\($0.key)-\($0.value.text)" }).joined(separator: "_").filter { $0 != " " }
    chip.title += ", " + changes.map(\.text).joined(separator: ", ")
    chip.lineage = [chip.name] + chip.lineage
    // Names of chips have 64 characters at most.
    chip.name = text.count <= 64 ? text : text.prefix(51) + "-" + SHA256.hexadecimal(of: Array(text.utf8)).prefix(12)
    try chip.check(file: PlanChip.source)
    return chip
  }

  private static func apply(_ change: Change, to chip: inout ChipDescription) {
    switch change.value {
    case .integer(let value): ChipNumber(rawValue: change.key).map { chip.numbers[$0] = .assumed(value, source) }
    case .flag(let value): ChipRule(rawValue: change.key).map { chip.rules[$0] = .assumed(value, source) }
    case .choice(let text):
      for (section, prices) in Price.all {
        for (key, price) in prices where Price.key(section, key) == change.key {
          guard let value = price.quantity.value(of: text) else { continue }
          let sourced = Sourced(value, source: source, certainty: .assumed)
          switch price {
          case .energy(let actions): for action in actions { chip.energy[action] = .known(sourced) }
          case .time(let actions): for action in actions { chip.time[action] = .known(sourced) }
          case .tick: chip.tickSeconds = sourced
          case .power(let item): chip.power[item] = sourced
          }
        }
      }
    case .number: break
    }
  }
}

extension PlanChip.Change {
  /// `neuronsPerCore 64`
  var text: String { "\(key) \(value.text)" }

  /// As short as it can be told from others: `64 neurons`, `262 kbit`, `w4`, `hop 1 pJ`; else ``text``.
  var label: String {
    guard case .integer(let count) = value, let number = ChipNumber(rawValue: key) else {
      return "\(key.split(separator: ".").last ?? "") \(value.text)"
    }
    switch number.row.unit {
    case "bit" where count >= 1_000: return NumberFormat.si(Double(count), unit: "bit")
    case "bit": return PlanAxis.letters[number].map { $0 + value.text } ?? text
    case let unit: return NumberFormat.count(count, of: unit)
    }
  }

  /// What a column of such values is called: `neuronsPerCore`, `hop, energy`.
  var title: String {
    let parts = key.split(separator: ".")
    return parts.count == 2 ? "\(parts[1]), \(parts[0])" : key
  }
}

// MARK: - Documents

extension PlanChip {
  /// A plan's list, crossed out.
  static func list(_ node: JSONNode) throws(JSONError) -> [PlanChip] {
    var all: [PlanChip] = []
    for element in try Plan.elements(node) {
      for chip in try crossed(element) {
        guard !all.contains(chip) else { throw element.error("stands in the list before; remove one of the two") }
        all.append(chip)
      }
      guard all.count <= Plan.mostChips else { throw element.error("more than \(Plan.mostChips) chips; divide the plan") }
    }
    return all
  }

  /// One element: `"loihi"`, or `{"extends": "generic-45nm", "neuronsPerCore": [64, 128], "energy": {"hop": "1 pJ"}}`.
  private static func crossed(_ node: JSONNode) throws(JSONError) -> [PlanChip] {
    if case .string = node.value.kind { return [PlanChip(base: try Plan.name(node))] }
    var o = try node.object()
    var result = [PlanChip(base: try Plan.name(try o.required("extends")))]
    func cross(
      _ list: JSONNode, _ key: String, _ read: (JSONNode) throws(JSONError) -> ParameterValue
    ) throws(JSONError) {
      let values = try Plan.list(list, read)
      result = try Plan.cross(result, values, list, most: Plan.mostChips, of: "chips") {
        $0.changes.append(Change(key: key, value: $1))
      }
    }
    for number in ChipNumber.allCases {
      guard let list = o.optional(number.rawValue) else { continue }
      try cross(list, number.rawValue) { (node) throws(JSONError) in .integer(try node.int(in: number.range)) }
    }
    for rule in ChipRule.allCases {
      guard let list = o.optional(rule.rawValue) else { continue }
      try cross(list, rule.rawValue) { (node) throws(JSONError) in .flag(try node.bool()) }
    }
    for (section, prices) in Price.all {
      guard var object = try o.optional(section.rawValue)?.object() else { continue }
      for (key, price) in prices {
        guard let list = object.optional(key) else { continue }
        try cross(list, Price.key(section, key)) { (node) throws(JSONError) in
          guard case .string(let text) = node.value.kind, let value = price.quantity.value(of: text) else {
            throw node.error("expected a number with its unit, as in \"\(price.quantity.example)\"")
          }
          return .choice(price.quantity.text(value))
        }
      }
      try object.finish()
    }
    try o.finish()
    return result
  }

  /// As points have the changes.
  static let form = JSONForm<[Change]>(
    "object", members: { [JSONFieldFacts("KEY", "number, true or false, or text", "value of the changed number, rule or price")] },
    write: { .object($0.map { ($0.key, $0.value.json) }) }
  ) { (node, _) throws(JSONError) in
    var object = try node.object()
    return try object.allMembers().map { (key, node) throws(JSONError) in
      switch node.value.kind {
      case .bool(let value): Change(key: key, value: .flag(value))
      case .string(let text): Change(key: key, value: .choice(text))
      default: Change(key: key, value: .integer(try node.int(in: 0 ... .max)))
      }
    }
  }
}
