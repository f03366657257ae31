/// When populations are active and how long spikes travel. The only place that relates ticks to steps.
///
/// Under the windowed schedule a population of depth `k` (the longest path to it, in populations; 0 where only the input
/// feeds it) is active in ticks `[k, k + T)`; its local step is `s = tick - k`. One inference takes `T + D - 1` ticks,
/// `D` the largest depth plus 1. Under the continuous schedule every population is active in ticks `[0, T)`.
///
/// With a lag of `g` ticks a population adds in `[k(1 + g), k(1 + g) + T)` and may fire in the `T` ticks from
/// `k(1 + g) + g` on; one inference takes `T + (D - 1)(1 + g)` ticks. `separated` is the lag `T - 1` of one `T`.
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

  /// First tick of a population.
  package static func start(depth: Int, lag: Int) -> Int { depth * (1 + lag) }

  /// Delay of a projection under a schedule of windows.
  ///
  /// A layer between the two takes a tick and the lag. Period codes of bistable neurons take one period a layer to pass on,
  /// so a shortcut waits that long as well.
  /// - Parameters:
  ///   - source: depth of the source.
  ///   - target: depth of the target, larger.
  package static func delay(source: Int, target: Int, waitingPeriod: Int, lag: Int) -> Int {
    1 + (target - source - 1) * (1 + lag + waitingPeriod)
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
