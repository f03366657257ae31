import Runtime

/// One result with or without faults, as charts against the rate of a fault take it.
struct FaultPoint: Sendable {
  /// What it is of; results of one name and different rates are a line.
  var name: String
  var color: Int
  /// Rates above 0.
  var rates: [FaultRates.Kind: Double]
  /// Whether cores or links fail that were named: no rate says that.
  var hasNamedFaults = false
  var accuracy: Double?
  /// Joules of an inference.
  var chipJoules: Double?
  var spikeJoules: Double?
  /// What its dot says, and its attributes in markup.
  var title: String
  var attributes: String

  func rate(_ kind: FaultRates.Kind) -> Double { rates[kind] ?? 0 }

  /// Whether nothing but faults of this kind is wrong with it.
  func hasOnly(_ kind: FaultRates.Kind) -> Bool { !hasNamedFaults && rates.keys.allSatisfy { $0 == kind } }
}

extension FaultPoint {
  init(_ run: ReportRun) {
    let d = run.document
    let widths = [d.program.weightBits, d.program.membraneBits].map { $0.map(String.init) ?? "" }
    let parts = [d.network, d.chip, d.method ?? "", "\(d.ticks)"] + widths + [d.program.schedule ?? ""]
    name = parts.joined(separator: "\n")
    color = run.color
    rates = [:]
    for kind in d.faults?.kinds ?? [] { rates[kind] = d.faults?.rate(kind) }
    hasNamedFaults = (d.faults?.namedCores ?? 0) + (d.faults?.namedLinks ?? 0) > 0
    accuracy = d.accuracy
    chipJoules = run.chipJoules
    spikeJoules = d.spike?.joulesPerInference
    title = "\(run.number). \(run.label)"
    attributes = " data-run=\"\(run.number)\""
  }

  /// The finished points of a sweep. Points that differ in faults alone have one name and one colour.
  static func all(_ document: SweepDocument) -> [FaultPoint] {
    let names = SweepPoint.labels(
      document.points.map { point in
        var point = point
        point.faults = nil
        return point
      })
    let labels = SweepPoint.labels(document.points)
    var known: [String] = []
    return document.entries.indices.compactMap { index in
      let entry = document.entries[index]
      guard let figures = entry.figures else { return nil }
      if !known.contains(names[index]) { known.append(names[index]) }
      let place = known.firstIndex(of: names[index]) ?? 0
      return FaultPoint(
        name: names[index], color: min(place, 5) + 1, rates: entry.point.faults?.rates ?? [:],
        accuracy: figures.accuracy, chipJoules: figures.chipJoules, spikeJoules: figures.spikeJoules,
        title: "\(index + 1). \(labels[index])", attributes: " data-point=\"\(entry.point.id)\"")
    }
  }
}
