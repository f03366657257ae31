/// `nmsim convert`: a trained network becomes a spiking one.
enum ConvertCommand {
  private static let calibration = "Calibration"
  private static let method = "Method"
  private static let input = "Input"
  private static let outputs = "Output"

  static let spec = CommandSpec(
    name: "convert", abstract: "Convert a trained network (ONNX) into a spiking one",
    discussion: [
      "Reads the network as PyTorch or Keras export it, converts it by the named method with thresholds from "
        + "calibration data, and prints for every layer what came in and what it became."
    ],
    positionals: [PositionalSpec("model", "MODEL", .file, .required, "The trained network, an .onnx file.")],
    options: [
      .option(
        "method", .choice(methods), "NAME", standard: .value("auto"), group: method,
        "Conversion method; auto keeps the cheapest that keeps the accuracy."),
      .option(
        "steps", .integer(1...1_000_000), "T", group: method,
        "Steps of the calibration, and default of 'run --ticks'."),
      .option(
        "percentile", .number(NumberRange(lower: 0, excludesLower: true, upper: 100)), "P",
        standard: .described("99.9"), group: method, "robust-norm: percentile of the activations taken as maximum."),
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
        "ic-snn: how initial potentials are found from data."),
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
        "output", short: "o", .file, "FILE", standard: .value("net.json"), group: outputs, "The spiking network."),
      .quiet, .color,
    ],
    examples: [
      ExampleSpec(
        "nmsim convert model.onnx --method robust-norm --calibration images.npy --input-scale 1/255",
        "Thresholds from the 99.9th percentile of the activations; writes net.json."),
      ExampleSpec(
        "nmsim convert model.onnx --method bsnn --period 10 --calibration data.npz -o bsnn.json",
        "Phase coding with bistable neurons."),
    ],
    exits: [.badData, .missingInput])

  /// The names of the contract, in its order.
  static let methods = [
    "max-norm", "robust-norm", "channel-norm", "spike-norm", "rmp", "weighted-spikes", "channel-balance", "rate-norm",
    "ic-snn", "ter-mapping", "aug-mapping", "bsnn", "auto",
  ]

  static func run(_ arguments: ParsedArguments, _ terminal: Terminal) throws(CommandError) -> ExitStatus {
    throw .notWritten(spec.name)
  }
}

extension CommandError {
  /// A command of the complete table that the shipped one leaves out.
  static func notWritten(_ command: String) -> CommandError {
    CommandError(.software, subject: command, problem: "this command does not work yet", remedy: "see 'nmsim help'")
  }
}
