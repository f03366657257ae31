import Foundation
import Testing

@testable import ChipModel
@testable import Compiler
@testable import Runtime

/// Random networks of current-based neurons as Brian2Loihi runs them (`Tests/Scripts/brian2_loihi_run.py`).
@Suite("Brian2Loihi")
struct Brian2LoihiTests {
  struct Record: Decodable, Equatable {
    struct Group: Decodable, Equatable {
      var neurons, threshold, voltageDecay, currentDecay, refractory: Int
    }
    struct Way: Decodable, Equatable {
      var from, to, delay: Int
      var weights: [[Int16]]
    }
    var seed, steps, inputs: Int
    /// Pairs of a step and an input.
    var events: [[Int]]
    var groups: [Group]
    var projections: [Way]
    /// By group: pairs of a step and a neuron.
    var spikes: [[[Int]]]
  }

  private static func records(_ text: Data) throws -> [Record] {
    try text.split(separator: UInt8(ascii: "\n")).map { try JSONDecoder().decode(Record.self, from: $0) }
  }

  private static let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()

  private static func stored() throws -> [Record] {
    try records(Data(contentsOf: tests.appending(path: "Fixtures/brian2-loihi.jsonl")))
  }

  private static func program(_ record: Record) throws -> CompiledProgram {
    var network = Network(
      name: "brian2", input: NetworkInput(kind: .spikes, shape: [record.inputs]), populations: [], projections: [],
      output: NetworkOutput(population: "group \(record.groups.count)", readout: .spikes))
    network.input.coding = .events
    network.populations = record.groups.enumerated().map { number, group in
      var neuron = NetworkNeuron(model: .currentBased, threshold: .uniform(Double(group.threshold)))
      neuron[.reset] = .hard
      neuron[.currentDecay] = group.currentDecay
      neuron[.voltageDecay] = group.voltageDecay
      // There a period of 1 is the step of the spike itself.
      neuron[.refractory] = group.refractory - 1
      return NetworkPopulation(name: "group \(number + 1)", shape: [group.neurons], neuron: neuron)
    }
    network.projections = try record.projections.enumerated().map { number, way in
      let shape = [way.weights.count, way.weights[0].count]
      let weights = try #require(Tensor(shape: shape, storage: .int16(way.weights.flatMap { $0 })))
      // There a spike of a neuron takes a step beside its delay.
      return NetworkProjection(
        name: "way \(number)", from: way.from == 0 ? nil : "group \(way.from)", to: "group \(way.to)", kind: .dense,
        weights: .inline(weights), delay: way.from == 0 ? way.delay : way.delay + 1)
    }
    return try CompiledProgram.compile(
      network.checked(), chip: ChipLibrary.builtIn("loihi"), options: CompileOptions(schedule: .continuous)).program
  }

  /// By group, pairs of a step and a neuron, on the interpreter; the engine must agree.
  private static func spikes(_ record: Record) throws -> [[[Int]]] {
    let program = try program(record)
    var input = [Double](repeating: 0, count: record.steps * record.inputs)
    for event in record.events { input[event[0] * record.inputs + event[1]] += 1 }
    var chip = ChipInterpreter(program, steps: record.steps)
    var result = record.groups.map { _ in [[Int]]() }
    _ = chip.run(input) { tick, chip in
      for spike in chip.spikes.sorted(by: { ($0.population, $0.neuron) < ($1.population, $1.neuron) })
      where spike.population <= record.groups.count {
        result[spike.population - 1].append([tick, spike.neuron])
      }
    }
    var runner = LayerRunner(plan: EnginePlan(program), steps: record.steps)
    _ = runner.run(input)
    #expect(runner.counters.spikes == chip.counters.spikes, "seed \(record.seed)")
    return result
  }

  @Test("the spikes of three networks that it ran are equal")
  func recorded() throws {
    let records = try Self.stored()
    #expect(records.map(\.seed) == [1, 2, 3])
    for record in records {
      #expect(try Self.spikes(record) == record.spikes, "seed \(record.seed)")
      #expect(record.spikes.allSatisfy { $0.count > 50 })
    }
  }

  @Test("where a Python has the package (NMSIM_BRIAN2, else python3) it still says so, and of more networks")
  func package() throws {
    let name = ProcessInfo.processInfo.environment["NMSIM_BRIAN2"] ?? "python3"
    guard try Self.python(name, ["-c", "import brian2_loihi"]).status == 0 else {
      print("skipped: the Python package 'brian2-loihi' is not installed; NMSIM_BRIAN2 names a Python that has it")
      return
    }
    let script = Self.tests.appending(path: "Scripts/brian2_loihi_run.py").path
    let (status, output) = try Self.python(name, [script] + (1...20).map { "\($0)" })
    #expect(status == 0)
    let records = try Self.records(output)
    let stored = try Self.stored()
    #expect(records.count == 20 && Array(records.prefix(3)) == stored)
    for record in records { #expect(try Self.spikes(record) == record.spikes, "seed \(record.seed)") }
  }

  private static func python(_ name: String, _ arguments: [String]) throws -> (status: Int32, output: Data) {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [name] + arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, data)
  }
}
