import ChipModel
@testable import Runtime
import Testing

@testable import Compiler

@Suite("Explain: which stage loses accuracy, and where")
struct ExplainTests {
  /// Two inputs copied into two neurons; two outputs, one for each, and a third that nothing reaches but sets the scale.
  private static func copies(
    threshold: Double, weight: Double = 1, third: Double = 0, readout: Double = 0
  ) -> Network {
    func dense(_ rows: [[Double]]) -> Weights {
      .inline(
        Tensor(shape: [rows.count, rows[0].count], storage: .float64(rows.flatMap { $0 })) ?? Tensor(scalar: 0))
    }
    return Network(
      name: "copies", input: NetworkInput(shape: [3]),
      populations: [
        NetworkPopulation(name: "copy", shape: [3], neuron: NetworkNeuron(model: .integrateFire, threshold: .uniform(threshold))),
        NetworkPopulation(name: "out", shape: [3], neuron: NetworkNeuron(model: .accumulator)),
      ],
      projections: [
        NetworkProjection(
          name: "a", from: nil, to: "copy", kind: .dense, weights: dense([[1, 0, 0], [0, 1, 0], [0, 0, 1]])),
        NetworkProjection(
          name: "b", from: "copy", to: "out", kind: .dense,
          weights: dense([[weight, 0, 0], [0, weight, 0], [0, 0, third]])),
      ], output: NetworkOutput(population: "out"))
  }

  /// Half of the samples belong to each class.
  private static let samples: [Float] = [0.75, 0.375, 0, 0.375, 0.75, 0, 0.875, 0.5, 0, 0.5, 0.875, 0]

  private func explain(
    _ network: Network, steps: Int, options: CompileOptions, samples: [Float] = ExplainTests.samples, labels: [Int]? = nil
  ) throws -> Explanation {
    let chip = try ChipLibrary.builtIn("ideal")
    return try Explainer(network.checked(), chip: chip, options: options, steps: steps)(samples, labels: labels, threads: 2)
  }

  @Test("thresholds below the activations: conversion, where they cut")
  func thresholds() throws {
    let result = try explain(Self.copies(threshold: 0.25), steps: 16, options: CompileOptions(fractionBits: 8))
    let finding = try #require(result.finding)
    #expect(finding == Explanation.Finding(stage: .conversion, points: 50, layer: 0, cause: .thresholds))
    #expect(result.original == 1 && result.accuracy == PerExecution(limit: 0.5, real: 0.5, integer: 0.5, chip: 0.5))
    // Both neurons that are reached fire at every step, the third never: 8 of 12 pairs, 1 silent neuron.
    #expect(abs(result.layers[0].full - 8.0 / 12) < 1e-12)
    #expect(result.layers[0].silent == 1)
    #expect(abs(result.layers[0].meanRate - 8.0 / 12) < 1e-12)
  }

  @Test("too few steps: conversion, and that more steps would help")
  func steps() throws {
    let result = try explain(Self.copies(threshold: 8), steps: 4, options: CompileOptions(fractionBits: 8))
    let finding = try #require(result.finding)
    #expect(finding == Explanation.Finding(stage: .conversion, points: 50, layer: 0, cause: .steps))
    #expect(result.accuracy.limit == 1)
    #expect(result.layers[0].kCurve == [1, 1, 1, 1])
    #expect(result.layers[0].cosine.limit.map { abs($0 - 1) < 1e-6 } == true)
    // Twice the steps do not do either: tried, and no gain.
    #expect(result.remedies.allSatisfy { !$0.gain.isAhead } && result.remedies.map(\.change).contains(.half))
    var half = Self.copies(threshold: 8)
    half.populations[0].neuron.initial = .uniform(4)
    let halved = try explain(half, steps: 4, options: CompileOptions(fractionBits: 8))
    #expect(halved.finding != nil && !halved.remedies.map(\.change).contains(.half))
  }

  @Test("a max pool that lets spikes of several neurons through is known, and the gate that does not is tried")
  func pool() throws {
    let network = Network(
      name: "tie", input: NetworkInput(shape: [1, 1, 2]),
      populations: [
        NetworkPopulation(
          name: "copy", shape: [1, 1, 2], neuron: NetworkNeuron(model: .integrateFire, threshold: .uniform(1))),
        NetworkPopulation(
          name: "out", shape: [2], neuron: NetworkNeuron(model: .accumulator), bias: .list([0, 0.75])),
      ],
      projections: [
        NetworkProjection(name: "a", from: nil, to: "copy", kind: .identity),
        NetworkProjection(
          name: "b", from: "copy", to: "out", kind: .dense,
          weights: .inline(try #require(Tensor(shape: [2, 1], storage: .float64([1, 0])))),
          pool: NetworkPool(kind: .max, kernel: [1, 2], stride: [1, 2], gate: .winner)),
      ], output: NetworkOutput(population: "out"))
    let result = try explain(
      network, steps: 32, options: CompileOptions(), samples: (0..<8).flatMap { _ in [Float(0.5), 0.49] })
    let finding = try #require(result.finding)
    #expect(finding.stage == .conversion && finding.layer == 1 && result.layers[1].isBehindMaxPool)
    let best = try #require(result.remedies.first)
    #expect(best.change == .countGate && best.gain.difference == 1 && best.gain.isAhead)
  }

  @Test("a loss that the samples cannot tell from none is no finding")
  func uncertain() throws {
    // One of 40 samples lost: 2.5 points, and as many might have been gained.
    let good = [Float](Self.samples.prefix(3))
    let lost = try explain(
      Self.copies(threshold: 1), steps: 2, options: CompileOptions(fractionBits: 8),
      samples: (0..<39).flatMap { _ in good } + [0.375, 0.4, 0], labels: [Int](repeating: 0, count: 39) + [1])
    #expect(lost.original == 1 && abs(lost.stages[0].difference - 0.025) < 1e-12)
    #expect(lost.finding == nil && lost.remedies.isEmpty)
  }

  @Test("weights of two bits beside a large one: rounding, in the layer that has them")
  func rounding() throws {
    let network = Self.copies(threshold: 1, weight: 0.125, third: 1)
    let coarse = try explain(network, steps: 16, options: CompileOptions(weightBits: 2, fractionBits: 8))
    #expect(coarse.finding == Explanation.Finding(stage: .rounding, points: 50, layer: 1, cause: .weights))
    #expect(coarse.accuracy == PerExecution(limit: 1, real: 1, integer: 0.5, chip: 0.5))
    #expect(coarse.layers[0].accuracy?.integer == 1)
    let fine = try explain(network, steps: 16, options: CompileOptions(weightBits: 8, fractionBits: 8))
    #expect(fine.finding == nil && fine.remedies.isEmpty)
    // Both remedies are tried; more bits gain what rounding lost.
    let best = try #require(coarse.remedies.first)
    #expect(coarse.remedies.count == 2 && best.change == .weightBits(4) && best.gain.difference == 0.5 && best.gain.isAhead)
    #expect(fine.accuracy.chip == 1)
  }

  @Test("membranes of 12 bits under long runs: saturation, in the readout")
  func saturation() throws {
    let network = Self.copies(threshold: 1)
    let result = try explain(network, steps: 64, options: CompileOptions(membraneBits: 12))
    #expect(result.finding == Explanation.Finding(stage: .saturation, points: 50, layer: 1, cause: .membranes))
    #expect(result.accuracy == PerExecution(limit: 1, real: 1, integer: 1, chip: 0.5))
    #expect(result.remedies.map(\.change) == [.membraneBits(32)] && result.remedies[0].gain.difference == 0.5)
    #expect(result.layers[0].saturated == 0 && result.layers[1].saturated > 0.1)
    #expect(try explain(network, steps: 64, options: CompileOptions()).finding == nil)
  }

  @Test("K and Omega are those of the equations")
  func rates() throws {
    // One neuron at rate 3/4 beside one at 3/8: spikes 0 1 1 1 and 0 0 1 0.
    let result = try explain(
      Self.copies(threshold: 1), steps: 4, options: CompileOptions(fractionBits: 8), samples: [0.75, 0.375, 0])
    let norm = 0.75 * 0.75 + 0.375 * 0.375
    func distance(_ a: Double, _ b: Double) -> Double { ((a - 0.75) * (a - 0.75) + (b - 0.375) * (b - 0.375)) / norm }
    let expected = [1, distance(0.5, 0), distance(2 / 3.0, 1 / 3.0), distance(0.75, 0.25)]
    for (k, value) in zip(result.layers[0].kCurve, expected) { #expect(abs(k - value) < 1e-12) }
    #expect(abs(try #require(result.layers[0].omega) - 1.125 / norm) < 1e-12)
  }

  @Test("spikes of inactivated neurons, likeness by step, channels and differences of outputs are counted as the papers say")
  func papers() throws {
    // Spikes 0 1 1 1 and 0 0 1 0, and one of a third neuron that the original leaves at 0.
    var network = Self.copies(threshold: 1)
    network.populations[0].neuron.initial = .list([0, 0, 1])
    let result = try explain(network, steps: 4, options: CompileOptions(fractionBits: 8), samples: [0.75, 0.375, 0])
    let layer = result.layers[0]
    #expect(layer.inactivated == 0.2 && result.layers[1].inactivated == nil)
    #expect(layer.channelRates == [0.75, 0.25, 0.25] && layer.channelThresholds == [1, 1, 1])
    let norm = (0.75 * 0.75 + 0.375 * 0.375).squareRoot()
    let counts: [[Double]] = [[0, 0, 1], [1, 0, 1], [2, 1, 1], [3, 1, 1]]
    for (similarity, counts) in zip(layer.similarity, counts) {
      let length = counts.reduce(0) { $0 + $1 * $1 }.squareRoot()
      #expect(abs(similarity - (0.75 * counts[0] + 0.375 * counts[1]) / (length * norm)) < 1e-6)
    }
    #expect(abs(try #require(layer.similarity.last) - (try #require(layer.cosine.chip))) < 1e-6)
    #expect(result.layers[1].similarity.isEmpty && result.layers[1].channelRates.isEmpty)
    let differences = try #require(result.outputDifferences)
    #expect(abs(differences.least + 0.125) < 1e-6 && abs(differences.most) < 1e-6 && abs(differences.mean + 0.125 / 3) < 1e-6)
    #expect(differences.counts.reduce(0, +) == 3 && differences.counts[0] == 1 && differences.counts[40] == 2)
  }

  @Test("an input whose spikes tell no rates is refused; signed neurons have limits that are numbers")
  func spikingInput() throws {
    var network = Self.copies(threshold: 8)
    network.input.kind = .spikes
    network.input.coding = .latency
    #expect(throws: ExplanationError.spikingInput) { try explain(network, steps: 4, options: CompileOptions(fractionBits: 8)) }
    network.input.coding = .bernoulli
    network.populations[0].neuron.threshold = .uniform(1)
    let random = try explain(network, steps: 64, options: CompileOptions(fractionBits: 8))
    #expect(random.accuracy.limit == 1 && random.layers[0].kCurve.last.map { $0 > 0 && $0 < 0.1 } == true)
    var signed = Self.copies(threshold: 1)
    signed.populations[0].neuron = NetworkNeuron(model: .signed, threshold: .uniform(1), initial: .uniform(0.5))
    let result = try explain(
      signed, steps: 4, options: CompileOptions(fractionBits: 8), samples: [0.75, -0.375, 0, -0.5, 0.25, 0])
    #expect(result.layers[0].kCurve.count == 4 && result.layers[0].kCurve.allSatisfy(\.isFinite))
    #expect(result.layers[0].omega?.isFinite == true && result.accuracy.limit == 1, "\(result.original) \(result.accuracy) \(result.layers[0].kCurve) \(result.layers[0].cosine)")
  }

  @Test("labels are used where there are any")
  func labels() throws {
    let result = try explain(Self.copies(threshold: 1), steps: 16, options: CompileOptions(), labels: [0, 1, 1, 1])
    #expect(result.original == 0.75 && result.accuracy.chip == 0.75 && result.hasLabels)
  }

  @Test(
    "the float loop fires as the engine where all numbers are whole, with currents and with spikes",
    arguments: Model.allCases, [nil, InputCoding.bernoulli, .rate])
  func floatLoop(_ model: Model, _ coding: InputCoding?) throws {
    var given = Self.pooled(model)
    // Spikes of a rate code tell nothing to neurons of a period code.
    if coding != nil, [.phase, .bistable, .switching].contains(model) { return }
    if let coding { (given.input.kind, given.input.coding) = (.spikes, coding) }
    let network = try given.checked()
    let steps = model.steps
    var options = CompileOptions(fractionBits: 4)
    options.steps = model == .switching ? steps : nil
    let program = try CompiledProgram.lower(network, chip: ChipLibrary.builtIn("ideal"), options: options)
    var runner = LayerRunner(plan: EnginePlan(program), steps: steps)
    let real = try RealNetwork(network, timing: network.timing(options), input: program.populations[0])
    var random = SplitMix(state: 7)
    var spikes = 0
    for sample in 0..<6 {
      // A spike brings as much as currents of 1 do.
      let scale = coding == nil ? 1.0 : 0.25
      let input = (0..<32).map { _ in (Double(abs(random.float())) * 64).rounded() / 16 * scale }
      let outcome = real.run(input, steps: steps, sample: sample)
      runner.sample = sample
      let expected = runner.run(input)
      #expect(outcome.decision == expected.decisions.last, "sample \(sample)")
      for index in network.placed {
        let population = network.populations[index]
        let shape = population.shape
        for step in 0..<steps {
          var counts = [Int](repeating: 0, count: shape.count)
          runner.trains[index].forEachSpike(step: step) { counts[$0] += Int($1) }
          var own = [Int](repeating: 0, count: shape.count)
          outcome.trains[index]?.forEachSpike(step: step) { own[$0] += Int($1) }
          try #require(own == counts, "\(population.name), sample \(sample), step \(step)")
          spikes += counts.count { $0 != 0 }
        }
      }
    }
    #expect(spikes > (coding == nil ? 50 : 20))
  }

  enum Model: String, CaseIterable, Sendable {
    case soft, hard, augmented, ternary, phase, bistable, signed, lagged, ownLags, switching
    var steps: Int { self == .bistable ? 16 : 12 }
  }

  /// Integer weights: convolution, max pool, grouped convolution with a shortcut, average pool, dense.
  private static func pooled(_ model: Model) -> Network {
    func neuron(_ threshold: Double) -> NetworkNeuron {
      switch model {
      case .soft: NetworkNeuron(model: .integrateFire, threshold: .uniform(threshold), initial: .uniform(threshold / 2))
      case .hard: NetworkNeuron(model: .integrateFire, threshold: .uniform(threshold), parameters: .with(.reset, .hard).with(.strict, true))
      case .augmented:
        NetworkNeuron(
          model: .augmented, threshold: .uniform(threshold), negativeThreshold: .uniform(-2 * threshold),
          parameters: .with(.maximumPayload, 3))
      case .ternary:
        NetworkNeuron(model: .ternary, threshold: .uniform(threshold), negativeThreshold: .uniform(-threshold))
      case .signed, .lagged, .ownLags:
        NetworkNeuron(model: .signed, threshold: .uniform(threshold), initial: .uniform(threshold / 2))
      case .phase: NetworkNeuron(model: .phase, threshold: .uniform(threshold), parameters: .with(.period, 4))
      case .switching: NetworkNeuron(model: .switching, threshold: .uniform(threshold), initial: .uniform(threshold / 2))
      case .bistable: NetworkNeuron(model: .bistable, threshold: .uniform(threshold), parameters: .with(.period, 4))
      }
    }
    var random = SplitMix(state: 3)
    func integers(_ shape: [Int]) -> Weights {
      let count = shape.reduce(1, *)
      let values = (0..<count).map { _ in Int8((random.float() * 20).rounded()) }
      return .inline(Tensor(shape: shape, storage: .int8(values)) ?? Tensor(scalar: 0))
    }
    var network = Network(
      name: "pooled", input: NetworkInput(shape: [2, 4, 4]),
      populations: [
        NetworkPopulation(name: "a", shape: [4, 4, 4], neuron: neuron(64), bias: .list([3, -2, 5, 0])),
        NetworkPopulation(name: "b", shape: [4, 2, 2], neuron: neuron(32)),
        NetworkPopulation(name: "c", shape: [4, 2, 2], neuron: neuron(48), bias: .uniform(1)),
        NetworkPopulation(name: "out", shape: [3], neuron: NetworkNeuron(model: .accumulator), bias: .list([1, 0, 2])),
      ],
      projections: [
        NetworkProjection(
          name: "a", from: nil, to: "a", kind: .convolution, weights: integers([4, 2, 3, 3]), padding: [1, 1, 1, 1]),
        NetworkProjection(
          name: "b", from: "a", to: "b", kind: .convolution, weights: integers([4, 2, 1, 1]),
          pool: NetworkPool(kind: .max, kernel: [2, 2], stride: [2, 2]), groups: 2),
        NetworkProjection(
          name: "c", from: "b", to: "c", kind: .convolution, weights: integers([4, 4, 3, 3]), padding: [1, 1, 1, 1]),
        NetworkProjection(
          name: "short", from: "a", to: "c", kind: .convolution, weights: integers([4, 4, 2, 2]), stride: [2, 2]),
        NetworkProjection(
          name: "out", from: "c", to: "out", kind: .dense, weights: integers([3, 4]),
          pool: NetworkPool(kind: .average, kernel: [2, 2], stride: [2, 2])),
      ], output: NetworkOutput(population: "out"))
    if model == .switching {
      network.schedule = .separated
      network.populations[3].neuron.model = .integrator
    }
    guard [.lagged, .ownLags].contains(model) else { return network }
    network.lag = 2
    if model == .ownLags {
      network.populations[0].lag = 0
      network.populations[2].lag = 3
    }
    network.populations[2].bias = nil
    network.populations[2].biasByStep = integers([4, model.steps])
    return network
  }

  @Test("the network's own weights with ReLU are the original network")
  func original() throws {
    let network = TinyNetwork.convolutional(seed: 81)
    let data = try TinyNetwork.data(seed: 82, shape: [2, 6, 6], count: 20)
    let samples = try data.floats(samples: 20, preprocessing: .identity)
    for method in [ConversionSettings(.robustNorm), ConversionSettings(.channelNorm), ConversionSettings(.bsnn), ConversionSettings(.augMapping)] {
      let spiking = try Conversion.run(network, method, calibration: CalibrationData(name: "x", dataset: data))
      let derived = try FloatEvaluator(AnalogNetwork(spiking.network.checked()))
      #expect(derived.outputs(samples) == (try FloatEvaluator(network)).outputs(samples))
    }
  }

  @Test("named or derived, the original gives the same explanation; a foreign one is refused")
  func models() throws {
    let network = TinyNetwork.convolutional(seed: 83)
    let data = try TinyNetwork.data(seed: 84, shape: [2, 6, 6], count: 24)
    let samples = try data.floats(samples: 24, preprocessing: .identity)
    let spiking = try Conversion.run(
      network, ConversionSettings(.robustNorm).with(.initial, .half), calibration: CalibrationData(name: "x", dataset: data))
    let checked = try spiking.network.checked()
    let chip = try ChipLibrary.builtIn("ideal")
    let a = try Explainer(checked, chip: chip, steps: 32)(samples, labels: nil, threads: 1)
    let b = try Explainer(checked, model: network, chip: chip, steps: 32)(samples, labels: nil, threads: 3)
    #expect(a.layers.map(\.cosine) == b.layers.map(\.cosine))
    #expect(a.accuracy == b.accuracy)
    #expect(a.layers.map(\.kCurve) == b.layers.map(\.kCurve))
    for layer in a.layers { #expect(try #require(layer.cosine.chip) > 0.95, "\(layer.name)") }
    var other = network
    other.layers[1].name = "elsewhere"
    #expect {
      _ = try Explainer(checked, model: other, chip: chip, steps: 32)
    } throws: { error in
      "\(error)"
        == "layer 'elsewhere': the spiking network has no population of its name and size: correct the network that was built"
    }
  }

  @Test("a network of any depth is explained in work that grows with its layers")
  func deep() throws {
    #expect(Explainer.cuts(5) == [0, 1, 2, 3, 4])
    #expect(Explainer.cuts(1000).count == Explainer.mostCuts && Explainer.cuts(1000).last == 999)
    let depth = 3 * Explainer.mostCuts
    var network = Self.copies(threshold: 1)
    let (first, last) = (network.populations[0], network.populations[1])
    network.populations = (0..<depth).map { index in
      var population = first
      population.name = "p\(index)"
      return population
    } + [last]
    let readout = network.projections[1]
    network.projections = (0..<depth).map { index in
      NetworkProjection(name: "j\(index)", from: index == 0 ? nil : "p\(index - 1)", to: "p\(index)", kind: .identity)
    }
    network.projections.append(readout)
    network.projections[depth].from = "p\(depth - 1)"
    let result = try explain(network, steps: 4, options: CompileOptions())
    #expect(result.layers.count == depth + 1 && result.layers.count { $0.accuracy != nil } == Explainer.mostCuts)
    #expect(result.layers.last?.accuracy == result.accuracy)
    #expect(result.notes == ["of 193 layers 64 are tried as the last that spikes"])
  }

  @Test("outputs that are values are explained by the share of their variance, with targets and without")
  func values() throws {
    let analog = TinyNetwork.convolutional(seed: 61)
    let data = try TinyNetwork.data(seed: 62, shape: [2, 6, 6], count: 40)
    let samples = try data.floats(samples: 40, preprocessing: .identity)
    let converted = try Conversion.run(
      analog, ConversionSettings(.maxNorm).with(.task, .regression).with(.initial, .half),
      calibration: CalibrationData(name: "tiny", dataset: data))
    let chip = try ChipLibrary.builtIn("ideal")
    func explained(_ steps: Int, _ targets: [Double]? = nil) throws -> Explanation {
      try Explainer(converted.network.checked(), model: analog, chip: chip, steps: steps)(
        samples, labels: nil, targets: targets, threads: 2)
    }
    let (few, many) = (try explained(4), try explained(256))
    #expect(few.task == .values && !few.hasLabels && few.original == 1)
    #expect(few.accuracy.chip < 0.95 && many.accuracy.chip > 0.99 && many.accuracy.limit > 0.999)
    #expect(few.finding?.stage == .conversion && few.finding?.cause == .steps)
    #expect(few.remedies.contains { $0.change == .steps(8) && $0.gain.isAhead })
    let outputs = try FloatEvaluator(analog).outputs(samples).flatMap { $0.map { Double($0) * 1.1 } }
    let aimed = try explained(256, outputs)
    #expect(aimed.hasLabels && aimed.original < 1 && aimed.original > 0.9)
    #expect(abs(aimed.original - aimed.accuracy.chip) < 0.05)
  }
}
