import ChipModel
import Foundation
import Testing

@testable import Compiler

/// What every conversion method makes of the networks that `Tests/Scripts/train-small` trained, on 8-bit weights, ideal
/// chip, engine, all 400 test images: in any clone, without other files.
@Suite("Conversion: small trained networks")
struct SmallNetworkTests {
  /// A method on a network, and the steps after which its accuracy is looked at.
  struct Case: Sendable, CustomTestStringConvertible {
    let network: TrainedNetwork
    let label: String
    let method: ConversionSettings
    var testDescription: String { "\(network.name), \(label)" }
  }

  /// What was measured, written by `NMSIM_RECORD=1 swift test --filter SmallNetworkTests`.
  struct Measured: Codable, Equatable {
    /// Percent after the first half, and after all of the steps.
    var accuracy: [Double]
    /// Spikes an image after all steps.
    var spikes: Double
  }

  static let steps = 16
  static let samples = 200

  /// Every method as it stands, and variants of some.
  static let methods: [(label: String, settings: ConversionSettings)] = {
    func variant(_ method: ConversionMethod) -> ConversionSettings { ConversionSettings(method).with(.steps, steps) }
    // bsnn has its own number of steps.
    let plain: [(label: String, settings: ConversionSettings)] = ConversionMethod.ofEveryNetwork.map { method in
      (method.name, method == .bsnn ? ConversionSettings(.bsnn).with(.period, 8) : variant(method))
    }
    return plain + [
      ("robust-norm half", variant(.robustNorm).with(.initial, .half)),
      ("robust-norm hard", variant(.robustNorm).with(.reset, .hard)),
      ("mmse corrected", variant(.mmse).with(.calibrate, Corrections([.weights, .initial]))),
      ("mmse lag 1", variant(.mmse).with(.lag, 1).with(.calibrate, Corrections([.biasByStep]))),
      ("mmse signed", variant(.mmse).with(.neuron, .signed).with(.calibrate, Corrections([.bias]))),
      ("mmse phase", variant(.mmse).with(.steps, 4).with(.neuron, .phase).with(.calibrate, Corrections([.weights, .initial]))),
      ("robust-norm separated", variant(.robustNorm).with(.schedule, .separated)),
      ("aug-mapping 1", variant(.augMapping).with(.maximumCount, 1)),
    ]
  }()

  static let cases = TrainedNetwork.small.flatMap { network in
    methods.filter { network.name != "leaky" || $0.settings.method.convertsLeakyReLU }
      .map { Case(network: network, label: $0.label, method: $0.settings) }
  }

  static let isRecording = ProcessInfo.processInfo.environment["NMSIM_RECORD"] == "1"
  static let file = TrainedNetwork.folder.appending(path: "measured.json")
  static let measured: [String: Measured] = {
    guard let data = try? Data(contentsOf: file) else { return [:] }
    return (try? JSONDecoder().decode([String: Measured].self, from: data)) ?? [:]
  }()

  private func measure(_ example: Case) throws -> Measured {
    let result = try example.network.convert(example.method, samples: Self.samples)
    let (trial, labels) = try example.network.images.trial(result.network, steps: result.report.steps)
    let byStep = trial.accuracyByStep(labels)
    return Measured(
      accuracy: [byStep[byStep.count / 2 - 1], byStep[byStep.count - 1]].map { ($0 * 10000).rounded() / 100 },
      spikes: (Double(trial.spikesUpToStep[byStep.count - 1]) / Double(labels.count) * 10).rounded() / 10)
  }

  @Test("every method is tried on every network that it takes")
  func complete() {
    #expect(Set(Self.cases.map(\.method.name)) == Set(ConversionMethod.ofEveryNetwork.map(\.name)))
    if !Self.isRecording { #expect(Set(Self.measured.keys) == Set(Self.cases.map(\.testDescription))) }
  }

  /// Four of 400 images and 2 % of the spikes are for other rounding of the float ANN on other processors.
  @Test(
    "accuracy and spikes are those measured, to 1 point and 2 %", .enabled(if: !isRecording, "recording"),
    arguments: cases)
  func band(_ example: Case) throws {
    let expected = try #require(Self.measured[example.testDescription])
    let found = try measure(example)
    for (now, then) in zip(found.accuracy, expected.accuracy) { #expect(abs(now - then) <= 1, "\(found) \(expected)") }
    #expect(abs(found.spikes - expected.spikes) <= 0.02 * expected.spikes, "\(found) \(expected)")
  }

  @Test("record what is measured", .enabled(if: isRecording, "only with NMSIM_RECORD=1"))
  func record() throws {
    var table: [String: Measured] = [:]
    for example in Self.cases { table[example.testDescription] = try measure(example) }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try encoder.encode(table).write(to: Self.file)
    Issue.record("recorded \(Self.file.lastPathComponent); read the difference, then run again without NMSIM_RECORD")
  }

  @Test("the importer's networks decide as torch's do", arguments: TrainedNetwork.small)
  func imported(_ trained: TrainedNetwork) throws {
    let (samples, labels) = try trained.images.samples()
    let accuracy = try FloatEvaluator(trained.network()).accuracy(samples, labels: labels)
    // Float sums in another order may turn one of 400.
    #expect(abs(accuracy - (try #require(TrainedNetwork.accuracies[trained.name]))) <= 0.00251)
  }

  @Test(
    "8 bits stay within half a point of floats, 4 bits within 2.5 points, 2 bits are not enough",
    arguments: [TrainedNetwork.average, .maximum])
  func bits(_ trained: TrainedNetwork) throws {
    let network = try trained.convert(ConversionSettings(.robustNorm).with(.initial, .half)).network
    let float = try trained.images.floatAccuracy(network, steps: 16)
    func accuracy(_ bits: Int) throws -> Double {
      try trained.images.accuracy(network, steps: 16, weightBits: bits)[15]
    }
    let (eight, four, two) = (try accuracy(8), try accuracy(4), try accuracy(2))
    print(trained, "float \(float), 8 bits \(eight), 4 bits \(four), 2 bits \(two)")
    #expect(abs(float - eight) <= 0.5)
    #expect(four >= eight - 2.5)
    #expect(two < 40)
  }

  @Test("more thresholds fire: percentiles more often than the largest value, trained ones more often still")
  func order() throws {
    func spikes(_ label: String) throws -> Double {
      try #require(Self.measured["average, " + label]).spikes
    }
    #expect(try spikes("max-norm") < spikes("robust-norm"))
    #expect(try spikes("robust-norm") < spikes("rate-norm"))
    #expect(try spikes("ter-mapping") == spikes("max-norm"))
  }

  @Test("auto takes what is best on the calibration images, and that is good on others", arguments: [4, 16])
  func automatic(_ steps: Int) throws {
    let trained = TrainedNetwork.average
    let images = trained.images
    let data = CalibrationData(name: images.name, dataset: try #require(images.training?.prefix(200)))
    let (result, report) = try Conversion.automatic(
      trained.network(), goal: AutomaticGoal(steps: steps), preprocessing: images.preprocessing, calibration: data)
    let accuracy = try images.accuracy(result.network, steps: result.report.steps)
    print("auto", steps, report.attempts[report.chosen], accuracy)
    #expect(try #require(accuracy.last) >= (try #require(TrainedNetwork.accuracies["average"])) * 100 - 2)
  }
}
