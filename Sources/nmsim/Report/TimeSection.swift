import ChipModel
import Runtime

/// How long an inference takes on the chip and what it waits for: cores, links, messages on their way.
struct TimeSection: Sendable {
  let run: ReportRun
  static let shownLinks = 5

  init(_ run: ReportRun) { self.run = run }

  /// Empty where the tick is a stated one or its length unknown: nothing waits then.
  var markup: String {
    let time = run.document.time
    guard let model = time.model, time.slowestCoreSeconds != nil else { return "" }
    func seconds(_ key: String, _ value: Double?) -> String? {
      value.map { run.value("time.\(key)", $0, PageNumber.seconds) }
    }
    let mean = time.samples.map { ", mean of \(run.value("time.samples", $0)) samples" } ?? ""
    var rows: [(String, String?)] = [
      ("Time model", HTML.text(model) + mean),
      ("An inference", seconds("secondsPerInference", run.document.secondsPerInference)),
      ("of it the barrier", time.barrierFree ? nil : seconds("barrierSeconds", time.barrierSeconds)),
      ("The slowest core of each tick", seconds("slowestCoreSeconds", time.slowestCoreSeconds)),
      ("The busiest link of each tick", seconds("busiestLinkSeconds", time.busiestLinkSeconds)),
    ]
    if time.barrierFreeSeconds != nil {
      rows.append(("With the barrier", seconds("withBarrierSeconds", time.withBarrierSeconds)))
      rows.append(("Without it", seconds("barrierFreeSeconds", time.barrierFreeSeconds)))
    }
    if let delay = time.delay {
      rows += [
        ("A message on its way", seconds("delay.meanSeconds", delay.meanSeconds)),
        ("of it waiting", seconds("delay.meanWaitingSeconds", delay.meanWaitingSeconds)),
        ("The longest on its way", seconds("delay.longestSeconds", delay.longestSeconds)),
        (
          "Overtaken by a later one",
          delay.overtaken.map { overtaken in
            run.value("time.delay.overtaken", overtaken)
              + (delay.messages.map { " of \(run.value("time.delay.messages", $0)) messages" } ?? "")
          }
        ),
      ]
    }
    let list = rows.compactMap { row in row.1.map { "<dt>\(row.0)</dt><dd>\($0)</dd>" } }.joined()
    return """
      <h2>Time on the chip</h2>
      \(warning(time))<div class="pair"><dl class="what">\(list)</dl><div>\(links)</div></div>
      \(ticks)
      """
  }

  /// Says when links, not cores, make the chip slow.
  private func warning(_ time: RunDocument.Time) -> String {
    guard let link = time.busiestLinkSeconds, let core = time.slowestCoreSeconds, link > core else { return "" }
    return "<p class=\"warn\">The busiest link takes longer than the slowest core: the network on chip limits the "
      + "speed.</p>"
  }

  /// The links with most messages.
  private var links: String {
    guard let all = run.document.mesh?.links, !all.isEmpty else { return "" }
    let total = all.reduce(0.0) { $0 + Double($1.messages) }
    let busiest = all.indices.sorted { (all[$1].messages, $0) < (all[$0].messages, $1) }.prefix(Self.shownLinks)
    let rows = busiest.map { index in
      let link = all[index]
      return "<tr><td>\(link.x), \(link.y) to the \(link.direction.rawValue)</td>"
        + "<td class=\"n\">\(run.perInference("mesh.links.messages[\(index)]", link.messages))</td>"
        + "<td class=\"n\">\(total > 0 ? PageNumber.share(Double(link.messages) / total) : "")</td></tr>"
    }.joined()
    return """
      <div class="scroll"><table>
      <thead><tr><th>Busiest links, from tile</th><th class="n">Messages an inference</th>\
      <th class="n">Share</th></tr></thead>
      <tbody>\(rows)</tbody></table></div>
      """
  }

  /// The length of each tick.
  private var ticks: String {
    let t = run.document.time
    let values = t.femtosecondsByTick
    guard values.count > 1, let timed = t.samples, timed > 0 else { return "" }
    let means = values.map { Double($0) / Double(timed) / 1e15 }
    var chart = Chart(
      x: Axis(1, Double(means.count)), y: Axis(0, means.max() ?? 0, kind: .unit("s"), widened: true), xTitle: "tick",
      yTitle: "Length of a tick", summary: "The length of each tick of an inference")
    chart.heightClass = "short"
    let drawn = ReportRun.drawn(means.count)
    chart.addBand(drawn.map { (x: Double($0 + 1), low: 0, high: means[$0]) }, color: 1, style: "band")
    chart.addLine(
      drawn.map { (x: Double($0 + 1), y: means[$0]) }, color: 1,
      attributes: run.series("time.femtosecondsByTick", values.map(Double.init)))
    chart.addStrips(
      ReportRun.hovered(means.count).map {
        (x: Double($0 + 1), text: "tick \($0 + 1): \(PageNumber.seconds(means[$0]))")
      })
    return "<figure>\(chart.markup)<figcaption>Mean of the timed samples, barrier included.</figcaption></figure>"
  }
}
