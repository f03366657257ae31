import Runtime

/// How full the cores are, resource by resource.
struct CapacitySection: Sendable {
  let run: ReportRun

  /// One resource of a core.
  private struct Resource {
    var name: String
    var used: [Int]
    var limit: Int?
    var limitPath: String
    var bits = false
    var color: Int

    func amount(_ value: Double) -> String {
      bits ? PageNumber.rounded(value, unit: "bit") : PageNumber.count(value)
    }
  }

  private var resources: [Resource] {
    let d = run.document
    let mesh = d.mesh
    var result = [
      Resource(
        name: "Neurons", used: d.cores.map(\.neurons), limit: mesh?.limits.neurons, limitPath: "mesh.limits.neurons", color: 1)
    ]
    if let fit = d.fit, fit.synapseBits.count == d.cores.count {
      result.append(
        Resource(
          name: "Synapse memory", used: fit.synapseBits, limit: fit.synapseBitsPerCore,
          limitPath: "fit.synapseBitsPerCore", bits: true, color: 4))
    }
    let axons = [
      ("Input axons", d.cores.compactMap(\.inputAxons), mesh?.limits.inputAxons, "mesh.limits.inputAxons", 3),
      ("Output axons", d.cores.compactMap(\.outputAxons), mesh?.limits.outputAxons, "mesh.limits.outputAxons", 2),
    ]
    for (name, used, limit, path, color) in axons where used.count == d.cores.count {
      result.append(Resource(name: name, used: used, limit: limit, limitPath: path, color: color))
    }
    return result
  }

  /// Empty without cores.
  var markup: PageMarkup {
    guard !run.document.cores.isEmpty else { return "" }
    let resources = resources
    let limited = resources.filter { ($0.limit ?? 0) > 0 }
    let chart: PageMarkup = run.document.cores.count >= 8 && !limited.isEmpty ? chart(limited) : ""
    let block: PageMarkup = chart.isEmpty ? table(resources) : "<div class=\"pair\"><div>\(table(resources))</div>\(chart)</div>"
    return """
      <h2>Capacity of the cores</h2>
      <p class="note">\(summary)\(bottleneck)</p>
      \(block)
      """
  }

  private var bottleneck: String {
    BusiestText.bottleneck(run.document).map { " Bottleneck of the time: \(HTML.text($0))." } ?? ""
  }

  private var summary: String {
    let cores = run.document.cores.count
    let all = run.document.fit?.coresOfChip.map { " of \(run.value("fit.coresOfChip", $0))" } ?? ""
    return "\(PageNumber.integer(cores))\(all) core\(cores == 1 && all.isEmpty ? "" : "s") in use. "
      + "Where no limit is published, none is checked."
  }

  private func table(_ resources: [Resource]) -> PageMarkup {
    func cell(_ resource: Resource, _ value: Double) -> String {
      let share = resource.limit.flatMap { $0 > 0 ? PageNumber.share(value / Double($0)) : nil }
      return resource.amount(value) + HTML.sub(share)
    }
    let table = Table(
      resources,
      [
        .text("Of a core") { .markup("\(HTML.key($0.color)) \($0.name)") },
        .figure("Limit") { resource in
          guard let limit = resource.limit, limit > 0 else { return ReportRun.unknown }
          return run.value(resource.limitPath, Double(limit), resource.amount)
        },
        .figure("Fullest core") { cell($0, Double($0.used.max() ?? 0)) },
        .figure("Mean") { cell($0, $0.used.reduce(0.0) { $0 + Double($1) } / Double(max(1, $0.used.count))) },
      ])
    return table.markup("resources")
  }

  /// Every core's share of each limit, fullest first.
  private func chart(_ resources: [Resource]) -> PageMarkup {
    var chart = Chart(
      over: "cores, fullest first", run.document.cores.count, y: Axis(0, 1, kind: .fraction), title: "Used",
      summary: "Share of each limit that cores use, fullest first", height: .short)
    for resource in resources {
      guard let limit = resource.limit else { continue }
      chart.addCurve(resource.used.sorted(by: >).map { Double($0) / Double(limit) }, name: resource.name, color: resource.color)
    }
    return "<figure>\(chart.markup)</figure>"
  }
}
