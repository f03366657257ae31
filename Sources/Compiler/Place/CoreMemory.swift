import ChipModel

/// What neurons, synapses and axons take of a core's memories.
struct CoreMemory: Sendable, Equatable {
  private let bitsPerSynapse: Int
  private let sharesConvolutions: Bool
  private let lists: SynapseLists?
  private let axonModes: [AxonMode]
  private let byPowersOfTwo: Bool

  init(_ chip: ChipDescription, weightBits: Int) {
    let bits = chip.bitsPerSynapse ?? weightBits
    lists = chip.synapseLists?.value
    bitsPerSynapse = lists.map { SynapseLists.width(bits, of: $0.weightBits) } ?? bits
    sharesConvolutions = chip.sharedConvolutionWeights
    axonModes = chip.axonModes?.value ?? []
    byPowersOfTwo = chip.memoriesByPowersOfTwo
  }

  /// Places in the memory of neurons. Powers of two: `c * 2^(ceil log2 h + ceil log2 w)` (sinabs, `dynapcnn_layer.py`).
  func neurons(_ box: Box, compartments: Int = 1) -> Int {
    (byPowersOfTwo
      ? box.channels.count *| CoreMemory.powerOfTwo(box.rows.count) *| CoreMemory.powerOfTwo(box.columns.count) : box.count)
      *| compartments
  }

  /// Bits of the synapses into a box. Those of a projection from the input stay on the host and are no core's.
  ///
  /// Powers of two: `c * 2^(ceil log2(kx ky) + ceil log2 f)` weights of `c` input and `f` output channels (sinabs).
  /// - Parameters:
  ///   - mode: of the projection's axons (``modes(_:)``).
  ///   - compartments: of a neuron of the box.
  func synapseBits(
    _ synapses: Synapses, in box: Box, _ fanIn: FanIn, mode: AxonMode? = nil, compartments: Int = 1
  ) -> Int {
    if let lists {
      return synapses.bits(into: box, lists, weightBits: bitsPerSynapse, mode: mode, compartments: compartments)
    }
    if byPowersOfTwo {
      let kernel = synapses.kernel.y *| synapses.kernel.x
      return synapses.inputsPerGroup *| CoreMemory.powerOfTwo(kernel) *| CoreMemory.powerOfTwo(box.channels.count)
        *| bitsPerSynapse
    }
    let meetsAll = synapses.traits.positions == .all
    let isStoredOnce = sharesConvolutions || meetsAll
    let rows = meetsAll ? box.count : box.channels.count
    return (isStoredOnce ? synapses.weightsPerRow * rows : fanIn.synapses) *| bitsPerSynapse
  }

  /// The mode of a projection's axons, the one of fewest slots; nil: each source neuron has an axon and a list of its own.
  /// - Parameter resets: of the neurons at its ends.
  func mode(_ synapses: Synapses, resets: [ResetRule] = []) -> AxonMode? {
    guard synapses.channelsReachAlike else { return nil }
    let allowed = axonModes.compactMap { mode in
      mode.slots(channels: synapses.inputsPerGroup, resets: resets).map { (mode: mode, slots: $0) }
    }
    return allowed.min { $0.slots < $1.slots }?.mode
  }

  /// By projection of a program.
  static func modes(_ program: CompiledProgram) -> [AxonMode?] {
    guard program.chip.axonModes != nil else { return program.projections.map { _ in nil } }
    let memory = CoreMemory(program.chip, weightBits: program.weightBits)
    return program.projections.indices.map { index in
      let ends = [program.projections[index].source, program.projections[index].target]
      return memory.mode(program.synapses(index), resets: ends.compactMap { program.populations[$0].model.resetRule })
    }
  }

  /// At least `count`.
  static func powerOfTwo(_ count: Int) -> Int {
    let bits = SynapseLists.bits(of: count - 1)
    return bits < 62 ? 1 << bits : .max
  }
}

/// Axons of the cores of a program, in its order.
struct AxonUse {
  private(set) var inputs: [Int]
  private(set) var outputs: [Int]

  init(_ program: CompiledProgram) {
    inputs = program.cores.map(\.inputAxons.count)
    outputs = program.cores.map(\.outputAxons.count)
    guard program.chip.axonModes != nil else { return }
    let synapses = program.projections.indices.map(program.synapses)
    let slots = CoreMemory.modes(program).map { $0.flatMap { $0.isShared ? $0.slots : nil } }
    // By core and entry of its axon table: slots of axons that channels share, and whether the neuron has one of its own.
    let axons = program.cores.map { core in
      (0..<core.inputAxons.count).map { axon in
        var use = (shared: 0, isOwn: false)
        for entry in core.inputAxons.entries(of: axon) {
          let mode = slots[core.blocks[Int(core.inputAxons.blocks[entry])].projection]
          if let mode { use.shared += mode } else { use.isOwn = true }
        }
        return use
      }
    }
    for (index, core) in program.cores.enumerated() {
      let shared = core.blocks.lazy.filter { slots[$0.projection] != nil }.map { block in
        let fanIn = synapses[block.projection].fanIn(of: core.groups[block.group].box)
        return fanIn.rows.count * fanIn.columns.count
      }
      inputs[index] = shared.reduce(0, +) + axons[index].count { $0.isOwn }
      outputs[index] = 0
      for group in core.groups {
        // All channels of a pixel go the same ways where they share axons.
        for local in 0..<group.box.count {
          let isFirst = local < group.box.rows.count * group.box.columns.count
          for entry in core.outputAxons.entries(of: group.firstSlot + local) {
            let use = axons[program.routes[Int(core.outputAxons.routes[entry])].to][Int(core.outputAxons.axons[entry])]
            outputs[index] += (use.isOwn ? 1 : 0) + (isFirst ? use.shared : 0)
          }
        }
      }
    }
  }
}
