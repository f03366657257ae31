import ChipModel

/// What a run reads, found the way the command line says.
struct RunInputs {
  var program: CompiledProgram
  var programHash: String
  var programPath: String
  var data: Dataset
  var dataPath: String
  var steps: Int
  var samples: Int
  var threads: Int

  init(_ arguments: ParsedArguments) throws(CommandError) {
    let path = try RunInputs.programPath(arguments.positional("program"))
    programPath = path
    (program, programHash) = try ProgramStore.read(path)
    steps = arguments.int("ticks") ?? program.network.steps ?? RunInputs.standardSteps
    (data, dataPath) = try RunInputs.dataset(program, beside: path, arguments)
    samples = arguments.int("samples") ?? data.count
    guard samples <= data.count else {
      throw CommandError(
        .badData, subject: dataPath,
        problem: "\(NumberFormat.count(samples)) samples asked for, the file has \(NumberFormat.count(data.count))",
        remedy: "use --samples \(data.count) or fewer")
    }
    threads = RunInputs.threads(arguments)
  }

  /// `--threads`, else what the scheduler granted, else all that this process may use.
  static func threads(_ arguments: ParsedArguments) -> Int {
    arguments.int("threads") ?? standardThreads
  }

  static var standardThreads: Int {
    let granted = Environment.value("SLURM_CPUS_PER_TASK").flatMap { Int($0) }.flatMap { $0 >= 1 ? $0 : nil }
    return min(1024, granted ?? Processors.available)
  }

  /// Where neither the command line nor the network names a number of steps.
  static let standardSteps = 64

  /// The program named, else `net.nmsim`, else the only program in this folder.
  private static func programPath(_ given: String?) throws(CommandError) -> String {
    if let given { return given }
    let programs = FolderListing.names(in: ".", suffix: ".nmsim")
    if programs.contains("net.nmsim") { return "net.nmsim" }
    if programs.count == 1 { return programs[0] }
    if programs.isEmpty {
      throw CommandError(
        .missingInput, subject: "net.nmsim", problem: "no program in this folder",
        remedy: "make one with 'nmsim compile net.json', or name one: nmsim run FILE.nmsim")
    }
    throw CommandError(
      .usage, subject: "run", problem: "several programs in this folder: \(programs.joined(separator: ", "))",
      remedy: "name one: nmsim run \(programs[0])")
  }

  /// `--input` and `--labels`, else what the network names, from the folder of `path`.
  static func dataset(
    _ program: CompiledProgram, beside path: String, _ arguments: ParsedArguments
  ) throws(CommandError) -> (Dataset, String) {
    let given = arguments.string("input")
    let named = program.network.images.map { relative($0, to: path) }
    guard let images = given ?? named else {
      throw CommandError(
        .usage, subject: arguments.command.name, problem: "the network names no data of its own",
        remedy: "name images with --input, and labels with --labels if they are not found beside them")
    }
    let labels = arguments.string("labels") ?? (given == nil ? program.network.labels.map { relative($0, to: path) } : nil)
    do throws(DataError) {
      let data = try DatasetLoader.load(
        images: images, labels: labels, expectedShape: program.network.inputDimensions,
        classes: program.populations[program.output.population].shape.count)
      return (data, images)
    } catch {
      let isMissing = error.fileError != nil
      throw CommandError(isMissing ? .missingInput : .badData, subject: nil, message: error.description)
    }
  }

  /// A path that a program names, from the program's own folder.
  private static func relative(_ name: String, to path: String) -> String {
    guard !name.hasPrefix("/"), let slash = path.lastIndex(of: "/") else { return name }
    return path[...slash] + name
  }
}
