import ChipModel

/// What happened in one tick, and what it is billed.
struct TickRecord: Sendable {
  /// In the sample, from 0.
  var tick: Int
  /// This tick's counts alone, as one sample.
  var events: RunCounters
  var counts: OperationCounts
  /// This tick's actions and prices.
  var bill: ChipBill
  /// Potentials of the probed neurons at the end of the tick.
  var potentials: [Int32]

  init(program: CompiledProgram, tick: Int, _ traced: TracedSample.Tick, _ tables: FanOutTables) {
    self.tick = tick
    potentials = traced.potentials
    events = traced.events
    var counts = OperationCounts(program: program, counters: events, steps: 1, tables)
    // Only populations inside their window are updated; the counts above assume a whole step of all of them.
    counts.neuronVisits = traced.neuronVisits
    self.counts = counts
    bill = ChipBill(program: program, counts: counts, steps: 1, samples: 1)
  }

  /// Joules of a unit in this tick, static power left out; nil where a price is unknown.
  func joules(_ unit: ChipUnit) -> Double? {
    var sum = 0.0
    for item in bill.items where item.unit == unit.rawValue {
      guard let joules = item.joules else { return nil }
      sum += joules
    }
    return sum
  }
}
