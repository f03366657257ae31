/// When populations are active and how long spikes travel. The only place that relates ticks to steps.
///
/// Under the windowed schedule a population of depth `k` (the longest path to it, in populations; 0 where only the input
/// feeds it) is active in ticks `[k, k + T)`; its local step is `s = tick - k`. One inference takes `T + D - 1` ticks,
/// `D` the largest depth plus 1. Under the continuous schedule every population is active in ticks `[0, T)`.
///
/// With a lag of `g` ticks a population adds in `[k(1 + g), k(1 + g) + T)` and may fire in the `T` ticks from
/// `k(1 + g) + g` on; one inference takes `T + (D - 1)(1 + g)` ticks. `separated` is the lag `T - 1` of one `T`.
/// Where lags differ, a population begins a tick after the last of those that it hears may fire first.
package enum Schedule: String, ParameterChoice { case windowed, continuous, separated }

extension Parameter {
  package static let lag = Parameter(
    "lag", .integer(0...(ActiveWindow.steps.upperBound - 1)), unit: "ticks", standard: .integer(0),
    "Ticks that a layer adds before it may fire.")
  package static let separatedSteps = Parameter(
    "steps", .integer(ActiveWindow.steps), unit: "steps", standardText: "the network's",
    "Steps that a separated schedule is for.")
}

package enum ActiveWindow {
  /// Steps that a run may have.
  package static let steps = 1...1_000_000

  /// First ticks of populations end here.
  package static let latestStart = 1 << 20

  /// Ticks from a spike to its arrival that a projection may take.
  package static let delays = 1...65_535

  /// First tick of a population that hears others.
  /// - Parameter sources: the ticks in which they may fire first.
  package static func start(after sources: some Sequence<Int>) -> Int { sources.max().map { $0 + 1 } ?? 0 }

  /// Delay of a projection under a schedule of windows: what its source sends in a step arrives in the same step of its
  /// target.
  ///
  /// Period codes of bistable neurons take one period a layer to pass on, so a shortcut waits that long as well.
  /// - Parameters:
  ///   - source: first tick in which the source may fire.
  ///   - target: first tick of the target, later.
  ///   - passed: layers between the two.
  package static func delay(source: Int, target: Int, waitingPeriod: Int = 0, passed: Int = 0) -> Int {
    target - source + passed * waitingPeriod
  }

  /// How many of the target's adding ticks later a spike of the source's step `s` arrives: at `s + offset`.
  /// Negative where an explicit delay is shorter than the way.
  package static func offset(from source: Population, to target: Population, delay: Int) -> Int {
    source.firstFiringTick + delay - target.start
  }

  /// Ticks of one inference.
  package static func ticksPerInference(steps: Int, starts: some Sequence<Int>) -> Int {
    steps + (starts.max() ?? 0)
  }
}
