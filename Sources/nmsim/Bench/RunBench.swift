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
    var synapses: Int
    var steps: Int
    var threads: Int
    var samples: Int
    /// Of all samples together.
    var timing = Timing()
    var synapticOperations = 0
    var effectiveACs = 0
    var neuronVisits = 0
    /// Of the engine's plan, once.
    var planSeconds = 0.0
    /// Wall seconds to those of the first row measured with it, median over rounds; nil for that row.
    var ratio: Double?
  }

  /// One whole run that is to be measured beside others.
  struct Subject {
    var row: Row
    let plan: EnginePlan
    let inputs: [[Int32]]

    init(
      _ program: CompiledProgram, activity: Double?, inputs: [[Int32]], steps: Int, threads: Int, level: KernelLevel
    ) {
      var planning = Timing()
      plan = planning.measure { () throws(Never) in EnginePlan(program, kernels: level) }
      self.inputs = inputs
      row = Row(
        network: program.network.name, level: plan.kernels, activity: activity,
        neurons: program.populations.reduce(0) { $0 + $1.neurons }, synapses: 0, steps: steps,
        threads: max(1, threads), samples: inputs.count, planSeconds: planning.median)
      // Counted once, outside the clock; the counts are the same in every run. Also warms everything up.
      var runner = LayerRunner(plan: plan, steps: steps)
      for input in inputs { _ = runner.run(quantised: input) }
      let counts = OperationCounts(program: program, counters: runner.counters, steps: steps)
      row.synapticOperations = counts.synapticOperations
      row.effectiveACs = counts.effectiveACs
      row.neuronVisits = counts.neuronVisits
      row.synapses = counts.dense / max(1, steps * inputs.count)
    }

    mutating func measure() {
      let workers = row.threads
      let steps = row.steps
      let plan = plan
      let inputs = inputs
      row.timing.measure {
        let team = WorkTeam(size: workers)
        DispatchQueue.concurrentPerform(iterations: workers) { worker in
          team.work {
            guard worker < inputs.count else { return }
            var runner = LayerRunner(plan: plan, steps: steps)
            runner.team = team
            for sample in stride(from: worker, to: inputs.count, by: workers) { _ = runner.run(quantised: inputs[sample]) }
          }
        }
      }
    }
  }

  /// Measures all subjects in turn, `runs` times, so that each round sees the same machine.
  static func run(_ subjects: [Subject], runs: Int) -> [Row] {
    var subjects = subjects
    for _ in 0..<max(1, runs) {
      for index in subjects.indices { subjects[index].measure() }
    }
    guard let first = subjects.first?.row.timing else { return [] }
    return subjects.enumerated().map { index, subject in
      var row = subject.row
      row.ratio = index == 0 ? nil : Timing.ratio(row.timing, to: first)
      return row
    }
  }

  static func table(_ rows: [Row]) -> Table {
    func perSample(_ row: Row, _ seconds: Double) -> Table.Cell {
      .text(NumberFormat.seconds(seconds / Double(max(1, row.samples))))
    }
    return Table(
      rows,
      [
        .text("Network") { .text($0.network) }, .text("Kernels") { .text($0.level.rawValue) },
        .number("Activity") { .text($0.activity.map { NumberFormat.percent($0, places: 0) } ?? "") },
        .count("Steps", \.steps), .count("Samples", \.samples), .count("Threads", \.threads),
        .number("Per sample") { perSample($0, $0.timing.median) },
        .number("Processor") { perSample($0, $0.timing.processorMedian) },
        .number("SynOps/s") { .text(NumberFormat.si($0.timing.rate($0.synapticOperations), unit: "")) },
        .number("Ratio") { .text($0.ratio.map { NumberFormat.significant($0) } ?? "") },
      ])
  }

  static func document(_ rows: [Row]) -> JSONOutput {
    .array(
      rows.map { row in
        .object(
          [
            ("network", .string(row.network)), ("kernels", .string(row.level.rawValue)),
            ("activity", .number(row.activity)), ("neurons", .int(row.neurons)), ("synapses", .int(row.synapses)),
            ("steps", .int(row.steps)), ("threads", .int(row.threads)), ("samples", .int(row.samples)),
            ("synapticOperations", .int(row.synapticOperations)), ("Effective_ACs", .int(row.effectiveACs)),
            ("neuronVisits", .int(row.neuronVisits)),
          ] + row.timing.members(work: row.synapticOperations) + [
            ("ACsPerProcessorSecond", .double(row.timing.rate(row.effectiveACs))),
            ("ratioToFirst", .number(row.ratio)), ("planSeconds", .double(row.planSeconds)),
          ])
      })
  }
}
