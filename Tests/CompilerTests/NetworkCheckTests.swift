import ChipModel
import Testing

@testable import Compiler

/// What the check makes of networks, and the faults that only a network made by code can have.
@Suite("Network check")
struct NetworkCheckTests {
  private func population(
    _ name: String, _ shape: [Int], _ model: NeuronModel.Kind = .integrateFire, threshold: Values? = .uniform(1),
    period: Int? = nil
  ) -> NetworkPopulation {
    NetworkPopulation(
      name: name, shape: shape,
      neuron: NetworkNeuron(model: model, threshold: model == .accumulator ? nil : threshold, parameters: .with(.period, period)))
  }

  private func identity(_ from: String?, _ to: String, _ weights: Weights? = nil) -> NetworkProjection {
    NetworkProjection(name: "\(from ?? "input") to \(to)", from: from, to: to, kind: .identity, weights: weights)
  }

  private func network(
    _ populations: [NetworkPopulation], _ projections: [NetworkProjection], shape: [Int] = [2],
    tensors: [String: Tensor] = [:]
  ) -> Network {
    Network(
      name: "test", input: NetworkInput(shape: shape), populations: populations, projections: projections,
      output: NetworkOutput(population: populations.last?.name ?? ""), tensors: tensors)
  }

  private func message(_ network: Network) -> String {
    do throws(NetworkCheckError) {
      _ = try network.checked()
      return "accepted"
    } catch {
      return error.description
    }
  }

  // MARK: The checked form

  @Test("depth is the longest path, the order has every source before its targets")
  func depths() throws {
    let names = ["out", "c", "b", "a"]
    let checked = try network(
      names.map { population($0, [2]) },
      [
        identity("c", "out"), identity(nil, "a"), identity("a", "b"), identity("b", "c"), identity("a", "c"),
        identity(nil, "c"),
      ]
    ).with(output: "out").checked()
    #expect(checked.populations.map(\.depth) == [0, 3, 2, 1, 0])
    #expect(checked.order == [4, 3, 2, 1])
    #expect(checked.layers == 4)
    #expect(checked.output == 1)
    #expect(checked.populations[2].incoming == [3, 4, 5])
    #expect(checked.populations[4].outgoing == [2, 4])
    #expect(checked.projections[1].source == 0)
    #expect(checked.projections[0].source == 2)
  }

  @Test("values are uniform, per channel or per neuron by their count")
  func values() throws {
    let tensor = NetworkFixtures.tensor([2, 1, 2], .float32([1, 2, 3, 4]))
    var populations = [population("a", [2, 1, 2], threshold: .list([1, .infinity]))]
    populations[0].bias = .tensor("t")
    populations[0].neuron.initial = .list([5])
    let checked = try network(populations, [identity(nil, "a")], shape: [2, 1, 2], tensors: ["t": tensor]).checked()
    let result = checked.populations[1]
    #expect(result.threshold == .perChannel([1, .infinity]))
    #expect(result.spikeValue == .perChannel([1, 0]))
    #expect(result.initial == .uniform(5))
    #expect(result.bias == .perNeuron([1, 2, 3, 4]))
    #expect(result.bias?.value(at: 2, shape: result.shape) == 3)
    #expect(result.threshold?.value(at: 1, shape: result.shape) == 1)
    #expect(result.threshold?.value(at: 2, shape: result.shape) == .infinity)
    #expect(
      try network([population("a", [2], threshold: .list([1, 2]))], [identity(nil, "a")]).checked()
        .populations[1].threshold == .perNeuron([1, 2]))
  }

  @Test("an accumulator has the period of what feeds it, the network has one")
  func periods() throws {
    let checked = try network(
      [population("a", [2], .bistable, period: 10), population("out", [2], .accumulator)],
      [identity(nil, "a"), identity("a", "out")]
    ).checked()
    #expect(checked.populations.map(\.model.codePeriod) == [nil, 10, 10])
    #expect(checked.period == 10)
    let rate = try network([population("a", [2])], [identity(nil, "a")]).checked()
    #expect(rate.period == nil)
  }

  @Test("an identity without weights is an integer among integers")
  func integers() throws {
    let weights = Weights.inline(NetworkFixtures.tensor([2], .int16([3, -4])))
    let checked = try network(
      [population("a", [2]), population("b", [2])],
      [identity(nil, "a"), identity("a", "b"), identity(nil, "b", weights)]
    ).checked()
    #expect(checked.projections.map(\.isInteger) == [false, true, true])
    #expect(checked.populations.map(\.hasIntegerWeights) == [false, false, true])
  }

  @Test("pooling comes before the weights, for every kind")
  func pooling() throws {
    let pool = NetworkPool(kind: .max, kernel: [3, 2], stride: [2, 2], padding: [1, 0, 1, 0])
    var dense = NetworkProjection(name: "d", from: nil, to: "d", kind: .dense, pool: pool)
    dense.weights = .inline(NetworkFixtures.tensor([1, 8], .float64([1, 2, 3, 4, 5, 6, 7, 8])))
    var convolution = NetworkProjection(name: "c", from: nil, to: "c", kind: .convolution, pool: pool, groups: 2)
    convolution.weights = .inline(NetworkFixtures.tensor([4, 1, 1, 2], .int8([1, 2, 3, 4, 5, 6, 7, 8])))
    let same = NetworkProjection(name: "i", from: nil, to: "i", kind: .identity, pool: pool)
    let checked = try network(
      [population("d", [1]), population("c", [4, 2, 1]), population("i", [2, 2, 2])], [dense, convolution, same],
      shape: [2, 3, 4]
    ).checked()
    for projection in checked.projections {
      #expect(projection.pooledShape == MapShape(channels: 2, height: 2, width: 2))
      #expect(projection.pool?.top == 1)
    }
    #expect(checked.projections[1].convolution.groups == 2)
    #expect(checked.projections[1].convolution.kernelX == 2)
  }

  @Test("a chain of 20,000 populations is checked without recursion")
  func longChain() throws {
    let names = (0..<20_000).map { "p\($0)" }
    let populations = names.map { population($0, [2]) }
    var projections = names.indices.map { identity($0 == 0 ? nil : names[$0 - 1], names[$0]) }
    #expect(try network(populations, projections).checked().layers == 20_000)
    projections.append(identity("p19999", "p5"))
    let circle = try network(populations, projections).checked()
    #expect(circle.layers == 6 && circle.populations.count { $0.isInCircle } == 19_995)
    let timing = LayerTiming(circle, .windowed, lag: nil)
    #expect(circle.projections.allSatisfy { timing.delay($0, circle) >= 1 || $0.source == 0 })
  }

  @Test("spikes that come back: all of a circle have one depth and hear one another a tick later; counts do not come back")
  func circles() throws {
    let forward = [identity(nil, "a"), identity("a", "b"), identity("b", "c"), identity("c", "b"), identity("b", "d")]
    let four = ["a", "b", "c", "d"].map { population($0, [2]) }
    let checked = try network(four, forward).checked()
    #expect(checked.populations.map(\.depth) == [0, 0, 1, 1, 2])
    #expect(checked.populations.map(\.isInCircle) == [false, false, true, true, false])
    #expect(checked.projections.dropFirst().map { LayerTiming(checked, .windowed, lag: nil).delay($0, checked) } == [1, 1, 1, 1])
    var counting = four
    counting[1].neuron.model = .augmented
    #expect(
      message(network(counting, forward))
        == "population 'b': its spikes come back to it, which neurons of model 'augmented' cannot take; use if, lif or cuba")
  }

  // MARK: Faults

  @Test("weights of other types and values are refused")
  func weightKinds() {
    let cases: [(Tensor.Storage, String)] = [
      (.uint8([1, 2]), "weights have type U8; use F32 or F64, or I8, I16 or I32 for chip integers"),
      (.int64([1, 2]), "weights have type I64; use F32 or F64, or I8, I16 or I32 for chip integers"),
      (.float32([1, .nan]), "weights have not a number at element 1; weights are finite numbers"),
      (.float64([-.infinity, 1]), "weights have -infinity at element 0; weights are finite numbers"),
    ]
    for (storage, text) in cases {
      let weights = Weights.inline(NetworkFixtures.tensor([2], storage))
      #expect(
        message(network([population("a", [2])], [identity(nil, "a", weights)])) == "projection 'input to a': " + text)
    }
  }

  @Test("a missing tensor is named")
  func missingTensor() {
    let tensors = ["weight": NetworkFixtures.tensor([2], .float32([1, 2]))]
    #expect(
      message(network([population("a", [2])], [identity(nil, "a", .tensor("wieght"))], tensors: tensors))
        == "projection 'input to a': weights refers to the tensor 'wieght', which the tensor file does not have;"
        + " did you mean 'weight'?")
  }

  @Test("codes and periods do not mix")
  func codes() {
    let projections = [identity(nil, "a"), identity(nil, "b"), identity("a", "out"), identity("b", "out")]
    func with(_ a: NeuronModel.Kind, _ first: Int?, _ b: NeuronModel.Kind, _ second: Int?) -> String {
      message(
        network(
          [
            population("a", [2], a, period: first), population("b", [2], b, period: second),
            population("out", [2], .accumulator),
          ], projections))
    }
    #expect(with(.phase, 8, .phase, 8) == "accepted")
    #expect(with(.augmented, nil, .ternary, nil) == "accepted")
    #expect(
      with(.phase, 8, .phase, 4) == "population 'b': period is 4, but population 'a' has 8; a network has one period")
    #expect(
      with(.phase, 8, .bistable, 8)
        == "population 'out': its phase code does not match the bistable code of its source 'b'; use one code")
    #expect(
      with(.integrateFire, nil, .bistable, 8)
        == "population 'out': its rate code does not match the bistable code of its source 'b'; use one code")
  }

  @Test("lists of the wrong length, repeated provenance and infinite numbers are refused")
  func others() {
    var base = network([population("a", [2])], [identity(nil, "a")])
    base.projections[0].stride = [1]
    #expect(message(base) == "projection 'input to a': stride has 1 values; it takes [y, x]")
    base.projections[0].stride = [1, 1]
    base.provenance = [ProvenanceEntry(key: "k", value: .flag(true)), ProvenanceEntry(key: "k", value: .number(1))]
    #expect(message(base) == "provenance 'k': the key is there twice; remove one of the two")
    base.provenance = [ProvenanceEntry(key: "k", value: .number(.infinity))]
    #expect(message(base) == "provenance 'k': value is infinity; write a finite number")
    base.provenance = []
    base.populations[0].bias = .list([0, .nan])
    #expect(message(base) == "population 'a': bias[1] is not a number; write a finite number")
    base.populations = []
    #expect(message(base) == "network: there are no populations; a network has at least one")
  }
}

extension Network {
  fileprivate func with(output: String) -> Network {
    var copy = self
    copy.output.population = output
    return copy
  }
}
