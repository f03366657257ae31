import Runtime

/// The chip model's bill, item by item, with formula and source, and what it lacks.
struct BillSection: Sendable {
  let run: ReportRun

  /// Empty where the document has no bill.
  var markup: PageMarkup {
    guard let bill = run.document.bill, !bill.items.isEmpty else { return "" }
    let total = bill.items.reduce(bill.staticJoules ?? 0) { $0 + ($1.joules ?? 0) }
    let sum = "(sum(energy.chip.items[*].joules)\(bill.staticJoules == nil ? "" : " + energy.chip.staticJoules"))"
    func share(_ path: String, _ joules: Double?) -> Table.Cell {
      guard let joules, total > 0 else { return "" }
      return .markup(run.derived("\(path) / \(sum)", joules / total, PageNumber.share))
    }
    var sources: [String] = []
    func anchor(_ source: Int) -> String { "run-\(run.number)-source-\(source + 1)" }
    var table = Table([
      .text("Unit"), .text("Action"), .number("Count per inference"), .number("Each"), .number("Energy per inference"),
      .number("Share"), .number("Source"),
    ])
    for (index, item) in bill.items.enumerated() {
      let path = "energy.chip.items[\(index)]"
      if let source = item.source, !sources.contains(source) { sources.append(source) }
      table.add([
        .text(item.unit), .text(Self.words(item.action)), .markup(run.perInference("\(path).count", item.count)),
        .markup(run.value("\(path).joulesEach", item.joulesEach, PageNumber.joules)),
        .markup(run.perInference("\(path).joules", item.joules, PageNumber.joules)), share("\(path).joules", item.joules),
        .markup(item.source.flatMap { sources.firstIndex(of: $0) }.map { "<a href=\"#\(anchor($0))\">\($0 + 1)</a>" } ?? ""),
      ])
    }
    if bill.staticJoules != nil {
      let joules = run.perInference("energy.chip.staticJoules", bill.staticJoules, PageNumber.joules)
      table.add(["static", "power over time", "", "", .markup(joules), share("energy.chip.staticJoules", bill.staticJoules)])
    }
    let known = run.chipJoules == nil
      ? ReportRun.unknown
      : run.value("energy.chip.joulesPerInference", bill.joulesPerInference, PageNumber.joules)
    table.setFooter(["Sum", "of what is known", "", "", .markup(known)])
    let list = sources.enumerated().map { "<li id=\"\(anchor($0))\">\(HTML.text($1))</li>" }.joined()
    let missing = bill.missing.isEmpty
      ? ""
      : "<p class=\"warn\">Unknown, so not in the sum: \(HTML.text(bill.missing.joined(separator: ", "))). What nobody "
        + "published is left out, never taken as zero.</p>"
    let left = bill.notModelled.map { "<p class=\"note\">Not modelled: \(HTML.text($0)).</p>" } ?? ""
    return """
      <h2>Energy breakdown, chip model</h2>
      <p class="note">Each action's count times its price. The energy of an inference is their sum and the static \
      energy, divided by the samples.</p>
      \(table.markup("items"))
      \(missing)\(list.isEmpty ? "" : "<ol class=\"sources\">\(list)</ol>")\(left)
      """
  }

  /// `synapticOperation` as `synaptic operation`.
  static func words(_ action: String) -> String {
    var result = ""
    for character in action {
      if character.isUppercase, !result.isEmpty { result += " " }
      result += character.lowercased()
    }
    return result
  }
}
