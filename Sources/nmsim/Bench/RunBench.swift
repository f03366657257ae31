import ChipModel
import Dispatch
import Runtime

/// Whole runs, every counter on: samples over threads, as `nmsim run` does it.
struct RunBench {
  struct Row: Sendable {
    var network: String
    var level: KernelLevel
    var activity: Double?
    var neurons: Int
    var steps: Int
    var threads: Int
    var samples: Int
    /// Of all samples together.
    var timing: Timing
    var synapticOperations: Int
    var neuronUpdates: Int
    /// Of the plan.
    var planSeconds: Double
  }

  /// Runs a program on quantised inputs, `runs` times.
  static func run(
    _ program: CompiledProgram, name: String, activity: Double?, inputs: [[Int32]], steps: Int, threads: Int,
    level: KernelLevel, runs: Int
  ) -> Row {
    let start = ContinuousClock.now
    let plan = EnginePlan(program, kernels: level)
    let planSeconds = start.duration(to: .now) / .seconds(1)
    let workers = max(1, min(threads, inputs.count))
    let timing = Timing.of(runs: runs) {
      DispatchQueue.concurrentPerform(iterations: workers) { worker in
        var runner = LayerRunner(plan: plan, steps: steps)
        for sample in stride(from: worker, to: inputs.count, by: workers) { _ = runner.run(quantised: inputs[sample]) }
      }
    }
    // Counted once, outside the clock; the counts are the same in every run.
    var runner = LayerRunner(plan: plan, steps: steps)
    for input in inputs { _ = runner.run(quantised: input) }
    let counts = OperationCounts(program: program, counters: runner.counters, steps: steps)
    return Row(
      network: name, level: plan.kernels, activity: activity,
      neurons: program.populations.reduce(0) { $0 + $1.shape.count }, steps: steps, threads: workers,
      samples: inputs.count, timing: timing, synapticOperations: counts.synapticOperations,
      neuronUpdates: counts.neuronUpdates, planSeconds: planSeconds)
  }

  static func table(_ rows: [Row]) -> Table {
    var table = Table([
      .text("Network"), .text("Kernels"), .number("Activity"), .number("Neurons"), .number("Steps"), .number("Threads"),
      .number("A sample"), .number("Median"), .number("Operations/s"), .number("Plan"),
    ])
    for row in rows {
      let samples = Double(max(1, row.samples))
      table.add([
        .text(row.network), .text(row.level.rawValue), .text(NumberFormat.percent(row.activity, places: 0)),
        .count(row.neurons), .count(row.steps), .count(row.threads),
        .text(NumberFormat.seconds(row.timing.minimum / samples)),
        .text(NumberFormat.seconds(row.timing.median / samples)),
        .text(NumberFormat.si(row.timing.rate(row.synapticOperations), unit: "")),
        .text(NumberFormat.seconds(row.planSeconds)),
      ])
    }
    return table
  }

  static func document(_ rows: [Row]) -> JSONOutput {
    .array(
      rows.map { row in
        .object([
          ("network", .string(row.network)), ("kernels", .string(row.level.rawValue)),
          ("activity", .number(row.activity)), ("neurons", .int(row.neurons)), ("steps", .int(row.steps)),
          ("threads", .int(row.threads)), ("samples", .int(row.samples)),
          ("minimumSeconds", .double(row.timing.minimum)), ("medianSeconds", .double(row.timing.median)),
          ("runs", .int(row.timing.runs)), ("synapticOperations", .int(row.synapticOperations)),
          ("neuronUpdates", .int(row.neuronUpdates)),
          ("synapticOperationsPerSecond", .double(row.timing.rate(row.synapticOperations))),
          ("planSeconds", .double(row.planSeconds)),
        ])
      })
  }
}
