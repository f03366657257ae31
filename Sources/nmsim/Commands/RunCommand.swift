/// `nmsim run`: a program classifies samples on the simulated chip.
enum RunCommand {
  private static let data = "Data"
  private static let simulation = "Simulation"
  private static let outputs = "Output"

  static let spec = CommandSpec(
    name: "run", abstract: "Run a program on samples",
    discussion: [
      "Samples are taken in file order from the first. The result is the same for every number of threads."
    ],
    positionals: [
      PositionalSpec(
        "program", "PROGRAM", .file, .optional, standard: .described("net.nmsim, else the only .nmsim file here"),
        "The compiled program.")
    ],
    options: [
      .option(
        "ticks", .integer(1...1_000_000), "T", standard: .described("the network's"), group: simulation,
        "Steps of an inference."),
      .option(
        "threads", .integer(1...1024), "N", standard: .described("$SLURM_CPUS_PER_TASK, else all cores allowed"),
        group: simulation, "Threads, at most 1024."),
      .option(
        "engine", .choice(["fast", "interpreter"]), "fast|interpreter", standard: .value("fast"), group: simulation,
        "fast works by populations; interpreter moves every message from core to core, slowly."),
      .option(
        "input", .file, "DATA", standard: .described("what the network names"), group: data,
        "Images: IDX, .npy, .npz or CIFAR."),
      .option(
        "labels", .file, "LABELS", standard: .described("found by the name of the images"), group: data,
        "Labels; without any, accuracies are unknown."),
      .option("samples", .integer(1...Int.max), "N", standard: .described("all"), group: data, "How many samples."),
      .option(
        "target", .fraction, "ACCURACY", group: outputs,
        "Also report the steps and the energy that reach this accuracy, a fraction of 1."),
      .option(
        "min-accuracy", .fraction, "ACCURACY", group: outputs,
        "End with status 1 when the accuracy, a fraction of 1, is below."),
      .option(
        "spike-profile", .text, "NAME", standard: .described("the configured one"), group: outputs,
        "Energy per spike for the papers' model."),
      .option(
        "json", .file, "FILE|-", standard: .value("run.json"), group: outputs,
        "The result; '-' is standard output."),
      .option(
        "predictions", .file, "FILE.csv", group: outputs,
        "One row a sample: index, label, prediction, decision step."),
      .option("outputs", .file, "FILE.npy", group: outputs, "The output values, in units of the original network."),
      .flag("no-timing", group: outputs, "Leave the simulation's own wall time out of the result."),
      .quiet, .color,
    ],
    examples: [
      ExampleSpec("nmsim run --ticks 200", "The program in this folder, on the data its network names."),
      ExampleSpec(
        "nmsim run net.nmsim --ticks 64 --input t10k-images-idx3-ubyte.gz --samples 1000 --json -",
        "The first 1,000 images of a file, the result on standard output."),
    ],
    exits: [.checkFailed, .badData, .missingInput, .badConfiguration])

  static func run(_ arguments: ParsedArguments, _ terminal: Terminal) throws(CommandError) -> ExitStatus {
    throw .notWritten(spec.name)
  }
}
