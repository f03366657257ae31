import ChipModel
import Runtime
import Dispatch

/// The kernels alone, one core, each beside the limit of the same instruction set measured in the same round.
struct KernelBench {
  struct Row: Sendable {
    var level: KernelLevel
    /// `limit`, `convolution`, `products` (the limit of the next two), `dense`, `dense16` (16 channels) or `update`.
    var kernel: String
    /// Spikes per neuron.
    var activity: Double
    /// Accumulates (neurons) of one measurement.
    var work: Int
    var timing = Timing()
    /// Of its limit, median over rounds; nil for limits and for updates.
    var share: Double?
  }

  private struct Subject {
    var row: Row
    var probe: KernelProbe
    var calls: Int
  }

  /// Rounds over all kernels of a level, `runs` of them.
  static func run(levels: [KernelLevel], runs: Int) -> [Row] {
    var rows: [Row] = []
    for level in levels {
      var subjects = [subject(level, "limit", 1, KernelProbe(limitAt: level), calls: 4)]
      for activity in [0.005, 0.02, 0.1, 0.3, 1] {
        let probe = KernelProbe(convolution: 64, side: 32, activity: activity, level: level, seed: 1)
        subjects.append(subject(level, "convolution", activity, probe, calls: 4))
      }
      // A step at once, by dot products: as fast at any activity.
      subjects.append(subject(level, "products", 0.3, KernelProbe(productsAt: level), calls: 4))
      for (kernel, channels) in [("dense", 64), ("dense16", 16)] {
        let probe = KernelProbe(dense: channels, side: 32, activity: 0.3, level: level, seed: 1)
        subjects.append(subject(level, kernel, 0.3, probe, calls: 4))
      }
      for (kernel, channels) in [("steps", 64), ("steps16", 16)] where level == .avx512 {
        let probe = KernelProbe(steps: channels, side: 32, activity: 0.3, level: level, seed: 1)
        subjects.append(subject(level, kernel, 0.3, probe, calls: 1))
      }
      for activity in [0, 0.02, 0.1, 0.3] {
        let probe = KernelProbe(update: 65536, activity: activity, level: level)
        subjects.append(subject(level, "update", activity, probe, calls: 8))
      }
      // What the kernels give is used, so that no compiler leaves them out.
      var kept = 0
      var timings = subjects.map { _ in Timing() }
      for round in 0...runs {
        for index in subjects.indices {
          let calls = subjects[index].calls
          if round == 0 {
            kept &+= subjects[index].probe.call()
          } else {
            timings[index].measure { for _ in 0..<calls { kept &+= subjects[index].probe.call() } }
          }
        }
      }
      for index in subjects.indices { subjects[index].row.timing = timings[index] }
      let limits = ["convolution": "limit", "dense": "products", "dense16": "products"]
      for index in subjects.indices {
        var row = subjects[index].row
        if let limit = subjects.first(where: { $0.row.kernel == limits[row.kernel] })?.row,
          let ratio = Timing.processorRatio(limit.timing, to: row.timing)
        {
          row.share = ratio * Double(row.work) / Double(max(1, limit.work))
        }
        if kept == Int.min { row.work += 1 }
        rows.append(row)
      }
    }
    return rows
  }

  /// How much more two threads do than one where nothing is shared: the limit of both at once to the limit of one, median
  /// over rounds. Below 2 where processors share a core's units, or other programs run.
  static func twoThreads(level: KernelLevel, runs: Int) -> Double? {
    let probe = KernelProbe(limitAt: level)
    var one = Timing()
    var two = Timing()
    for _ in 0..<max(1, runs) {
      for threads in [1, 2] {
        let work = {
          DispatchQueue.concurrentPerform(iterations: threads) { _ in
            var mine = probe
            for _ in 0..<400 { _ = mine.call() }
          }
        }
        if threads == 1 { one.measure(work) } else { two.measure(work) }
      }
    }
    return Timing.ratio(one, to: two).map { 2 * $0 }
  }

  private static func subject(
    _ level: KernelLevel, _ kernel: String, _ activity: Double, _ probe: KernelProbe, calls: Int
  ) -> Subject {
    Subject(
      row: Row(level: level, kernel: kernel, activity: activity, work: probe.work * calls), probe: probe, calls: calls)
  }

  static func table(_ rows: [Row]) -> Table {
    func rate(_ row: Row, _ rate: Double) -> Table.Cell {
      .text(NumberFormat.si(rate, unit: row.kernel == "update" ? "neurons/s" : "ACs/s"))
    }
    return Table(
      rows,
      [
        .text("Kernels") { .text($0.level.rawValue) }, .text("Kernel") { .text($0.kernel) },
        .number("Activity") { .text(NumberFormat.percent($0.activity, places: 1)) },
        .number("Median") { rate($0, $0.timing.rate($0.work)) },
        .number("Best") { rate($0, $0.timing.minimum > 0 ? Double($0.work) / $0.timing.minimum : 0) },
        .number("Of limit") { .text($0.share.map { NumberFormat.percent($0, places: 0) } ?? "") },
      ])
  }

  static func document(_ rows: [Row]) -> JSONOutput {
    .array(
      rows.map { row in
        .object(
          [
            ("kernels", .string(row.level.rawValue)), ("kernel", .string(row.kernel)),
            ("activity", .double(row.activity)), ("work", .int(row.work)),
          ] + row.timing.members(work: row.work) + [("shareOfLimit", .number(row.share))])
      })
  }
}
