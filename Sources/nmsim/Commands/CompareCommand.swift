import ChipModel
import Compiler
import Runtime

/// `nmsim compare`: one network on several chips side by side.
enum CompareCommand {
  private static let chips = "Chips and arithmetic"
  private static let data = "Data"
  private static let simulation = "Simulation"
  private static let outputs = "Output"
  /// Samples where none are asked for: enough to compare, not to wait for.
  static let standardSamples = 1_000

  static let spec = CommandSpec(
    name: "compare", abstract: "Compare a network on several chips",
    discussion: [
      "Compiles a network for each chip and runs it there. Shows whether it fits or why not, cores, accuracy, and "
        + "energy and latency per inference. Unpublished constants are unknown, and counted. A compiled program keeps "
        + "its chip."
    ],
    positionals: [
      PositionalSpec(
        "programs", "NETWORK", .file([.network, .program]), .list(minimum: 1), "Networks, or compiled programs.")
    ],
    options: [
      .option(
        "chips", .text, "NAME,...", standard: .described("all of 'nmsim chips'"), group: chips,
        "The chips for networks: names of 'nmsim chips' or files, separated by commas."),
    ] + OptionSpec.chipNumbers(in: chips) + [
      .schedule(in: chips),
      .steps(in: simulation),
      .threads(in: simulation),
    ] + OptionSpec.data(in: data, "Images: IDX, .npy, .npz or CIFAR. Without any, nothing is run.") + [
      .samples(in: data, standard: "1,000, or all"),
    ] + OptionSpec.ann(in: data) + [
      .json("Also write the comparison as JSON; '-' is standard output.", group: outputs),
      .option(
        "out", .newFolder, "FOLDER", group: outputs,
        "Also write each run's result into this folder, as CHIP.json, for 'nmsim report'."),
      .memory,
      .quiet, .color,
    ],
    common: ["chips", "input", "ticks", "out"],
    examples: [
      ExampleSpec("nmsim compare net.json --samples 100", "On every built-in chip."),
      ExampleSpec(
        "nmsim compare net.json --chips loihi,truenorth,my-chip.json --out chips",
        "On three; 'nmsim report chips/*.json' then draws them side by side."),
      ExampleSpec("nmsim compare narrow.nmsim wide.nmsim", "Two programs as they are."),
    ],
    exits: [.badData, .missingInput, .doesNotFit, .badConfiguration])

  static func run(_ arguments: ParsedArguments, _ terminal: Terminal) throws(CommandError) -> ExitStatus {
    let files = arguments.positionals("programs")
    var networks: [Input] = []
    for path in files { networks.append(try Input(path, arguments.memory)) }
    if arguments.isGiven("chips"), networks.allSatisfy({ $0.network == nil }) {
      throw CommandError(
        .usage, subject: "compare", problem: "--chips with compiled programs, which have their chips",
        remedy: "give a network, or leave --chips out")
    }
    let chips = try chips(arguments)
    try checkFiles(arguments, networks, chips)
    let options = CompileOptions(
      numbers: arguments.chipNumbers,
      schedule: arguments.string("schedule").flatMap(Schedule.init(rawValue:)), memory: arguments.memory)
    var runner = try CompareRunner(arguments, terminal: terminal, namesFiles: files.count > 1)
    var record = ComparisonRecord()
    for input in networks {
      if let program = input.program {
        record.entries.append(try runner.entry(program, file: input.path, hash: input.hash))
      } else if let network = input.network {
        for chip in chips { record.entries.append(try compile(network, chip, options, file: input.path, &runner)) }
      }
    }
    (record.samples, record.ticks) = (runner.samples, runner.steps)
    if let path = arguments.string("output") { try OutputFile.write(record.document, to: path, terminal) }
    let tables = arguments.tables(terminal)
    tables.say(ChipComparison(record: record).text(tables.style))
    return record.entries.contains(where: \.fits) ? .success : .doesNotFit
  }

  /// A network or a program, by its first bytes.
  private struct Input {
    let path: String
    var network: CheckedNetwork?
    var program: CompiledProgram?
    var hash: String?
    /// What is read with it.
    var files: [String]

    init(_ path: String, _ memory: MemoryBudget) throws(CommandError) {
      self.path = path
      let bytes = try InputFiles.bytes(path, limit: ProgramStore.maximumBytes)
      if ProgramStore.isProgram(bytes) {
        let (read, hash) = try ProgramStore.read(path, toRunWithin: memory)
        (program, self.hash) = (read, hash)
        files = read.dataFiles(beside: path)
        return
      }
      let (file, checked) = try InputFiles.network(path)
      network = checked
      files = file.files
    }
  }

  /// Results get their names by network and chip; each is looked at before the first is made.
  private static func checkFiles(
    _ arguments: ParsedArguments, _ inputs: [Input], _ chips: [ChipDescription]
  ) throws(CommandError) {
    let named = arguments.string("chips").map { $0.split(separator: ",").map(String.init) } ?? []
    var writes: [(option: String, path: String)] = []
    if let folder = arguments.string("out") {
      var writers: [String: String] = [:]
      for input in inputs {
        for chip in input.program.map({ [$0.chip.name] }) ?? chips.map(\.name) {
          let path = CompareRunner.resultPath(chip, file: input.path, in: folder, namesFiles: inputs.count > 1)
          let writer = "\(input.path) on \(chip)"
          if let other = writers.updateValue(writer, forKey: path) {
            throw CommandError(
              .usage, subject: path, problem: "would hold the results of \(other) and of \(writer)",
              remedy: "give networks and chips names of their own, or compare them apart")
          }
          writes.append(("out", path))
        }
      }
    }
    try arguments.checkFiles(reads: inputs.flatMap(\.files) + named, writes: writes)
  }

  private static func chips(_ arguments: ParsedArguments) throws(CommandError) -> [ChipDescription] {
    let names =
      arguments.string("chips").map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
      ?? ChipLibrary.names
    var result: [ChipDescription] = []
    for (index, name) in names.enumerated() {
      if name.isEmpty {
        throw CommandError(
          .usage, subject: "compare", problem: "--chips has an empty name", remedy: "write names with one comma between")
      }
      if names[..<index].contains(name) {
        throw CommandError(.usage, subject: "compare", problem: "--chips names '\(name)' twice", remedy: "name it once")
      }
      result.append(try ChipsCommand.load(name))
    }
    return result
  }

  private static func compile(
    _ network: CheckedNetwork, _ chip: ChipDescription, _ options: CompileOptions, file: String,
    _ runner: inout CompareRunner
  ) throws(CommandError) -> ComparisonRecord.Entry {
    let program: CompiledProgram
    do throws(CompileError) {
      let progress = ProgressLine(
        "\(chip.name), placement", total: CompiledProgram.placementSteps, unit: "rounds", terminal: runner.terminal)
      defer { progress.finish() }
      program = try CompiledProgram.compile(network, chip: chip, options: options) { progress.advance() }.program
    } catch {
      let line = CommandError(error, network: file, mapping: nil)
      var entry = ComparisonRecord.Entry(
        file: file, network: network.network.name, chip: chip.name,
        weightBits: options.weightBits ?? chip.defaultWeightBits,
        membraneBits: options.membraneBits ?? chip.membraneBits)
      entry.fits = false
      entry.refusal = ComparisonRecord.Refusal(
        problem: line.problem, remedy: line.remedy,
        option: FitSearch.remedy(for: network, chip: chip, options: options, after: error).map {
          "\(OptionSpec.spelled($0.number.rawValue)) \($0.value)"
        })
      return entry
    }
    return try runner.entry(program, file: file, hash: program.hash)
  }
}

/// Runs the programs of a comparison on the same samples.
struct CompareRunner {
  private let arguments: ParsedArguments
  let terminal: Terminal
  private let folder: String?
  /// Whether the file's name is part of a result's name.
  private let namesFiles: Bool
  /// The last data set: programs of one network share it.
  private var data: (key: String, set: Dataset, path: String)?
  /// What the last file's ANN said.
  private var ann: (file: String, answers: ANNAnswers?)?
  /// Samples that every program ran on; nil: none was run.
  private(set) var samples: Int?
  /// The largest number of steps.
  private(set) var steps: Int?

  init(_ arguments: ParsedArguments, terminal: Terminal, namesFiles: Bool) throws(CommandError) {
    self.arguments = arguments
    self.terminal = terminal
    self.namesFiles = namesFiles
    folder = arguments.string("out")
    if let folder { try OutputFolder.make(folder) }
  }

  /// - Parameter file: what the network's own data are named from.
  mutating func entry(
    _ program: CompiledProgram, file: String, hash: String?
  ) throws(CommandError) -> ComparisonRecord.Entry {
    var entry = ComparisonRecord.Entry(
      file: file, network: program.network.name, chip: program.chip.name, weightBits: program.weightBits,
      membraneBits: program.membraneBits)
    entry.add(CompileReport(program))
    guard arguments.isGiven("input") || program.network.images != nil else { return entry }
    let (set, path) = try dataset(program, file: file)
    let samples = try InputFiles.samples(arguments, of: set, path, standard: CompareCommand.standardSamples)
    self.samples = max(self.samples ?? 0, samples)
    let steps = arguments.int("ticks") ?? program.standardSteps ?? RunInputs.standardSteps
    self.steps = max(self.steps ?? 0, steps)
    try ObservedRun.check(program, steps: steps, samples: samples)
    let ann = try answers(program, file: file, set, path, samples)
    let run = Run(steps: steps, samples: samples, threads: RunInputs.threads(arguments))
    let (record, courses, observation) = try ObservedRun.observed(
      run, program, set, path, RunObserver.Options(), label: program.chip.name, terminal)
    let result = try ObservedRun.result(program, record, courses: courses, observation, hash: hash, images: path, ann: ann)
    entry.add(result)
    if let folder {
      let path = Self.resultPath(result.chip, file: file, in: folder, namesFiles: namesFiles)
      try OutputFile.write(result.document, to: path, terminal)
      entry.run = path
    }
    return entry
  }

  /// What the ANN says of the samples; programs of one file share it.
  private mutating func answers(
    _ program: CompiledProgram, file: String, _ set: Dataset, _ path: String, _ samples: Int
  ) throws(CommandError) -> ANNAnswers? {
    guard set.labels != nil || program.output.task == .values else { return nil }
    if let ann, ann.file == file { return ann.answers }
    let source = try SourceANN(
      arguments, noted: program.network.ann.model, in: PathText.folder(of: file), program.shapes, terminal)
    let answers = try source.map { (source) throws(CommandError) in
      try source.answers(
        on: set, path, 0..<samples, program.network.preprocessing, program.output.task, keptIn: KeptDecisions.path(beside: file),
        threads: RunInputs.threads(arguments))
    }
    ann = (file, answers ?? nil)
    return answers ?? nil
  }

  private mutating func dataset(
    _ program: CompiledProgram, file: String
  ) throws(CommandError) -> (Dataset, String) {
    let key = "\(file)\n\(program.inputShape)"
    if let data, data.key == key { return (data.set, data.path) }
    let (set, path) = try RunInputs.dataset(
      program, beside: file, arguments, standard: CompareCommand.standardSamples)
    data = (key, set, path)
    return (set, path)
  }

  /// Where a result goes: named for its chip, and for its network where there are several.
  static func resultPath(_ chip: String, file: String, in folder: String, namesFiles: Bool) -> String {
    let base = PathText.baseName(of: PathText.baseName(of: file, without: ".json"), without: ".nmsim")
    return "\(folder)/\(namesFiles ? "\(base)-\(chip)" : chip).json"
  }
}
