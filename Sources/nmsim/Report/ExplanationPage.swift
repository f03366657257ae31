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
      "<b>\(HTML.text(record.chip))</b>", "\(PageNumber.integer(record.steps)) steps",
      "\(run.explained("samples", record.samples)) samples",
    ]
    return HTML.page(
      over: "nmsim explain report", heading: title ?? record.network,
      sub: "<p class=\"sub\">\(parts.joined(separator: " · "))</p>\n<p class=\"answer\">\(HTML.text(record.summary))</p>",
      [
        ("losses", "Losses", LossSection(run: run, isSummed: true).markup),
        ("remedies", "Remedies", remedies),
        ("layers", "Layers", LayerSection(run: run).markup),
      ])
  }

  /// What was tried against the loss, on the same samples.
  private var remedies: PageMarkup {
    guard !record.remedies.isEmpty else { return "" }
    let table = Table(
      record.remedies,
      [
        .name("Change") { BillSection.words($0.change) },
        .figure("To") { $0.value.map(PageNumber.significant) ?? "" },
        .figure("Accuracy gained") { PageNumber.points($0.gain) },
        .figure("95 % interval") { remedy in
          remedy.interval.map { "\(PageNumber.points($0.lowerBound)) to \(PageNumber.points($0.upperBound))" } ?? ""
        },
      ])
    return "<h2>What would help</h2>\n\(table.markup("tried"))"
  }
}
