import ChipModel
import Compiler
import Runtime

/// `nmsim evaluate`: the imported ANN in floats.
enum EvaluateCommand {
  private static let data = "Data"
  private static let check = "Check"

  static let spec = CommandSpec(
    name: "evaluate", abstract: "Evaluate a trained network (ONNX) in floats",
    discussion: [
      "Shows what an import is worth before it is converted: the outputs of the network that nmsim made of the file, its "
        + "accuracy where there are labels, and what each layer costs.",
      "With --expect the outputs are compared with those of another program; the status is 1 where they differ by more than "
        + "\(NumberFormat.plain(tolerance)) of the largest expected (of 1, where that is less). The "
        + "tutorial shows the two lines of Python that make that file with onnxruntime.",
    ],
    positionals: [PositionalSpec("model", "MODEL", .file([.model]), .required, "The trained network, an .onnx file.")],
    options: OptionSpec.data(in: data, labels: "Labels; without any, the accuracy is unknown.").map { option in
      var option = option
      if option.name == "input" { option.standard = nil }
      return option
    } + [.samples(in: data, standard: "all")] + OptionSpec.model(in: data) + OptionSpec.preprocessing(in: data) + [
      outputs,
      .option(
        "expect", .file([.array, .archive, .images, .labels]), "FILE.npy", group: check,
        "Outputs of another program for the same samples, one row per sample, in the file's own layout."),
      .threads(),
      .quiet, .color,
    ],
    common: ["input", "labels", "input-scale", "expect"],
    examples: [
      ExampleSpec("nmsim evaluate model.onnx --input images.npy --input-scale 1/255", "Accuracy and cost by layer."),
      ExampleSpec(
        "nmsim evaluate model.onnx --input x.npy --expect y.npy", "Status 1 if the import computes something else."),
    ],
    exits: [.checkFailed, .badData, .missingInput])

  private static var outputs: OptionSpec {
    var option = OptionSpec.option(
      "outputs", short: "o", .newFile, "FILE.npy", group: check,
      "Write the outputs: the file's own, whatever ends it, one row per sample.")
    option.synonyms = ["output"]
    return option
  }

  /// Largest difference, relative to the largest expected magnitude, that passes for the same.
  static let tolerance = 1e-4

  static func run(_ arguments: ParsedArguments, _ terminal: Terminal) throws(CommandError) -> ExitStatus {
    let path = arguments.positional("model") ?? ""
    guard let input = arguments.string("input") else {
      throw CommandError(
        .usage, subject: "evaluate", problem: "no data to evaluate the network on", remedy: "name it with --input DATA")
    }
    let model = try ConvertCommand.readModel(path, arguments.importOptions(.evaluation))
    try arguments.checkFiles(reads: model.files(beside: path), writes: [])
    let classes = model.network.layers[model.network.output].count
    let dataset = try InputFiles.dataset(
      input, labels: arguments.string("labels"), shape: model.network.inputShape, classes: classes, task: nil,
      samples: arguments.int("samples"))
    let count = try InputFiles.samples(arguments, of: dataset, input)
    let expected = try arguments.string("expect").map { (path) throws(CommandError) in
      try ExpectedOutputs(reading: path, samples: count, of: model.output)
    }
    let evaluation = try Evaluation(
      model, dataset, input, count, ConvertCommand.preprocessing(arguments), keepsOutputs: arguments.isGiven("outputs"),
      expected: expected, threads: RunInputs.threads(arguments), terminal)
    if let path = arguments.string("outputs") {
      let shape = [count] + model.output.sampleShape
      guard let tensor = Tensor(shape: shape, storage: .float32(evaluation.outputs)) else {
        throw CommandError(.software, subject: path, problem: "the outputs do not fit their shape", remedy: "report this")
      }
      try OutputFile.write(NumPy.encode(tensor), to: path)
    }
    terminal.say(EvaluationText(model: model, evaluation: evaluation, style: terminal.style).text)
    guard let difference = evaluation.difference, !(difference <= tolerance) else { return .success }
    terminal.warn(
      "evaluate: the outputs differ from \(arguments.string("expect") ?? "") by \(NumberFormat.significant(difference)) of the "
        + "largest, more than \(NumberFormat.plain(tolerance)); were both given the same values?")
    return .checkFailed
  }
}
