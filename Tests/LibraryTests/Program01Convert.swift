import ChipModel
import Compiler
import Runtime
import Testing

@Suite("Library: convert an ONNX file")
struct ConvertProgram {
  @Test("the network is written, read again and right")
  func program() throws {
    let examples = Repository.examples
    try Repository.withFolder { folder in
      // snippet
      let model = try AnalogNetwork(onnx: "\(examples)/tutorial/model.onnx")
      let images = try Dataset(images: "\(examples)/digits/test-images.npy", shape: model.inputShape, samples: 100)
      let network = try model.converted(
        by: .robustNorm, steps: 32, calibration: images, preprocessing: Preprocessing(scale: 1.0 / 16))
      try network.write(to: "\(folder)/net.json")
      print(network.populationNames, network.history)
      // end
      let again = try Network(file: "\(folder)/net.json")
      #expect(again.populationNames == ["conv0", "conv4", "dense9"])
      #expect(again.history.prefix(3) == ["method: robust-norm", "steps: 32", "percentile: 99.9"])
      let program = try again.compiled(for: "ideal")
      #expect(try program == network.compiled(for: "ideal") && program.steps == 32)
      #expect(try program.run(images).accuracy ?? 0 >= 0.95)
      let file = "\(folder)/none.onnx"
      let error = #expect(throws: NmsimError.self) { try AnalogNetwork(onnx: file) }
      #expect(error?.description.hasPrefix("\(file): no such file") == true)
    }
  }
}
