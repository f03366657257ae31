/// The unit of a projection into channels whose thresholds are to be the same integer: units follow the thresholds, so one of them
/// decides about all.
///
/// A channel that hardly ever fires may have a threshold far below its weights. A unit that holds its weights rounds those
/// of all others away. What a channel gets wrong counts by the squared errors of the weights through which spikes arrive, and no more
/// than its squared threshold: it sends at most one spike of that value a step. Weights beyond the unit's reach are cut off.
struct SharedThresholdScale {
  /// Unit of the channel of the largest threshold, ANN units; 0 without weights.
  let best: Double
  /// Channels with weights beyond its reach.
  let cutOff: [Int]
  /// Share of a channel's sources that are taken to spike in a step.
  private static let activity = 0.125

  /// - Parameters:
  ///   - folded: real weights, row by row of a channel.
  ///   - wanted: unit by channel that holds its own weights; 0: none.
  ///   - ratio: thresholds by channel, relative to the largest.
  ///   - thresholds: the same in ANN units; infinite: the channel never fires.
  ///   - top: the largest integer of a weight.
  init(_ folded: FoldedWeights, wanted: [Double], ratio: [Double], thresholds: [Double], top: Double) {
    let asked = zip(wanted, ratio).map { $0 / $1 }
    let row = folded.values.count / max(1, folded.channels)
    func error(_ unit: Double) -> Double {
      var total = 0.0
      for channel in asked.indices where thresholds.indices.contains(channel) && thresholds[channel].isFinite {
        let own = unit * ratio[channel]
        var error = Double(row) * own * own / 12
        if asked[channel] > unit * (1 + 1e-9) {
          for index in (channel * row)..<((channel + 1) * row) {
            let beyond = abs(folded.values[index]) - top * own
            if beyond > 0 { error += beyond * beyond }
          }
        }
        total += min(error * SharedThresholdScale.activity, thresholds[channel] * thresholds[channel])
      }
      return total
    }
    let widest = asked.max() ?? 0
    var best = (unit: widest, error: error(widest))
    for halvings in 1...24 where widest > 0 {
      let unit = widest / Double(1 << halvings)
      let error = error(unit)
      // What is not clearly better leaves no weight cut off.
      if error < best.error / 4 { best = (unit, error) }
    }
    self.best = best.unit
    cutOff = asked.indices.filter { asked[$0] > best.unit * (1 + 1e-9) }
  }
}
