import ChipModel
import Compiler

/// `nmsim compile`: a spiking network becomes a program for a chip.
enum CompileCommand {
  private static let arithmetic = "Chip and arithmetic"
  private static let placement = "Mapping"
  private static let outputs = "Output"

  static let spec = CommandSpec(
    name: "compile", abstract: "Compile a spiking network into a program for a chip",
    discussion: [
      "Quantises the network, splits it over cores within the limits of the chip, places the cores, and builds the routes "
        + "between them. Prints what every population and every core uses, a map, and the bottleneck."
    ],
    positionals: [
      PositionalSpec("network", "NETWORK", .file([.network]), .required, "The network, for example net.json.")
    ],
    options: [
      .chip(in: arithmetic),
    ] + OptionSpec.chipNumbers(in: arithmetic) + [
      .scale(in: arithmetic),
      OptionSpec(.pools, group: arithmetic),
      OptionSpec(.split, group: arithmetic),
      OptionSpec(.inputCoding, group: arithmetic),
      .option(
        "mapping", .choiceOrFile(["optimised", "row-major", "random"], .mapping), "optimised|row-major|random|FILE",
        standard: .value("optimised"), group: placement,
        "Where the cores are placed, or a file that says which neurons each core holds."),
      .option(
        "calibration", .file(FileKind.samples), "DATA", group: placement,
        "Images that show how often neurons fire: where to cut layers, what the optimised mapping puts close together, and what "
          + "spikes of partial sums are worth. Without any, all neurons count alike."),
      .samples("calibration-samples", in: placement, standard: "\(MeasuredTraffic.standardSamples)"),
      .schedule(in: placement),
      OptionSpec(.lag, group: placement, standards: ["the network's"]),
      OptionSpec(.separatedSteps, group: placement),
      .seed(in: placement, "Seed of the optimised and the random mapping."),
      FaultOptions.deadCores, FaultOptions.deadLinks, FaultOptions.stuckWeightBits, FaultOptions.seed,
      .option(
        "output", short: "o", .newFile, "FILE", standard: .described("NETWORK's name with .nmsim, in this folder"),
        group: outputs, "The program."),
      .option(
        "write-mapping", .newDocument, "FILE", group: outputs,
        "Also write which neurons each core holds, to change and give to --mapping."),
      .option("json", .newDocument, "FILE", group: outputs, "Also write the tables as JSON; '-' is standard output."),
      .memory,
      .quiet, .color,
    ],
    common: ["chip", "weight-bits", "mapping", "output"],
    examples: [
      ExampleSpec("nmsim compile net.json", "Compiles for the default chip; writes net.nmsim."),
      ExampleSpec(
        "nmsim compile net.json --chip loihi --weight-bits 6 -o loihi.nmsim", "Compiles for another chip, with narrower weights."
      ),
      ExampleSpec(
        "nmsim compile net.json --chip loihi --calibration images.npy", "Places cores that send each other many spikes close together."),
      ExampleSpec(
        "nmsim compile net.json --write-mapping map.json", "Also writes the mapping, to be changed by hand."),
      ExampleSpec("nmsim compile net.json --mapping map.json", "Takes that mapping, and checks every limit again."),
    ],
    exits: [.badData, .missingInput, .doesNotFit, .badConfiguration])

  static func run(_ arguments: ParsedArguments, _ terminal: Terminal) throws(CommandError) -> ExitStatus {
    let path = arguments.positional("network") ?? ""
    let output = arguments.string("output") ?? PathText.baseName(of: path, without: ".json") + ".nmsim"
    let (file, network) = try InputFiles.network(path)
    try arguments.checkFiles(reads: file.files, writes: [("output", output)])
    let chip = try ChipsCommand.load(arguments.string("chip") ?? ChipLibrary.defaultName)
    var options = try options(arguments)
    let traffic = try MeasuredTraffic(arguments, network, path: path, chip: chip, options: options, terminal)
    options.traffic = traffic?.spikes
    options.sumUnits = traffic?.sumUnits ?? [:]
    let mapping = options.mapping == nil ? nil : arguments.string("mapping")
    var program: CompiledProgram
    let result: CompileResult
    let start = ContinuousClock.now
    do throws(CompileError) {
      let progress = ProgressLine(
        "placement", total: CompiledProgram.placementSteps, unit: "rounds", terminal: terminal)
      defer { progress.finish() }
      result = try CompiledProgram.compile(network, chip: chip, options: options) { progress.advance() }
      program = result.program
    } catch {
      throw CommandError(error, network: path, mapping: mapping)
    }
    let seconds = start.duration(to: .now) / .seconds(1)
    try nameData(&program, file: file, output: output)
    let size = try ProgramStore.write(program, to: output)
    if let path = arguments.string("write-mapping") {
      try OutputFile.write(MappingFile.bytes(of: Mapping(program)), to: path, terminal)
    }
    try show(program, result, traffic, arguments, terminal, wrote: output, size: size, seconds: seconds)
    return .success
  }

  /// Tables and JSON.
  private static func show(
    _ program: CompiledProgram, _ result: CompileResult, _ traffic: MeasuredTraffic?, _ arguments: ParsedArguments,
    _ terminal: Terminal, wrote output: String, size: Int, seconds: Double
  ) throws(CommandError) {
    let json = arguments.string("json")
    var tables = arguments.tables(terminal)
    if arguments.string("write-mapping") == "-" { tables.isQuiet = true }
    if tables.isQuiet && json == nil { return }
    let report = CompileReport(program, spikes: traffic?.spikes)
    if let json { try OutputFile.write(report.document, to: json, terminal) }
    tables.say(ProgramTables(report: report, style: tables.style).text)
    if !result.poolLayers.isEmpty {
      let names = result.poolLayers.map { "'\(ErrorText.escaped($0))'" }.joined(separator: ", ")
      let why = arguments.string("pools") == nil || arguments.string("pools") == "auto" ? ", because the chip's limits forbid to fold them" : ""
      tables.say(
        TextLayout.paragraph("Note: average pools are layers of their own\(why): \(names).", width: tables.style.width))
    }
    for sums in result.sums {
      let text =
        "Note: population '\(ErrorText.escaped(sums.population))' hears "
        + (sums.direct > 0 ? "\(NumberFormat.percent(sums.direct)) of its sources itself and the others through "
          : "its sources through ")
        + "\(NumberFormat.count(sums.sums.count, of: "population")) of partial sums, because the chip's limits forbid to hear "
        + "all at once; "
        + (sums.isExact
          ? "it adds what it would add without them."
          : "their neurons count to a threshold\(sums.unit.map { ", 1/\($0) of the largest sum of a tick" } ?? ""), so that rests "
            + "below it are lost" + (traffic == nil ? "; --calibration finds the threshold by data." : "."))
      tables.say(TextLayout.paragraph(text, width: tables.style.width))
    }
    if !result.copies.isEmpty {
      let names = result.copies.map { "\(ErrorText.escaped($0.population)) (\(NumberFormat.count($0.count)))" }
      let text =
        "Note: neurons stand on the chip more than once, because one alone may not reach all cores and axons that need its "
        + "spikes: " + names.joined(separator: ", ") + ". They spike alike."
      tables.say(TextLayout.paragraph(text, width: tables.style.width))
    }
    if !result.sliced.isEmpty {
      let text =
        "Note: weights are sums of slices, each on an axon of its own type, which changes none: into "
        + result.sliced.map(ErrorText.escaped).joined(separator: ", ") + "."
      tables.say(TextLayout.paragraph(text, width: tables.style.width))
    }
    if !result.coarser.isEmpty {
      let populations = result.coarser.map { "\(ErrorText.escaped($0.population)) (\($0.channels))" }
      let text =
        "Note: channels with small weights have units as fine as the membrane holds, not as their weights ask for: "
        + populations.joined(separator: ", ") + "."
      tables.say(TextLayout.paragraph(text, width: tables.style.width))
    }
    if !result.cutOff.isEmpty {
      let populations = result.cutOff.map { "\(ErrorText.escaped($0.population)) (\($0.channels))" }
      let text =
        "Note: channels share a threshold on this chip; those whose weights are far above theirs have their largest cut off, so that "
        + "the others keep their bits: " + populations.joined(separator: ", ") + "."
      tables.say(TextLayout.paragraph(text, width: tables.style.width))
    }
    if !result.rounded.isEmpty {
      let parameters = result.rounded.map {
        "\($0.format == .biasFormat ? "biases" : "thresholds") of \(ErrorText.escaped($0.population)) by up to "
          + NumberFormat.decimal($0.largest, places: 4)
      }
      let text =
        "Note: the chip keeps mantissas and exponents; rounded to them, in units of the ANN: "
        + parameters.joined(separator: ", ") + "."
      tables.say(TextLayout.paragraph(text, width: tables.style.width))
    }
    if let coding = program.input.model.inputCoding {
      let text =
        "Note: the input spikes (coding \(coding.rawValue)), and its synapses are the chip's: placed, counted and priced."
        + (coding == .events ? "" : cut(program.input.model))
      tables.say(TextLayout.paragraph(text, width: tables.style.width))
    }
    if let movesPerCore = result.movesPerCore, movesPerCore < 200 {
      let text =
        "Note: the search for a placement is bounded by its work: it tried \(NumberFormat.decimal(movesPerCore, places: 0)) "
        + "swaps a core in each of its searches, thousands where cores are few."
      tables.say(TextLayout.paragraph(text, width: tables.style.width))
    }
    if let traffic { tables.say(TextLayout.paragraph(traffic.text(program), width: tables.style.width)) }
    tables.say(
      "Wrote \(ErrorText.escaped(output)), \(NumberFormat.count(size, of: "byte")); mapping took "
        + "\(NumberFormat.seconds(seconds)).\n")
  }

  /// What becomes of values that spikes cannot tell.
  private static func cut(_ input: NeuronModel) -> String {
    let most = input[.inputSpikeValue].map { NumberFormat.decimal($0, places: 2) } ?? "1"
    return input[.inputSigns] == true
      ? " Each channel is two, of the values above 0 and of those below; beyond -\(most) and \(most) they count as these."
      : " Values below 0 count as 0, values above \(most) as \(most)."
  }

  private static func options(_ arguments: ParsedArguments) throws(CommandError) -> CompileOptions {
    var options = CompileOptions(
      numbers: arguments.chipNumbers,
      scale: arguments.string("scale").flatMap(CompileOptions.Scale.init(rawValue:)),
      pools: arguments.string("pools").flatMap(CompileOptions.Pools.init(rawValue:)) ?? .auto,
      split: arguments.string("split").flatMap(CompileOptions.Split.init(rawValue:)) ?? .auto,
      schedule: arguments.string("schedule").flatMap(Schedule.init(rawValue:)),
      lag: arguments.int("lag"), steps: arguments.int("steps"),
      inputCoding: arguments.string("input-coding").flatMap(InputCoding.init(rawValue:)), seed: UInt64(clamping: arguments.int("seed") ?? 0),
      faults: try FaultOptions.chip(arguments),
      memory: arguments.memory)
    guard let mapping = arguments.string("mapping") else { return options }
    if let placement = CompileOptions.Placement(rawValue: mapping) {
      options.placement = placement
    } else {
      options.mapping = try readMapping(mapping)
    }
    return options
  }

  static func readMapping(
    _ path: String, namedBy naming: FileReader.Naming = .user
  ) throws(CommandError) -> Mapping {
    let bytes = try InputFiles.bytes(path, limit: MappingFile.maximumBytes, namedBy: naming)
    do throws(JSONError) { return try MappingFile.parse(bytes) } catch {
      throw CommandError(
        .badData, subject: path, message: (naming == .user ? error : error.withoutContent).description)
    }
  }

  /// Test data and the ANN are found from the program's folder, wherever the network lies.
  private static func nameData(
    _ program: inout CompiledProgram, file: NetworkFile, output: String
  ) throws(CommandError) {
    let folder = PathText.folder(of: output)
    guard let here = FileSystemPath.resolved(folder) else {
      throw CommandError(FileError.folderMissing(path: output))
    }
    guard let there = FileSystemPath.resolved(file.folder) else { return }
    program.network.images = program.network.images.map { PathText.relative($0, in: there, from: here) }
    program.network.labels = program.network.labels.map { PathText.relative($0, in: there, from: here) }
    if let model = program.network.ann.model {
      program.network.ann.model?.path = PathText.relative(model.path, in: there, from: here)
    }
  }
}
