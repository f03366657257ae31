import Runtime

/// Accuracy and energy against the rate of a fault, for every kind of fault whose rate differs between runs.
///
/// A run belongs to a kind's charts where it has no other fault, and to a line with the runs of its network, chip, method,
/// steps and widths. Runs of one rate and several seeds are dots over each other; the line goes through their means. A
/// logarithmic axis has no place for 0: what there is without faults is a level.
struct FaultSection: Sendable {
  let runs: [ReportRun]

  init(_ runs: [ReportRun]) { self.runs = runs }

  var markup: String {
    let blocks = RunFaults.Kind.allCases.compactMap(block)
    guard !blocks.isEmpty else { return "" }
    return """
      <h2>Faults</h2>
      <p class="note">Dots are runs, lines go through the means of their rates; level lines are runs without faults.</p>
      \(blocks.joined(separator: "\n"))
      """
  }

  /// Runs that differ in nothing but faults.
  private struct Series {
    var key: [String]
    var runs: [ReportRun]
  }

  private func series(_ kind: RunFaults.Kind) -> [Series] {
    var result: [Series] = []
    for run in runs {
      let faults = run.document.faults
      guard faults.map({ $0.kinds.allSatisfy { $0 == kind } && $0.namedCores == 0 && $0.namedLinks == 0 }) ?? true else {
        continue
      }
      let d = run.document
      let key = [
        d.network, d.chip, d.method ?? "", "\(d.ticks)", d.program.weightBits.map(String.init) ?? "",
        d.program.membraneBits.map(String.init) ?? "", d.program.schedule ?? "",
      ]
      if let index = result.firstIndex(where: { $0.key == key }) {
        result[index].runs.append(run)
      } else {
        result.append(Series(key: key, runs: [run]))
      }
    }
    return result.filter { series in Set(series.runs.map { FaultSection.rate($0, kind) }).count > 1 }
  }

  private static func rate(_ run: ReportRun, _ kind: RunFaults.Kind) -> Double { run.document.faults?.rate(kind) ?? 0 }

  private func block(_ kind: RunFaults.Kind) -> String? {
    let series = series(kind)
    let all = series.flatMap(\.runs)
    guard !all.isEmpty else { return nil }
    let isPriced = all.allSatisfy { $0.chipJoules != nil }
    let figures = [
      chart(kind, series, "Accuracy", .fraction) { $0.document.accuracy },
      chart(kind, series, isPriced ? "Energy, chip model" : "Energy, spike model", .unit("J")) {
        isPriced ? $0.chipJoules : $0.document.spike?.joulesPerInference
      },
    ].compactMap { $0 }
    guard !figures.isEmpty else { return nil }
    return "<h3>\(HTML.text(kind.name.prefix(1).uppercased() + kind.name.dropFirst()))</h3>"
      + "<div class=\"pair\">\(figures.map { "<figure>\($0)</figure>" }.joined())</div>"
  }

  private func chart(
    _ kind: RunFaults.Kind, _ series: [Series], _ title: String, _ unit: Axis.Kind, _ value: (ReportRun) -> Double?
  ) -> String? {
    let known = series.flatMap(\.runs).compactMap { run in value(run).map { (rate: FaultSection.rate(run, kind), value: $0) } }
    let rates = known.map(\.rate).filter { $0 > 0 }
    guard !rates.isEmpty, let least = known.map(\.value).min(), let most = known.map(\.value).max() else { return nil }
    let room = max((most - least) * 0.15, most.magnitude * 1e-3)
    var chart = Chart(
      x: Axis(logarithmic: rates, kind: .fraction), y: Axis(max(0, least - room), most + room, kind: unit),
      xTitle: "rate", yTitle: title, summary: "\(title) against the rate of \(kind.name)")
    for series in series {
      let color = series.runs[0].color
      let points = series.runs.compactMap { run in value(run).map { (run: run, rate: FaultSection.rate(run, kind), value: $0) } }
      if let whole = points.first(where: { $0.rate == 0 }) {
        chart.addLevel(whole.value, name: "without", color: color)
      }
      let lines = Set(points.map(\.rate)).sorted().filter { $0 > 0 }.map { rate in
        let values = points.filter { $0.rate == rate }.map(\.value)
        return (x: rate, y: values.reduce(0, +) / Double(values.count))
      }
      chart.addLine(lines, color: color)
      for point in points where point.rate > 0 {
        chart.addDot(
          point.rate, point.value, name: "", color: color,
          title: "\(point.run.number). \(point.run.label): rate \(NumberFormat.plain(point.rate))",
          attributes: " data-fault=\"\(kind.rawValue)\" data-run=\"\(point.run.number)\"")
      }
    }
    return chart.markup
  }
}
