import ChipModel

/// Which neurons had something to do in a sample: a potential that is not 0 before the update, a delivery that arrives
/// (even summing to 0), or a bias and input current that do not sum to 0. A chip that prices an idle visit apart from an
/// update needs it.
package struct NeuronUpdates: Sendable, Equatable {
  /// Updated neurons by population and tick of its window.
  package internal(set) var byStep: [[Int]]
  /// By population, where a runner was asked for them: one byte a neuron and step, 1 = updated; see ``isUpdated``.
  var flags: [[UInt8]]
  private let pixels: [Int]
  private let padded: [Int]

  init(_ plan: EnginePlan, steps: Int) {
    byStep = plan.populations.map { [Int](repeating: 0, count: steps + $0.population.lag) }
    flags = plan.populations.map { _ in [] }
    pixels = plan.populations.map { $0.shape.pixels }
    padded = plan.populations.map { $0.padded }
  }

  /// Whether single neurons are known.
  package var hasFlags: Bool { flags.contains { !$0.isEmpty } }

  /// Calls `body` with each neuron (row-major) that was updated in a tick of its window; with none where flags were not kept.
  func forEachUpdated(population: Int, step: Int, _ body: (Int) -> Void) {
    let (area, width) = (pixels[population], padded[population])
    let first = step * area * width
    guard flags[population].count >= first + area * width else { return }
    for pixel in 0..<area {
      for channel in 0..<width where flags[population][first + pixel * width + channel] != 0 {
        body(channel * area + pixel)
      }
    }
  }

  /// Whether a neuron (row-major) was updated in a tick of its window; false where flags were not kept.
  package func isUpdated(population: Int, neuron: Int, step: Int) -> Bool {
    isUpdated(population: population, place: place(population: population, neuron: neuron), step: step)
  }

  /// Where a neuron's flags are, for who asks in many ticks.
  func place(population: Int, neuron: Int) -> Int {
    neuron % pixels[population] * padded[population] + neuron / pixels[population]
  }

  func isUpdated(population: Int, place: Int, step: Int) -> Bool {
    let at = step * pixels[population] * padded[population] + place
    return flags[population].indices.contains(at) && flags[population][at] != 0
  }
}

/// What a runner keeps while it counts updated neurons.
struct UpdateTally: Sendable {
  var isOn = false
  var keepsFlags = false
  /// Of the last sample.
  var sample: NeuronUpdates
  /// Per neuron since the last flush, channel-last and padded; empty until it is on.
  var totals: [[UInt32]]
  /// Of the population that runs: 8-bit counts, steps in them, steps without work since, steps in which all worked.
  private var counts: [UInt8] = []
  private var counted = 0
  private var idle = 0
  private var full = 0
  private var flags: [UInt8] = []
  private var marks: [UInt8] = []
  private var reached: [UInt64] = []
  private var hasMarks = true
  /// Neurons with a bias or current, how many, and the steps in which they alone worked.
  private var driven: [UInt8] = []
  private var drivenCount = 0
  /// A neuron without current keeps a potential of 0 while nothing arrives.
  private var restsAtZero = false
  private var drivenSteps = 0
  /// Whether other neurons are driven from step to step.
  private var drivenChanges = false
  /// Of populations that take no input: the same in every sample.
  private var biased: [[UInt8]] = []
  private var reach: [PixelReach?] = []

  init(_ plan: EnginePlan, steps: Int) {
    sample = NeuronUpdates(plan, steps: steps)
    totals = plan.populations.map { _ in [] }
  }

  /// Counts from the next sample on.
  mutating func turnOn(_ plan: EnginePlan) {
    isOn = true
    guard biased.isEmpty else { return }
    biased = plan.populations.map { p in
      guard p.inputs.isEmpty, p.hasBias else { return [] }
      return (0..<p.count).map { $0 % p.padded < p.shape.channels && p.bias[$0 % p.bias.count] != 0 ? 1 : 0 }
    }
    reach = plan.projections.map { p in
      p.isInput
        ? nil : PixelReach(p, pixels: plan.program.populations[p.projection.target].shape.pixels)
    }
  }

  /// - Parameter isDisturbed: potentials may change though nothing arrives and no current acts.
  mutating func begin(_ p: PopulationPlan, isDisturbed: Bool) {
    restsAtZero = p.initialMagnitude == 0 && p.population.gatedPeriods == 0 && !isDisturbed
    func size<T: FixedWidthInteger>(_ array: inout [T], _ count: Int) {
      if array.count < count { array = [T](repeating: 0, count: count) }
    }
    size(&counts, p.count)
    size(&flags, p.count)
    size(&marks, p.count)
    size(&reached, (p.shape.pixels + 63) / 64)
    if totals[p.index].isEmpty { totals[p.index] = [UInt32](repeating: 0, count: p.count) }
    hasMarks = true
    counted = 0
    idle = 0
    full = 0
    drivenSteps = 0
    sample.flags[p.index].removeAll(keepingCapacity: true)
    drivenChanges = p.hasBiasByStep
  }

  /// What a current drives.
  /// - Parameters:
  ///   - isActive: a bias or current is not 0.
  ///   - isNonZero: whether the current of a position is not 0; asked only where it is more than a constant bias.
  mutating func drive(_ p: PopulationPlan, isActive: Bool, isNonZero: (Int) -> Bool) {
    if !isActive {
      driven = []
    } else if p.inputs.isEmpty, !drivenChanges {
      driven = biased[p.index]
    } else {
      driven = [UInt8](repeating: 0, count: p.count)
      for pixel in 0..<p.shape.pixels {
        for at in (pixel * p.padded)..<(pixel * p.padded + p.shape.channels) where isNonZero(at) { driven[at] = 1 }
      }
    }
    drivenCount = driven.reduce(0) { $0 + Int($1) }
  }

  /// Whether every neuron has a bias or current that is not 0.
  func isFullyDriven(_ p: PopulationPlan) -> Bool { drivenCount == p.shape.count }

  /// A step in which nothing arrives, drives or fires: potentials stay.
  mutating func noteIdle(_ p: PopulationPlan, step: Int, v: [Int32], b: [Int32]) {
    idle += 1
    if keepsFlags { flushIdle(p, end: step + 1, v, b) }
  }

  /// Counts the idle steps before one with the potentials that they had.
  mutating func settle(_ p: PopulationPlan, before step: Int, v: [Int32], b: [Int32]) {
    flushIdle(p, end: step, v, b)
  }

  /// A step before its update, with what arrives.
  /// - Parameter reset: the population's own spikes, where they arrive at it: over which projection.
  mutating func note(
    _ p: PopulationPlan, step: Int, isDriven: Bool, incoming: [LayerRunner.IncomingSpikes], v: [Int32], b: [Int32],
    reset: (train: SpikeTrain, plan: ProjectionPlan, index: Int)? = nil
  ) {
    flushIdle(p, end: step, v, b)
    if isDriven && drivenCount == p.shape.count { return noteAll(p, step) }
    // Where nothing arrives and all start at 0, who has no current stays at 0.
    if isDriven && incoming.isEmpty && restsAtZero && !drivenChanges {
      return noteDriven(p, step)
    }
    if isDriven && drivenCount > 0 {
      BufferKernels.copy(driven, to: &marks)
      hasMarks = true
    } else {
      clear()
    }
    for word in reached.indices { reached[word] = 0 }
    for (spikes, index) in zip(incoming, p.incoming) { mark(spikes.train, p, step: step, spikes.plan, index) }
    if let reset { mark(reset.train, p, step: step, reset.plan, reset.index) }
    if reached.prefix(p.shape.pixels / 64).allSatisfy({ $0 == UInt64.max }),
      p.shape.pixels % 64 == 0 || reached[p.shape.pixels / 64] == (1 << UInt64(p.shape.pixels % 64)) - 1
    {
      return noteAll(p, step)
    }
    add(p, steps: step..<(step + 1), v, b)
  }

  /// Marks what the spikes reach that arrive in a step.
  private mutating func mark(
    _ train: SpikeTrain, _ p: PopulationPlan, step: Int, _ plan: ProjectionPlan, _ index: Int
  ) {
    let sent = step - plan.offset
    guard sent >= 0, sent < train.steps, train.spikeCount(step: sent) > 0 else { return }
    reach[index]?.mark(
      train, step: sent, plan, channels: p.shape.channels, padded: p.padded, reached: &reached, marks: &marks)
    hasMarks = true
  }

  /// The end of a population's steps.
  mutating func end(_ p: PopulationPlan, steps: Int, v: [Int32], b: [Int32]) {
    flushIdle(p, end: steps, v, b)
    flushCounts(p)
    if drivenSteps > 0 {
      for at in 0..<p.count where driven[at] != 0 { totals[p.index][at] &+= UInt32(truncatingIfNeeded: drivenSteps) }
    }
    guard full > 0 else { return }
    for pixel in 0..<p.shape.pixels {
      for at in (pixel * p.padded)..<(pixel * p.padded + p.shape.channels) {
        totals[p.index][at] &+= UInt32(truncatingIfNeeded: full)
      }
    }
  }

  private mutating func noteAll(_ p: PopulationPlan, _ step: Int) {
    full += 1
    sample.byStep[p.index][step] = p.shape.count
    guard keepsFlags else { return }
    for at in 0..<p.count { sample.flags[p.index].append(at % p.padded < p.shape.channels ? 1 : 0) }
  }

  private mutating func noteDriven(_ p: PopulationPlan, _ step: Int) {
    drivenSteps += 1
    sample.byStep[p.index][step] = drivenCount
    if keepsFlags { sample.flags[p.index].append(contentsOf: driven) }
  }

  private mutating func flushIdle(_ p: PopulationPlan, end: Int, _ v: [Int32], _ b: [Int32]) {
    guard idle > 0 else { return }
    clear()
    for word in reached.indices { reached[word] = 0 }
    var start = end - idle
    idle = 0
    while start < end {
      let part = min(255, end - start)
      add(p, steps: start..<(start + part), v, b)
      start += part
    }
  }

  private mutating func clear() {
    if hasMarks { BufferKernels.clear(&marks) }
    hasMarks = false
  }

  private mutating func add(_ p: PopulationPlan, steps: Range<Int>, _ v: [Int32], _ b: [Int32]) {
    if counted + steps.count > 255 { flushCounts(p) }
    counted += steps.count
    let kernel = ActivityKernels(
      pixels: p.shape.pixels, channels: p.shape.channels, padded: p.padded,
      weight: UInt8(truncatingIfNeeded: steps.count), keepsFlags: keepsFlags)
    let active = kernel.note(v: v, b: b, reached: reached, marks: marks, flags: &flags, counts: &counts)
    for step in steps {
      sample.byStep[p.index][step] = active
      if keepsFlags { sample.flags[p.index].append(contentsOf: flags.prefix(p.count)) }
    }
  }

  private mutating func flushCounts(_ p: PopulationPlan) {
    counted = 0
    BufferKernels.addCounts(&counts, count: p.count, to: &totals[p.index])
  }
}
