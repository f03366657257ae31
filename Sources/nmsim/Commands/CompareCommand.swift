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
      PositionalSpec("programs", "NETWORK", .file, .list(minimum: 1), "Networks, or compiled programs.")
    ],
    options: [
      .option(
        "chips", .text, "NAME,...", standard: .described("all of 'nmsim chips'"), group: chips,
        "The chips for networks: names of 'nmsim chips' or files, separated by commas."),
    ] + OptionSpec.chipNumbers(in: chips) + [
      .option(
        "schedule", .choice(["windowed", "continuous"]), "windowed|continuous", standard: .value("windowed"),
        group: chips, "Layers active in their windows, or all at every tick."),
      .steps(in: simulation),
      .threads(in: simulation),
      .option(
        "input", .file, "DATA", standard: .described("what the network names"), group: data,
        "Images: IDX, .npy, .npz or CIFAR. Without any, nothing is run."),
      .option(
        "labels", .file, "LABELS", standard: .described("found by the name of the images"), group: data,
        "Labels; without any, accuracies are unknown."),
      .option(
        "samples", .integer(1...Int.max), "N", standard: .described("the first 1,000, or all"), group: data,
        "How many samples."),
      .json("Also write the comparison as JSON; '-' is standard output.", group: outputs),
      .option(
        "out", .newFolder, "FOLDER", group: outputs,
        "Also write each run's result into this folder, as CHIP.json, for 'nmsim report'."),
      .memory,
      .quiet, .color,
    ],
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
      schedule: arguments.string("schedule").flatMap(Schedule.init(name:)) ?? .windowed, memory: arguments.memory)
    var runner = try CompareRunner(arguments, terminal: terminal, namesFiles: files.count > 1)
    var entries: [CompareEntry] = []
    for input in networks {
      if let program = input.program {
        entries.append(try runner.entry(program, file: input.path, hash: input.hash))
      } else if let network = input.network {
        for chip in chips { entries.append(try compile(network, chip, options, file: input.path, &runner)) }
      }
    }
    let comparison = ChipComparison(
      entries: entries, samples: runner.samples, steps: entries.lazy.compactMap(\.result?.ticks).max())
    if let path = arguments.string("output") { try OutputFile.write(comparison.record.document, to: path, terminal) }
    let tables = arguments.tables(terminal)
    tables.say(comparison.text(tables.style))
    return entries.contains { $0.refusal == nil } ? .success : .doesNotFit
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
      let bytes: [UInt8]
      do throws(FileError) { bytes = try FileReader.bytes(of: path, limit: ProgramStore.maximumBytes) } catch {
        throw CommandError(error)
      }
      if ProgramStore.isProgram(bytes) {
        let (read, hash) = try ProgramStore.read(path, toRunWithin: memory)
        (program, self.hash) = (read, hash)
        files = read.dataFiles(beside: path)
        return
      }
      do throws(NetworkFileError) {
        let file = try NetworkFile(reading: path)
        network = try file.checked()
        files = file.files
      } catch {
        throw CommandError(error)
      }
    }
  }

  /// Results get their names by network and chip; each is looked at before the first is made.
  private static func checkFiles(
    _ arguments: ParsedArguments, _ inputs: [Input], _ chips: [ChipDescription]
  ) throws(CommandError) {
    let named = arguments.string("chips").map { $0.split(separator: ",").map(String.init) } ?? []
    var writes: [(option: String, path: String)] = []
    if let folder = arguments.string("out") {
      for input in inputs {
        for chip in input.program.map({ [$0.chip.name] }) ?? chips.map(\.name) {
          let name = CompareRunner.resultName(chip, file: input.path, namesFiles: inputs.count > 1)
          writes.append(("out", PathText.joined(folder, "\(name).json")))
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
  ) throws(CommandError) -> CompareEntry {
    let program: CompiledProgram
    do throws(CompileError) {
      let progress = ProgressLine(
        "\(chip.name), placement", total: CompiledProgram.placementSteps, unit: "rounds", terminal: runner.terminal)
      defer { progress.finish() }
      program = try CompiledProgram.compile(network, chip: chip, options: options) { progress.advance() }.program
    } catch {
      let line = CommandError(error, network: file, mapping: nil)
      return CompareEntry(
        file: file, network: network.network.name, chip: chip.name,
        weightBits: options.weightBits ?? chip.defaultWeightBits,
        membraneBits: options.membraneBits ?? chip.membraneBits,
        refusal: CompareEntry.Refusal(
          problem: line.problem, remedy: line.remedy,
          option: FitSearch.option(for: network, chip: chip, options: options, after: error)))
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
  /// Samples that every program ran on; nil: none was run.
  private(set) var samples: Int?
  private var written: [String] = []

  init(_ arguments: ParsedArguments, terminal: Terminal, namesFiles: Bool) throws(CommandError) {
    self.arguments = arguments
    self.terminal = terminal
    self.namesFiles = namesFiles
    folder = arguments.string("out")
    if let folder { try OutputFolder.make(folder) }
  }

  /// - Parameter file: what the network's own data are named from.
  mutating func entry(_ program: CompiledProgram, file: String, hash: String?) throws(CommandError) -> CompareEntry {
    var entry = CompareEntry(
      file: file, network: program.network.name, chip: program.chip.name, weightBits: program.weightBits,
      membraneBits: program.membraneBits, report: CompileReport(program))
    guard arguments.isGiven("input") || program.network.images != nil else { return entry }
    let (set, path) = try dataset(program, file: file)
    let samples = try InputFiles.samples(arguments, of: set, path, standard: CompareCommand.standardSamples)
    self.samples = max(self.samples ?? 0, samples)
    let steps = arguments.int("ticks") ?? program.network.steps ?? RunInputs.standardSteps
    try RunContext.check(program, steps: steps, samples: samples)
    var run = Run(steps: steps, samples: samples, threads: RunInputs.threads(arguments))
    let observer = try RunCommand.observer(
      program, steps: steps, first: 0, samples: samples, RunObserver.Options())
    run.tracedSamples = observer.tracedSamples
    let collector = LayerDetailsCollector(program: program, steps: steps, samples: samples)
    let progress = ProgressLine(program.chip.name, total: samples, unit: "images", terminal: terminal)
    let record: RunRecord
    do throws(DatasetError) {
      record = try run(program, data: set, progress: { progress.advance(by: $0) },
        observe: { sample, outcome, trains in
          collector.observe(sample, outcome, trains)
          observer.observe(sample, outcome, trains)
        })
    } catch {
      progress.finish()
      throw CommandError(.badData, subject: path, message: error.description)
    }
    progress.finish()
    let result = try RunContext.result(
      program, record, courses: collector.sums, observer.observation, hash: hash, images: path)
    entry.result = result
    if let folder { entry.resultFile = try write(result, folder: folder, file: file) }
    return entry
  }

  private mutating func dataset(
    _ program: CompiledProgram, file: String
  ) throws(CommandError) -> (Dataset, String) {
    let key = "\(file)\n\(program.input.dimensions)"
    if let data, data.key == key { return (data.set, data.path) }
    let (set, path) = try RunInputs.dataset(program, beside: file, arguments)
    data = (key, set, path)
    return (set, path)
  }

  /// The name of a result's file, without its ending.
  static func resultName(_ chip: String, file: String, namesFiles: Bool) -> String {
    let base = PathText.baseName(of: PathText.baseName(of: file, without: ".json"), without: ".nmsim")
    return namesFiles ? "\(base)-\(chip)" : chip
  }

  /// The result as `run` writes it, under the chip's name.
  private mutating func write(_ result: RunResult, folder: String, file: String) throws(CommandError) -> String {
    let name = Self.resultName(result.chip, file: file, namesFiles: namesFiles)
    var path = "\(folder)/\(name).json"
    var number = 2
    while written.contains(path) {
      path = "\(folder)/\(name)-\(number).json"
      number += 1
    }
    written.append(path)
    try OutputFile.write(result.document, to: path, terminal)
    return path
  }
}
