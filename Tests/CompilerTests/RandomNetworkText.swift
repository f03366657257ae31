import ChipModel

@testable import Compiler

/// A network that uses every spelling of the format. It need not make sense: only its text is tested.
struct RandomNetworkText {
  var network: Network

  init(_ random: inout NetworkRandom) {
    let populations = (0..<Int.random(in: 1...4, using: &random)).map { Self.population($0, &random) }
    let projections = (0..<Int.random(in: 0...5, using: &random)).map { Self.projection($0, &random) }
    network = Network(
      name: Self.text(&random), input: Self.input(&random), populations: populations, projections: projections,
      output: NetworkOutput(population: Self.text(&random), readout: Self.pick(Readout.self, &random)))
    if Bool.random(using: &random) {
      network.ann = ANNFacts(
        accuracy: Self.maybe(&random) { Double.random(in: 0...1, using: &$0) },
        accuracyOn: Self.maybe(&random) { Self.text(&$0) },
        multiplyAccumulates: Self.maybe(&random) { Int.random(in: 0...Int.max, using: &$0) },
        parameters: Self.maybe(&random) { Int.random(in: 0...9999, using: &$0) },
        layers: Self.maybe(&random) { random in
          [
            ANNLayer(inputs: 5, outputs: 3, weights: [3, 5]),
            ANNLayer(inputs: 8, outputs: 4, weights: [2, 1, 2, 1], hasBias: true),
          ]
          .shuffled(using: &random)
        })
    }
    for index in 0..<Int.random(in: 0...3, using: &random) {
      let values: [ProvenanceValue] = [
        .text(Self.text(&random)), .number(Self.number(&random)), .flag(Bool.random(using: &random)),
      ]
      network.provenance.append(ProvenanceEntry(key: "key \(index)", value: values[index]))
    }
  }

  private static func input(_ random: inout NetworkRandom) -> NetworkInput {
    let shape = Bool.random(using: &random) ? [3, 8, 8] : [5]
    let preprocessing = Preprocessing(
      scale: Bool.random(using: &random) ? 1 : number(&random),
      mean: (0..<Int.random(in: 0...3, using: &random)).map { _ in number(&random) },
      std: (0..<Int.random(in: 0...3, using: &random)).map { _ in number(&random) })
    return NetworkInput(
      shape: shape, range: maybe(&random) { InputRange(low: number(&$0), high: number(&$0)) },
      preprocessing: preprocessing, images: maybe(&random) { text(&$0) },
      labels: maybe(&random) { text(&$0) })
  }

  private static func population(_ index: Int, _ random: inout NetworkRandom) -> NetworkPopulation {
    var neuron = NetworkNeuron(
      model: NeuronModel.Kind.ofNetworks.randomElement(using: &random) ?? .accumulator, threshold: maybe(&random) { values(&$0, infinity: true) },
      negativeThreshold: maybe(&random) { values(&$0) }, spikeValue: maybe(&random) { values(&$0) },
      initial: maybe(&random) { values(&$0) })
    neuron[.reset] = Bool.random(using: &random) ? .hard : nil
    neuron[.strict] = Bool.random(using: &random) ? true : nil
    neuron[.maximumPayload] = maybe(&random) { Int.random(in: 1...9, using: &$0) }
    neuron[.period] = maybe(&random) { Int.random(in: 1...16, using: &$0) }
    neuron[.leakShift] = maybe(&random) { Int.random(in: 1...31, using: &$0) }
    var result = NetworkPopulation(
      name: "population \(index)", shape: Bool.random(using: &random) ? [2, 3, 4] : [7], neuron: neuron,
      bias: maybe(&random) { values(&$0) })
    if result.bias == nil { result.biasByStep = maybe(&random) { weights(&$0) } }
    return result
  }

  private static func projection(_ index: Int, _ random: inout NetworkRandom) -> NetworkProjection {
    var result = NetworkProjection(
      name: "projection \(index)", from: maybe(&random) { text(&$0) + "?" }, to: text(&random),
      kind: pick(Projection.Kind.self, &random), weights: maybe(&random) { weights(&$0) },
      stride: integers(2, &random), padding: integers(4, &random), dilation: integers(2, &random),
      groups: Int.random(in: 1...2, using: &random), delay: maybe(&random) { Int.random(in: 1...9, using: &$0) })
    if Bool.random(using: &random) {
      let kernel = integers(2, &random)
      result.pool = NetworkPool(
        kind: pick(PoolGeometry.Kind.self, &random), kernel: kernel,
        stride: Bool.random(using: &random) ? kernel : integers(2, &random), padding: integers(4, &random),
        gate: maybe(&random) { pick(GateRule.self, &$0) })
    }
    return result
  }

  private static func weights(_ random: inout NetworkRandom) -> Weights {
    if Int.random(in: 0..<4, using: &random) == 0 { return .tensor(text(&random)) }
    let shapes = [[], [3], [2, 3], [2, 1, 2, 2]]
    let shape = shapes[Int.random(in: 0..<4, using: &random)]
    let count = shape.reduce(1, *)
    let storage: Tensor.Storage =
      switch Int.random(in: 0..<5, using: &random) {
      case 0: .int8((0..<count).map { _ in Int8.random(in: .min ... .max, using: &random) })
      case 1: .int16((0..<count).map { _ in Int16.random(in: .min ... .max, using: &random) })
      case 2: .int32((0..<count).map { _ in Int32.random(in: .min ... .max, using: &random) })
      case 3: .float32((0..<count).map { _ in float(&random) })
      default: .float64((0..<count).map { _ in number(&random) })
      }
    return .inline(NetworkFixtures.tensor(shape, storage))
  }

  private static func values(_ random: inout NetworkRandom, infinity: Bool = false) -> Values {
    let one = { (random: inout NetworkRandom) -> Double in
      infinity && Int.random(in: 0..<4, using: &random) == 0 ? .infinity : number(&random)
    }
    switch Int.random(in: 0..<5, using: &random) {
    case 0, 1: return .uniform(one(&random))
    case 2: return .tensor(text(&random))
    default: break
    }
    return .list((0..<Int.random(in: 1...30, using: &random)).map { _ in one(&random) })
  }

  /// Round and ugly ones, of every magnitude.
  private static func number(_ random: inout NetworkRandom) -> Double {
    switch Int.random(in: 0..<4, using: &random) {
    case 0: return Double(Int.random(in: -9...9, using: &random))
    case 1: return Double.random(in: -1...1, using: &random)
    default:
      let value = Double(bitPattern: random.next())
      return value.isFinite ? value : -0.0
    }
  }

  private static func float(_ random: inout NetworkRandom) -> Float {
    let value = Float(bitPattern: UInt32.random(in: .min ... .max, using: &random))
    return value.isFinite ? value : -0.0
  }

  private static func integers(_ count: Int, _ random: inout NetworkRandom) -> [Int] {
    (0..<count).map { _ in Int.random(in: 0...1, using: &random) }
  }

  private static func text(_ random: inout NetworkRandom) -> String {
    let pieces = ["a", "B7", " ", "\"", "\\", "/", "\u{1}", "é", "層", "🧠", "\n", "-"]
    return (0..<Int.random(in: 0...6, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
  }

  private static func maybe<Value>(_ random: inout NetworkRandom, _ make: (inout NetworkRandom) -> Value) -> Value? {
    Bool.random(using: &random) ? make(&random) : nil
  }

  private static func pick<Choice: CaseIterable>(_ type: Choice.Type, _ random: inout NetworkRandom) -> Choice {
    let all = Array(Choice.allCases)
    return all[Int.random(in: 0..<all.count, using: &random)]
  }
}
