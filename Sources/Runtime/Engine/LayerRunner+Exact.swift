import ChipModel

/// The scalar path, and reading the output.
extension LayerRunner {
  /// One step by the scalar rule in 64 bits, where 32 are not proven to hold a shifted sum.
  ///
  /// - Parameter cores: where given, saturations are counted at these cores only, one a neuron.
  mutating func updateExactly(_ p: PopulationPlan, step: Int, isDriven: Bool, cores: [UInt32] = []) -> Bool {
    let index = p.index
    let pixels = p.shape.pixels
    let fraction = Int64(plan.program.fractionBits)
    let lag = p.population.lag
    for pixel in 0..<pixels {
      for channel in 0..<p.shape.channels {
        let position = pixel * p.padded + channel
        let neuron = channel * pixels + pixel
        var delivered: Int64 = 0
        // Accumulators are empty after the last tick that adds.
        if scratch.hasExactSums {
          delivered = scratch.exact[position]
          scratch.exact[position] = 0
        }
        delivered &+= scratch.sums.sum(at: position, narrow: p.usesNarrow, wide: p.usesWide)
        var losses = NeuronRule.Losses()
        var state = NeuronRule.State(v: v[index][position], b: b[index].isEmpty ? 0 : b[index][position],
          sent: sent[index].isEmpty ? 0 : sent[index][position])
        let payload = p.rule.update(
          &state, sum: delivered << fraction, constant: isDriven ? current(at: position, p) : 0,
          threshold: p.population.threshold.value(at: neuron, shape: p.shape),
          negativeThreshold: p.population.negativeThreshold.value(at: neuron, shape: p.shape),
          levels: p.population.levels.value(at: neuron, shape: p.shape), tick: step, lag: lag, losses: &losses)
        if cores.isEmpty {
          tally.saturations[index] += losses.saturations
          tally.overflows[index] += losses.overflows
        } else {
          tally.saturationsByCore[Int(cores[neuron])] += losses.saturations
        }
        v[index][position] = state.v
        if !b[index].isEmpty { b[index][position] = state.b }
        if !sent[index].isEmpty { sent[index][position] = state.sent }
        if payload != 0 { trains[index].append(pixel: pixel, channel: channel, payload: payload) }
      }
    }
    scratch.sums.clear(0..<(p.usesNarrow || p.usesWide ? p.count : 0))
    return true
  }

  /// Whether a sum of this step may be more than the chip's accumulator holds.
  func mayOverflow(_ p: PopulationPlan, _ current: Int64) -> Bool {
    guard let room = p.accumulatorRoom else { return false }
    let sum = scratch.sums.largest(p.count, narrow: p.usesNarrow, wide: p.usesWide)
    return sum << Int64(plan.program.fractionBits) > room - current
  }

  /// Bias and input current that act now.
  func current(at position: Int, _ p: PopulationPlan) -> Int64 {
    scratch.exactCurrent.isEmpty ? Int64(scratch.current[position % scratch.current.count]) : scratch.exactCurrent[position]
  }

  /// The decision after `step`.
  mutating func read(_ p: PopulationPlan, step: Int, _ outcome: inout SampleOutcome) {
    switch plan.program.output.readout {
    case .potential:
      for neuron in scratch.totals.indices {
        scratch.totals[neuron] = Int(v[p.index][neuron % p.shape.pixels * p.padded + neuron / p.shape.pixels])
      }
    case .spikes:
      let train = trains[p.index]
      let pixels = p.shape.pixels
      for group in train.stepStarts[step]..<train.stepStarts[step + 1] {
        for spike in Int(train.channelStarts[group])..<Int(train.channelStarts[group + 1]) {
          let neuron = Int(train.channels[spike]) * pixels + Int(train.pixels[group])
          scratch.totals[neuron] += train.hasPayload ? Int(train.payloads[spike]) : 1
        }
      }
    }
    outcome.decisions.append(Decision.of(scratch.totals))
    outcome.margins.append(LayerRunner.margin(scratch.totals))
    if step == steps - 1 { outcome.outputs = scratch.totals }
  }

  /// The largest value less the second largest; of a single one how far it is from 0.
  package static func margin(_ values: [Int]) -> Int {
    if values.count == 1 { return Int(clamping: values[0].magnitude) }
    var (first, second) = (Int.min, Int.min)
    for value in values {
      if value > first {
        (first, second) = (value, first)
      } else {
        second = max(second, value)
      }
    }
    guard second != Int.min else { return Int.max }
    let (difference, overflow) = first.subtractingReportingOverflow(second)
    return overflow ? Int.max : difference
  }
}
