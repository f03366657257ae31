import ChipModel

/// A network in integers and split over cores that keep the chip's limits, not yet placed.
struct FittedNetwork {
  let lowering: Lowering
  private(set) var partition: Partition
  private(set) var built: CoreBuilder
  let form: NetworkForm
  /// Populations that average pools became.
  let poolLayers: [String]

  /// - Parameter refusals: all that is known to be forbidden when one of them is thrown.
  private init(
    _ network: CheckedNetwork, _ form: NetworkForm, chip: ChipDescription, options: CompileOptions,
    refusals: inout [CompileError]
  ) throws(CompileError) {
    self.form = form
    let whole = network.in(form)
    poolLayers = whole.populations[network.populations.count...].map(\.name)
    lowering = try Lowering(whole, chip: chip, options: options, form: form)
    let program = lowering.program
    try ChipRules.check(program)
    partition = Partition(program)
    // A chip that is too small says so, however much memory running it would take; what splits add to that is asked when they
    // are enough.
    if options.mapping == nil { try partition.checkLeast() }
    if !form.isSplit { try lowering.checkMemory() }
    try partition.place(options.mapping, refusals: &refusals)
    if form.isSplit { try lowering.checkMemory() }
    built = CoreBuilder(partition)
    try CrossbarRules.check(built.cores, program, refusals: &refusals)
    try ChipRules.checkBiases(built.cores, program)
  }

  /// The same on as many cores or fewer by measured spikes, if that makes messages and the busiest core better together.
  ///
  /// - Parameter spikes: per population and neuron, as `CompileOptions.traffic`.
  func weighed(by spikes: [[UInt64]]) -> FittedNetwork {
    guard lowering.program.chip.convolutionCore == nil else { return self }
    let program = lowering.program
    var refusals: [CompileError] = []
    var other = self
    do throws(CompileError) {
      other.partition = Partition(program, spikes: spikes)
      try other.partition.place(nil, refusals: &refusals)
      other.built = CoreBuilder(other.partition)
      try CrossbarRules.check(other.built.cores, program, refusals: &refusals)
      try ChipRules.checkBiases(other.built.cores, program)
    } catch {
      // What an axon or a bias table more forbids is no refusal: the network fits without it.
      return self
    }
    let isBetter = other.partition.cores.count <= partition.cores.count && other.cost(spikes) < cost(spikes)
    return isBetter ? other : self
  }

  /// What ``SpikeWork/Sums/cost`` estimates, counted.
  private func cost(_ spikes: [[UInt64]]) -> Double {
    var program = lowering.program
    program.cores = built.cores
    program.routes = built.routes
    program.inputPort = built.inputPort
    let metrics = MappingMetrics(program, spikes: spikes)
    return SpikeWork.Sums(messages: metrics.messages, busiest: metrics.busiestSynapticOperations).cost
  }

  /// Folds average pools or makes populations of them, and splits what is too large, as the options say; `auto` leaves the
  /// network as it is, and where a limit forbids that changes the place that the refusal names.
  static func fit(
    _ network: CheckedNetwork, chip: ChipDescription, options: CompileOptions
  ) throws(CompileError) -> FittedNetwork {
    try ChipRules.checkWidths(options, chip)
    let network = try network.coded(options.inputCoding, for: chip)
    let first = NetworkForm(pools: options.pools == .layer ? network.poolsThatCanBeLayers : [])
    var form = first
    var refusal: CompileError?
    while true {
      var refusals: [CompileError] = []
      do throws(CompileError) {
        return try FittedNetwork(network, form, chip: chip, options: options, refusals: &refusals)
      } catch {
        if form == first, options.mapping != nil, case .mapping(.unknownPopulation) = error {
          // A mapping may name what the compiler added where it had none.
          var free = options
          free.mapping = nil
          guard let fitted = try? fit(network, chip: chip, options: free), fitted.form != form else { throw error }
          form = fitted.form
          continue
        }
        guard var next = try network.form(after: error, form, chip: chip, options: options) else {
          // A change that does not help here either leaves the first refusal as it was.
          let isOfNetwork = form.parts.isEmpty && form.sliced.isEmpty && form.copies.isEmpty && error.forbiddenPart.map { part in
            network.populations.contains { $0.name == part } || network.projections.contains { $0.name == part }
          } == true
          throw isOfNetwork || error.isAboutSize ? error : refusal ?? error
        }
        refusal = refusal ?? error
        // What else was refused is mended in the same round: rounds do not grow with the layers.
        for other in refusals.dropFirst() {
          if let changed = try network.form(after: other, form, chip: chip, options: options) { next.add(changed) }
        }
        form = next
      }
    }
  }
}

extension CheckedNetwork {
  /// With the populations and the ticks that a form takes.
  func `in`(_ form: NetworkForm) -> CheckedNetwork {
    withPoolsAsLayers(form.pools).withRoomForSums(before: form.parts.keys.sorted())
  }

  /// The form to try after a refusal; nil: there is none.
  fileprivate func form(
    after error: CompileError, _ form: NetworkForm, chip: ChipDescription, options: CompileOptions
  ) throws(CompileError) -> NetworkForm? {
    var next = form
    let pools = options.pools != .auto ? [] : error.forbiddenPart.map { name in
      poolsThatCanBeLayers(at: name).filter { !form.pools.contains($0) }
    } ?? []
    if !pools.isEmpty {
      next.pools += pools
      return next
    }
    if options.split == .none || options.mapping != nil { return nil }
    let whole = withPoolsAsLayers(form.pools)
    /// A population, or the one that a sum is for, or whose copy it is.
    func population(_ name: String) -> Int? {
      let names = whole.populations.map(\.name)
      return names.indices.dropFirst().first { names[$0] == name }
        ?? names.indices.first {
          form.parts[$0] != nil && name.hasPrefix("\(names[$0]).sum.")
            || form.copies[$0] != nil && name.hasPrefix("\(names[$0]).copy.")
        }
    }
    switch error {
    case .axonTypes(let name, _, _, _):
      guard let index = population(name), next.sliced.insert(index).inserted else { return nil }
    case .capacity(let name, let need, _, let limit, _, _, _, resource: .destinations):
      let count = (need + limit - 1) / max(1, limit)
      guard chip.axonModes == nil, chip.convolutionCore == nil, !chip.resetsBySynapse,
        let index = whole.populations.indices.first(where: { whole.populations[$0].name == name }),
        count > form.copies[index] ?? 1, count <= chip.neuronsPerCore ?? count
      else { return nil }
      next.copies[index] = count
    case .capacity(let name, let need, _, let limit, _, _, _, let resource?)
    where [.fanIn, .inputAxons, .synapseMemory].contains(resource):
      guard let index = population(name), try timing(options).schedule != .continuous,
        let parts = whole.parts(of: index, named: name, need, limit, form, chip: chip, options: options)
      else { return nil }
      next.parts[index] = parts
    default: return nil
    }
    return next
  }

  /// Parts in which a population's sources are to be added up; nil: that does not help, or is not wanted.
  private func parts(
    of population: Int, named name: String, _ need: Int, _ limit: Int, _ form: NetworkForm, chip: ChipDescription,
    options: CompileOptions
  ) -> FanInParts? {
    guard canHaveSums(population) else { return nil }
    let arriving = populations[population].incoming.map { projections[$0] }
    if !Lowering.sendsSums(chip) {
      // Counting to a threshold takes spikes that are alike, and is not exact.
      guard options.split == .auto, !arriving.contains(where: { source(of: $0).model.hasPayload }) else { return nil }
    }
    func rounded(_ need: Int) -> Int { (need + limit - 1) / max(1, limit) }
    var parts = FanInParts(count: max(2, rounded(need)))
    if let old = form.parts[population] {
      if populations[population].name != name {
        parts = FanInParts(count: max(old.count + 1, old.count * need / max(1, limit)), direct: old.direct)
      } else if old.direct == 0 {
        // A population that its sums alone are too many for is beyond help.
        return nil
      }
    } else if chip.crossbar == nil, !Lowering.sendsSums(chip) {
      // Most of them it hears itself where it can, but for a 16th of the limit that sums and others take: so much less is
      // inexact. A crossbar has the same few axons for all of its neurons.
      let direct = 1024 * (limit - limit / 16) / max(1, need)
      if direct > 512 { parts = FanInParts(count: max(1, rounded(need - need * direct / 1024)), direct: direct) }
    }
    let most = arriving.filter(canSplit).map { projection in
      projection.kind.traits.isFull && projection.pool == nil
        ? projection.sourceShape.count : projection.sourceShape.channels
    }
    return parts.count <= most.max() ?? 0 ? parts : nil
  }
}
