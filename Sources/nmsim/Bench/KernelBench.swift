import ChipModel

/// The kernels alone, one core, each beside the limit of the same instruction set measured in the same run.
struct KernelBench {
  struct Row: Sendable {
    var level: KernelLevel
    /// `limit`, `convolution` or `update`.
    var kernel: String
    /// Spikes per neuron.
    var activity: Double
    /// Accumulates (neurons) of one call.
    var work: Int
    var timing: Timing
    /// Of the limit; nil for the update.
    var share: Double?
  }

  static func run(levels: [KernelLevel], runs: Int) -> [Row] {
    var rows: [Row] = []
    for level in levels {
      var limit = KernelProbe(limitAt: level)
      let limitRow = row(level, "limit", 1, &limit, calls: 100, runs: runs)
      rows.append(limitRow)
      let most = limitRow.timing.rate(limitRow.work)
      for activity in [0.005, 0.01, 0.05, 0.1, 0.3, 1] {
        var probe = KernelProbe(convolution: 64, side: 32, activity: activity, level: level, seed: 1)
        var row = row(level, "convolution", activity, &probe, calls: 4, runs: runs)
        row.share = most > 0 ? row.timing.rate(row.work) / most : nil
        rows.append(row)
      }
      for activity in [0, 0.02, 0.1, 0.3] {
        var probe = KernelProbe(update: 65536, activity: activity, level: level)
        rows.append(row(level, "update", activity, &probe, calls: 8, runs: runs))
      }
    }
    return rows
  }

  private static func row(
    _ level: KernelLevel, _ kernel: String, _ activity: Double, _ probe: inout KernelProbe, calls: Int, runs: Int
  ) -> Row {
    // What the kernels give is used, so that no compiler leaves them out.
    var kept = 0
    let timing = Timing.of(runs: runs) { for _ in 0..<calls { kept &+= probe.call() } }
    return Row(
      level: level, kernel: kernel, activity: activity, work: probe.work * calls + (kept == Int.min ? 1 : 0),
      timing: timing, share: nil)
  }

  static func table(_ rows: [Row]) -> Table {
    var table = Table([
      .text("Kernels"), .text("Kernel"), .number("Activity"), .number("Best"), .number("Median"), .number("Of limit"),
    ])
    for row in rows {
      let unit = row.kernel == "update" ? "neurons/s" : "ACs/s"
      table.add([
        .text(row.level.rawValue), .text(row.kernel), .text(NumberFormat.percent(row.activity, places: 1)),
        .text(NumberFormat.si(row.timing.rate(row.work), unit: unit)),
        .text(NumberFormat.si(row.timing.median > 0 ? Double(row.work) / row.timing.median : nil, unit: unit)),
        .text(row.share.map { NumberFormat.percent($0, places: 0) } ?? ""),
      ])
    }
    return table
  }

  static func document(_ rows: [Row]) -> JSONOutput {
    .array(
      rows.map { row in
        .object([
          ("kernels", .string(row.level.rawValue)), ("kernel", .string(row.kernel)), ("activity", .double(row.activity)),
          ("work", .int(row.work)), ("minimumSeconds", .double(row.timing.minimum)),
          ("medianSeconds", .double(row.timing.median)), ("runs", .int(row.timing.runs)),
          ("perSecond", .double(row.timing.rate(row.work))), ("shareOfLimit", .number(row.share)),
        ])
      })
  }
}
