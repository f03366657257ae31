/// The points that no other point beats in accuracy and one cost: the Pareto front.
struct SweepFront: Sendable {
  /// Name in `sweep.json`.
  var key: String
  /// One letter for the table.
  var letter: String
  var title: String
  /// What the axis counts.
  var unit: String
  /// Every point that can be compared: index, cost.
  var costs: [(index: Int, cost: Double)]
  /// Indices of the front's points, the cheapest first.
  var indices: [Int]

  /// The fronts of accuracy against energy, latency and cores; those without any point are left out.
  ///
  /// The chip model's energies are compared where nothing is missing from the bill; bills that lack something, only when
  /// all of them are of one chip and lack the same, because what is missing could change the order. Latencies are seconds
  /// where every point has them, else ticks.
  static func all(_ entries: [SweepDocument.Entry]) -> [SweepFront] {
    let known = entries.indices.filter { entries[$0].figures?.accuracy != nil }
    func figures(_ index: Int) -> SweepFigures? { entries[index].figures }
    let bills = Set(known.map { figures($0)?.missing ?? [] })
    let isAlike = bills.count <= 1 && Set(known.map { entries[$0].point.chip }).count <= 1
    let isTimed = known.allSatisfy { figures($0)?.secondsPerInference != nil }
    let kinds: [(key: String, letter: String, title: String, unit: String, cost: (SweepFigures) -> Double?)] = [
      ("energy", "e", "Energy, chip model", "J", { $0.missing.isEmpty || isAlike ? $0.chipJoules : nil }),
      ("spikeEnergy", "s", "Energy, spike model", "J", { $0.spikeJoules }),
      (
        "latency", "t", isTimed ? "Time of an inference" : "Ticks of an inference", isTimed ? "s" : "",
        { isTimed ? $0.secondsPerInference : $0.ticksPerInference.map(Double.init) }
      ),
      ("cores", "c", "Cores", "", { $0.cores.map(Double.init) }),
    ]
    return kinds.compactMap { kind in
      let costs = known.compactMap { index in figures(index).flatMap(kind.cost).map { (index: index, cost: $0) } }
      guard !costs.isEmpty else { return nil }
      let points = costs.map {
        ParetoSection.Point(run: $0.index, cost: $0.cost, accuracy: figures($0.index)?.accuracy ?? 0)
      }
      return SweepFront(
        key: kind.key, letter: kind.letter, title: kind.title, unit: kind.unit, costs: costs,
        indices: ParetoSection.front(points).map(\.run))
    }
  }
}
