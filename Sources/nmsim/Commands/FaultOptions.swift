import ChipModel
import Compiler
import Runtime

/// The options that break a chip: permanently (`compile`) and at work (`run`).
enum FaultOptions {
  private static let group = "Faults"

  static let deadCores = OptionSpec.option(
    "dead-cores", .text, "RATE|LIST", group: group,
    "Cores that the mapping avoids: each with a probability, such as 0.05, or by number, such as 3,8-11.")
  static let deadLinks = OptionSpec.option(
    "dead-links", .text, "RATE|LIST", group: group,
    "Links between tiles that routes avoid: each with a probability, or by tile and direction, such as 0:3:east.")
  static let stuckWeightBits = OptionSpec.option(
    "stuck-weight-bits", .fraction, "RATE", group: group, "Probability that a stored weight bit is stuck at 0 or 1.")
  static let flipMembraneBits = OptionSpec.option(
    "flip-membrane-bits", .fraction, "RATE", group: group,
    "Probability that a bit of a membrane potential flips, each bit and step.")
  static let loseSpikes = OptionSpec.option(
    "lose-spikes", .fraction, "RATE", group: group, "Probability that a spike is never sent.")
  static let duplicateSpikes = OptionSpec.option(
    "duplicate-spikes", .fraction, "RATE", group: group, "Probability that a spike is sent twice.")
  static let seed = OptionSpec.option(
    "fault-seed", .integer(0...Int.max), "N", standard: .value("0"), group: group, "Seed of the faults.")

  /// Faults of a run. Its parts and traces know nothing of them.
  static func run(_ arguments: ParsedArguments) throws(CommandError) -> FaultSettings {
    let faults = FaultSettings(
      seed: UInt64(clamping: arguments.int("fault-seed") ?? 0),
      flipMembraneBits: arguments.double("flip-membrane-bits") ?? 0, loseSpikes: arguments.double("lose-spikes") ?? 0,
      duplicateSpikes: arguments.double("duplicate-spikes") ?? 0)
    for name in ["shard", "trace"] where !faults.isNone && arguments.isGiven(name) {
      throw CommandError(
        .usage, subject: "run", problem: "--\(name) of a run with faults", remedy: "leave --\(name) or the faults out")
    }
    return faults
  }

  /// Faults of the chip; nil: none.
  static func chip(_ arguments: ParsedArguments) throws(CommandError) -> ChipFaults? {
    let cores = try arguments.string("dead-cores").map { (text) throws(CommandError) in try parseCores(text) }
    let links = try arguments.string("dead-links").map { (text) throws(CommandError) in try parseLinks(text) }
    let faults = ChipFaults(
      seed: UInt64(clamping: arguments.int("fault-seed") ?? 0), deadCoreRate: cores?.rate ?? 0,
      deadCores: cores?.list ?? [], deadLinkRate: links?.rate ?? 0, deadLinks: links?.list ?? [],
      stuckWeightBits: arguments.double("stuck-weight-bits") ?? 0)
    return faults.isNone ? nil : faults
  }

  /// Largest number of a core or tile: as large as a program's.
  private static let largest = (1 << 31) - 1
  /// Cores that a list may name.
  private static let mostCores = 1 << 20

  /// A rate has a point or an exponent; whole numbers and ranges are cores.
  static func parseCores(_ text: String) throws(CommandError) -> (rate: Double, list: [Int]) {
    func wrong(_ problem: String) -> CommandError {
      CommandError(
        .usage, subject: "compile", problem: "--dead-cores \(ErrorText.quoted(text)): \(problem)",
        remedy: "give a rate with a point, such as 0.05, or core numbers, such as 3,8-11")
    }
    if text == "0" || text == "1" {
      throw CommandError(
        .usage, subject: "compile", problem: "--dead-cores \(text) could be a rate or core \(text)",
        remedy: "write \(text).0 for the rate, \(text)-\(text) for the core")
    }
    if text.utf8.contains(where: { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "e") }) {
      guard let rate = rate(text) else { throw wrong("not a number from 0 to 1") }
      return (rate, [])
    }
    var list: [Int] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { number($0) }
      guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1], first <= last else {
        throw wrong("\(ErrorText.quoted(String(part))) is neither a core nor a range of cores")
      }
      guard last - first < mostCores, list.count + last - first < mostCores else {
        throw wrong("more than \(NumberFormat.count(mostCores)) cores")
      }
      list += first...last
    }
    return (0, list)
  }

  /// A rate, or `X:Y:DIRECTION` with commas between.
  static func parseLinks(_ text: String) throws(CommandError) -> (rate: Double, list: [DeadLink]) {
    if let rate = rate(text) { return (rate, []) }
    var list: [DeadLink] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let fields = part.split(separator: ":", omittingEmptySubsequences: false)
      guard fields.count == 3, let x = number(fields[0]), let y = number(fields[1]),
        let direction = MeshDirection(rawValue: String(fields[2]))
      else {
        throw CommandError(
          .usage, subject: "compile",
          problem: "--dead-links \(ErrorText.quoted(text)): \(ErrorText.quoted(String(part))) is neither a rate nor a link",
          remedy: "give a rate from 0 to 1, or links such as 0:3:east,2:2:north")
      }
      guard list.count < mostCores, !(direction == .west && x == 0), !(direction == .south && y == 0) else {
        throw CommandError(
          .usage, subject: "compile",
          problem: "--dead-links: tile \(x):\(y) has no link to the \(direction.rawValue)",
          remedy: "columns and rows begin at 0, east and north lead to higher ones")
      }
      list.append(DeadLink(from: TileCoordinate(x: x, y: y), direction))
    }
    return (0, list)
  }

  private static func rate(_ text: String) -> Double? {
    guard case .number(let rate)? = try? ValueKind.fraction.parse(text) else { return nil }
    return rate
  }

  private static func number(_ text: Substring) -> Int? {
    guard !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
    return Int(text).flatMap { $0 <= largest ? $0 : nil }
  }
}

/// Faults in words.
enum FaultText {
  /// Nil where there are none.
  static func chip(_ faults: ChipFaults?) -> String? {
    guard let faults, let all = FaultRates(chip: faults, run: .none) else { return nil }
    return "\(run(all)); seed \(faults.seed)"
  }

  static func routes(_ facts: RouteFacts) -> String {
    let cycle = facts.hasCycle ? "; routes form a cycle: the routers need a second virtual channel" : ""
    return "\(NumberFormat.count(facts.detours, of: "route")), \(NumberFormat.count(facts.extraSteps, of: "hop")) more"
      + cycle
  }

  static func run(_ faults: FaultRates) -> String {
    var parts = faults.kinds.map { "\($0.name) \(NumberFormat.plain(faults.rate($0)))" }
    if faults.namedCores > 0 { parts.append(NumberFormat.count(faults.namedCores, of: "dead core")) }
    if faults.namedLinks > 0 { parts.append(NumberFormat.count(faults.namedLinks, of: "dead link")) }
    return parts.joined(separator: ", ")
  }
}
