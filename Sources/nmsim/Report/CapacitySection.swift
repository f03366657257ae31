import Runtime

/// How full the cores are, resource by resource.
struct CapacitySection: Sendable {
  let run: ReportRun

  /// One resource of a core.
  private struct Resource {
    var name: String
    var used: [Int]
    var usedPath: String
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
        name: "Neurons", used: d.cores.map(\.neurons), usedPath: "cores[*].neurons", limit: mesh?.limits.neurons,
        limitPath: "mesh.limits.neurons", color: 1)
    ]
    if let fit = d.fit, fit.synapseBits.count == d.cores.count {
      result.append(
        Resource(
          name: "Synapse memory", used: fit.synapseBits, usedPath: "fit.synapseBits", limit: fit.synapseBitsPerCore,
          limitPath: "fit.synapseBitsPerCore", bits: true, color: 4))
    }
    let axons = [
      ("Input axons", d.cores.compactMap(\.inputAxons), mesh?.limits.inputAxons, "inputAxons", 3),
      ("Output axons", d.cores.compactMap(\.outputAxons), mesh?.limits.outputAxons, "outputAxons", 2),
    ]
    for (name, used, limit, key, color) in axons where used.count == d.cores.count {
      result.append(
        Resource(
          name: name, used: used, usedPath: "cores[*].\(key)", limit: limit, limitPath: "mesh.limits.\(key)", color: color))
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
    guard let busiest = run.document.busiest.first else { return "" }
    let times = busiest.mean.flatMap { mean in
      mean > 0
        ? ", \(run.derived("busiest[0].count / busiest[0].mean", Double(busiest.count) / mean, PageNumber.significant)) times "
          + "the mean" : nil
    }
    let share = busiest.utilisation.map { "\(run.value("busiest[0].utilisation", $0, PageNumber.share)) of the time" }
    return " Bottleneck of the time: \(HTML.text(busiest.place(run.document))), "
      + "\(HTML.text(BusiestText.name(of: busiest.operation))): \(run.perInference("busiest[0].count", busiest.count)) "
      + "per inference\(times ?? ""), \(share ?? "of unknown time")."
  }

  private var summary: String {
    let cores = run.document.cores.count
    let all = run.document.fit?.coresOfChip.map { " of \(run.value("fit.coresOfChip", $0))" } ?? ""
    return "\(run.derived("count(cores)", cores))\(all) core\(cores == 1 && all.isEmpty ? "" : "s") in use. "
      + "Where no limit is published, none is checked."
  }

  private func table(_ resources: [Resource]) -> PageMarkup {
    func cell(_ resource: Resource, _ value: Double, _ formula: String) -> String {
      let share = resource.limit.flatMap { limit in
        limit > 0
          ? run.derived("\(formula) / \(resource.limitPath)", value / Double(limit), PageNumber.share) : nil
      }
      return run.derived(formula, value, resource.amount) + HTML.sub(share)
    }
    let table = Table(
      resources,
      [
        .text("Of a core") { .markup("\(HTML.key($0.color)) \($0.name)") },
        .figure("Limit") { resource in
          guard let limit = resource.limit, limit > 0 else { return ReportRun.unknown }
          return run.value(resource.limitPath, Double(limit), resource.amount)
        },
        .figure("Fullest core") { cell($0, Double($0.used.max() ?? 0), "max(\($0.usedPath))") },
        .figure("Mean") { resource in
          let path = resource.usedPath
          let mean = resource.used.reduce(0.0) { $0 + Double($1) } / Double(max(1, resource.used.count))
          return cell(resource, mean, "sum(\(path)) / count(\(path))")
        },
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
