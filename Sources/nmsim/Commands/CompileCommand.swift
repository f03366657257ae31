/// `nmsim compile`: a spiking network becomes a program for a chip.
enum CompileCommand {
  private static let arithmetic = "Chip and arithmetic"
  private static let placement = "Mapping"
  private static let outputs = "Output"

  static let spec = CommandSpec(
    name: "compile", abstract: "Compile a network into a program for a chip",
    discussion: [
      "Checks and quantises the network, splits it over the cores under the chip's limits, places the cores, builds "
        + "their routes, and prints what every population and core uses and what limits the design."
    ],
    positionals: [PositionalSpec("network", "NETWORK", .file, .required, "The network, for example net.json.")],
    options: [
      .option(
        "chip", .choiceOrFile(ChipsCommand.names), "NAME|FILE", standard: .value("generic-45nm"), group: arithmetic,
        "Chip description: a name of 'nmsim chips', or a file."),
      .option(
        "weight-bits", .integer(2...16), "N", standard: .described("the chip's"), group: arithmetic,
        "Bits of a weight."),
      .option(
        "membrane-bits", .integer(4...62), "N", standard: .described("the chip's"), group: arithmetic,
        "Bits of a membrane potential."),
      .option(
        "fraction-bits", .integer(0...24), "N", standard: .described("the chip's, else 0"), group: arithmetic,
        "Extra low bits of biases, thresholds and potentials."),
      .option(
        "scale", .choice(["channel", "population"]), "channel|population", standard: .described("the finest possible"),
        group: arithmetic, "What shares one weight scale: an output channel, or a whole population."),
      .option(
        "mapping", .choiceOrFile(["row-major", "random"]), "row-major|random|FILE", standard: .value("row-major"),
        group: placement, "Where the cores are placed."),
      .option(
        "schedule", .choice(["windowed", "continuous"]), "windowed|continuous", standard: .value("windowed"),
        group: placement, "Layers active in their windows, or all at every tick."),
      .option(
        "seed", .integer(0...Int.max), "N", standard: .value("0"), group: placement, "Seed of the random mapping."),
      .option(
        "output", short: "o", .file, "FILE", standard: .described("NETWORK with .nmsim for .json"), group: outputs,
        "The program."),
      .option("json", .file, "FILE", group: outputs, "Also write the tables as JSON; '-' is standard output."),
      .quiet, .color,
    ],
    examples: [
      ExampleSpec("nmsim compile net.json", "For the default chip; writes net.nmsim."),
      ExampleSpec(
        "nmsim compile net.json --chip loihi --weight-bits 6 -o loihi.nmsim", "For another chip, with narrower weights."
      ),
    ],
    exits: [.badData, .missingInput, .doesNotFit, .badConfiguration])

  static func run(_ arguments: ParsedArguments, _ terminal: Terminal) throws(CommandError) -> ExitStatus {
    throw .notWritten(spec.name)
  }
}
