import ChipModel
import Runtime

/// Options of a run about the chip's time and about stopping early.
extension RunCommand {
  private static let group = "Chip time and early exit"

  static let timeOptions: [OptionSpec] = [
    OptionSpec(.timeModel, group: group),
    .option(
      "time-samples", .integer(1...Int.max), "N", standard: .value("\(ChipTime.standardSamples)"), group: group,
      "Samples that are timed, from the first; times are their mean."),
    .option(
      "input-step", .number(.positive), "SECONDS", standard: .described("the time window of recorded events"),
      group: group,
      "How long a step of the input lasts. Power and energy are then given for that time too: a chip that is faster "
        + "waits."),
    .flag(
      "barrier-free", group: group,
      "The chip runs without the barrier after each tick; both times are shown ('analytic' only)."),
    .flag(
      "per-tick", group: group,
      "Count by tick: the chip's energy over time, and up to the target accuracy; NeuroBench's operations where spikes "
        + "are pooled or carry counts. The run takes about a seventh longer. --target and --early-decision imply it."),
    .option(
      "early-decision", .text, "RULE", group: group,
      "Also report early exit: each sample stops when its decision is 'stable:N', the same after N steps in a row; "
        + "'margin:M', the largest output ahead of the next by M integer units; or both, 'stable:N,margin:M'."),
  ]

  /// What to watch, as the command line says.
  static func observerOptions(_ arguments: ParsedArguments) throws(CommandError) -> RunObserver.Options {
    var options = RunObserver.Options()
    options.timeModel = arguments.string("time-model").flatMap(TimingModel.init(rawValue:))
    options.timeSamples = arguments.int("time-samples") ?? ChipTime.standardSamples
    options.isBarrierFree = arguments.flag("barrier-free")
    options.countsTicks = arguments.flag("per-tick") || arguments.isGiven("target")
    options.rule = try arguments.string("early-decision").map { (text) throws(CommandError) in
      try told(.usage, "run") { () throws(StopRuleError) in try StopRule(text) }
    }
    return options
  }
}
