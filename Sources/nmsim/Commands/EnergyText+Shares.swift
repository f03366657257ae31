import ChipModel
import Runtime

/// Where and when the chip's energy goes: by population, by core, over time, up to the target, with an early stop.
extension EnergyText {
  private static let shownCores = 8

  /// Empty where the run has none of it.
  var shares: String {
    var lines: [String] = []
    let bill = run.bill ?? ChipBill()
    if let joules = bill.joulesByPopulation, joules.count == run.populations.count, !joules.isEmpty {
      var table = Table([.text("population"), .number("an inference"), .number("a tick"), .number("share")])
      for (population, joules) in zip(run.populations, joules) {
        add([.text(population.name)], joules, sum(bill.joulesByPopulation), to: &table)
      }
      lines.append(indented(table.render(style)))
    }
    if let joules = bill.joulesByCore, joules.count > 1 {
      var table = Table([.text("core"), .number("an inference"), .number("a tick"), .number("share")])
      let order = joules.indices.sorted { (joules[$1], $0) < (joules[$0], $1) }
      for core in order.prefix(Self.shownCores) {
        add([.text(place(core))], joules[core], sum(bill.joulesByCore), to: &table)
      }
      lines.append(indented(table.render(style)))
      if joules.count > Self.shownCores {
        lines.append("   and \(NumberFormat.count(joules.count - Self.shownCores)) more cores, each with less")
      }
    }
    lines += overTime + toTarget + early
    guard !lines.isEmpty else { return "" }
    var heading = [style.bold("Chip energy by place and time") + ", static power apart"]
    if explains {
      heading.append(
        wrapped(
          "an operation belongs to who receives it; a visit, update and spike to the neuron; a message, its hops and its "
            + "arrival to the population that sent it; among cores its arrival to the receiver"))
    }
    return (heading + lines).joined(separator: "\n") + "\n"
  }

  private func sum(_ joules: [Double]?) -> Double { (joules ?? []).reduce(0, +) }

  private func add(_ cells: [Table.Cell], _ joules: Double, _ all: Double, to table: inout Table) {
    let each = run.samples == 0 ? 0 : joules / Double(run.samples)
    let ticks = Double(max(1, run.ticksPerInference ?? run.ticks))
    table.add(
      cells + [
        .text(NumberFormat.joules(each)), .text(NumberFormat.joules(each / ticks)),
        .text(NumberFormat.percent(all > 0 ? joules / all : 0, places: 1)),
      ])
  }

  private func place(_ core: Int) -> String {
    guard core < run.cores.count, let x = run.cores[core].x, let y = run.cores[core].y else { return "\(core)" }
    return "\(core) at (\(x), \(y))"
  }

  /// Joules of each tick, and watts where the length of ticks is known.
  private var overTime: [String] {
    guard let joules = run.bill?.joulesByTick, !joules.isEmpty, run.samples > 0 else { return [] }
    let each = joules.map { $0 / Double(run.samples) }
    var lines = ["   by tick  \(Sparkline.render(each, width: 48, style: style))  1 to \(each.count)"]
    let least = each.min() ?? 0
    let most = each.max() ?? 0
    let mean = each.reduce(0, +) / Double(each.count)
    lines.append(
      "            \(NumberFormat.joules(least)) to \(NumberFormat.joules(most)), mean \(NumberFormat.joules(mean))")
    if let tick = run.time.secondsPerTick, tick > 0 {
      let power = run.bill?.staticJoules.flatMap { total in
        run.time.secondsPerInference.flatMap { $0 > 0 ? total / Double(run.samples) / $0 : nil }
      }
      lines.append(
        "            \(NumberFormat.watts(mean / tick)) on average"
          + (power.map { ", and \(NumberFormat.watts($0)) static" } ?? ""))
    }
    return lines
  }

  private var toTarget: [String] {
    guard let joules = run.bill?.joulesToTarget, let steps = run.spike?.stepsToTarget else { return [] }
    return [
      "   \(target) accuracy after step \(NumberFormat.count(steps)): "
        + "\(NumberFormat.joules(joules)) an inference\(run.bill?.staticJoules == nil ? "" : ", static power with it")"
    ]
  }

  private var early: [String] {
    guard let early = run.earlyDecision else { return [] }
    var lines = [
      wrapped(
        "early decision \(early.rule): after \(NumberFormat.decimal(early.meanSteps, places: 1)) steps on average, accuracy "
          + "\(NumberFormat.percent(early.accuracy)) instead of \(NumberFormat.percent(early.fullAccuracy))")
    ]
    if let joules = early.joulesPerInference {
      lines.append(
        "     \(NumberFormat.joules(joules)) an inference, \(NumberFormat.percent(early.energySaved, places: 1)) saved")
    }
    return lines
  }

  /// How the time of the chip's ticks was found; empty for documents that do not say.
  var timeModel: String {
    guard let model = run.time.model else {
      return run.time.missing.isEmpty ? "" : "\n" + wrapped("time unknown: the chip lacks \(run.time.missing.joined(separator: ", "))")
    }
    if let tick = run.time.deadlockTick {
      let what = "deadlock in tick \(NumberFormat.count(tick)), messages wait for one another in a circle of detours"
      return "\n" + wrapped("no time: \(what)")
    }
    var lines = [""]
    let timed = run.time.samples.map { ", mean of \(NumberFormat.count($0)) samples" } ?? ""
    lines.append(
      wrapped(
        "time model \(model)\(timed): \(rate(run.time.inferencesPerSecond)) inferences/s one by one"
          + (run.time.pipelinedInferencesPerSecond.map { ", \(rate($0)) pipelined" } ?? "")))
    if let barrier = run.time.barrierSeconds, let core = run.time.slowestCoreSeconds, let link = run.time.busiestLinkSeconds {
      lines.append(
        "   of it barrier \(NumberFormat.seconds(barrier)); slowest core \(NumberFormat.seconds(core)), busiest link "
          + NumberFormat.seconds(link))
    }
    if let with = run.time.withBarrierSeconds, let free = run.time.barrierFreeSeconds {
      lines.append("   with barrier \(NumberFormat.seconds(with)), without \(NumberFormat.seconds(free))")
    }
    if let delay = run.time.delay {
      lines.append(
        wrapped(
          "messages: \(NumberFormat.seconds(delay.meanSeconds)) on their way, \(NumberFormat.seconds(delay.meanWaitingSeconds)) "
            + "of it waiting, at most \(NumberFormat.seconds(delay.longestSeconds)); "
            + "\(NumberFormat.count(delay.overtaken ?? 0)) of \(NumberFormat.count(delay.messages ?? 0)) overtaken"))
    }
    if explains { lines.append(wrapped(Self.formula(model))) }
    return lines.joined(separator: "\n")
  }

  private func rate(_ value: Double?) -> String { value.map { NumberFormat.significant($0) } ?? "unknown" }

  private static func formula(_ model: String) -> String {
    switch TimingModel(rawValue: model) {
    case .fixed: "tick = the chip's stated tick, whatever happens in it"
    case .simple: "tick = max over cores of (generating, processing) + barrier; SANA-FE's simple model"
    case .analytic: "tick = the longest of core, message way, core input and link, nothing waiting, + barrier"
    case .detailed: "tick = end of the last message, each in order through links with finite buffers, + barrier"
    case nil: "time model \(model)"
    }
  }
}
