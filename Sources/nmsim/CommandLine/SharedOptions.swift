/// Options that mean the same in several commands.
extension OptionSpec {
  static func weightBits(in group: String) -> OptionSpec {
    .option("weight-bits", .integer(2...16), "N", standard: .described("the chip's"), group: group, "Bits of a weight.")
  }

  static func membraneBits(in group: String) -> OptionSpec {
    .option(
      "membrane-bits", .integer(2...32), "N", standard: .described("the chip's"), group: group,
      "Bits of a membrane potential.")
  }

  static func fractionBits(in group: String) -> OptionSpec {
    .option(
      "fraction-bits", .integer(0...15), "N", standard: .described("the chip's, else 0"), group: group,
      "Extra low bits of biases, thresholds and potentials.")
  }

  static func scale(in group: String) -> OptionSpec {
    .option(
      "scale", .choice(["channel", "population"]), "channel|population",
      standard: .described("the finest that the membrane holds"), group: group,
      "What shares one weight scale: an output channel, or a whole population.")
  }

  static func steps(in group: String) -> OptionSpec {
    .option(
      "ticks", .integer(1...1_000_000), "T", standard: .described("the network's"), group: group, "Steps of an inference.")
  }

  static func threads(in group: String = "Options") -> OptionSpec {
    .option(
      "threads", .integer(1...1024), "N", standard: .described("$SLURM_CPUS_PER_TASK, else all cores allowed"),
      group: group, "Threads, at most 1024.")
  }
}
