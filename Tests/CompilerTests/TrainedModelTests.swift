import ChipModel
import Foundation
import Testing

@testable import Compiler

@Suite("Trained networks of ../shared")
struct TrainedModelTests {
  static let models = ImportFiles.hasShared("models/mnist-cnn.onnx")

  @Test(
    "import with the layers, costs and names they were trained with", .enabled(if: models, "no networks in ../shared"),
    arguments: [
      ("mnist-cnn.onnx", 3, 12 * 25 * 576 + 64 * 12 * 25 * 64 + 10240, 300 + 64 * 300 + 10240),
      ("mnist-cnn-leaky.onnx", 3, 12 * 25 * 576 + 64 * 12 * 25 * 64 + 10240, 300 + 64 * 300 + 10240),
      ("mnist-mlp-leaky.onnx", 3, 784 * 1200 + 1200 * 1200 + 12000, 784 * 1200 + 1200 * 1200 + 12000),
    ])
  func small(_ file: String, _ layers: Int, _ operations: Int, _ parameters: Int) throws {
    let model = try ImportFiles.importModel(file)
    #expect(model.network.layers.count == layers)
    #expect(model.report.cost.multiplyAccumulates == operations)
    #expect(model.report.cost.parameters == parameters)
    #expect(model.report.storedParameters == parameters)
    #expect(model.network.layers.last?.activation == AnalogActivation.none)
  }

  @Test(
    "all of them import", .enabled(if: models, "no networks in ../shared"),
    arguments: [
      "fashion-cnn.onnx", "fashion-net4-leaky.onnx", "cifar-resnet20.onnx",
    ])
  func imports(_ file: String) throws {
    let model = try ImportFiles.importModel(file)
    try model.network.validate()
    for entry in model.report.entries { #expect(!entry.became.isEmpty) }
  }

  @Test("ResNet-20 has 20 layers, nine of them residual sums", .enabled(if: models, "no networks in ../shared"))
  func resnet() throws {
    let network = try ImportFiles.importModel("cifar-resnet20.onnx").network
    #expect(network.layers.count == 20)
    #expect(network.layers.filter { $0.connections.count == 2 }.count == 9)
    let operations = network.cost.multiplyAccumulates
    // Counted tap by tap from the ONNX file's shapes: 41 million with padding.
    #expect(operations == 37_219_648)
  }

  /// Data set file, constants and accuracy on all 10,000 images, as the models' README gives it.
  struct Trained: Sendable, CustomTestStringConvertible {
    let file: String
    let images: String
    let preprocessing: Preprocessing
    let accuracy: Double
    var testDescription: String { file }
    var isThere: Bool { ImportFiles.hasShared("models/" + file, "data/" + images) }
  }
  static let digits = "mnist-t10k-images-idx3-ubyte.gz"
  static let fashion = "fashion-t10k-images-idx3-ubyte.gz"
  static let grey = Preprocessing(scale: 1 / 255.0)
  static let colour = Preprocessing(
    scale: 1 / 255.0, mean: [0.4914, 0.4822, 0.4465], std: [0.2470, 0.2435, 0.2616])
  static let trained = [
    Trained(file: "mnist-cnn.onnx", images: digits, preprocessing: grey, accuracy: 0.9935),
    Trained(file: "mnist-cnn-leaky.onnx", images: digits, preprocessing: grey, accuracy: 0.9930),
    Trained(file: "mnist-mlp-leaky.onnx", images: digits, preprocessing: grey, accuracy: 0.9906),
    Trained(file: "fashion-cnn.onnx", images: fashion, preprocessing: grey, accuracy: 0.9105),
    Trained(file: "fashion-net4-leaky.onnx", images: fashion, preprocessing: grey, accuracy: 0.9271),
    Trained(file: "cifar-resnet20.onnx", images: "cifar10-test.bin", preprocessing: colour, accuracy: 0.8723),
  ]

  /// Set `NMSIM_ALL_IMAGES` to measure all 10,000, which must give the README's figures exactly.
  @Test(
    "classify 1,000 test images as they did in training", .enabled(if: models, "no networks in ../shared"),
    arguments: trained.filter(\.isThere))
  func accuracy(_ trained: Trained) throws {
    let count = ProcessInfo.processInfo.environment["NMSIM_ALL_IMAGES"] == nil ? 1000 : 10000
    let network = try ImportFiles.importModel(trained.file).network
    let data = try DatasetLoader.load(
      images: ImportFiles.shared.appending(path: "data/" + trained.images).path(percentEncoded: false),
      expectedShape: network.inputShape)
    let samples = try data.floats(samples: count, preprocessing: trained.preprocessing)
    let labels = Array(try #require(data.labels).prefix(count))
    let evaluator = try FloatEvaluator(network)
    var accuracy = 0.0
    let time = ContinuousClock().measure { accuracy = evaluator.accuracy(samples, labels: labels) }
    print("\(trained.file): \(accuracy) of \(count) images in \(time)")
    // Three standard errors of 1,000 images; float sums in another order may turn one image in 10,000.
    let p = trained.accuracy
    let tolerance = count == 1000 ? 3 * (p * (1 - p) / 1000).squareRoot() : 0.00011
    #expect(abs(accuracy - p) <= tolerance)
    #expect(accuracy >= 0.86)
  }
}
