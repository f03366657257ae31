import ChipModel

/// When the populations of a network are active.
package struct LayerTiming: Sendable {
  package let schedule: Schedule
  /// By population: ticks that it adds before it may fire.
  package let lags: [Int]
  /// By population: its first tick.
  package let starts: [Int]

  /// By population: the first tick in which it may fire.
  package func firstFiringTick(_ population: Int) -> Int { starts[population] + lags[population] }

  /// The longest lag.
  package var lag: Int { lags.max() ?? 0 }

  /// - Parameter lag: of all populations that fire; nil: each one's own, else the network's.
  init(_ network: CheckedNetwork, _ schedule: Schedule, lag: Int?) {
    self.schedule = schedule
    let lags = network.populations.map { population in
      population.model.isInput || !population.model.fires ? 0 : lag ?? population.lag ?? network.network.lag
    }
    var starts = [Int](repeating: 0, count: network.populations.count)
    for index in network.order where schedule != .continuous {
      let population = network.populations[index]
      // All of a circle are active in the same ticks, and none of it lags.
      if population.isInCircle {
        starts[index] = population.depth
        continue
      }
      let sources = population.incoming.map { network.projections[$0].source }.filter { $0 > 0 }
      let fired = sources.map { starts[$0] + lags[$0] }
      starts[index] = ActiveWindow.start(after: fired) + population.roomForSums
    }
    (self.lags, self.starts) = (lags, starts)
  }

  /// Ticks from a spike to its arrival: the projection's own, else those that bring a step's spikes to the same step.
  func delay(_ projection: CheckedProjection, _ network: CheckedNetwork) -> Int {
    let source = network.source(of: projection)
    let target = network.populations[projection.target]
    if source.model.isHostCurrent { return 1 }
    if schedule == .continuous { return projection.delay ?? (source.model.isInput ? 0 : 1) }
    if source.model.isInput {
      return projection.delay ?? starts[projection.target] + network.gatedPeriods(target) * target.model.period
    }
    // In a circle all hear one another in the next step.
    return projection.delay ?? (source.depth == target.depth ? 1 : way(projection, network))
  }

  /// The delay without one of the projection's own.
  private func way(_ projection: CheckedProjection, _ network: CheckedNetwork) -> Int {
    let source = network.source(of: projection)
    return ActiveWindow.delay(
      source: firstFiringTick(projection.source), target: starts[projection.target],
      waitingPeriod: source.model.code == .pairs ? source.model.period : 0,
      passed: network.populations[projection.target].depth - source.depth - 1)
  }
}
