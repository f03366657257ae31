import ChipModel
import Foundation

extension NIRNode {
  /// Types of neurons, with the names of their parameters.
  fileprivate static let neurons: [String: [String]] = [
    "I": ["r"], "IF": ["r", "v_threshold", "v_reset"], "LI": ["tau", "r", "v_leak"],
    "LIF": ["tau", "r", "v_leak", "v_threshold", "v_reset"],
    "CubaLI": ["tau_syn", "tau_mem", "r", "v_leak", "w_in"],
    "CubaLIF": ["tau_syn", "tau_mem", "r", "v_leak", "v_threshold", "v_reset", "w_in"], "Threshold": ["threshold"],
  ]

  var isNeuron: Bool { NIRNode.neurons[type] != nil }

  /// Shape of the parameter with the most values.
  var largestParameter: (shape: [Int], count: Int) {
    var largest: (shape: [Int], count: Int) = ([], 1)
    for key in NIRNode.neurons[type] ?? [] {
      guard let tensor = try? tensor(key), tensor.count > largest.count else { continue }
      largest = (tensor.shape, tensor.count)
    }
    return largest
  }

  /// Whether values of a shape fill another, an axis of 1 all along.
  static func broadcasts(_ shape: [Int], to map: [Int]) -> Bool {
    shape.count == map.count && zip(shape, map).allSatisfy { $0 == 1 || $0 == $1 }
  }

  /// A parameter's value for each element of a shape.
  func values(_ key: String, _ shape: [Int]) throws(ImportError) -> [Double] {
    let tensor = try tensor(key)
    let (values, count) = (tensor.doubles, shape.reduce(1, *))
    if values.count == 1 { return [Double](repeating: values[0], count: count) }
    if values.count == count { return values }
    guard NIRNode.broadcasts(tensor.shape, to: shape) else {
      throw misuse(
        "has '\(key)' of shape \(shapeText(tensor.shape)) for \(shapeText(shape)) neurons",
        "give one value, or one for each neuron")
    }
    return (0..<count).map { element in
      var (rest, index, step) = (element, 0, 1)
      for axis in shape.indices.reversed() {
        if tensor.shape[axis] > 1 { index += rest % shape[axis] * step }
        rest /= shape[axis]
        step *= tensor.shape[axis]
      }
      return values[index]
    }
  }

  /// The node with the parameters of some channels alone.
  func part(_ channels: [Int], of shape: [Int], named name: String) throws(ImportError) -> NIRNode {
    let plane = shape.dropFirst().reduce(1, *)
    var own: [(name: String, object: HDF5Object)] = []
    for member in members {
      guard NIRNode.neurons[type]?.contains(member.name) == true, case .numbers = member.object else {
        own.append(member)
        continue
      }
      let values = try values(member.name, shape)
      let picked = channels.flatMap { values[($0 * plane)..<(($0 + 1) * plane)] }
      guard let tensor = Tensor(shape: [channels.count] + shape.dropFirst(), storage: .float64(picked)) else {
        continue
      }
      own.append((member.name, .numbers(tensor)))
    }
    return NIRNode(name: name, type: type, members: own)
  }

  /// Factors as linear maps have them: none, one a channel, or one an element.
  static func shortest(_ factors: [Double], _ shape: [Int]) -> [Double] {
    if factors.allSatisfy({ $0 == 1 }) { return [] }
    return BiasField.channels(factors, shape) ?? factors
  }
}

extension Values {
  /// One number where all are equal.
  static func shortest(_ values: [Double]) -> Values {
    guard let first = values.first, values.allSatisfy({ $0 == first }) else { return .list(values) }
    return .uniform(first)
  }
}

extension NIRImporter {
  /// The neurons of a node, and what they add in a step, potentials and synaptic currents apart: in the units of the
  /// file.
  mutating func neurons(
    of node: NIRNode, _ sum: NIRSignal, _ context: MergeContext
  ) throws(ImportError) -> (neuron: NetworkNeuron, sum: NIRSignal, current: BiasField) {
    let shape = sum.shape
    let hasCurrent = node.type.hasPrefix("Cuba")
    let tau = hasCurrent ? "tau_mem" : "tau"
    var neuron = NetworkNeuron(model: .currentBased)
    var gain = [Double](repeating: 1, count: sum.count)
    var leak: [Double]?
    var sum = sum
    var keepsCurrent = false
    func multiply(_ factors: [Double]) { for index in gain.indices { gain[index] *= factors[index] } }

    switch node.type {
    case "I", "IF":
      multiply(try perStep(node, "r", shape))
      neuron.model = node.type == "I" ? .accumulator : .integrateFire
    case "Threshold":
      neuron[.voltageDecay] = 4096
    default:
      let share = try decay(node, tau, shape, key: .voltageDecay, &neuron)
      multiply(share)
      multiply(try told(node, "r", shape, rule: "factor of what arrives", key: "weights"))
      let rest = try told(node, "v_leak", shape, rule: "times the leak of a step", key: "bias")
      if rest.contains(where: { $0 != 0 }) { leak = zip(rest, share).map { $0 * $1 } }
      if hasCurrent {
        let current = try decay(node, "tau_syn", shape, key: .currentDecay, &neuron)
        // A current that stays takes what is added to it along.
        keepsCurrent = neuron[.currentDecay] ?? 4096 != 4096
        multiply(current)
        if node.has("w_in") { multiply(try told(node, "w_in", shape, rule: "factor of what arrives", key: "weights")) }
      }
    }
    guard gain.allSatisfy(\.isFinite) else {
      throw node.misuse("has factors that are too large", "write the graph again")
    }
    sum = try sum.mapped(by: .identity(shape, NIRNode.shortest(gain, shape)), node: context)
    var current = BiasField.none
    if keepsCurrent { swap(&current, &sum.bias) }
    if let leak { sum.bias = sum.bias.adding(BiasField.element(leak).collapsed(shape), shape: shape) }
    try setFiring(node, shape, &neuron)
    return (neuron, sum, current)
  }

  /// Threshold, reset and floor.
  private mutating func setFiring(_ node: NIRNode, _ shape: [Int], _ neuron: inout NetworkNeuron) throws(ImportError) {
    guard node.type != "I" else { return }
    guard node.type.hasSuffix("F") || node.type == "Threshold" else {
      neuron.threshold = .uniform(.infinity)
      neuron.spikeValue = .uniform(1)
      return
    }
    let threshold = try told(
      node, node.type == "Threshold" ? "threshold" : "v_threshold", shape, rule: "a spike above it", key: "threshold")
    guard threshold.allSatisfy({ $0 > 0 }) else {
      throw node.misuse("has a threshold of at most 0", "thresholds are above 0")
    }
    neuron.threshold = .shortest(threshold)
    neuron.spikeValue = .uniform(1)
    let reset = node.has("v_reset") ? try told(node, "v_reset", shape, rule: "left by a spike", key: "resetValue") : []
    let isSoft = settings.reset == .soft
    let hasResetValue = !isSoft && reset.contains { $0 != 0 }
    if neuron.model == .integrateFire {
      if settings[.multipleSpikes] == true {
        neuron.model = .augmented
      } else if hasResetValue {
        neuron.model = .currentBased
      } else {
        neuron[.strict] = true
      }
    } else if settings[.multipleSpikes] == true, node.type != "Threshold" {
      throw node.misuse("leaks and sends one spike per step", "leave out several spikes per step")
    }
    if neuron.model != .augmented { neuron[.reset] = isSoft && node.type != "Threshold" ? .soft : .hard }
    if hasResetValue { neuron.resetValue = .shortest(reset) }
    if let floor = settings[.lowestPotential] { neuron.floor = .uniform(floor) }
  }

  /// What a step leaves out, as a fraction of 1.
  private func shares(_ seconds: [Double]) -> [Double] {
    let (isExact, dt) = (settings.discretisation == .exact, settings.timeStep)
    return seconds.map { isExact ? -expm1(-dt / $0) : dt / $0 }
  }

  /// Of 4096.
  private static func decay(_ share: Double) -> Double { min(4096, (share * 4096).rounded(.toNearestOrEven)) }

  /// What a step leaves out of each channel's potential and current, of 4096; nil: without time constants, and where
  /// they differ within a channel.
  func decaysByChannel(_ node: NIRNode, _ shape: [Int]) throws(ImportError) -> [[Double]]? {
    let keys = (NIRNode.neurons[node.type] ?? []).filter { $0.hasPrefix("tau") }
    // One value for all neurons differs nowhere, and may stand for very many.
    var hasSeveral = false
    for key in keys where try node.tensor(key).count > 1 { hasSeveral = true }
    guard let channels = shape.first, channels > 0, hasSeveral else { return nil }
    let plane = shape.dropFirst().reduce(1, *)
    var kinds = [[Double]](repeating: [], count: channels)
    for key in keys {
      let decays = shares(try node.values(key, shape)).map(NIRImporter.decay)
      for channel in 0..<channels {
        let own = decays[(channel * plane)..<((channel + 1) * plane)]
        guard let first = own.first, own.allSatisfy({ $0 == first }) else { return nil }
        kinds[channel].append(first)
      }
    }
    return kinds
  }

  /// What a step leaves out of a potential or current with a time constant, by neuron; the population's decay is
  /// rounded to 12 bits.
  private mutating func decay(
    _ node: NIRNode, _ name: String, _ shape: [Int], key: ParameterKey<Int>, _ neuron: inout NetworkNeuron
  ) throws(ImportError) -> [Double] {
    let seconds = try node.values(name, shape)
    guard seconds.allSatisfy({ $0 > 0 }) else {
      throw node.misuse("has '\(name)' of at most 0 s", "time constants are above 0")
    }
    let isExact = settings.discretisation == .exact
    let shares = shares(seconds)
    // Time constants of 32-bit floats may be a little below the step that they were made of.
    guard shares.allSatisfy({ $0 <= 1.000001 }) else {
      throw .selection(
        what: "node '\(printable(node.name))' has '\(name)' \(numberText(seconds.min() ?? 0)) s, below a step",
        parameter: Parameter.timeStep.key, value: "at most that, or the exact discretisation")
    }
    let decays = shares.map(NIRImporter.decay)
    guard let decay = decays.first, decays.allSatisfy({ $0 == decay }) else {
      throw node.misuse(
        "has '\(name)' from \(numberText(seconds.min() ?? 0)) to \(numberText(seconds.max() ?? 0)) s",
        "a population has one, and a node becomes at most \(NIRPart.most), by channel: give each its own node"
      )
    }
    let errors = shares.map { abs(decay / 4096 - $0) / $0 }
    parameters.append(
      NIRParameter(
        node: node.name, type: node.type, name: name, lowest: seconds.min() ?? 0, highest: seconds.max() ?? 0,
        rule: isExact ? "1 - exp(-dt/tau), in 1/4096" : "dt/tau (Euler), in 1/4096", key: key.parameter.key,
        value: shares.min() ?? 0, stored: decay / 4096, error: errors.max() ?? 0))
    if decay == 0 {
      notes.append(
        "'\(printable(node.name))': a step of \(numberText(settings.timeStep)) s is too short for its \(name): "
          + "nothing decays"
      )
    }
    let share = Int(decay)
    neuron[key] = key.parameter.standard == .integer(share) ? nil : share
    return shares
  }

  /// The factor of a neuron that has no time constant: 1 is one a step, as Sinabs, snnTorch and Norse write it; else
  /// it is of a second, as SpikingJelly writes `1 / dt`.
  private mutating func perStep(_ node: NIRNode, _ name: String, _ shape: [Int]) throws(ImportError) -> [Double] {
    let isOfStep = try node.values(name, shape).allSatisfy { $0 == 1 }
    let dt = settings.timeStep
    return try told(
      node, name, shape, rule: isOfStep ? "1: one a step" : "times dt", key: "weights", isOfStep ? { $0 } : { $0 * dt })
  }

  /// A parameter's values, put into the report.
  private mutating func told(
    _ node: NIRNode, _ name: String, _ shape: [Int], rule: String, key: String, _ change: (Double) -> Double = { $0 }
  ) throws(ImportError) -> [Double] {
    let given = try node.values(name, shape)
    let values = given.map(change)
    parameters.append(
      NIRParameter(
        node: node.name, type: node.type, name: name, lowest: given.min() ?? 0, highest: given.max() ?? 0, rule: rule,
        key: key, value: values.min() ?? 0, stored: values.min() ?? 0))
    return values
  }
}
