import ChipModel

/// The operation model: additions and multiply-accumulates priced at 45 nm, nothing else.
///
/// Horowitz 2014: 0.9 pJ a 32-bit float addition, 4.6 pJ a multiply-accumulate; integer widths by their own rows. Left
/// out: memory, routing, neuron state, static power.
package struct OperationEnergy: Sendable, Equatable {
  /// One kind of network: operations over all samples, and their price.
  package struct Bill: Sendable, Equatable {
    /// Nil: unknown.
    package var accumulates: Int?
    package var multiplyAccumulates: Int?
    package var joulesPerInference: Double?
    /// How a count becomes joules, with the source.
    package var formula: String
  }

  /// The spiking network in 32-bit floats, its host input encoding as multiply-accumulates.
  package var snn: Bill
  /// The same in the program's integer widths.
  package var snnInteger: Bill
  /// The ANN it came from, 32-bit floats, and quantised to the program's weight bits.
  package var ann: Bill
  package var annQuantised: Bill

  /// - Parameters:
  ///   - accumulates: the spiking network's additions, summed over samples.
  ///   - multiplyAccumulates: the spiking network's, summed over samples.
  ///   - annOperations: multiply-accumulates of one inference of the ANN; nil: unknown.
  ///   - samples: that the sums are of; the energy is per sample.
  ///   - weightBits: width of a weight, for integer prices.
  ///   - accumulatorBits: width of an accumulator, for integer prices.
  package init(
    accumulates: Int, multiplyAccumulates: Int, annOperations: Int?, samples: Int, weightBits: Int,
    accumulatorBits: Int
  ) {
    let add = ArithmeticEnergy.floatAccumulate
    let mac = ArithmeticEnergy.floatMultiplyAccumulate
    let integerAdd = ArithmeticEnergy.accumulate(accumulatorBits: accumulatorBits)
    let integerMAC = ArithmeticEnergy.multiplyAccumulate(weightBits: weightBits, accumulatorBits: accumulatorBits)
    func bill(_ acs: Int?, _ macs: Int?, _ add: ArithmeticEnergy.Price, _ mac: ArithmeticEnergy.Price) -> Bill {
      var joules: Double?
      if let acs, let macs {
        joules = samples == 0 ? 0 : (Double(acs) * add.joules + Double(macs) * mac.joules) / Double(samples)
      }
      return Bill(
        accumulates: acs, multiplyAccumulates: macs, joulesPerInference: joules,
        formula: "accumulates x \(add.formula) + multiply-accumulates x \(mac.formula)")
    }
    let annTotal = annOperations.flatMap { macs in
      let (total, overflow) = macs.multipliedReportingOverflow(by: samples)
      return overflow ? nil : total
    }
    snn = bill(accumulates, multiplyAccumulates, add, mac)
    snnInteger = bill(accumulates, multiplyAccumulates, integerAdd, integerMAC)
    ann = bill(annTotal == nil ? nil : 0, annTotal, add, mac)
    annQuantised = bill(annTotal == nil ? nil : 0, annTotal, integerAdd, integerMAC)
  }
}
