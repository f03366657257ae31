import ChipModel
import Compiler
import Runtime

/// `nmsim convert`: a trained network becomes a spiking one.
enum ConvertCommand {
  private static let calibration = "Calibration"
  private static let method = "Method"
  private static let automatic = "Method auto"
  private static let input = "Input"
  private static let outputs = "Output"

  static let spec = CommandSpec(
    name: "convert", abstract: "Convert a trained network (ONNX, NIR) to a spiking one",
    discussion: [
      "Reads the network as PyTorch or Keras export it, finds thresholds on the calibration data by the method, and writes "
        + "a spiking network. Prints what became of every layer.",
      "Threshold methods, which find a threshold for each layer or channel, are "
        + "\(ErrorText.list(OptionSpec.thresholdMethods)).",
      "Method 'auto' tries several methods on the calibration data (the first "
        + "\(NumberFormat.count(AutomaticGoal.standardSamples)) samples unless "
        + "--calibration-samples says how many), with 8-bit weights. Of those within 0.1 points of the best at --steps it "
        + "takes the one with the fewest synaptic operations. With --keep-accuracy or --max-loss it chooses the steps too.",
      "A NIR graph (.nir) is a spiking network already: its neurons and weights are kept. Time constants are rounded to "
        + "1/4096 of a step, and a table says what became of each parameter.",
    ],
    positionals: [
      PositionalSpec(
        "model", "MODEL", .file([.model, .graph]), .required, "The trained network, an .onnx or a .nir file.")
    ],
    options: [
      .option(
        "method", .choice(methods), "NAME", standard: .value("robust-norm"), group: method, "Conversion method."),
    ] + OptionSpec.conversion(group: method) + [
      .seed(
        in: method,
        "\(ConversionMethod.all.filter(\.isSeeded).map(\.name).joined(separator: ", ")): seed of the random input spikes."),
      .option(
        "keep-accuracy", .fraction, "ACCURACY", group: automatic,
        "auto: find the cheapest with at least this accuracy, a fraction of 1, within --steps or 256."),
      .option(
        "max-loss", .number(NumberRange(lower: 0, upper: 100)), "POINTS", group: automatic,
        "auto: the same, at most so many points (hundredths of accuracy) below the ANN."),
      .chip(
        in: automatic, "auto: the chip that the network is for; what it refuses is left out. Trials are on 'ideal' all the same.",
        standard: .described("any")),
      .flag("list", group: automatic, "auto: show what was tried and the Pareto front, and write nothing."),
    ]
      + OptionSpec.calibration(
        in: calibration, "Images for calibration: IDX, .npy, .npz or CIFAR.", standard: "1,000 or 500, by method")
      + OptionSpec.model(in: input) + OptionSpec.preprocessing(in: input) + [
      .option(
        "test-images", .file(FileKind.samples), "DATA", group: outputs,
        "Images that the network names as its own test data, for 'run'; the ANN is tried on them."),
      .labels("test-labels", in: outputs),
      .option(
        "output", short: "o", .newFile, "FILE", standard: .value("net.json"), group: outputs,
        "The spiking network; its weights go beside it, as FILE with .safetensors for .json."),
    ] + nirOptions + [
      .quiet, .color,
    ],
    common: ["method", "steps", "calibration", "output"],
    examples: [
      ExampleSpec(
        "nmsim convert model.onnx --method robust-norm --calibration images.npy --input-scale 1/255",
        "Takes thresholds from the 99.9th percentile of the activations; writes net.json."),
      ExampleSpec(
        "nmsim convert model.onnx --method bsnn --period 10 --calibration data.npz -o bsnn.json",
        "Makes a network with phase coding and bistable neurons."),
      ExampleSpec(
        "nmsim convert model.onnx --method auto --steps 4 --calibration images.npy",
        "The method that needs the fewest synaptic operations among the best at 4 steps."),
      ExampleSpec(
        "nmsim convert model.onnx --method auto --max-loss 0.5 --calibration images.npy --chip loihi",
        "The cheapest method and number of steps that lose at most 0.5 points, of those that run on Loihi."),
      ExampleSpec(
        "nmsim convert model.nir --dt 1e-3 --reset soft", "A spiking network from snnTorch, Norse, Sinabs or SpikingJelly."),
    ],
    exits: [.checkFailed, .badData, .missingInput, .doesNotFit, .badConfiguration])

  /// The names of the contract, in its order.
  static let methods = ConversionMethod.all.map(\.name) + ["auto"]

  static func run(_ arguments: ParsedArguments, _ terminal: Terminal) throws(CommandError) -> ExitStatus {
    let path = arguments.positional("model") ?? ""
    let output = arguments.string("output") ?? "net.json"
    let tensors = [(option: "output", path: PathText.joined(PathText.folder(of: output), NetworkFile.tensorsName(for: output)))]
    try arguments.checkFiles(writes: tensors)
    let read = Result { () throws(CommandError) in try InputFiles.bytes(path, limit: ONNXImporter.maximumBytes) }
    if case .success(let bytes) = read, NIRGraph.isGraph(bytes) { return try runGraph(bytes, path, arguments, terminal) }
    // A wrong command line is told before a missing file.
    try checkOptions(arguments, isGraph: false)
    let isAutomatic = arguments.string("method") == "auto"
    let goal = try isAutomatic ? Self.goal(arguments) : nil
    let settings = try isAutomatic ? ConversionSettings(.maxNorm, arguments) : settings(arguments)
    let options = arguments.importOptions(.conversion)
    let (model, hash) = try readHashedModel(path, options, try read.get())
    try arguments.checkFiles(reads: model.files(beside: path), writes: tensors)
    let preprocessing = preprocessing(arguments)
    let calibration = try calibrationData(
      arguments, network: model.network, task: settings[.task],
      standard: isAutomatic ? AutomaticGoal.standardSamples : settings.standardSamples)
    let stages = StageProgress(terminal)
    defer { stages.finish() }
    var result: ConversionResult
    var tried: AutomaticReport?
    do throws(ConversionError) {
      if let goal {
        let found = try Conversion.automatic(
          model.network, goal: goal, preprocessing: preprocessing, calibration: calibration, asked: settings, threads: RunInputs.standardThreads, progress: stages.handler)
        (result, tried) = (found.result, found.report)
      } else {
        result = try Conversion.run(
          model.network, settings, preprocessing: preprocessing, calibration: calibration,
          threads: RunInputs.standardThreads, progress: stages.handler)
      }
    } catch {
      throw CommandError(error, model: path, data: arguments.string("calibration"))
    }
    if let tried, arguments.flag("list") {
      stages.finish()
      terminal.say(AutomaticText(report: tried, style: terminal.style).text)
      return .success
    }
    try nameTestData(&result.network, of: model.network, arguments, output: output, stages)
    if FolderFiles.isFile(path) {
      result.network.ann?.model = ModelFile(path: try relative(path, to: output), hash: hash, selection: options.selection)
    }
    stages.finish()
    for doubt in doubts(arguments, calibration, result.report, classes: model.network.layers[model.network.output].count) {
      terminal.warn("convert: \(doubt)")
    }
    try told(by: CommandError.init) { () throws(NetworkFileError) in try NetworkFile.write(result.network, to: output) }
    if let tried { terminal.say(AutomaticText(report: tried, style: terminal.style).text + "\n") }
    terminal.say(ConversionText(model: model, result: result, style: terminal.style).text)
    terminal.say(wrote(result.network, to: output))
    return .success
  }

  static func wrote(_ network: Network, to output: String) -> String {
    let size = NumberFormat.count(network.populations.count, of: "population")
    let named = output == "net.json" ? "net.json" : ErrorText.escaped(output)
    return "Wrote \(named), \(size). Next: nmsim compile \(named)\n"
  }

  // MARK: Inputs

  /// What `auto` looks for. It chooses methods and their options itself.
  private static func goal(_ arguments: ParsedArguments) throws(CommandError) -> AutomaticGoal {
    let asked: [Parameter] = [.steps, .readout, .task]
    let own = ConversionMethod.parameters.filter { !asked.contains($0) }.map(\.option)
    for name in own where arguments.isGiven(name) {
      throw CommandError(
        .usage, subject: "convert", problem: "method 'auto' chooses --\(name) itself", remedy: "leave it out")
    }
    let (least, loss) = (arguments.double("keep-accuracy"), arguments.double("max-loss"))
    if least != nil && loss != nil {
      throw CommandError(
        .usage, subject: "convert", problem: "--keep-accuracy and --max-loss say the same in two ways",
        remedy: "give one of them")
    }
    let goal = AutomaticGoal(
      steps: arguments.int("steps"), accuracy: least.map { .least($0) } ?? loss.map { .below(points: $0) },
      chip: try arguments.string("chip").map { (name) throws(CommandError) in try ChipsCommand.load(name) })
    if goal.steps == nil && goal.accuracy == nil {
      throw CommandError(.usage, subject: "convert", message: ConversionError.noGoal.commandText)
    }
    return goal
  }

  static func preprocessing(_ arguments: ParsedArguments) -> Preprocessing {
    Preprocessing(
      scale: arguments.double("input-scale") ?? 1, mean: arguments.doubles("mean") ?? [],
      std: arguments.doubles("std") ?? [])
  }

  private static func settings(_ arguments: ParsedArguments) throws(CommandError) -> ConversionSettings {
    for name in ["keep-accuracy", "max-loss", "list", "chip"] where arguments.isGiven(name) {
      throw CommandError(
        .usage, subject: "convert", problem: "--\(name) is for method 'auto'", remedy: "add --method auto")
    }
    let method = arguments.string("method").flatMap { ConversionMethod(named: $0) } ?? .robustNorm
    let settings = ConversionSettings(method, arguments)
    do throws(ConversionError) { try settings.check() } catch {
      throw CommandError(.usage, subject: "convert", message: error.commandText)
    }
    return settings
  }

  /// A trained network; what its file names beside it is checked by who writes.
  static func readModel(
    _ path: String, _ options: ImportOptions = ImportOptions(), namedBy naming: FileReader.Naming = .user
  ) throws(CommandError) -> ImportedModel {
    try model(InputFiles.bytes(path, limit: ONNXImporter.maximumBytes, namedBy: naming), path, options)
  }

  /// The same with the SHA-256 of the file and, after it, of the files of weights that it names and of the selection.
  static func readHashedModel(
    _ path: String, _ options: ImportOptions, namedBy naming: FileReader.Naming = .user
  ) throws(CommandError) -> (model: ImportedModel, hash: String) {
    try readHashedModel(path, options, InputFiles.bytes(path, limit: ONNXImporter.maximumBytes, namedBy: naming))
  }

  private static func readHashedModel(
    _ path: String, _ options: ImportOptions, _ bytes: [UInt8]
  ) throws(CommandError) -> (model: ImportedModel, hash: String) {
    let model = try model(bytes, path, options)
    var hasher = SHA256()
    hasher.update(bytes)
    for file in model.files(beside: path) {
      hasher.update(
        try InputFiles.bytes(file, limit: ONNXImporter.maximumBytes, namedBy: .inside(folder: PathText.folder(of: path))))
    }
    if let output = options.selection.output { hasher.update(Array("output \(output)\n".utf8)) }
    if let shape = options.selection.inputShape { hasher.update(Array("inputShape \(shape)\n".utf8)) }
    return (model, SHA256.hexadecimal(hasher.finalized()))
  }

  private static func model(
    _ bytes: [UInt8], _ path: String, _ options: ImportOptions
  ) throws(CommandError) -> ImportedModel {
    do throws(ImportError) {
      return try ONNXImporter.read(
        bytes, folder: PathText.folder(of: path), name: PathText.baseName(of: path, without: ".onnx"), options)
    } catch {
      throw CommandError(.badData, subject: path, message: error.commandText)
    }
  }

  static func calibrationData(
    _ arguments: ParsedArguments, network: AnalogNetwork, task: ConversionTask?, standard: Int
  ) throws(CommandError) -> CalibrationData? {
    guard let path = arguments.string("calibration") else { return nil }
    let data = try load(
      path, labels: arguments.string("calibration-labels"), network,
      task: task.map { $0 == .regression ? .values : .classes }, samples: arguments.int("calibration-samples") ?? standard)
    return CalibrationData(
      name: PathText.baseName(of: path, without: ""), dataset: data, samples: arguments.int("calibration-samples"))
  }

  private static func load(
    _ images: String, labels: String?, _ network: AnalogNetwork, task: OutputTask?, samples: Int? = nil
  ) throws(CommandError) -> Dataset {
    try InputFiles.dataset(
      images, labels: labels, shape: network.inputShape, classes: network.layers[network.output].count,
      task: task, samples: samples)
  }

  /// What is allowed and hardly meant, one line each.
  private static func doubts(
    _ arguments: ParsedArguments, _ calibration: CalibrationData?, _ report: ConversionReport, classes: Int
  ) -> [String] {
    var doubts: [String] = []
    if case .uint8? = calibration?.dataset.values, !arguments.isGiven("input-scale") {
      doubts.append(
        "the calibration data are bytes and the network takes them as 0 to 255: give --input-scale 1/255 if it was trained on "
          + "0 to 1")
    }
    if let account = report.calibration, let accuracy = account.annAccuracy, account.samples >= leastSamplesOfDoubt,
      Wilson.interval(correct: Int((accuracy * Double(account.samples)).rounded()), total: account.samples).lowerBound
        <= 1 / Double(max(1, classes))
    {
      doubts.append(
        "the ANN decides \(NumberFormat.percent(accuracy)) of the calibration samples right, no more than chance: check the "
          + "labels, and --input-scale, --mean and --std")
    }
    if let percentile = arguments.double("percentile"), percentile <= 1 {
      doubts.append(
        "--percentile \(NumberFormat.plain(percentile)) is of 100: \(NumberFormat.plain(100 * percentile)) may be meant")
    }
    return doubts
  }

  /// Fewer samples cannot tell an accuracy from chance.
  private static let leastSamplesOfDoubt = 20

  // MARK: Test data

  /// Names the test data, relative to the network's folder, and measures the ANN on it.
  private static func nameTestData(
    _ network: inout Network, of analog: AnalogNetwork, _ arguments: ParsedArguments, output: String,
    _ stages: StageProgress
  ) throws(CommandError) {
    guard let images = arguments.string("test-images") else {
      try checkTestLabels(arguments)
      return
    }
    let labels = arguments.string("test-labels")
    let data = try load(images, labels: labels, analog, task: network.output.task)
    network.input.images = try relative(images, to: output)
    network.input.labels = try labels.map { (path) throws(CommandError) in try relative(path, to: output) }
    let stage = "the ANN on test data"
    stages.handler(ConversionProgress(stage: stage, total: data.count, finished: 0))
    let accuracy = try InputFiles.accuracy(
      of: analog, on: data, images, samples: data.count, network.input.preprocessing, threads: RunInputs.standardThreads
    ) { stages.handler(ConversionProgress(stage: stage, total: data.count, finished: $0)) }
    guard let accuracy else { return }
    network.ann?.accuracy = accuracy
    network.ann?.accuracyOn =
      "\(PathText.baseName(of: images, without: "")), \(NumberFormat.count(data.count, of: "image"))"
  }

  /// Labels are of test images.
  static func checkTestLabels(_ arguments: ParsedArguments) throws(CommandError) {
    guard arguments.isGiven("test-labels") else { return }
    throw CommandError(
      .usage, subject: "convert", problem: "--test-labels without --test-images", remedy: "name the images too")
  }

  /// A path as seen from the network's folder.
  static func relative(_ path: String, to output: String) throws(CommandError) -> String {
    guard let base = FileSystemPath.resolved(PathText.folder(of: output)) else {
      throw CommandError(FileError.folderMissing(path: output))
    }
    guard let here = FileSystemPath.resolved(PathText.folder(of: path)) else { return path }
    return PathText.relative(PathText.baseName(of: path, without: ""), in: here, from: base)
  }
}

extension CommandError {
  /// An error of conversion: about the options, the model, or the data.
  init(_ error: ConversionError, model: String, data: String?) {
    switch error {
    case .foreignParameter, .parameterRange, .conflict, .partner, .needsCalibration, .noGoal:
      self.init(.usage, subject: "convert", message: error.commandText)
    case .notKept:
      self.init(.checkFailed, subject: model, message: error.commandText)
    case .fitsNowhere:
      self.init(.doesNotFit, subject: model, message: error.commandText)
    case .noSamples, .tooFewSamples, .inputShape, .labelRange, .data:
      self.init(.badData, subject: data, message: error.commandText)
    case .network, .negativeActivation, .noActivation, .overflow, .notTrained, .outputFeeds, .check, .compile, .own:
      self.init(.badData, subject: model, message: error.commandText)
    }
  }
}

extension ParsedArguments {
  /// `--output-name`, `--input-shape` and `--merge`.
  func importOptions(_ purpose: ImportOptions.Purpose) -> ImportOptions {
    ImportOptions(
      purpose, selection: ModelSelection(output: string("output-name"), inputShape: shape("input-shape")),
      merge: string("merge").flatMap { MergeRule(rawValue: $0) } ?? .auto)
  }
}

extension ImportedModel {
  /// The files of weights that a model names.
  func files(beside path: String) -> [String] { files.map { PathText.joined(PathText.folder(of: path), $0) } }
}
