import Runtime

/// The points that no other point beats in accuracy and one cost: the Pareto front.
struct SweepFront: Sendable {
  /// Name in `sweep.json`.
  var key: String
  /// One letter for the table.
  var letter: String
  var title: String
  /// The cost in a point's result.
  var member: String
  /// What the axis counts.
  var unit: String
  /// Every point that can be compared: index, cost.
  var costs: [(index: Int, cost: Double)]
  /// Indices of the points on the front, the cheapest first, apart for each set of points that can be compared.
  var stairs: [[Int]]

  /// The chip's energy is the one that is meant without a name.
  static func key(of model: any EnergyModel) -> String { model.name == "chip" ? "energy" : "\(model.name)Energy" }

  /// The cheapest point whose interval reaches the most accurate one's; the first of equals. Points that nothing is missing
  /// from, or else the largest set of comparable ones.
  var recommended: Int?

  /// Indices of all points on it.
  var indices: [Int] { stairs.flatMap { $0 } }

  /// The same for some of the points; those of the front are not chosen anew.
  func keeping(_ keep: (Int) -> Bool) -> SweepFront {
    var front = self
    front.costs = costs.filter { keep($0.index) }
    front.stairs = stairs.map { $0.filter(keep) }
    return front
  }

  /// The fronts of accuracy against energy by each model, latency and cores; those without any point are left out.
  ///
  /// A bill of the chip model that lacks something is compared only with bills that lack the same, because what is missing
  /// could change the order. Latencies are
  /// seconds where every point has them, else ticks. Points with faults are compared with points of the same faults:
  /// nobody chooses a broken chip because spikes that are lost cost nothing.
  static func all(_ entries: [SweepDocument.Entry]) -> [SweepFront] {
    let known = entries.indices.filter { entries[$0].figures?.accuracy != nil }
    func figures(_ index: Int) -> SweepFigures? { entries[index].figures }
    let isTimed = known.allSatisfy { figures($0)?.secondsPerInference != nil }
    typealias Kind = (
      key: String, letter: String, title: String, member: String, unit: String, cost: (SweepFigures) -> Double?
    )
    var kinds: [Kind] = []
    for model in EnergyModels.all().reversed() where model.comparesRuns {
      let (key, name) = (key(of: model), model.name)
      kinds.append((key, String(key.prefix(1)), "Energy, \(model.title.lowercased())", "\(name)Joules", "J", { $0[name] }))
    }
    kinds += [
      (
        "latency", "t", isTimed ? "Time per inference" : "Ticks per inference",
        isTimed ? "secondsPerInference" : "ticksPerInference", isTimed ? "s" : "",
        { isTimed ? $0.secondsPerInference : $0.ticksPerInference.map(Double.init) }
      ),
      ("cores", "c", "Cores", "cores", "", { $0.cores.map(Double.init) }),
      ("area", "a", "Area, mm2", "squareMillimetres", "", { $0.squareMillimetres }),
    ]
    return kinds.compactMap { kind in
      let costs = known.compactMap { index in figures(index).flatMap(kind.cost).map { (index: index, cost: $0) } }
      guard !costs.isEmpty else { return nil }
      // The sets in the order of their first points.
      var sets: [(missing: [String], faults: PlanFaults?, points: [ParetoSection.Point])] = []
      for (index, cost) in costs {
        guard let figures = figures(index) else { continue }
        let missing = kind.key == "energy" ? figures.missing : []
        let faults = entries[index].point.faults
        let point = ParetoSection.Point(run: index, cost: cost, accuracy: figures.accuracy ?? 0)
        if let set = sets.firstIndex(where: { $0.missing == missing && $0.faults == faults }) {
          sets[set].points.append(point)
        } else {
          sets.append((missing, faults, [point]))
        }
      }
      let largest = sets.indices.max { (sets[$0].points.count, $1) < (sets[$1].points.count, $0) } ?? 0
      let set = sets.firstIndex { $0.missing.isEmpty && $0.faults == nil } ?? largest
      let accurate = sets[set].points.max { ($0.accuracy, -$0.cost) < ($1.accuracy, -$1.cost) }
      let floor = accurate.flatMap { figures($0.run)?.accuracyInterval?.lowerBound } ?? accurate?.accuracy ?? 0
      let near = sets[set].points.filter { $0.accuracy >= floor }
      return SweepFront(
        key: kind.key, letter: kind.letter, title: kind.title, member: kind.member, unit: kind.unit, costs: costs,
        stairs: sets.map { ParetoSection.front($0.points).map(\.run) },
        recommended: near.min { ($0.cost, -$0.accuracy) < ($1.cost, -$1.accuracy) }?.run)
    }
  }
}
