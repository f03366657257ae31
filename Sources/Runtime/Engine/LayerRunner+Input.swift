import ChipModel

/// The constant part of a population's current: bias, and what the host makes of the sample's input.
extension LayerRunner {
  struct Current {
    /// Whether it is not 0 somewhere; of biases by step, at the last step taken.
    var isActive: Bool
    /// Bound of all steps.
    var magnitude: Int64
  }

  /// Fills `scratch.current` (`scratch.exactCurrent` where 32 bits do not hold it). Where biases differ from step to step
  /// they are left out: ``takeBias(_:step:_:)`` adds a step's.
  mutating func prepareCurrent(_ p: PopulationPlan, _ x: [Int32]) -> Current {
    guard !p.inputs.isEmpty else {
      scratch.exactCurrent = []
      if p.hasBias { scratch.current = p.bias }
      return Current(isActive: p.hasBias, magnitude: p.biasMagnitude)
    }
    var current = inputCurrent(p, x)
    if !p.hasBiasByStep { return current }
    // The sum of both may need 64 bits where neither does.
    current.magnitude += p.biasMagnitude
    if scratch.exactCurrent.isEmpty, current.magnitude > Int64(Int32.max) {
      scratch.exactCurrent = scratch.current.map { Int64($0) }
    }
    (scratch.inputCurrent, scratch.exactInputCurrent) = (scratch.current, scratch.exactCurrent)
    return current
  }

  /// Makes the current of an adding step where biases differ from step to step.
  mutating func takeBias(_ p: PopulationPlan, step: Int, _ current: inout Current) {
    let bias = p.bias(step: step)
    if p.inputs.isEmpty {
      scratch.current = bias
      current.isActive = bias.contains { $0 != 0 }
    } else if scratch.exactInputCurrent.isEmpty {
      current.isActive = BufferKernels.add(scratch.inputCurrent, tile: bias, into: &scratch.current)
    } else {
      for at in scratch.exactCurrent.indices {
        scratch.exactCurrent[at] = scratch.exactInputCurrent[at] + Int64(bias[at % bias.count])
      }
      current.isActive = scratch.exactCurrent.contains { $0 != 0 }
    }
    if updateTally.isOn { beginDriving(p, current) }
  }

  /// Makes the train of an input that spikes, in the order that delivery wants.
  mutating func enter(_ spikes: InputSpikes) {
    let shape = plan.program.input.shape
    let order = plan.pixelOrders[0]
    trains[0].removeAll()
    for step in 0..<steps {
      trains[0].reserve(groups: shape.pixels, spikes: shape.count)
      for position in 0..<shape.pixels {
        let pixel = order.isEmpty ? position : Int(order[position])
        for channel in 0..<shape.channels {
          let payload = spikes.payload(channel &* shape.pixels &+ pixel, step: step)
          if payload != 0 { trains[0].append(pixel: pixel, channel: channel, payload: payload) }
        }
      }
      trains[0].endStep()
    }
    tally.note(trains[0], of: plan.populations[0], isCounted: false, level: plan.kernels, team)
  }

  private mutating func inputCurrent(_ p: PopulationPlan, _ x: [Int32]) -> Current {
    let largest = x.reduce(Int64(0)) { max($0, abs(Int64($1))) }
    var bound: Int64 = 0
    var isSmall = true
    for index in p.inputs {
      let projection = plan.projections[index]
      if case .exact = projection.path { isSmall = false }
      let (product, overflow) = projection.unitBound.multipliedReportingOverflow(by: largest)
      let (sum, wraps) = bound.addingReportingOverflow(product)
      if overflow || wraps { isSmall = false }
      bound = sum
    }
    // Room for the rounding, the bias and the shift: everything below 2^30.
    let reach = SumBound(high: isSmall ? bound : SumBound.limit, low: 0).shifted(by: plan.program.fractionBits).high
    if isSmall && reach < Int64(1) << 30 && p.biasMagnitude < Int64(1) << 30 {
      return narrowCurrent(p, x)
    }
    return exactCurrent(p, x)
  }

  private mutating func narrowCurrent(_ p: PopulationPlan, _ x: [Int32]) -> Current {
    let bands = p.inputs.map { plan.projections[$0].bands }.max() ?? 1
    scratch.inputSums.reserve(wide: p.count + bands * p.padded)
    let lanes = Lanes(sums: scratch.inputSums, isNarrow: false)
    for index in p.inputs {
      let projection = plan.projections[index]
      readInput(projection, x)
      if scratch.input.spikeCount == 0 { continue }
      switch projection.path {
      case .wide(let route), .narrow(let route):
        deliverInput(projection, route, into: lanes)
      case .sparse(let rows, _):
        rows.deliver(scratch.input, step: 0, table: projection.taps, padded: p.padded, into: lanes)
      case .exact:
        break
      }
    }
    if scratch.current.count != p.count { scratch.current = [Int32](repeating: 0, count: p.count) }
    let magnitude = BufferKernels.currents(
      scratch.inputSums, fractionBits: plan.program.fractionBits, bias: p.bias, into: &scratch.current)
    scratch.inputSums.clear(p.count..<(p.count + bands * p.padded))
    scratch.exactCurrent = []
    return Current(isActive: magnitude != 0, magnitude: magnitude)
  }

  /// Delivers bands of lines, every other one at once.
  private func deliverInput(_ projection: ProjectionPlan, _ route: DeliveryRoute, into lanes: Lanes) {
    let (input, level, threads) = (scratch.input, plan.kernels, scratch.threads)
    if projection.bands == 1 {
      return Deliver.deliver(input, step: 0, route, level: level, groups: &threads[0].groups, into: lanes)
    }
    var starts: [Int] = []
    for group in 0..<input.groupCount {
      while starts.count * projection.bandPixels <= Int(input.pixels[group]) { starts.append(group) }
    }
    starts.append(input.groupCount)
    let bands = starts
    for parity in 0..<2 {
      _ = team.sum((bands.count - parity) / 2) { index, worker in
        let band = 2 * index + parity
        Deliver.deliver(
          input, step: 0, part: bands[band]..<bands[band + 1], route, level: level, groups: &threads[worker].groups,
          into: lanes)
        return 0
      }
    }
  }

  private mutating func exactCurrent(_ p: PopulationPlan, _ x: [Int32]) -> Current {
    var sums = [Int64](repeating: 0, count: p.count)
    for index in p.inputs {
      let projection = plan.projections[index]
      readInput(projection, x)
      DeliverReference.deliver(
        scratch.input, step: 0, taps: projection.taps, projection: projection.projection, weights: projection.weights,
        targetChannels: p.shape.channels, paddedTargets: p.padded, into: &sums)
    }
    var magnitude: Int64 = 0
    for position in sums.indices {
      let bias = Int64(p.bias[position % p.bias.count])
      sums[position] = InputEncoder.current(sum: sums[position], fractionBits: plan.program.fractionBits) + bias
      magnitude = max(magnitude, abs(sums[position]))
    }
    let fits = magnitude <= Int64(Int32.max)
    scratch.current = fits ? sums.map { Int32(truncatingIfNeeded: $0) } : []
    scratch.exactCurrent = fits ? [] : sums
    return Current(isActive: magnitude != 0, magnitude: magnitude)
  }

  /// The sample's values that are not zero as spikes with payloads, and the multiplications they cost the host.
  private mutating func readInput(_ projection: ProjectionPlan, _ x: [Int32]) {
    let input = InputEncoder.maxPooled(x, shape: plan.program.input.shape, pool: projection.projection.pool)
    if scratch.input.shape == input.shape {
      scratch.input.removeAll()
    } else {
      scratch.input = SpikeTrain(shape: input.shape, hasPayload: true)
    }
    // Neurons that are there once more take the same currents.
    let isFirst = plan.program.populations[projection.projection.target].original == nil
    tally.inputMACs += scratch.input.enter(input.values, costs: isFirst ? projection.multiplications : [])
  }
}
