import ChipModel
import Runtime

/// `nmsim run`: a program classifies samples on the simulated chip.
enum RunCommand {
  private static let data = "Data"
  private static let simulation = "Simulation"
  private static let outputs = "Output"

  static let spec = CommandSpec(
    name: "run", abstract: "Run a compiled network on samples",
    discussion: [
      "The samples are those that the network names, or those of --input, in the order of the file. The result is the "
        + "same for every number of threads.",
      "A run that is interrupted (Ctrl-C, SIGTERM, SIGHUP) keeps the samples that are finished and ends with status 75. "
        + "The same command continues it.",
    ],
    positionals: [
      PositionalSpec(
        "program", "PROGRAM", .file([.program]), .optional,
        standard: .described("net.nmsim, else the only .nmsim file here"),
        "The compiled program.")
    ],
    options: [
      .steps(in: simulation),
      .threads(in: simulation),
      .option(
        "engine", .choice(["fast", "interpreter"]), "fast|interpreter", standard: .value("fast"), group: simulation,
        "fast computes layer by layer; interpreter moves every message from core to core, slowly. Their results are equal."),
      .option(
        "input-coding", .choice(InputCoding.allCases.map(\.rawValue)), InputCoding.allCases.map(\.rawValue).joined(separator: "|"),
        standard: .described("the program's"), group: simulation,
        "Another coding of an input that spikes, of those that the program's synapses take."),
      FaultOptions.flipMembraneBits, FaultOptions.loseSpikes, FaultOptions.duplicateSpikes, FaultOptions.seed,
    ] + OptionSpec.data(in: data, "Images: IDX, .npy, .npz or CIFAR; of events a file or a folder of recordings.") + [
      .samples(in: data, standard: "all"),
    ] + EventBinning.parameters.map { OptionSpec($0, group: data) } + OptionSpec.ann(in: data) + [
      .option(
        "shard", .text, "I/N|auto", group: data,
        "Run only the I-th of N parts of the samples, for 'nmsim merge'. auto: the task of a Slurm job array."),
      .option(
        "target", .fraction, "ACCURACY", standard: .described("0.01 below the ANN on these samples, else 0.9"),
        group: outputs,
        "An accuracy, a fraction of 1. Report the step from which on it is kept, and the energy until then."),
      .option(
        "min-accuracy", .fraction, "ACCURACY", group: outputs,
        "End with status 1 when the accuracy is below this fraction of 1."),
      .option(
        "spike-profile", .text, "NAME", standard: .described("the configured one"), group: outputs,
        "Energy per spike for the papers' model."),
      .json(
        "The result; '-' is standard output.", placeholder: "FILE|-",
        standard: .described("run.json; run-I-of-N.json of a part"), group: outputs),
      .option(
        "sample-costs", .newFile, "FILE.csv", group: outputs,
        "One row per sample: its spikes, synaptic operations, energy on the chip and latency. The run takes about a seventh longer."),
      .option(
        "predictions", .newFile, "FILE.csv", group: outputs,
        "One row per sample: index, label, prediction, decision step."),
      .option("outputs", .newFile, "FILE.npy", group: outputs, "The output values, in units of the ANN."),
      .option(
        "trace", .newFolder, "FOLDER", group: TraceWriter.group,
        "Write traces of the first samples: spikes.csv, perf.csv, messages.csv and trace.json (Perfetto); with probes "
          + "potential.csv and probes.vcd (GTKWave). A file ends at 256 MiB, trace.json at a million events; the "
          + "command says what is left out."),
      .option(
        "trace-samples", .integer(1...100_000), "N", standard: .value("1"), group: TraceWriter.group,
        "How many samples to trace. They run once more."),
      .repeatable(
        "probe", "POP:NEURON", group: TraceWriter.group,
        "A neuron whose potential is traced, for example conv1:0; may be given several times."),
      .flag("no-timing", group: outputs, "Leave the simulation's own wall time out of the result."),
      .memory,
      .quiet, .color,
    ] + timeOptions,
    common: ["ticks", "input", "samples", "output"],
    examples: [
      ExampleSpec("nmsim run --steps 200", "Runs the program in this folder for 200 time steps, on the data that its network names."),
      ExampleSpec(
        "nmsim run net.nmsim --steps 64 --input t10k-images-idx3-ubyte.gz --samples 1000 --json -",
        "Runs the first 1,000 images of a file, and prints the result as JSON."),
      ExampleSpec(
        "nmsim run --trace traces --probe conv1:0 --probe output:3",
        "Also writes what every core did in each tick of the first image, and the potentials of two neurons."),
    ],
    exits: [.checkFailed, .badData, .missingInput, .resumable, .badConfiguration])

  static func run(_ arguments: ParsedArguments, _ terminal: Terminal) throws(CommandError) -> ExitStatus {
    let profile = try spikeProfile(arguments.string("spike-profile") ?? SpikeProfile.standard.name)
    let inputs = try RunInputs(arguments)
    try ObservedRun.check(inputs.program, steps: inputs.steps, samples: inputs.samples)
    if inputs.program.output.task == .values {
      for name in ["predictions", "sample-costs", "target", "min-accuracy", "early-decision"] where arguments.isGiven(name) {
        throw CommandError(
          .usage, subject: "run", problem: "--\(name) is about decisions, and the outputs of this network are values",
          remedy: "leave it out; --outputs writes the values")
      }
    }
    let traces = try TraceWriter(arguments, inputs)
    let engine = Run.Engine(rawValue: arguments.string("engine") ?? "fast") ?? .fast
    let ann = try SourceANN(inputs, arguments, terminal)
    let faults = try FaultOptions.run(arguments)
    var split = try ShardedRun(inputs, engine: engine, ann: ann, arguments)
    let keepsOutputs = arguments.isGiven("outputs")
    // What a part leaves does not say its faults, so such a run starts again.
    let isKept = (!keepsOutputs || inputs.program.output.task == .values) && faults.isNone
    let earlier = isKept ? split.earlier(terminal) : nil
    let done = earlier?.record.samples ?? 0
    var run = Run(
      steps: inputs.steps, samples: split.range.count - done, threads: inputs.threads, engine: engine,
      keepsOutputs: keepsOutputs)
    run.faults = faults
    run.first = split.range.lowerBound + done
    // Of a run that was interrupted only the last part's costs are known.
    let costs = arguments.isGiven("sample-costs") && done == 0
      ? SampleCosts(inputs.program, steps: inputs.steps, samples: run.samples) : nil
    let start = ContinuousClock.now
    let (record, courses, observation) = try ObservedRun.observed(
      run, inputs.program, inputs.data, inputs.dataPath, split.options, label: "run", terminal, costs: costs,
      stop: { StopSignal.isReceived })
    let seconds = start.duration(to: .now) / .seconds(1)
    var part = split.part(record, courses, observation)
    if let earlier {
      var whole = earlier
      whole.append(part)
      part = whole
    }
    if part.record.samples < split.range.count { throw try split.interrupted(part) }
    let answers = try ann.map { (ann) throws(CommandError) in
      let progress = ProgressLine("the ANN", total: split.range.count, unit: "images", terminal: terminal)
      defer { progress.finish() }
      let answers = try ann.answers(
        on: inputs.data, inputs.dataPath, split.range, inputs.program.network.preprocessing, inputs.program.output.task,
        keptIn: KeptDecisions.path(beside: inputs.programPath), threads: inputs.threads,
        progress: { progress.advance(by: $0) }, stop: { StopSignal.isReceived })
      guard let answers else { throw try split.interrupted(part) }
      return answers
    }
    if let shard = split.shard {
      part.answers = answers
      try write(part, shard, split, arguments, terminal)
      return .success
    }
    var result = try ObservedRun.result(
      inputs.program, part.record, courses: part.courses, part.observation, hash: inputs.programHash,
      images: inputs.dataPath, profile: profile, ann: answers, target: split.target, engine: engine,
      faults: faults)
    result.realTime = inputs.secondsPerStep.map { RealTime(result, secondsPerStep: $0) }
    // Of a run that was interrupted only the last part's time is known.
    if !arguments.flag("no-timing"), earlier == nil {
      var simulation = RunResult.Simulation()
      simulation.seconds = seconds
      simulation.threads = min(inputs.threads, max(1, inputs.samples))
      simulation.synapticOperationsPerSecond = seconds > 0 ? Double(result.totals.synapticOperations ?? 0) / seconds : 0
      simulation.command = arguments.line
      result.simulation = simulation
    }
    // First of all outputs: where the disk is full, the others are what is lost.
    let text = try OutputFile.text(of: result.document)
    if split.path != "-" { try OutputFile.write(Array(text.utf8), to: split.path) }
    split.finished()
    try writeSamples(part.record, result, costs, inputs, arguments)
    try traces?.write(inputs, terminal)
    if split.path == "-" { terminal.print(text) } else { say(result, split.path, terminal) }
    return check(result, arguments, terminal)
  }

  static func spikeProfile(_ name: String) throws(CommandError) -> SpikeProfile {
    try told(.badConfiguration) { () throws(ChipError) in try SpikeProfile(nameOrAmount: name) }
  }

  /// Writes a part of a run, for `merge`.
  private static func write(
    _ part: PartialRun, _ shard: Shard, _ split: ShardedRun, _ arguments: ParsedArguments, _ terminal: Terminal
  ) throws(CommandError) {
    try OutputFile.write(sealed: part.document, to: split.path, terminal)
    split.finished()
    if let path = arguments.string("predictions") { try OutputFile.write(predictions(part.record), to: path) }
    if split.path == "-" { return }
    terminal.say(
      "Wrote \(ErrorText.escaped(split.path)), part \(shard.index) of \(shard.count): "
        + "\(NumberFormat.count(part.record.samples, of: "sample")). When all parts are there: nmsim merge PART...\n")
  }

  /// Writes what was asked for by sample.
  private static func writeSamples(
    _ record: RunRecord, _ result: RunResult, _ costs: SampleCosts?, _ inputs: RunInputs, _ arguments: ParsedArguments
  ) throws(CommandError) {
    if let path = arguments.string("predictions") { try OutputFile.write(predictions(record), to: path) }
    if let path = arguments.string("sample-costs") { try OutputFile.write(sampleCosts(record, result, costs), to: path) }
    if let path = arguments.string("outputs") {
      try OutputFile.write(NumPy.encode(outputs(record, inputs.program)), to: path)
    }
  }

  private static func say(_ result: RunResult, _ path: String, _ terminal: Terminal) {
    terminal.say(ResultText.text(result, style: terminal.style))
    if let fewer = FewerSteps(result) { terminal.say(fewer.text(result, width: terminal.style.width)) }
    terminal.say("Wrote \(ErrorText.escaped(path)). Next: nmsim energy\(path == "run.json" ? "" : " \(ErrorText.escaped(path))")\n")
  }

  /// `index,label,prediction,decisionStep`: the step after which the decision stayed, 1...T.
  static func predictions(_ record: RunRecord) -> [UInt8] {
    var text = "index,label,prediction,decisionStep\n"
    for index in 0..<record.samples {
      let label = record.labels.map { "\($0[index])" } ?? ""
      text += "\(record.first + index),\(label),\(record.predictions[index]),\(record.decisionSteps[index])\n"
    }
    return Array(text.utf8)
  }

  /// A line a sample: what all its steps cost, the chip's energy without static power; the time until the step after which
  /// its decision stayed, at the mean length of a tick; and of input that has a time of its own the energy with static power
  /// while it lasts. What is unknown is empty.
  private static func sampleCosts(_ record: RunRecord, _ result: RunResult, _ costs: SampleCosts?) -> [UInt8] {
    var csv = CSV(["index", "spikes", "synapticOperations", "chipJoules", "decisionTicks", "decisionSeconds"]
      + (result.realTime == nil ? [] : ["realTimeJoules"]))
    let isPriced = result.bill?.pricedJoules != nil
    let lead = max(0, (result.ticksPerInference ?? record.steps) - record.steps)
    for (index, cost) in (costs?.samples ?? []).prefix(record.samples).enumerated() {
      let ticks = lead + record.decisionSteps[index]
      csv.add([
        "\(record.first + index)", cost.map { "\($0.spikes)" } ?? "", cost.map { "\($0.synapticOperations)" } ?? "",
        isPriced ? cost.flatMap { JSONOutput.numberText($0.joules) } ?? "" : "", "\(ticks)",
        result.time.secondsPerTick.flatMap { JSONOutput.numberText(Double(ticks) * $0) } ?? "",
      ] + (result.realTime.map { real in
        let joules = cost.map { $0.joules + (real.idleJoules ?? 0) }
        return [real.joulesPerInference == nil ? "" : joules.flatMap(JSONOutput.numberText) ?? ""]
      } ?? []))
    }
    return Array(csv.text.utf8)
  }

  /// Outputs in ANN units, `[samples, outputs]`.
  private static func outputs(_ record: RunRecord, _ program: CompiledProgram) -> Tensor {
    let count = program.populations[program.output.population].shape.count
    return Tensor(shape: [record.samples, count], storage: .float64(record.values(of: program).flatMap { $0 }))
      ?? Tensor(scalar: 0)
  }

  /// The exit status that `--min-accuracy` asks for.
  private static func check(_ result: RunResult, _ arguments: ParsedArguments, _ terminal: Terminal) -> ExitStatus {
    guard let least = arguments.double("min-accuracy") else { return .success }
    guard let accuracy = result.accuracy else {
      terminal.warn("run: accuracy is unknown without labels: name them with --labels")
      return .checkFailed
    }
    if accuracy < least {
      terminal.warn(
        "run: accuracy \(NumberFormat.percent(accuracy)) is below --min-accuracy \(NumberFormat.percent(least))")
      return .checkFailed
    }
    return .success
  }
}
