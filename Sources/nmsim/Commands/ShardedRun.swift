import ChipModel
import Runtime

/// Which samples a run takes, and what it leaves where it is a part of a whole or is interrupted.
struct ShardedRun {
  /// Nil: the whole run.
  let shard: Shard?
  /// Indices in the data set.
  let range: Range<Int>
  /// Where the result goes.
  let path: String
  private let inputs: RunInputs
  private let profile: String
  /// Nil: by the ANN.
  let target: Double?
  /// SHA-256 of the ANN that parts decide with.
  private let ann: String?
  private let engine: Run.Engine
  /// What the run watches.
  let options: RunObserver.Options

  init(_ inputs: RunInputs, engine: Run.Engine, ann: SourceANN?, _ arguments: ParsedArguments) throws(CommandError) {
    shard = try arguments.string("shard").map { (text) throws(CommandError) in try Shard(text, command: "run") }
    for name in ["outputs", "sample-costs", "trace"] where shard != nil && arguments.isGiven(name) {
      throw CommandError(
        .usage, subject: "run", problem: "--\(name) of a part cannot be merged", remedy: "leave --shard or --\(name) out")
    }
    range = shard?.range(of: inputs.samples) ?? 0..<inputs.samples
    let standard = shard.map { "run-\($0.index)-of-\($0.count).json" } ?? "run.json"
    path = arguments.string("output") ?? standard
    // What an interrupted run keeps is a file that it writes, too.
    try arguments.checkFiles(
      reads: [inputs.programPath] + DataPaths(arguments, inputs.program, beside: inputs.programPath).files,
      writes: [("output", path)] + (path == "-" ? [] : [("output", path + ".partial")]))
    self.inputs = inputs
    self.engine = engine
    target = arguments.double("target")
    self.ann = shard == nil ? nil : ann?.hash
    profile = arguments.string("spike-profile") ?? SpikeProfile.standard.name
    var options = try RunCommand.observerOptions(arguments)
    // Power by second needs it.
    if inputs.secondsPerStep != nil { options.countsTicks = true }
    self.options = options
  }

  /// Where an interrupted run keeps what it has done; nil where it cannot: the result is for standard output, or a part
  /// does not hold all that the run is asked for.
  private var checkpoint: String?

  // MARK: Parts

  static func read(_ path: String) throws(CommandError) -> PartialRunFile {
    let bytes = try InputFiles.bytes(path, limit: 1 << 30)
    return try told(.badData, path) { () throws(JSONError) in try PartialRunFile(reading: bytes) }
  }

  /// What was found, as a part of the run.
  func part(_ record: RunRecord, _ courses: [SpikeCourse], _ observation: Observation) -> PartialRun {
    let identity = identity
    let here = FileSystemPath.resolved(PathText.folder(of: path == "-" ? "run.json" : path))
    let there = FileSystemPath.resolved(PathText.folder(of: inputs.programPath))
    let name = PathText.baseName(of: inputs.programPath, without: "")
    var program = inputs.programPath
    if let here, let there { program = PathText.relative(name, in: there, from: here) }
    return PartialRun(
      identity: identity, programPath: program, record: record, courses: courses, observation: observation)
  }

  private var identity: PartialRun.Identity {
    PartialRun.Identity(
      program: inputs.programHash, data: inputs.data.contentHash(samples: inputs.samples), engine: engine,
      ticks: inputs.steps, samples: inputs.samples, profile: profile, target: target, images: inputs.dataPath, options: options,
      ann: ann, secondsPerStep: inputs.secondsPerStep)
  }

  // MARK: Interruption

  /// Most interrupted runs that one result may have beside it.
  private static let mostCheckpoints = 100

  /// What the same run did before it was interrupted; nil where there is nothing of it. What another run did is kept, and
  /// this one then keeps its own beside it.
  mutating func earlier(_ terminal: Terminal) -> PartialRun? {
    guard path != "-" else { return nil }
    for number in 1...Self.mostCheckpoints {
      let name = path + (number == 1 ? ".partial" : ".\(number).partial")
      guard FolderFiles.isFile(name) else {
        checkpoint = name
        return nil
      }
      do throws(CommandError) {
        let file = try Self.read(name)
        if file.identity == identity, file.first == range.lowerBound, file.count <= range.count {
          checkpoint = name
          return try told(.badData, name) { () throws(JSONError) in try file.part(of: inputs.program) }
        }
        let difference = file.identity.difference(from: identity) ?? "other samples"
        terminal.warn(
          "run: \(name) has \(NumberFormat.count(file.count, of: "sample")) of another run (\(difference)): it is kept")
      } catch {
        terminal.warn("run: \(name): \(error.problem): its samples are run again")
        checkpoint = name
        return nil
      }
    }
    return nil
  }

  /// Keeps what was done.
  /// - Returns: the error to end with.
  func interrupted(_ part: PartialRun) throws(CommandError) -> CommandError {
    let done = "\(NumberFormat.count(part.record.samples)) of \(NumberFormat.count(range.count, of: "sample"))"
    guard let checkpoint, part.record.samples > 0 else {
      return CommandError(
        .resumable, subject: "run", problem: "stopped after \(done), nothing is kept", remedy: "the same command starts again")
    }
    try OutputFile.write(sealed: part.document, to: checkpoint)
    return CommandError(
      .resumable, subject: "run", problem: "stopped after \(done), kept in \(checkpoint)", remedy: "the same command continues")
  }

  /// Removes what this run kept when it was interrupted, once the result is written.
  func finished() { if let checkpoint { FolderFiles.remove(checkpoint) } }
}
