import Testing

@testable import ChipModel
@testable import Compiler
@testable import Runtime

/// Resets that chips do not have, or make of compartments and synapses.
@Suite("Resets of chips")
struct ResetTests {
  private static let synapse = MantissaExponent(mantissaBits: 8, exponents: 6...13)

  private static func chip(_ resets: [ChipReset]) -> ChipDescription {
    var chip = ChipDescription.test([.neuronsPerCore: 8])
    chip.resets = .assumed(resets, "test")
    return chip
  }

  /// Two neurons that add up 2 a step, fire at 4, and feed a third that never fires.
  private static func pair(_ reset: ResetRule, _ model: NeuronModel.Kind = .integrateFire) throws -> CheckedNetwork {
    var neuron = NetworkNeuron(model: model, threshold: .uniform(4))
    neuron[.reset] = reset
    if model == .leaky { neuron[.leakShift] = 3 }
    func weights(_ shape: [Int]) throws -> Weights {
      .inline(try #require(Tensor(shape: shape, storage: .int8([1, 1]))))
    }
    return try Network(
      name: "pair", input: NetworkInput(shape: [1]),
      populations: [
        NetworkPopulation(name: "a", shape: [2], neuron: neuron),
        NetworkPopulation(name: "out", shape: [1], neuron: NetworkNeuron(model: .accumulator)),
      ],
      projections: [
        NetworkProjection(name: "1", from: nil, to: "a", kind: .dense, weights: weights([2, 1])),
        NetworkProjection(name: "2", from: "a", to: "out", kind: .dense, weights: weights([1, 2])),
      ],
      output: NetworkOutput(population: "out")
    ).checked()
  }

  @Test("a threshold that is taken a tick later, with the next sum, leaves the same spikes")
  func proof() {
    var dice = Dice(seed: 5)
    for threshold in [1, 7, 40, 300] {
      var (own, made, spiked) = (0, 0, false)
      for _ in 0..<2_000 {
        let sum = dice.integer(-60...120)
        own += sum
        let fires = own >= threshold
        if fires { own -= threshold }
        // The potential of the compartment that adds up still has what the synapse brings in the next tick.
        made += sum - (spiked ? threshold : 0)
        #expect((made >= threshold) == fires)
        spiked = fires
      }
    }
  }

  @Test("two compartments, an axon in, an axon out, a synapse a neuron; a message within the core and an operation a spike")
  func costs() throws {
    let soft = ChipReset(.soft, compartments: 2, synapse: MantissaExponent(mantissaBits: 3, exponents: 0...4))
    let made = try CompiledProgram.compile(Self.pair(.soft), chip: Self.chip([ChipReset(.hard), soft]))
    let own = try CompiledProgram.compile(Self.pair(.soft), chip: Self.chip([ChipReset(.soft)]))
    let load = try #require(made.report.cores.first?.load)
    let less = try #require(own.report.cores.first?.load)
    #expect(made.loads == [load] && own.loads == [less])
    #expect((load.neurons, less.neurons) == (5, 3))
    #expect((load.inputAxons, less.inputAxons) == (4, 2))
    #expect((load.outputAxons, less.outputAxons) == (4, 2))
    #expect((load.synapseBits, less.synapseBits) == (32, 16))
    #expect(made.report.depth == own.report.depth)

    let steps = 8
    func run(_ program: CompiledProgram) -> (OperationCounts, [[CoreTick]], [[UInt64]]) {
      var runner = LayerRunner(plan: EnginePlan(program), steps: steps)
      runner.countsUpdates = true
      runner.keepsUpdates = true
      _ = runner.run([2])
      let timer = TickTimer(program)
      let loads = timer.loads(timer.activity(SampleTrains(runner), steps: steps))
      return (OperationCounts(program: program, counters: runner.counters, steps: steps), loads, runner.counters.spikes)
    }
    let (a, loads, spikes) = run(made.program)
    let (b, fewer, same) = run(own.program)
    #expect(spikes == same && spikes[1] == [4, 4])
    #expect((a.neuronVisits, b.neuronVisits) == (2 * 2 * 8 + 8, 2 * 8 + 8))
    #expect((a.populations[1].neuronUpdates, b.populations[1].neuronUpdates) == (32, 16))
    #expect((a.messages, b.messages) == (16, 8) && (a.tileMessages, b.tileMessages) == (16, 8))
    #expect((a.synapticOperations, b.synapticOperations) == (16, 8))
    // What the network adds is the same.
    #expect(a.effectiveACs == b.effectiveACs && a.effectiveACs == 8)
    // Tick 1: both fire. The third neuron is visited from tick 1 on.
    #expect((loads[1][0].accesses, fewer[1][0].accesses) == (5, 3))
    #expect((loads[1][0].messagesIn, fewer[1][0].messagesIn) == (4, 2))
    #expect((loads[1][0].operations.total, fewer[1][0].operations.total) == (4, 2))
  }

  @Test("a hard reset costs nothing more, and needs no synapse")
  func hard() throws {
    let result = try CompiledProgram.compile(Self.pair(.hard), chip: ChipLibrary.builtIn("loihi"))
    #expect(result.report.cores.map(\.load.neurons) == [3])
    #expect(!result.program.projections.contains(where: result.program.isReset))
  }

  @Test("thresholds are rounded to what the synapse holds, and the compiler says so")
  func rounding() throws {
    var network = try Self.pair(.soft).network
    network.populations[0].neuron.threshold = .uniform(1001)
    let result = try CompiledProgram.compile(network.checked(), chip: ChipLibrary.builtIn("loihi"))
    // 8 bits times 2^2: 250 x 4, with 6 bits of fraction.
    #expect(result.program.populations[1].threshold.values == [1000 << 6])
    #expect(result.rounded == [RoundedParameters(population: "a", format: .thresholdFormat, largest: 1)])
    network.populations[0].neuron[.reset] = .hard
    #expect(try CompiledProgram.compile(network.checked(), chip: ChipLibrary.builtIn("loihi")).rounded.isEmpty)
    // 255 x 2^7 is the largest.
    network.populations[0].neuron[.reset] = .soft
    network.populations[0].neuron.threshold = .uniform(40_000)
    #expect(throws: CompileError.self) { try CompiledProgram.compile(network.checked(), chip: ChipLibrary.builtIn("loihi")) }
  }

  @Test("refused by name: a reset that a chip has not, and one by synapses behind a leak")
  func refusals() throws {
    func message(_ reset: ResetRule, _ model: NeuronModel.Kind, _ chip: String) throws -> String {
      let (network, chip) = (try Self.pair(reset, model), try ChipLibrary.builtIn(chip))
      do throws(CompileError) {
        _ = try CompiledProgram.compile(network, chip: chip)
        return "compiles"
      } catch { return error.text { $0 } }
    }
    #expect(
      try message(.soft, .integrateFire, "odin")
        == "population 'a' resets by subtraction, which chip 'odin' does not; convert with a hard reset or choose another chip")
    #expect(
      try message(.soft, .leaky, "loihi")
        == "population 'a' resets by subtraction, which chip 'loihi' makes of a synapse, whose weight arrives after the "
        + "next leak; convert with a hard reset or choose another chip")
    #expect(try message(.hard, .integrateFire, "odin") == "compiles")
    #expect(try message(.hard, .leaky, "loihi") == "compiles")
  }

  @Test("the description's key is read and written; each reset stands once")
  func description() throws {
    func read(_ resets: String) throws -> ChipDescription {
      let text = """
        {"format": "nmsim-chip/1", "name": "own", "extends": "generic-45nm", "source": "test", "certainty": "assumed",
         "datapath": {"resets": [\(resets)]}}
        """
      return try ChipDescription(json: Array(text.utf8), file: "own.json")
    }
    let chip = try read(#"{"reset": "soft", "compartments": 2, "synapse": {"mantissaBits": 8, "exponents": [6, 13]}}"#)
    #expect(chip.resets?.value == [ChipReset(.soft, compartments: 2, synapse: Self.synapse)])
    #expect(try ChipDescription(json: chip.canonicalJSON(), file: "again") == chip)
    #expect(throws: ChipError.self) { try read(#"{"reset": "soft"}, {"reset": "soft", "compartments": 2}"#) }
    #expect(throws: ChipError.self) { try read(#"{"reset": "hard", "compartments": 0}"#) }
    #expect(throws: ChipError.self) { try read("") }
  }
}
