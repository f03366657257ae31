import ChipModel
import Runtime
import Testing

@testable import Compiler

/// Temporal switch coding, `--neuron switch`.
@Suite("Switches")
struct SwitchTests {
  private func convert(_ settings: ConversionSettings, _ data: Dataset, maxPool: Bool) throws -> ConversionResult {
    var network = TinyNetwork.convolutional(seed: 51)
    if maxPool { network.layers[1].connections[0].pool?.kind = .max }
    return try Conversion.run(network, settings, calibration: CalibrationData(name: "tiny", dataset: data))
  }

  @Test("two spikes say what the separated count says, to neurons, max pools and the output", arguments: [false, true])
  func counts(_ maxPool: Bool) throws {
    let data = try TinyNetwork.data(seed: 8, shape: [2, 6, 6], count: 40)
    let steps = 7
    let settings = ConversionSettings(.mmse).with(.steps, steps).with(.calibrate, Corrections([.weights, .initial]))
    let counted = try convert(settings.with(.schedule, .separated), data, maxPool: maxPool)
    let switched = try convert(settings.with(.neuron, .switching), data, maxPool: maxPool)
    #expect(switched.network.schedule == .separated)
    #expect(switched.network.populations.map(\.neuron.model) == [.switching, .switching, .integrator])
    let samples = try data.floats(samples: 10, preprocessing: .identity)
    let size = samples.count / 10
    var spikes = (counted: 0, switched: 0)
    var runners = try [counted, switched].map {
      LayerRunner(plan: EnginePlan(try SpikingTrial.lower($0.network, weightBits: 8)), steps: steps)
    }
    for sample in 0..<10 {
      let values = samples[(sample * size)..<((sample + 1) * size)].map(Double.init)
      let outputs = runners.indices.map { runners[$0].run(values) }
      #expect(outputs[0].outputs == outputs[1].outputs && outputs[0].decisions == outputs[1].decisions)
      for population in 1...2 {
        let neurons = runners[0].plan.program.populations[population].shape.count
        var counts = [Int](repeating: 0, count: neurons)
        var times = counts
        var sent = counts
        for step in 0..<steps {
          runners[0].trains[population].forEachSpike(step: step) { neuron, _ in counts[neuron] += 1 }
          runners[1].trains[population].forEachSpike(step: step) { neuron, payload in
            times[neuron] += Int(payload) * (steps - step)
            sent[neuron] += 1
          }
        }
        #expect(counts == times && sent.allSatisfy { $0 <= 2 })
        // A count of all steps is never ended.
        #expect(zip(counts, sent).allSatisfy { $1 == ($0 == 0 ? 0 : $0 == steps ? 1 : 2) })
        spikes.counted += counts.reduce(0, +)
        spikes.switched += sent.reduce(0, +)
      }
    }
    #expect(spikes.counted > 1000 && spikes.switched * 10 < spikes.counted * 8)
  }

  @Test("methods that watch spikes watch the counts", arguments: [HiddenNeuron.switching, .phase])
  func watched(_ neuron: HiddenNeuron) throws {
    let data = try TinyNetwork.data(seed: 8, shape: [2, 6, 6], count: 40)
    for method in [ConversionMethod.spikeNorm, .channelBalance, .rmp] {
      let plain = ConversionSettings(method).with(.steps, 6).with(.initial, .half)
      let counted = try convert(plain, data, maxPool: false)
      let coded = try convert(plain.with(.neuron, neuron), data, maxPool: false)
      #expect(coded.network.populations[0].neuron.model == (neuron == .phase ? .phase : .switching))
      #expect(coded.network.populations.dropLast().map(\.neuron.threshold) == counted.network.populations.dropLast().map(\.neuron.threshold))
    }
  }

  @Test("a shortcut from the input without weights is as much larger as all that acts in each digit", arguments: [2, 4])
  func shortcutFromInput(_ steps: Int) throws {
    let data = try TinyNetwork.data(seed: 8, shape: [2, 6, 6], count: 40)
    var network = TinyNetwork.convolutional(seed: 51)
    network.layers[0] = AnalogLayer(
      name: "same", shape: network.inputShape, connections: [AnalogConnection(source: .input, kind: .identity)],
      activation: .relu)
    network.layers[1].connections[0] = AnalogConnection(
      source: .layer(0), kind: .dense, weights: (0..<(network.layers[1].count * 72)).map { Float($0 % 7) / 72 },
      weightShape: [network.layers[1].count, 72])
    let result = try Conversion.run(
      network, .init(.mmse).with(.neuron, .phase).with(.steps, steps), calibration: CalibrationData(name: "tiny", dataset: data))
    let weights = try #require(result.network.tensors["same.weight"]?.doubles)
    let levels = Double(1 << steps)
    #expect(weights == [Double(Float(levels / (levels - 1)))])
  }

  @Test("what switches cannot be together with is refused")
  func refusals() throws {
    let switches = ConversionSettings(.mmse).with(.neuron, .switching)
    for (settings, error) in [
      (switches.with(.maxPool, .winner),
        .conflict("maxPool", "neuron", "what passes is on as long as one of the neurons is")),
      (switches.with(.schedule, .windowed), .conflict("schedule", "neuron", "its currents go on until all has arrived")),
      (switches.with(.lag, 1), .conflict("lag", "neuron", "the separated schedule is the longest lag itself")),
      (switches.with(.readout, .spikes),
        .conflict("neuron", "readout", "an inference ends when the output has added, not when it has fired")),
    ] as [(ConversionSettings, ConversionError)] {
      #expect(throws: error) { try settings.check() }
    }
    let data = try TinyNetwork.data(seed: 8, shape: [2, 6, 6], count: 40)
    var network = try convert(switches.with(.steps, 4), data, maxPool: true).network
    let checked = try network.checked()
    var options = CompileOptions()
    for schedule in [Schedule.windowed, .continuous] {
      options.schedule = schedule
      #expect(throws: CompileError.self) { try checked.timing(options) }
    }
    options.schedule = nil
    options.steps = 4
    #expect(try checked.timing(options).lag == 3)
    network.projections[1].pool?.gate = .winner
    #expect(throws: NetworkCheckError.self) { try network.checked() }
    network.projections[1].pool?.gate = nil
    network.populations[2].neuron.model = .accumulator
    #expect(throws: NetworkCheckError.self) { try network.checked() }
  }
}
