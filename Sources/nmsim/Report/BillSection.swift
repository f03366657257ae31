import Runtime

/// The chip model's bill, item by item, with formula and source, and what it lacks.
struct BillSection: Sendable {
  let run: ReportRun

  init(_ run: ReportRun) { self.run = run }

  /// Empty where the document has no bill.
  var markup: String {
    guard let bill = run.document.bill, !bill.items.isEmpty else { return "" }
    var sources: [String] = []
    var rows = ""
    let total = bill.items.reduce(bill.staticJoules ?? 0) { $0 + ($1.joules ?? 0) }
    for (index, item) in bill.items.enumerated() {
      var mark = ""
      if let source = item.source {
        let number = sources.firstIndex(of: source) ?? sources.count
        if number == sources.count { sources.append(source) }
        mark = "\(number + 1)"
      }
      let path = "energy.chip.items[\(index)]"
      let share = item.joules.map { total > 0 ? PageNumber.share($0 / total) : "" } ?? ""
      rows += "<tr><td>\(HTML.text(item.unit))</td><td>\(HTML.text(Self.words(item.action)))</td>"
        + "<td class=\"n\">\(run.perInference("\(path).count", item.count))</td>"
        + "<td class=\"n\">\(run.value("\(path).joulesEach", item.joulesEach, PageNumber.joules))</td>"
        + "<td class=\"n\">\(run.perInference("\(path).joules", item.joules, PageNumber.joules))</td>"
        + "<td class=\"n\">\(share)</td><td class=\"n\">\(mark)</td></tr>"
    }
    if bill.staticJoules != nil {
      rows += "<tr><td>static</td><td>power over time</td><td></td><td></td>"
        + "<td class=\"n\">\(run.perInference("energy.chip.staticJoules", bill.staticJoules, PageNumber.joules))</td>"
        + "<td class=\"n\">\(bill.staticJoules.map { total > 0 ? PageNumber.share($0 / total) : "" } ?? "")</td><td></td></tr>"
    }
    let sum = run.chipJoules == nil
      ? ReportRun.unknown
      : run.value("energy.chip.joulesPerInference", bill.joulesPerInference, PageNumber.joules)
    let list = sources.map { "<li>\(HTML.text($0))</li>" }.joined()
    let missing = bill.missing.isEmpty
      ? ""
      : "<p class=\"warn\">Unknown, so not in the sum: \(HTML.text(bill.missing.joined(separator: ", "))). What nobody "
        + "published is left out, never taken as zero.</p>"
    let left = bill.notModelled.map { "<p class=\"note\">Not modelled: \(HTML.text($0)).</p>" } ?? ""
    return """
      <h2>The chip model's bill</h2>
      <p class="note">Each action's count times its price; an inference's energy is their sum and the static energy, \
      divided by the samples.</p>
      <div class="scroll"><table>
      <thead><tr><th>Unit</th><th>Action</th><th class="n">Count an inference</th><th class="n">Each</th>\
      <th class="n">Energy an inference</th><th class="n">Share</th><th class="n">Source</th></tr></thead>
      <tbody>\(rows)</tbody>
      <tfoot><tr><td colspan="4">Sum of what is known</td><td class="n">\(sum)</td><td></td><td></td></tr></tfoot>
      </table></div>
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
