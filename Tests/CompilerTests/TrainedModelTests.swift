import Foundation
import Testing

@testable import Compiler

@Suite("Trained networks of ../shared")
struct TrainedModelTests {
  static let models = ImportFiles.hasShared("models/mnist-cnn.onnx")
  static let cifar = ImportFiles.hasShared("models/cifar-resnet20.onnx", "data/cifar10-test.bin")

  @Test(
    "import with the layers, costs and names they were trained with", .enabled(if: models),
    arguments: [
      ("mnist-cnn.onnx", 3, 12 * 25 * 576 + 64 * 12 * 25 * 64 + 10240, 300 + 64 * 300 + 10240),
      ("mnist-cnn-leaky.onnx", 3, 12 * 25 * 576 + 64 * 12 * 25 * 64 + 10240, 300 + 64 * 300 + 10240),
      ("mnist-mlp-leaky.onnx", 3, 784 * 1200 + 1200 * 1200 + 12000, 784 * 1200 + 1200 * 1200 + 12000),
    ])
  func small(_ file: String, _ layers: Int, _ operations: Int, _ parameters: Int) throws {
    let model = try ImportFiles.importModel(file)
    #expect(model.network.layers.count == layers)
    #expect(model.report.multiplyAccumulates == operations)
    #expect(model.report.parameters == parameters)
    #expect(model.report.storedParameters == parameters)
    #expect(model.network.layers.last?.activation == AnalogActivation.none)
  }

  @Test("all of them import", .enabled(if: models), arguments: [
    "fashion-cnn.onnx", "fashion-net4-leaky.onnx", "cifar-resnet20.onnx",
  ])
  func imports(_ file: String) throws {
    let model = try ImportFiles.importModel(file)
    try model.network.validate()
    for entry in model.report.entries { #expect(!entry.became.isEmpty) }
  }

  @Test("ResNet-20 has 20 layers, nine of them residual sums", .enabled(if: models))
  func resnet() throws {
    let network = try ImportFiles.importModel("cifar-resnet20.onnx").network
    #expect(network.layers.count == 20)
    #expect(network.layers.filter { $0.connections.count == 2 }.count == 9)
    let operations = network.multiplyAccumulates
    #expect(operations > 38_000_000 && operations < 42_000_000, "\(operations)")
  }

  @Test("ResNet-20 classifies 1,000 CIFAR-10 test images as it did in training", .enabled(if: cifar))
  func accuracy() throws {
    let file = ImportFiles.shared.appending(path: "data/cifar10-test.bin")
    let count = ProcessInfo.processInfo.environment["NMSIM_ALL_IMAGES"] == nil ? 1000 : 10000
    let bytes = [UInt8](try Data(contentsOf: file).prefix(3073 * count))
    let mean: [Float] = [0.4914, 0.4822, 0.4465]
    let deviation: [Float] = [0.2470, 0.2435, 0.2616]
    var samples: [Float] = []
    samples.reserveCapacity(3072 * count)
    var labels: [Int] = []
    for record in 0..<count {
      labels.append(Int(bytes[record * 3073]))
      for i in 0..<3072 {
        samples.append((Float(bytes[record * 3073 + 1 + i]) / 255 - mean[i / 1024]) / deviation[i / 1024])
      }
    }
    let evaluator = try FloatEvaluator(try ImportFiles.importModel("cifar-resnet20.onnx").network)
    let clock = ContinuousClock()
    var accuracy = 0.0
    let time = clock.measure { accuracy = evaluator.accuracy(samples, labels: labels) }
    print("cifar-resnet20: \(accuracy) of \(count) images in \(time)")
    #expect(abs(accuracy - 0.8723) < (count == 1000 ? 0.03 : 0.0005))
    if count == 1000 {
      let few = Array(samples.prefix(3072 * 21))
      #expect(evaluator.outputs(few, threads: 1) == evaluator.outputs(few, threads: 2))
    }
  }
}
