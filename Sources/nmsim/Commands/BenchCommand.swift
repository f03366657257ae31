import ChipModel
import Runtime
import Compiler

/// `nmsim bench`: how fast this machine runs the engine.
enum BenchCommand {
  private static let model = "Model"
  private static let measurement = "Measurement"

  static let spec = CommandSpec(
    name: "bench", abstract: "Measure the speed of the engine on this machine",
    discussion: [
      "Measures kernels beside the limit of the same instructions, then whole runs with every counter on: networks of "
        + "random weights, and the model named; and the placement of up to a million clusters of neurons. Figures that "
        + "are compared are measured in turn, round by round, and "
        + "are medians. 'Processor' is processor time, which other programs on the machine change less than wall time."
    ],
    options: [
      .option(
        "model", .file([.model, .network, .program]), "MODEL", group: model,
        "An .onnx model, a network or a program to measure too, from import to run."),
    ] + OptionSpec.data(in: model, "Its images.", labels: "Their labels.") + [
      .option("samples", .integer(1...100_000), "N", standard: .value("64"), group: model, "Images, from the first."),
      .option("ticks", .integer(1...10_000), "T", standard: .value("64"), group: model, "Time steps per inference."),
    ]
      + OptionSpec.calibration(
        in: model, "Images for calibration, for an .onnx model (robust-norm).", standard: "the first 1,000")
      + OptionSpec.preprocessing(in: model) + [
      .option(
        "kernels", .choice(["all"] + KernelLevel.allCases.map(\.rawValue)), "LEVEL",
        standard: .described("all that this processor runs"), group: measurement,
        "Instructions to measure; all give equal results."),
      .option("runs", .integer(1...1000), "N", standard: .value("5"), group: measurement, "Rounds."),
      .flag("quick", group: measurement, "Kernels, one small network and the model only."),
      .json("Also write a nmsim-bench/1 document; '-' is standard output.", placeholder: "FILE|-", group: measurement),
      .memory,
      .quiet, .color,
    ],
    examples: [
      ExampleSpec("nmsim bench --quick", "Kernels and one small network, in seconds."),
      ExampleSpec(
        "nmsim bench --model net.nmsim --ticks 64 --kernels avx2 --json bench.json",
        "A program of yours too, with AVX2 instructions only."),
    ],
    exits: [.badData, .missingInput, .doesNotFit, .badConfiguration])

  static func run(_ arguments: ParsedArguments, _ terminal: Terminal) throws(CommandError) -> ExitStatus {
    let levels = try levels(arguments)
    let best = levels.last ?? .best
    let runs = arguments.int("runs") ?? 5
    let tables = arguments.tables(terminal)
    // What can be wrong with the command line shows before anything takes time.
    let trained = try arguments.string("model").map { (path) throws(CommandError) in
      try ModelBench(path, arguments, runs: runs)
    }
    let kernels = KernelBench.run(levels: levels, runs: max(runs, 20))
    tables.say(KernelBench.table(kernels).render(tables.style))
    let twoThreads = KernelBench.twoThreads(level: best, runs: runs)
    tables.say("Two threads reach \(twoThreads.map { NumberFormat.significant($0) } ?? "unknown") times the limit of one.\n\n")
    var rows: [RunBench.Row] = []
    for group in groups(isQuick: arguments.flag("quick"), levels: levels) {
      let subjects = try group.map { (part) throws(CommandError) in try part.subject(part.level ?? best) }
      rows += RunBench.run(subjects, runs: runs)
    }
    tables.say(RunBench.table(rows).render(tables.style))
    tables.say("Ratio: time to that of the first row of the same network, in the same rounds.\n\n")
    let placements = arguments.flag("quick") ? [] : PlacementBench.run()
    if !placements.isEmpty { tables.say(PlacementBench.table(placements).render(tables.style) + "\n") }
    var members: [(String, JSONOutput)] = [
      ("format", .string("nmsim-bench/1")), ("processors", .int(Processors.available)),
      ("kernels", KernelBench.document(kernels)), ("limitOfTwoThreads", .number(twoThreads)),
      ("runs", RunBench.document(rows)), ("placements", PlacementBench.document(placements)),
    ]
    if let trained {
      let found = try trained.run(levels: levels, runs: runs)
      tables.say(FrontEndBench.table(trained.frontEnd.rows).render(tables.style) + "\n")
      tables.say(RunBench.table(found.runs).render(tables.style) + "\n")
      if !found.chips.isEmpty { tables.say(ModelBench.table(found.chips).render(tables.style) + "\n") }
      members.append(
        (
          "model",
          .object([
            ("frontEnd", FrontEndBench.document(trained.frontEnd.rows)), ("runs", RunBench.document(found.runs)),
            ("chips", ModelBench.document(found.chips)),
          ])
        ))
    }
    tables.say("Peak memory: \(NumberFormat.si(Double(ResourceUsage.peakMemory), unit: "B"))\n")
    members.append(("peakMemoryBytes", .int(ResourceUsage.peakMemory)))
    if let json = arguments.string("output") { try OutputFile.write(JSONOutput.object(members), to: json, terminal) }
    return .success
  }

  private static func levels(_ arguments: ParsedArguments) throws(CommandError) -> [KernelLevel] {
    guard let name = arguments.string("kernels"), let level = KernelLevel(rawValue: name) else {
      return KernelLevel.available
    }
    guard KernelLevel.available.contains(level) else {
      throw CommandError(
        .badConfiguration, subject: "bench", problem: "this processor does not run the kernels '\(name)'",
        remedy: "use one of \(KernelLevel.available.map(\.rawValue).joined(separator: ", "))")
    }
    return [level]
  }

  /// One whole run of a network of random weights.
  private struct Part {
    var network: (Double) -> BenchNetwork
    var activity = 0.1
    var steps: Int
    var threads = 1
    var samples = 1
    /// nil: the fastest measured.
    var level: KernelLevel?

    func subject(_ level: KernelLevel) throws(CommandError) -> RunBench.Subject {
      let program = try told(by: CommandError.init) { () throws(ChipError) in try network(activity).program() }
      return RunBench.Subject(
        program, activity: activity, inputs: [[Int32]](repeating: [0], count: samples), steps: steps, threads: threads,
        level: level)
    }
  }

  /// Runs that are measured in turn; the first of each is what the others are compared with.
  private static func groups(isQuick: Bool, levels: [KernelLevel]) -> [[Part]] {
    let mnist = Part(network: BenchNetwork.mnist(activity:), steps: 64, samples: 32)
    func changed(_ part: Part, _ change: (inout Part) -> Void) -> Part {
      var part = part
      change(&part)
      return part
    }
    let threads = changed(mnist) { $0.threads = 2 }
    let silent = changed(mnist) { $0.activity = 0 }
    let slower = levels.dropLast().map { level in changed(mnist) { $0.level = level } }
    if isQuick { return [[mnist, threads, silent] + slower] }
    let steps = [16, 128].map { steps in changed(mnist) { $0.steps = steps } }
    // Several samples: making a runner is not a cost of its steps.
    let vgg = Part(network: BenchNetwork.vgg16(activity:), steps: 16, samples: 8)
    let vggs = [0.02, 0.3, 0].map { activity in changed(vgg) { $0.activity = activity } }
    let vggLevels = levels.dropLast().map { level in changed(vgg) { $0.level = level } }
    let million = Part(network: { BenchNetwork.million(activity: $0) }, steps: 16, samples: 2)
    let sizes = [2, 4].map { layers in
      changed(million) { $0.network = { BenchNetwork.million(activity: $0, layers: layers) } }
    }
    /// One sample alone, which two threads share.
    func shared(_ part: Part) -> [Part] {
      [1, 2].map { threads in
        changed(part) { ($0.samples, $0.threads) = (1, threads) }
      }
    }
    return [
      [mnist, threads, silent] + steps + slower, [vgg] + vggs + vggLevels,
      [million, changed(million) { $0.threads = 2 }] + sizes, shared(vgg), shared(million),
    ]
  }
}
