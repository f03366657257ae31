import ChipModel
import Runtime
import Testing

@testable import Compiler

/// Converts with samples in memory.
private func convert(
  _ network: AnalogNetwork, _ settings: ConversionSettings, _ data: Dataset
) throws -> ConversionResult {
  try Conversion.run(network, settings, calibration: CalibrationData(name: "tiny", dataset: data))
}

@Suite("Thresholds and corrections for few steps")
struct CorrectionTests {
  // MARK: mmse

  @Test("the loss of a threshold is that of rounding every activation", arguments: [1, 3, 8], [1, 4, 5000])
  func loss(_ steps: Int, _ counts: Int) {
    var generator = SplitMix(state: UInt64(steps))
    let bins = (0..<ActivationHistogram.bins).map { _ in Int32.random(in: 0...3, using: &generator) }
    let histogram = ActivationHistogram(largest: 2.5, counts: bins)
    for threshold in [0.1, 0.9, 2.5, 4] {
      var (error, spikes) = (0.0, 0.0)
      for (bin, count) in bins.enumerated() {
        let a = (Double(bin) + 0.5) * 2.5 / Double(bins.count)
        let level = min(max((a * Double(steps) / threshold + 0.5).rounded(.down), 0), Double(steps * counts))
        let miss = level * threshold / Double(steps) - a
        error += Double(count) * miss * miss
        spikes += Double(count) * min(level, Double(steps))
      }
      let found = histogram.loss(most: threshold * Double(counts), .rate(steps: steps, counts: counts))
      #expect(abs(found.error - error) < 1e-6 * error && abs(found.spikes - spikes) < 1e-9 * spikes)
    }
  }

  @Test("mmse takes the hundredth of the largest activation that loses least; what was never positive never fires")
  func leastSquares() throws {
    let data = try TinyNetwork.data(seed: 8, shape: [2, 6, 6], count: 40)
    let result = try convert(TinyNetwork.convolutional(seed: 51), .init(.mmse).with(.steps, 4), data)
    let neuron = result.network.populations[0].neuron
    let entries = try #require(neuron.threshold?.entries)
    #expect(entries[2] == .infinity && entries[0].isFinite)
    #expect(neuron.initial == .list(entries.map { $0.isFinite ? $0 / 2 : 0 }))
    let evaluator = try FloatEvaluator(TinyNetwork.convolutional(seed: 51))
    let values = evaluator.map(try data.floats(samples: 40, preprocessing: .identity)) { block in
      (0..<block.count).flatMap { sample in block.activation(layer: 0, sample: sample)[0..<36].map { Double($0) } }
    }.flatMap { $0 }
    let largest = try #require(values.max())
    func error(_ threshold: Double) -> Double {
      values.reduce(0) { sum, a in
        let level = min(max((a * 4 / threshold + 0.5).rounded(.down), 0), 4)
        return sum + (level * threshold / 4 - a) * (level * threshold / 4 - a)
      }
    }
    // Bins of a 4,096th move an activation by less than that.
    let best = try #require((1...100).map { error(Double($0) / 100 * largest) }.min())
    #expect(error(entries[0]) <= best * 1.01)
    #expect(abs((entries[0] / largest * 100).rounded() - entries[0] / largest * 100) < 1e-3)
  }

  // MARK: Linear algebra

  @Test("ridge regression finds what the normal equations say", arguments: [(3, 2), (20, 5), (70, 17)])
  func ridge(_ inputs: Int, _ outputs: Int) throws {
    var generator = SplitMix(state: UInt64(inputs))
    let samples = 37
    func rows(_ width: Int) -> [[Float]] { (0..<samples).map { _ in (0..<width).map { _ in generator.float() } } }
    let (x, r) = (rows(inputs), rows(outputs))
    func lanes(_ rows: [[Float]]) -> [[Lanes]] {
      stride(from: 0, to: samples, by: 16).map { first in
        rows[0].indices.map { column in
          var value = Lanes.zero
          for lane in 0..<min(16, samples - first) { value[lane] = rows[first + lane][column] }
          return value
        }
      }
    }
    let (blocks, missing) = (lanes(x), lanes(r))
    let regression = RidgeRegression(
      inputs: inputs, outputs: outputs, read: { block, _ in blocks[block] }, blocks: blocks.count, positions: 1,
      samples: samples, threads: 2)
    let factor = try #require(regression.factored(ridge: 0.1))
    let solution = regression.solve(factor) { block, _ in missing[block] }
    let squares = x.reduce(0.0) { $0 + $1.reduce(0.0) { $0 + Double($1 * $1) } } / Double(inputs)
    // The gradient of the ridge problem is 0 at its solution.
    for output in 0..<outputs {
      let misses = (0..<samples).map { row -> Double in
        let fit = (0..<inputs).reduce(Double(solution.biases[output])) {
          $0 + Double(x[row][$1]) * Double(solution.weights[output][$1])
        }
        return fit - Double(r[row][output])
      }
      #expect(abs(misses.reduce(0, +)) < 1e-3)
      for input in 0..<inputs {
        let gradient = zip(misses, x).reduce(0.0) { $0 + $1.0 * Double($1.1[input]) }
        #expect(abs(gradient + 0.1 * squares * Double(solution.weights[output][input])) < 1e-3)
      }
    }
  }

  // MARK: Derivatives

  @Test("derivatives equal differences of outputs", arguments: [51, 52, 53])
  func derivatives(_ seed: UInt64) throws {
    let network = TinyNetwork.convolutional(seed: seed)
    let data = try TinyNetwork.data(seed: seed, shape: [2, 6, 6], count: 5).floats(samples: 5, preprocessing: .identity)
    let evaluator = try FloatEvaluator(network)
    let weights = (0..<3).map { Lanes(repeating: Float($0) - 0.7) }
    let compared = evaluator.map(data) { block -> [Float] in
      let found = evaluator.derivatives(block, of: weights, evaluator.backward())
      return [0, 1].flatMap { layer in
        stride(from: 0, to: network.layers[layer].count, by: 5).map { neuron -> Float in
          var given = (0...layer).map { block.activations(layer: $0) }
          // A small step keeps the ReLUs behind it where they are, nearly always.
          given[layer][neuron] += 1e-2
          let more = evaluator.output(of: block, given: given)
          given[layer][neuron] -= 2e-2
          let less = evaluator.output(of: block, given: given)
          let slope = (0..<3).reduce(Lanes.zero) { $0 + (more[$1] - less[$1]) / 2e-2 * weights[$1] }
          let miss = slope - found[layer][neuron]
          return (0..<block.count).map { abs(miss[$0]) }.max() ?? 0
        }
      }
    }.flatMap { $0 }
    #expect(compared.count { $0 < 2e-3 } > compared.count * 9 / 10)
  }

  // MARK: Corrections

  @Test("spikes in floats are those of the engine", arguments: HiddenNeuron.allCases.filter { $0 != .switching }, [0, 1, 3])
  func floatsAgree(_ neuron: HiddenNeuron, _ given: Int) throws {
    // Digits have the separated schedule and no other; what is asked for here is another pool.
    let lag = neuron == .phase ? 0 : given
    let data = try TinyNetwork.data(seed: 9, shape: [2, 6, 6], count: 40)
    let settings = ConversionSettings(.mmse).with(.steps, 6).with(.neuron, neuron).with(.lag, lag)
      .with(.calibrate, Corrections([.initial]))
    var network = TinyNetwork.convolutional(seed: 51)
    if given == 1 { network.layers[1].connections[0].pool?.kind = .max }
    let result = try convert(network, settings, data)
    let evaluator = try FloatEvaluator(network)
    let values = try data.floats(samples: 40, preprocessing: .identity)
    var draft = SpikingDraft(evaluator.network)
    draft.neurons = result.network.populations.map(\.neuron)
    draft.lag = lag
    var run = DraftCorrection(draft, Corrections([]), samples: values, steps: 6, threads: 1, evaluator)
    _ = run.run { _ in }
    let trial = SpikingTrial(try SpikingTrial.lower(result.network, weightBits: 16), samples: values, steps: 6)
    let counts = run.spikeTotals
    for layer in 0..<2 {
      let engine = Int(trial.counters.spikes[layer + 1].reduce(0, +))
      #expect(abs(engine - counts[layer]) <= engine / 200, "layer \(layer)")
    }
  }

  @Test("with a lag at branches alone, spikes in floats are those of the engine, and other layers fire at once")
  func branches() throws {
    var network = TinyNetwork.convolutional(seed: 51)
    var random = SplitMix(state: 5)
    network.layers[2].connections.append(
      AnalogConnection(
        source: .layer(0), kind: .dense, weights: (0..<432).map { _ in random.float() }, weightShape: [3, 144]))
    let data = try TinyNetwork.data(seed: 9, shape: [2, 6, 6], count: 40)
    var settings = ConversionSettings(.mmse).with(.steps, 6).with(.calibrate, Corrections([.initial]))
      .with(.lagAt, .branches)
    #expect(throws: ConversionError.partner("lagAt", needs: "lag", value: "1 or more", "without one no layer waits")) {
      try convert(network, settings, data)
    }
    settings = settings.with(.lag, 2)
    let result = try convert(network, settings, data)
    #expect(result.network.lag == 0 && result.network.populations.map(\.lag) == [2, nil, nil])
    var draft = SpikingDraft(network)
    draft.neurons = result.network.populations.map(\.neuron)
    draft.take(settings)
    var run = DraftCorrection(
      draft, Corrections([]), samples: try data.floats(samples: 40, preprocessing: .identity), steps: 6, threads: 1,
      try FloatEvaluator(network))
    _ = run.run { _ in }
    let trial = SpikingTrial(
      try SpikingTrial.lower(result.network, weightBits: 16),
      samples: try data.floats(samples: 40, preprocessing: .identity), steps: 6)
    for layer in 0..<2 {
      let engine = Int(trial.counters.spikes[layer + 1].reduce(0, +))
      #expect(engine > 100 && abs(engine - run.spikeTotals[layer]) <= engine / 200, "layer \(layer)")
    }
  }

  @Test("every correction brings the outputs nearer to the ANN", arguments: Correction.allCases)
  func nearer(_ correction: Correction) throws {
    let network = TinyNetwork.convolutional(seed: 51)
    let data = try TinyNetwork.data(seed: 10, shape: [2, 6, 6], count: 320)
    func distance(_ list: [Correction]) throws -> Double {
      let settings = ConversionSettings(.mmse).with(.steps, 4).with(.calibrate, Corrections(list))
      let result = try convert(network, settings, data)
      let values = try TinyNetwork.data(seed: 10, shape: [2, 6, 6], count: 400)
        .floats(samples: 400, preprocessing: .identity)
      let program = try SpikingTrial.lower(result.network, weightBits: 16)
      let trial = SpikingTrial(program, samples: values, steps: 4)
      let wanted = try FloatEvaluator(network).outputs(values)
      let output = program.populations[program.output.population]
      return zip(trial.outputs, wanted).reduce(0) { sum, pair in
        sum + pair.0.indices.reduce(0.0) { part, index in
          let value = output.value(ofPotential: pair.0[index], index: index, fractionBits: program.fractionBits) / 4
          return part + (value - Double(pair.1[index])) * (value - Double(pair.1[index]))
        }
      }
    }
    // Weights are fitted for the correction of neurons that follows.
    let other: [Correction] = correction == .weights ? [.initial] : []
    #expect(try distance([correction] + other) < distance(other))
  }

  @Test("a matrix between maps, as of a transposed convolution, keeps its weights; layers behind it are fitted", arguments: [
    [Correction.weights, .initial], [.weights, .biasByStep, .lastLayer], [.weights, .bias],
  ])
  func matrixBetweenMaps(_ list: [Correction]) throws {
    var network = TinyNetwork.convolutional(seed: 51)
    let matrix: [Float] = (0..<(27 * 36)).map { index in index % 5 == 0 ? 0.05 - Float(index % 7) / 40 : 0 }
    network.layers[1].connections[0] = AnalogConnection(
      source: .layer(0), pool: network.layers[1].connections[0].pool, kind: .dense, weights: matrix, weightShape: [27, 36])
    let data = try TinyNetwork.data(seed: 10, shape: [2, 6, 6], count: 64)
    let settings = ConversionSettings(.mmse).with(.steps, 4).with(.calibrate, Corrections(list))
    let result = try convert(network, settings, data)
    #expect(result.report.notes.contains { $0.hasPrefix("layer 'conv2' keeps its weights") })
    let program = try SpikingTrial.lower(result.network, weightBits: 16)
    let (middle, last) = (program.weights[program.projections[1].weights], program.weights[program.projections[2].weights])
    #expect(matrix.indices.allSatisfy { matrix[$0] != 0 || middle[$0] == 0 } && (0..<middle.count).contains { middle[$0] != 0 })
    let plain = try convert(network, settings.with(.calibrate, Corrections([.bias])), data)
    let unfitted = try SpikingTrial.lower(plain.network, weightBits: 16)
    #expect((0..<last.count).contains { last[$0] != unfitted.weights[unfitted.projections[2].weights][$0] } == list.contains(.lastLayer))
  }
}

@Suite("Trained for spikes")
struct TrainedForSpikesTests {
  @Test("QCFS in a graph becomes levels, and method trained its thresholds", .enabled(if: ImportFiles.hasShared(
    "models/fashion-cnn-qcfs.onnx"), "needs ../shared"))
  func levels() throws {
    let network = try ImportFiles.importModel("fashion-cnn-qcfs.onnx").network
    for layer in network.layers where layer.name != network.layers[network.output].name {
      #expect(layer.activation.levels == 4, "\(layer.name)")
    }
    let result = try Conversion.run(network, ConversionSettings(.trained))
    #expect(result.report.steps == 4)
    for population in result.network.populations.dropLast() {
      let threshold = try #require(population.neuron.threshold?.entries?.first)
      #expect(population.neuron.initial == .uniform(threshold / 2))
    }
  }

  @Test("a layer without a bound is refused by name")
  func refused() throws {
    do throws(ConversionError) {
      _ = try Conversion.run(TinyNetwork.convolutional(seed: 51), ConversionSettings(.trained))
      Issue.record("converted")
    } catch {
      #expect(
        "\(error)"
          == "layer 'conv1' has no trained threshold (a Rate Norm Layer, QCFS or Clip); use method mmse")
    }
  }

  @Test("rounding to levels is that of the formula", arguments: [1, 4, 7])
  func rounding(_ levels: Int) {
    let activation = AnalogActivation.clip(maximum: 1.5, levels: levels)
    var values = stride(from: Float(-0.5), to: 2, by: 0.01).map { Lanes(repeating: $0) }
    let inputs = values.map { $0[0] }
    activation.apply(to: &values)
    for (x, y) in zip(inputs, values) {
      #expect(abs(Double(y[3]) - activation.applied(to: Double(x))) < 1e-5)
      let steps = Double(y[3]) / 1.5 * Double(levels)
      #expect(abs(steps - steps.rounded()) < 1e-4)
    }
  }
}
