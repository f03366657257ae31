import ChipModel
import Runtime

/// `nmsim merge`: the parts of a sweep or of a run become one result.
enum MergeCommand {
  static let spec = CommandSpec(
    name: "merge", abstract: "Join the parts of a sweep or of a split run",
    discussion: [
      "Of a sweep's folder: the summary sweep.json, byte for byte the one that a single 'nmsim sweep' writes; of several "
        + "folders with different points of one plan as well. Of the parts that 'nmsim run --shard' left: the result of "
        + "the whole run, byte for byte the one that 'nmsim run --no-timing' writes."
    ],
    positionals: [
      PositionalSpec("parts", "PART", .file([.part]), .list(minimum: 1), "Folders of a sweep, or parts of a run.")
    ],
    options: [
      .option(
        "output", short: "o", .newDocument, "FILE|-", standard: .described("sweep.json in the first folder; run.json"),
        "The result; '-' is standard output."),
      .flag("partial", "Sweeps: sum up what is there, though points are missing."),
      .option(
        "program", .file([.program]), "FILE", standard: .described("where the first part names it"),
        "Runs: the program that was run."),
      .option("predictions", .newFile, "FILE.csv", "Runs: also one row per sample, as 'run --predictions' writes it."),
      .quiet, .color,
    ],
    examples: [
      ExampleSpec("nmsim merge plan-sweep", "The summary of a sweep that was run in parts."),
      ExampleSpec("nmsim merge run-1-of-2.json run-2-of-2.json", "The result of a run that was split; writes run.json."),
    ],
    exits: [.badData, .missingInput, .badConfiguration])

  static func run(_ arguments: ParsedArguments, _ terminal: Terminal) throws(CommandError) -> ExitStatus {
    let parts = arguments.positionals("parts")
    let folders = parts.filter { FolderFiles.exists($0) }
    guard folders.isEmpty || folders.count == parts.count else {
      throw CommandError(
        .usage, subject: "merge", problem: "folders of a sweep and parts of a run together", remedy: "merge them apart")
    }
    for name in folders.isEmpty ? ["partial"] : ["program", "predictions"] where arguments.isGiven(name) {
      throw CommandError(
        .usage, subject: "merge", problem: "--\(name) is for \(folders.isEmpty ? "sweeps" : "runs")", remedy: "leave it out")
    }
    if folders.isEmpty { try mergeRuns(parts, arguments, terminal) } else { try mergeSweeps(folders, arguments, terminal) }
    return .success
  }

  // MARK: Sweeps

  private static func mergeSweeps(
    _ folders: [String], _ arguments: ParsedArguments, _ terminal: Terminal
  ) throws(CommandError) {
    var document: SweepDocument?
    for folder in folders {
      let path = "\(folder)/points.json"
      let bytes: [UInt8]
      do throws(FileError) { bytes = try FileReader.bytes(of: path, limit: 1 << 28) } catch {
        var problem = CommandError(error)
        if case .missing = error { problem.remedy = "name the folder of a sweep, as 'nmsim sweep' makes it" }
        throw problem
      }
      let read = try told(.badData, path) { () throws(JSONError) in try SweepDocument(reading: bytes) }
      if var o = try? JSONNode(root: JSONParser.parse(bytes)).object(), o.optional("checksum") != nil, !JSONSeal.isWhole(bytes) {
        throw CommandError(
          .badData, subject: path, problem: "does not match its checksum, it was changed or damaged",
          remedy: "run 'nmsim sweep' again")
      }
      guard document.map({ $0.points == read.points }) ?? true else {
        throw CommandError(
          .badData, subject: path, problem: "has other points than \(folders[0])/points.json: another plan, or other inputs",
          remedy: "merge parts of one plan")
      }
      document = document ?? read
    }
    guard var document else { return }
    let output = arguments.string("output") ?? "\(folders[0])/sweep.json"
    try arguments.checkFiles(
      reads: folders.flatMap { folder in
        ["\(folder)/points.json"]
          + FolderFiles.names(in: "\(folder)/points", suffix: ".json").map { "\(folder)/points/\($0)" }
      }, writes: [("output", output)])
    for index in document.entries.indices { document.entries[index].outcome = .missing }
    document.fill(from: folders.map { SweepFolder(reading: $0) })
    let missing = document.missing
    guard missing.isEmpty || arguments.flag("partial") else {
      let shown = missing.prefix(8).joined(separator: ", ") + (missing.count > 8 ? ", ..." : "")
      throw CommandError(
        .missingInput, subject: folders[0],
        problem: "\(NumberFormat.count(missing.count)) of \(NumberFormat.count(document.entries.count, of: "point")) "
          + "\(missing.count == 1 ? "has" : "have") no result: \(shown)",
        remedy: "run the missing parts, or sum up what is there with --partial")
    }
    try SweepCommand.write(document, to: output, terminal)
  }

  // MARK: Runs

  private static func mergeRuns(
    _ paths: [String], _ arguments: ParsedArguments, _ terminal: Terminal
  ) throws(CommandError) {
    var files: [(path: String, file: PartialRunFile)] = []
    for path in paths { files.append((path, try ShardedRun.read(path))) }
    let identity = files[0].file.identity
    for (path, file) in files where file.identity != identity {
      throw CommandError(
        .badData, subject: path, problem: "is a part of another run than \(paths[0]): \(file.identity.difference(from: identity) ?? "")",
        remedy: "merge parts of one run")
    }
    files.sort { ($0.file.first, $0.file.count) < ($1.file.first, $1.file.count) }
    var next = 0
    for (path, file) in files {
      guard file.first == next else {
        throw CommandError(
          file.first < next ? .badData : .missingInput, subject: path,
          problem: file.first < next
            ? "has samples from \(file.first) on, which another part has too"
            : "samples \(next) to \(file.first - 1) are in no part",
          remedy: file.first < next ? "give every part once" : "give the part that has them, or run it")
      }
      next += file.count
    }
    guard next == identity.samples else {
      throw CommandError(
        .missingInput, subject: paths.count == 1 ? paths[0] : "merge",
        problem: "samples \(next) to \(identity.samples - 1) are in no part", remedy: "give the part that has them, or run it")
    }
    let named = PathText.joined(PathText.folder(of: files[0].path), files[0].file.programPath)
    let programPath = arguments.string("program") ?? named
    let output = arguments.string("output") ?? "run.json"
    try arguments.checkFiles(reads: [programPath], writes: [("output", output)])
    let (program, hash) = try ProgramStore.read(programPath)
    guard hash == identity.program else {
      throw CommandError(
        .badData, subject: programPath, problem: "is not the program that was run, its hash differs",
        remedy: "name the right one with --program")
    }
    var merged: PartialRun?
    for (path, file) in files {
      let part = try told(.badData, path) { () throws(JSONError) in try file.part(of: program) }
      if merged == nil { merged = part } else { merged?.append(part) }
    }
    guard let merged else { return }
    let profile = try RunCommand.spikeProfile(identity.profile)
    var result = try ObservedRun.result(
      program, merged.record, courses: merged.courses, merged.observation, hash: hash, images: identity.images,
      profile: profile, ann: merged.answers, target: identity.target, engine: identity.engine)
    result.realTime = identity.secondsPerStep.map { RealTime(result, secondsPerStep: $0) }
    try OutputFile.write(result.document, to: output, terminal)
    if let path = arguments.string("predictions") { try OutputFile.write(RunCommand.predictions(merged.record), to: path) }
    if output == "-" { return }
    terminal.say(ResultText.text(result, style: terminal.style))
    terminal.say("Wrote \(ErrorText.escaped(output)).\n")
  }
}
