import ChipModel

/// What the prices that a chip lacks might be: those of `generic-45nm`, scaled to the chip's technology.
///
/// A range, never a number: at the same voltage energy goes with the length of the technology; under Dennard's scaling
/// (Dennard et al. 1974), where the voltage shrinks with it, with its cube. What real processes reach lies between
/// (Stillmaker and Baas 2017). Known prices stay as they are.
///
/// Static power, where a chip lacks it, is estimated by what most of it leaks through, memory: watts a bit of the
/// built-in chips that state both, the least of them for the cores in use (the others switched off) to the most for
/// all cores of the chips in use.
package struct EnergyEstimate: JSONRecord {
  /// A price that was missing, and what it might be.
  package struct Item: JSONRecord {
    package var action = ""
    package var count = 0
    package var joulesEach: ClosedRange<Double>?
    package init() {}

    package static let fields: [JSONField<Item>] = [
      .required("action", \.action, .text, "what is counted"),
      .required("count", \.count, .count, "how often, over all samples"),
      .optional(
        "joulesEach", \.joulesEach, .interval(in: 0...1e9), "estimated price of one, lowest and highest", unit: "J"),
    ]
  }

  package var model = EnergyEstimate.name
  package var technologyNanometres: Int?
  package var items: [Item] = []
  package var joulesPerInference: ClosedRange<Double>?
  package var missing: [String] = []
  package init() {}

  package static let name = "generic-45nm, scaled"

  package static let fields: [JSONField<EnergyEstimate>] = [
    .required("model", \.model, .text, "what the prices are taken from"),
    .optional("technologyNanometres", \.technologyNanometres, .integer(1...10_000), "that they are scaled to", unit: "nm"),
    .member("items", \.items, .objects(), "prices that were missing"),
    .optional(
      "joulesPerInference", \.joulesPerInference, .interval(in: 0...1e9), "known and estimated, of one sample", unit: "J",
      null: "where nothing can be estimated"),
    .member("missing", \.missing, .texts, "what has no estimate either"),
  ]

  /// Watts a bit of memory for synapses of the built-in chips that state static power, least and most.
  package static let wattsPerBit: ClosedRange<Double>? = {
    let leaks = ChipLibrary.names.compactMap { name -> Double? in
      guard let chip = try? ChipLibrary.builtIn(name), let watts = chip.power.value(.perChip), watts > 0,
        let bits = chip.memoryBits(cores: chip.coresPerChip ?? 0), bits > 0
      else { return nil }
      return watts / Double(bits)
    }
    return leaks.min().flatMap { least in leaks.max().map { least...$0 } }
  }()

  /// - Parameters:
  ///   - bill: of the run, with its missing prices.
  ///   - samples: that it is of.
  ///   - secondsPerInference: nil: unknown, and with it what static power costs.
  package init(_ bill: ChipBill, samples: Int, secondsPerInference: Double?) {
    self.init()
    technologyNanometres = bill.technologyNanometres
    missing = bill.missing.filter { !$0.hasPrefix("energy of ") }
    var (least, most) = (bill.knownJoules, bill.knownJoules)
    func add(_ action: String, count: Int, _ each: ClosedRange<Double>) {
      var estimate = Item()
      estimate.action = action
      estimate.count = count
      estimate.joulesEach = each
      items.append(estimate)
      least += Double(count) * each.lowerBound
      most += Double(count) * each.upperBound
    }
    let base = technologyNanometres == nil ? nil : try? ChipLibrary.builtIn("generic-45nm")
    let prices = base.map { $0.prices(weightBits: $0.weightBits, membraneBits: $0.membraneBits) }
    let ratio = Double(technologyNanometres ?? 45) / 45
    for item in bill.items where item.joules == nil {
      guard let action = ChipAction(rawValue: item.action), let each = prices?.each(action) else {
        missing.append("energy of \(item.action)")
        continue
      }
      add(
        item.action, count: item.count,
        each * min(ratio, ratio * ratio * ratio)...each * max(ratio, ratio * ratio * ratio))
    }
    if let index = missing.firstIndex(of: "static power"), let seconds = secondsPerInference,
      let leak = Self.wattsPerBit,
      let used = bill.memoryBitsInUse, let all = bill.memoryBitsOfChips, used <= all
    {
      missing.remove(at: index)
      add(
        "static power", count: samples,
        leak.lowerBound * Double(used) * seconds...leak.upperBound * Double(all) * seconds)
    }
    guard samples > 0, prices != nil || !items.isEmpty else { return }
    joulesPerInference = least / Double(samples) ... most / Double(samples)
  }
}
