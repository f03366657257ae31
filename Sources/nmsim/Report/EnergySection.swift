import Runtime

/// The three energy models side by side, never mixed.
struct EnergySection: Sendable {
  let run: ReportRun

  init(_ run: ReportRun) { self.run = run }

  /// Empty without any model.
  var markup: String {
    let blocks = [spike, operation, chip].compactMap { $0 }
    guard !blocks.isEmpty else { return "" }
    return """
      <h2>Energy of an inference</h2>
      <p class="note">Three models that answer different questions. They are never mixed, and none includes what it does \
      not name.</p>
      <div class="thirds">\(blocks.joined())</div>
      \(layers)
      """
  }

  /// The chip model's energy by population, where the document shares it out.
  private var layers: String {
    let populations = run.document.populations
    guard let joules = run.document.bill?.joulesByPopulation, joules.count == populations.count, run.chipJoules != nil,
      let most = joules.max(), most > 0
    else { return "" }
    let all = joules.reduce(0, +)
    var rows = ""
    for (index, population) in populations.enumerated() {
      let shown = run.perInference("energy.chip.joulesByPopulation[\(index)]", joules[index], PageNumber.joules)
      rows += "<tr><td class=\"name\">\(HTML.text(population.name))</td>"
        + "<td class=\"wide\"><span class=\"bar\"><b style=\"width:\(HTML.coordinate(100 * joules[index] / most))%\"></b></span></td>"
        + "<td class=\"n\">\(shown)</td><td class=\"n\">\(PageNumber.share(joules[index] / all))</td></tr>"
    }
    return """
      <h3 class="apart">Chip model, by layer</h3>
      <div class="scroll"><table><thead><tr><th>Population</th><th></th><th class="n">Energy an inference</th>\
      <th class="n">Share</th></tr></thead><tbody>\(rows)</tbody></table></div>
      <p class="note">Synaptic operations belong to the population that receives them, messages to the one that sends \
      them. Static power is not shared out.</p>
      """
  }

  private var spike: String? {
    guard let spike = run.document.spike, spike.joulesPerInference != nil else { return nil }
    let profile = spike.profile.map { " (profile \(HTML.text($0)))" } ?? ""
    var target = ""
    if let joules = spike.joulesToTarget, let goal = spike.target {
      target = "<p class=\"small\">\(run.value("energy.spike.joulesToTarget", joules, PageNumber.joules)) until "
        + "\(PageNumber.share(goal)) accuracy.</p>"
    }
    return """
      <div><h3>Spike model</h3>
      <p class="model">\(run.value("energy.spike.joulesPerInference", spike.joulesPerInference, PageNumber.joules))</p>
      <p class="small">Every spike costs \
      \(run.value("energy.spike.joulesPerSpike", spike.joulesPerSpike, PageNumber.joules))\(profile), whatever it reaches; \
      mean power \(run.value("energy.spike.watts", spike.watts, PageNumber.watts)) at 1\u{A0}ms a step.</p>\(target)
      <p class="small">\(HTML.text(spike.source ?? ""))</p></div>
      """
  }

  private var operation: String? {
    let o = run.document.operation
    let bills: [(name: String, path: String, bill: RunDocument.Operation.Bill?, color: Int)] = [
      ("Original network, 32-bit float", "ann", o.ann, 2),
      ("Original network, quantised", "annQuantised", o.annQuantised, 2),
      ("Spiking, 32-bit float", "snn", o.snn, 1),
      ("Spiking, integer", "snnInteger", o.snnInteger, 1),
    ]
    let most = bills.compactMap { $0.bill?.joulesPerInference }.max() ?? 0
    guard most > 0 else { return nil }
    var rows = ""
    for item in bills {
      guard let bill = item.bill, let joules = bill.joulesPerInference else { continue }
      let shown = run.value("energy.operation.\(item.path).joulesPerInference", joules, PageNumber.joules)
      rows += "<div><dt><span>\(item.name)</span><span>\(shown)</span></dt>"
        + "<dd class=\"s\(item.color)\" title=\"\(HTML.text(bill.formula ?? ""))\">"
        + "<b style=\"width:\(HTML.coordinate(100 * joules / most))%\"></b></dd></div>"
    }
    let formula = o.snn?.formula.map { "<p class=\"small\" style=\"margin-top:.8rem\">\(HTML.text($0)).</p>" } ?? ""
    return """
      <div><h3>Operation model, 45\u{A0}nm</h3><dl class="bars">\(rows)</dl>\(formula)
      <p class="small">Arithmetic only: no memory, no routing, no neuron state, no static power.</p></div>
      """
  }

  private var chip: String? {
    guard let bill = run.document.bill else { return nil }
    guard run.chipJoules != nil else {
      return """
        <div><h3>Chip model</h3><p class="model">\(ReportRun.unknown)</p>
        <p class="small">The description of \(HTML.text(run.document.chip)) has no price for what this run did.</p></div>
        """
    }
    let parts = EnergySection.units(bill, samples: run.samples)
    let total = parts.reduce(0) { $0 + $1.joules }
    var stack = ""
    var rows = ""
    for part in parts where total > 0 {
      let share = part.joules / total
      stack += "<span class=\"s\(part.color)\" style=\"flex:\(HTML.coordinate(1000 * share)) 0 0\" "
        + "title=\"\(HTML.text(part.name)): \(PageNumber.joules(part.joules))\"></span>"
      rows += "<tr><td><span class=\"key s\(part.color)\"></span> \(HTML.text(part.name))</td>"
        + "<td class=\"n\">\(PageNumber.joules(part.joules))</td><td class=\"n\">\(PageNumber.share(share))</td></tr>"
    }
    return """
      <div><h3>Chip model, by unit</h3>
      <p class="model">\(run.value("energy.chip.joulesPerInference", bill.joulesPerInference, PageNumber.joules))</p>
      <div class="stack">\(stack)</div><div class="scroll" style="margin-top:.4rem"><table>\(rows)</table></div>\
      \(bill.missing.isEmpty ? "" : "<p class=\"warn\">\(bill.missing.count) unknown, not in the sum: see the bill.</p>")</div>
      """
  }

  /// Joules an inference of each unit of the chip in the order of the bill, static energy last; units that cost nothing or
  /// whose price is unknown are left out.
  static func units(_ bill: RunDocument.Bill, samples: Double) -> [(name: String, joules: Double, color: Int)] {
    let colors = ["synapse": 1, "dendrite": 5, "soma": 2, "memory": 4, "network": 3]
    var parts: [(name: String, joules: Double, color: Int)] = []
    for item in bill.items {
      guard let joules = item.joules, joules > 0 else { continue }
      if let index = parts.firstIndex(where: { $0.name == item.unit }) {
        parts[index].joules += joules / samples
      } else {
        parts.append((item.unit, joules / samples, colors[item.unit] ?? 6))
      }
    }
    if let joules = bill.staticJoules, joules > 0 { parts.append(("static", joules / samples, 6)) }
    return parts
  }
}
