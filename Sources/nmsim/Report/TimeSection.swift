import ChipModel
import Runtime

/// How long an inference takes on the chip and what it waits for: cores, links, messages on their way.
struct TimeSection: Sendable {
  let run: ReportRun
  static let shownLinks = 5

  /// Empty where the tick is a stated one or its length unknown: nothing waits then.
  var markup: PageMarkup {
    let time = run.document.time
    guard let model = time.model, time.slowestCoreSeconds != nil else { return "" }
    func seconds(_ key: String, _ value: Double?) -> String? {
      value.map { run.value("time.\(key)", $0, PageNumber.seconds) }
    }
    let mean = time.samples.map { ", mean of \(run.value("time.samples", $0)) samples" } ?? ""
    var rows: [(name: String, value: String?)] = [
      ("Time model", HTML.text(model) + mean),
      ("Per inference", seconds("secondsPerInference", run.document.time.secondsPerInference)),
      ("of which the barrier", time.isBarrierFree == true ? nil : seconds("barrierSeconds", time.barrierSeconds)),
      ("The slowest core of each tick", seconds("slowestCoreSeconds", time.slowestCoreSeconds)),
      ("The busiest link of each tick", seconds("busiestLinkSeconds", time.busiestLinkSeconds)),
    ]
    if time.barrierFreeSeconds != nil {
      rows.append(("With the barrier", seconds("withBarrierSeconds", time.withBarrierSeconds)))
      rows.append(("Without it", seconds("barrierFreeSeconds", time.barrierFreeSeconds)))
    }
    if let delay = time.delay {
      rows += [
        ("Message latency", seconds("delay.meanSeconds", delay.meanSeconds)),
        ("of which queueing", seconds("delay.meanWaitingSeconds", delay.meanWaitingSeconds)),
        ("Longest message latency", seconds("delay.longestSeconds", delay.longestSeconds)),
        (
          "Out of order",
          delay.overtaken.map { overtaken in
            run.value("time.delay.overtaken", overtaken)
              + (delay.messages.map { " of \(run.value("time.delay.messages", $0)) messages" } ?? "")
          }
        ),
      ]
    }
    return """
      <h2>Time on the chip</h2>
      \(warning(time))<div class="pair">\(HTML.facts(rows))<div>\(links)</div></div>
      \(ticks)
      """
  }

  /// Says when links, not cores, make the chip slow.
  private func warning(_ time: RunResult.Time) -> String {
    guard let link = time.busiestLinkSeconds, let core = time.slowestCoreSeconds, link > core else { return "" }
    return "<p class=\"warn\">The busiest link takes longer than the slowest core: the network on chip limits the "
      + "speed.</p>"
  }

  /// The links with most messages.
  private var links: PageMarkup {
    guard let all = run.document.mesh?.links, !all.isEmpty else { return "" }
    let total = all.reduce(0.0) { $0 + Double($1.messages) }
    let busiest = all.indices.sorted { (all[$1].messages, $0) < (all[$0].messages, $1) }.prefix(Self.shownLinks)
    let table = Table(
      busiest,
      [
        .text("Busiest links") { .text(PlaceName.link(all[$0])) },
        .figure("Messages per inference") { run.perInference("mesh.links.messages[\($0)]", all[$0].messages) },
        .figure("Share") {
          let list = "mesh.links.messages"
          return total > 0
            ? run.derived("\(list)[\($0)] / sum(\(list))", Double(all[$0].messages) / total, PageNumber.share) : ""
        },
      ])
    return table.markup("links")
  }

  /// The length of each tick.
  private var ticks: PageMarkup {
    let t = run.document.time
    let values = t.femtosecondsByTick ?? []
    guard values.count > 1, let timed = t.samples, timed > 0 else { return "" }
    let means = values.map { Double($0) / Double(timed) / 1e15 }
    var chart = Chart(
      over: "tick", means.count, y: Axis(0, means.max() ?? 0, kind: .unit("s"), widened: true),
      title: "Length of a tick", summary: "The length of each tick of an inference", height: .short)
    chart.addArea(means)
    chart.addCurve(
      means, name: "length", color: 1, attributes: run.series("time.femtosecondsByTick", per: Double(timed) * 1e15))
    return "<figure>\(chart.markup)<figcaption>Mean of the timed samples, barrier included.</figcaption></figure>"
  }
}
