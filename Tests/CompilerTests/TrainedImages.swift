import ChipModel
import Dispatch
import Foundation
import Synchronization
import Testing

@testable import Compiler

/// Images that trained networks are calibrated with and judged by, read once.
struct TrainedImages: Sendable {
  let name: String
  let preprocessing: Preprocessing
  let training: Dataset?
  let test: Dataset?

  /// The first of ../shared; nil where it is absent.
  static let mnist = TrainedImages(
    name: "mnist-train", preprocessing: Trained.grey, training: Trained.read("mnist-train", 3000),
    test: Trained.read("mnist-t10k", Trained.isComplete ? 10000 : 1000))

  /// Digits of 8x8 pixels, of which every clone has 600 to calibrate with and 400 to judge by.
  static let digits = TrainedImages(
    name: "digits", preprocessing: Preprocessing(scale: 1 / 16.0),
    training: load(TrainedNetwork.folder, "calibration"),
    test: load(TrainedNetwork.examples, "test-images", "test-labels"))

  private static func load(_ folder: URL, _ images: String, _ labels: String? = nil) -> Dataset? {
    func path(_ name: String) -> String { folder.appending(path: name + ".npy").path(percentEncoded: false) }
    return try? DatasetLoader.load(
      images: path(images), labels: path(labels ?? images + "-labels"), expectedShape: [1, 8, 8])
  }

  func convert(_ network: AnalogNetwork, _ method: ConversionSettings, samples: Int? = nil) throws -> ConversionResult {
    let data = CalibrationData(name: name, dataset: try #require(training), samples: samples)
    return try Conversion.run(network, method, preprocessing: preprocessing, calibration: data)
  }

  /// Test images as the network takes them, with their labels; nil: all.
  func samples(_ images: Int? = nil) throws -> (values: [Float], labels: [Int]) {
    let data = try #require(test)
    let chosen = try #require(data.prefix(images ?? data.count))
    return (try chosen.floats(samples: chosen.count, preprocessing: preprocessing), try #require(chosen.labels))
  }

  /// The first test images on the engine, ideal chip.
  func trial(
    _ network: Network, steps: Int, images: Int? = nil, weightBits: Int = 8
  ) throws -> (trial: SpikingTrial, labels: [Int]) {
    let (values, labels) = try samples(images)
    let program = try SpikingTrial.lower(network, weightBits: weightBits)
    return (SpikingTrial(program, samples: values, steps: steps), labels)
  }

  /// Accuracy in percent after each step.
  func accuracy(_ network: Network, steps: Int, images: Int? = nil, weightBits: Int = 8) throws -> [Double] {
    let (trial, labels) = try trial(network, steps: steps, images: images, weightBits: weightBits)
    return trial.accuracyByStep(labels).map { ($0 * 1000000).rounded() / 10000 }
  }

  /// Accuracy in percent after the last step of the same network in 64-bit floats, nothing rounded.
  func floatAccuracy(_ network: Network, steps: Int, images: Int? = nil) throws -> Double {
    let (samples, labels) = try samples(images)
    let size = samples.count / labels.count
    let real = try RealNetwork(network.checked())
    let right = Mutex(0)
    DispatchQueue.concurrentPerform(iterations: labels.count) { image in
      let values = samples[(image * size)..<((image + 1) * size)].map(Double.init)
      if real.run(values, steps: steps).decision == labels[image] { right.withLock { $0 += 1 } }
    }
    return Double(right.withLock { $0 }) * 100 / Double(labels.count)
  }
}

/// A trained network and its images: those that `Tests/Scripts/train-small` made are in every clone, those of ../shared
/// where that folder is.
struct TrainedNetwork: Sendable, CustomStringConvertible {
  let name: String
  let images: TrainedImages
  var description: String { name }

  static let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  static let folder = package.appending(path: "Tests/Fixtures/trained")
  static let examples = package.appending(path: "Examples/digits")

  static let perceptron = TrainedNetwork(name: "perceptron", images: .digits)
  static let average = TrainedNetwork(name: "average", images: .digits)
  static let maximum = TrainedNetwork(name: "maximum", images: .digits)
  static let residual = TrainedNetwork(name: "residual", images: .digits)
  static let leaky = TrainedNetwork(name: "leaky", images: .digits)
  static let plain = TrainedNetwork(name: "plain", images: .digits)
  static let small = [perceptron, average, maximum, residual, leaky, plain]
  /// Those that every method takes.
  static let rectified = [perceptron, average, maximum, residual, plain]
  /// Layers one after the other, average pools, no biases: what the papers write their equations for.
  static let bare = [plain] + (Trained.isThere ? [TrainedNetwork(name: "mnist-cnn", images: .mnist)] : [])

  func imported() throws -> ImportedModel {
    guard images.name == TrainedImages.digits.name else { return try ImportFiles.importModel(name + ".onnx") }
    let path = Self.folder.appending(path: name + ".onnx")
    return try ONNXImporter.read(
      [UInt8](Data(contentsOf: path)), folder: Self.folder.path(percentEncoded: false), name: name)
  }

  func network() throws -> AnalogNetwork { try imported().network }

  func convert(_ method: ConversionSettings, samples: Int? = nil) throws -> ConversionResult {
    try images.convert(network(), method, samples: samples)
  }

  /// What torch got on the test images, a fraction.
  static let accuracies: [String: Double] = {
    guard let data = try? Data(contentsOf: folder.appending(path: "accuracies.json")) else { return [:] }
    return (try? JSONDecoder().decode([String: Double].self, from: data)) ?? [:]
  }()
}
