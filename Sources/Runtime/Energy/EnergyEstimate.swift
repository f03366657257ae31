import ChipModel

/// What the prices that a chip lacks might be: those of `generic-45nm`, scaled to the chip's technology.
///
/// A range, never a number: at the same voltage energy goes with the length of the technology; under Dennard's scaling
/// (Dennard et al. 1974), where the voltage shrinks with it, with its cube. What real processes reach lies between
/// (Stillmaker and Baas 2017). Known prices stay as they are.
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
      .optional("joulesEach", \.joulesEach, .interval(in: 0...1), "estimated price of one, lowest and highest", unit: "J"),
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
      null: "where the chip does not say its technology"),
    .member("missing", \.missing, .texts, "what has no estimate either"),
  ]

  /// - Parameters:
  ///   - bill: of the run, with its missing prices.
  ///   - samples: that it is of.
  package init(_ bill: ChipBill, samples: Int) {
    self.init()
    technologyNanometres = bill.technologyNanometres
    missing = bill.missing.filter { !$0.hasPrefix("energy of ") }
    let unpriced = bill.items.filter { $0.joules == nil }
    guard let technology = technologyNanometres, let base = try? ChipLibrary.builtIn("generic-45nm") else {
      missing += unpriced.map { "energy of \($0.action)" }
      return
    }
    let ratio = Double(technology) / 45
    let (low, high) = (min(ratio, ratio * ratio * ratio), max(ratio, ratio * ratio * ratio))
    let prices = base.prices(weightBits: base.weightBits, membraneBits: base.membraneBits)
    var (least, most) = (bill.knownJoules, bill.knownJoules)
    for item in unpriced {
      guard let action = ChipAction(rawValue: item.action), let each = prices.each(action) else {
        missing.append("energy of \(item.action)")
        continue
      }
      var estimate = Item()
      estimate.action = item.action
      estimate.count = item.count
      estimate.joulesEach = each * low ... each * high
      items.append(estimate)
      least += Double(item.count) * each * low
      most += Double(item.count) * each * high
    }
    joulesPerInference = samples > 0 ? least / Double(samples) ... most / Double(samples) : nil
  }
}
