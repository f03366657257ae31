import ChipModel
import Compiler
import Runtime

/// Networks on chips side by side: the table and the document of `compare`.
struct ChipComparison: Sendable {
  let entries: [CompareEntry]
  /// The largest number of samples and steps; nil: nothing was run.
  let samples: Int?
  let steps: Int?

  /// The table, why what is refused is refused, and what would fit; at most 80 columns.
  func text(_ style: TextStyle) -> String {
    let hasFiles = Set(entries.map(\.file)).count > 1
    var table = Table(
      (hasFiles ? [.text("network")] : []) + [
        .text("chip"), .number("cores"), .number("bits"),
      ]
        // With files beside the chips there is no room for it.
        + (hasFiles ? [] : [.number("full")])
        + (samples == nil
          ? [] : [.number("accuracy"), .number("energy"), .number("unknown"), .number("latency")]))
    for entry in entries {
      let name: [Table.Cell] = (hasFiles ? [.text(Self.name(entry))] : []) + [
        .text(entry.chip)
      ]
      guard let report = entry.report else {
        table.add(name + [.text("no"), .count(entry.weightBits)])
        continue
      }
      var cells = name + [.count(report.cores.count), .count(report.weightBits)]
      if !hasFiles { cells.append(.text(report.limiting.map { NumberFormat.percent($0.fraction, places: 0) } ?? "-")) }
      if let result = entry.result {
        cells += [
          .text(NumberFormat.percent(result.accuracy)),
          .text(result.bill?.pricedJoules.map { NumberFormat.joules($0) } ?? "unknown"),
          .count(result.bill?.missing.count ?? 0), .text(NumberFormat.seconds(result.time.secondsPerInference)),
        ]
      }
      table.add(cells)
    }
    var parts = [head(style) + table.render(style) + note(style)]
    let refused = entries.filter { $0.refusal != nil }
    if !refused.isEmpty { parts.append(refused.map { refusal($0, hasFiles, style) }.joined()) }
    return parts.joined(separator: "\n")
  }

  /// The network's file without folder and extension.
  private static func name(_ entry: CompareEntry) -> String {
    PathText.baseName(of: PathText.baseName(of: entry.file, without: ".json"), without: ".nmsim")
  }

  private func head(_ style: TextStyle) -> String {
    let networks = entries.map(\.network)
    let isOne = networks.allSatisfy { $0 == networks.first }
    let what = isOne ? "\(ErrorText.escaped(networks.first ?? ""))" : "\(Set(networks).count) networks"
    guard let samples, let steps else { return style.bold(what) + ": compiled, not run (no data)\n\n" }
    return style.bold(what) + ": \(NumberFormat.count(samples, of: "sample")), \(NumberFormat.count(steps, of: "step"))\n\n"
  }

  private func note(_ style: TextStyle) -> String {
    let hasFiles = Set(entries.map(\.file)).count > 1
    var text = "bits: of a weight." + (hasFiles ? "" : " full: the largest share of a limit.")
    if samples != nil {
      text += " energy, latency: of one inference on the chip; energy is what is known, unknown counts what nobody "
        + "published."
    }
    return TextLayout.paragraph(text, width: style.width)
  }

  private func refusal(_ entry: CompareEntry, _ hasFiles: Bool, _ style: TextStyle) -> String {
    guard let refusal = entry.refusal else { return "" }
    let file = hasFiles ? "\(Self.name(entry)) on " : ""
    var text = "\(file)\(entry.chip): \(refusal.problem)"
    if let option = refusal.option {
      text += ". It fits with \(option)."
    } else {
      text += refusal.remedy.map { "; \($0)." } ?? "."
    }
    return TextLayout.paragraph(ErrorText.escaped(text), width: style.width)
  }

  /// What `--json` writes.
  var record: ComparisonRecord {
    var record = ComparisonRecord()
    record.samples = samples
    record.ticks = steps
    record.entries = entries.map(ComparisonRecord.Entry.init)
    return record
  }
}
