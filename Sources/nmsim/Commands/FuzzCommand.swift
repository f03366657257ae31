import ChipModel

/// `nmsim fuzz`: hostile input for every reader.
enum FuzzCommand {
  private static let names = FuzzReader.all.map(\.name)

  static let spec = CommandSpec(
    name: "fuzz", abstract: "Test the readers with damaged and hostile input",
    discussion: [
      "Makes small valid files, changes them at random, reads them, and executes what is accepted for a few steps. The "
        + "inputs are read by a second process, so that one that ends it is found and kept. Found are traps, more than "
        + "\(FuzzDriver.hangSeconds) seconds for an input, more memory than --memory, and readers that write otherwise "
        + "than they read. The same seed gives the same inputs on every machine.",
      "Readers: " + names.joined(separator: ", ") + ".",
    ],
    positionals: [
      PositionalSpec("readers", "READER", .choice(names), .list(minimum: 0), "Readers to test; without any, all.")
    ],
    options: [
      .option("inputs", .integer(1...1_000_000_000), "N", standard: .value("10000"), "Inputs of each reader."),
      .option("seed", .integer(0...Int.max), "N", standard: .value("1"), "Seed of the inputs."),
      .option(
        "seconds", .integer(1...1_000_000), "N", standard: .described("no limit"),
        "Stop after this time, shared evenly among the readers."),
      .option(
        "memory", .integer(64...65_536), "MIB", standard: .value("512"),
        "Memory that reading may take, the program itself included."),
      .option(
        "out", .newFolder, "FOLDER", standard: .described("this folder"),
        "Where inputs that are findings are written."),
      .option("input", .file, "FILE", group: "One input", "Read this file instead, by the one reader named."),
      .option(
        "first", .integer(0...1_000_000_000), "N", standard: .value("0"), group: "One input",
        "Number of the first input."),
      .flag("in-process", group: "One input", "Read in this process: a trap ends it, as a debugger wants it."),
      .quiet, .color,
    ],
    examples: [
      ExampleSpec("nmsim fuzz", "10,000 inputs of each reader."),
      ExampleSpec("nmsim fuzz onnx program --seconds 60 --inputs 1000000 --seed 7", "Two readers, for a minute."),
      ExampleSpec("nmsim fuzz npz --input fuzz-npz-1-4711.bin", "Read an input again that was found."),
    ],
    exits: [.checkFailed, .missingInput])

  static func run(_ arguments: ParsedArguments, _ terminal: Terminal) throws(CommandError) -> ExitStatus {
    let given = arguments.positionals("readers")
    let readers = FuzzReader.all.filter { given.isEmpty || given.contains($0.name) }
    let seed = UInt64(clamping: arguments.int("seed") ?? 1)
    let first = arguments.int("first") ?? 0
    let inputs = first..<(first + (arguments.int("inputs") ?? 10_000))
    let memory = (arguments.int("memory") ?? 512) << 20
    if let path = arguments.string("input") { return try replay(path, readers, terminal) }
    if arguments.flag("in-process") { return here(readers, seed, inputs, memory, terminal) }
    return try children(readers, seed, inputs, memory, arguments, terminal)
  }

  /// Reads one file and says what became of it.
  private static func replay(
    _ path: String, _ readers: [FuzzReader], _ terminal: Terminal
  ) throws(CommandError) -> ExitStatus {
    guard readers.count == 1, let reader = readers.first else {
      throw CommandError(
        .usage, subject: "fuzz", problem: "--input is read by one reader, \(readers.count) are named",
        remedy: "name one: nmsim fuzz \(names.first ?? "READER") --input FILE")
    }
    let bytes: [UInt8]
    do throws(FileError) { bytes = try FileReader.bytes(of: path) } catch { throw CommandError(error) }
    let outcome = reader.read(bytes)
    let peak = "peak memory \(ProcessUse.peakBytes >> 20) MiB"
    switch outcome {
    case .accepted: terminal.say("accepted, \(peak)\n")
    case .refused: terminal.say("refused, \(peak)\n")
    case .wrong(let what):
      terminal.warn("\(path): \(what)")
      return .checkFailed
    }
    return .success
  }

  /// Reads the inputs in this process, for a parent that listens or for a person.
  private static func here(
    _ readers: [FuzzReader], _ seed: UInt64, _ inputs: Range<Int>, _ memory: Int, _ terminal: Terminal
  ) -> ExitStatus {
    let parent = ChildProcess.ownReport
    // Far above the bound that is measured: this one only keeps the machine from harm.
    if parent != nil { ProcessUse.limitAddressSpace(bytes: memory * 4 + 1 << 30) }
    var isClean = true
    for reader in readers {
      var counts = FuzzCounts()
      FuzzWorker(reader: reader, seed: seed, inputs: inputs, memory: memory).run { record in
        counts.add(record)
        if record.kind == .wrong || record.kind == .overMemory { isClean = false }
        return parent.map { ChildProcess.send(record.bytes, to: $0) } ?? true
      }
      if parent == nil {
        let accepted = NumberFormat.count(counts.accepted)
        terminal.say("\(reader.name): \(NumberFormat.count(counts.inputs)) inputs, \(accepted) accepted\n")
      }
    }
    return isClean ? .success : .checkFailed
  }

  private static func children(
    _ readers: [FuzzReader], _ seed: UInt64, _ inputs: Range<Int>, _ memory: Int, _ arguments: ParsedArguments,
    _ terminal: Terminal
  ) throws(CommandError) -> ExitStatus {
    let folder = arguments.string("out") ?? "."
    let clock = ContinuousClock()
    let begin = clock.now
    let progress = ProgressLine("fuzz", total: inputs.count * readers.count, unit: "inputs", terminal: terminal)
    var rows = FuzzTable()
    for (index, reader) in readers.enumerated() {
      let share = arguments.int("seconds").map {
        begin + .seconds(Double($0) * Double(index + 1) / Double(readers.count))
      }
      let start = clock.now
      let driver = FuzzDriver(reader: reader, seed: seed, inputs: inputs, memory: memory, deadline: share)
      guard let (counts, findings) = driver.run(progress: { progress.advance(by: $0) }) else {
        progress.finish()
        throw CommandError(
          .software, subject: "fuzz", problem: "no second process can be started",
          remedy: "read in this one with --in-process")
      }
      rows.add(reader.name, counts, findings.count, seconds: start.duration(to: clock.now) / .seconds(1))
      let source = findings.isEmpty ? nil : FuzzInputs(reader, seed: seed)
      if !findings.isEmpty { try OutputFolder.make(folder) }
      for finding in findings {
        let file = folder == "." ? finding.fileName(seed: seed) : "\(folder)/\(finding.fileName(seed: seed))"
        try OutputFile.write(source?[finding.number] ?? [], to: file)
        terminal.warn(
          "\(file): input \(finding.number) of '\(reader.name)' \(finding.text): read it again with "
            + "'nmsim fuzz \(reader.name) --input \(file)'")
      }
    }
    progress.finish()
    terminal.say(rows.text(terminal.style))
    return rows.found == 0 ? .success : .checkFailed
  }
}

extension FuzzFinding {
  fileprivate func fileName(seed: UInt64) -> String { "fuzz-\(reader)-\(seed)-\(number).bin" }
}

/// The table at the end.
struct FuzzTable {
  private var table = Table([
    .text("reader"), .number("inputs"), .number("accepted"), .number("inputs/s"), .number("slowest"), .number("peak"),
    .number("found"),
  ])
  private var total = FuzzCounts()
  private var seconds = 0.0
  private(set) var found = 0

  mutating func add(_ name: String, _ counts: FuzzCounts, _ found: Int, seconds: Double) {
    table.add(Self.row(name, counts, found, seconds))
    total.inputs += counts.inputs
    total.accepted += counts.accepted
    total.slowestMicroseconds = max(total.slowestMicroseconds, counts.slowestMicroseconds)
    total.peakBytes = max(total.peakBytes, counts.peakBytes)
    self.found += found
    self.seconds += seconds
  }

  func text(_ style: TextStyle) -> String {
    var table = table
    table.setFooter(Self.row("all", total, found, seconds))
    return table.render(style) + "\(NumberFormat.decimal(seconds, places: 1)) s\n"
  }

  private static func row(_ name: String, _ counts: FuzzCounts, _ found: Int, _ seconds: Double) -> [Table.Cell] {
    [
      .text(name), .count(counts.inputs), .count(counts.accepted),
      .count(seconds > 0 ? Int((Double(counts.inputs) / seconds).rounded()) : 0),
      .text("\(NumberFormat.decimal(Double(counts.slowestMicroseconds) / 1000, places: 1)) ms"),
      .text("\(counts.peakBytes >> 20) MiB"), .count(found),
    ]
  }
}
