import ChipModel

/// The limits of one core; nil = not published, so not checked.
public struct CoreLimits: Sendable, Equatable {
  public var neurons: Int?
  public var synapseBits: Int?
  public var inputAxons: Int?
  public var outputAxons: Int?
  var bitsPerSynapse: Int
  var sharesConvolutions: Bool

  init(_ chip: ChipDescription, weightBits: Int) {
    neurons = chip.neuronsPerCore
    synapseBits = chip.synapseMemoryBitsPerCore
    inputAxons = chip.inputAxonsPerCore
    outputAxons = chip.outputAxonsPerCore
    bitsPerSynapse = chip.bitsPerSynapse ?? weightBits
    sharesConvolutions = chip.sharedConvolutionWeights
  }
}

/// How much of each resource a core, or a part of one, uses.
public struct CoreLoad: Sendable, Equatable {
  public var neurons = 0
  public var synapseBits = 0
  public var inputAxons = 0
  public var outputAxons = 0
  public init() {}

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
      return BrokenLimit(kind: .synapseMemory, need: synapseBits, limit: limit)
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
  enum Kind: Sendable { case neurons, synapseMemory, inputAxons, outputAxons }
  var kind: Kind
  var need: Int
  var limit: Int

  var unit: String {
    switch kind {
    case .neurons: "neurons on one core"
    case .synapseMemory: "bits of synapse memory on one core for a single neuron"
    case .inputAxons: "input axons on one core for a single neuron"
    case .outputAxons: "output axons on one core for a single neuron"
    }
  }

  var noun: String {
    switch kind {
    case .neurons: "neurons"
    case .synapseMemory: "bits of synapse memory"
    case .inputAxons: "input axons"
    case .outputAxons: "output axons"
    }
  }

  var remedy: String {
    switch kind {
    case .neurons: "choose a chip with more neurons a core"
    case .synapseMemory: "use fewer --weight-bits, a smaller fan-in, or a chip with more synapse memory a core"
    case .inputAxons: "reduce the layer's input channels or kernel, or choose a chip with more input axons a core"
    case .outputAxons: "reduce the sizes of the layers it feeds, or choose a chip with more output axons or larger cores"
    }
  }
}
