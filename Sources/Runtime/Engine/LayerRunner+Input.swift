import ChipModel

/// The constant part of a population's current: bias, and what the host makes of the sample's input.
extension LayerRunner {
  struct Drive {
    var isActive: Bool
    var magnitude: Int64
  }

  /// Fills `scratch.drive` (and `scratch.exactDrive` where 32 bits do not hold it).
  mutating func prepareDrive(_ p: PopulationPlan, _ x: [Int32]) -> Drive {
    if p.inputs.isEmpty {
      if p.hasBias { scratch.drive = p.bias }
      return Drive(isActive: p.hasBias, magnitude: p.biasMagnitude)
    }
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
      return narrowDrive(p, x)
    }
    return exactDrive(p, x)
  }

  private mutating func narrowDrive(_ p: PopulationPlan, _ x: [Int32]) -> Drive {
    if scratch.sums.count < p.count + p.padded { scratch.sums = [Int32](repeating: 0, count: p.count + p.padded) }
    for index in p.inputs {
      let projection = plan.projections[index]
      readInput(projection, x)
      if scratch.input.spikeCount == 0 { continue }
      switch projection.path {
      case .wide(let route), .narrow(let route):
        Deliver.wide(
          scratch.input, step: 0, route, level: plan.kernels, groups: &scratch.groups, into: &scratch.sums)
      case .sparse(let rows, _):
        rows.deliver(scratch.input, step: 0, table: projection.taps, padded: p.padded, into: &scratch.sums)
      case .exact:
        break
      }
    }
    if scratch.drive.count != p.count { scratch.drive = [Int32](repeating: 0, count: p.count) }
    let magnitude = BufferKernels.currents(
      &scratch.sums, fractionBits: plan.program.fractionBits, bias: p.bias, into: &scratch.drive)
    for at in p.count..<(p.count + p.padded) { scratch.sums[at] = 0 }
    scratch.exactDrive = []
    return Drive(isActive: magnitude != 0, magnitude: magnitude)
  }

  private mutating func exactDrive(_ p: PopulationPlan, _ x: [Int32]) -> Drive {
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
    scratch.drive = fits ? sums.map { Int32(truncatingIfNeeded: $0) } : []
    scratch.exactDrive = fits ? [] : sums
    return Drive(isActive: magnitude != 0, magnitude: magnitude)
  }

  /// The sample's values that are not zero as spikes with payloads, and the multiplications they cost the host.
  private mutating func readInput(_ projection: ProjectionPlan, _ x: [Int32]) {
    let input = InputEncoder.maxPooled(x, shape: plan.program.input.shape, pool: projection.projection.pool)
    if scratch.input.shape == input.shape {
      scratch.input.removeAll()
    } else {
      scratch.input = SpikeTrain(shape: input.shape, hasPayload: true)
    }
    scratch.input.reserve(groups: input.shape.pixels, spikes: input.shape.count)
    let pixels = input.shape.pixels
    var operations = 0
    for pixel in 0..<pixels {
      for channel in 0..<input.shape.channels {
        let value = input.values[channel &* pixels &+ pixel]
        if value == 0 { continue }
        scratch.input.append(pixel: pixel, channel: channel, payload: value)
        operations &+= projection.multiplications[channel &* pixels &+ pixel]
      }
    }
    scratch.input.endStep()
    tally.inputMACs += operations
  }
}
