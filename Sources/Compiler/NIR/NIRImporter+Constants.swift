import ChipModel

/// What neurons get in every step.
extension NIRImporter {
  /// A synaptic current takes spikes alone: what it is to get in every step comes from a neuron that fires in every
  /// step.
  mutating func addConstant(_ values: [Double], to name: String, _ names: [String], _ network: inout Network) {
    guard values.contains(where: { $0 != 0 }) else { return }
    let source =
      SpikingDraft.populationNames(network.populations.map(\.name) + names + ["\(name).constant"]).last ?? "constant"
    network.populations.append(
      NetworkPopulation(
        name: source, shape: [1], neuron: NetworkNeuron(model: .integrateFire, threshold: .uniform(1)),
        bias: .uniform(1)))
    let weights = AnalogConnection(
      source: .input, kind: .dense, weights: values.map { Float($0) }, weightShape: [values.count, 1])
    network.projections.append(network.projection(source, weights, from: source, to: name))
    notes.append(
      "'\(printable(name))' has a bias in its synaptic current: '\(printable(source))', a neuron that fires in "
        + "every step, brings it")
  }

  /// Under the continuous schedule a bias acts from the first tick on, also where the first step comes later: the
  /// initial potential takes back what it does until then, where that is not too large.
  mutating func startLate(_ biases: [Double], _ index: Int, _ ticks: Int, _ network: inout Network) {
    guard ticks > 0 else { return }
    let (name, neuron) = (network.populations[index].name, network.populations[index].neuron)
    let keeps = 1 - Double(neuron[.voltageDecay] ?? 0) / 4096
    let least: Double =
      switch neuron.threshold {
      case .uniform(let value): value
      case .list(let values): values.min() ?? .infinity
      case .tensor(let tensor): network.tensors[tensor]?.doubles.min() ?? .infinity
      case nil: .infinity
      }
    var initial: [Double] = []
    for bias in biases {
      guard let potential = Network.potential(before: ticks, bias: bias, keeps: keeps),
        neuron.floor == nil || bias <= 0, potential.between <= least
      else {
        notes.append("the bias of '\(printable(name))' acts \(ticks) steps before the first spikes arrive")
        return
      }
      initial.append(potential.first)
    }
    network.populations[index].neuron.initial = network.stored(.shortest(initial), "\(name).initial")
  }
}
