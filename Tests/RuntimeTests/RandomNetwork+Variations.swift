@testable import ChipModel
@testable import Compiler

/// What networks may have beside what `Builder` draws, drawn apart so that its draws stay.
extension RandomNetwork {
  /// - Parameter code: of the network's spikes.
  mutating func vary(seed: UInt64, period: Int?) {
    var dice = Dice(seed: seed &* 31 &+ 0x5EED)
    let switches = network.populations.contains { $0.neuron.model.traits.code == .switches }
    if dice.chance(0.35), !switches { codeInput(period: period, &dice) }
    let isPlain = network.lag == 0 && network.schedule != .separated && options.lag ?? 0 == 0 && options.schedule != .separated
    for index in network.populations.indices { varyNeuron(index, mayLeak: isPlain, &dice) }
    if dice.chance(0.25) {
      let bits = options.weightBits ?? 8
      chip.numbers[.weightBits] = .assumed(bits, "test")
      chip.numbers[.defaultWeightBits] = nil
      chip.numbers[.accumulatorBits] = .assumed(bits + dice.integer(0...6), "test")
      chip.registers[.accumulatorOverflow] = .assumed(dice.pick([.saturate, .wrap]), "test")
    }
    if dice.chance(0.4) { chip.registers[.currentOverflow] = .assumed(.wrap, "test") }
    if dice.chance(0.25) { chip.numbers[.fanInPerNeuron] = .assumed(dice.integer(6...60), "test") }
    if dice.chance(0.15) { chip.numbers[.destinationsPerNeuron] = .assumed(dice.integer(1...3), "test") }
    if dice.chance(0.3) {
      // Neurons that send no payload, so that partial sums count to a threshold.
      chip.neuronModels = .assumed(ChipDescription.allNeuronModels.filter { $0 != NeuronModel.Kind.augmented.name }, "test")
    }
    if chip.crossbar != nil, dice.chance(0.5) { mixWeights(&dice) }
    if isPlain, period == nil, chip.crossbar == nil, chip.convolutionCore == nil, dice.chance(0.3) { feedBack(&dice) }
    var others = Dice(seed: seed &* 17 &+ 0xE5E7)
    if chip.crossbar == nil, chip.convolutionCore == nil, others.chance(0.3) { resetBySynapses() }
  }

  /// A chip that makes soft resets of synapses, which takes neurons without a leak.
  private mutating func resetBySynapses() {
    let leaks = network.populations.contains { $0.neuron.model.traits.leaks && $0.neuron[.reset] != .hard }
    if leaks { return }
    let synapse = MantissaExponent(mantissaBits: 8, exponents: 0...22)
    chip.resets = .assumed([ChipReset(.hard), ChipReset(.soft, compartments: 2, synapse: synapse)], "test")
  }

  /// Projections from neurons to themselves and to those before them.
  private mutating func feedBack(_ dice: inout Dice) {
    for number in 0...dice.integer(0...1) {
      let to = dice.integer(0...(network.populations.count - 1))
      let from = dice.integer(to...(network.populations.count - 1))
      let (source, target) = (network.populations[from], network.populations[to])
      let isInteger = network.projections.contains {
        if $0.to == target.name, case .inline(let tensor) = $0.weights { tensor.integers != nil } else { false }
      }
      let shape = [target.shape.reduce(1, *), source.shape.reduce(1, *)]
      let values = (0..<(shape[0] * shape[1])).map { _ in dice.chance(0.3) ? 0 : dice.real(-1...1) }
      let storage: Tensor.Storage = isInteger ? .int8(values.map { Int8(($0 * 1.4).rounded()) }) : .float64(values)
      guard let weights = Tensor(shape: shape, storage: storage) else { continue }
      network.projections.append(
        NetworkProjection(
          name: "back \(number)", from: source.name, to: target.name, kind: .dense, weights: .inline(weights),
          delay: dice.chance(0.2) ? dice.integer(1...6) : nil))
      // Neurons that send counts, and max pools on the way, take no feedback.
      if (try? network.checked()) == nil { network.projections.removeLast() }
    }
  }

  /// Weights that do not go by their source, so that an axon has several.
  private mutating func mixWeights(_ dice: inout Dice) {
    for index in network.projections.indices {
      guard case .inline(let tensor) = network.projections[index].weights, var values = tensor.integers else { continue }
      for place in values.indices.dropFirst() { values.swapAt(place, dice.integer(0...place)) }
      network.projections[index].weights = Tensor(shape: tensor.shape, storage: .int32(values)).map { .inline($0) }
    }
  }

  private mutating func codeInput(period: Int?, _ dice: inout Dice) {
    let coding: InputCoding = period == nil ? dice.pick([.bernoulli, .rate, .latency, .events]) : .phase
    network.input.kind = .spikes
    network.input.coding = coding
    if coding == .bernoulli { network.input.seed = dice.integer(0...5) }
    for index in network.projections.indices where network.projections[index].from == nil {
      // What is drawn otherwise stays as it is.
      if (steps + index) % 5 == 0 { network.projections[index].delay = (3 * steps + index) % 8 }
    }
    guard coding == .events else { return }
    network.input.range = InputRange(low: -3, high: 3)
    samples = samples.map { sample in
      (0..<steps).flatMap { _ in sample.map { _ in dice.chance(0.7) ? 0 : Double(dice.integer(-3...3)) } }
    }
  }

  private mutating func varyNeuron(_ index: Int, mayLeak: Bool, _ dice: inout Dice) {
    let model = network.populations[index].neuron.model
    let isInteger = network.projections.contains {
      if $0.to == network.populations[index].name, case .inline(let tensor) = $0.weights { tensor.integers != nil } else { false }
    }
    func value(_ range: ClosedRange<Double>) -> Double { isInteger ? (dice.real(range) * 20).rounded() : dice.real(range) }
    if model == .integrateFire, mayLeak, dice.chance(0.25) {
      var neuron = network.populations[index].neuron
      neuron.model = .currentBased
      neuron[.strict] = nil
      if dice.chance(0.8) { neuron[.currentDecay] = dice.integer(0...4096) }
      if dice.chance(0.8) { neuron[.voltageDecay] = dice.integer(0...4096) }
      if dice.chance(0.5) { neuron[.refractory] = dice.integer(0...4) }
      if dice.chance(0.4) { neuron.resetValue = .uniform(value(-0.5...0.5)) }
      network.populations[index].neuron = neuron
    }
    if network.populations[index].neuron.model.traits.takesFloor, dice.chance(0.2) {
      network.populations[index].neuron.floor = .uniform(value(-0.6...0))
    }
  }
}
