import ChipModel

/// How the length of a tick is found.
package enum TimingModel: String, ParameterChoice {
  /// The chip's stated tick, whatever happens in it: the papers' 1 ms.
  case fixed
  /// The slowest core's own work, no network: SANA-FE's `simple` time.
  case simple
  /// The slowest core, way or link, nothing waiting for anything, and the barrier: a bound from below.
  case analytic
  /// Every message in its order through links with finite buffers that push back, and the barrier.
  case detailed
}

extension Parameter {
  package static let timeModel = Parameter(
    "timeModel", .choice(of: TimingModel.self), standardText: "the chip's fixed tick, else analytic, else unknown",
    "How the length of a tick is found. 'fixed': the chip's own tick. 'simple': the slowest core. 'analytic': the "
      + "slowest core, message or link, without queueing. 'detailed': every message, through links with finite "
      + "buffers. All but 'fixed' cost simulation time.")
}

/// The length of one tick and what it is made of. Seconds.
package struct TickTime: Sendable, Equatable {
  /// The whole tick, barrier included.
  package var seconds: Double
  package var barrier: Double
  /// The longest work of one core, generating or processing, and which core it is (first of equals; nil: none worked).
  package var coreSeconds: Double
  package var core: Int?
  /// The longest time that one link is busy, and which it is in the timer's `links`; nil: no link is used.
  package var linkSeconds: Double
  package var link: Int?
  /// Messages; `detailed` only: mean and longest time from sending to arrival, how much of that is waiting, and the
  /// messages that arrived at a core after one that was sent later.
  package var messages: Int
  package var meanDelay: Double?
  package var longestDelay: Double?
  package var meanWaiting: Double?
  package var overtaken: Int?
}

/// The ticks of one sample.
package struct SampleTime: Sendable, Equatable {
  package var model: TimingModel
  /// Those before a deadlock.
  package var ticks: [TickTime]
  /// `detailed` only: the first tick whose messages wait for one another for ever; nil: every tick ends. A sample with one
  /// has no length.
  package var deadlockTick: Int?
  /// Sum over `ticks`.
  package var seconds: Double
  /// `analytic` only: the same without a barrier, every core going on as soon as all that can reach it has; never longer.
  package var barrierFreeSeconds: Double?
}

/// One core's work in one tick.
package struct CoreTick: Sendable, Equatable {
  /// Neurons visited, and those of them that had something to do.
  package var accesses = 0
  package var updates = 0
  package var spikes = 0
  package var messagesOut = 0
  package var messagesIn = 0
  /// Synaptic operations by kind of projection; additions where spikes carry no payload on the chip.
  package var operations = ByKind<Int>()
  package init() {}
}
