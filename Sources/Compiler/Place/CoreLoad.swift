import ChipModel

/// An amount of each resource that a core has.
package struct CoreResources<Amount: Sendable & Equatable>: Sendable, Equatable {
  package var neurons: Amount
  package var synapseBits: Amount
  package var inputAxons: Amount
  package var outputAxons: Amount
  /// Ticks of the longest delay into it.
  package var delay: Amount

  /// Nil: no resource of a core.
  package subscript(resource: ChipResource) -> Amount? {
    switch resource {
    case .neurons: neurons
    case .synapseMemory: synapseBits
    case .inputAxons: inputAxons
    case .outputAxons: outputAxons
    case .delay: delay
    default: nil
    }
  }
}

/// The limits of one core; nil = not published, so not checked.
@dynamicMemberLookup
package struct CoreLimits: Sendable, Equatable {
  var amounts: CoreResources<Int?>
  /// A synapse takes so many bits whatever the width of its weight.
  var hasFixedSynapses: Bool
  var memory: CoreMemory
  private let delayedSums: Int?

  init(_ chip: ChipDescription, weightBits: Int) {
    func limit(_ resource: ChipResource) -> Int? { resource.limit(of: chip) }
    amounts = CoreResources(
      neurons: limit(.neurons), synapseBits: limit(.synapseMemory), inputAxons: limit(.inputAxons),
      outputAxons: limit(.outputAxons), delay: limit(.delay))
    hasFixedSynapses = chip.bitsPerSynapse != nil
    memory = CoreMemory(chip, weightBits: weightBits)
    delayedSums = chip.value(.delayedSumsPerCore)
  }

  /// The limits of the core at a place, where cores differ.
  init(_ chip: ChipDescription, weightBits: Int, place: Int) {
    self.init(chip, weightBits: weightBits)
    guard let type = chip.coreType(at: place) else { return }
    amounts.neurons = min(self.neurons ?? type.neurons, type.neurons)
    amounts.synapseBits = min(self.synapseBits ?? type.synapseMemoryBits, type.synapseMemoryBits)
  }

  /// Fewer neurons where their sums for later ticks are more each: those of the longest delay, in powers of two.
  func limited(by delay: Int) -> CoreLimits {
    guard let delayedSums else { return self }
    var limits = self
    let most = delayedSums / CoreMemory.powerOfTwo(max(1, delay))
    limits.amounts.neurons = min(amounts.neurons ?? most, most)
    return limits
  }

  package subscript(dynamicMember path: KeyPath<CoreResources<Int?>, Int?>) -> Int? { amounts[keyPath: path] }

  /// Nil: not limited, or no resource of a core.
  package subscript(resource: ChipResource) -> Int? { amounts[resource] ?? nil }
}

/// How much of each resource a core, or a part of one, uses.
package typealias CoreLoad = CoreResources<Int>

extension CoreLoad {
  package init() { self.init(neurons: 0, synapseBits: 0, inputAxons: 0, outputAxons: 0, delay: 0) }

  static func + (a: CoreLoad, b: CoreLoad) -> CoreLoad {
    CoreLoad(
      neurons: a.neurons + b.neurons, synapseBits: a.synapseBits + b.synapseBits, inputAxons: a.inputAxons + b.inputAxons,
      outputAxons: a.outputAxons + b.outputAxons, delay: max(a.delay, b.delay))
  }

  /// The first limit that this load breaks.
  func broken(_ limits: CoreLimits) -> BrokenLimit? {
    let limits = limits.limited(by: delay)
    if let limit = limits.neurons, neurons > limit { return BrokenLimit(kind: .neurons, need: neurons, limit: limit) }
    if let limit = limits.synapseBits, synapseBits > limit {
      return BrokenLimit(
        kind: .synapseMemory, need: synapseBits, limit: limit,
        knob: limits.hasFixedSynapses ? nil : ChipResource.synapseMemory.knob)
    }
    if let limit = limits.inputAxons, inputAxons > limit {
      return BrokenLimit(kind: .inputAxons, need: inputAxons, limit: limit)
    }
    if let limit = limits.outputAxons, outputAxons > limit {
      return BrokenLimit(kind: .outputAxons, need: outputAxons, limit: limit)
    }
    return nil
  }
}

/// A limit, and how much of it is needed at least.
struct BrokenLimit: Sendable {
  /// A resource of a core.
  var kind: ChipResource
  var need: Int
  var limit: Int
  /// Key of the parameter that uses less on the same chip.
  var knob: String?

  var what: String {
    kind == .neurons ? "neurons on one core" : "\(noun) on one core for a single neuron"
  }

  var noun: String { kind == .synapseMemory ? "bits of synapse memory" : kind.rawValue }

  var remedy: String {
    let examples = kind.examples(with: need)
    return switch kind {
    case .synapseMemory:
      "use a smaller fan-in, or a chip with more synapse memory a core\(examples)"
    case .inputAxons:
      "reduce the layer's input channels or kernel, or choose a chip with more input axons a core\(examples)"
    case .outputAxons:
      "reduce the sizes of the layers it feeds, or choose a chip with more output axons or larger cores\(examples)"
    default: "choose a chip with more neurons a core\(examples)"
    }
  }
}
