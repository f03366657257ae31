import ChipModel
import Runtime

/// Options of a run about the chip's time and about stopping early.
extension RunCommand {
  private static let group = "Chip time and early decision"

  static let timeOptions: [OptionSpec] = [
    .option(
      "time-model", .choice(TimingModel.allCases.map(\.rawValue)), "MODEL",
      standard: .described("the chip's fixed tick, else analytic, else unknown"), group: group,
      "How long a tick takes: 'fixed', the chip's own tick; 'simple', its slowest core; 'analytic', slowest core, message "
        + "or link, nothing waiting; 'detailed', every message through links that push back. All but 'fixed' cost time."),
    .option(
      "time-samples", .integer(1...Int.max), "N", standard: .value("\(RunTime.standardSamples)"), group: group,
      "Samples that are timed, from the first; times are their mean."),
    .flag(
      "barrier-free", group: group,
      "The chip runs without the barrier after each tick, compared with it ('analytic' only)."),
    .flag(
      "per-tick", group: group,
      "Count by tick: the chip's energy over time and until the target accuracy. Costs about a seventh more time; "
        + "--target and --early-decision imply it."),
    .option(
      "early-decision", .text, "RULE", group: group,
      "Also report stopping each sample when its decision is 'stable:N', the same after N steps in a row, or 'margin:M', "
        + "the largest output ahead of the next by M integer units, or both, 'stable:N,margin:M'."),
  ]

  /// What to watch, as the command line says.
  static func observerOptions(_ arguments: ParsedArguments) throws(CommandError) -> RunObserver.Options {
    var options = RunObserver.Options()
    options.timeModel = arguments.string("time-model").flatMap(TimingModel.init(rawValue:))
    options.timeSamples = arguments.int("time-samples") ?? RunTime.standardSamples
    options.isBarrierFree = arguments.flag("barrier-free")
    options.countsTicks = arguments.flag("per-tick") || arguments.isGiven("target")
    if let text = arguments.string("early-decision") {
      do throws(StopRuleError) {
        options.rule = try StopRule(text)
      } catch {
        throw CommandError(.usage, subject: "run", wrapping: error)
      }
    }
    return options
  }

  static func observer(
    _ program: CompiledProgram, steps: Int, first: Int, samples: Int, _ options: RunObserver.Options
  ) throws(CommandError) -> RunObserver {
    do throws(TimeModelError) {
      return try RunObserver(program, steps: steps, first: first, samples: samples, options: options)
    } catch {
      let status: ExitStatus = if case .barrier = error { .usage } else { .badConfiguration }
      throw CommandError(status, subject: "run", wrapping: error)
    }
  }
}

/// Lines of a run's summary about the chip's time and about stopping early: name and value, at most 64 columns each.
enum TimeSummary {
  static func rows(_ result: RunResult) -> [(String, String)] {
    var rows: [(String, String)] = []
    let time = result.time
    if let tick = time.deadlockTick {
      rows.append(("chip time", "none: deadlock in tick \(NumberFormat.count(tick))"))
      rows.append(("", "messages wait for one another in a circle of detours"))
    } else if time.model != nil, let seconds = time.secondsPerInference {
      rows.append(("chip time", "\(NumberFormat.seconds(seconds)) an inference, \(how(time))"))
      if time.isBarrierFree == true, let with = time.withBarrierSeconds {
        rows.append(
          (
            "barrier",
            "none; with it \(NumberFormat.seconds(with)), \(NumberFormat.decimal(with / max(seconds, 1e-30), places: 2)) "
              + "times as long"
          ))
      }
      if let delay = time.delay {
        rows.append(
          (
            "messages",
            "\(NumberFormat.seconds(delay.meanSeconds)) on their way, \(NumberFormat.seconds(delay.meanWaitingSeconds)) of it "
              + "waiting"
          ))
        rows.append(
          (
            "",
            "at most \(NumberFormat.seconds(delay.longestSeconds)); overtaken \(NumberFormat.count(delay.overtaken ?? 0)) of "
              + NumberFormat.count(delay.messages ?? 0)
          ))
      }
    } else {
      let lacks = time.missing.filter { $0 != "time of a tick" }
      rows.append(("chip time", "unknown: the chip states no tick" + (lacks.isEmpty ? "" : " and lacks")))
      if !lacks.isEmpty {
        let more = lacks.count > 2 ? " and \(lacks.count - 2) more" : ""
        rows.append(("", lacks.prefix(2).joined(separator: ", ") + more))
      }
    }
    if let early = result.earlyDecision {
      rows.append(("early stop", "\(early.rule): after \(NumberFormat.decimal(early.meanSteps, places: 1)) steps, "
        + "\(NumberFormat.percent(early.accuracy)) right"))
      let ticks = 1 - Double(early.ticks ?? 0) / Double(max(1, early.fullTicks ?? 0))
      let energy = early.energySaved.map {
        "\(NumberFormat.joules(early.joulesPerInference)) an inference, \(NumberFormat.percent($0, places: 1)) of it saved, "
      }
      rows.append(("", "\(energy ?? "")\(NumberFormat.percent(ticks, places: 1)) of the ticks"))
    }
    return rows
  }

  private static func how(_ time: RunResult.Time) -> String {
    guard let samples = time.samples else { return "fixed tick" }
    return "\(time.model ?? ""), mean of \(NumberFormat.count(samples)) sample\(samples == 1 ? "" : "s")"
  }
}
