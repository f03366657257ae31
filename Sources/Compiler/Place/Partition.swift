import ChipModel

/// Splits populations into boxes that fit a core, and puts the boxes on cores.
///
/// Populations are placed from the output backwards: the cores that one sends to are known then, and with them its output
/// axons. For each, the boxes are chosen that need the fewest cores, then the fewest input axons; where spikes were
/// measured, the fewest messages and the least busy core (``SpikeWork``). A population that fits into what is left of the
/// open core goes there.
struct Partition {
  /// One core's groups, in slot order.
  struct Core {
    var parts: [(population: Int, box: Box)] = []
    var load = CoreLoad()
    /// Source neurons that have an axon of their own.
    var axons = NeuronSet()
    /// Axons that the channels of a pixel share.
    var sharedAxons = 0
    /// Synaptic operations, where spikes were measured.
    var operations = 0
  }

  let program: CompiledProgram
  let limits: CoreLimits
  var cores: [Core] = []
  /// Per population and neuron, the number of destination cores so far.
  private var destinations: [[UInt32]]
  /// Per population and pixel, slots of output axons that its channels share.
  private var sharedSlots: [[UInt32]]
  /// Per population, what arrives from populations: the source, the rule, and how its axons are.
  private let incoming: [[(source: SourcePart, synapses: Synapses, mode: AxonMode?)]]
  /// Per population, places for neurons that one takes, and output axons by which each resets itself.
  private let compartments: [Int]
  private let ownAxons: [Int]
  /// Ticks of the longest delay into one.
  private let delays: [Int]

  /// By population: those that have its neurons once more, which lie beside them.
  private let copies: [[Int]]
  /// By population: how many more of its neurons than copies there are its destinations ask for.
  private var missingCopies: [Int]
  /// Per population and neuron, as `CompileOptions.traffic`; nil: not measured, and only axons and bits are weighed.
  private let spikes: [[UInt64]]?

  var populations: [Population] { program.populations }
  var chip: ChipDescription { program.chip }

  /// Without cores.
  ///
  /// - Parameters:
  ///   - program: lowered, without cores.
  ///   - spikes: per population and neuron, as `CompileOptions.traffic`; nil: not measured.
  init(_ program: CompiledProgram, spikes: [[UInt64]]? = nil) {
    self.program = program
    self.spikes = spikes
    limits = CoreLimits(program.chip, weightBits: program.weightBits)
    destinations = program.populations.map { [UInt32](repeating: 0, count: $0.shape.count) }
    sharedSlots = program.populations.map { [UInt32](repeating: 0, count: $0.shape.pixels) }
    let modes = CoreMemory.modes(program)
    incoming = program.incoming.map { list in
      list.filter { !program.isHostCurrent(program.projections[$0]) }
        .map { (SourcePart(program.projections[$0]), program.synapses($0), modes[$0]) }
    }
    compartments = program.populations.indices.map(program.compartments)
    ownAxons = program.incoming.map { list in list.count { program.isReset(program.projections[$0]) } }
    delays = program.incoming.map { list in
      list.filter { !program.isHostCurrent(program.projections[$0]) }.map { program.projections[$0].delay }.max() ?? 0
    }
    copies = program.copies
    missingCopies = [Int](repeating: 0, count: program.populations.count)
  }

  /// - Parameters:
  ///   - mapping: which neurons each core holds; nil: chosen here.
  ///   - refusals: what else a limit forbids beside what is thrown, so that all of it can be mended at once.
  mutating func place(_ mapping: Mapping?, refusals: inout [CompileError]) throws(CompileError) {
    if let mapping {
      try follow(mapping, order: program.topologicalOrder)
      return
    }
    let own = own
    refusals = own.compactMap(neuronRefusal)
    if let first = refusals.first { throw first }
    for population in own {
      do throws(CompileError) {
        try place(population, &refusals)
      } catch {
        // Copies, which mend what else was refused, only take more cores.
        throw error.isAboutSize ? error : refusals.first ?? error
      }
    }
    if let first = refusals.first { throw first }
    // Cores were opened from the output backwards.
    cores.reverse()
    for index in cores.indices { cores[index].parts.reverse() }
    merge()
  }

  /// Populations that are cut, from the output backwards; copies lie beside their originals.
  private var own: [Int] {
    program.topologicalOrder.reversed().filter { !populations[$0].model.isInput && populations[$0].original == nil }
  }

  /// Refuses what takes more cores than the chip has whatever the neurons' destinations, before anything is placed.
  func checkLeast() throws(CompileError) {
    guard let most = chip.totalCores, !chip.coresHoldLayers, chip.convolutionCore == nil else { return }
    var sums: [Int] = []
    let own = own
    for population in own { sums.append((sums.last ?? 0) +| (candidates(population).map(\.cores).min() ?? 1)) }
    guard let all = sums.last, all > most, let full = sums.firstIndex(where: { $0 > most }) else { return }
    throw .tooManyCores(need: all, limit: most, chip: chip.name, population: populations[own[full]].name)
  }

  /// Joins cores that fit into one, the emptiest into the first that takes it without becoming the busiest; where every one
  /// would, into the least busy.
  ///
  /// Output axons are taken as the sum of both, which is never too few: a neuron that fed both cores feeds one now.
  private mutating func merge() {
    guard chip.coresHoldLayers else { return }
    var hosts = FirstFit(cores.map(\.load), limits)
    let busiest = cores.map(\.operations).max() ?? 0
    for small in cores.indices.sorted(by: { (cores[$0].load.neurons, $0) < (cores[$1].load.neurons, $1) }) {
      guard let own = hosts.remove(small) else { continue }
      var next = 0
      var best: (host: Int, core: Core)?
      while best.map({ $0.core.operations > busiest }) ?? true, let host = hosts.first(from: next, with: own) {
        next = host + 1
        if let core = joined(small, to: host), core.operations < best?.core.operations ?? .max { best = (host, core) }
      }
      guard let best else {
        hosts.put(own, at: small)
        continue
      }
      cores[best.host] = best.core
      hosts.put(best.core.load, at: best.host)
    }
    cores = cores.indices.filter { hosts.holds($0) }.map { cores[$0] }
  }

  /// Both cores as one; nil where their axons do not fit.
  private func joined(_ small: Int, to host: Int) -> Core? {
    var sum = cores[host].load + cores[small].load
    var axons = cores[host].axons
    sum.inputAxons = cores[host].load.inputAxons + cores[small].sharedAxons
    for (source, fanIn) in cores[small].axons.parts {
      sum.inputAxons += fanIn.count(notIn: axons.parts(of: source))
      axons.insert(fanIn, of: source)
    }
    guard sum.broken(limits) == nil else { return nil }
    return Core(
      parts: small < host ? cores[small].parts + cores[host].parts : cores[host].parts + cores[small].parts, load: sum,
      axons: axons, sharedAxons: cores[host].sharedAxons + cores[small].sharedAxons,
      operations: cores[host].operations + cores[small].operations)
  }

  private mutating func place(_ population: Int, _ refusals: inout [CompileError]) throws(CompileError) {
    if let refusal = neuronRefusal(population) { throw refusal }
    if let refusal = destinationRefusal(population), let limit = chip.destinationsPerNeuron {
      // It goes on as if they were there: the populations before it see how many cores they take.
      let most = Int(destinations[population].max() ?? 0) + ownAxons[population]
      missingCopies[population] = (most - 1) / max(1, limit) - copies[population].count
      refusals.append(refusal)
    }
    let whole = Box(whole: populations[population].shape)
    // A core that runs one layer as a unit, or keeps one table of weights a neuron, is not shared; a layer is not split.
    let isLayerCore = chip.convolutionCore != nil
    if chip.coresHoldLayers, let last = cores.indices.last, fits(whole, population, on: cores[last]) {
      putAll(whole, population, on: last)
      return
    }
    if isLayerCore, let broken = load(whole, population, beside: nil).broken(limits) {
      throw .capacity(
        population: populations[population].name, need: broken.need, what: "\(broken.noun) on the one core of a layer",
        limit: broken.limit, chip: chip.name, knob: nil,
        remedy: "reduce the layer, or choose another chip\(broken.kind.examples(with: broken.need))")
    }
    let work = isLayerCore ? nil : work(of: population)
    for box in isLayerCore ? [whole] : try split(population, work) {
      cores.append(Core())
      cores[cores.count - 1].operations = work?.operations(of: box) ?? 0
      if let most = chip.totalCores, cores.count > most {
        throw .tooManyCores(
          need: max(program.coresOfNeurons, cores.count), limit: most, chip: chip.name, population: populations[population].name)
      }
      putAll(box, population, on: cores.count - 1)
    }
  }

  private mutating func putAll(_ box: Box, _ population: Int, on core: Int) {
    put(box, population, on: core)
    guard !copies[population].isEmpty else { return }
    // Copies hear by the axons that are there now.
    var load = load(box, population, beside: cores[core])
    for copy in copies[population] {
      load.outputAxons = outputAxons(box, copy) + box.count * ownAxons[copy]
      cores[core].load = cores[core].load + load
      cores[core].parts.append((copy, box))
    }
  }

  /// Limits that a single neuron breaks whatever the split.
  func checkNeuron(_ population: Int) throws(CompileError) {
    if let refusal = neuronRefusal(population) ?? destinationRefusal(population) { throw refusal }
  }

  private func neuronRefusal(_ population: Int) -> CompileError? {
    let shape = populations[population].shape
    let name = populations[population].name
    // A neuron in the middle hears the most neurons through the most synapses.
    let y = shape.height / 2
    let x = shape.width / 2
    let box = Box(channels: 0..<1, rows: y..<(y + 1), columns: x..<(x + 1))
    if let broken = loadOfAll(box, population, beside: nil).broken(limits) {
      return .capacity(
        population: name, need: broken.need, what: broken.what, limit: broken.limit, chip: chip.name,
        knob: broken.knob, remedy: broken.remedy, resource: broken.kind)
    }
    if let limit = chip.fanInPerNeuron {
      let whole = Box(whole: shape)
      let fanIn = incoming[population].reduce(0) { $0 + $1.synapses.fanIn(of: whole).largest }
      if fanIn > limit {
        return .capacity(
          population: name, need: fanIn, what: "synapses into one neuron", limit: limit, chip: chip.name, knob: nil,
          remedy: "reduce the layer's fan-in or choose a chip with a larger fan-in"
            + ChipResource.fanIn.examples(with: fanIn), resource: .fanIn)
      }
    }
    return nil
  }

  private func destinationRefusal(_ population: Int) -> CompileError? {
    guard let limit = chip.destinationsPerNeuron else { return nil }
    let most = Int(destinations[population].max() ?? 0) + ownAxons[population]
    if most <= limit * (1 + copies[population].count) { return nil }
    return .capacity(
      population: populations[population].name, need: most, what: "destination cores for one neuron", limit: limit,
      chip: chip.name, knob: nil,
      remedy: "make the layers it feeds fit on fewer cores, or choose a chip whose neurons reach more cores"
        + ChipResource.destinations.examples(with: most), resource: .destinations)
  }

  // MARK: - Loads

  /// What a box of a population adds to a fresh core, or to one whose axons it can share.
  private func load(_ box: Box, _ population: Int, beside core: Core?) -> CoreLoad {
    var load = CoreLoad()
    load.neurons = limits.memory.neurons(box, compartments: compartments[population])
    var met = NeuronSet()
    for (source, synapses, mode) in incoming[population] {
      let fanIn = synapses.fanIn(of: box)
      load.synapseBits = load.synapseBits +| limits.memory.synapseBits(
        synapses, in: box, fanIn, mode: mode, compartments: compartments[population])
      if mode?.isShared == true {
        load.inputAxons += fanIn.rows.count * fanIn.columns.count
        continue
      }
      let known = (core?.axons.parts(of: source) ?? []) + met.parts(of: source)
      load.inputAxons += fanIn.count(notIn: known)
      met.insert(fanIn, of: source)
    }
    load.outputAxons = outputAxons(box, population) + box.count * ownAxons[population]
    load.delay = delays[population]
    return load
  }

  /// With the copies of the population, which hear the same axons.
  private func loadOfAll(_ box: Box, _ population: Int, beside core: Core?) -> CoreLoad {
    var load = load(box, population, beside: core)
    let all = 1 + copies[population].count + missingCopies[population]
    load.neurons = load.neurons *| all
    load.synapseBits = load.synapseBits *| all
    return load
  }

  private func outputAxons(_ box: Box, _ population: Int) -> Int {
    let shape = populations[population].shape
    var total = 0
    for y in box.rows {
      for x in box.columns {
        total += Int(sharedSlots[population][y * shape.width + x])
        for c in box.channels { total += Int(destinations[population][shape.index(c, y, x)]) }
      }
    }
    return total
  }

  private func fits(_ box: Box, _ population: Int, on core: Core) -> Bool {
    (core.load + loadOfAll(box, population, beside: core)).broken(limits) == nil
  }

  mutating func put(_ box: Box, _ population: Int, on core: Int) {
    cores[core].load = cores[core].load + load(box, population, beside: cores[core])
    for (source, synapses, mode) in incoming[population] {
      let fanIn = synapses.fanIn(of: box)
      let (from, first) = (synapses.source, source.neurons?.lowerBound ?? 0)
      if let mode, mode.isShared {
        for y in fanIn.rows {
          for x in fanIn.columns { sharedSlots[source.population][y * from.width + x] += UInt32(mode.slots) }
        }
        cores[core].sharedAxons += fanIn.rows.count * fanIn.columns.count
        continue
      }
      var counts = destinations[source.population]
      destinations[source.population] = []
      fanIn.forEach(notIn: cores[core].axons.parts(of: source)) { c, y, x in
        counts[first + from.index(c, y, x)] += 1
      }
      destinations[source.population] = counts
      cores[core].axons.insert(fanIn, of: source)
    }
    cores[core].parts.append((population, box))
  }

  // MARK: - Splitting

  /// Nil where spikes were not measured.
  private func work(of population: Int) -> SpikeWork? {
    spikes.map { spikes in
      SpikeWork(
        incoming[population].map { ($0.source, $0.synapses) }, shape: populations[population].shape, spikes: spikes)
    }
  }

  /// Boxes of equal size that fit a fresh core, as one in the middle does.
  private struct Candidate {
    var cores: Int
    var axons: Int
    var bits: Int
    var side: Int
    var size: (c: Int, y: Int, x: Int)
  }

  /// In no order.
  private func candidates(_ population: Int) -> [Candidate] {
    let shape = populations[population].shape
    var candidates: [Candidate] = []
    for c in Partition.sizes(shape.channels) {
      for y in Partition.sizes(shape.height) {
        for x in Partition.sizes(shape.width) {
          if let most = limits.neurons, c * y * x * compartments[population] > most { continue }
          let count =
            ((shape.channels + c - 1) / c) * ((shape.height + y - 1) / y) * ((shape.width + x - 1) / x)
          // The box in the middle hears the most neurons.
          let load = self.loadOfAll(Partition.middleBox(shape, (c, y, x)), population, beside: nil)
          guard load.broken(limits) == nil else { continue }
          candidates.append(
            Candidate(
              cores: count, axons: load.inputAxons * count, bits: load.synapseBits * count, side: y + x, size: (c, y, x)))
        }
      }
    }
    return candidates
  }

  /// Boxes of one population on fresh cores: the fewest, then those with the fewest input axons in all, then with the
  /// fewest weights stored twice.
  private func split(_ population: Int, _ work: SpikeWork?) throws(CompileError) -> [Box] {
    let shape = populations[population].shape
    var candidates = candidates(population)
    // Compact boxes first among equals: their neurons are near one another in the layers that read them.
    candidates.sort {
      ($0.cores, $0.axons, $0.bits, $0.side, $1.size.c, $1.size.y)
        < ($1.cores, $1.axons, $1.bits, $1.side, $0.size.c, $0.size.y)
    }
    func fits(_ cuts: BoxCuts) -> Bool {
      cuts.boxes.allSatisfy { loadOfAll($0, population, beside: nil).broken(limits) == nil }
    }
    for (index, candidate) in candidates.enumerated() {
      let cuts = BoxCuts(shape, size: candidate.size)
      guard fits(cuts) else { continue }
      guard let work else { return cuts.boxes }
      let others = candidates[(index + 1)...].prefix { $0.cores == candidate.cores }.map { BoxCuts(shape, size: $0.size) }
      return work.best(of: [cuts] + others, where: fits).boxes
    }
    // A single neuron fits in the middle (checked before), so one elsewhere has too many destinations.
    let broken = BoxCuts(shape, size: (1, 1, 1)).boxes.lazy.compactMap { box in
      self.loadOfAll(box, population, beside: nil).broken(limits)
    }.first
    throw .capacity(
      population: populations[population].name, need: broken?.need ?? 0, what: broken?.what ?? "cores",
      limit: broken?.limit ?? 0, chip: chip.name, knob: broken?.knob, remedy: broken?.remedy ?? "choose a larger chip", resource: broken?.kind)
  }

  /// The distinct sizes that dividing `length` into equal parts gives, largest first.
  private static func sizes(_ length: Int) -> [Int] {
    var result: [Int] = []
    var parts = 1
    while parts <= length {
      let size = (length + parts - 1) / parts
      result.append(size)
      // The fewest parts that give a smaller size.
      parts = size == 1 ? length + 1 : (length + size - 2) / (size - 1)
    }
    return result
  }

  private static func middleBox(_ shape: MapShape, _ size: (c: Int, y: Int, x: Int)) -> Box {
    func part(_ length: Int, _ size: Int) -> Range<Int> {
      let start = min((length + size - 1) / size / 2 * size, max(0, length - size))
      return start..<min(length, start + size)
    }
    return Box(
      channels: part(shape.channels, size.c), rows: part(shape.height, size.y), columns: part(shape.width, size.x))
  }
}

extension CompiledProgram {
  /// Cores that the places for neurons alone fill; 0 where a core's are not limited.
  fileprivate var coresOfNeurons: Int {
    guard let most = ChipResource.neurons.limit(of: chip), most > 0 else { return 0 }
    let places = populations.indices.map { populations[$0].neurons *| compartments($0) }.reduce(0, +|)
    return places / most + (places % most == 0 ? 0 : 1)
  }

  /// Refuses what fills more cores than the chip has by its neurons alone, before anything is built of it.
  func checkCores() throws(CompileError) {
    guard let limit = chip.totalCores, coresOfNeurons > limit, let last = populations.last else { return }
    throw .tooManyCores(need: coresOfNeurons, limit: limit, chip: chip.name, population: last.name)
  }
}
