import ChipModel
import Compiler
import Runtime

/// Networks on chips side by side: the table and the document of `compare`.
struct ChipComparison: Sendable {
  static let format = "nmsim-compare/1"

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
          .text(result.bill.isPriced ? NumberFormat.joules(result.bill.joulesPerInference) : "unknown"),
          .count(result.bill.missing.count), .text(NumberFormat.seconds(result.bill.secondsPerInference)),
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

  /// Everything, numbers in plain units, `null` for what is unknown.
  var document: JSONOutput {
    .object([
      ("format", .string(Self.format)), ("samples", samples.map { .int($0) } ?? .null),
      ("ticks", steps.map { .int($0) } ?? .null), ("entries", .array(entries.map(Self.document))),
    ])
  }

  private static func document(_ entry: CompareEntry) -> JSONOutput {
    let report = entry.report
    let result = entry.result
    func count(_ value: Int?) -> JSONOutput { value.map { .int($0) } ?? .null }
    func text(_ value: String?) -> JSONOutput { value.map { .string($0) } ?? .null }
    return .object([
      ("file", .string(entry.file)), ("network", .string(entry.network)), ("chip", .string(entry.chip)),
      ("fits", .bool(entry.refusal == nil)),
      (
        "refusal",
        entry.refusal.map {
          .object([("problem", .string($0.problem)), ("remedy", text($0.remedy)), ("option", text($0.option))])
        } ?? .null
      ),
      ("weightBits", .int(entry.weightBits)), ("membraneBits", .int(entry.membraneBits)),
      ("cores", count(report?.cores.count)), ("coresOfChip", count(report?.totalCores)), ("chips", count(report?.chips)),
      ("capacity", report.map { .array($0.capacity.map(CompileReport.document)) } ?? .null),
      ("accuracy", .number(result?.accuracy)),
      ("accuracyInterval", result?.accuracyInterval.map { .doubles([$0.low, $0.high]) } ?? .null),
      ("joulesPerInference", .number(result.flatMap { $0.bill.isPriced ? $0.bill.joulesPerInference : nil })),
      ("missing", result.map { .strings($0.bill.missing) } ?? .null),
      ("secondsPerTick", .number(result?.bill.secondsPerTick)),
      ("secondsPerInference", .number(result?.bill.secondsPerInference)),
      ("spikes", count(result?.counts.spikes)), ("synapticOperations", count(result?.counts.synapticOperations)),
      ("messages", count(result?.counts.messages)), ("run", text(entry.resultFile)),
    ])
  }
}
