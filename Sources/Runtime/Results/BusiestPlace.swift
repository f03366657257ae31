import ChipModel

/// The core, or the link, that does most of one operation, and how much of an inference's time that takes it.
///
/// Time is decided by the busiest place, not by sums: of what all places do, the one whose share of the time is largest is the
/// bottleneck.
package struct BusiestPlace: JSONRecord {
  package var operation = ""
  /// Nil: a link.
  package var core: Int?
  /// The tile that a link leaves, and to where; nil: a core.
  package var link: String?
  /// Over all samples.
  package var count = 0
  /// The same over the cores in use, or over the links that anything passed.
  package var mean: Double?
  package var secondsPerInference: Double?
  /// Of the time of an inference.
  package var utilisation: Double?

  package init() {}

  package static let fields: [JSONField<BusiestPlace>] = [
    .required(
      "operation", \.operation, .text,
      "synapticOperations, neuronUpdates (neuronVisits where the chip prices no update apart), messagesIn, messagesOut or "
        + "linkMessages"),
    .optional("core", \.core, .count, "the core", null: "for a link"),
    .optional("link", \.link, .text, "the tile that the link leaves, and to where", absent: "for a core"),
    .required("count", \.count, .count, "how many of them"),
    .optional("mean", \.mean, .amount, "mean over the cores in use, or over the links that anything passed"),
    .optional(
      "secondsPerInference", \.secondsPerInference, .amount, "how long they take there", unit: "s",
      null: "where the chip lacks their time"),
    .optional(
      "utilisation", \.utilisation, .amount, "share of the time of an inference", null: "where one of the two is unknown"),
  ]
}

/// What the cores of a run did of one operation, and how long that took each.
struct CoreWork {
  let operation: String
  /// By core, over all samples.
  let counts: [Int]
  /// By core, over all samples; nil: the chip lacks a time.
  let seconds: [Double?]

  private init(_ operation: String, _ counts: [Int], seconds: (Int) -> Double?) {
    self.operation = operation
    self.counts = counts
    self.seconds = counts.indices.map(seconds)
  }

  /// Synaptic operations, updates (visits where the chip prices no update apart), messages in, messages out.
  static func all(_ program: CompiledProgram, _ counts: OperationCounts) -> [CoreWork] {
    let costs = program.chip.time
    let cores = counts.cores
    let updates = cores.contains { $0.neuronUpdates == nil } ? nil : cores.map { $0.neuronUpdates ?? 0 }
    let visits = cores.map(\.neuronVisits)
    return [
      CoreWork("synapticOperations", cores.map(\.synapticOperations)) { core in
        costs.seconds(
          SynapticOperation.allCases.flatMap { operation in
            [operation.action, .weightRead, .dendriteUpdate].map { ($0, cores[core].operationsByKind[operation]) }
          })
      },
      CoreWork(updates == nil ? "neuronVisits" : "neuronUpdates", updates ?? visits) { core in
        costs.seconds([
          (.neuronAccess, visits[core]), (.membraneRead, visits[core]), (.neuronUpdate, updates?[core] ?? visits[core]),
          (.membraneWrite, updates?[core] ?? visits[core]),
        ])
      },
      CoreWork("messagesIn", cores.map(\.messagesIn)) { costs.seconds([(.axonIn, cores[$0].messagesIn)]) },
      CoreWork("messagesOut", cores.map(\.messagesOut)) { costs.seconds([(.axonOut, cores[$0].messagesOut)]) },
    ]
  }

  /// Of one, as this run mixes them; nil: nothing was done, or the chip lacks a time.
  var secondsEach: Double? {
    let total = counts.sum
    let known = seconds.compactMap { $0 }
    return total > 0 && known.count == seconds.count ? known.reduce(0, +) / Double(total) : nil
  }
}

extension CostTable {
  /// Of so many of each action; nil where one that happened is unknown.
  fileprivate func seconds(_ parts: [(ChipAction, Int)]) -> Double? {
    parts.reduce(0.0) { sum, part in sum.flatMap { sum in total(part.0, count: part.1).map { sum + $0 } } }
  }
}

extension BusiestPlace {
  /// One for each operation, the bottleneck first: the largest share of the time, or, where times are unknown, in the order of
  /// the operations. Empty for a program without cores.
  static func all(
    _ program: CompiledProgram, _ counts: OperationCounts, _ time: ChipTime, _ work: [CoreWork]
  ) -> [BusiestPlace] {
    func place(_ operation: String, _ values: [Int], _ seconds: (Int) -> Double?) -> BusiestPlace? {
      guard let most = values.max(), most > 0, let index = values.firstIndex(of: most) else { return nil }
      var place = BusiestPlace()
      place.operation = operation
      place.core = index
      place.count = most
      place.mean = Double(values.sum) / Double(values.count)
      place.secondsPerInference = seconds(index).map { $0 / Double(max(1, counts.samples)) }
      return place
    }
    let loads = counts.linkLoads
    var link = place("linkMessages", loads.map(\.messages)) {
      program.chip.time.seconds([(loads[$0].direction.action, loads[$0].messages)])
    }
    if let index = link?.core {
      link?.link = "\(loads[index].x),\(loads[index].y) \(loads[index].direction.rawValue)"
      link?.core = nil
    }
    var result = (work.map { work in place(work.operation, work.counts) { work.seconds[$0] } } + [link]).compactMap {
      $0
    }
    for index in result.indices {
      guard let whole = time.secondsPerInference, whole > 0 else { continue }
      result[index].utilisation = result[index].secondsPerInference.map { $0 / whole }
    }
    // Sorting keeps the order of equals by their place.
    return result.enumerated().sorted {
      ($0.element.secondsPerInference ?? -1, $1.offset) > ($1.element.secondsPerInference ?? -1, $0.offset)
    }.map(\.element)
  }
}
