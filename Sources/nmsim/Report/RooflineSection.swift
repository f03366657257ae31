import Runtime

/// How near cores come to what the chip's description lets them do: operations a second against operations a message.
struct RooflineSection: Sendable {
  let run: ReportRun

  /// Empty without cores.
  var markup: String {
    guard let roofline = run.document.roofline else { return "" }
    return """
      <h2>Roofline</h2>
      <p class="note">Each dot is a core: the more operations a message brings, the further right; the more it does in a second \
      of the inference, the higher. A core at a line is limited by it.</p>
      <div class="pair"><figure>\(figure(roofline))</figure><div>\(table(roofline))</div></div>
      """
  }

  private func table(_ roofline: Roofline) -> String {
    let each = [
      "synapticOperations": ("secondsPerOperation", roofline.secondsPerOperation),
      "neuronUpdates": ("secondsPerUpdate", roofline.secondsPerUpdate),
      "neuronVisits": ("secondsPerUpdate", roofline.secondsPerUpdate),
      "messagesIn": ("secondsPerMessage", roofline.secondsPerMessage),
    ]
    let busiest = run.document.busiest
    let table = Table(
      Array(busiest.indices),
      [
        .name("Most of") { BusiestText.name(of: busiest[$0].operation) },
        .text("Where") { .text(busiest[$0].core.map { "core \($0)" } ?? "link \(busiest[$0].link ?? "")") },
        .figure("Per inference") { run.perInference("busiest[\($0)].count", busiest[$0].count) },
        .figure("Time of one") { index in
          each[busiest[index].operation].map { run.value("roofline.\($0.0)", $0.1, PageNumber.seconds) } ?? ""
        },
        .figure("Share of the time") { run.value("busiest[\($0)].utilisation", busiest[$0].utilisation, PageNumber.share) },
      ])
    return table.markup()
  }

  private func figure(_ roofline: Roofline) -> String {
    let cores = run.document.cores
    guard let seconds = run.document.time.secondsPerInference, seconds > 0 else {
      return "<p>No picture: the time of an inference is \(ReportRun.unknown), and with it what cores do in a second.</p>"
    }
    let dots = cores.indices.compactMap { core -> (core: Int, x: Double, y: Double)? in
      let (operations, messages) = (Double(cores[core].synapticOperations), Double(cores[core].messagesIn))
      return operations > 0 && messages > 0 ? (core, operations / messages, operations / run.samples / seconds) : nil
    }
    guard let least = dots.map(\.x).min(), let most = dots.map(\.x).max() else {
      return "<p>No picture: messages bring no core any operation.</p>"
    }
    // A limit of 0 seconds is none.
    let peak = roofline.secondsPerOperation.flatMap { $0 > 0 ? 1 / $0 : nil }
    let messages = roofline.secondsPerMessage.flatMap { $0 > 0 ? 1 / $0 : nil }
    // Left of the ridge messages are the limit, right of it the core's operations. It is shown unless that is far off.
    let meeting = peak.flatMap { peak in messages.map { peak / $0 } }
    let near = meeting.flatMap { (least / 300...most * 300).contains($0) ? $0 : nil }
    let (low, high) = (min(least, near ?? least) / 2, max(most, near ?? most) * 2)
    let ridge = min(high, max(low, meeting ?? (peak == nil ? high : low)))
    let slope = messages.map { rate in ridge > low ? [low, ridge].map { (x: $0, y: $0 * rate) } : [] } ?? []
    let level = peak.map { peak in ridge < high ? [ridge, high].map { (x: $0, y: peak) } : [] } ?? []
    let heights = dots.map(\.y) + slope.map(\.y) + level.map(\.y)
    var chart = Chart(
      x: Axis(logarithmic: [low, high], kind: .number), y: Axis(logarithmic: heights, kind: .unit("/s")),
      xTitle: "Operations a message", yTitle: "Operations a second",
      summary: "Operations a second against operations a message of \(dots.count) cores")
    chart.heightClass = "tall"
    chart.addLine(slope, color: 3)
    chart.addLine(level, color: 2)
    let shown = ReportRun.shown(of: dots.count) { dots[$0].y }
    for index in shown {
      let (core, x, y) = dots[index]
      chart.addDot(
        x, y, name: "", color: 1, title: "core \(core): \(PageNumber.significant(x)) operations a message, \(PageNumber.count(y)) a second")
    }
    let limits = [("core's operations", peak, 2, roofline.secondsPerOperation), ("messages", messages, 3, roofline.secondsPerMessage)]
    let legend = HTML.legend(
      [("cores", 1)]
        + limits.map { name, rate, color, each in
          (rate.map { "limit of the \(name), \(PageNumber.count($0)) a second" }
            ?? (each == nil ? "limit of the \(name): unknown" : "\(name) take no time"), color)
        })
    let silent = cores.count - dots.count
    let note = silent == 0 ? "" : "\(PageNumber.integer(silent)) of \(PageNumber.integer(cores.count)) cores hear no message, or do nothing with it."
    return "\(chart.markup)\(legend)<figcaption>\(note)</figcaption>"
  }
}
