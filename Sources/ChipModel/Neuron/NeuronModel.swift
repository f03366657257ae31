/// Which rule the neurons of a population follow, with the parameters that all of them share.
@dynamicMemberLookup
package struct NeuronModel: Sendable, Hashable {
  /// A neuron model without values of its parameters.
  package struct Kind: Sendable, Hashable, CustomStringConvertible {
    package let dynamics: any NeuronDynamics.Type

    init(_ dynamics: any NeuronDynamics.Type) { self.dynamics = dynamics }

    /// In the order of the reference page. Program files have the place in this list: new models go to its end.
    package static let all: [Kind] = [
      integrateFire, augmented, ternary, phase, bistable, leaky, accumulator, currentInput, signed,
      currentBased, spikeInput, phaseInput, eventInput, switching, integrator,
    ]

    /// Those that a population of a network file may have.
    package static let ofNetworks = all.filter { !$0.traits.isInput }

    package init?(named name: String) {
      guard let kind = Kind.ofNetworks.first(where: { $0.name == name }) else { return nil }
      self = kind
    }

    package var name: String { dynamics.name }
    package var description: String { name }
    package var traits: NeuronTraits { dynamics.traits }

    /// What a network file may say of it, in the order of writing.
    package var parameters: [Parameter] { (traits.isPeriodic ? [.period] : []) + dynamics.parameters }

    package func takes<Value>(_ key: ParameterKey<Value>) -> Bool {
      parameters.contains { $0.key == key.parameter.key }
    }

    /// Those of all models, each once.
    package static let parameters = ofNetworks.flatMap(\.parameters).reduce(into: [Parameter]()) { known, parameter in
      if !known.contains(where: { $0.key == parameter.key }) { known.append(parameter) }
    }

    package static func == (a: Kind, b: Kind) -> Bool { a.dynamics == b.dynamics }
    package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(dynamics)) }
  }

  package var kind: Kind
  /// Values of the kind's own parameters.
  package var parameters: ParameterValues
  /// Whether the negative threshold exists; always true of models that have one in any case.
  package var hasNegativeThreshold: Bool
  /// Phases a period, 1...16; nil: no period code. An accumulator fed by a period code has its period.
  package var codePeriod: Int?

  /// - Parameter period: of the code; nil: that of the parameters.
  package init(
    kind: Kind, parameters: ParameterValues = ParameterValues(), hasNegativeThreshold: Bool = false, period: Int? = nil
  ) {
    self.kind = kind
    self.hasNegativeThreshold = hasNegativeThreshold || kind.traits.negativeThreshold == .upToZero
    codePeriod = period ?? parameters[.period]
    self.parameters = parameters
    self.parameters[.period] = nil
  }

  /// The stored value that means an infinite threshold (the neuron never fires). Finite thresholds are smaller.
  package static let infinite = Int32.max

  package var name: String { kind.name }

  package subscript<Answer>(dynamicMember trait: KeyPath<NeuronTraits, Answer>) -> Answer { kind.traits[keyPath: trait] }

  /// A parameter's value; nil: not given.
  package subscript<Value>(key: ParameterKey<Value>) -> Value? {
    get { parameters[key] }
    set { parameters[key] = newValue }
  }

  /// Phases a period; 1 without a period code.
  package var period: Int { codePeriod ?? 1 }

  /// Low bits that a period code adds to the potential: its unit is `2^-K` of the population's.
  package var codeBits: Int { codePeriod ?? 0 }

  /// Whether a spike takes all of the potential instead of the threshold.
  package var hardReset: Bool { self[.reset] == .hard }

  /// Whether a lag may part its adding from its firing.
  package var takesLag: Bool { kind.traits.takesLag && (!hardReset || kind.traits.isPeriodic) }

  /// Whether it fires at `v >= P + 1` (IC-SNN).
  package var strict: Bool { self[.strict] ?? false }

  /// Bound of a payload's magnitude; nil = unbounded, or no payloads.
  package var maximumPayload: Int32? {
    kind.traits.largestPayload ?? self[.maximumPayload].map { Int32(clamping: $0) }
  }
}
