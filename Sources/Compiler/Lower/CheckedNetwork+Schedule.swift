import ChipModel

extension CheckedNetwork {
  /// When layers are active, and how many ticks they add before they may fire.
  func schedule(_ options: CompileOptions) throws(CompileError) -> (Schedule, lag: Int) {
    let schedule = options.schedule ?? network.schedule
    guard schedule != .continuous || options.lag ?? 0 == 0 else { throw .lagNeedsWindows }
    guard schedule == .separated || options.steps == nil else { throw .stepsOfNothing }
    var lag = options.lag ?? (options.schedule == nil || options.schedule == network.schedule ? network.lag : 0)
    if schedule == .separated {
      guard let steps = options.steps ?? network.steps else { throw .separatedNeedsSteps }
      guard options.lag == nil || options.lag == steps - 1 else { throw .lagNeedsWindows }
      lag = steps - 1
      if let table = populations.first(where: { $0.biasByStep != nil }) {
        throw .biasesNeedTime(population: table.name)
      }
    }
    if lag > 0 {
      if let circle = populations[placed].first(where: { $0.isInCircle }) { throw .circleWithLag(population: circle.name) }
      if let other = populations[placed].first(where: { !$0.model.takesLag }) {
        throw .noLag(population: other.name, model: other.model.hardReset ? "\(other.model.name), hard reset" : other.model.name)
      }
      if readout == .spikes { throw .lagHidesSpikes(population: populations[output].name) }
      let start = (layers - 1).multipliedReportingOverflow(by: 1 + lag)
      guard !start.overflow, start.partialValue <= ActiveWindow.latestStart else {
        throw .lagTooLong(lag: lag, layers: layers)
      }
    }
    return (schedule, lag)
  }
}
