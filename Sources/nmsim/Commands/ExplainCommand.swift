import ChipModel
import Compiler

/// `nmsim explain`: where accuracy is lost, layer by layer.
enum ExplainCommand {
  private static let chip = "Chip and arithmetic"
  private static let data = "Data"

  static let spec = CommandSpec(
    name: "explain", abstract: "Show layer by layer where accuracy is lost",
    discussion: [
      "Runs the ANN in floats and the spiking network in floats, in integers and with the chip's membranes, all on the "
        + "same samples. The differences are the losses by conversion, rounding and saturation. It names the first "
        + "layer where accuracy is lost.",
      "A stage is blamed where the interval of its loss, paired by sample, excludes 0. Remedies are run on the same samples "
        + "before one is advised.",
      "The ANN is the model that the network was converted from, or --model; where that is gone, the network's own weights with "
        + "ReLU for neurons. K is the "
        + "squared distance of the rates from their limit, relative (Ding et al. 2021). Its curve is drawn over the "
        + "steps, from 1 down to 0.0001 on a logarithmic scale.",
    ],
    positionals: [
      PositionalSpec("network", "NETWORK", .file([.network]), .required, "The spiking network, for example net.json.")
    ],
    options: [
      .option(
        "model", .file([.model]), "MODEL", standard: .described("the one that was converted"),
        "The ANN, an .onnx file."),
      .steps(in: "Options"),
      .chip(in: chip, "Chip description; its number of cores plays no part."),
    ] + OptionSpec.chipNumbers(in: chip) + [
      .scale(in: chip),
    ] + OptionSpec.data(in: data, labels: "Their labels; without any, the ANN's decisions.") + [
      .samples(in: data, standard: "200, or all"),
      .json("Also write the tables as JSON; '-' is standard output."),
      .memory,
      .quiet, .color,
    ],
    common: ["input", "samples", "chip", "ticks"],
    examples: [
      ExampleSpec("nmsim explain net.json", "On the data that the network names."),
      ExampleSpec(
        "nmsim explain net.json --model model.onnx --chip loihi --ticks 32 --input test-images.npy",
        "Against the ONNX file, at few steps, in another chip's integers."),
    ],
    exits: [.badData, .missingInput, .doesNotFit, .badConfiguration])

  /// Samples unless told otherwise.
  static let standardSamples = 200

  static func run(_ arguments: ParsedArguments, _ terminal: Terminal) throws(CommandError) -> ExitStatus {
    let path = arguments.positional("network") ?? ""
    let (file, network) = try InputFiles.network(path)
    try arguments.checkFiles(reads: file.files + [file.network.ann?.model].compactMap { $0.map { file.resolve($0.path) } })
    let chip = try ChipsCommand.load(arguments.string("chip") ?? ChipLibrary.defaultName)
    let model = try arguments.string("model").map { (path) throws(CommandError) in
      let model = try ConvertCommand.readModel(
        path, ImportOptions(selection: file.network.ann?.model?.selection ?? ModelSelection()))
      try arguments.checkFiles(reads: model.files(beside: path))
      return model.network
    } ?? file.network.ann?.model.flatMap { noted in
      SourceANN(
        noted, at: file.resolve(noted.path),
        (file.network.input.shape, network.populations[network.output].shape.count))?.network
    }
    let input = file.network.input
    let paths = DataPaths(arguments, images: input.images.map(file.resolve), labels: input.labels.map(file.resolve))
    let (data, dataPath) = try paths.load(
      shape: input.shape, classes: network.populations[network.output].shape.count,
      task: file.network.output.task, standard: standardSamples)
    let count = try InputFiles.samples(arguments, of: data, dataPath, standard: standardSamples)
    let samples = try InputFiles.floats(data, dataPath, samples: count, input.preprocessing)
    let explainer: Explainer
    do throws(ExplanationError) {
      explainer = try Explainer(
        network, model: model, chip: chip, options: options(arguments),
        steps: arguments.int("ticks") ?? file.network.steps ?? RunInputs.standardSteps)
    } catch {
      switch error {
      case .compile(let error): throw CommandError(error, network: path, mapping: nil)
      case .network(let error):
        throw CommandError(.badData, subject: arguments.string("model") ?? path, message: "\(error)")
      case .model, .spikingInput: throw CommandError(.badData, subject: path, message: "\(error)")
      }
    }
    let progress = ProgressLine("explain", total: count, unit: "images", terminal: terminal)
    let explanation = explainer(
      samples, labels: data.labels.map { Array($0.prefix(count)) }, targets: data.targets(ofSamples: 0..<count), threads: RunInputs.standardThreads
    ) { progress.advance(by: $0) }
    progress.finish()
    let text = ExplanationText(
      explanation: explanation, network: file.network.name, chip: chip.name, style: arguments.tables(terminal).style)
    if let path = arguments.string("output") { try OutputFile.write(text.record.document, to: path, terminal) }
    arguments.tables(terminal).say(text.page)
    return .success
  }

  private static func options(_ arguments: ParsedArguments) -> CompileOptions {
    CompileOptions(
      numbers: arguments.chipNumbers,
      scale: arguments.string("scale").flatMap(CompileOptions.Scale.init(rawValue:)), memory: arguments.memory)
  }
}
