/// No neurons: the input as a current that the host computes once a sample (``InputEncoder``) and that acts in every step.
struct CurrentInput: InputDynamics {
  static let name = "current"
  static let rule = "the network's input: a constant current"
  static let traits = NeuronTraits(
    code: .none, reset: .none, potentials: 0, isInput: true, isHostCurrent: true, hasKernel: true)
}

extension NeuronModel.Kind {
  package static let currentInput = Self(CurrentInput.self)
}
