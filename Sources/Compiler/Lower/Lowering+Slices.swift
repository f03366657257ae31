import ChipModel

extension Lowering {
  /// Cuts the weights into populations, and into the sums before them, into slices that have one value each: a source neuron
  /// has an axon for each. Exact: slices add up to the weights.
  mutating func sliceWeights(_ chosen: Set<Int>) {
    if chosen.isEmpty { return }
    var result: [Projection] = []
    for projection in projections {
      let target = sumTargets[projection.target] ?? projection.target
      let slices =
        !chosen.contains(target) || projection.kind.traits.isElementwise
          || populations[projection.source].model.isHostCurrent
        ? [] : weights[projection.weights].slices
      if slices.count < 2 { result.append(projection) }
      for (number, slice) in slices.enumerated() where slices.count > 1 {
        var part = projection
        part.name = "\(projection.name).slice.\(number + 1)"
        part.axon = UInt8(truncatingIfNeeded: number)
        part.weights = weights.count
        weights.append(slice)
        result.append(part)
      }
    }
    projections = result
    sliced = chosen.sorted().map { populations[$0].name }
  }

  /// Puts the neurons of populations on the chip more than once.
  mutating func addCopies(_ counts: [Int: Int]) {
    for original in populations.indices {
      guard let count = counts[original], count > 1 else { continue }
      let arriving = projections.filter { $0.target == original }
      for number in 1..<count {
        var copy = populations[original]
        copy.name = "\(copy.name).copy.\(number)"
        copy.original = original
        for projection in arriving {
          var again = projection
          (again.name, again.target) = ("\(projection.name).copy.\(number)", populations.count)
          projections.append(again)
        }
        populations.append(copy)
      }
      copied.append(CopiedPopulation(population: populations[original].name, count: count))
    }
  }
}

extension WeightTensor {
  /// Tensors of one value, or 0, each, which add up to this one: its values where they are few, else the bits of two's
  /// complement, 1, 2, 4 and so on, the highest negative. Nil weights alone have none.
  var slices: [WeightTensor] {
    let values = (0..<count).map { self[$0] }
    let kinds = Set(values).subtracting([0]).sorted()
    let bits = kinds.map { FixedPoint.bits(holding: UInt64($0 < 0 ? ~$0 : $0)) }.max() ?? 1
    let all: [[Int32]] =
      kinds.count <= bits
      ? kinds.map { kind in values.map { $0 == kind ? kind : 0 } }
      : (0..<bits).map { bit in
        let value = Int32(1) << Int32(bit)
        return values.map { $0 & value == 0 ? 0 : bit == bits - 1 ? -value : value }
      }
    return all.filter { $0.contains { $0 != 0 } }.compactMap { WeightTensor(shape: shape, values: $0) }
  }
}
