import ChipModel
import Runtime

/// The energy of a run as a page of text: the models side by side, never mixed.
struct EnergyText {
  let run: RunResult
  /// Nil: no baseline.
  let ratios: [EnergyBill.Ratio]?
  let explains: Bool
  /// Nil: not asked for.
  var estimate: EnergyEstimate?
  let style: TextStyle

  private static let shownCores = 8

  var text: String {
    let blocks = [spikeModel, operationModel] + run.energy.others.map(model) + [chipModel]
    let numbered = blocks.enumerated().map { "\($0 + 1). \($1)" }
    return ([heading, overview.render(style)] + numbered + [shares, baseline].compactMap { $0 }).joined(separator: "\n")
  }

  private var heading: String {
    let method = run.method.map { ", \($0)" } ?? ""
    return style.bold("\(ErrorText.escaped(run.network)) on \(ErrorText.escaped(run.chip))")
      + ": \(NumberFormat.count(run.samples, of: "sample")), \(NumberFormat.count(run.ticks, of: "step"))"
      + "\(ErrorText.escaped(method)), accuracy \(NumberFormat.percent(run.accuracy))\n"
  }

  /// The answer: an inference by every model, beside the ANN where the model has it.
  private var overview: Table {
    func ann(_ account: EnergyAccount) -> Double? {
      account.name == "operation"
        ? run.operation.ann?.joulesPerInference : account.ann?.joulesPerInference ?? account.twin?.joulesPerInference
    }
    return Table(
      run.accounts,
      [
        .text("energy per inference") { .text($0.title) },
        .number("spiking") { .text(NumberFormat.joules($0.joulesPerInference)) },
        .number("ANN") { .text(ann($0).map(NumberFormat.joules) ?? "-") },
        .number("spiking / ANN") { account in
          let ratio = account.joulesPerInference.flatMap { mine in ann(account).flatMap { $0 > 0 ? mine / $0 : nil } }
          return .text(ratio.map(NumberFormat.significant) ?? "-")
        },
        .count("unknown", \.missing.count),
      ])
  }

  /// A heading, what goes under it, and facts.
  private func block(_ title: String, _ about: String, _ tables: [Table], _ facts: FactList) -> String {
    let parts = tables.map(indented) + (facts.isEmpty ? [] : [facts.render(style, indent: 3)])
    return style.bold(ErrorText.escaped(title)) + ErrorText.escaped(about) + "\n" + parts.joined(separator: "\n")
  }

  private func indented(_ table: Table) -> String {
    let lines = table.render(style).split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    return lines.map { "   \($0)\n" }.joined()
  }

  // MARK: - Models

  private var spikeModel: String {
    let model = SpikeEnergyModel(profile: .standard)
    let spike = run.spike ?? SpikeEnergy()
    var facts = FactList()
    facts.add(
      "profile", "\(spike.profile ?? "unknown"): \(NumberFormat.joules(spike.joulesPerSpike)) per spike, 1 ms per step")
    // To the nearest, as on the page.
    let spikes = run.samples == 0 ? 0 : Int((Double(spike.spikesByStep?.sum ?? 0) / Double(run.samples)).rounded())
    facts.add(
      "per inference",
      "\(NumberFormat.joules(spike.joulesPerInference)) for \(NumberFormat.count(spikes)) spikes, "
        + "\(NumberFormat.watts(spike.watts)) over \(NumberFormat.count(run.ticks)) ms")
    if let steps = spike.stepsToTarget {
      facts.add(target, "\(NumberFormat.joules(spike.joulesToTarget)) after step \(NumberFormat.count(steps))")
    } else if run.accuracyByStep != nil {
      facts.add(target, "is not reached")
    }
    if explains {
      facts.add("formula", model.formula)
      facts.add("source", spike.source)
    }
    facts.add("left out", model.leavesOut)
    return block(model.title, " (\(model.source)): every spike costs the same", [], facts)
  }

  private var target: String {
    "to \(NumberFormat.percent(run.spike?.target ?? CountedRun.standardTarget, places: 1)) accuracy"
  }

  private var operationModel: String {
    let model = OperationEnergyModel()
    func perInference(_ total: Int?) -> String {
      total.map { NumberFormat.count(run.samples == 0 ? 0 : $0 / run.samples) } ?? "unknown"
    }
    let table = Table(
      run.operation.bills,
      [
        .text("network") { .text($0.name) }, .number("accumulates (ACs)") { .text(perInference($0.bill.accumulates)) },
        .number("MACs") { .text(perInference($0.bill.multiplyAccumulates)) },
        .number("per inference") { .text(NumberFormat.joules($0.bill.joulesPerInference)) },
      ])
    var facts = FactList()
    if explains { for row in run.operation.bills { facts.add(row.name, row.bill.formula ?? "unknown") } }
    facts.add("left out", model.leavesOut)
    let devices = Table(
      run.operation.annOnDevices,
      [
        .text("the ANN elsewhere, as published") { .text($0.device) },
        .number("per MAC") { .text(NumberFormat.joules($0.joulesPerMAC)) },
        .number("per inference") { .text(NumberFormat.joules($0.joulesPerInference)) },
      ])
    if explains { for row in run.operation.annOnDevices { facts.add(row.device, row.source ?? "unknown") } }
    return block(
      model.title, " (\(model.source))", [table] + (run.operation.annOnDevices.isEmpty ? [] : [devices]), facts)
  }

  /// An account without a layout of its own.
  private func model(_ account: EnergyAccount) -> String {
    let model = EnergyModels.named(account.name)
    var facts = FactList()
    facts.add("per inference", NumberFormat.joules(account.joulesPerInference))
    if let twin = account.twin {
      facts.add("the twin", "\(NumberFormat.joules(twin.joulesPerInference)) with activations of \(NumberFormat.count(twin.bits, of: "bit"))")
      facts.add("ratio", twin.ratio.map { "\(NumberFormat.significant($0)): below 1 the spiking network wins" })
      facts.add("even at", twin.breakEvenSpikeRate.map { "\(NumberFormat.significant($0)) spikes per neuron and step" })
      facts.add(
        "other hops",
        twin.ratioByHopEnergy.map { ratios in
          zip(["0", "0.1", "1", "10"], ratios).map { "\($0) x: \(NumberFormat.significant($1))" }.joined(separator: ", ")
        })
    }
    if let ann = account.ann {
      facts.add("the ANN", NumberFormat.joules(ann.joulesPerInference))
      facts.add("ratio", ann.ratio.map { "\(NumberFormat.significant($0)): below 1 the spiking network wins" })
    }
    add(account.items, missing: account.missing, formula: model?.formula, to: &facts)
    facts.add("left out", model?.leavesOut)
    let ann = account.ann.map { table(of: $0.items, title: "the ANN's") }
    return block(
      account.title, ": \(account.source ?? "unknown source")", [table(of: account.items)] + (ann.map { [$0] } ?? []),
      facts)
  }

  private var chipModel: String {
    let bill = run.bill ?? ChipBill()
    var table = table(of: bill.items, all: bill.knownJoules)
    table.add(["static", "power over time"] + shareCells(bill.staticJoules, of: bill.knownJoules))
    table.setFooter(["all", "what is known"] + shareCells(bill.knownJoules, of: bill.knownJoules))
    var facts = FactList()
    facts.add("per inference", NumberFormat.joules(bill.joulesPerInference))
    facts.add(
      "static",
      bill.wattsOfUnknownTime.map {
        "\(NumberFormat.watts($0)) for as long as an inference takes, which is unknown: "
          + "\(NumberFormat.joules($0 * 1e-3)) a millisecond, not in the sum"
      })
    TimeText.add(run, isFull: true, to: &facts)
    TimeText.addRealTime(run, isFull: true, style: style, to: &facts)
    for (index, busiest) in run.busiest.enumerated() {
      facts.add(index == 0 ? "bottleneck" : index == 1 ? "busiest" : "", BusiestText.text(busiest, samples: run.samples))
    }
    facts.add("per tick", run.time.secondsPerTick.map { NumberFormat.seconds($0) })
    if explains, let model = run.time.model { facts.add("time model", Self.formula(model)) }
    add(bill.items, missing: bill.missing, formula: nil, to: &facts)
    if let estimate { add(estimate, to: &facts) }
    if let figures = run.figures {
      facts.add("idle", figures.idleJoules.map { "\(NumberFormat.joules($0)) per inference, static power" })
      facts.add("dynamic", figures.dynamicJoules.map { "\(NumberFormat.joules($0)) per inference, actions" })
      facts.add("energy-delay", KeyFigureText.delay(figures, run))
      facts.add("use", KeyFigureText.use(figures))
      facts.add("area", KeyFigureText.area(cores: figures.coreSquareMillimetres, dies: figures.dieSquareMillimetres))
    }
    facts.add("left out", bill.notModelled)
    return block("Chip \(run.chip)", ": every action priced, per inference", [table], facts)
  }

  /// What missing prices might be, and the range of the sum.
  private func add(_ estimate: EnergyEstimate, to facts: inout FactList) {
    func range(_ range: ClosedRange<Double>) -> String {
      "\(NumberFormat.joules(range.lowerBound)) to \(NumberFormat.joules(range.upperBound))"
    }
    let technology = estimate.technologyNanometres.map { " to \($0) nm" }
    for item in estimate.items {
      let how = item.action == "static power" ? "per inference, by its memory" : "each"
      facts.add("estimate", item.joulesEach.map { "\(item.action) \(range($0)) \(how)" })
    }
    facts.add(
      "with them",
      estimate.joulesPerInference.map { "\(range($0)) per inference (\(estimate.model)\(technology ?? ""))" }
        ?? "no estimate: the chip's description does not say its technology")
    if explains {
      facts.add("estimates", "a price of generic-45nm times nm / 45 to (nm / 45)^3")
      let leak = EnergyEstimate.wattsPerBit.map { range in
        "\(NumberFormat.watts(range.lowerBound)) a bit of memory of the cores in use to "
          + "\(NumberFormat.watts(range.upperBound)) of all cores of the chips in use, "
          + "as the built-in chips that state both leak"
      }
      facts.add("", leak.map { "static power: \($0)" })
    }
    if !estimate.missing.isEmpty { facts.add("without", estimate.missing.joined(separator: ", ")) }
  }

  /// What costs something, per inference.
  /// - Parameter all: joules of all samples that shares are of; nil: the sum of the items.
  private func table(of items: [EnergyItem], title unit: String = "unit", all: Double? = nil) -> Table {
    let all = all ?? items.compactMap(\.joules).reduce(0, +)
    var table = Table([
      .text(unit), .text("action"), .number("per inference"), .number("share"), .number("count"), .number("each"),
    ])
    for item in items where item.joules != 0 {
      let count = Double(item.count) / Double(max(1, run.samples))
      table.add(
        [.text(item.unit), .text(item.action)] + shareCells(item.joules, of: all) + [
          .text(count < 10 ? NumberFormat.significant(count) : NumberFormat.decimal(count, places: 0)),
          .text(NumberFormat.joules(item.joulesEach)),
        ])
    }
    return table
  }

  /// Of joules of all samples: those of an inference, and their share.
  private func shareCells(_ joules: Double?, of all: Double?) -> [Table.Cell] {
    [
      .text(NumberFormat.joules(joules.map { $0 / Double(max(1, run.samples)) })),
      .text(joules.flatMap { part in all.map { NumberFormat.percent($0 > 0 ? part / $0 : 0, places: 1) } } ?? "-"),
    ]
  }

  /// What an account lacks, and its sources where they are asked for.
  private func add(_ items: [EnergyItem], missing: [String], formula: String?, to facts: inout FactList) {
    if !missing.isEmpty { facts.add("unknown", "\(missing.joined(separator: ", ")): not in the sum") }
    let free = items.filter { $0.joules == 0 }.map(\.action)
    if !free.isEmpty { facts.add("costs nothing", free.joined(separator: ", ")) }
    guard explains else { return }
    facts.add("formula", formula ?? "joules = count x joules each")
    // Prices without a source of their own are the model's.
    for item in items where item.source != nil || item.joulesEach == nil {
      facts.add(item.action, item.source ?? "unknown")
    }
  }

  private static func formula(_ model: String) -> String {
    switch TimingModel(rawValue: model) {
    case .fixed: "tick = the chip's stated tick, whatever happens in it"
    case .simple: "tick = max over cores of (generating, processing) + barrier; SANA-FE's simple model"
    case .analytic: "tick = the longest of core, message way, core input and link, nothing waiting, + barrier"
    case .detailed: "tick = end of the last message, each in order through links with finite buffers, + barrier"
    case nil: model
    }
  }

  // MARK: - Shares

  /// Where and when the chip's energy goes: by population, by core, over time, up to the target, with an early exit.
  /// Nil where the run has none of it.
  private var shares: String? {
    let bill = run.bill ?? ChipBill()
    var tables: [Table] = []
    var facts = FactList()
    if let joules = bill.joulesByPopulation, joules.count == run.populations.count, !joules.isEmpty {
      tables.append(shares("layer", joules, Array(joules.indices)) { run.populations[$0].name })
    }
    if let joules = bill.joulesByCore, joules.count > 1 {
      let order = joules.indices.sorted { (joules[$1], $0) < (joules[$0], $1) }
      tables.append(
        shares("core", joules, Array(order.prefix(Self.shownCores))) { core in
          guard core < run.cores.count, let x = run.cores[core].x, let y = run.cores[core].y else { return "\(core)" }
          return "\(core) at (\(x), \(y))"
        })
      let more = joules.count - Self.shownCores
      facts.add("more cores", more > 0 ? "\(NumberFormat.count(more)), each with less" : nil)
    }
    addTicks(bill, to: &facts)
    if let joules = bill.joulesToTarget, let steps = run.spike?.stepsToTarget {
      facts.add(
        target,
        "\(NumberFormat.joules(joules)) per inference, after step \(NumberFormat.count(steps))"
          + (bill.staticJoules == nil ? "" : ", with static power"))
    }
    TimeText.addEarlyExit(run, to: &facts)
    if tables.isEmpty && facts.isEmpty { return nil }
    if explains {
      facts.add(
        "shares",
        "an operation belongs to its receiver; a visit, an update and a spike to the neuron; a message, its hops and "
          + "its arrival to the population that sends it; among cores its arrival to the receiver")
    }
    return block("Chip energy by place and time", ", without static power", tables, facts)
  }

  private func shares(_ title: String, _ joules: [Double], _ shown: [Int], _ name: @escaping (Int) -> String) -> Table {
    let all = joules.reduce(0, +)
    let ticks = Double(max(1, run.ticksPerInference ?? run.ticks))
    func each(_ index: Int) -> Double { run.samples == 0 ? 0 : joules[index] / Double(run.samples) }
    return Table(
      shown,
      [
        .name(title, name), .number("per inference") { .text(NumberFormat.joules(each($0))) },
        .number("per tick") { .text(NumberFormat.joules(each($0) / ticks)) },
        .number("share") { .text(NumberFormat.percent(all > 0 ? joules[$0] / all : 0, places: 1)) },
      ])
  }

  /// Joules of each tick, and watts where the length of ticks is known.
  private func addTicks(_ bill: ChipBill, to facts: inout FactList) {
    guard let joules = bill.joulesByTick, !joules.isEmpty, run.samples > 0 else { return }
    let each = joules.map { $0 / Double(run.samples) }
    let mean = each.reduce(0, +) / Double(each.count)
    facts.add("over ticks", "\(Sparkline.render(each, width: 48, style: style)) 1 to \(each.count)")
    facts.add(
      "",
      "\(NumberFormat.joules(each.min())) to \(NumberFormat.joules(each.max())), mean \(NumberFormat.joules(mean))")
    guard let tick = run.time.secondsPerTick, tick > 0 else { return }
    let power = bill.staticJoules.flatMap { total in
      run.time.secondsPerInference.flatMap { $0 > 0 ? total / Double(run.samples) / $0 : nil }
    }
    facts.add(
      "",
      "\(NumberFormat.watts(mean / tick)) on average" + (power.map { ", and \(NumberFormat.watts($0)) static" } ?? ""))
  }

  private var baseline: String? {
    guard let ratios else { return nil }
    let table = Table(
      ratios,
      [
        .text("per inference") { .text($0.name) }, .number("this run") { .text(NumberFormat.joules($0.mine)) },
        .number("baseline") { .text(NumberFormat.joules($0.theirs)) },
        .number("ratio") { .text($0.ratio.map { NumberFormat.decimal($0, places: 4) } ?? "unknown") },
      ])
    return block("Against the baseline", "", [table], FactList())
  }
}
