import ChipModel

/// A chip description for people: a line in the list, or a page with every constant, its source and its certainty.
struct ChipText: Sendable {
  let chip: ChipDescription
  let style: TextStyle

  // MARK: List

  /// One row and one title line for each chip.
  static func list(_ chips: [ChipDescription], _ style: TextStyle) -> String {
    let table = Table(
      chips,
      [
        .text("chip") { .text($0.name + ($0.name == ChipLibrary.defaultName ? " *" : "")) },
        .number("chips") { .count($0.chips, else: "-") }, .number("cores each") { .count($0.coresPerChip, else: "-") },
        .number("neurons each") { .count($0.neuronsPerCore, else: "-") },
        .number("weights") { "\($0.defaultWeightBits) bits" }, .number("membranes") { "\($0.membraneBits) bits" },
        .number("energies") { chip in
          chip.knownEnergies == 0 ? "none" : "\(chip.knownEnergies) of \(ChipAction.allCases.count)"
        },
      ])
    let lines = table.render(style).split(separator: "\n").map(String.init)
    var text = (lines.first ?? "") + "\n"
    for (row, chip) in zip(lines.dropFirst(), chips) {
      text += row + "\n" + TextLayout.paragraph(ErrorText.escaped(chip.title), indent: 4, width: style.width)
    }
    return text + "\n"
      + TextLayout.paragraph(
        "* default of 'compile'. -: not limited, or not published. energies: actions whose energy is known. "
          + "'nmsim chips CHIP' has every constant with its source.", width: style.width)
  }

  /// A row of the list as JSON.
  static func summary(_ chip: ChipDescription) -> JSONOutput {
    func int(_ value: Int?) -> JSONOutput { value.map { .int($0) } ?? .null }
    return .object([
      ("name", .string(chip.name)), ("title", .string(chip.title)), ("chips", int(chip.chips)),
      ("coresPerChip", int(chip.coresPerChip)), ("neuronsPerCore", int(chip.neuronsPerCore)),
      ("weightBits", .int(chip.weightBits)), ("defaultWeightBits", .int(chip.defaultWeightBits)),
      ("membraneBits", .int(chip.membraneBits)), ("knownEnergies", .int(chip.knownEnergies)),
      ("energies", .int(ChipAction.allCases.count)),
    ])
  }

  // MARK: Page

  /// Every constant with unit, certainty and source; unknown ones are named.
  var page: String {
    var facts = FactList()
    facts.add("chip", chip.name)
    facts.add("title", chip.title)
    if !chip.lineage.isEmpty { facts.add("extends", chip.lineage.joined(separator: ", ")) }
    for note in chip.notes { facts.add("note", note) }
    var sources: [String] = []
    var parts = [facts.render(style)]
    for section in sections {
      var table = Table([.text(section.title), .number("value"), .text("certainty"), .text("source")])
      for item in section.items {
        var cells: [Table.Cell] = [.text(item.key), .text(item.value)]
        if let (source, certainty) = item.provenance {
          let number = sources.firstIndex(of: source) ?? sources.count
          if number == sources.count { sources.append(source) }
          cells += [.text(certainty.rawValue), .text("[\(number + 1)]")]
        }
        table.add(cells)
      }
      parts.append(table.render(style))
    }
    parts.append(
      TextLayout.paragraph(
        "An unknown limit is not checked. An unknown energy or time is listed as missing, never taken as zero.",
        width: style.width))
    if !sources.isEmpty {
      let list = sources.enumerated().map { (term: "[\($0 + 1)]", text: ErrorText.escaped($1)) }
      parts.append(style.bold("sources") + "\n" + TextLayout.list(list, column: 8, width: style.width))
    }
    return parts.joined(separator: "\n")
  }

  private struct Item {
    var key: String
    var value: String
    var provenance: (String, Certainty)?
  }

  private func item<Value>(_ key: String, _ constant: Sourced<Value>?, _ text: (Value) -> String) -> Item {
    Item(
      key: key, value: constant.map { text($0.value) } ?? "unknown",
      provenance: constant.map { ($0.source, $0.certainty) })
  }

  /// One line for each member of a constant that has several; none where it is unknown: few chips have such parts.
  private func parts<Value>(
    _ key: String, _ constant: Sourced<Value>?, _ members: (Value) -> [(name: String, text: String)]
  ) -> [Item] {
    guard let constant else { return [] }
    return members(constant.value).map { member in
      Item(key: "\(key).\(member.name)", value: member.text, provenance: (constant.source, constant.certainty))
    }
  }

  private var sections: [(title: String, items: [Item])] {
    let models = item("neuronModels", chip.neuronModels) { $0.joined(separator: " ") }
    var datapath = constants(.datapath)
    datapath.append(chip.neuronModels == nil ? Item(key: "neuronModels", value: "all (default)") : models)
    datapath += parts("resets", chip.resets) { resets in
      resets.flatMap { reset in
        [(reset.rule.rawValue, NumberFormat.count(reset.compartments, of: "compartment"))]
          + (reset.synapse.map {
            [("synapse", "\($0.mantissaBits) bits x 2^\($0.exponents.lowerBound) to 2^\($0.exponents.upperBound)")]
          } ?? [])
      }
    }
    var limits = constants(.limits)
    limits += parts("crossbar", chip.crossbar) {
      [("axons", "\($0.axons)"), ("axonTypes", "\($0.axonTypes)"), ("binary", $0.binary ? "yes" : "no")]
    }
    limits += parts("convolutionCore", chip.convolutionCore) { core in
      return [
        ("maximumKernel", "\(core.maximumKernel)"), ("strides", Self.list(core.strides)),
        ("maximumPadding", "\(core.maximumPadding)"), ("poolSizes", Self.list(core.poolSizes)),
        ("maximumChannels", NumberFormat.count(core.maximumChannels)),
        ("maximumInputSide", "\(core.maximumInputSide)"), ("maximumOutputSide", "\(core.maximumOutputSide)"),
        ("fanOutLayers", "\(core.fanOutLayers)"),
      ]
    }
    for (index, type) in (chip.coreTypes?.value ?? []).enumerated() {
      limits += parts("coreTypes[\(index)]", chip.coreTypes) { _ in
        [
          ("count", NumberFormat.count(type.count, of: "core")),
          ("neurons", NumberFormat.count(type.neurons, of: "neuron")),
          ("memory", NumberFormat.count(type.synapseMemoryBits, of: "bit")),
        ]
      }
    }
    limits += parts("synapseLists", chip.synapseLists) { lists in
      return [
        ("weightBits", Self.list(lists.weightBits)), ("indexBits", Self.list(lists.indexBits)), ("headerBits", "\(lists.headerBits)"),
        ("length", "\(lists.length)"), ("wordBits", "\(lists.wordBits)"), ("baseRange", "\(lists.baseRange)"),
      ]
    }
    limits += parts("axonModes", chip.axonModes) { modes in
      modes.flatMap { mode in
        [(mode.name, "\(NumberFormat.count(mode.atoms, of: "channel")), \(NumberFormat.count(mode.slots, of: "slot"))")]
          + (mode.resets.map { [("\(mode.name).resets", $0.map(\.rawValue).joined(separator: " "))] } ?? [])
      }
    }
    var time = constants(.time) + costs(chip.time, .time)
    time.append(item("tick", chip.tickSeconds) { Quantity.time.text($0) })
    if let steps = chip.barrier?.value, !steps.isEmpty {
      for step in steps {
        time.append(
          item("barrier, \(NumberFormat.count(step.tiles, of: "tile"))", chip.barrier) { _ in
            Quantity.time.text(step.seconds)
          })
      }
    } else {
      time.append(item("barrier", chip.barrier) { _ in "none" })
    }
    let energy = constants(.energy) + costs(chip.energy, .energy)
      + parts("memory", chip.memoryEnergy) { memory in
        [("bits", "\(memory.bits)")]
          + memory.sizes.map { (NumberFormat.count($0.bytes, of: "byte"), Quantity.energy.text($0.joules)) }
      }
    return [
      ("datapath", datapath), ("limits", limits), ("mesh", constants(.mesh)), ("energy", energy),
      ("time", time),
      ("power", StaticPower.allCases.map { key in item(key.rawValue, chip.power[key]) { Quantity.power.text($0) } }),
    ]
  }

  private static func list(_ values: [Int]) -> String { values.map { "\($0)" }.joined(separator: " ") }

  private func constants(_ section: ChipSection) -> [Item] {
    let numbers = ChipNumber.allCases.filter { $0.section == section }.map { key in
      var result = item(key.rawValue, chip.numbers[key]) { NumberFormat.count($0, of: key.row.unit) }
      if chip.numbers[key] == nil {
        switch key.row.absent {
        case .standard(let value): result.value = NumberFormat.count(value, of: key.row.unit) + " (default)"
        case .described(let text) where text.hasPrefix("as "): result.value = text
        case .described, .refused: break
        }
      }
      return result
    }
    let rules = ChipRule.allCases.filter { $0.section == section }.map { key in
      var result = item(key.rawValue, chip.rules[key]) { $0 ? "yes" : "no" }
      if chip.rules[key] == nil { result.value = "no (default)" }
      return result
    }
    return numbers + rules
  }

  private func costs(_ table: CostTable, _ dimension: Quantity) -> [Item] {
    ChipAction.allCases.map { action in
      guard let cost = table[action] else {
        let fallback = table.cost(of: action) == nil ? nil : action.fallback
        return Item(key: action.rawValue, value: fallback.map { "as \($0.rawValue)" } ?? "unknown")
      }
      let value =
        switch cost {
        case .known(let constant): dimension.text(constant.value)
        case .included(let target): "in \(target.value.rawValue)"
        case .access(let access):
          "\(access.value.times) x memory of \(access.value.memory.rawValue)"
        }
      return Item(key: action.rawValue, value: value, provenance: (cost.source, cost.certainty))
    }
  }
}

extension ChipDescription {
  /// Actions whose energy is known, included in another or their fallback's.
  var knownEnergies: Int { ChipAction.allCases.count { energy.cost(of: $0) != nil } }
}
