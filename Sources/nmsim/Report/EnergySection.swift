import Runtime

/// The energy models side by side, never mixed.
struct EnergySection: Sendable {
  let run: ReportRun

  /// Empty without any model.
  var markup: PageMarkup {
    let blocks = ([spike, operation] + run.document.energy.others.map(other) + [chip]).compactMap { $0 }
    guard !blocks.isEmpty else { return "" }
    return """
      <h2>Energy per inference</h2>
      <p class="note">Models that answer different questions. They are never mixed, and none includes what it does \
      not name.</p>
      <div class="thirds">\(blocks.joined())</div>
      \(realTime)
      \(layers)
      """
  }

  /// What flows while an input lasts that has a time of its own.
  private var realTime: PageMarkup {
    guard let real = run.document.realTime else { return "" }
    func shown(_ key: String, _ value: Double?, _ format: (Double) -> String) -> String? {
      value.map { run.value("realTime.\(key)", $0, format) }
    }
    let pace = shown("speed", real.speed) { PageNumber.significant($0) }
    let facts = HTML.facts([
      ("Input", shown("secondsOfInput", real.secondsOfInput, PageNumber.seconds)),
      ("A step of it", shown("secondsPerStep", real.secondsPerStep, PageNumber.seconds)),
      ("Steps per tick, above 1 faster than real time", pace ?? ReportRun.unknown),
      ("Energy while it lasts, chip model", shown("joulesPerInference", real.joulesPerInference, PageNumber.joules)),
      ("of which static power", shown("idleJoules", real.idleJoules, PageNumber.joules) ?? ReportRun.unknown),
      ("Mean power", shown("watts", real.watts, PageNumber.watts)),
    ])
    var figure: PageMarkup = ""
    if let watts = real.wattsBySecond, watts.count > 1 {
      var chart = Chart(
        over: "second", watts.count, y: Axis(0, watts.max() ?? 0, kind: .unit("W"), widened: true), title: "Power",
        summary: "Mean power in each second of the input", height: .short)
      chart.addArea(watts)
      chart.addCurve(watts, name: "power", color: 1, attributes: run.series("realTime.wattsBySecond"))
      figure = "<figure>\(chart.markup)</figure>"
    }
    return "<h3 class=\"apart\">Real time</h3>\n<div class=\"pair\">\(facts)\(figure)</div>"
  }

  /// The chip model's energy by population, where the document shares it out.
  private var layers: PageMarkup {
    let populations = run.document.populations
    guard let joules = run.document.bill?.joulesByPopulation, joules.count == populations.count, run.chipJoules != nil,
      let most = joules.max(), most > 0
    else { return "" }
    let all = joules.reduce(0, +)
    let shown = ReportRun.shown(of: joules.count) { joules[$0] }
    var table = Table(
      shown,
      [
        .name("Layer") { populations[$0].name },
        .bar { HTML.bar(joules[$0], of: most) },
        .figure("Energy per inference") {
          run.perInference("energy.chip.joulesByPopulation[\($0)]", joules[$0], PageNumber.joules)
        },
        .figure("Share") {
          let list = "energy.chip.joulesByPopulation"
          return run.derived("\(list)[\($0)] / sum(\(list))", joules[$0] / all, PageNumber.share)
        },
      ])
    if shown.count < joules.count {
      let others = all - shown.reduce(0) { $0 + joules[$1] }
      table.add(["Others", "", .text(PageNumber.joules(others / run.samples)), .text(PageNumber.share(others / all))])
    }
    return """
      <h3 class="apart">Chip model, by layer</h3>
      \(table.markup("layers"))
      \(ReportRun.note(shown, of: joules.count, by: "most energy", others: "are summed"))
      <p class="note">Synaptic operations belong to the layer that receives them, messages to the one that sends \
      them. Static power is not shared out.</p>
      """
  }

  private var spike: PageMarkup? {
    guard let spike = run.document.spike, spike.joulesPerInference != nil else { return nil }
    let profile = spike.profile.map { " (profile \(HTML.text($0)))" } ?? ""
    var target = ""
    if let joules = spike.joulesToTarget, let goal = spike.target {
      target = "<p class=\"small\">\(run.value("energy.spike.joulesToTarget", joules, PageNumber.joules)) until "
        + "\(run.value("energy.spike.target", goal, PageNumber.share)) accuracy.</p>"
    }
    return """
      <div><h3>Spike model</h3>
      <p class="model">\(run.value("energy.spike.joulesPerInference", spike.joulesPerInference, PageNumber.joules))</p>
      <p class="small">Every spike costs \
      \(run.value("energy.spike.joulesPerSpike", spike.joulesPerSpike, PageNumber.joules))\(profile), whatever it reaches; \
      mean power \(run.value("energy.spike.watts", spike.watts, PageNumber.watts)) at 1\u{A0}ms per step.</p>\(target)
      <p class="small">\(HTML.text(spike.source ?? ""))</p></div>
      """
  }

  private var operation: PageMarkup? {
    let o = run.document.operation
    let bills: [(name: String, path: String, bill: OperationEnergy.Bill?, color: Int)] = [
      ("ANN, 32-bit float", "ann", o.ann, 2),
      ("ANN, quantised", "annQuantised", o.annQuantised, 2),
      ("Spiking, 32-bit float", "snn", o.snn, 1),
      ("Spiking, integer", "snnInteger", o.snnInteger, 1),
    ]
    let most = bills.compactMap { $0.bill?.joulesPerInference }.max() ?? 0
    guard most > 0 else { return nil }
    var rows = ""
    var table = Table([.text("Network"), .number("Energy per inference")])
    for item in bills {
      guard let bill = item.bill, let joules = bill.joulesPerInference else { continue }
      let shown = run.value("energy.operation.\(item.path).joulesPerInference", joules, PageNumber.joules)
      table.add([.text(item.name), .markup(shown)])
      rows += "<div><dt><span>\(item.name)</span><span>\(shown)</span></dt>"
        + "<dd class=\"s\(item.color)\" title=\"\(HTML.text(bill.formula ?? ""))\">"
        + "<b style=\"width:\(HTML.coordinate(100 * joules / most))%\"></b></dd></div>"
    }
    let formula = o.snn?.formula.map { "<p class=\"small\" style=\"margin-top:.8rem\">\(HTML.text($0)).</p>" } ?? ""
    return """
      <div><h3>Operation model, 45\u{A0}nm</h3><dl class="bars">\(rows)</dl>\(formula)
      <p class="small">Arithmetic only: no memory, no routing, no neuron state, no static power.</p>\(table.hidden("operation"))</div>
      """
  }

  /// An account without a drawing of its own.
  private func other(_ account: EnergyAccount) -> PageMarkup? {
    guard let joules = account.joulesPerInference else { return nil }
    let path = "energy.\(account.name).joulesPerInference"
    let table = Table(
      account.items.indices,
      [
        .text("Unit") { .text(account.items[$0].unit) },
        .text("Action") { .text(BillSection.words(account.items[$0].action)) },
        .figure("Count") { run.perInference("energy.\(account.name).items[\($0)].count", account.items[$0].count) },
        .figure("Energy") {
          run.perInference("energy.\(account.name).items[\($0)].joules", account.items[$0].joules, PageNumber.joules)
        },
      ])
    let missing = account.missing.joined(separator: ", ")
    var ann = ""
    if let other = account.ann, let ratio = other.ratio {
      let own = "energy.\(account.name).ann"
      ann =
        "<p class=\"small\">The ANN "
        + run.value("\(own).joulesPerInference", other.joulesPerInference, PageNumber.joules)
        + ", ratio \(run.value("\(own).ratio", ratio, PageNumber.significant)).</p>"
    }
    return """
      <div><h3>\(HTML.text(account.title))</h3><p class="model">\(run.value(path, joules, PageNumber.joules))</p>
      \(table.markup(account.name))\(ann)\
      \(missing.isEmpty ? "" : "<p class=\"warn\">Unknown, not in the sum: \(HTML.text(missing)).</p>")
      <p class="small">\(HTML.text(account.source ?? ""))</p></div>
      """
  }

  private var chip: PageMarkup? {
    guard let bill = run.document.bill else { return nil }
    guard run.chipJoules != nil else {
      return """
        <div><h3>Chip model</h3><p class="model">\(ReportRun.unknown)</p>
        <p class="small">The description of \(HTML.text(run.document.chip)) has no price for what this run did.</p></div>
        """
    }
    let parts = EnergySection.units(bill, samples: run.samples)
    let total = parts.reduce(0) { $0 + $1.joules }
    let table = Table(
      total > 0 ? parts : [],
      [
        .text("") { .markup("\(HTML.key($0.color)) \(HTML.text($0.name))") },
        .figure("") { run.derived("(\($0.formula)) / samples", $0.joules, PageNumber.joules) },
        .figure("") {
          let formula = "(\($0.formula)) / (energy.chip.joulesPerInference * samples)"
          return run.derived(formula, $0.joules / total, PageNumber.share)
        },
      ])
    let missing = bill.missing.isEmpty
      ? ""
      : "<p class=\"warn\">\(run.derived("count(energy.chip.missing)", bill.missing.count)) unknown, not in the sum: see the "
        + "breakdown.</p>"
    return """
      <div><h3>Chip model, by unit</h3>
      <p class="model">\(run.value("energy.chip.joulesPerInference", bill.joulesPerInference, PageNumber.joules))</p>
      <div class="stack">\(total > 0 ? HTML.stack(parts, of: total) : "")</div>\(table.markup("units"))\
      \(missing)</div>
      """
  }

  /// Joules an inference of each unit of the chip in the order of the bill, static energy last; units that cost nothing or
  /// whose price is unknown are left out.
  /// The formula is of the joules of all samples.
  static func units(
    _ bill: ChipBill, samples: Double
  ) -> [(name: String, joules: Double, color: Int, formula: String)] {
    let colors = ["synapse": 1, "dendrite": 5, "soma": 2, "memory": 4, "network": 3]
    var parts: [(name: String, joules: Double, color: Int, formula: String)] = []
    for (number, item) in bill.items.enumerated() {
      guard let joules = item.joules, joules > 0 else { continue }
      let path = "energy.chip.items[\(number)].joules"
      if let index = parts.firstIndex(where: { $0.name == item.unit }) {
        parts[index].joules += joules / samples
        parts[index].formula += " + \(path)"
      } else {
        parts.append((item.unit, joules / samples, colors[item.unit] ?? 6, path))
      }
    }
    if let joules = bill.staticJoules, joules > 0 { parts.append(("static", joules / samples, 6, "energy.chip.staticJoules")) }
    return parts
  }
}
