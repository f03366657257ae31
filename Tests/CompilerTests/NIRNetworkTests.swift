import ChipModel
import Foundation
import Runtime
import Testing

@testable import Compiler

/// Networks of the public NIR files on the integer engine, against floats.
@Suite("NIR networks")
struct NIRNetworkTests {
  private func imported(_ name: String, _ settings: NIRSettings = NIRSettings()) throws -> NIRNetwork {
    let bytes = Array(try Data(contentsOf: ImportFiles.shared.appending(path: "nir/\(name).nir")))
    return try NIRImporter.network(of: NIRGraph(bytes), name: name, settings)
  }

  /// Right of the 200 recordings of N-MNIST in bins of 1 ms, 300 steps, 8-bit weights: 194, 192 and 195 at least.
  /// Floats have 195, 193 and 197 (computed in numpy from the same files).
  @Test(
    "cnn_sinabs.nir on recordings: reset to zero, by subtraction, and Sinabs' rule",
    .enabled(if: ImportFiles.hasShared("nir", "events/nmnist")),
    arguments: [(ResetRule.hard, false, 194), (.soft, false, 192), (.soft, true, 195)])
  func nmnist(_ reset: ResetRule, _ isSinabs: Bool, _ least: Int) throws {
    var settings = NIRSettings()
    settings[.reset] = reset
    if isSinabs {
      settings[.multipleSpikes] = true
      settings[.lowestPotential] = -1
    }
    let network = try imported("cnn_sinabs", settings).network.checked()
    let program = try CompiledProgram.compile(network, chip: ChipLibrary.builtIn("ideal")).program
    #expect(program.weightBits == 8)
    var binning = EventBinning()
    binning.steps = 300
    let data = try DatasetLoader.load(
      images: ImportFiles.shared.appending(path: "events/nmnist").path, expectedShape: [2, 34, 34], classes: 10,
      recorded: binning)
    #expect(data.count == 200 && data.shape == [300, 2, 34, 34])
    let record = try Run(steps: 300, samples: 200, threads: 2)(program, data: data)
    let labels = try #require(data.labels)
    let right = zip(record.predictions, labels).count { $0 == $1 }
    print("cnn_sinabs.nir, \(reset)\(isSinabs ? ", Sinabs' rule" : ""): \(right) of 200")
    #expect(right >= least)
  }

  /// Single neurons in floats, with the file's parameters: Euler steps of a leak, a spike above the threshold, reset
  /// to 0.
  @Test(
    "lif_*.nir and two_lif_neurons.nir: spikes equal floats, membranes to the rounding",
    .enabled(if: ImportFiles.hasShared("nir")), arguments: ["lif_norse", "lif_rockpool", "two_lif_neurons"])
  func singleNeurons(_ name: String) throws {
    let made = try imported(name)
    let network = try made.network.checked()
    var options = CompileOptions()
    // A threshold of 2,000 weights must fit.
    (options.weightBits, options.membraneBits, options.fractionBits) = (12, 32, 8)
    let program = try CompiledProgram.compile(network, chip: ChipLibrary.builtIn("ideal"), options: options).program
    let steps = 400
    var random = SeededGenerator(seed: 7)
    let input = (0..<steps).map { _ in random.unit() < 0.3 ? Double(1 + random.next() % 3) : 0 }
    var chip = ChipInterpreter(program, steps: steps)
    chip.begin(input)
    // The layers in floats; a spike of the one before arrives in the same step, a tick later on the chip.
    struct Neuron {
      var (v, weight, leak, share, threshold): (Double, Double, Double, Double, Double)
      mutating func step(_ input: Double) -> Bool {
        v += (leak - v) * share + weight * input
        guard v > threshold else { return false }
        v = 0
        return true
      }
    }
    var neurons = try network.projections.indices.map { index in
      let population = network.populations[index + 1]
      let share = Double(population.model[.voltageDecay] ?? 0) / 4096
      return Neuron(
        v: 0, weight: try #require(network.projections[index].weights?.doubles.first),
        leak: (population.bias?.entries.first ?? 0) / share, share: share,
        threshold: try #require(population.threshold?.entries.first))
    }
    var (spikes, largest) = (0, 0.0)
    var potentials: [[Double]] = neurons.map { _ in [] }
    for value in input {
      var arriving = value
      for index in neurons.indices {
        arriving = neurons[index].step(arriving) ? 1 : 0
        potentials[index].append(neurons[index].v)
        spikes += index == neurons.count - 1 ? Int(arriving) : 0
      }
    }
    while chip.step() {
      for index in neurons.indices {
        let step = chip.tick - 1 - index
        guard (0..<steps).contains(step) else { continue }
        // A weight and a bias are rounded to half a unit, a leak to less than one; a step forgets a share of it all.
        let unit = program.populations[index + 1].unit[0] / 256
        let allowed = (0.5 * 256 * Double(input[step] + 3) + 1.5) / neurons[index].share * unit
        let found = Double(try #require(chip.potential(population: index + 1, index: 0))) * unit
        largest = max(largest, abs(found - potentials[index][step]) / neurons[index].threshold)
        #expect(abs(found - potentials[index][step]) <= allowed, "\(name), layer \(index), step \(step)")
      }
    }
    #expect(chip.outcome.outputs == [spikes])
    print("\(name): \(spikes) spikes, membranes within \(largest) thresholds")
  }

  /// Two inputs, an affine map with biases, three neurons with a synaptic current: spikes and membranes in floats.
  @Test("a bias in a synaptic current comes from a neuron that fires in every step")
  func currentBias() throws {
    let ones = { (value: Double) in NIRFile.numbers([3], [value, value, value]) }
    let (weight, bias) = ([2.03, -1.07, 1.11, 0.57, -0.53, 3.01], [0.23, 0, -0.31])
    let file = NIRFile.chain(
      input: [2],
      NIRFile.node("Affine", [("weight", NIRFile.numbers([3, 2], weight)), ("bias", NIRFile.numbers([3], bias))]),
      NIRFile.node(
        "CubaLIF",
        [
          ("tau_syn", ones(4e-3)), ("tau_mem", ones(8e-3)), ("r", ones(1)), ("v_leak", ones(0)),
          ("v_threshold", ones(0.23)),
          ("v_reset", ones(0)), ("w_in", ones(1)),
        ]))
    var settings = NIRSettings()
    settings[.timeStep] = 1e-3
    let made = try NIRImporter.network(of: NIRGraph(file), name: "net", settings)
    #expect(made.network.populations.map(\.name) == ["n1", "n1.constant"])
    var options = CompileOptions()
    (options.weightBits, options.membraneBits, options.fractionBits) = (16, 32, 8)
    let program = try CompiledProgram.compile(
      made.network.checked(), chip: ChipLibrary.builtIn("ideal"), options: options
    ).program
    let steps = 200
    var random = SeededGenerator(seed: 5)
    let input = (0..<(steps * 2)).map { _ in random.unit() < 0.2 ? 1.0 : 0 }
    var runner = LayerRunner(plan: EnginePlan(program), steps: steps)
    var chip = ChipInterpreter(program, steps: steps)
    #expect(runner.run(input) == chip.run(input))
    var (u, v, spikes) = ([0.0, 0, 0], [0.0, 0, 0], 0)
    let index = try #require(program.populations.firstIndex { $0.name == "n1" })
    for step in 0..<steps {
      var expected: Set<Int> = []
      for neuron in 0..<3 {
        let sum = weight[2 * neuron] * input[2 * step] + weight[2 * neuron + 1] * input[2 * step + 1] + bias[neuron]
        u[neuron] = u[neuron] * 0.75 + sum * 0.25
        v[neuron] = v[neuron] * 0.875 + u[neuron] * 0.125
        guard v[neuron] > 0.23 else { continue }
        v[neuron] = 0
        expected.insert(neuron)
      }
      var found: Set<Int> = []
      runner.trains[index].forEachSpike(step: step) { neuron, _ in found.insert(neuron) }
      #expect(found == expected, "step \(step)")
      spikes += found.count
    }
    #expect(spikes > 20)
  }

  /// Neurons that feed one another, with a bias in their current, then two that hear them and the input, with a bias
  /// and a leak potential: in floats all hear the spikes of the same step, but their own of the step before.
  @Test("behind a circle spikes, biases and skipping ways belong to the steps that they belong to in floats")
  func stepsBehindCircles() throws {
    let ones = { (value: Double, count: Int) in NIRFile.numbers([count], [Double](repeating: value, count: count)) }
    func affine(_ weight: [Double], _ bias: [Double]) -> HDF5Object {
      NIRFile.node(
        "Affine",
        [
          ("weight", NIRFile.numbers([bias.count, weight.count / bias.count], weight)),
          ("bias", NIRFile.numbers([bias.count], bias)),
        ])
    }
    let (weight, bias) = ([2.03, -1.07, 1.11, 0.57, -0.53, 3.01], [0.93, 0.27, -0.31])
    let back = [-0.71, 0.43, 0.19, 0.61, -0.37, 0.83, 0.29, 0.53, -0.97]
    let (next, nextBias) = ([0.43, 0.79, -0.23, 0.37, -0.59, 0.91], [0.11, -0.07])
    let skip = [0.31, 0.17, -0.13, 0.41]
    let file = NIRFile.file(
      NIRFile.graph(
        [
          ("in", NIRFile.node("Input", [("shape", NIRFile.integers(2))])), ("w", affine(weight, bias)),
          (
            "mid",
            NIRFile.node(
              "CubaLIF",
              [
                ("tau_syn", ones(4e-3, 3)), ("tau_mem", ones(8e-3, 3)), ("r", ones(1, 3)), ("v_leak", ones(0, 3)),
                ("v_threshold", ones(0.23, 3)), ("v_reset", ones(0, 3)), ("w_in", ones(1, 3)),
              ])
          ),
          ("back", NIRFile.node("Linear", [("weight", NIRFile.numbers([3, 3], back))])), ("x", affine(next, nextBias)),
          ("skip", NIRFile.node("Linear", [("weight", NIRFile.numbers([2, 2], skip))])),
          (
            "end",
            NIRFile.node(
              "LIF",
              [
                ("tau", ones(8e-3, 2)), ("r", ones(8, 2)), ("v_leak", ones(0.05, 2)), ("v_threshold", ones(0.9, 2)),
                ("v_reset", ones(0, 2)),
              ])
          ),
          ("out", NIRFile.node("Output", [("shape", NIRFile.integers(2))])),
        ],
        [
          ("in", "w"), ("w", "mid"), ("mid", "back"), ("back", "mid"), ("mid", "x"), ("x", "end"), ("in", "skip"),
          ("skip", "end"), ("end", "out"),
        ]))
    var settings = NIRSettings()
    settings[.timeStep] = 1e-3
    let made = try NIRImporter.network(of: NIRGraph(file), name: "net", settings)
    #expect(made.network.populations.map(\.name) == ["mid", "mid.constant", "end"])
    var options = CompileOptions()
    (options.weightBits, options.membraneBits, options.fractionBits) = (16, 32, 10)
    let program = try CompiledProgram.compile(
      made.network.checked(), chip: ChipLibrary.builtIn("ideal"), options: options
    ).program
    let steps = 200
    var count = 0
    for seed in 1...8 {
      var random = SeededGenerator(seed: UInt64(seed))
      let input = (0..<(steps * 2)).map { _ in random.unit() < 0.2 ? 1.0 : 0 }
      var runner = LayerRunner(plan: EnginePlan(program), steps: steps)
      var chip = ChipInterpreter(program, steps: steps)
      #expect(runner.run(input) == chip.run(input))
      var (u, v, sent, w) = ([0.0, 0, 0], [0.0, 0, 0], Set<Int>(), [0.0, 0])
      for step in 0..<(steps - 2) {
        var spikes: Set<Int> = []
        func fed(_ weights: [Double], _ neuron: Int) -> Double {
          weights[2 * neuron] * input[2 * step] + weights[2 * neuron + 1] * input[2 * step + 1]
        }
        for neuron in 0..<3 {
          var sum = fed(weight, neuron) + bias[neuron]
          for other in sent.sorted() { sum += back[3 * neuron + other] }
          u[neuron] = u[neuron] * 0.75 + sum * 0.25
          v[neuron] = v[neuron] * 0.875 + u[neuron] * 0.125
          if v[neuron] > 0.23 { (v[neuron], _) = (0, spikes.insert(neuron)) }
        }
        sent = spikes
        var last: Set<Int> = []
        for neuron in 0..<2 {
          var sum = fed(skip, neuron) + nextBias[neuron]
          for other in sent.sorted() { sum += next[3 * neuron + other] }
          w[neuron] = w[neuron] * 0.875 + (0.05 + 8 * sum) * 0.125
          if w[neuron] > 0.9 { (w[neuron], _) = (0, last.insert(neuron)) }
        }
        // The constant's spikes take a tick to the circle, the circle's another one.
        for (name, ticks, expected) in [("mid", 1, sent), ("end", 2, last)] {
          let index = try #require(program.populations.firstIndex { $0.name == name })
          var found: Set<Int> = []
          runner.trains[index].forEachSpike(step: step + ticks) { neuron, _ in found.insert(neuron) }
          #expect(found == expected, "\(name), seed \(seed), step \(step)")
          count += found.count
        }
      }
    }
    #expect(count > 400)
  }

  /// Two inputs into four neurons that feed one another and two outputs: two time constants by turns, in floats.
  @Test("neurons whose time constants differ are a population for each set of them")
  func timeConstants() throws {
    let taus = [4e-3, 8e-3, 4e-3, 8e-3]
    let ones = { (value: Double, count: Int) in NIRFile.numbers([count], [Double](repeating: value, count: count)) }
    let (first, back, last) = (
      [0.93, 0.11, -0.23, 1.07, 0.51, 0.77, 1.21, -0.37], (0..<16).map { 0.13 * Double($0 % 5) - 0.21 },
      [0.61, -0.29, 0.83, 0.17, -0.41, 0.71, 0.37, 0.59]
    )
    func neurons(_ tau: HDF5Object, _ count: Int) -> HDF5Object {
      NIRFile.node(
        "LIF",
        [
          ("tau", tau), ("r", ones(1, count)), ("v_leak", ones(0, count)), ("v_threshold", ones(0.157, count)),
          ("v_reset", ones(0, count)),
        ])
    }
    let file = NIRFile.file(
      NIRFile.graph(
        [
          ("in", NIRFile.node("Input", [("shape", NIRFile.integers(2))])),
          ("w", NIRFile.node("Linear", [("weight", NIRFile.numbers([4, 2], first))])),
          ("mid", neurons(NIRFile.numbers([4], taus), 4)),
          ("back", NIRFile.node("Linear", [("weight", NIRFile.numbers([4, 4], back))])),
          ("x", NIRFile.node("Linear", [("weight", NIRFile.numbers([2, 4], last))])),
          ("end", neurons(ones(5e-3, 2), 2)),
          ("out", NIRFile.node("Output", [("shape", NIRFile.integers(2))])),
        ], [("in", "w"), ("w", "mid"), ("mid", "back"), ("back", "mid"), ("mid", "x"), ("x", "end"), ("end", "out")]))
    var settings = NIRSettings()
    settings[.timeStep] = 1e-3
    let made = try NIRImporter.network(of: NIRGraph(file), name: "net", settings)
    #expect(made.network.populations.map(\.name) == ["mid.1", "mid.2", "end"])
    #expect(made.parameters.filter { $0.name == "tau" }.map(\.node) == ["mid.1", "mid.2", "end"])
    var options = CompileOptions()
    (options.weightBits, options.membraneBits, options.fractionBits) = (16, 32, 8)
    let program = try CompiledProgram.compile(
      made.network.checked(), chip: ChipLibrary.builtIn("ideal"), options: options
    ).program
    let steps = 200
    var random = SeededGenerator(seed: 6)
    let input = (0..<(steps * 2)).map { _ in random.unit() < 0.4 ? 1.0 : 0 }
    var runner = LayerRunner(plan: EnginePlan(program), steps: steps)
    var chip = ChipInterpreter(program, steps: steps)
    #expect(runner.run(input) == chip.run(input))
    // Every neuron hears what was sent in the step before, and the input of this one.
    var (v, sent, count) = ([0.0, 0, 0, 0, 0, 0], [0.0, 0, 0, 0, 0, 0], 0)
    for step in 0..<steps {
      var next = [0.0, 0, 0, 0, 0, 0]
      for neuron in 0..<6 {
        var sum = 0.0
        if neuron < 4 {
          for i in 0..<2 { sum += first[2 * neuron + i] * input[2 * step + i] }
          for i in 0..<4 { sum += back[4 * neuron + i] * sent[i] }
        } else {
          for i in 0..<4 { sum += last[4 * (neuron - 4) + i] * sent[i] }
        }
        let share = (1e-3 / (neuron < 4 ? taus[neuron] : 5e-3) * 4096).rounded() / 4096
        v[neuron] = v[neuron] * (1 - share) + sum * 1e-3 / (neuron < 4 ? taus[neuron] : 5e-3)
        if v[neuron] > 0.157 { (v[neuron], next[neuron]) = (0, 1) }
      }
      sent = next
      for (population, members) in [[0, 2], [1, 3], [4, 5]].enumerated() {
        var found: Set<Int> = []
        runner.trains[population + 1].forEachSpike(step: step) { neuron, _ in found.insert(neuron) }
        #expect(
          found == Set(members.indices.filter { sent[members[$0]] == 1 }), "step \(step), population \(population)")
        count += found.count
      }
    }
    #expect(count > 100)
  }

  /// The input's neurons wait 1 and 3 steps, the first layer's 0, 2 and 4: in floats.
  @Test("delays of the input and of neurons, each its own: spikes equal floats, engine equals interpreter")
  func delays() throws {
    let (first, second) = ([0.61, 0.53, 0.47, 0.71, 0.83, -0.29], [0.59, 0.67, -0.31, 0.73, 0.43, 0.79])
    let (waits, later) = ([1, 3], [0, 2, 4])
    func delay(_ steps: [Int]) -> HDF5Object {
      NIRFile.node("Delay", [("delay", NIRFile.numbers([steps.count], steps.map { Double($0) * 1e-3 }))])
    }
    func neurons(_ count: Int) -> HDF5Object {
      let values = { (value: Double) in NIRFile.numbers([count], [Double](repeating: value, count: count)) }
      return NIRFile.node(
        "LIF",
        [
          ("tau", values(4e-3)), ("r", values(4)), ("v_leak", values(0)), ("v_threshold", values(0.937)),
          ("v_reset", values(0)),
        ])
    }
    let file = NIRFile.chain(
      input: [2], delay(waits), NIRFile.node("Linear", [("weight", NIRFile.numbers([3, 2], first))]), neurons(3),
      delay(later), NIRFile.node("Linear", [("weight", NIRFile.numbers([2, 3], second))]), neurons(2))
    var settings = NIRSettings()
    settings[.timeStep] = 1e-3
    let network = try NIRImporter.network(of: NIRGraph(file), name: "net", settings).network
    // What is written waits as long.
    let again = try NIRImporter.network(
      of: NIRGraph(NIRExporter.file(of: network.checked(), dt: 1e-3).bytes), name: "net", settings
    ).network
    #expect(again.projections.map(\.delay) == network.projections.map(\.delay))
    var options = CompileOptions()
    (options.weightBits, options.membraneBits, options.fractionBits) = (16, 32, 8)
    let program = try CompiledProgram.compile(network.checked(), chip: ChipLibrary.builtIn("ideal"), options: options)
      .program
    let steps = 200
    var random = SeededGenerator(seed: 9)
    let input = (0..<(steps * 2)).map { _ in random.unit() < 0.4 ? 1.0 : 0 }
    var runner = LayerRunner(plan: EnginePlan(program), steps: steps)
    var chip = ChipInterpreter(program, steps: steps)
    #expect(runner.run(input) == chip.run(input))
    var (sent, count): ([[[Double]]], Int) = ([[], []], 0)
    var v = [[0.0, 0, 0], [0.0, 0]]
    for step in 0..<steps {
      for layer in 0..<2 {
        let (weights, waits, inputs) = layer == 0 ? (first, waits, 2) : (second, later, 3)
        var next = [Double](repeating: 0, count: v[layer].count)
        for neuron in v[layer].indices {
          v[layer][neuron] *= 0.75
          for i in 0..<inputs where step >= waits[i] {
            let spike = layer == 0 ? input[(step - waits[i]) * 2 + i] : sent[0][step - waits[i]][i]
            v[layer][neuron] += weights[neuron * inputs + i] * spike
          }
          if v[layer][neuron] > 0.937 { (v[layer][neuron], next[neuron]) = (0, 1) }
        }
        sent[layer].append(next)
        var found = [Double](repeating: 0, count: next.count)
        runner.trains[layer + 1].forEachSpike(step: step) { neuron, _ in found[neuron] = 1 }
        #expect(found == next, "step \(step), layer \(layer)")
        count += Int(next.reduce(0, +))
      }
    }
    #expect(count > 100)
  }

  @Test(
    "braille_noDelay_noBias_subtract.nir, recurrent: spikes equal floats on random input, engine equals interpreter",
    .enabled(if: ImportFiles.hasShared("nir")), arguments: [ResetRule.hard, .soft])
  func braille(_ reset: ResetRule) throws {
    var settings = NIRSettings()
    settings[.reset] = reset
    let made = try imported("braille_noDelay_noBias_subtract", settings)
    let network = try made.network.checked()
    #expect(network.network.schedule == .continuous && network.populations.map(\.isInCircle) == [false, true, false])
    var options = CompileOptions()
    (options.weightBits, options.membraneBits, options.fractionBits) = (16, 32, 10)
    let program = try CompiledProgram.compile(network, chip: ChipLibrary.builtIn("ideal"), options: options).program
    let steps = 512
    var random = SeededGenerator(seed: 11)
    for sample in 0..<4 {
      let input = (0..<(steps * 12)).map { _ in random.unit() < 0.3 ? 1.0 : 0 }
      var runner = LayerRunner(plan: EnginePlan(program), steps: steps)
      var chip = ChipInterpreter(program, steps: steps)
      #expect(runner.run(input) == chip.run(input))
      let expected = Self.spikes(network, input, steps: steps)
      for population in 1...2 {
        var found: [Set<Int>] = []
        for step in 0..<steps {
          var spikes: Set<Int> = []
          runner.trains[population].forEachSpike(step: step) { neuron, _ in spikes.insert(neuron) }
          found.append(spikes)
        }
        #expect(found == expected[population - 1], "sample \(sample), population \(population)")
        #expect(found.reduce(0) { $0 + $1.count } > 50)
      }
    }
  }

  /// Every tick all neurons hear what was sent in the tick before, and the input of this one: in floats, before
  /// rounding.
  private static func spikes(_ network: CheckedNetwork, _ input: [Double], steps: Int) -> [[Set<Int>]] {
    var u = network.populations.dropFirst().map { [Double](repeating: 0, count: $0.shape.count) }
    var v = u
    var sent: [[Set<Int>]] = u.map { _ in [] }
    for step in 0..<steps {
      var sums = u.map { $0.map { _ in 0.0 } }
      for projection in network.projections {
        let weights = projection.weights?.doubles ?? []
        let columns = projection.sourceShape.count
        let active: [Int] =
          projection.source == 0
          ? (0..<columns).filter { input[step * columns + $0] != 0 }
          : step == 0 ? [] : Array(sent[projection.source - 1][step - 1])
        for row in sums[projection.target - 1].indices {
          for column in active { sums[projection.target - 1][row] += weights[row * columns + column] }
        }
      }
      for index in u.indices {
        let model = network.populations[index + 1].model
        let (keepsCurrent, keeps) = (
          4096 - Double(model[.currentDecay] ?? 4096), 4096 - Double(model[.voltageDecay] ?? 0)
        )
        var fired: Set<Int> = []
        for neuron in u[index].indices {
          u[index][neuron] = u[index][neuron] * keepsCurrent / 4096 + sums[index][neuron]
          v[index][neuron] = v[index][neuron] * keeps / 4096 + u[index][neuron]
          let threshold =
            network.populations[index + 1].threshold?.value(at: neuron, shape: network.populations[index + 1].shape)
            ?? 1
          guard v[index][neuron] > threshold else { continue }
          fired.insert(neuron)
          v[index][neuron] = model.hardReset ? 0 : v[index][neuron] - threshold
        }
        sent[index].append(fired)
      }
    }
    return sent
  }
}
