import Runtime

/// The page of what `nmsim explain` found, without a run beside it.
struct ExplanationPage: Sendable {
  let record: ExplanationRecord
  /// Nil: the network's name.
  var title: String?

  var page: String {
    Report.page(title: title ?? record.network, body: body, documents: [(id: "run-1-explanation", text: record.text)])
  }

  /// What is on it, with its tables and charts.
  var body: PageMarkup {
    // A run of nothing but what the explanation says of it: the sections are those of a run's page.
    var result = RunResult()
    (result.network, result.chip, result.ticks, result.samples) = (record.network, record.chip, record.steps, record.samples)
    let run = ReportRun(result, explanation: record)
    let parts = [
      "<b>\(HTML.text(record.chip))</b>", "\(run.explained("ticks", record.steps)) steps",
      "\(run.explained("samples", record.samples)) samples",
    ]
    return HTML.page(
      over: "nmsim explain report", heading: title ?? record.network,
      sub: "<p class=\"sub\">\(parts.joined(separator: " · "))</p>\n<p class=\"answer\">\(HTML.text(record.summary))</p>",
      [
        ("losses", "Losses", LossSection(run: run, isSummed: true).markup),
        ("remedies", "Remedies", remedies(run)),
        ("layers", "Layers", LayerSection(run: run).markup),
      ])
  }

  /// What was tried against the loss, on the same samples.
  private func remedies(_ run: ReportRun) -> PageMarkup {
    let remedies = record.remedies
    guard !remedies.isEmpty else { return "" }
    func figure(_ index: Int, _ key: String, _ value: Double?, _ format: (Double) -> String) -> String {
      value == nil ? "" : run.explained("remedies[\(index)].\(key)", value, format)
    }
    let table = Table(
      remedies.indices,
      [
        .name("Change") { BillSection.words(remedies[$0].change) },
        .figure("To") { figure($0, "value", remedies[$0].value, PageNumber.significant) },
        .figure("Accuracy gained") { figure($0, "gain", remedies[$0].gain, PageNumber.points) },
        .figure("95 % interval") { index in
          guard let interval = remedies[index].interval else { return "" }
          return figure(index, "interval[0]", interval.lowerBound, PageNumber.points) + " to "
            + figure(index, "interval[1]", interval.upperBound, PageNumber.points)
        },
      ])
    return "<h2>What would help</h2>\n\(table.markup("tried"))"
  }
}
