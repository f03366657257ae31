import Testing

@testable import Compiler

@Suite("ONNX fixtures")
struct ONNXFixtureTests {
  @Test("there are modules from both exporters")
  func fixturesExist() {
    #expect(FixtureReference.all.count >= 40)
    #expect(FixtureReference.all.reduce(0) { $0 + $1.files.count } >= 120)
  }

  @Test("every export of a module gives what onnxruntime gives, to 1e-5", arguments: FixtureReference.all)
  func agrees(_ reference: FixtureReference) throws {
    for file in reference.files {
      do {
        let model = try ImportFiles.importFixture(file)
        #expect(model.network.inputCount == reference.inputShape.reduce(1, *), "\(file)")
        let outputs = try FloatEvaluator(model.network).outputs(reference.input).flatMap { $0 }
        try #require(outputs.count == reference.output.count, "\(file)")
        let scale = reference.output.map(abs).max() ?? 0
        let error = zip(outputs, reference.output).map { abs($0 - $1) }.max() ?? 0
        #expect(error <= 1e-5 * scale, "\(file): error \(error / scale)")
      } catch let error as ImportError {
        Issue.record("\(file): \(error)")
      }
    }
  }
}
