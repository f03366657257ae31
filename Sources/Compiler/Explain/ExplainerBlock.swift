import ChipModel
import Runtime

/// What one sample showed, by population.
struct ExplainedSample: Sendable {
  /// How right the original is, as `OutputTruth` has it.
  var original = 0.0
  /// The same if the layers up to one spike and the rest is the original, by population; nil where they were not asked
  /// for.
  var scores: [PerExecution<Double>?]
  /// The same of the spiking networks.
  var last = PerExecution(0.0)
  /// Cosines with the original's activations; nil where the original is silent.
  var cosines: [PerExecution<Double>?]
  /// Sums of |r| and r^2 of the limit's rates.
  var rates: [Double]
  var squares: [Double]
  /// |N / t - r|^2 after each step.
  var distances: [[Double]]
  /// On the chip: spikes, and neurons that fire as often as they can.
  var spikes: [Int]
  var full: [Int]
  /// Of these the spikes of neurons whose activation in the original is not above 0.
  var inactivated: [Int]
  /// On the chip, payloads counted as often as they say: by channel.
  var channelCounts: [[Int]]
  /// On the chip: cosine of the rates up to each step with the original's activations; empty where those are 0.
  var similarity: [[Double]]
  /// What the chip's outputs are more than the original's.
  var outputDifferences: [Double] = []
  /// Neurons that fired on the chip, row-major.
  var fired: [[Bool]]
  var saturations: [Int]

  init(populations: Int) {
    scores = [PerExecution<Double>?](repeating: nil, count: populations)
    cosines = [PerExecution<Double>?](repeating: nil, count: populations)
    rates = [Double](repeating: 0, count: populations)
    squares = rates
    distances = [[Double]](repeating: [], count: populations)
    spikes = [Int](repeating: 0, count: populations)
    (full, inactivated) = (spikes, spikes)
    channelCounts = [[Int]](repeating: [], count: populations)
    similarity = distances
    fired = [[Bool]](repeating: [], count: populations)
    saturations = spikes
  }
}

/// Up to 16 samples through all executions.
struct ExplainerBlock {
  let explainer: Explainer
  let block: EvaluatedBlock
  let truth: OutputTruth
  private(set) var samples: [ExplainedSample]
  /// Activations of each execution, `[layer of the original][neuron]`, a lane a sample.
  private var activations: PerExecution<[[Lanes]]>

  init(_ explainer: Explainer, _ block: EvaluatedBlock, _ truth: OutputTruth) {
    self.explainer = explainer
    self.block = block
    self.truth = truth
    samples = [ExplainedSample](
      repeating: ExplainedSample(populations: explainer.network.populations.count), count: block.count)
    let zero = explainer.original.network.layers.map { [Lanes](repeating: .zero, count: $0.count) }
    activations = PerExecution(zero)
  }

  private var network: CheckedNetwork { explainer.network }

  mutating func execute(_ progress: (Int) -> Void) {
    let range = network.network.input.calibratedRange
    let inputs = (0..<block.count).map { lane in
      var values = block.inputs.map { Double($0[lane]) }
      // The ANN sees what lies beyond.
      _ = range?.cut(&values)
      return values
    }
    for lane in 0..<block.count { runReal(inputs[lane], lane) }
    if runProgram(explainer.chip, inputs, .chip) {
      _ = runProgram(explainer.integer, inputs, .integer)
    } else {
      activations.integer = activations.chip
      for lane in samples.indices { samples[lane].last.integer = samples[lane].last.chip }
    }
    for population in network.placed { compare(population) }
    decide()
    progress(block.count)
  }

  // MARK: Executions

  private mutating func runReal(_ input: [Double], _ lane: Int) {
    let limits = explainer.real.limit(input)
    let outcome = explainer.real.run(input, steps: explainer.steps, sample: block.first + lane)
    for population in network.placed {
      let decoder = explainer.decoders[population]
      let layer = explainer.layers[population]
      let shape = decoder.shape
      let ordered = rowMajor(limits[population], shape)
      if decoder.isAccumulator {
        set(&activations.limit[layer], lane, ordered)
        set(&activations.real[layer], lane, rowMajor(outcome.potentials[population], shape).map { $0 / decoder.spans })
        continue
      }
      set(&activations.limit[layer], lane, zip(ordered, decoder.amplitude).map { $0 * $1 })
      var counts = [Double](repeating: 0, count: shape.count)
      if let train = outcome.trains[population] {
        samples[lane].distances[population] = distances(
          train, ordered, norm: limits[population].reduce(0) { $0 + $1 * $1 }, decoder, counts: &counts)
      }
      set(&activations.real[layer], lane, decoder.activations(sums: counts))
      for rate in limits[population] {
        samples[lane].rates[population] += abs(rate)
        samples[lane].squares[population] += rate * rate
      }
    }
    samples[lane].last.real = truth.score(decision: outcome.decision, sample: block.first + lane)
  }

  /// `|N / t - r|^2` after each step, from running sums of N^2 and N r: a step costs as much as it has spikes.
  private func distances(
    _ train: SpikeTrain, _ rates: [Double], norm: Double, _ decoder: RateDecoder, counts: inout [Double]
  ) -> [Double] {
    var (squares, product, carried) = (0.0, 0.0, 0.0)
    return (0..<train.steps).map { step in
      let worth = decoder.worth(step: step)
      carried += decoder.most(step: step)
      if worth > 0 {
        train.forEachSpike(step: step) { neuron, payload in
          let gain = Double(payload) * worth
          squares += gain * (2 * counts[neuron] + gain)
          product += gain * rates[neuron]
          counts[neuron] += gain
        }
      }
      return carried > 0 ? max(0, squares / (carried * carried) - 2 * product / carried + norm) : norm
    }
  }

  /// Runs the block on the engine. Returns whether a membrane saturated.
  private mutating func runProgram(_ program: CompiledProgram, _ inputs: [[Double]], _ execution: Execution) -> Bool {
    var runner = LayerRunner(plan: EnginePlan(program), steps: explainer.steps)
    var before = [Int](repeating: 0, count: program.populations.count)
    for (lane, input) in inputs.enumerated() {
      runner.sample = block.first + lane
      let decision = runner.run(input).decisions.last ?? 0
      samples[lane].last[execution] = truth.score(decision: decision, sample: block.first + lane)
      let after = runner.counters.saturations
      for population in network.placed {
        let values = decoded(runner, population, lane, execution)
        set(&activations[execution][explainer.layers[population]], lane, values)
        if execution == .chip { samples[lane].saturations[population] = after[population] - before[population] }
      }
      before = after
    }
    return before.contains { $0 > 0 }
  }

  private mutating func decoded(_ runner: LayerRunner, _ index: Int, _ lane: Int, _ execution: Execution) -> [Double] {
    let decoder = explainer.decoders[index]
    let program = runner.plan.program
    if decoder.isAccumulator {
      return (0..<decoder.shape.count).map { neuron in
        program.populations[index].value(
          ofPotential: Int(runner.potential(population: index, index: neuron)), index: neuron,
          fractionBits: program.fractionBits) / decoder.spans
      }
    }
    var sums = [Double](repeating: 0, count: decoder.shape.count)
    var events = [Int](repeating: 0, count: decoder.shape.count)
    var payloads = events
    let train = runner.trains[index]
    let truth = execution == .chip ? block.activations(layer: explainer.layers[index]) : []
    let truthNorm = truth.reduce(0) { $0 + Double($1[lane] * $1[lane]) }
    // Of the rates in units of the original: |r|^2 and r times its activations.
    var (squares, product) = (0.0, 0.0)
    for step in 0..<train.steps {
      let worth = decoder.worth(step: step)
      train.forEachSpike(step: step) { neuron, payload in
        let gain = Double(payload) * worth
        if truthNorm > 0 {
          let amplitude = decoder.amplitude[neuron]
          squares += gain * (2 * sums[neuron] + gain) * amplitude * amplitude
          product += gain * amplitude * Double(truth[neuron][lane])
        }
        sums[neuron] += gain
        events[neuron] += 1
        payloads[neuron] += Int(payload.magnitude)
      }
      if truthNorm > 0 {
        samples[lane].similarity[index].append(squares > 0 ? product / (squares * truthNorm).squareRoot() : 0)
      }
    }
    if execution == .chip {
      samples[lane].spikes[index] = events.reduce(0, +)
      samples[lane].inactivated[index] = events.indices.reduce(0) { $0 + (truth[$1][lane] > 0 ? 0 : events[$1]) }
      samples[lane].channelCounts[index] = (0..<decoder.shape.channels).map { channel in
        payloads[(channel * decoder.shape.pixels)..<((channel + 1) * decoder.shape.pixels)].reduce(0, +)
      }
      samples[lane].fired[index] = events.map { $0 > 0 }
      if decoder.switches {
        let capacity = decoder.capacity
        samples[lane].full[index] = sums.count { $0 >= capacity }
      } else if let bound = decoder.bound, decoder.mostSpikes > 0 {
        let most = decoder.mostSpikes.multipliedReportingOverflow(by: bound)
        samples[lane].full[index] = most.overflow ? 0 : payloads.count { $0 >= most.partialValue }
      }
    }
    return decoder.activations(sums: sums)
  }

  private func set(_ lanes: inout [Lanes], _ lane: Int, _ values: [Double]) {
    for (index, value) in values.enumerated() { lanes[index][lane] = Float(value) }
  }

  // MARK: Comparison

  private mutating func compare(_ population: Int) {
    let layer = explainer.layers[population]
    let truth = block.activations(layer: layer)
    for lane in samples.indices {
      guard truth.contains(where: { $0[lane] != 0 }) else { continue }
      samples[lane].cosines[population] = activations.map { Self.cosine(truth, $0[layer], lane) }
    }
  }

  private static func cosine(_ a: [Lanes], _ b: [Lanes], _ lane: Int) -> Double {
    var (dot, left, right) = (0.0, 0.0, 0.0)
    for index in a.indices {
      let (x, y) = (Double(a[index][lane]), Double(b[index][lane]))
      dot += x * y
      left += x * x
      right += y * y
    }
    return left > 0 && right > 0 ? dot / (left * right).squareRoot() : 0
  }

  /// Scores with the first layers spiking and the others the original's.
  private mutating func decide() {
    let output = explainer.original.network.output
    let own = scores(block.activations(layer: output))
    let last = activations.map { scores($0[output], isSpiking: true) }
    let (shown, right) = (activations.chip[output], block.activations(layer: output))
    for lane in samples.indices {
      samples[lane].outputDifferences = zip(shown, right).map { Double($0[lane]) - Double($1[lane]) }
      samples[lane].original = own[lane]
      samples[lane].last.limit = last.limit[lane]
      // Classes are decided by what is read, spikes or potentials.
      if truth.task == .values { samples[lane].last = last.map { $0[lane] } }
      samples[lane].scores[network.output] = samples[lane].last
    }
    for layer in explainer.cuts where layer != output {
      let results = activations.map { values in
        scores(explainer.original.output(of: block, given: Array(values[0...layer])))
      }
      for lane in samples.indices {
        samples[lane].scores[explainer.populations[layer]] = results.map { $0[lane] }
      }
    }
  }

  /// - Parameter isSpiking: sums of the spiking network, which end as the network's do.
  private func scores(_ values: [Lanes], isSpiking: Bool = false) -> [Double] {
    let activation = explainer.chip.output.activation
    return (0..<block.count).map { lane in
      let outputs = values.map { Double($0[lane]) }
      return truth.score(
        isSpiking && truth.task == .values ? outputs.map { activation.applied(to: $0) } : outputs, sample: block.first + lane)
    }
  }
}
