import ChipModel

/// The limits of one core; nil = not published, so not checked.
package struct CoreLimits: Sendable, Equatable {
  package var neurons: Int?
  package var synapseBits: Int?
  package var inputAxons: Int?
  package var outputAxons: Int?
  var bitsPerSynapse: Int
  /// A synapse takes so many bits whatever the width of its weight.
  var hasFixedSynapses: Bool
  var sharesConvolutions: Bool

  init(_ chip: ChipDescription, weightBits: Int) {
    neurons = ChipResource.neurons.limit(of: chip)
    synapseBits = ChipResource.synapseMemory.limit(of: chip)
    inputAxons = ChipResource.inputAxons.limit(of: chip)
    outputAxons = ChipResource.outputAxons.limit(of: chip)
    bitsPerSynapse = chip.bitsPerSynapse ?? weightBits
    hasFixedSynapses = chip.bitsPerSynapse != nil
    sharesConvolutions = chip.sharedConvolutionWeights
  }

  /// The limits of the core at a place, where cores differ.
  init(_ chip: ChipDescription, weightBits: Int, place: Int) {
    self.init(chip, weightBits: weightBits)
    guard let type = chip.coreType(at: place) else { return }
    neurons = min(neurons ?? type.neurons, type.neurons)
    synapseBits = min(synapseBits ?? type.synapseMemoryBits, type.synapseMemoryBits)
  }
}

/// How much of each resource a core, or a part of one, uses.
package struct CoreLoad: Sendable, Equatable {
  package var neurons = 0
  package var synapseBits = 0
  package var inputAxons = 0
  package var outputAxons = 0
  package init() {}

  static func + (a: CoreLoad, b: CoreLoad) -> CoreLoad {
    var sum = a
    sum.neurons += b.neurons
    sum.synapseBits += b.synapseBits
    sum.inputAxons += b.inputAxons
    sum.outputAxons += b.outputAxons
    return sum
  }

  /// The first limit that this load breaks.
  func broken(_ limits: CoreLimits) -> BrokenLimit? {
    if let limit = limits.neurons, neurons > limit { return BrokenLimit(kind: .neurons, need: neurons, limit: limit) }
    if let limit = limits.synapseBits, synapseBits > limit {
      return BrokenLimit(
        kind: .synapseMemory, need: synapseBits, limit: limit, hasKnob: !limits.hasFixedSynapses)
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
  /// Whether an option of the compiler uses less.
  var hasKnob = true

  var what: String {
    kind == .neurons ? "neurons on one core" : "\(noun) on one core for a single neuron"
  }

  var noun: String { kind == .synapseMemory ? "bits of synapse memory" : kind.rawValue }

  var remedy: String {
    let examples = kind.examples(with: need)
    return switch kind {
    case .synapseMemory:
      (hasKnob ? "use fewer --weight-bits, a smaller fan-in" : "use a smaller fan-in")
        + ", or a chip with more synapse memory a core\(examples)"
    case .inputAxons:
      "reduce the layer's input channels or kernel, or choose a chip with more input axons a core\(examples)"
    case .outputAxons:
      "reduce the sizes of the layers it feeds, or choose a chip with more output axons or larger cores\(examples)"
    default: "choose a chip with more neurons a core\(examples)"
    }
  }
}

extension Synapses {
  /// Weights that a core stores for a box of the target: once per channel where the core shares a convolution's weights,
  /// else once per synapse. Those of a projection from the input stay on the host and are no core's.
  func stored(in box: Box, _ fanIn: FanIn, sharesConvolutions: Bool) -> Int {
    guard sharesConvolutions || kind == .dense else { return fanIn.synapses }
    return weightsPerRow * (kind == .dense ? box.count : box.channels.count)
  }
}
