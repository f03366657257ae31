import ChipModel
import Testing

@testable import Compiler
@testable import Runtime

@Suite("Mapping")
struct MappingTests {
  @Test("every split and placement gives the same result, in every run")
  func mappings() throws {
    for seed in LongRun.seeds(40) {
      let size = 2 + Int(seed % 8)
      var (network, _) = try RandomNetwork.compiled(seed: seed &+ 77 << 20, size: size, rules: .general)
      let checked = try network.network.checked()
      // What other limits split would be other populations.
      let limits: [ChipNumber] = [.synapseMemoryBitsPerCore, .inputAxonsPerCore, .outputAxonsPerCore, .destinationsPerNeuron]
      for key in limits { network.chip.numbers[key] = nil }
      let program = try CompiledProgram.compile(checked, chip: network.chip, options: network.options).program
      var runner = LayerRunner(plan: EnginePlan(program), steps: network.steps)
      let expected = network.samples.map { runner.run($0) }
      let neurons = program.populations.reduce(0) { $0 + $1.neurons }
      for (index, limit) in [1, 3, max(1, neurons / 5), neurons].enumerated() {
        network.chip.numbers[.neuronsPerCore] = .assumed(limit, "test")
        network.options.placement = index % 2 == 0 ? .random : .rowMajor
        network.options.seed = seed
        let other = try CompiledProgram.compile(checked, chip: network.chip, options: network.options).program
        #expect(try other == CompiledProgram.compile(checked, chip: network.chip, options: network.options).program)
        #expect(other.cores.count >= (neurons + limit - 1) / limit)
        #expect(other.cores.allSatisfy { $0.neuronCount <= limit })
        #expect(Set(other.cores.map(\.place)).count == other.cores.count)
        var chip = ChipInterpreter(other, steps: network.steps)
        for (sample, outcome) in zip(network.samples, expected) {
          #expect(chip.run(sample) == outcome, "seed \(seed), \(limit) neurons a core")
        }
        #expect(chip.counters.spikes == runner.counters.spikes, "seed \(seed), \(limit) neurons a core")
      }
    }
  }

  /// Two layers of dense, positive, all different weights, two neurons a core: whatever goes astray shows.
  private func sensitiveProgram() throws -> CompiledProgram {
    var dice = Dice(seed: 5)
    func tensor(_ shape: [Int]) -> Weights {
      let count = shape.reduce(1, *)
      let values = (0..<count).map { Int32(300 + 37 * $0 + dice.integer(0...9)) }
      return .inline(Tensor(shape: shape, storage: .int32(values)) ?? Tensor(shape: [0], storage: .int32([]))!)
    }
    let network = Network(
      name: "sensitive", input: NetworkInput(shape: [2]),
      populations: [
        NetworkPopulation(name: "a", shape: [6], neuron: NetworkNeuron(model: .integrateFire, threshold: .uniform(900))),
        NetworkPopulation(name: "b", shape: [5], neuron: NetworkNeuron(model: .integrateFire, threshold: .uniform(4000))),
        NetworkPopulation(name: "out", shape: [4], neuron: NetworkNeuron(model: .accumulator)),
      ],
      projections: [
        NetworkProjection(name: "i", from: nil, to: "a", kind: .dense, weights: tensor([6, 2])),
        NetworkProjection(name: "ab", from: "a", to: "b", kind: .dense, weights: tensor([5, 6])),
        NetworkProjection(name: "bo", from: "b", to: "out", kind: .dense, weights: tensor([4, 5])),
        NetworkProjection(name: "ao", from: "a", to: "out", kind: .dense, weights: tensor([4, 6])),
      ], output: NetworkOutput(population: "out"))
    return try CompiledProgram.compile(
      network.checked(),
      chip: .test([.neuronsPerCore: 2, .width: 2, .height: 3, .coresPerTile: 2, .chipColumns: 2]),
      options: CompileOptions(weightBits: 16)
    ).program
  }

  @Test("one axon entry removed, doubled or pointed elsewhere changes the chip's result")
  func axonEntries() throws {
    let program = try sensitiveProgram()
    // Outputs and potentials: layer b may fire as often with a little more or less current.
    func outputs(_ program: CompiledProgram) -> [Int] {
      var chip = ChipInterpreter(program, steps: 20)
      var result = chip.run([0.9, 0.7]).outputs
      for (p, population) in program.populations.enumerated() {
        for neuron in 0..<population.shape.count {
          result.append(Int(chip.potential(population: p, index: neuron) ?? 0))
        }
      }
      return result
    }
    let expected = outputs(program)
    var changed = 0
    for core in program.cores.indices {
      let output = program.cores[core].outputAxons
      for entry in 0..<output.count {
        let destination = program.routes[Int(output.routes[entry])].to
        let axons = program.cores[destination].inputAxons.count
        for kind in 0..<4 {
          var other = program
          switch kind {
          case 0: other.cores[core].outputAxons = edited(output, entry, copies: 0)
          case 1: other.cores[core].outputAxons = edited(output, entry, copies: 2)
          case 2:
            other.cores[core].outputAxons.axons[entry] = UInt32((Int(output.axons[entry]) + 1) % axons)
          default:
            // Another way: to a core that has an axon of this number, at another place.
            guard
              let route = program.routes.indices.first(where: {
                program.routes[$0].from == core && program.routes[$0].to != destination
                  && program.cores[program.routes[$0].to].inputAxons.count > Int(output.axons[entry])
              })
            else { continue }
            other.cores[core].outputAxons.routes[entry] = UInt32(route)
          }
          #expect(outputs(other) != expected, "core \(core), output entry \(entry), kind \(kind)")
          changed += 1
        }
      }
      let input = program.cores[core].inputAxons
      for entry in input.blocks.indices {
        for kind in 0..<3 {
          var other = program
          switch kind {
          case 0: other.cores[core].inputAxons = edited(input, entry, copies: 0)
          case 1: other.cores[core].inputAxons = edited(input, entry, copies: 2)
          default:
            let size = program.cores[core].blocks[Int(input.blocks[entry])].sourceShape.count
            other.cores[core].inputAxons.sources[entry] = UInt32((Int(input.sources[entry]) + 1) % size)
          }
          #expect(outputs(other) != expected, "core \(core), input entry \(entry), kind \(kind)")
          changed += 1
        }
      }
    }
    #expect(changed > 200)
  }

  private func edited(_ table: OutputAxons, _ entry: Int, copies: Int) -> OutputAxons {
    var result = OutputAxons(offsets: [0])
    for slot in 0..<(table.offsets.count - 1) {
      for position in Int(table.offsets[slot])..<Int(table.offsets[slot + 1]) {
        for _ in 0..<(position == entry ? copies : 1) {
          result.routes.append(table.routes[position])
          result.axons.append(table.axons[position])
        }
      }
      result.offsets.append(UInt32(result.routes.count))
    }
    return result
  }

  private func edited(_ table: InputAxons, _ entry: Int, copies: Int) -> InputAxons {
    var result = InputAxons()
    for axon in 0..<table.count {
      for position in Int(table.offsets[axon])..<Int(table.offsets[axon + 1]) {
        for _ in 0..<(position == entry ? copies : 1) {
          result.blocks.append(table.blocks[position])
          result.sources.append(table.sources[position])
        }
      }
      result.offsets.append(UInt32(result.blocks.count))
    }
    return result
  }
}
