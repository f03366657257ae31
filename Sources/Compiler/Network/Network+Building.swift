import ChipModel

// A network that a program writes down. Whether its parts fit together is checked when it is compiled.

extension Network {
  /// A network without populations.
  /// - Parameters:
  ///   - name: for results.
  ///   - inputShape: of a sample, `[C, H, W]` or `[N]`. Its values act as constant currents.
  ///   - preprocessing: how raw samples become input values.
  public init(_ name: String, inputShape: [Int], preprocessing: Preprocessing = .identity) {
    self.init(
      name: name, input: NetworkInput(shape: inputShape, preprocessing: preprocessing), populations: [], projections: [],
      output: NetworkOutput(population: ""))
  }

  /// Shape of a sample, `[C, H, W]` or `[N]`.
  public var inputShape: [Int] { input.shape }

  /// The names of the populations, in their order.
  public var populationNames: [String] { populations.map(\.name) }

  /// How it was made, as `key: value` lines.
  public var history: [String] { provenance.map { "\($0.key): \($0.value.text)" } }

  /// Adds neurons. Those that are added last are the output.
  /// - Parameters:
  ///   - name: unique in the network; not `input`.
  ///   - shape: `[C, H, W]` or `[N]`.
  ///   - neuron: what each of them is.
  ///   - bias: added in every step, ANN units: one value for all, one a channel, one a neuron, or none.
  public mutating func addPopulation(_ name: String, shape: [Int], neuron: NetworkNeuron, bias: [Double] = []) {
    populations.append(
      NetworkPopulation(
        name: name, shape: shape, neuron: neuron,
        bias: bias.isEmpty ? nil : bias.count == 1 ? .uniform(bias[0]) : .list(bias)))
    output.population = name
  }

  /// Connects every neuron with every one.
  /// - Parameters:
  ///   - source: a population, or `input`.
  ///   - target: a population.
  ///   - weights: `[target][source]`, ANN units.
  /// - Throws: `NmsimError`: the rows differ in length.
  public mutating func connect(_ source: String, to target: String, weights: [[Double]]) throws(NmsimError) {
    let width = weights.first?.count ?? 0
    try connect(
      source, target, .dense, shape: [weights.count, width], isEven: weights.allSatisfy { $0.count == width },
      weights.flatMap { $0 })
  }

  /// Connects by a convolution.
  /// - Parameters:
  ///   - source: a population of shape `[C, H, W]`, or `input`.
  ///   - target: a population of shape `[C, H, W]`.
  ///   - kernels: `[target channel][source channel][y][x]`, ANN units.
  ///   - stride: from window to window, both ways.
  ///   - padding: zeros on every side.
  /// - Throws: `NmsimError`: the kernels differ in shape.
  public mutating func connect(
    _ source: String, to target: String, kernels: [[[[Double]]]], stride: Int = 1, padding: Int = 0
  ) throws(NmsimError) {
    let planes = kernels.flatMap { $0 }
    let rows = planes.flatMap { $0 }
    let shape = [kernels.count, kernels.first?.count ?? 0, planes.first?.count ?? 0, rows.first?.count ?? 0]
    let isEven =
      kernels.allSatisfy { $0.count == shape[1] } && planes.allSatisfy { $0.count == shape[2] }
      && rows.allSatisfy { $0.count == shape[3] }
    try connect(source, target, .convolution, shape: shape, isEven: isEven, rows.flatMap { $0 })
    projections[projections.count - 1].stride = [stride, stride]
    projections[projections.count - 1].padding = [padding, padding, padding, padding]
  }

  private mutating func connect(
    _ source: String, _ target: String, _ kind: Projection.Kind, shape: [Int], isEven: Bool, _ weights: [Double]
  ) throws(NmsimError) {
    let name = "\(source)-\(target)"
    guard isEven, let tensor = Tensor(shape: shape, storage: .float64(weights)) else {
      throw NmsimError("weights of '\(shownName(name))' are not of shape \(listText(shape)); give every row the same length")
    }
    tensors[name] = tensor
    projections.append(
      NetworkProjection(
        name: name, from: source == "input" ? nil : source, to: target, kind: kind, weights: .tensor(name)))
  }
}

extension NetworkNeuron {
  /// Integrates, fires at the threshold and subtracts it.
  /// - Parameters:
  ///   - threshold: above 0, ANN units; what a spike is worth to the neurons that it reaches.
  ///   - initial: potential before the first step.
  public static func integrateFire(threshold: Double, initial: Double = 0) -> NetworkNeuron {
    NetworkNeuron(model: .integrateFire, threshold: .uniform(threshold), initial: .uniform(initial))
  }

  /// The same with a leak: `v -= v >> leakShift` in every step.
  /// - Parameters:
  ///   - threshold: above 0, ANN units.
  ///   - leakShift: 1...31; the potential halves in about `0.7 * 2^leakShift` steps.
  ///   - initial: potential before the first step.
  public static func leaky(threshold: Double, leakShift: Int, initial: Double = 0) -> NetworkNeuron {
    NetworkNeuron(
      model: .leaky, threshold: .uniform(threshold), initial: .uniform(initial),
      parameters: ParameterValues().with(.leakShift, leakShift))
  }

  /// Adds up what arrives and never fires: an output that is read by its potential.
  public static let accumulator = NetworkNeuron(model: .accumulator)
}
