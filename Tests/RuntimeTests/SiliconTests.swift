import Foundation
import Testing

@testable import ChipModel
@testable import Compiler
@testable import Runtime

/// A network recorded on Intel Loihi (SLAYER, `test/test_files/Loihi`), where the recording lies beside the package; elsewhere
/// this prints that it skips.
@Suite("A recording of a chip")
struct SiliconTests {
  private static let folder: URL? = {
    var root = URL(filePath: #filePath)
    for _ in 0..<3 { root.deleteLastPathComponent() }
    for parent in [root.deletingLastPathComponent(), root.deletingLastPathComponent().deletingLastPathComponent()] {
      let folder = parent.appending(path: "shared/silicon/loihi-250-25-1")
      if FileManager.default.fileExists(atPath: folder.path) { return folder }
    }
    print("skipped: loihi-250-25-1 is not in ../shared/silicon")
    return nil
  }()

  private static func rows(_ name: String, _ folder: URL) throws -> [[Double]] {
    let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
    return text.split(whereSeparator: \.isNewline).map { line in
      line.split { " ,\t".contains($0) }.compactMap { Double($0) }
    }.filter { !$0.isEmpty }
  }

  private static func layer(_ name: String, _ neurons: Int) -> NetworkPopulation {
    var neuron = NetworkNeuron(model: .currentBased, threshold: .uniform(80))
    neuron[.currentDecay] = 1024
    neuron[.voltageDecay] = 128
    neuron[.reset] = .hard
    return NetworkPopulation(name: name, shape: [neurons], neuron: neuron)
  }

  private static func projection(_ from: String?, _ to: String, _ rows: [[Double]]) throws -> NetworkProjection {
    let weights = rows.joined().map { Int16(2 * ($0 * 4 / 2).rounded()) }
    let tensor = try #require(Tensor(shape: [rows.count, rows[0].count], storage: .int16(weights)))
    return NetworkProjection(name: "to \(to)", from: from, to: to, kind: .dense, weights: .inline(tensor))
  }

  @Test("639 hidden and 2 output spikes, and every membrane but those that the record hides")
  func record() throws {
    guard let folder = Self.folder else { return }
    let steps = 499
    var network = Network(
      name: "loihi-250-25-1", input: NetworkInput(kind: .spikes, shape: [250]),
      populations: [Self.layer("hidden", 25), Self.layer("output", 1)],
      projections: [
        try Self.projection(nil, "hidden", try Self.rows("w1learned.txt", folder)),
        try Self.projection("hidden", "output", try Self.rows("w2learned.txt", folder)),
      ],
      output: NetworkOutput(population: "output", readout: .spikes))
    network.input.coding = .events
    var input = [Double](repeating: 0, count: steps * 250)
    for row in try Self.rows("spikeIn.txt", folder) {
      let step = Int((row[0] / 0.1).rounded()) + 49
      if step < steps { input[step * 250 + Int(row[1]) - 1] += 1 }
    }
    let program = try CompiledProgram.compile(
      network.checked(), chip: ChipLibrary.builtIn("loihi"), options: CompileOptions(schedule: .continuous)).program
    #expect(program.fractionBits == 6 && program.membraneBits == 24)

    var chip = ChipInterpreter(program, steps: steps)
    var spikes: [[Set<Int>]] = [[], []]
    var membranes: [[Int32]] = [[], []]
    _ = chip.run(input) { _, chip in
      for (layer, neuron) in [(0, 24), (1, 0)] {
        spikes[layer].append(Set(chip.spikes.filter { $0.population == layer + 1 }.map(\.neuron)))
        membranes[layer].append(chip.potential(population: layer + 1, index: neuron) ?? 0)
      }
    }
    for (layer, name) in ["Hidden", "Output"].enumerated() {
      let recorded = try Self.rows("loihi\(name)Spikes.txt", folder)
      // The record stands one step late.
      var expected = [Set<Int>](repeating: [], count: steps)
      for row in recorded where Int(row[1]) - 1 < steps { expected[Int(row[1]) - 1].insert(Int(row[0])) }
      #expect(spikes[layer] == expected, "\(name)")
      #expect(spikes[layer].reduce(0) { $0 + $1.count } == (layer == 0 ? 639 : 2))
      let file = layer == 0 ? "loihiHiddenVoltage24.txt" : "loihiOutputVoltage.txt"
      let voltages = try Self.rows(file, folder).joined().map { Int32($0) }
      let hidden = (0..<min(steps, voltages.count)).filter { voltages[$0] != membranes[layer][$0] }
      #expect(voltages.count == steps)
      #expect(hidden.count == (layer == 0 ? 18 : 2), "\(name): \(hidden)")
      #expect(hidden.allSatisfy { voltages[$0] == 128 && spikes[layer][$0].contains(layer == 0 ? 24 : 0) }, "\(name)")
    }

    var runner = LayerRunner(plan: EnginePlan(program), steps: steps)
    _ = runner.run(input)
    #expect(runner.counters.spikes[1].reduce(0, +) == 639 && runner.counters.spikes[2] == [2])
  }
}
