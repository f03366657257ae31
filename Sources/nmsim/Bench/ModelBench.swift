import ChipModel
import Compiler
import Runtime

/// A model of the user's: its front end, its runs with one thread and two and with every kernel, and what more cores cost.
struct ModelBench {
  let frontEnd: FrontEndBench
  private let memory: MemoryBudget
  private let inputs: [[Int32]]
  private let steps: Int
  /// The network where there is one to compile for other chips.
  private let network: CheckedNetwork?
  private let path: String

  /// What a chip's cores add to the accounting of a run.
  struct ChipRow: Sendable {
    var chip: String
    var cores: Int
    var compiling: Timing
    var accounting: Timing
  }

  init(_ path: String, _ arguments: ParsedArguments, runs: Int) throws(CommandError) {
    self.path = path
    steps = arguments.int("ticks") ?? 64
    memory = arguments.memory
    if path.hasSuffix(".onnx") {
      frontEnd = try FrontEndBench(model: path, arguments: arguments, steps: steps, runs: min(runs, 5))
    } else if path.hasSuffix(".json") {
      frontEnd = try FrontEndBench(network: path, memory: arguments.memory, runs: runs)
    } else {
      frontEnd = try FrontEndBench(program: path, memory: arguments.memory, runs: runs)
    }
    network = path.hasSuffix(".json") ? try InputFiles.network(path).network : nil
    let program = frontEnd.program
    try arguments.checkFiles(reads: DataPaths(arguments, program, beside: path).files)
    let (data, dataPath) = try RunInputs.dataset(program, beside: path, arguments)
    var inputs: [[Int32]] = []
    for sample in 0..<min(arguments.int("samples") ?? 64, data.count) {
      let values = try told(.badData, dataPath) { () throws(DatasetError) in
        try program.values(of: data, sample: sample)
      }
      inputs.append(values.map(InputEncoder.quantise))
    }
    self.inputs = inputs
  }

  /// Measures the runs.
  func run(levels: [KernelLevel], runs: Int) throws(CommandError) -> (runs: [RunBench.Row], chips: [ChipRow]) {
    let best = levels.last ?? .best
    let program = frontEnd.program
    func subject(_ level: KernelLevel, threads: Int) -> RunBench.Subject {
      RunBench.Subject(program, activity: nil, inputs: inputs, steps: steps, threads: threads, level: level)
    }
    let subjects =
      [subject(best, threads: 1), subject(best, threads: 2)] + levels.dropLast().map { subject($0, threads: 1) }
    // One sample, which two threads share.
    let one = [1, 2].map {
      RunBench.Subject(program, activity: nil, inputs: Array(inputs.prefix(1)), steps: steps, threads: $0, level: best)
    }
    return (RunBench.run(subjects, runs: runs) + RunBench.run(one, runs: runs), try chips(runs: runs))
  }

  /// The same network on chips of more and smaller cores: the engine runs populations, so that only compilation and the
  /// accounting depend on cores.
  private func chips(runs: Int) throws(CommandError) -> [ChipRow] {
    guard let network else { return [] }
    var rows: [ChipRow] = []
    for name in ["ideal", "generic-45nm", "loihi"] {
      let chip = try ChipsCommand.load(name)
      var compiling = Timing()
      // A chip that cannot hold the network is left out.
      let compiled = try? compiling.measure { () throws(CommandError) in
        try FrontEndBench.compile(network, chip: chip, memory: memory, path: path)
      }
      guard let compiled else { continue }
      var runner = LayerRunner(plan: EnginePlan(compiled), steps: steps)
      for input in inputs.prefix(4) { _ = runner.run(quantised: input) }
      let counters = runner.counters
      var row = ChipRow(chip: name, cores: compiled.cores.count, compiling: compiling, accounting: Timing())
      for _ in 0..<max(1, runs) {
        _ = row.accounting.measure { () throws(Never) in
          OperationCounts(program: compiled, counters: counters, steps: steps)
        }
      }
      rows.append(row)
    }
    return rows
  }

  static func table(_ rows: [ChipRow]) -> Table {
    Table(
      rows,
      [
        .text("Chip") { .text($0.chip) }, .count("Cores", \.cores),
        .number("Compiling") { .text(NumberFormat.seconds($0.compiling.median)) },
        .number("Accounting of a run") { .text(NumberFormat.seconds($0.accounting.median)) },
      ])
  }

  static func document(_ rows: [ChipRow]) -> JSONOutput {
    .array(
      rows.map { row in
        .object([
          ("chip", .string(row.chip)), ("cores", .int(row.cores)), ("compileSeconds", .double(row.compiling.median)),
          ("accountingSeconds", .double(row.accounting.median)),
        ])
      })
  }
}
