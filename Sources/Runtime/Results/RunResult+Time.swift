import ChipModel

extension RunResult {
  /// How long ticks take on the chip.
  package struct Time: JSONRecord {
    package var secondsPerTick: Double?
    package var secondsPerInference: Double?
    package var model: String?
    package var missing: [String] = []
    package var inferencesPerSecond: Double?
    package var pipelinedInferencesPerSecond: Double?
    /// Samples that were timed.
    package var samples: Int?
    package var isBarrierFree: Bool?
    package var withBarrierSeconds: Double?
    package var barrierFreeSeconds: Double?
    package var barrierSeconds: Double?
    package var slowestCoreSeconds: Double?
    package var busiestLinkSeconds: Double?
    /// By tick of an inference, over the timed samples.
    package var femtosecondsByTick: [Int]?
    package var delay: Delay?
    /// The first tick whose messages wait for one another for ever: such a run has no time.
    package var deadlockTick: Int?

    package init() {}

    /// - Parameter steps: `T`: under a tick of fixed length a new inference may start every `T` ticks.
    init(_ time: ChipTime, steps: Int) {
      secondsPerTick = time.secondsPerTick
      secondsPerInference = time.secondsPerInference
      model = time.model?.rawValue
      missing = time.missing
      inferencesPerSecond = time.inferencesPerSecond
      pipelinedInferencesPerSecond = time.fixedTick.flatMap { $0 > 0 ? 1 / ($0 * Double(steps)) : nil }
      guard let model = time.model, model != .fixed else { return }
      samples = time.samples
      isBarrierFree = time.isBarrierFree
      withBarrierSeconds = time.withBarrierSeconds
      barrierFreeSeconds = time.barrierFreeSeconds
      barrierSeconds = time.barrierSeconds
      slowestCoreSeconds = time.coreSeconds
      busiestLinkSeconds = time.linkSeconds
      deadlockTick = time.deadlockTick
      guard deadlockTick == nil else { return }
      femtosecondsByTick = time.femtosecondsByTick
      guard let found = time.delay else { return }
      var delay = Delay()
      delay.messages = found.messages
      delay.meanSeconds = found.meanSeconds
      delay.longestSeconds = found.longestSeconds
      delay.meanWaitingSeconds = found.meanWaitingSeconds
      delay.overtaken = found.overtaken
      self.delay = delay
    }

    private static let simulated = "under a fixed tick"

    package static let fields: [JSONField<Time>] = [
      .optional(
        "secondsPerTick", \.secondsPerTick, .amount, "mean length of a tick", unit: "s",
        null: "where the chip lacks a time"),
      .optional(
        "secondsPerInference", \.secondsPerInference, .amount, "mean time per inference", unit: "s",
        null: "where the chip lacks a time"),
      .optional("model", \.model, .text, "how ticks were timed", null: "where no model is possible"),
      .member("missing", \.missing, .texts, "times that the chip lacks"),
      .optional(
        "inferencesPerSecond", \.inferencesPerSecond, .amount, "one after the other", unit: "1/s",
        null: "where the chip lacks a time"),
      .optional(
        "pipelinedInferencesPerSecond", \.pipelinedInferencesPerSecond, .amount, "a new one every T ticks", unit: "1/s",
        null: "without a fixed tick"),
      .optional("samples", \.samples, .count, "samples that were timed", absent: simulated),
      .optional("barrierFree", \.isBarrierFree, .flag, "whether secondsPerInference is without a barrier", absent: simulated),
      .optional(
        "withBarrierSeconds", \.withBarrierSeconds, .amount, "an inference with a barrier after each tick", unit: "s",
        absent: simulated),
      .optional(
        "barrierFreeSeconds", \.barrierFreeSeconds, .amount, "an inference without barriers", unit: "s",
        absent: "under other models than analytic"),
      .optional("barrierSeconds", \.barrierSeconds, .amount, "barriers of an inference", unit: "s", absent: simulated),
      .optional(
        "slowestCoreSeconds", \.slowestCoreSeconds, .amount, "slowest core of each tick, over an inference", unit: "s",
        absent: simulated),
      .optional(
        "busiestLinkSeconds", \.busiestLinkSeconds, .amount, "busiest link of each tick, over an inference", unit: "s",
        absent: simulated),
      .optional(
        "femtosecondsByTick", \.femtosecondsByTick, .counts, "length of each tick, over the timed samples", unit: "fs",
        absent: simulated),
      .optional("delay", \.delay, .object, "what messages went through", absent: "under other models than detailed"),
      .optional(
        "deadlockTick", \.deadlockTick, .count, "first tick, from 0, whose messages wait for one another for ever",
        absent: "where every tick ends"),
    ]
  }
}

extension RunResult.Time {
  /// What messages of the timed samples went through.
  package struct Delay: JSONRecord {
    package var messages: Int?
    package var meanSeconds: Double?
    package var longestSeconds: Double?
    package var meanWaitingSeconds: Double?
    package var overtaken: Int?
    package init() {}

    package static let fields: [JSONField<Delay>] = [
      .optional("messages", \.messages, .count, "messages of the timed samples"),
      .optional("meanSeconds", \.meanSeconds, .amount, "mean from sending to arrival", unit: "s"),
      .optional("longestSeconds", \.longestSeconds, .amount, "longest from sending to arrival", unit: "s"),
      .optional("meanWaitingSeconds", \.meanWaitingSeconds, .amount, "how much of the mean was waiting", unit: "s"),
      .optional("overtaken", \.overtaken, .count, "messages that arrived after one that was sent later"),
    ]
  }
}
