import ChipModel
import Runtime

/// Which samples a run takes, and what it leaves where it is a part of a whole or is interrupted.
struct RunSplit {
  /// Nil: the whole run.
  let shard: Shard?
  /// Indices in the data set.
  let range: Range<Int>
  /// Where the result goes.
  let path: String
  private let inputs: RunInputs
  private let profile: String
  private let target: Double
  private let engine: Run.Engine
  /// What the run watches.
  let options: RunObserver.Options

  init(_ inputs: RunInputs, engine: Run.Engine, target: Double, _ arguments: ParsedArguments) throws(CommandError) {
    shard = try arguments.string("shard").map { (text) throws(CommandError) in try Shard(text, command: "run") }
    for name in ["outputs", "trace"] where shard != nil && arguments.isGiven(name) {
      throw CommandError(
        .usage, subject: "run", problem: "--\(name) of a part cannot be merged", remedy: "leave --shard or --\(name) out")
    }
    range = shard?.range(of: inputs.samples) ?? 0..<inputs.samples
    let standard = shard.map { "run-\($0.index)-of-\($0.count).json" } ?? "run.json"
    path = arguments.string("json") ?? standard
    try OutputFile.check(path)
    self.inputs = inputs
    self.engine = engine
    self.target = target
    profile = arguments.string("spike-profile") ?? SpikeProfile.standard.name
    options = try RunCommand.observerOptions(arguments)
  }

  /// Where an interrupted run keeps what it has done; nil where it cannot: the result is for standard output.
  private var checkpoint: String? { path == "-" ? nil : path + ".partial" }

  // MARK: Parts

  static func read(_ path: String) throws(CommandError) -> RunPartFile {
    let bytes: [UInt8]
    do throws(FileError) { bytes = try FileReader.bytes(of: path, limit: 1 << 30) } catch { throw CommandError(error) }
    do throws(JSONError) { return try RunPartFile(reading: bytes) } catch {
      throw CommandError(.badData, subject: path, message: error.description)
    }
  }

  /// What was found, as a part of the run.
  func part(_ record: RunRecord, _ courses: [SpikeCourse], _ observation: RunObservation) -> RunPart {
    let identity = identity
    let here = FileSystemPath.resolved(PathText.folder(of: path == "-" ? "run.json" : path))
    let there = FileSystemPath.resolved(PathText.folder(of: inputs.programPath))
    let name = PathText.baseName(of: inputs.programPath, without: "")
    var program = inputs.programPath
    if let here, let there { program = PathText.relative(name, in: there, from: here) }
    return RunPart(
      identity: identity, programPath: program, record: record, courses: courses, observation: observation)
  }

  private var identity: RunPart.Identity {
    RunPart.Identity(
      program: inputs.programHash, data: inputs.data.contentHash(samples: inputs.samples), engine: engine,
      ticks: inputs.steps, samples: inputs.samples, profile: profile, target: target, images: inputs.dataPath, options: options)
  }

  // MARK: Interruption

  /// What the same run did before it was interrupted; nil where there is nothing of it.
  func earlier() -> RunPart? {
    guard let checkpoint, let bytes = try? FileReader.bytes(of: checkpoint, limit: 1 << 30),
      let file = try? RunPartFile(reading: bytes), file.first == range.lowerBound, file.count <= range.count,
      file.identity == identity, let part = try? file.part(of: inputs.program)
    else { return nil }
    return part
  }

  /// Keeps what was done.
  /// - Returns: the error to end with.
  func interrupted(_ part: RunPart, isKept: Bool) throws(CommandError) -> CommandError {
    let done = "\(NumberFormat.count(part.record.samples)) of \(NumberFormat.count(range.count, of: "sample"))"
    guard isKept, let checkpoint, part.record.samples > 0 else {
      return CommandError(
        .resumable, subject: "run", problem: "stopped after \(done), nothing is kept", remedy: "the same command starts again")
    }
    try OutputFile.write(Array(try OutputFile.text(of: part.document).utf8), to: checkpoint)
    return CommandError(
      .resumable, subject: "run", problem: "stopped after \(done), kept in \(checkpoint)", remedy: "the same command continues")
  }

  /// Removes what an interrupted run kept, once the result is written.
  func finished() { if let checkpoint { FolderFiles.remove(checkpoint) } }
}
