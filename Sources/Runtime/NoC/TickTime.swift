import ChipModel

/// How the length of a tick is found.
public enum TimingModel: String, Sendable, CaseIterable {
  /// The chip's stated tick, whatever happens in it: the papers' 1 ms.
  case fixed
  /// The slowest core's own work, no network: SANA-FE's `simple` time.
  case simple
  /// The slowest core, way or link, nothing waiting for anything, and the barrier: a bound from below.
  case analytic
  /// Every message in its order through links with finite buffers that push back, and the barrier.
  case detailed
}

/// The length of one tick and what it is made of. Seconds.
public struct TickTime: Sendable, Equatable {
  /// The whole tick, barrier included.
  public var seconds: Double
  public var barrier: Double
  /// The longest work of one core, generating or processing, and which core it is (first of equals; nil: none worked).
  public var coreSeconds: Double
  public var core: Int?
  /// The longest time that one link is busy, and which it is in the timer's `links`; nil: no link is used.
  public var linkSeconds: Double
  public var link: Int?
  /// Messages; `detailed` only: mean and longest time from sending to arrival, how much of that is waiting, and the
  /// messages that arrived at a core after one that was sent later.
  public var messages: Int
  public var meanDelay: Double?
  public var longestDelay: Double?
  public var meanWaiting: Double?
  public var overtaken: Int?
}

/// The ticks of one sample.
public struct SampleTime: Sendable, Equatable {
  public var model: TimingModel
  public var ticks: [TickTime]
  /// Sum over the ticks.
  public var seconds: Double
  /// `analytic` only: the same without a barrier, every core going on as soon as all that can reach it has; never longer.
  public var barrierFreeSeconds: Double?
}

/// One core's work in one tick.
public struct CoreTick: Sendable, Equatable {
  /// Neurons visited, and those of them that had something to do.
  public var accesses = 0
  public var updates = 0
  public var spikes = 0
  public var messagesOut = 0
  public var messagesIn = 0
  /// Synaptic operations by kind of projection; additions where spikes carry no payload on the chip.
  public var dense = 0
  public var convolution = 0
  public var identity = 0
  public init() {}
}
