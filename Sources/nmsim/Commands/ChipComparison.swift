import ChipModel
import Compiler
import Runtime

/// Networks on chips side by side: the table of `compare`.
struct ChipComparison: Sendable {
  let record: ComparisonRecord

  private typealias Entry = ComparisonRecord.Entry
  private var entries: [Entry] { record.entries }
  private var hasRun: Bool { record.samples != nil }
  private var hasFiles: Bool { Set(entries.map(\.file)).count > 1 }

  /// The table, why what is refused is refused, and what would fit; at most 80 columns.
  func text(_ style: TextStyle) -> String {
    let hasFiles = hasFiles
    var fields: [Table.Field<Entry>] = hasFiles ? [.text("network") { .text(name($0)) }] : []
    fields += [
      .text("chip") { .text($0.chip) }, .number("cores") { $0.fits ? .count($0.cores, else: "-") : "no" },
      .number("bits") { .count($0.weightBits, else: "-") },
    ]
    // With files beside the chips there is no room for it.
    if !hasFiles {
      fields.append(
        .number("full") { entry in
          entry.fits ? .text(entry.fullest.map { NumberFormat.percent($0, places: 0) } ?? "-") : ""
        })
    }
    if hasRun {
      func run(_ title: String, _ text: @escaping (Entry) -> String) -> Table.Field<Entry> {
        .number(title) { $0.spikes == nil ? "" : .text(text($0)) }
      }
      fields += [
        run(entries.contains { $0.error != nil } ? "error" : "accuracy") {
          $0.error?.mae.map(NumberFormat.significant) ?? NumberFormat.percent($0.accuracy)
        },
      ]
      if entries.contains(where: { $0.difference != nil }) { fields.append(run("to ANN") { NumberFormat.points($0.difference) }) }
      fields += [
        run("energy") { NumberFormat.joules($0.joulesPerInference) },
        run("unknown") { NumberFormat.count($0.missing?.count ?? 0) },
        run("latency") { NumberFormat.seconds($0.secondsPerInference) },
      ]
    }
    let parts = [head(style) + Table(entries, fields).render(style) + note(style)]
    let refusals = entries.compactMap { refusal($0, style) }.joined()
    return (parts + (refusals.isEmpty ? [] : [refusals])).joined(separator: "\n")
  }

  /// The network's file without folder and extension; where two are called the same, its path.
  private func name(_ entry: Entry) -> String {
    func short(_ file: String) -> String {
      PathText.baseName(of: PathText.baseName(of: file, without: ".json"), without: ".nmsim")
    }
    let isShared = entries.contains { $0.file != entry.file && short($0.file) == short(entry.file) }
    return isShared ? entry.file : short(entry.file)
  }

  private func head(_ style: TextStyle) -> String {
    let networks = entries.map(\.network)
    let isOne = networks.allSatisfy { $0 == networks.first }
    let what = isOne ? "\(ErrorText.escaped(networks.first ?? ""))" : "\(Set(networks).count) networks"
    guard let samples = record.samples, let steps = record.ticks else {
      return style.bold(what) + ": compiled, not run (no data)\n\n"
    }
    return style.bold(what) + ": \(NumberFormat.count(samples, of: "sample")), \(NumberFormat.count(steps, of: "step"))\n\n"
  }

  private func note(_ style: TextStyle) -> String {
    var text = "bits: of a weight." + (hasFiles ? "" : " full: the largest share of a limit.")
    if hasRun {
      if entries.contains(where: { $0.difference != nil }) { text += " to ANN: points, on the same samples." }
      text += " energy, latency: per inference on the chip. energy: what is known. unknown: unpublished "
        + "constants."
    }
    return TextLayout.paragraph(text, width: style.width)
  }

  private func refusal(_ entry: Entry, _ style: TextStyle) -> String? {
    guard let refusal = entry.refusal else { return nil }
    var text = "\(hasFiles ? "\(name(entry)) on " : "")\(entry.chip): \(refusal.problem)"
    text += refusal.option.map { ". It fits with \($0)." } ?? refusal.remedy.map { "; \($0)." } ?? "."
    return TextLayout.paragraph(ErrorText.escaped(text), width: style.width)
  }
}
