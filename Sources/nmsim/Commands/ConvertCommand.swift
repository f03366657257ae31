import ChipModel
import Compiler

/// `nmsim convert`: a trained network becomes a spiking one.
enum ConvertCommand {
  private static let calibration = "Calibration"
  private static let method = "Method"
  private static let automatic = "Method auto"
  private static let input = "Input"
  private static let outputs = "Output"

  static let spec = CommandSpec(
    name: "convert", abstract: "Convert a trained network (ONNX) into a spiking one",
    discussion: [
      "Reads the network as PyTorch or Keras export it, converts it by the named method with thresholds from "
        + "calibration data, and prints for every layer what came in and what it became.",
      "Method 'auto' tries every method that applies on the calibration data (the first 10,000 samples unless "
        + "--calibration-samples says how many; 8-bit weights) and takes the cheapest in synaptic operations: within 0.1 "
        + "points of the best tried at --steps, or keeping an accuracy.",
    ],
    positionals: [PositionalSpec("model", "MODEL", .file, .required, "The trained network, an .onnx file.")],
    options: [
      .option(
        "method", .choice(methods), "NAME", standard: .value("robust-norm"), group: method, "Conversion method."),
      .option(
        "steps", .integer(1...1_000_000), "T", group: method,
        "Steps of the calibration, and default of 'run --ticks'."),
      .option(
        "keep-accuracy", .fraction, "ACCURACY", group: automatic,
        "auto: find the cheapest with at least this accuracy, a fraction of 1, within --steps or 256."),
      .option(
        "max-loss", .number(NumberRange(lower: 0, upper: 100)), "POINTS", group: automatic,
        "auto: the same, at most so many points (hundredths) below the original network."),
      .option(
        "percentile", .number(NumberRange(lower: 0, excludesLower: true, upper: 100)), "P",
        standard: .described("99.9"), group: method,
        "robust-norm, ic-snn: percentile of the activations taken as maximum."),
      .option(
        "alpha", .number(.positive), "A", standard: .described("rmp 0.8, channel-balance 1"), group: method,
        "rmp, channel-balance: factor of the thresholds."),
      .option(
        "period", .integer(1...16), "K", standard: .described("weighted-spikes 8, bsnn 10"), group: method,
        "weighted-spikes, bsnn: phases of a period."),
      .option(
        "lambda", .number(.notNegative), "L", standard: .described("0.1"), group: method,
        "rate-norm: weight of the rate inference loss."),
      .option(
        "tolerance", .fraction, "FRACTION", standard: .described("0.005"), group: method,
        "rate-norm: accuracy that may be lost."),
      .option(
        "p", .choice(["shared", "layer"]), "shared|layer", standard: .described("shared"), group: method,
        "rate-norm: one factor for all layers, or one for each."),
      .option(
        "variant", .choice(["i", "c", "ic", "weights"]), "NAME", standard: .described("ic"), group: method,
        "ic-snn: initial potentials, coding compensation, both, or from the weights."),
      .option(
        "membrane", .choice(["clamp", "active", "literal"]), "NAME", standard: .described("clamp"), group: method,
        "ic-snn: which final potentials the initial ones are the mean of."),
      .option("max-count", .integer(1...1_000_000), "M", group: method, "aug-mapping: largest count a spike carries."),
      .flag("no-synchronous-neurons", group: method, "bsnn: residual shortcuts without synchronisation."),
      .option(
        "initial", .choice(["zero", "half"]), "zero|half", standard: .described("the method's"), group: method,
        "Initial potential: zero, or half a threshold."),
      .option(
        "reset", .choice(["soft", "hard"]), "soft|hard", standard: .described("the method's"), group: method,
        "After a spike: subtract the threshold, or set to zero."),
      .option(
        "readout", .choice(["potential", "spikes"]), "potential|spikes", standard: .described("the method's"),
        group: method, "What is read as the answer."),
      .flag("literal", group: method, "Take the paper as printed where a corrected reading is the default."),
      .option(
        "seed", .integer(0...Int.max), "N", standard: .value("0"), group: method,
        "spike-norm, rmp: seed of the random input spikes."),
      .option("calibration", .file, "DATA", group: calibration, "Images for calibration: IDX, .npy, .npz or CIFAR."),
      .option(
        "calibration-labels", .file, "LABELS", standard: .described("found by the name of the images"),
        group: calibration, "Their labels."),
      .option(
        "calibration-samples", .integer(1...Int.max), "N", standard: .described("1000 or 500, by method"),
        group: calibration, "How many, from the first."),
      .option(
        "input-scale", .ratio, "X", standard: .described("1"), group: input,
        "Factor of the raw values, such as 1/255."),
      .option("mean", .numbers, "X,...", group: input, "Subtracted after scaling, for each channel."),
      .option("std", .numbers, "X,...", group: input, "Divided by after that, for each channel."),
      .option(
        "test-images", .file, "DATA", group: outputs,
        "Images that the network names as its own test data, for 'run'; the original network is tried on them."),
      .option(
        "test-labels", .file, "LABELS", standard: .described("found by the name of the images"), group: outputs,
        "Their labels."),
      .option(
        "output", short: "o", .newFile, "FILE", standard: .value("net.json"), group: outputs,
        "The spiking network; its weights go beside it, as FILE with .safetensors for .json."),
      .quiet, .color,
    ],
    examples: [
      ExampleSpec(
        "nmsim convert model.onnx --method robust-norm --calibration images.npy --input-scale 1/255",
        "Thresholds from the 99.9th percentile of the activations; writes net.json."),
      ExampleSpec(
        "nmsim convert model.onnx --method bsnn --period 10 --calibration data.npz -o bsnn.json",
        "Phase coding with bistable neurons."),
      ExampleSpec(
        "nmsim convert model.onnx --method auto --steps 4 --calibration images.npy",
        "The method that needs the fewest synaptic operations among the best at 4 steps."),
      ExampleSpec(
        "nmsim convert model.onnx --method auto --max-loss 0.5 --calibration images.npy",
        "The cheapest method and number of steps that lose at most 0.5 points."),
    ],
    exits: [.checkFailed, .badData, .missingInput])

  /// The names of the contract, in its order.
  static let methods = Method.Name.allCases.map(\.rawValue) + ["auto"]

  static func run(_ arguments: ParsedArguments, _ terminal: Terminal) throws(CommandError) -> ExitStatus {
    let path = arguments.positional("model") ?? ""
    let output = arguments.string("output") ?? "net.json"
    try checkOutput(output, model: path)
    let isAutomatic = arguments.string("method") == "auto"
    let goal = try isAutomatic ? Self.goal(arguments) : nil
    let method = try isAutomatic ? Method(.robustNorm) : Self.method(arguments)
    let model = try readModel(path)
    let preprocessing = preprocessing(arguments)
    let calibration = try calibrationData(arguments, network: model.network)
    let stages = StageProgress(terminal)
    defer { stages.finish() }
    var result: ConversionResult
    var tried: AutomaticReport?
    do throws(ConversionError) {
      if let goal {
        let found = try Conversion.automatic(
          model.network, goal: goal, preprocessing: preprocessing, calibration: calibration,
          seed: UInt64(clamping: arguments.int("seed") ?? 0),
          readout: arguments.string("readout").flatMap { Method.Readout(rawValue: $0) },
          threads: Processors.available, progress: stages.handler)
        (result, tried) = (found.result, found.report)
      } else {
        result = try Conversion.run(
          model.network, method: method, preprocessing: preprocessing, calibration: calibration,
          threads: Processors.available, progress: stages.handler)
      }
    } catch {
      throw CommandError(error, model: path, data: arguments.string("calibration"))
    }
    try nameTestData(&result.network, of: model.network, arguments, output: output, stages)
    stages.finish()
    do throws(NetworkFileError) { try NetworkFile.write(result.network, to: output) } catch {
      throw CommandError(error)
    }
    if let tried { terminal.say(AutomaticText(report: tried, style: terminal.style).text + "\n") }
    terminal.say(ConversionText(model: model, result: result, style: terminal.style).text)
    let size = NumberFormat.count(result.network.populations.count, of: "population")
    let named = output == "net.json" ? "net.json" : ErrorText.escaped(output)
    terminal.say("Wrote \(named), \(size). Next: nmsim compile \(named)\n")
    return .success
  }

  // MARK: Inputs

  /// Refuses outputs that would not do what they say.
  private static func checkOutput(_ output: String, model: String) throws(CommandError) {
    if output == "-" {
      throw CommandError(
        .usage, subject: "convert", problem: "a network has weights beside it and goes into files, not to '-'",
        remedy: "give -o a file name")
    }
    if let there = FileSystemPath.resolved(output), there == FileSystemPath.resolved(model) {
      throw CommandError(
        .usage, subject: output, problem: "the network would replace the model it comes from",
        remedy: "give -o another name")
    }
    try OutputFile.check(PathText.joined(PathText.folder(of: output), NetworkFile.tensorsName(for: output)))
  }

  /// What `auto` looks for. It chooses methods and their options itself.
  private static func goal(_ arguments: ParsedArguments) throws(CommandError) -> AutomaticGoal {
    let own = [
      "percentile", "alpha", "period", "lambda", "tolerance", "p", "variant", "membrane", "max-count",
      "no-synchronous-neurons", "initial", "reset", "literal",
    ]
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
      steps: arguments.int("steps"), accuracy: least.map { .least($0) } ?? loss.map { .below(points: $0) })
    if goal.steps == nil && goal.accuracy == nil {
      throw CommandError(.usage, subject: "convert", message: ConversionError.noGoal.description)
    }
    return goal
  }

  static func preprocessing(_ arguments: ParsedArguments) -> Preprocessing {
    Preprocessing(
      scale: arguments.double("input-scale") ?? 1, mean: arguments.doubles("mean") ?? [],
      std: arguments.doubles("std") ?? [])
  }

  private static func method(_ arguments: ParsedArguments) throws(CommandError) -> Method {
    for name in ["keep-accuracy", "max-loss"] where arguments.isGiven(name) {
      throw CommandError(
        .usage, subject: "convert", problem: "--\(name) is for method 'auto'", remedy: "add --method auto")
    }
    func choice<Value: RawRepresentable<String>>(_ name: String) -> Value? {
      arguments.string(name).flatMap { Value(rawValue: $0) }
    }
    let method = Method(
      choice("method") ?? .robustNorm, steps: arguments.int("steps"), percentile: arguments.double("percentile"),
      alpha: arguments.double("alpha"), period: arguments.int("period"), lambda: arguments.double("lambda"),
      tolerance: arguments.double("tolerance"), sharing: choice("p"), variant: choice("variant"),
      membrane: choice("membrane"), maximumCount: arguments.int("max-count"),
      usesSynchronousNeurons: !arguments.flag("no-synchronous-neurons"), initial: choice("initial"),
      reset: choice("reset"), readout: choice("readout"), isLiteral: arguments.flag("literal"),
      seed: UInt64(clamping: arguments.int("seed") ?? 0))
    do throws(ConversionError) { try method.check() } catch {
      throw CommandError(.usage, subject: "convert", message: error.description)
    }
    return method
  }

  static func readModel(_ path: String) throws(CommandError) -> ImportedModel {
    let bytes: [UInt8]
    do throws(FileError) { bytes = try FileReader.bytes(of: path, limit: 1 << 31) } catch { throw CommandError(error) }
    do throws(ImportError) {
      return try ONNXImporter.read(
        bytes, folder: PathText.folder(of: path), name: PathText.baseName(of: path, without: ".onnx"))
    } catch {
      throw CommandError(.badData, subject: path, wrapping: error)
    }
  }

  static func calibrationData(
    _ arguments: ParsedArguments, network: AnalogNetwork
  ) throws(CommandError) -> CalibrationData? {
    guard let path = arguments.string("calibration") else { return nil }
    let data = try load(path, labels: arguments.string("calibration-labels"), network)
    return CalibrationData(
      name: PathText.baseName(of: path, without: ""), dataset: data, samples: arguments.int("calibration-samples"))
  }

  private static func load(
    _ images: String, labels: String?, _ network: AnalogNetwork
  ) throws(CommandError) -> Dataset {
    do throws(DataError) {
      return try DatasetLoader.load(
        images: images, labels: labels, expectedShape: network.inputShape,
        classes: network.layers[network.output].count)
    } catch {
      let isMissing = error.fileError.map { if case .missing = $0 { true } else { false } } ?? false
      throw CommandError(isMissing ? .missingInput : .badData, wrapping: error)
    }
  }

  // MARK: Test data

  /// Names the test data, relative to the network's folder, and measures the original network on it.
  private static func nameTestData(
    _ network: inout Network, of analog: AnalogNetwork, _ arguments: ParsedArguments, output: String,
    _ stages: StageProgress
  ) throws(CommandError) {
    guard let images = arguments.string("test-images") else {
      if arguments.isGiven("test-labels") {
        throw CommandError(
          .usage, subject: "convert", problem: "--test-labels without --test-images", remedy: "name the images too")
      }
      return
    }
    let labels = arguments.string("test-labels")
    let data = try load(images, labels: labels, analog)
    network.input.images = try relative(images, to: output)
    network.input.labels = try labels.map { (path) throws(CommandError) in try relative(path, to: output) }
    guard let known = data.labels else { return }
    let samples: [Float]
    do throws(DatasetError) {
      samples = try data.floats(samples: data.count, preprocessing: network.input.preprocessing)
    } catch {
      throw CommandError(.badData, subject: images, message: error.description)
    }
    let evaluator: FloatEvaluator
    do throws(AnalogNetworkError) { evaluator = try FloatEvaluator(analog) } catch {
      throw CommandError(.software, wrapping: error)
    }
    stages.handler(ConversionProgress(stage: "original network on test data", total: data.count, finished: 0))
    let right = evaluator.map(samples, layers: []) { block in
      stages.handler(
        ConversionProgress(stage: "original network on test data", total: data.count, finished: block.count))
      return (0..<block.count).count { lane in
        let values = block.activation(layer: analog.output, sample: lane)
        let best = values.indices.reduce(0) { values[$1] > values[$0] ? $1 : $0 }
        return best == known[block.first + lane]
      }
    }
    network.ann?.accuracy = Double(right.reduce(0, +)) / Double(max(1, data.count))
    network.ann?.accuracyOn =
      "\(PathText.baseName(of: images, without: "")), \(NumberFormat.count(data.count, of: "image"))"
  }

  /// A path as seen from the network's folder.
  private static func relative(_ path: String, to output: String) throws(CommandError) -> String {
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
    case .foreignOption, .optionRange, .needsCalibration, .noGoal:
      self.init(.usage, subject: "convert", message: error.description)
    case .notKept:
      self.init(.checkFailed, subject: model, message: error.description)
    case .noSamples, .tooFewSamples, .inputShape, .labelRange, .data:
      self.init(.badData, subject: data, message: error.description)
    case .network, .negativeActivation, .noActivation, .outputFeeds, .check, .compile:
      self.init(.badData, subject: model, message: error.description)
    }
  }
}
