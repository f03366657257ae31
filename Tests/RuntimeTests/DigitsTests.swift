import ChipModel
import Compiler
import Foundation
import Testing

@testable import Runtime

/// The folder of the package, from this file's place.
func packageFolder(_ file: String = #filePath) -> String {
  URL(fileURLWithPath: file).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
}

@Suite("Bundled digits")
struct DigitsTests {
  func program(chip: String) throws -> (CompiledProgram, Dataset) {
    let folder = packageFolder() + "/Examples/digits"
    let network = try NetworkFile(reading: folder + "/net.json").checked()
    let result = try CompiledProgram.compile(network, chip: try ChipLibrary.builtIn(chip))
    let data = try DatasetLoader.load(
      images: folder + "/test-images.npy", labels: folder + "/test-labels.npy",
      expectedShape: result.program.input.dimensions)
    return (result.program, data)
  }

  @Test("the chip is within half a point of the network from step 32 on, with an independent simulation's spike counts")
  func accuracy() throws {
    let (program, data) = try program(chip: "ideal")
    let record = try Run(steps: 200, samples: data.count, threads: 2)(program, data: data)
    let ann = try #require(program.network.ann.accuracy)
    for step in 31..<200 {
      let accuracy = Double(record.correctByStep[step]) / Double(data.count)
      #expect(abs(accuracy - ann) <= 0.005, "step \(step + 1)")
    }
    print(record.counters.spikes.map { $0.reduce(0, +) }, record.correctByStep)
  }

  @Test("the engine equals the interpreter on real images")
  func engines() throws {
    let (program, data) = try program(chip: "generic-45nm")
    let fast = try Run(steps: 40, samples: 6, threads: 2, keepsOutputs: true)(program, data: data)
    let slow = try Run(steps: 40, samples: 6, engine: .interpreter, keepsOutputs: true)(program, data: data)
    #expect(fast.outputs == slow.outputs)
    #expect(fast.counters == slow.counters)
    #expect(fast.predictions == slow.predictions)
  }
}
