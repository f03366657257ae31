import ChipModel
import Testing

@testable import Compiler
@testable import Runtime

/// Networks of Tests/Fixtures/trained on chips that are crossbars.
@Suite("Crossbar chips run networks")
struct CrossbarChipTests {
  /// A network on a chip, and its accuracy on the 400 digits.
  private func run(
    _ trained: TrainedNetwork, on chip: String, steps: Int
  ) throws -> (result: CompileResult, accuracy: Double) {
    let settings = ConversionSettings(.robustNorm).with(.steps, 64).with(.initial, .half).with(.readout, .spikes)
      .with(.reset, chip == "odin" ? .hard : .soft)
    let network = try trained.convert(settings).network
    let result = try CompiledProgram.compile(
      network.checked(), chip: ChipLibrary.builtIn(chip), options: CompileOptions(placement: .rowMajor))
    let data = try #require(trained.images.test)
    let record = try Run(steps: steps, samples: data.count)(result.program, data: data)
    let accuracy = try #require(record.accuracy)
    print(trained, chip, result.program.cores.count, "cores", accuracy, result.sums.map(\.parts), result.copies.map(\.count))
    return (result, accuracy)
  }

  @Test("TrueNorth and ODIN lose at most 2 points of a perceptron", arguments: ["truenorth", "odin"])
  func perceptron(_ chip: String) throws {
    let (result, accuracy) = try run(.perceptron, on: chip, steps: chip == "odin" ? 128 : 64)
    let ann = try #require(TrainedNetwork.accuracies["perceptron"])
    #expect(accuracy >= ann - 0.02, "\(accuracy) of \(ann)")
    #expect(chip == "odin" ? result.sliced.isEmpty : result.sliced.count == 3)
    #expect(result.program.input.model.inputCoding == .rate)
  }

  @Test("TrueNorth runs a convolutional network through partial sums and pools, and loses at most 2 points")
  func convolutions() throws {
    let trained = TrainedNetwork.plain
    let (result, accuracy) = try run(trained, on: "truenorth", steps: 200)
    let ann = try #require(TrainedNetwork.accuracies[trained.name])
    #expect(accuracy >= ann - 0.02, "\(accuracy) of \(ann)")
    #expect(result.poolLayers.allSatisfy { result.program.populationNames.contains($0) })
    #expect(!result.sums.isEmpty && result.sums.allSatisfy { !$0.isExact })
  }
}
