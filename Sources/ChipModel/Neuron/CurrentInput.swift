/// No neurons: the input as a current that the host computes once a sample (``InputEncoder``) and that acts in every step.
enum CurrentInput {
  static let traits = NeuronTraits(code: .none, reset: .none, potentials: 0, isInput: true, isHostCurrent: true)
}
