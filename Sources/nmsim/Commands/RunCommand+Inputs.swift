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
  /// That a step of the input lasts; nil: it has no time of its own.
  var secondsPerStep: Double?

  init(_ arguments: ParsedArguments) throws(CommandError) {
    let path = try RunInputs.programPath(arguments.positional("program"))
    programPath = path
    (program, programHash) = try ProgramStore.read(path, toRunWithin: arguments.memory)
    if let name = arguments.string("input-coding"), let coding = InputCoding(rawValue: name) {
      guard let coded = program.coded(coding) else {
        throw CommandError(
          .usage, subject: "run",
          problem: "--input-coding \(name) is not for this program, whose input is \(program.input.model.inputCoding?.rawValue ?? "a current")",
          remedy: "compile with --input-coding \(name)")
      }
      program = coded
    }
    let binning = try arguments.binning(program)
    secondsPerStep = arguments.double("input-step")
    steps = arguments.int("ticks") ?? binning?.fixedSteps ?? program.standardSteps ?? RunInputs.standardSteps
    (data, dataPath) = try RunInputs.dataset(program, beside: path, arguments, steps: steps)
    if secondsPerStep == nil, case .sparse = data.values { secondsPerStep = binning?.secondsPerStep }
    samples = try InputFiles.samples(arguments, of: data, dataPath)
    try told(.badData, dataPath) { [program, data, steps] () throws(DatasetError) in
      try program.checkRecording(data, steps: steps)
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
    let programs = FolderFiles.names(in: ".", suffix: ".nmsim")
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
    _ program: CompiledProgram, beside path: String, _ arguments: ParsedArguments, standard: Int? = nil, steps: Int? = nil
  ) throws(CommandError) -> (Dataset, String) {
    try DataPaths(arguments, program, beside: path).load(
      shape: program.inputShape, classes: program.populations[program.output.population].shape.count,
      task: program.output.task, standard: standard, recorded: try arguments.binning(program, steps: steps))
  }
}

extension SourceANN {
  /// Of a run; nil where there is nothing to compare: classes without labels.
  init?(_ inputs: RunInputs, _ arguments: ParsedArguments, _ terminal: Terminal) throws(CommandError) {
    guard inputs.data.labels != nil || inputs.program.output.task == .values else { return nil }
    try self.init(
      arguments, noted: inputs.program.network.ann.model, in: PathText.folder(of: inputs.programPath),
      inputs.program.shapes, terminal)
  }
}

extension CompiledProgram {
  /// Of its input, and the number of its outputs.
  var shapes: (input: [Int], outputs: Int) { (inputShape, populations[output.population].shape.count) }

  /// The data that it names, where its own file is `path`.
  func dataFiles(beside path: String) -> [String] {
    [network.images, network.labels].compactMap { $0 }.map { PathText.joined(PathText.folder(of: path), $0) }
  }
}

extension ParsedArguments {
  /// How events become steps; nil where the program takes none.
  /// - Parameter steps: that a run takes; nil: all that the recordings have.
  func binning(_ program: CompiledProgram, steps: Int? = nil) throws(CommandError) -> EventBinning? {
    let given = EventBinning.parameters.filter { command.option($0.option) != nil && isGiven($0.option) }
    guard program.takesEvents else {
      guard let foreign = given.first else { return nil }
      throw CommandError(
        .usage, subject: command.name, problem: "--\(foreign.option) is for events, and the input of this program is of another kind",
        remedy: "leave it out")
    }
    let rules = given.filter { $0.kind != .flag }
    guard rules.count <= 1 else {
      throw CommandError(
        .usage, subject: command.name, problem: "--\(rules[0].option) and --\(rules[1].option) both say what a step is",
        remedy: "give one of them")
    }
    var binning = EventBinning()
    binning.steps = steps
    for parameter in given {
      if let value = value(of: parameter) { binning.set(parameter, to: value) }
    }
    return binning
  }
}

/// Where a command's data lie: `--input` and `--labels`, else what the network names.
struct DataPaths {
  /// Nil where nobody names any.
  let images: String?
  let labels: String?
  private let arguments: ParsedArguments

  /// - Parameters:
  ///   - images: what the network names, as a path from here.
  ///   - labels: what it names as their labels, likewise.
  init(_ arguments: ParsedArguments, images: String?, labels: String?) {
    self.arguments = arguments
    let given = arguments.string("input")
    self.images = given ?? images
    self.labels = arguments.string("labels") ?? (given == nil ? labels : nil)
  }

  /// Of a program in the file `path`.
  init(_ arguments: ParsedArguments, _ program: CompiledProgram, beside path: String) {
    let folder = PathText.folder(of: path)
    self.init(
      arguments, images: program.network.images.map { PathText.joined(folder, $0) },
      labels: program.network.labels.map { PathText.joined(folder, $0) })
  }

  var files: [String] { [images, labels].compactMap { $0 } }

  /// The data, of the first `--samples` at least, and the path of the images.
  ///
  /// - Parameter standard: samples that are used where none are asked for; nil: all.
  func load(
    shape: [Int], classes: Int, task: OutputTask, standard: Int? = nil, recorded: EventBinning? = nil
  ) throws(CommandError) -> (Dataset, String) {
    guard let images else {
      throw CommandError(
        .usage, subject: arguments.command.name, problem: "the network names no data of its own",
        remedy: "name images with --input, and labels with --labels if they are not found beside them")
    }
    let data = try InputFiles.dataset(
      images, labels: labels, shape: shape, classes: classes, task: task, samples: arguments.int("samples") ?? standard,
      recorded: recorded, namedBy: arguments.isGiven("input") ? .user : .file, labelsNamedBy: arguments.isGiven("labels") ? .user : .file)
    return (data, images)
  }
}
