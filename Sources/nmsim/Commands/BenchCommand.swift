import ChipModel

/// `nmsim bench`: how fast this machine runs the engine.
enum BenchCommand {
  static let spec = CommandSpec(
    name: "bench", abstract: "Measure the speed of the engine",
    discussion: [
      "Kernels are measured beside the limit of the same instructions in the same run, then whole runs with every "
        + "counter on. Minimum and median of repeated runs; a busy machine shows in the median."
    ],
    positionals: [
      PositionalSpec(
        "program", "PROGRAM", .file, .optional, "A compiled program to measure too, on the data its network names.")
    ],
    options: [
      .option(
        "kernels", .choice(["all"] + KernelLevel.allCases.map(\.rawValue)), "LEVEL",
        standard: .described("$NMSIM_KERNELS, else all that this processor runs"),
        "Instructions to measure; all results are equal."),
      .option("runs", .integer(1...1000), "N", standard: .value("5"), "Runs of each measurement."),
      .option("ticks", .integer(1...10_000), "T", standard: .value("64"), "Steps of an inference, for PROGRAM."),
      .option("input", .file, "DATA", standard: .described("what the network names"), "Images, for PROGRAM."),
      .option("labels", .file, "LABELS", standard: .described("found by the name of the images"), "Their labels."),
      .option("samples", .integer(1...100_000), "N", standard: .value("32"), "Samples of PROGRAM's data."),
      .flag("quick", "Kernels and the smallest network only."),
      .option("json", .file, "FILE|-", "Also write the measurements as JSON; '-' is standard output."),
      .quiet, .color,
    ],
    examples: [
      ExampleSpec("nmsim bench --quick", "Kernels and one small network, in seconds."),
      ExampleSpec("nmsim bench net.nmsim --kernels avx2", "A program of yours too, with AVX2 instructions only."),
    ],
    exits: [.badData, .missingInput, .badConfiguration])

  static func run(_ arguments: ParsedArguments, _ terminal: Terminal) throws(CommandError) -> ExitStatus {
    let levels = try levels(arguments)
    let runs = arguments.int("runs") ?? 5
    let tables = arguments.tables(terminal)
    let kernels = KernelBench.run(levels: levels, runs: max(runs, 20))
    tables.say(KernelBench.table(kernels).render(tables.style) + "\n")
    var rows: [RunBench.Row] = []
    if let path = arguments.positional("program") { rows += try measure(path, arguments, levels, runs) }
    for level in levels { rows += try measure(.mnist, 0.1, 64, 1, level, runs * 4) }
    if !arguments.flag("quick"), let best = levels.last {
      for level in levels.dropLast() { rows += try measure(.vgg16, 0.1, 16, 1, level, runs) }
      for activity in [0, 0.02, 0.1, 0.3] { rows += try measure(.vgg16, activity, 16, 1, best, runs) }
      for activity in [0, 0.02, 0.1, 0.3] { rows += try measure(.mnist, activity, 64, 1, best, runs * 4) }
      for steps in [16, 32, 128] { rows += try measure(.mnist, 0.1, steps, 1, best, runs * 4) }
      rows += try measure(.mnist, 0.1, 64, 2, best, runs * 4)
      rows += try measure(.million, 0.1, 16, 1, best, runs)
      rows += try measure(.million, 0.1, 16, 2, best, runs)
    }
    tables.say(RunBench.table(rows).render(tables.style))
    tables.say("Peak memory: \(NumberFormat.si(Double(ResourceUsage.peakMemory), unit: "B"))\n")
    if let json = arguments.string("json") {
      let document = JSONOutput.object([
        ("format", .string("nmsim-bench/1")), ("processors", .int(Processors.available)),
        ("kernels", KernelBench.document(kernels)), ("runs", RunBench.document(rows)),
        ("peakMemoryBytes", .int(ResourceUsage.peakMemory)),
      ])
      try OutputFile.write(document, to: json, terminal)
    }
    return .success
  }

  private static func levels(_ arguments: ParsedArguments) throws(CommandError) -> [KernelLevel] {
    let name = arguments.string("kernels") ?? Environment.value("NMSIM_KERNELS") ?? "all"
    if name == "all" { return KernelLevel.available }
    guard let level = KernelLevel(rawValue: name) else {
      throw CommandError(
        .badConfiguration, subject: "NMSIM_KERNELS", problem: "no kernels are named '\(name)'",
        remedy: "use one of \(KernelLevel.available.map(\.rawValue).joined(separator: ", "))")
    }
    guard KernelLevel.available.contains(level) else {
      throw CommandError(
        .badConfiguration, subject: "bench", problem: "this processor does not run the kernels '\(name)'",
        remedy: "use one of \(KernelLevel.available.map(\.rawValue).joined(separator: ", "))")
    }
    return [level]
  }

  private enum Shape { case mnist, vgg16, million }

  private static func measure(
    _ shape: Shape, _ activity: Double, _ steps: Int, _ threads: Int, _ level: KernelLevel, _ runs: Int
  ) throws(CommandError) -> [RunBench.Row] {
    let network: BenchNetwork
    let samples: Int
    switch shape {
    case .mnist: (network, samples) = (.mnist(activity: activity), 16)
    case .vgg16: (network, samples) = (.vgg16(activity: activity), 1)
    case .million: (network, samples) = (.million(activity: activity), 2)
    }
    let program: CompiledProgram
    do throws(ChipError) { program = try network.program() } catch { throw CommandError(error) }
    return [
      RunBench.run(
        program, name: program.network.name, activity: activity, inputs: [[Int32]](repeating: [0], count: samples),
        steps: steps, threads: threads, level: level, runs: runs)
    ]
  }

  /// A program of the user's, on the first samples of its data, one thread and two.
  private static func measure(
    _ path: String, _ arguments: ParsedArguments, _ levels: [KernelLevel], _ runs: Int
  ) throws(CommandError) -> [RunBench.Row] {
    let (program, _) = try ProgramStore.read(path)
    let inputs = try inputs(program, beside: path, arguments)
    var rows: [RunBench.Row] = []
    for level in levels {
      for threads in level == levels.last ? [1, 2] : [1] {
        rows.append(
          RunBench.run(
            program, name: program.network.name, activity: nil, inputs: inputs, steps: arguments.int("ticks") ?? 64,
            threads: threads, level: level, runs: runs))
      }
    }
    return rows
  }

  /// The first samples of the data, quantised.
  private static func inputs(
    _ program: CompiledProgram, beside path: String, _ arguments: ParsedArguments
  ) throws(CommandError) -> [[Int32]] {
    let (data, dataPath) = try RunInputs.dataset(program, beside: path, arguments)
    var result: [[Int32]] = []
    for sample in 0..<min(arguments.int("samples") ?? 32, data.count) {
      do throws(DatasetError) {
        let values = try data.values(ofSample: sample, preprocessing: program.network.preprocessing)
        result.append(values.map(InputEncoder.quantise))
      } catch {
        throw CommandError(.badData, subject: dataPath, wrapping: error)
      }
    }
    return result
  }
}
