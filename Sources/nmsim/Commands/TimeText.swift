import Runtime

/// A result's time on the chip and its early exits in words, for `run` and `energy`.
enum TimeText {
  /// What flows while the input lasts.
  static func addRealTime(_ result: RunResult, isFull: Bool, style: TextStyle, to facts: inout FactList) {
    guard let real = result.realTime else { return }
    let pace = real.speed.map { speed in
      speed == 1
        ? "in real time, its tick is as long"
        : speed > 1
          ? "\(NumberFormat.significant(speed)) times faster than real time"
          : "\(NumberFormat.significant(1 / speed)) times slower than real time"
    }
    facts.add(
      "real time",
      "\(NumberFormat.seconds(real.secondsOfInput)) of input, steps of \(NumberFormat.seconds(real.secondsPerStep)): "
        + "the chip is " + (pace ?? "taken to keep up, its time is unknown"))
    guard let joules = real.joulesPerInference, let seconds = real.secondsPerInference else { return }
    let idle = real.idleJoules.map { "\(NumberFormat.joules($0)) of it static" } ?? "static power unknown"
    facts.add(
      "power",
      "\(NumberFormat.watts(real.watts)): \(NumberFormat.joules(joules)) in \(NumberFormat.seconds(seconds)), \(idle)")
    guard isFull, let watts = real.wattsBySecond, watts.count > 1, let least = watts.min(), let most = watts.max()
    else { return }
    facts.add("by second", "\(Sparkline.render(watts, width: 48, style: style)) 1 to \(watts.count)")
    facts.add("", "\(NumberFormat.watts(least)) to \(NumberFormat.watts(most))")
  }

  /// - Parameter isFull: with throughput, what ticks wait for and every time that the chip lacks.
  static func add(_ result: RunResult, isFull: Bool, to facts: inout FactList) {
    let time = result.time
    if let tick = time.deadlockTick {
      facts.add(
        "chip time",
        "none: deadlock in tick \(NumberFormat.count(tick)), messages wait for one another in a circle of detours")
    } else if time.model != nil, let seconds = time.secondsPerInference {
      facts.add("chip time", "\(NumberFormat.seconds(seconds)) per inference, \(how(time))")
    } else {
      let lacks = time.missing.filter { $0 != "time of a tick" }
      let shown = isFull ? lacks : Array(lacks.prefix(2))
      let more = lacks.count > shown.count ? " and \(lacks.count - shown.count) more" : ""
      facts.add(
        "chip time",
        "unknown: the chip states no tick"
          + (lacks.isEmpty ? "" : " and lacks \(shown.joined(separator: ", "))\(more)"))
    }
    if isFull, let rate = time.inferencesPerSecond {
      let pipelined = time.pipelinedInferencesPerSecond.map { ", \(NumberFormat.significant($0)) pipelined" } ?? ""
      facts.add("throughput", "\(NumberFormat.significant(rate)) inferences/s sequential\(pipelined)")
    }
    if isFull, let barrier = time.barrierSeconds, let core = time.slowestCoreSeconds, let link = time.busiestLinkSeconds
    {
      facts.add(
        "of which",
        "barrier \(NumberFormat.seconds(barrier)); slowest core \(NumberFormat.seconds(core)), busiest link "
          + NumberFormat.seconds(link))
    }
    if isFull || time.isBarrierFree == true, let with = time.withBarrierSeconds, let free = time.barrierFreeSeconds {
      facts.add(
        "barrier",
        "\(NumberFormat.seconds(with)) with it, \(NumberFormat.seconds(free)) without; "
          + "\(NumberFormat.decimal(with / max(free, 1e-30), places: 2)) times as long")
    }
    if let delay = time.delay {
      facts.add(
        "messages",
        "latency \(NumberFormat.seconds(delay.meanSeconds)), of which queueing "
          + "\(NumberFormat.seconds(delay.meanWaitingSeconds)); longest \(NumberFormat.seconds(delay.longestSeconds)); "
          + "\(NumberFormat.count(delay.overtaken ?? 0)) of \(NumberFormat.count(delay.messages ?? 0)) out of order")
    }
  }

  static func addEarlyExit(_ result: RunResult, to facts: inout FactList) {
    guard let early = result.earlyDecision else { return }
    facts.add(
      "early exit",
      "\(early.rule): after \(NumberFormat.decimal(early.meanSteps, places: 1)) steps on average, "
        + "\(NumberFormat.percent(early.accuracy)) right instead of \(NumberFormat.percent(early.fullAccuracy))")
    let ticks = 1 - Double(early.ticks ?? 0) / Double(max(1, early.fullTicks ?? 0))
    let energy = early.energySaved.map {
      "\(NumberFormat.joules(early.joulesPerInference)) per inference, saves "
        + "\(NumberFormat.percent($0, places: 1)) of the energy and "
    }
    facts.add("", "\(energy ?? "saves ")\(NumberFormat.percent(ticks, places: 1)) of the ticks")
  }

  private static func how(_ time: RunResult.Time) -> String {
    guard let samples = time.samples else { return "fixed tick" }
    return "\(time.model ?? ""), mean of \(NumberFormat.count(samples, of: "sample"))"
  }
}
