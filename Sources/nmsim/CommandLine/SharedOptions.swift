import ChipModel
import Compiler

/// Options that mean the same in several commands.
extension OptionSpec {
  /// Options that override numbers of the chip.
  static func chipNumbers(in group: String) -> [OptionSpec] {
    ChipNumber.overridable.compactMap(\.parameter).map { OptionSpec($0, group: group) }
  }

  static func scale(in group: String) -> OptionSpec { OptionSpec(.scale, group: group) }

  static func steps(in group: String) -> OptionSpec {
    var option = option(
      "ticks", .integer(ActiveWindow.steps), "T", standard: .described("the network's"), group: group,
      "Steps of an inference.")
    option.synonyms = ["steps"]
    return option
  }

  /// The JSON document of a command that shows tables.
  static func json(
    _ help: String, placeholder: String = "FILE", standard: Standard? = nil, group: String = "Options"
  ) -> OptionSpec {
    var option = option(
      "output", short: "o", .newDocument, placeholder, standard: standard, group: group, help)
    option.synonyms = ["json"]
    return option
  }

  static func threads(in group: String = "Options") -> OptionSpec {
    .option(
      "threads", .integer(1...1024), "N", standard: .described("$SLURM_CPUS_PER_TASK, else all cores allowed"),
      group: group, "Threads, at most 1024.")
  }

  static let memory: OptionSpec = .option(
    "memory", .number(NumberRange(lower: 0.001, upper: 1_048_576)), "GIB", standard: .value("4"),
    "Most memory, in GiB, for what the files ask for in few bytes: neurons of a shape, windows and taps unrolled.")
}
