import ChipModel
import Foundation
import Testing

@testable import Compiler

/// The digits networks and images of ../shared, read once.
enum Trained {
  static let isThere = ImportFiles.hasShared(
    "models/mnist-cnn.onnx", "models/mnist-cnn-leaky.onnx", "models/mnist-mlp-leaky.onnx",
    "data/mnist-train-images-idx3-ubyte.gz", "data/mnist-t10k-images-idx3-ubyte.gz")
  /// All steps and images of the acceptance bands instead of those that take seconds.
  static let isComplete = ProcessInfo.processInfo.environment["NMSIM_ALL_IMAGES"] != nil
  static let grey = Preprocessing(scale: 1 / 255.0)
  /// What `auto` compares on.
  static let longTraining = read("mnist-train", 10_000)

  static func read(_ name: String, _ count: Int) -> Dataset? {
    let path = ImportFiles.shared.appending(path: "data/\(name)-images-idx3-ubyte.gz").path(percentEncoded: false)
    return try? DatasetLoader.load(images: path, expectedShape: [1, 28, 28]).prefix(count)
  }

  static func convert(_ model: String, _ method: ConversionSettings, samples: Int? = nil) throws -> ConversionResult {
    try TrainedImages.mnist.convert(
      ImportFiles.importModel(model + ".onnx").network, method, samples: samples)
  }

  /// The first test images on the engine, ideal chip.
  static func trial(
    _ network: Network, steps: Int, images: Int = 1000
  ) throws -> (trial: SpikingTrial, labels: [Int]) {
    try TrainedImages.mnist.trial(network, steps: steps, images: images)
  }

  /// Accuracy in percent after each step.
  static func accuracy(_ network: Network, steps: Int, images: Int = 1000, weightBits: Int = 8) throws -> [Double] {
    try TrainedImages.mnist.accuracy(network, steps: steps, images: images, weightBits: weightBits)
  }

  /// Accuracy in percent after the last step of the same network in 64-bit floats; first 1,000 images.
  static func floatAccuracy(_ network: Network, steps: Int) throws -> Double {
    try TrainedImages.mnist.floatAccuracy(network, steps: steps, images: 1000)
  }
}

extension ConversionMethod {
  /// Those that need no bounds that were trained.
  static let ofEveryNetwork = all.filter { $0 != .trained }
}

/// Tiny networks with seeded weights.
enum TinyNetwork {
  /// `[2, 6, 6]` - conv 4 (its channel 2 never positive) - average pool - conv 3 - dense 3, biases in the last two.
  static func convolutional(seed: UInt64, activation: AnalogActivation = .relu) -> AnalogNetwork {
    var random = SplitMix(state: seed)
    func weights(_ count: Int) -> [Float] { (0..<count).map { _ in random.float() } }
    var first = weights(4 * 2 * 9)
    for index in (2 * 18)..<(3 * 18) { first[index] = -abs(first[index]) - 0.01 }
    let pool = NetworkPool(kind: .average, kernel: [2, 2], stride: [2, 2])
    return AnalogNetwork(
      name: "tiny", inputShape: [2, 6, 6],
      layers: [
        AnalogLayer(
          name: "conv1", shape: [4, 6, 6],
          connections: [
            AnalogConnection(
              source: .input, kind: .convolution, weights: first, weightShape: [4, 2, 3, 3], padding: [1, 1, 1, 1])
          ], activation: activation),
        AnalogLayer(
          name: "conv2", shape: [3, 3, 3],
          connections: [
            AnalogConnection(
              source: .layer(0), pool: pool, kind: .convolution, weights: weights(3 * 4 * 9), weightShape: [3, 4, 3, 3],
              padding: [1, 1, 1, 1])
          ], bias: [0.1, -0.05, 0.2], activation: activation),
        AnalogLayer(
          name: "out", shape: [3],
          connections: [
            AnalogConnection(source: .layer(1), kind: .dense, weights: weights(81), weightShape: [3, 27])
          ], bias: [0.02, 0, -0.01], activation: AnalogActivation.none),
      ], output: 2)
  }

  /// Values 0..<1.
  static func data(seed: UInt64, shape: [Int], count: Int) throws -> Dataset {
    var random = SplitMix(state: seed)
    let size = shape.reduce(1, *)
    let values = (0..<(count * size)).map { _ in abs(random.float()) }
    return try #require(Dataset(shape: shape, values: .float32(values)))
  }
}

/// Of values in memory.
extension FloatEvaluator {
  private func inMemory(_ values: [Float]) -> FloatSamples { FloatSamples(values, size: network.inputCount) }

  func map<Result: Sendable>(
    _ values: [Float], preactivations: Bool = false, _ body: @Sendable (EvaluatedBlock) -> Result
  ) -> [Result] {
    map(inMemory(values), preactivations: preactivations, body)
  }

  func predictions(_ values: [Float]) -> [Int] { predictions(inMemory(values)) }

  func accuracy(_ values: [Float], labels: [Int]) -> Double { accuracy(inMemory(values), labels: labels) }
}
