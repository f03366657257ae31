/// `nmsim explain`: where accuracy is lost, layer by layer.
enum ExplainCommand {
  static let spec = CommandSpec(
    name: "explain", abstract: "Show layer by layer where accuracy is lost",
    discussion: [
      "Compares every layer of the original network with the real-valued spiking network, the integer one and the "
        + "chip, so that losses by conversion, rounding and saturation are told apart."
    ],
    positionals: [
      PositionalSpec("network", "NETWORK", .file, .required, "The spiking network, for example net.json."),
      PositionalSpec(
        "model", "MODEL", .file, .optional, standard: .described("what the network names"),
        "The original network, an .onnx file."),
    ],
    options: [
      .option("ticks", .integer(1...1_000_000), "T", standard: .described("the network's"), "Steps of an inference."),
      .option(
        "input", .file, "DATA", standard: .described("what the network names"), "Images: IDX, .npy, .npz or CIFAR."),
      .option("labels", .file, "LABELS", standard: .described("found by the name of the images"), "Their labels."),
      .option("samples", .integer(1...Int.max), "N", standard: .value("100"), "How many samples, from the first."),
      .option("chip", .choiceOrFile(ChipsCommand.names), "NAME|FILE", standard: .value("ideal"), "Chip description."),
      .option("json", .file, "FILE", "Also write the tables as JSON; '-' is standard output."),
      .quiet, .color,
    ],
    examples: [
      ExampleSpec("nmsim explain net.json", "On the data that the network names."),
      ExampleSpec("nmsim explain net.json model.onnx --ticks 32 --samples 500", "At few steps, on more samples."),
    ],
    exits: [.badData, .missingInput, .doesNotFit, .badConfiguration])

  static func run(_ arguments: ParsedArguments, _ terminal: Terminal) throws(CommandError) -> ExitStatus {
    throw .notWritten(spec.name)
  }
}
