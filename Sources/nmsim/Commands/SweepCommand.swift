import ChipModel
import Runtime

/// `nmsim sweep`: every combination that a plan names.
enum SweepCommand {
  private static let sharing = "Many machines"

  static let spec = CommandSpec(
    name: "sweep", abstract: "Run every combination of a plan, or what is missing",
    discussion: [
      "A plan (docs/plan-json.md) crosses conversion methods and their options, steps, bits, chips, mappings, seeds, "
        + "faults and data. Every combination, a point, gets one result file, named by the hash of its inputs; sweep.json sums them "
        + "up, with the points that no other beats in accuracy and energy, time or cores.",
      "A point that has a result is never run again: the same command continues what was interrupted, killed or is being "
        + "worked on by others. A point that its chip cannot run is a finding too: the summary says why.",
    ],
    positionals: [PositionalSpec("plan", "PLAN", .file([.plan]), .required, "The plan, for example plan.json.")],
    options: [
      .option(
        "output", short: "o", .file([]), "FOLDER", standard: .described("PLAN's name with -sweep, in this folder"),
        "Where the results go."),
      .flag("list", "Print the points and run nothing."),
      .flag("status", "Print how far the sweep is and run nothing."),
      .threads(),
      .option(
        "shard", .text, "I/N|auto", group: sharing,
        "Run only the I-th of N parts, without a summary: 'nmsim merge' makes it. auto: the task of a Slurm job array."),
      .option(
        "emit", .choice(["slurm", "parallel"]), "slurm|parallel", group: sharing,
        "Print a script that runs the sweep in parts, then merges them: for Slurm, or GNU parallel."),
      .option("tasks", .integer(1...10_000), "N", standard: .value("8"), group: sharing, "With --emit: how many parts."),
      .memory,
      .quiet, .color,
    ],
    common: ["output", "list", "status", "threads"],
    examples: [
      ExampleSpec("nmsim sweep plan.json", "Runs what is missing, writes plan-sweep/sweep.json."),
      ExampleSpec("nmsim sweep plan.json --status", "How many points are finished, being run and missing."),
      ExampleSpec("nmsim sweep plan.json --shard 2/8", "The second of eight parts, on one of eight machines."),
      ExampleSpec("nmsim sweep plan.json --emit slurm --tasks 16 > submit.sh", "A script for a cluster."),
    ],
    exits: [.badData, .missingInput, .resumable, .badConfiguration])

  static func run(_ arguments: ParsedArguments, _ terminal: Terminal) throws(CommandError) -> ExitStatus {
    let path = arguments.positional("plan") ?? ""
    let plan = try read(path)
    let base = PathText.baseName(of: path, without: ".json")
    let name = plan.name ?? base
    let output = arguments.string("output") ?? base + "-sweep"
    let shard = try arguments.string("shard").map { (text) throws(CommandError) in try Shard(text, command: "sweep") }
    let inputs = try SweepInputs(plan, path: path)
    var schedule = try SweepSchedule(inputs)
    let all = SweepDocument(name: name, points: schedule.points)
    if let engine = arguments.string("emit") {
      let tasks = min(arguments.int("tasks") ?? 8, max(1, schedule.groups.count))
      let script = try ClusterScript(
        plan: path, folder: output, name: name, tasks: tasks, threads: arguments.int("threads"))
      terminal.print(script.text(engine))
      return .success
    }
    if let shard { schedule.keep(shard) }
    if arguments.flag("list") {
      terminal.print(list(all, schedule, terminal.style))
      return .success
    }
    if arguments.flag("status") {
      terminal.print(status(schedule, SweepFolder(reading: output), name: name))
      return .success
    }
    let folder = try SweepFolder(making: output)
    try arguments.checkFiles(
      reads: inputs.files, writes: SweepFolder.fileNames.map { ("output", PathText.joined(output, $0)) })
    try OutputFile.write(sealed: all.list, to: "\(output)/points.json")
    for remark in inputs.remarks { terminal.warn("sweep: \(remark)") }
    guard try finish(schedule, inputs, folder, arguments, terminal) else { throw interrupted(schedule, folder) }
    if let shard {
      terminal.say(
        "Part \(shard.index) of \(shard.count): all \(NumberFormat.count(schedule.points.count, of: "point")) finished. "
          + "When all parts are: nmsim merge \(ErrorText.escaped(output))\n")
      return .success
    }
    var document = all
    document.fill(from: [folder])
    try write(document, to: "\(output)/sweep.json", terminal)
    return .success
  }

  private static func finish(
    _ schedule: SweepSchedule, _ inputs: SweepInputs, _ folder: SweepFolder, _ arguments: ParsedArguments,
    _ terminal: Terminal
  ) throws(CommandError) -> Bool {
    let open = schedule.points.count { folder.outcome($0.id) == .missing }
    let progress = ProgressLine("sweep", total: open, unit: "points", terminal: terminal)
    defer { progress.finish() }
    var runner = SweepRunner(
      inputs: inputs, schedule: schedule, folder: folder,
      threads: RunInputs.threads(arguments), memory: arguments.memory, progress: progress,
      warn: { terminal.warn("sweep: " + $0) },
      stop: { StopSignal.isReceived },
      abandon: {
        progress.finish()
        terminal.error.write(ErrorText.line(for: interrupted(schedule, folder)) + "\n")
        ProcessControl.endNow(with: ExitStatus.resumable.rawValue)
      })
    return try runner.run()
  }

  private static func interrupted(_ schedule: SweepSchedule, _ folder: SweepFolder) -> CommandError {
    let points = schedule.points
    let done = points.count { folder.outcome($0.id) != .missing }
    return CommandError(
      .resumable, subject: "sweep",
      problem: "stopped after \(NumberFormat.count(done)) of \(NumberFormat.count(points.count, of: "point"))",
      remedy: "the same command continues")
  }

  /// Writes the summary and shows it.
  static func write(_ document: SweepDocument, to path: String, _ terminal: Terminal) throws(CommandError) {
    let text = try OutputFile.text(of: document.document)
    if path == "-" {
      terminal.print(text)
      return
    }
    try OutputFile.write(Array(text.utf8), to: path)
    terminal.say(SweepTable(document: document, style: terminal.style).text + "\n")
    terminal.say("Wrote \(ErrorText.escaped(path)). Next: nmsim report \(ErrorText.escaped(path))\n")
  }

  private static func read(_ path: String) throws(CommandError) -> Plan {
    let bytes = try InputFiles.bytes(path, limit: 1 << 24)
    return try told(.badData, path) { () throws(JSONError) in try Plan(reading: bytes) }
  }

  // MARK: Looking only

  private static func list(_ all: SweepDocument, _ schedule: SweepSchedule, _ style: TextStyle) -> String {
    let labels = SweepPoint.labels(all.points)
    let chosen = Set(schedule.points.map(\.id))
    var table = Table([.label("id"), .label("point")])
    for (point, label) in zip(all.points, labels) where chosen.contains(point.id) { table.add([.text(point.id), .text(label)]) }
    return table.render(style)
  }

  private static func status(_ schedule: SweepSchedule, _ folder: SweepFolder, name: String) -> String {
    var (finished, refused, running, missing) = (0, 0, 0, 0)
    for point in schedule.points {
      switch folder.outcome(point.id) {
      case .finished: finished += 1
      case .refused: refused += 1
      case .missing: if folder.isClaimed(point.id) { running += 1 } else { missing += 1 }
      }
    }
    var facts = FactList()
    let counts = [("finished", finished), ("cannot be run", refused), ("being run", running), ("missing", missing)]
    for (label, count) in counts { facts.add(label, NumberFormat.count(count)) }
    return "\(ErrorText.escaped(name)): \(NumberFormat.count(schedule.points.count, of: "point"))\n"
      + facts.render(.plain)
  }
}
