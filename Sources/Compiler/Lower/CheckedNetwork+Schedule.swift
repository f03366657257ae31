import ChipModel

extension CheckedNetwork {
  /// When layers are active, and how many ticks they add before they may fire.
  package func timing(_ options: CompileOptions) throws(CompileError) -> LayerTiming {
    let schedule = options.schedule ?? network.schedule
    guard schedule != .continuous || options.lag ?? 0 == 0 else { throw .lagNeedsWindows }
    guard schedule == .separated || options.steps == nil else { throw .stepsOfNothing }
    // Another schedule than the network's has nothing of its lags.
    var lag = options.lag ?? (options.schedule == nil || options.schedule == network.schedule ? nil : 0)
    if schedule == .separated {
      guard let steps = options.steps ?? network.steps else { throw .separatedNeedsSteps }
      guard options.lag == nil || options.lag == steps - 1 else { throw .lagNeedsWindows }
      lag = steps - 1
      if let table = populations.first(where: { $0.biasByStep != nil }) {
        throw .biasesNeedTime(population: table.name)
      }
    } else if let other = populations.first(where: { $0.model.code == .switches }) {
      throw .switchesNeedSeparation(population: other.name)
    }
    let timing = LayerTiming(self, schedule, lag: lag)
    do throws(CompileError) { try checkLags(timing) } catch {
      // Nobody asked for a lag but the network itself.
      throw lag == nil ? .ofNetwork(error) : error
    }
    return timing
  }

  private func checkLags(_ timing: LayerTiming) throws(CompileError) {
    if timing.lag > 0 {
      if let circle = populations[placed].first(where: { $0.isInCircle }) { throw .circleWithLag(population: circle.name) }
      if let other = populations[placed].first(where: { !$0.model.takesLag }) {
        throw .noLag(
          population: other.name, model: other.model.hardReset ? "\(other.model.name), hard reset" : other.model.name)
      }
      if readout == .spikes { throw .lagHidesSpikes(population: populations[output].name) }
      guard timing.starts.max() ?? 0 <= ActiveWindow.latestStart else {
        throw .lagTooLong(lag: timing.lag, layers: layers)
      }
    }
  }
}
