import ChipModel
import Runtime
import Testing

@testable import Compiler

/// Spikes that are the digits of a number: `--neuron phase`, and the first of them alone, `ttfs`.
@Suite("Digits")
struct DigitTests {
  private func data() throws -> Dataset { try TinyNetwork.data(seed: 8, shape: [2, 6, 6], count: 40) }

  private func convert(_ settings: ConversionSettings, _ data: Dataset, maxPool: Bool = false) throws -> ConversionResult {
    var network = TinyNetwork.convolutional(seed: 51)
    if maxPool { network.layers[1].connections[0].pool?.kind = .max }
    return try Conversion.run(network, settings, calibration: CalibrationData(name: "tiny", dataset: data))
  }

  @Test("a layer sends its activation rounded to 2^T levels, bit by bit", arguments: [2, 4, 7])
  func rounded(_ steps: Int) throws {
    let data = try data()
    let result = try convert(.init(.mmse).with(.neuron, .phase).with(.steps, steps), data)
    let program = try SpikingTrial.lower(result.network, weightBits: 16)
    #expect(program.schedule == .separated && program.lag == steps - 1)
    let samples = try data.floats(samples: 10, preprocessing: .identity)
    let evaluator = try FloatEvaluator(TinyNetwork.convolutional(seed: 51))
    let neuron = result.network.populations[0].neuron
    let thresholds = try #require(neuron.threshold?.entries)
    let levels = Double(1 << steps)
    var (spikes, near) = (0, 0)
    let size = samples.count / 10
    let layer = evaluator.map(samples) { block in (0..<block.count).map { lane in block.activations(layer: 0).map { $0[lane] } } }
      .flatMap { $0 }
    for sample in 0..<10 {
      let values = Array(samples[(sample * size)..<((sample + 1) * size)])
      let trial = SpikingTrial(program, samples: values, steps: steps)
      let counts = trial.counters.spikes[1]
      for (index, activation) in layer[sample].enumerated() {
        let threshold = thresholds[index * thresholds.count / layer[sample].count]
        guard threshold.isFinite else { continue }
        let number = min((Double(activation) / threshold * levels + 0.5).rounded(.down), levels - 1)
        let expected = number <= 0 ? 0 : Int(number).nonzeroBitCount
        spikes += expected
        // Weights of 16 bits turn a few of the numbers by one.
        if Int(counts[index]) != expected { near += 1 }
      }
    }
    #expect(spikes > 300 && near < 40, "\(spikes) \(near)")
  }

  @Test("of ttfs no neuron sends more than one spike a sample", arguments: [false, true])
  func first(_ maxPool: Bool) throws {
    let data = try data()
    let result = try convert(ConversionSettings(.ttfs).with(.steps, 6), data, maxPool: maxPool)
    let program = try SpikingTrial.lower(result.network, weightBits: 8)
    let samples = try data.floats(samples: 40, preprocessing: .identity)
    let size = samples.count / 40
    for sample in 0..<40 {
      let trial = SpikingTrial(program, samples: Array(samples[(sample * size)..<((sample + 1) * size)]), steps: 6)
      for population in 1...2 {
        #expect(trial.counters.spikes[population].allSatisfy { $0 <= 1 })
        #expect(trial.counters.spikes[population].contains { $0 == 1 })
      }
    }
  }

  @Test("corrections see the first spikes that the engine sends", arguments: [false, true])
  func floatsAgree(_ maxPool: Bool) throws {
    let data = try data()
    let settings = ConversionSettings(.ttfs).with(.steps, 6).with(.calibrate, Corrections([.weights, .initial]))
    let result = try convert(settings, data, maxPool: maxPool)
    let samples = try data.floats(samples: 40, preprocessing: .identity)
    var network = TinyNetwork.convolutional(seed: 51)
    if maxPool { network.layers[1].connections[0].pool?.kind = .max }
    let plain = try convert(settings.with(.calibrate, Corrections([])), data, maxPool: maxPool)
    #expect(plain.network.populations[1].neuron.initial == nil && result.network.populations[1].neuron.initial != nil)
    let evaluator = try FloatEvaluator(network)
    var draft = SpikingDraft(evaluator.network)
    draft.neurons = plain.network.populations.map(\.neuron)
    var run = DraftCorrection(draft, Corrections([]), samples: samples, steps: 6, threads: 1, evaluator)
    _ = run.run { _ in }
    let trial = SpikingTrial(try SpikingTrial.lower(plain.network, weightBits: 16), samples: samples, steps: 6)
    for layer in 0..<2 {
      let engine = Int(trial.counters.spikes[layer + 1].reduce(0, +))
      #expect(engine > 500 && abs(engine - run.spikeTotals[layer]) <= engine / 100, "layer \(layer)")
    }
  }

  @Test("the worth of a first spike loses least among thresholds")
  func code() {
    var generator = SplitMix(state: 4)
    let bins = (0..<ActivationHistogram.bins).map { _ in Int32.random(in: 0...9, using: &generator) }
    let histogram = ActivationHistogram(largest: 3, counts: bins)
    func error(_ threshold: Double, _ value: Double) -> Double {
      bins.enumerated().reduce(0) { sum, bin in
        let a = (Double(bin.offset) + 0.5) * 3 / Double(bins.count)
        let step = (1...5).first { a >= threshold / Double(1 << $0) }
        let sent = step.map { value / Double(1 << $0) } ?? 0
        return sum + Double(bin.element) * (a - sent) * (a - sent)
      }
    }
    let found = histogram.firstSpikeCode(steps: 5)
    let least = error(found.threshold, found.value)
    for factor in [0.8, 0.9, 1.1, 1.25] {
      #expect(error(found.threshold, found.value * factor) > least)
      #expect(error(found.threshold * factor, found.value) > least)
    }
    #expect(ActivationHistogram(largest: 0, counts: []).firstSpikeCode(steps: 5).threshold == .infinity)
  }

  @Test("what digits cannot be together with is refused")
  func refusals() {
    let digits = ConversionSettings(.mmse).with(.neuron, .phase)
    for (settings, error) in [
      (digits.with(.steps, 17), .parameterRange("steps", value: "17", allowed: "2 to 16 with neurons that send a digit a step")),
      (digits.with(.steps, 1), .parameterRange("steps", value: "1", allowed: "2 to 16 with neurons that send a digit a step")),
      (ConversionSettings(.robustNorm).with(.neuron, .phase).with(.reset, .hard),
        .conflict("neuron", "reset", "its spikes take away what they are worth, no more")),
      (digits.with(.maxPool, .count),
        .conflict("maxPool", "neuron", "the neuron with the largest number passes, digit by digit")),
      (digits.with(.calibrate, Corrections([.biasByStep])),
        .conflict("calibrate", "neuron", "all steps add before one fires: a table would act as its sum")),
      (digits.with(.schedule, .windowed),
        .conflict("schedule", "neuron", "its digits are sent once all has arrived")),
      (digits.with(.lag, 1), .conflict("lag", "neuron", "the separated schedule is the longest lag itself")),
      (digits.with(.readout, .spikes),
        .conflict("neuron", "readout", "an inference ends when the output has added, not when it has fired")),
      (digits.with(.maximumCount, 3),
        .partner("maxCount", needs: "neuron", value: "count", "other spikes carry no count")),
      (ConversionSettings(.ttfs).with(.steps, 17), .parameterRange("steps", value: "17", allowed: "2 to 16 with neurons that send a digit a step")),
    ] as [(ConversionSettings, ConversionError)] {
      #expect(throws: error) { try settings.check() }
    }
    #expect(throws: ConversionError.self) {
      try ConversionSettings(.ttfs).with(.calibrate, Corrections([.biasByStep])).check()
    }
    #expect(throws: Never.self) { try digits.with(.steps, 16).with(.maxPool, .winner).check() }
  }
}
