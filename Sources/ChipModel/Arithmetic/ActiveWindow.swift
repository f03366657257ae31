/// When populations are active and how long spikes travel. The only place that relates ticks to steps.
///
/// Under the windowed schedule a population of depth `k` (the longest path to it, in populations; 0 where only the input
/// feeds it) is active in ticks `[k, k + T)`; its local step is `s = tick - k`. One inference takes `T + D - 1` ticks,
/// `D` the largest depth plus 1. Under the continuous schedule every population is active in ticks `[0, T)`.
package enum Schedule: UInt8, Sendable, CaseIterable {
  case windowed = 0
  case continuous = 1

  package var name: String { self == .windowed ? "windowed" : "continuous" }
  package init?(name: String) {
    guard let match = Schedule.allCases.first(where: { $0.name == name }) else { return nil }
    self = match
  }
}

package enum ActiveWindow {
  /// Steps that a run may have.
  package static let steps = 1...1_000_000

  /// Ticks from a spike to its arrival that a projection may take.
  package static let delays = 1...65_535

  /// Delay of a projection under the windowed schedule.
  ///
  /// Rate codes: `target - source`. Period codes of bistable neurons take one period a layer to pass on, so a shortcut
  /// waits that long as well: `(target - source) + period * (target - source - 1)`.
  package static func delay(source: Int, target: Int, waitingPeriod: Int) -> Int {
    (target - source) + waitingPeriod * (target - source - 1)
  }

  /// How many of the target's local steps later a spike of the source's local step `s` arrives: `s + lag`.
  /// Negative where an explicit delay is shorter than the way.
  package static func lag(sourceStart: Int, targetStart: Int, delay: Int) -> Int {
    delay - (targetStart - sourceStart)
  }

  /// Ticks of one inference.
  package static func ticksPerInference(steps: Int, starts: some Sequence<Int>) -> Int {
    steps + (starts.max() ?? 0)
  }
}
