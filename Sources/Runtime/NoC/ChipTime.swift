import ChipModel

/// How long the ticks of a run take on its chip: by a named model, from the first samples, or as the chip states it.
///
/// Times are whole femtoseconds added up as integers, so that the order of samples does not matter.
package struct ChipTime: Sendable, Equatable {
  /// Nil: no model is possible, `missing` says why.
  package var model: TimingModel?
  package var missing: [String] = []
  /// Ticks of an inference.
  package var ticks: Int
  /// The chip's own tick under `fixed`.
  package var fixedTick: Double?
  /// Samples that were timed; 0 under `fixed`, which needs none.
  package var samples = 0
  /// Whether the chip runs without a barrier (`analytic` only): `secondsPerInference` is that time.
  package var isBarrierFree = false
  /// By tick of an inference, over the timed samples, the barrier included; empty under `fixed`.
  package var femtosecondsByTick: [Int]
  /// Over ticks and timed samples: the barrier, the slowest core of each tick, the busiest link of each tick, and a whole
  /// inference without a barrier (`analytic` only).
  package var barrierFemtoseconds = 0
  package var coreFemtoseconds = 0
  package var linkFemtoseconds = 0
  package var barrierFreeFemtoseconds: Int?
  /// `detailed` only.
  package var delay: Delay?
  /// `detailed` only: the first tick in which a timed sample's messages wait for one another for ever; such a run has no
  /// time. Nil: every tick ends.
  package var deadlockTick: Int?

  /// What messages of the timed samples went through.
  package struct Delay: Sendable, Equatable {
    package var messages = 0
    /// From sending to arrival, and how much of it was waiting.
    package var femtoseconds = 0
    package var waitingFemtoseconds = 0
    package var longestFemtoseconds = 0
    /// Messages that arrived at a core after one that was sent later.
    package var overtaken = 0

    package init() {}

    init(_ tick: TickTime) {
      messages = tick.messages
      femtoseconds = ChipTime.femtoseconds((tick.meanDelay ?? 0) * Double(messages))
      waitingFemtoseconds = ChipTime.femtoseconds((tick.meanWaiting ?? 0) * Double(messages))
      longestFemtoseconds = ChipTime.femtoseconds(tick.longestDelay ?? 0)
      overtaken = tick.overtaken ?? 0
    }

    /// In the order in which parts of runs have them.
    static let numbers: [WritableKeyPath<Delay, Int> & Sendable] = [
      \.messages, \.femtoseconds, \.waitingFemtoseconds, \.longestFemtoseconds, \.overtaken,
    ]

    mutating func add(_ other: Delay) {
      let longest = max(longestFemtoseconds, other.longestFemtoseconds)
      for path in Self.numbers { self[keyPath: path] +|= other[keyPath: path] }
      longestFemtoseconds = longest
    }

    package var meanSeconds: Double { messages == 0 ? 0 : Double(femtoseconds) / ChipTime.perSecond / Double(messages) }
    package var meanWaitingSeconds: Double {
      messages == 0 ? 0 : Double(waitingFemtoseconds) / ChipTime.perSecond / Double(messages)
    }
    package var longestSeconds: Double { Double(longestFemtoseconds) / ChipTime.perSecond }
  }

  static let perSecond = ActionTimes.perSecond
  /// Samples that are timed unless a run says otherwise.
  package static let standardSamples = 20

  /// No time yet.
  init(model: TimingModel?, missing: [String], ticks: Int, isBarrierFree: Bool) {
    self.model = model
    self.missing = missing
    self.ticks = ticks
    self.isBarrierFree = isBarrierFree
    femtosecondsByTick = model == nil || model == .fixed ? [] : [Int](repeating: 0, count: ticks)
    if model == .detailed { delay = Delay() }
    if model == .analytic { barrierFreeFemtoseconds = 0 }
  }

  /// What the chip states: its fixed tick, or nothing.
  package init(stated program: CompiledProgram, steps: Int) {
    let tick = program.chip.tickSeconds?.value
    self.init(
      model: tick == nil ? nil : .fixed, missing: tick == nil ? ["time of a tick"] : [],
      ticks: program.ticksPerInference(steps: steps), isBarrierFree: false)
    fixedTick = tick
  }

  /// Sums over ticks that every model makes.
  static let sums: [WritableKeyPath<ChipTime, Int> & Sendable] = [
    \.barrierFemtoseconds, \.coreFemtoseconds, \.linkFemtoseconds,
  ]

  mutating func add(_ time: SampleTime) {
    samples += 1
    note(deadlock: time.deadlockTick)
    for (tick, part) in time.ticks.enumerated() where tick < femtosecondsByTick.count {
      femtosecondsByTick[tick] +|= ChipTime.femtoseconds(part.seconds)
      barrierFemtoseconds +|= ChipTime.femtoseconds(part.barrier)
      coreFemtoseconds +|= ChipTime.femtoseconds(part.coreSeconds)
      linkFemtoseconds +|= ChipTime.femtoseconds(part.linkSeconds)
      delay?.add(Delay(part))
    }
    if let free = time.barrierFreeSeconds, let sum = barrierFreeFemtoseconds {
      barrierFreeFemtoseconds = sum +| ChipTime.femtoseconds(free)
    }
  }

  private mutating func note(deadlock tick: Int?) {
    if let tick { deadlockTick = min(deadlockTick ?? tick, tick) }
  }

  /// Adds the timed samples of another part of the same run.
  mutating func add(_ other: ChipTime) {
    samples += other.samples
    note(deadlock: other.deadlockTick)
    for tick in femtosecondsByTick.indices where tick < other.femtosecondsByTick.count {
      femtosecondsByTick[tick] +|= other.femtosecondsByTick[tick]
    }
    for path in Self.sums { self[keyPath: path] +|= other[keyPath: path] }
    if let mine = barrierFreeFemtoseconds, let theirs = other.barrierFreeFemtoseconds {
      barrierFreeFemtoseconds = mine +| theirs
    }
    if let theirs = other.delay { delay?.add(theirs) }
  }

  /// Whole femtoseconds; exact for times that were whole and below 2 s.
  static func femtoseconds(_ seconds: Double) -> Int { Int(exactly: (seconds * perSecond).rounded()) ?? Int.max }

  /// Over the timed samples, the barrier included.
  var femtoseconds: Int { femtosecondsByTick.sum }

  private func perInference(_ femtoseconds: Int) -> Double? {
    samples == 0 || deadlockTick != nil ? nil : Double(femtoseconds) / ChipTime.perSecond / Double(samples)
  }

  /// With the barrier, and without it where that is known.
  package var withBarrierSeconds: Double? { model == .fixed ? nil : perInference(femtoseconds) }
  package var barrierFreeSeconds: Double? { barrierFreeFemtoseconds.flatMap(perInference) }
  package var barrierSeconds: Double? { model == .fixed ? nil : perInference(barrierFemtoseconds) }
  package var coreSeconds: Double? { model == .fixed ? nil : perInference(coreFemtoseconds) }
  package var linkSeconds: Double? { model == .fixed ? nil : perInference(linkFemtoseconds) }

  /// Mean of the timed samples; nil: unknown.
  package var secondsPerInference: Double? {
    if let fixedTick { return fixedTick * Double(ticks) }
    return isBarrierFree ? barrierFreeSeconds : withBarrierSeconds
  }

  /// Mean over ticks.
  package var secondsPerTick: Double? {
    if let fixedTick { return fixedTick }
    return ticks == 0 ? nil : secondsPerInference.map { $0 / Double(ticks) }
  }

  /// Inferences a second, one after the other.
  package var inferencesPerSecond: Double? { secondsPerInference.flatMap { $0 > 0 ? 1 / $0 : nil } }

  /// Mean seconds of the first `count` ticks of an inference; running without a barrier shortens all by the same factor.
  package func seconds(ticks count: Int) -> Double? {
    if let fixedTick { return fixedTick * Double(count) }
    guard let whole = secondsPerInference, femtoseconds > 0 else { return nil }
    let part = femtosecondsByTick.prefix(count).reduce(0.0) { $0 + Double($1) }
    return whole * part / Double(femtoseconds)
  }
}
