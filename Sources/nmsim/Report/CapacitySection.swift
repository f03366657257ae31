import Runtime

/// How full the cores are, resource by resource.
struct CapacitySection: Sendable {
  let run: ReportRun

  init(_ run: ReportRun) { self.run = run }

  /// One resource of a core.
  private struct Resource {
    var name: String
    var used: [Int]
    var limit: Int?
    var limitPath: String
    var bits = false
    var color: Int
  }

  private var resources: [Resource] {
    let d = run.document
    let mesh = d.mesh
    var result = [
      Resource(
        name: "Neurons", used: d.cores.map(\.neurons), limit: mesh?.neurons, limitPath: "mesh.limits.neurons", color: 1)
    ]
    if let fit = d.fit, fit.synapseBits.count == d.cores.count {
      result.append(
        Resource(
          name: "Synapse memory", used: fit.synapseBits, limit: fit.synapseBitsPerCore,
          limitPath: "fit.synapseBitsPerCore", bits: true, color: 4))
    }
    let axons = [
      ("Input axons", d.cores.compactMap(\.inputAxons), mesh?.inputAxons, "mesh.limits.inputAxons", 3),
      ("Output axons", d.cores.compactMap(\.outputAxons), mesh?.outputAxons, "mesh.limits.outputAxons", 2),
    ]
    for (name, used, limit, path, color) in axons where used.count == d.cores.count {
      result.append(Resource(name: name, used: used, limit: limit, limitPath: path, color: color))
    }
    return result
  }

  /// Empty without cores.
  var markup: String {
    guard !run.document.cores.isEmpty else { return "" }
    let resources = resources
    let limited = resources.filter { ($0.limit ?? 0) > 0 }
    let chart = run.document.cores.count >= 8 && !limited.isEmpty ? chart(limited) : ""
    let block = chart.isEmpty ? table(resources) : "<div class=\"pair\"><div>\(table(resources))</div>\(chart)</div>"
    return """
      <h2>Capacity of the cores</h2>
      <p class="note">\(summary)</p>
      \(block)
      """
  }

  private var summary: String {
    let cores = run.document.cores.count
    let all = run.document.fit?.coresOfChip.map { " of \(run.value("fit.coresOfChip", $0))" } ?? ""
    return "\(PageNumber.integer(cores))\(all) core\(cores == 1 && all.isEmpty ? "" : "s") in use. "
      + "Where no limit is published, none is checked."
  }

  private func table(_ resources: [Resource]) -> String {
    var rows = ""
    for resource in resources {
      func amount(_ value: Double) -> String {
        resource.bits ? PageNumber.rounded(value, unit: "bit") : PageNumber.count(value)
      }
      let most = Double(resource.used.max() ?? 0)
      let mean = resource.used.reduce(0.0) { $0 + Double($1) } / Double(max(1, resource.used.count))
      let limit = resource.limit.flatMap { $0 > 0 ? Double($0) : nil }
      let shown = limit == nil
        ? ReportRun.unknown : resource.bits
        ? run.value(resource.limitPath, limit) { PageNumber.rounded($0, unit: "bit") }
        : run.value(resource.limitPath, resource.limit)
      func cell(_ value: Double) -> String {
        let share = limit.map { "<span class=\"sub\">\(PageNumber.share(value / $0))</span>" } ?? ""
        return "<td class=\"n\">\(amount(value))\(share)</td>"
      }
      rows += "<tr><td><span class=\"key s\(resource.color)\"></span> \(resource.name)</td><td class=\"n\">\(shown)</td>"
        + cell(most) + cell(mean) + "</tr>"
    }
    return """
      <div class="scroll"><table>
      <thead><tr><th>Of a core</th><th class="n">Limit</th><th class="n">Fullest core</th><th class="n">Mean</th></tr></thead>
      <tbody>\(rows)</tbody></table></div>
      """
  }

  /// Every core's share of each limit, fullest first.
  private func chart(_ resources: [Resource]) -> String {
    let cores = run.document.cores.count
    var chart = Chart(
      x: Axis(1, Double(cores)), y: Axis(0, 1, kind: .fraction), xTitle: "cores, fullest first", yTitle: "Used",
      summary: "Share of each limit that cores use, fullest first")
    chart.heightClass = "short"
    for resource in resources {
      guard let limit = resource.limit else { continue }
      let shares = resource.used.sorted(by: >).map { Double($0) / Double(limit) }
      chart.addLine(
        ReportRun.drawn(shares.count).map { (x: Double($0 + 1), y: shares[$0]) }, color: resource.color)
    }
    return "<figure>\(chart.markup)</figure>"
  }
}
