extension ChipDescription {
  /// The resolved description as JSON bytes: no `extends`, every constant in its long form, keys in one order.
  ///
  /// `ChipDescription(json:file:)` reads it back as an equal value, and that value writes the same bytes, so a compiled
  /// program can carry it.
  package func canonicalJSON() -> [UInt8] {
    // The document holds no floating-point numbers (quantities are texts), so writing cannot fail.
    (try? JSONWriter.bytes(of: document)) ?? []
  }

  /// The same as a value, for results that embed it.
  package var document: JSONOutput {
    var members: [(String, JSONOutput)] = [
      ("format", .string(ChipDescription.format)), ("name", .string(name)), ("title", .string(title)),
    ]
    if !lineage.isEmpty { members.append(("lineage", .strings(lineage))) }
    if !notes.isEmpty { members.append(("notes", .strings(notes))) }
    func section(_ key: ChipSection, _ content: [(String, JSONOutput)]) {
      if !content.isEmpty { members.append((key.rawValue, .object(content))) }
    }
    section(
      .datapath,
      constants(.datapath)
        + ChipRegister.allCases.compactMap { item($0.rawValue, registers[$0]) { .string($0.rawValue) } }
        + ChipFormat.allCases.compactMap { item($0.rawValue, formats[$0], Self.output) }
        + [
          item("neuronModels", neuronModels, JSONOutput.strings),
          item("resets", resets) { .array($0.map(Self.output)) },
        ].compactMap(\.self))
    let cores = [
      item("crossbar", crossbar, Self.output), item("convolutionCore", convolutionCore, Self.output),
      item("coreTypes", coreTypes) { .array($0.map(Self.output)) }, item("synapseLists", synapseLists, Self.output),
      item("axonModes", axonModes) { .array($0.map(Self.output)) },
    ]
    section(.limits, constants(.limits) + cores.compactMap(\.self))
    section(.mesh, constants(.mesh))
    section(
      .energy, constants(.energy) + [item("memory", memoryEnergy, Self.output)].compactMap(\.self) + Self.costs(energy, .energy))
    let timing = [
      item("tick", tickSeconds) { .string(Quantity.time.text($0)) },
      item("barrier", barrier) { steps in
        .array(
          steps.map {
            .object([("tiles", .int($0.tiles)), ("time", .string(Quantity.time.text($0.seconds)))])
          })
      },
    ]
    section(.time, constants(.time) + Self.costs(time, .time) + timing.compactMap(\.self))
    section(
      .power, power.known.compactMap { key in item(key.rawValue, power[key]) { .string(Quantity.power.text($0)) } })
    return .object(members)
  }

  private func constants(_ section: ChipSection) -> [(String, JSONOutput)] {
    ChipNumber.allCases.filter { $0.section == section }.compactMap { item($0.rawValue, numbers[$0], JSONOutput.int) }
      + ChipRule.allCases.filter { $0.section == section }.compactMap { item($0.rawValue, rules[$0], JSONOutput.bool) }
  }

  private func item<Value>(
    _ key: String, _ constant: Sourced<Value>?, _ output: (Value) -> JSONOutput
  ) -> (String, JSONOutput)? {
    guard let constant else { return nil }
    return (
      key,
      .object([
        ("value", output(constant.value)), ("source", .string(constant.source)),
        ("certainty", .string(constant.certainty.rawValue)),
      ])
    )
  }

  private static func costs(_ table: CostTable, _ dimension: Quantity) -> [(String, JSONOutput)] {
    table.known.compactMap { action in
      guard let cost = table[action] else { return nil }
      let first: (String, JSONOutput) =
        switch cost {
        case .known(let constant): ("value", .string(dimension.text(constant.value)))
        case .included(let target): ("includedIn", .string(target.value.rawValue))
        case .access(let access): ("access", output(access.value))
        }
      return (
        action.rawValue,
        .object([first, ("source", .string(cost.source)), ("certainty", .string(cost.certainty.rawValue))])
      )
    }
  }

  private static func output(_ access: MemoryAccess) -> JSONOutput {
    .object(
      [("memory", .string(access.memory.rawValue)), ("times", .int(access.times))]
        + (access.bits.map { [("bits", .int($0))] } ?? []))
  }

  private static func output(_ memory: MemoryEnergy) -> JSONOutput {
    .object([
      ("bits", .int(memory.bits)),
      (
        "sizes",
        .array(
          memory.sizes.map {
            .object([("bytes", .int($0.bytes)), ("energy", .string(Quantity.energy.text($0.joules)))])
          })
      ),
    ])
  }

  private static func output(_ format: MantissaExponent) -> JSONOutput {
    .object([
      ("mantissaBits", .int(format.mantissaBits)),
      ("exponents", .integers([format.exponents.lowerBound, format.exponents.upperBound])),
    ])
  }

  private static func output(_ crossbar: Crossbar) -> JSONOutput {
    .object([
      ("axons", .int(crossbar.axons)), ("axonTypes", .int(crossbar.axonTypes)), ("binary", .bool(crossbar.binary)),
    ])
  }

  private static func output(_ core: ConvolutionCore) -> JSONOutput {
    .object([
      ("maximumKernel", .int(core.maximumKernel)), ("strides", .integers(core.strides)),
      ("maximumPadding", .int(core.maximumPadding)), ("poolSizes", .integers(core.poolSizes)),
      ("maximumChannels", .int(core.maximumChannels)), ("maximumInputSide", .int(core.maximumInputSide)),
      ("maximumOutputSide", .int(core.maximumOutputSide)), ("fanOutLayers", .int(core.fanOutLayers)),
    ])
  }

  private static func output(_ lists: SynapseLists) -> JSONOutput {
    .object([
      ("weightBits", .integers(lists.weightBits)), ("indexBits", .integers(lists.indexBits)),
      ("headerBits", .int(lists.headerBits)), ("length", .int(lists.length)), ("wordBits", .int(lists.wordBits)),
      ("baseRange", .int(lists.baseRange)),
    ])
  }

  private static func output(_ mode: AxonMode) -> JSONOutput {
    .object(
      [("name", .string(mode.name)), ("atoms", .int(mode.atoms)), ("slots", .int(mode.slots))]
        + (mode.resets.map { [("resets", .strings($0.map(\.rawValue)))] } ?? []))
  }

  private static func output(_ reset: ChipReset) -> JSONOutput {
    .object(
      [("reset", .string(reset.rule.rawValue)), ("compartments", .int(reset.compartments))]
        + (reset.synapse.map { [("synapse", output($0))] } ?? []))
  }

  private static func output(_ type: CoreType) -> JSONOutput {
    .object([
      ("count", .int(type.count)), ("neurons", .int(type.neurons)), ("synapseMemoryBits", .int(type.synapseMemoryBits)),
    ])
  }
}
