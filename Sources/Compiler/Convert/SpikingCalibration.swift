import ChipModel
import Runtime
import Dispatch
import Synchronization

/// Runs a draft on calibration samples layer by layer: the thresholds of a layer are found with the layers before it
/// frozen.
///
/// What runs is the chip's engine on a provisional program (16-bit weights, 32-bit membranes, no cores). The spikes of a
/// layer are kept until no later layer reads them, so that each layer is simulated over its steps once for its sums and
/// once for its spikes. Results do not depend on the number of threads.
struct SpikingCalibration: Sendable {
  var draft: SpikingDraft
  let steps: Int
  let threads: Int
  /// Quantised input of each sample; all zero where the input spikes.
  private let inputs: [[Int32]]
  /// Value of an input spike; nil: the input is a current.
  private let spikingInput: Double?
  /// Spikes of each sample and population, while they are needed.
  private var trains: [[SpikeTrain?]]

  /// Calibration with the constant input current that the chip gets.
  init(_ draft: SpikingDraft, samples: [Float], steps: Int, threads: Int?) {
    self.init(draft, samples: samples, steps: steps, threads: threads, seed: nil)
  }

  /// - Parameter seed: random input spikes instead of the constant current: a pixel spikes with the probability of its
  ///   value relative to the largest magnitude (or to 1 where that is smaller), one generator a sample.
  init(_ draft: SpikingDraft, samples: [Float], steps: Int, threads: Int?, seed: UInt64?) {
    self.draft = draft
    self.steps = steps
    self.threads = max(1, threads ?? Processors.available)
    let size = max(1, draft.network.inputCount)
    let count = samples.count / size
    let layers = draft.network.layers.count
    guard let seed else {
      spikingInput = nil
      inputs = (0..<count).map { sample in
        samples[(sample * size)..<((sample + 1) * size)].map { InputEncoder.quantise(Double($0)) }
      }
      trains = [[SpikeTrain?]](repeating: [SpikeTrain?](repeating: nil, count: layers + 1), count: count)
      return
    }
    let largest = Double(samples.reduce(Float(1)) { max($0, abs($1)) })
    spikingInput = largest
    inputs = [[Int32]](repeating: [Int32](repeating: 0, count: size), count: count)
    let shape = MapShape(draft.network.inputShape) ?? MapShape(channels: size)
    trains = (0..<count).map { sample in
      var generator = SeededGenerator(seed: seed &+ UInt64(truncatingIfNeeded: sample) &* 0x9E37_79B9_7F4A_7C15)
      let rates = samples[(sample * size)..<((sample + 1) * size)].map { Double($0) / largest }
      let train = SpikeTrain.bernoulli(rates: rates, shape: shape, hasPayload: true, steps: steps, using: &generator)
      return [nil, train] + [SpikeTrain?](repeating: nil, count: layers)
    }
  }

  var sampleCount: Int { inputs.count }
  /// Index of the first layer's population in provisional programs: the input comes before, also as a population that
  /// spikes.
  private var offset: Int { spikingInput == nil ? 1 : 2 }

  // MARK: Layer by layer

  /// Largest sum in any step that reaches each channel of a layer, ANN units, at least 0. The layers before it must be
  /// frozen.
  func largestSums(
    layer: Int, _ progress: @Sendable (Int) -> Void
  ) throws(ConversionError) -> [Double] {
    let program = try provisional(through: layer)
    let population = layer + offset
    let channels = program.populations[population].shape.channels
    let merged = Mutex([Int64](repeating: 0, count: channels))
    forEachWorker(program) { runner, samples in
      runner.probe = SumProbe(population: population, channels: channels)
      for sample in samples {
        run(&runner, population, sample)
        progress(1)
      }
      guard let probe = runner.probe else { return }
      merged.withLock { all in
        for channel in all.indices { all[channel] = max(all[channel], probe.largest[channel]) }
      }
    }
    let unit = program.populations[population].unit
    return merged.withLock { all in
      all.indices.map { Double(all[$0]) * unit[unit.count == 1 ? 0 : $0] }
    }
  }

  /// Gives a layer its neuron and records its spikes for the layers after it.
  mutating func freeze(
    layer: Int, _ neuron: NetworkNeuron, _ progress: @Sendable (Int) -> Void
  ) throws(ConversionError) {
    draft.neurons[layer] = neuron
    guard lastReader[layer] > layer else { return }
    let program = try provisional(through: layer)
    let population = layer + offset
    let recorded = Mutex([SpikeTrain?](repeating: nil, count: sampleCount))
    let frozen = self
    forEachWorker(program) { runner, samples in
      for sample in samples {
        frozen.run(&runner, population, sample)
        let train = runner.trains[population]
        recorded.withLock { $0[sample] = train }
        progress(1)
      }
    }
    let all = recorded.withLock { $0 }
    let readers = lastReader
    for sample in all.indices {
      trains[sample][population] = all[sample]
      for earlier in 0..<layer where readers[earlier] == layer { trains[sample][earlier + offset] = nil }
    }
  }

  // MARK: All layers

  /// For each layer the mean over the samples of what `reduce` makes of its potentials after the last step (ANN units).
  ///
  /// - Parameter reduce: sum and number of the potentials that count, of one sample.
  func meanPotentials(
    layers: [Int], reduce: @Sendable (_ layer: Int, _ potentials: [Double]) -> (sum: Double, count: Int),
    _ progress: @Sendable (Int) -> Void
  ) throws(ConversionError) -> [Double] {
    guard let last = layers.max() else { return [] }
    let program = try provisional(through: last)
    let results = Mutex([[(sum: Double, count: Int)]](repeating: [], count: sampleCount))
    let offset = offset
    forEachWorker(program) { runner, samples in
      for sample in samples {
        _ = runner.run(quantised: inputs[sample])
        let reduced = layers.map { layer in
          let population = program.populations[layer + offset]
          let potentials = (0..<population.shape.count).map { neuron in
            population.value(
              ofPotential: Int(runner.potential(population: layer + offset, index: neuron)), index: neuron,
              fractionBits: program.fractionBits)
          }
          return reduce(layer, potentials)
        }
        results.withLock { $0[sample] = reduced }
        progress(1)
      }
    }
    let all = results.withLock { $0 }
    return layers.indices.map { index in
      var sum = 0.0
      var count = 0
      for sample in all where sample.count == layers.count {
        sum += sample[index].sum
        count += sample[index].count
      }
      return count == 0 ? 0 : sum / Double(count)
    }
  }

  // MARK: Parts

  /// Last layer that reads each layer's spikes; the layer itself where none does.
  private var lastReader: [Int] {
    var result = Array(draft.network.layers.indices)
    for (index, layer) in draft.network.layers.enumerated() {
      for connection in layer.connections {
        if case .layer(let source) = connection.source { result[source] = max(result[source], index) }
      }
    }
    return result
  }

  private func provisional(through layer: Int) throws(ConversionError) -> CompiledProgram {
    let network = draft.provisional(through: layer, spikingInput: spikingInput)
    return try SpikingTrial.lower(network, weightBits: 16)
  }

  private func run(_ runner: inout LayerRunner, _ population: Int, _ sample: Int) {
    for (earlier, train) in trains[sample].enumerated() where earlier < population {
      if let train { runner.setTrain(train, population: earlier) }
    }
    runner.run(population: population, quantised: inputs[sample])
  }

  /// Runs `body` once for each worker, with its samples.
  private func forEachWorker(
    _ program: CompiledProgram, _ body: @Sendable (_ runner: inout LayerRunner, _ samples: StrideTo<Int>) -> Void
  ) {
    let plan = EnginePlan(program)
    let workers = max(1, min(threads, sampleCount))
    DispatchQueue.concurrentPerform(iterations: workers) { worker in
      var runner = LayerRunner(plan: plan, steps: steps)
      body(&runner, stride(from: worker, to: sampleCount, by: workers))
    }
  }
}
