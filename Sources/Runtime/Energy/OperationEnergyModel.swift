import ChipModel

/// The operation model: additions and multiply-accumulates priced at 45 nm, nothing else.
///
/// Horowitz 2014: 0.9 pJ a 32-bit float addition, 4.6 pJ a multiply-accumulate; integer widths by their own rows.
package struct OperationEnergyModel: BuiltInEnergyModel {
  package init() {}

  package let name = "operation"
  package let title = "Operation model"
  package let source = "Horowitz 2014, 45 nm"
  package let formula = "joules = accumulates x joules each + multiply-accumulates x joules each"
  package let leavesOut = "memory, routing, neuron updates, static power"
  package let comparesRuns = false

  package func account(of run: CountedRun) -> EnergyAccount { energy(run).account(samples: run.samples) }

  package func put(_ run: CountedRun, into energy: inout RunResult.Energy) { energy.operation = self.energy(run) }

  private func energy(_ run: CountedRun) -> OperationEnergy {
    let program = run.program
    let accumulatorBits = max(32, program.populations.map(\.accumulatorBits).max() ?? 32)
    let add = ArithmeticEnergy.floatAccumulate
    let mac = ArithmeticEnergy.floatMultiplyAccumulate
    let integerAdd = ArithmeticEnergy.accumulate(accumulatorBits: accumulatorBits)
    let integerMAC = ArithmeticEnergy.multiplyAccumulate(
      weightBits: program.weightBits, accumulatorBits: accumulatorBits)
    func bill(_ acs: Int?, _ macs: Int?, _ add: ArithmeticEnergy.Price, _ mac: ArithmeticEnergy.Price) -> OperationEnergy.Bill {
      var bill = OperationEnergy.Bill()
      bill.accumulates = acs
      bill.multiplyAccumulates = macs
      if let acs, let macs {
        bill.joulesPerInference =
          run.samples == 0 ? 0 : (Double(acs) * add.joules + Double(macs) * mac.joules) / Double(run.samples)
      }
      bill.formula = "accumulates x \(add.formula) + multiply-accumulates x \(mac.formula)"
      return bill
    }
    let (acs, macs) = (run.counts.effectiveACs, run.counts.effectiveMACs)
    let annMACs = program.network.ann.multiplyAccumulates.flatMap { macs in
      let (total, overflow) = macs.multipliedReportingOverflow(by: run.samples)
      return overflow ? nil : total
    }
    var energy = OperationEnergy()
    energy.snn = bill(acs, macs, add, mac)
    energy.snnInteger = bill(acs, macs, integerAdd, integerMAC)
    energy.ann = bill(annMACs.map { _ in 0 }, annMACs, add, mac)
    energy.annQuantised = bill(annMACs.map { _ in 0 }, annMACs, integerAdd, integerMAC)
    energy.annOnDevices = ANNDevice.all(multiplyAccumulates: program.network.ann.multiplyAccumulates)
    return energy
  }
}

/// The account of the operation model: four networks, operations over all samples.
package struct OperationEnergy: JSONRecord {
  package struct Bill: JSONRecord {
    package var accumulates: Int?
    package var multiplyAccumulates: Int?
    package var joulesPerInference: Double?
    /// How a count becomes joules, with the source.
    package var formula: String?
    package init() {}

    package static let fields: [JSONField<Bill>] = [
      .optional("accumulates", \.accumulates, .count, "additions, over all samples", null: unknown),
      .optional("multiplyAccumulates", \.multiplyAccumulates, .count, "multiply-accumulates, over all samples", null: unknown),
      .optional("joulesPerInference", \.joulesPerInference, .amount, "of one sample", unit: "J", null: unknown),
      .optional("formula", \.formula, .text, "how counts become joules, with the source"),
    ]
    private static let unknown = "where the network does not say the ANN's cost"
  }

  package var snn: Bill?
  package var ann: Bill?
  package var annQuantised: Bill?
  package var snnInteger: Bill?
  package var annOnDevices: [ANNDevice] = []
  package init() {}

  /// The four that are there, in the order of pages.
  package var bills: [(key: String, name: String, bill: Bill)] {
    [
      ("snn", "spiking, fp32", snn), ("snnInteger", "spiking, integer", snnInteger), ("ann", "ANN, fp32", ann),
      ("annQuantised", "ANN, same bits", annQuantised),
    ].compactMap { key, name, bill in bill.map { (key, name, $0) } }
  }

  /// The spiking network's in floats.
  func account(samples: Int) -> EnergyAccount {
    func item(_ action: String, _ count: Int?, _ price: ArithmeticEnergy.Price) -> EnergyItem? {
      count.map {
        EnergyItem(
          unit: "arithmetic", action: action, count: $0, joulesEach: price.joules, source: price.formula)
      }
    }
    return EnergyAccount(
      name: "operation", source: snn?.formula,
      items: [
        item("accumulate", snn?.accumulates, ArithmeticEnergy.floatAccumulate),
        item("multiplyAccumulate", snn?.multiplyAccumulates, ArithmeticEnergy.floatMultiplyAccumulate),
      ].compactMap { $0 }, joulesPerInference: snn?.joulesPerInference)
  }

  package static let fields: [JSONField<OperationEnergy>] = [
    .optional("snn", \.snn, .object, "the spiking network in 32-bit floats, its host input encoding as multiply-accumulates"),
    .optional("ann", \.ann, .object, "the ANN in 32-bit floats"),
    .optional("annQuantised", \.annQuantised, .object, "the ANN in the program's weight bits"),
    .optional("snnInteger", \.snnInteger, .object, "the spiking network in the program's integer widths"),
    .member("annOnDevices", \.annOnDevices, .objects(), "the ANN by published prices of other devices, never measured"),
  ]
}
