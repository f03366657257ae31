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
      "Compiles a network for each chip and runs it there: whether it fits or why not, cores, accuracy, energy and latency "
        + "of an inference. What nobody published is unknown, and counted. Compiled programs keep their own chip."
    ],
    positionals: [
      PositionalSpec("programs", "NETWORK", .file, .list(minimum: 1), "Networks, or compiled programs.")
    ],
    options: [
      .option(
        "chips", .text, "NAME,...", standard: .described("all of 'nmsim chips'"), group: chips,
        "The chips for networks: names of 'nmsim chips' or files, separated by commas."),
      .weightBits(in: chips),
      .membraneBits(in: chips),
      .fractionBits(in: chips),
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
      .option("json", .newFile, "FILE", group: outputs, "Also write the comparison as JSON; '-' is standard output."),
      .option(
        "out", .newFolder, "FOLDER", group: outputs,
        "Also write each run's result into this folder, as CHIP.json, for 'nmsim report'."),
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
    var networks: [(path: String, network: CheckedNetwork?, program: CompiledProgram?, hash: String?)] = []
    for path in files { networks.append(try read(path)) }
    if arguments.isGiven("chips"), networks.allSatisfy({ $0.network == nil }) {
      throw CommandError(
        .usage, subject: "compare", problem: "--chips with compiled programs, which have their chips",
        remedy: "give a network, or leave --chips out")
    }
    let chips = try chips(arguments)
    let options = CompileOptions(
      weightBits: arguments.int("weight-bits"), membraneBits: arguments.int("membrane-bits"),
      fractionBits: arguments.int("fraction-bits"),
      schedule: arguments.string("schedule").flatMap(Schedule.init(name:)) ?? .windowed)
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
    if let json = arguments.string("json") { try OutputFile.write(comparison.document, to: json, terminal) }
    let tables = arguments.tables(terminal)
    tables.say(comparison.text(tables.style))
    return entries.contains { $0.refusal == nil } ? .success : .doesNotFit
  }

  /// A network or a program, by its first bytes.
  private static func read(
    _ path: String
  ) throws(CommandError) -> (String, CheckedNetwork?, CompiledProgram?, String?) {
    let bytes: [UInt8]
    do throws(FileError) { bytes = try FileReader.bytes(of: path, limit: ProgramStore.maximumBytes) } catch {
      throw CommandError(error)
    }
    if ProgramStore.isProgram(bytes) {
      let (program, hash) = try ProgramStore.read(path)
      return (path, nil, program, hash)
    }
    do throws(NetworkFileError) { return (path, try NetworkFile(reading: path).checked(), nil, nil) } catch {
      throw CommandError(error)
    }
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
    let samples = arguments.int("samples") ?? min(CompareCommand.standardSamples, set.count)
    guard samples <= set.count else {
      throw CommandError(
        .badData, subject: path,
        problem: "\(NumberFormat.count(samples)) samples asked for, the file has \(NumberFormat.count(set.count))",
        remedy: "use --samples \(set.count) or fewer")
    }
    self.samples = max(self.samples ?? 0, samples)
    let steps = arguments.int("ticks") ?? program.network.steps ?? RunInputs.standardSteps
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
    var result = RunResult(
      program: program, record: record, programHash: hash, observation: observer.observation)
    result.details = LayerDetails(program: program, record: record, courses: collector.sums)
    result.fit = RunContext.fit(program)
    result.provenance = RunContext.provenance(program, images: path)
    entry.result = result
    if let folder { entry.resultFile = try write(result, folder: folder, file: file) }
    return entry
  }

  private mutating func dataset(
    _ program: CompiledProgram, file: String
  ) throws(CommandError) -> (Dataset, String) {
    let key = "\(file)\n\(program.network.inputDimensions)"
    if let data, data.key == key { return (data.set, data.path) }
    let (set, path) = try RunInputs.dataset(program, beside: file, arguments)
    data = (key, set, path)
    return (set, path)
  }

  /// The result as `run` writes it, under the chip's name.
  private mutating func write(_ result: RunResult, folder: String, file: String) throws(CommandError) -> String {
    let base = PathText.baseName(of: PathText.baseName(of: file, without: ".json"), without: ".nmsim")
    let name = namesFiles ? "\(base)-\(result.chip)" : result.chip
    var path = "\(folder)/\(name).json"
    var number = 2
    while written.contains(path) {
      path = "\(folder)/\(name)-\(number).json"
      number += 1
    }
    written.append(path)
    try OutputFile.write(Array(try OutputFile.text(of: result.document(timing: false)).utf8), to: path)
    return path
  }
}
