import Testing

@testable import ChipModel
@testable import Compiler
@testable import Runtime

/// Average pools as populations.
@Suite("Pools as layers")
struct PoolLayerTests {
  /// Two maps of `side` x `side`, a pool of `kernel` x `kernel`, a dense layer; the input's values are the first map's currents.
  private static func text(
    neuron: String = #"{"model": "if", "threshold": 1}"#, side: Int, kernel: Int, outputs: Int, shortcut: Bool = false,
    from: String = "a", channels: Int = 2, weights: String? = nil
  ) -> String {
    let pooled = channels * (side / kernel) * (side / kernel)
    let values = (0..<(outputs * pooled)).map { "\(Double($0 % 7) / 8 - 0.25)" }.joined(separator: ", ")
    let pool = #""pool": {"kind": "average", "kernel": [\#(kernel), \#(kernel)], "stride": [\#(kernel), \#(kernel)]}"#
    let given = weights ?? #"{"type": "F32", "shape": [\#(outputs), \#(pooled)], "values": [\#(values)]}"#
    let more = shortcut
      ? #", {"name": "again", "from": "\#(from)", "to": "out", "kind": "dense", \#(pool), "weights": \#(given)}"# : ""
    return #"""
      {"format": "nmsim-network/1", "name": "pooled", "input": {"shape": [\#(channels), \#(side), \#(side)]}, "populations": [
        {"name": "a", "shape": [\#(channels), \#(side), \#(side)], "neuron": \#(neuron)},
        {"name": "out", "shape": [\#(outputs)], "neuron": {"model": "accumulator"}}],
       "projections": [
        {"name": "i", "from": "input", "to": "a", "kind": "identity"},
        {"name": "last", "from": "\#(from)", "to": "out", "kind": "dense", \#(pool), "weights": \#(given)}\#(more)],
       "output": {"population": "out"}}
      """#
  }

  private static func compile(_ text: String, _ chip: ChipDescription, _ pools: CompileOptions.Pools) throws -> CompileResult {
    let network = try NetworkFile(text: Array(text.utf8), path: "net.json").checked()
    return try CompiledProgram.compile(network, chip: chip, options: CompileOptions(pools: pools, split: .none))
  }

  @Test("a pool is a population of whole numbers one layer deeper, and fires as often as its window's mean says")
  func counts() throws {
    for (neuron, model) in [(#"{"model": "if", "threshold": 1}"#, NeuronModel.Kind.integrateFire), (#"{"model": "signed", "threshold": 1}"#, .signed)] {
      let text = Self.text(neuron: neuron, side: 6, kernel: 3, outputs: 3)
      let folded = try Self.compile(text, .test(), .fold)
      let result = try Self.compile(text, .test(), .layer)
      let program = result.program
      #expect(folded.poolLayers.isEmpty && result.poolLayers == ["a.pool"])
      #expect(program.populations.map(\.name) == ["input", "a", "out", "a.pool"])
      let pool = program.populations[3]
      #expect(pool.model.kind == model && pool.dimensions == [2, 2, 2] && !pool.isRelay)
      #expect(pool.threshold.values == [9] && pool.initial.values == [4])
      #expect(program.ticksPerInference(steps: 10) == folded.program.ticksPerInference(steps: 10) + 1)
      #expect(result.report.depth == folded.report.depth + 1)
      var runner = LayerRunner(plan: EnginePlan(program), steps: 20)
      // Falling currents, some below 0: a `signed` neuron takes spikes back.
      let sample = (0..<72).map { Double($0 % 19) / 18 - 0.1 }
      _ = runner.run(sample)
      var expected = [Int](repeating: 0, count: 8)
      var sums = [Int](repeating: 4, count: 8)
      var sent = sums.map { _ in 0 }
      for step in 0..<20 {
        runner.trains[1].forEachSpike(step: step) { neuron, payload in
          let (c, y, x) = (neuron / 36, neuron % 36 / 6, neuron % 6)
          sums[c * 4 + y / 3 * 2 + x / 3] += Int(payload)
        }
        for window in 0..<8 {
          if sums[window] >= 9 { (sums[window], expected[window], sent[window]) = (sums[window] - 9, expected[window] + 1, sent[window] + 1) }
          else if model == .signed, sums[window] < 0, sent[window] > 0 {
            (sums[window], expected[window], sent[window]) = (sums[window] + 9, expected[window] + 1, sent[window] - 1)
          }
        }
      }
      #expect(runner.counters.spikes[3].map { Int($0) } == expected)
      #expect(expected.reduce(0, +) > 40)
    }
  }

  @Test("auto folds, and makes a layer of the pool that a limit forbids to fold; fold refuses with the numbers")
  func auto() throws {
    let text = Self.text(side: 7, kernel: 7, outputs: 5, channels: 16)
    let large = ChipDescription.test([.inputAxonsPerCore: 784])
    let small = ChipDescription.test([.inputAxonsPerCore: 64])
    let whole = try Self.compile(text, large, .auto).program
    let folded = try Self.compile(text, large, .fold).program
    #expect(whole == folded)
    let error = #expect(throws: CompileError.self) { try Self.compile(text, small, .fold) }
    #expect(error?.description.contains("needs 784 input axons") == true, "\(error?.description ?? "")")
    let program = try Self.compile(text, small, .auto).program
    let layered = try Self.compile(text, small, .layer).program
    #expect(program == layered)
    #expect(program.cores.allSatisfy { $0.inputAxons.count <= 64 })
  }

  @Test("projections of equal pools share one population; names that are taken are not taken again")
  func shared() throws {
    let text = Self.text(side: 4, kernel: 2, outputs: 3, shortcut: true)
    #expect(try Self.compile(text, .test(), .layer).poolLayers == ["a.pool"])
    let renamed = text.replacing(#""out""#, with: #""a.pool""#)
    #expect(try Self.compile(renamed, .test(), .layer).poolLayers == ["a.pool.2"])
  }

  @Test("pools of the input, behind payloads and period codes, and before integer weights stay folded")
  func folded() throws {
    var texts = [
      #"{"model": "augmented", "threshold": 1}"#, #"{"model": "ternary", "threshold": 1}"#,
      #"{"model": "phase", "threshold": 1, "period": 4}"#, #"{"model": "bistable", "threshold": 1, "period": 4}"#,
    ].map { Self.text(neuron: $0, side: 4, kernel: 2, outputs: 3) }
    texts.append(Self.text(side: 4, kernel: 2, outputs: 3, from: "input"))
    let integers = (0..<24).map { "\($0 - 12)" }.joined(separator: ", ")
    texts.append(
      Self.text(side: 4, kernel: 2, outputs: 3, weights: #"{"type": "I8", "shape": [3, 8], "values": [\#(integers)]}"#))
    for text in texts {
      let result = try Self.compile(text, .test(), .layer)
      let folded = try Self.compile(text, .test(), .fold).program
      #expect(result.poolLayers.isEmpty && result.program == folded, "\(text)")
    }
    // Where a limit forbids that, the refusal is the limit's.
    let error = #expect(throws: CompileError.self) {
      try Self.compile(texts[0], .test([.inputAxonsPerCore: 16]), .auto)
    }
    #expect(error?.description.contains("needs 32 input axons") == true, "\(error?.description ?? "")")
  }

  @Test("a classifier behind a global average of 512x7x7 compiles", arguments: ["generic-45nm", "spinnaker2"])
  func globalAverage(_ chip: String) throws {
    var network = Network(
      name: "classifier", input: NetworkInput(shape: [512, 7, 7]), populations: [], projections: [],
      output: NetworkOutput(population: "out"))
    network.populations = [
      NetworkPopulation(
        name: "a", shape: [512, 7, 7], neuron: NetworkNeuron(model: .integrateFire, threshold: .uniform(1))),
      NetworkPopulation(name: "out", shape: [100], neuron: NetworkNeuron(model: .accumulator)),
    ]
    let weights = Tensor(shape: [100, 512], storage: .float64((0..<51_200).map { Double($0 % 97) / 97 - 0.5 }))
    network.projections = [
      NetworkProjection(name: "i", from: nil, to: "a", kind: .identity),
      NetworkProjection(
        name: "last", from: "a", to: "out", kind: .dense, weights: weights.map { .inline($0) },
        pool: NetworkPool(kind: .average, kernel: [7, 7], stride: [7, 7])),
    ]
    let result = try CompiledProgram.compile(
      network.checked(), chip: ChipLibrary.builtIn(chip), options: CompileOptions(placement: .rowMajor))
    // SpiNNaker 2 has no limit of axons.
    let isLayer = chip == "generic-45nm"
    #expect(result.poolLayers == (isLayer ? ["a.pool"] : []))
    #expect(result.report.populations.first { $0.name == "out" }?.fanIn == (isLayer ? 512 : 25_088))
  }
}
