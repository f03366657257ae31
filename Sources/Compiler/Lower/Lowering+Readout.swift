import ChipModel
import Runtime

extension Lowering {
  /// Gives a population that is decoded by its potentials up to as many fraction bits as its sums of all steps may need.
  ///
  /// It compares nothing, so that bits below its weights' unit serve its bias alone, and a potential that leaves the membrane is
  /// a wrong answer. A chip that shifts weights adds those of the others so many bits further up: Loihi's exponents go down
  /// to -8 (nengo-loihi), and a potential has 6 bits below exponent 0. No other population's integers change.
  mutating func makeRoomForReadout() throws(CompileError) {
    let output = network.output
    guard network.readout == .potential, !populations[output].model.fires, options.fractionBits == nil,
      let steps = options.steps ?? network.network.steps
    else { return }
    let start = populations[output].initial.values.map { Int64($0.magnitude) }.max() ?? 0
    let most = (FixedPoint.highest(bits: membraneBits) - start) / Int64(steps)
    let bound = Headroom.all(program)[output].largestSum
    let bits = min(fractionBits, chip.maximumWeightShift)
    let room = (0..<bits).first { bound >> Int64($0) <= most } ?? bits
    if room == 0 { return }
    fractionBits -= room
    for index in populations.indices where index != output {
      populations[index].unit = populations[index].unit.map { $0 / Double(1 << room) }
    }
    for index in projections.indices where projections[index].target != output {
      projections[index].shifts = projections[index].shifts.map { $0 + UInt8(room) }
    }
    baseShift = room
    rounded.removeAll { $0.population == populations[output].name }
    populations[output] = try integerPopulation(output, unit: populations[output].unit)
  }
}
