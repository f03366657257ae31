import Runtime

/// How near cores come to what the chip's description lets them do: operations per second against operations per message.
struct RooflineSection: Sendable {
  let run: ReportRun

  /// Empty without cores.
  var markup: PageMarkup {
    guard let roofline = run.document.roofline else { return "" }
    return """
      <h2>Roofline</h2>
      <p class="note">Each dot is a core: the more operations a message brings, the further right; the more it does in \
      a second of the inference, the higher. A core at a line is limited by it.</p>
      <div class="pair"><figure>\(figure(roofline))</figure><div>\(table(roofline))</div></div>
      """
  }

  private func table(_ roofline: Roofline) -> PageMarkup {
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
        .text("Where") { .text(busiest[$0].place(run.document)) },
        .figure("Per inference") { run.perInference("busiest[\($0)].count", busiest[$0].count) },
        .figure("Time of one") { index in
          each[busiest[index].operation].map { run.value("roofline.\($0.0)", $0.1, PageNumber.seconds) } ?? ""
        },
        .figure("Share of the time") {
          run.value("busiest[\($0)].utilisation", busiest[$0].utilisation, PageNumber.share)
        },
      ])
    return table.markup("busiest")
  }

  private func figure(_ roofline: Roofline) -> PageMarkup {
    let cores = run.document.cores
    guard let seconds = run.document.time.secondsPerInference, seconds > 0 else {
      return
        "<p>No picture: the time of an inference is \(ReportRun.unknown), and with it what cores do in a second.</p>"
    }
    let dots = cores.indices.compactMap { core in
      RooflineChart.Dot(
        operations: Double(cores[core].synapticOperations), messages: Double(cores[core].messagesIn),
        seconds: seconds * run.samples, color: 1, name: "core \(core)")
    }
    let roof = RooflineChart.Roof(
      secondsPerOperation: roofline.secondsPerOperation, secondsPerMessage: roofline.secondsPerMessage)
    guard let chart = RooflineChart(dots: dots, roofs: [roof], what: "cores").markup else {
      return "<p>No picture: messages bring no core any operation.</p>"
    }
    let limits = [
      ("core's operations", roof.operations, 2, roofline.secondsPerOperation),
      ("messages", roof.messages, 3, roofline.secondsPerMessage),
    ]
    let legend = HTML.legend(
      [("cores", 1)]
        + limits.map { name, rate, color, each in
          let known = rate != nil ? "limit of the \(name)" : "\(name) take no time"
          return (rate == nil && each == nil ? "limit of the \(name): unknown" : known, color)
        })
    func most(_ key: String, _ rate: Double?, _ what: String) -> String {
      rate.map { "At most \(run.derived("1 / roofline.\(key)", $0, PageNumber.count)) \(what) per second. " } ?? ""
    }
    let silent = cores.count - dots.count
    let all = run.derived("count(cores)", cores.count)
    let note = silent == 0 ? "" : "\(all) cores in all; those that hear no message, or do nothing with it, are not drawn."
    let limit = most("secondsPerOperation", roof.operations, "operations")
      + most("secondsPerMessage", roof.messages, "messages")
    return "\(chart)\(legend)<figcaption>\(limit)\(note)</figcaption>"
  }
}
