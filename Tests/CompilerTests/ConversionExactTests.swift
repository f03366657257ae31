import ChipModel
@testable import Runtime
import Testing

@testable import Compiler

/// The exactness tests of `../shared/methods.md` section 3: what must hold to the bit, or to a stated error.
@Suite("Conversion: exactness")
struct ConversionExactTests {
  // MARK: 1

  /// The equations in 64-bit floats on the numbers that the chip holds, so that what differs is arithmetic alone: with the
  /// unrounded weights some neuron of each image meets its threshold a step apart, which moves a potential by 3e-3.
  @Test("readout potentials equal a float reference to 1e-3", arguments: TrainedNetwork.bare)
  func floatReference(_ trained: TrainedNetwork) throws {
    let (steps, images, bits) = (16, 20, 2)
    let result = try trained.convert(ConversionSettings(.robustNorm).with(.initial, .half), samples: 200)
    let samples = try trained.images.samples(images).values
    let size = samples.count / images
    let checked = try result.network.checked()
    let program = try CompiledProgram.lower(
      checked, chip: ChipLibrary.builtIn("ideal"), options: CompileOptions(weightBits: 16, fractionBits: bits))
    let thresholds = checked.populations[checked.placed].map { $0.threshold?.entries[0] }
    var network = try trained.network()
    for (index, projection) in program.projections.enumerated() {
      let unit = program.populations[index + 1].unit
      let spike = (index == 0 ? nil : thresholds[index - 1] ?? nil).map { $0 / 4 } ?? 1
      let stored = program.weights[projection.weights]
      let row = stored.count / network.layers[index].channels
      for position in 0..<stored.count {
        let exact = Double(stored[position]) * unit[unit.count == 1 ? 0 : position / row] / spike
        #expect(abs(exact - Double(network.layers[index].connections[0].weights[position])) < 1e-4)
        network.layers[index].connections[0].weights[position] = Float(exact)
      }
    }
    let trial = SpikingTrial(program, samples: samples, steps: steps)
    let output = program.populations[program.output.population]
    for image in 0..<images {
      let input = samples[(image * size)..<((image + 1) * size)].map { Double(InputEncoder.quantise(Double($0))) / 4096 }
      let expected = FloatSpiking.run(network, thresholds: thresholds, input: input, steps: steps)
      let largest = expected.reduce(0) { max($0, abs($1)) }
      for index in expected.indices {
        let value = output.value(ofPotential: trial.outputs[image][index], index: index, fractionBits: bits)
        #expect(abs(value - expected[index]) <= 1e-3 * largest, "image \(image), output \(index)")
      }
    }
  }

  // MARK: 2

  @Test(
    "ter-mapping of a ReLU network is max-norm, spike for spike",
    arguments: TrainedNetwork.rectified + TrainedNetwork.bare.dropFirst())
  func ternaryIsMaxNorm(_ trained: TrainedNetwork) throws {
    func trial(_ name: ConversionMethod) throws -> SpikingTrial {
      try trained.images.trial(trained.convert(ConversionSettings(name)).network, steps: 16, images: 50).trial
    }
    let a = try trial(.maxNorm)
    let b = try trial(.terMapping)
    #expect(a.counters.spikes == b.counters.spikes)
    #expect(a.counters.spikesByStep == b.counters.spikesByStep)
    #expect(a.outputs == b.outputs)
    #expect(a.spikesUpToStep[15] > 1000)
  }

  @Test("augmented spikes of at most 1 are soft-reset spikes")
  func boundedAugmentedIsPlain() throws {
    let network = TinyNetwork.convolutional(seed: 11)
    let data = try TinyNetwork.data(seed: 12, shape: [2, 6, 6], count: 20)
    var augmented = try Conversion.run(network, ConversionSettings(.augMapping).with(.maximumCount, 1)).network
    var plain = augmented
    for index in plain.populations.indices where plain.populations[index].neuron.model == .augmented {
      augmented.populations[index].neuron.threshold = .uniform(0.7)
      augmented.populations[index].neuron.spikeValue = .uniform(0.7)
      plain.populations[index].neuron = NetworkNeuron(model: .integrateFire, threshold: .uniform(0.7))
    }
    let a = try tiny(augmented, data, steps: 20)
    let b = try tiny(plain, data, steps: 20)
    #expect(a.counters.spikes == b.counters.spikes)
    #expect(a.outputs == b.outputs)
    #expect(a.spikesUpToStep[19] > 100)
  }

  /// Input - `a` - `b` - `c`, with a shortcut from `a` to `c`: `[4]` neurons each.
  private static func residual() -> AnalogNetwork {
    var random = SplitMix(state: 21)
    func dense(_ source: AnalogSource) -> AnalogConnection {
      AnalogConnection(
        source: source, kind: .dense, weights: (0..<16).map { _ in random.float() }, weightShape: [4, 4])
    }
    return AnalogNetwork(
      name: "residual", inputShape: [4],
      layers: [
        AnalogLayer(name: "a", shape: [4], connections: [dense(.input)], bias: [0.1, 0.2, 0, 0.3]),
        AnalogLayer(name: "b", shape: [4], connections: [dense(.layer(0))], bias: [0.1, 0.1, -0.1, 0.2]),
        AnalogLayer(
          name: "c", shape: [4], connections: [dense(.layer(1)), AnalogConnection(source: .layer(0), kind: .identity)],
          bias: [0, 0.1, 0.2, 0.1]),
        AnalogLayer(name: "out", shape: [4], connections: [dense(.layer(2))], activation: AnalogActivation.none),
      ], output: 3)
  }

  @Test("bsnn's delays are its synchronous neurons, spike for spike")
  func synchronousNeurons() throws {
    let network = Self.residual()
    let data = try TinyNetwork.data(seed: 22, shape: [4], count: 40)
    let delayed = try Conversion.run(
      network, ConversionSettings(.bsnn).with(.period, 6), calibration: CalibrationData(name: "tiny", dataset: data)
    ).network
    // The synchronous neuron of the paper, written out: a pair that repeats the code of `a` one period later.
    var explicit = delayed
    let a = explicit.populations[0]
    explicit.populations.append(NetworkPopulation(name: "s", shape: a.shape, neuron: a.neuron))
    let shortcut = try #require(explicit.projections.firstIndex { $0.from == "a" && $0.to == "c" })
    explicit.projections[shortcut].from = "s"
    explicit.projections.append(NetworkProjection(name: "a-s", from: "a", to: "s", kind: .identity))
    let x = try tiny(delayed, data, steps: 36)
    let y = try tiny(explicit, data, steps: 36)
    for population in 1...3 { #expect(x.counters.spikes[population] == y.counters.spikes[population]) }
    #expect(x.decisions == y.decisions)
    #expect(x.outputs == y.outputs)
    #expect(x.counters.spikes[3].contains { $0 > 0 })
  }

  @Test("--no-synchronous-neurons shortens the delay, and that shows")
  func withoutSynchronousNeurons() throws {
    let network = Self.residual()
    let data = try TinyNetwork.data(seed: 22, shape: [4], count: 40)
    let calibration = CalibrationData(name: "tiny", dataset: data)
    func program(_ usesThem: Bool) throws -> CompiledProgram {
      let method = ConversionSettings(.bsnn).with(.period, 6).with(.synchronousNeurons, usesThem)
      return try SpikingTrial.lower(
        Conversion.run(network, method, calibration: calibration).network, weightBits: 8)
    }
    func delay(_ program: CompiledProgram) -> Int? {
      program.projections.first { $0.source == 1 && $0.target == 3 }?.delay
    }
    #expect(delay(try program(true)) == 2 + 6)
    #expect(delay(try program(false)) == 2)
  }

  // MARK: 3

  @Test("the negative threshold carries LeakyReLU", .enabled(if: Trained.isThere, "no networks in ../shared"))
  func negativeThreshold() throws {
    let images = 500
    for (model, withoutIt) in [("mnist-cnn-leaky", 95.4), ("mnist-mlp-leaky", 88.4)] {
      var network = try ImportFiles.importModel(model + ".onnx").network
      let spiking = try Conversion.run(network, ConversionSettings(.augMapping), preprocessing: Trained.grey).network
      let full = try Trained.accuracy(spiking, steps: 8, images: images)[7]
      for index in network.layers.indices where network.layers[index].activation != AnalogActivation.none {
        network.layers[index].activation = .relu
      }
      let (samples, labels) = try TrainedImages.mnist.samples(images)
      let rectified = try FloatEvaluator(network).accuracy(samples, labels: labels)
      print(model, "ANN with ReLU:", rectified * 100, "aug-mapping:", full)
      #expect(abs(rectified * 100 - withoutIt) <= 0.2)
      #expect(full >= withoutIt + 2)
    }
  }

  // MARK: 4

  @Test(
    "bsnn at D K decides as the ANN on 99.5 % of the images",
    arguments: TrainedNetwork.rectified + TrainedNetwork.bare.dropFirst())
  func bistableAgrees(_ trained: TrainedNetwork) throws {
    let period = 8
    let result = try trained.convert(ConversionSettings(.bsnn).with(.period, period))
    let steps = result.report.steps
    let trial = try trained.images.trial(result.network, steps: steps).trial
    let decisions = try FloatEvaluator(trained.network()).predictions(trained.images.samples().values)
    let agreeing = zip(trial.decisions, decisions).count { $0.last == $1 }
    print(trained, "bsnn agrees with the ANN on", agreeing, "of", decisions.count)
    #expect(agreeing * 1000 >= decisions.count * 995)
    // One decision for all images before the readout's first period: no information has arrived.
    for step in 0..<(steps - period) { #expect(Set(trial.decisions.map { $0[step] }).count == 1) }
  }

  // MARK: 5

  @Test("a free-running pipeline shows the layer-synchronous answer D - 1 ticks later", arguments: TrainedNetwork.bare)
  func pipeline(_ trained: TrainedNetwork) throws {
    let network = try trained.convert(ConversionSettings(.robustNorm)).network
    let samples = try trained.images.samples(30).values
    let windowed = SpikingTrial(try SpikingTrial.lower(network, weightBits: 8), samples: samples, steps: 12)
    let program = try CompiledProgram.lower(
      network.checked(), chip: ChipLibrary.builtIn("ideal"), options: CompileOptions(schedule: .continuous))
    let running = SpikingTrial(program, samples: samples, steps: 14)
    #expect(windowed.outputs == running.outputs)
    for (a, b) in zip(windowed.decisions, running.decisions) { #expect(a == Array(b[2...])) }
  }

  // MARK: 6

  @Test("a channel that never gets positive current never spikes", arguments: ConversionMethod.ofEveryNetwork)
  func deadChannel(_ name: ConversionMethod) throws {
    let network = TinyNetwork.convolutional(seed: 31)
    let data = try TinyNetwork.data(seed: 32, shape: [2, 6, 6], count: 24)
    let result = try Conversion.run(
      network, ConversionSettings(name).with(.steps, 16), calibration: CalibrationData(name: "tiny", dataset: data))
    let trial = try tiny(result.network, data, steps: 16)
    #expect(trial.counters.spikes[1][72..<108].allSatisfy { $0 == 0 })
    #expect(trial.counters.spikes[1].contains { $0 > 0 })
    if name != .augMapping { #expect(result.report.layers[0].deadChannels == 1) }
  }

  // MARK: 7

  @Test("V(0) + sum of currents = V(T) + threshold times spikes, exactly", arguments: TrainedNetwork.bare)
  func sumCheck(_ trained: TrainedNetwork) throws {
    let steps = 16
    let result = try trained.convert(ConversionSettings(.robustNorm).with(.initial, .half))
    let program = try SpikingTrial.lower(result.network, weightBits: 8)
    let sample = try trained.images.samples(1).values
    var runner = LayerRunner(plan: EnginePlan(program), steps: steps)
    let x = sample.map { InputEncoder.quantise(Double($0)) }
    _ = runner.run(quantised: x)
    let currents = ChipInterpreter.currents(of: 1, in: program, quantised: x)
    let population = program.populations[1]
    var spikes = 0
    for index in currents.indices {
      let count = Int64(runner.counters.spikes[1][index])
      let threshold = Int64(population.threshold.value(at: index, shape: population.shape))
      let left = Int64(population.initial.value(at: index, shape: population.shape)) + Int64(steps) * currents[index]
      #expect(left == Int64(runner.potential(population: 1, index: index)) + threshold * count)
      spikes += Int(count)
    }
    #expect(spikes > 100)
  }

  // MARK: Probes

  @Test("recorded sums are what an accumulator gains")
  func probe() throws {
    let network = TinyNetwork.convolutional(seed: 41)
    let data = try TinyNetwork.data(seed: 42, shape: [2, 6, 6], count: 6)
    let samples = try data.floats(samples: 6, preprocessing: .identity)
    var draft = SpikingDraft(network)
    draft.neurons[0] = NetworkNeuron(model: .integrateFire, threshold: .uniform(1.1))
    var calibration = SpikingCalibration(draft, samples: samples, steps: 9, threads: 3)
    try calibration.freeze(layer: 0, draft.neurons[0]) { _ in }
    let sums = try calibration.largestSums(layer: 1) { _ in }
    // The same by stopping an accumulator after each step.
    var whole = draft.provisional(through: 1, spikingInput: nil)
    whole.populations[1].neuron = NetworkNeuron(model: .integrateFire, threshold: .uniform(.infinity))
    let program = try SpikingTrial.lower(whole, weightBits: 16)
    var largest = [Double](repeating: 0, count: 3)
    for sample in 0..<6 {
      var before = [Int](repeating: 0, count: 27)
      for steps in 1...9 {
        var runner = LayerRunner(plan: EnginePlan(program), steps: steps)
        _ = runner.run(
          quantised: samples[(sample * 72)..<((sample + 1) * 72)].map { InputEncoder.quantise(Double($0)) })
        for index in 0..<27 {
          let now = Int(runner.potential(population: 2, index: index))
          let population = program.populations[2]
          largest[index / 9] = max(
            largest[index / 9], population.value(ofPotential: now - before[index], index: index, fractionBits: 0))
          before[index] = now
        }
      }
    }
    #expect(sums == largest)
    #expect(sums.contains { $0 > 0 })
  }

  private func tiny(_ network: Network, _ data: Dataset, steps: Int) throws -> SpikingTrial {
    let samples = try data.floats(samples: data.count, preprocessing: .identity)
    return SpikingTrial(try SpikingTrial.lower(network, weightBits: 8), samples: samples, steps: steps)
  }
}

/// The papers' layer-synchronous loop in 64-bit floats, straight from the equations: soft reset, V(0) = threshold / 2, a
/// spike worth its threshold, average pooling of spikes. Convolutions, padded alike on all sides, dense layers, no
/// biases.
enum FloatSpiking {
  static func run(_ network: AnalogNetwork, thresholds: [Double?], input image: [Double], steps: Int) -> [Double] {
    var potentials = network.layers.enumerated().map { index, layer in
      [Double](repeating: (thresholds[index] ?? 0) / 2, count: layer.count)
    }
    for _ in 0..<steps {
      var values = image
      for (index, layer) in network.layers.enumerated() {
        let connection = layer.connections[0]
        let shape = network.shape(of: connection.source)
        let pooled = connection.pool.map { average(values, shape, $0.kernel[0]) } ?? values
        let sums = weighted(pooled, network.pooledShape(connection), connection, layer)
        for neuron in sums.indices { potentials[index][neuron] += sums[neuron] }
        guard let threshold = thresholds[index] else { continue }
        values = potentials[index].map { $0 >= threshold ? threshold : 0 }
        for neuron in values.indices { potentials[index][neuron] -= values[neuron] }
      }
    }
    return potentials[network.output]
  }

  private static func average(_ values: [Double], _ shape: [Int], _ size: Int) -> [Double] {
    let (height, width) = (shape[1] / size, shape[2] / size)
    var result = [Double](repeating: 0, count: shape[0] * height * width)
    for c in 0..<shape[0] {
      for y in 0..<(height * size) {
        for x in 0..<(width * size) {
          result[(c * height + y / size) * width + x / size] +=
            values[(c * shape[1] + y) * shape[2] + x] / Double(size * size)
        }
      }
    }
    return result
  }

  private static func weighted(
    _ values: [Double], _ shape: [Int], _ connection: AnalogConnection, _ layer: AnalogLayer
  ) -> [Double] {
    var result = [Double](repeating: 0, count: layer.count)
    let weights = connection.weights
    guard connection.kind == .convolution else {
      for row in result.indices {
        for column in values.indices { result[row] += Double(weights[row * values.count + column]) * values[column] }
      }
      return result
    }
    let (inputs, kernel, padding) = (shape[0], connection.weightShape[2], connection.padding[0])
    for out in 0..<layer.shape[0] {
      for y in 0..<layer.shape[1] {
        for x in 0..<layer.shape[2] {
          var sum = 0.0
          for c in 0..<inputs {
            for dy in 0..<kernel {
              for dx in 0..<kernel {
                let (row, column) = (y + dy - padding, x + dx - padding)
                guard (0..<shape[1]).contains(row), (0..<shape[2]).contains(column) else { continue }
                sum +=
                  Double(weights[((out * inputs + c) * kernel + dy) * kernel + dx])
                  * values[(c * shape[1] + row) * shape[2] + column]
              }
            }
          }
          result[(out * layer.shape[1] + y) * layer.shape[2] + x] = sum
        }
      }
    }
    return result
  }
}
