import ChipModel
import Foundation
import Testing

@testable import Compiler

@Suite("Conversion: auto")
struct AutomaticConversionTests {
  /// The bundled example as the network it was converted from, and its first images.
  private static func digits(_ images: Int) throws -> (network: AnalogNetwork, data: CalibrationData, grey: Preprocessing) {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Examples/digits")
    let file = try NetworkFile(reading: folder.appending(path: "net.json").path)
    let data = try DatasetLoader.load(
      images: folder.appending(path: "test-images.npy").path, labels: folder.appending(path: "test-labels.npy").path,
      expectedShape: [1, 8, 8])
    return (
      try AnalogNetwork(file.checked()), CalibrationData(name: "digits", dataset: try #require(data.prefix(images))),
      file.network.input.preprocessing
    )
  }

  private static func tiny(_ seed: UInt64, samples: Int = 60) throws -> (AnalogNetwork, CalibrationData) {
    (
      TinyNetwork.convolutional(seed: seed),
      CalibrationData(name: "tiny", dataset: try TinyNetwork.data(seed: seed + 1, shape: [2, 6, 6], count: samples))
    )
  }

  /// Right decisions and synaptic operations of one method by itself.
  private func trial(
    _ network: AnalogNetwork, _ method: ConversionSettings, _ data: CalibrationData, _ preprocessing: Preprocessing = .identity
  ) throws -> (right: Int, operations: Int) {
    let result = try Conversion.run(network, method, preprocessing: preprocessing, calibration: data)
    let samples = try data.dataset.floats(samples: data.dataset.count, preprocessing: preprocessing)
    let trial = SpikingTrial(
      try SpikingTrial.lower(result.network, weightBits: 8), samples: samples, steps: result.report.steps)
    let labels = try data.dataset.labels ?? FloatEvaluator(network).predictions(samples)
    return (zip(trial.decisions, labels).count { $0.last == $1 }, trial.synapticOperations)
  }

  @Test("is never below any single method by more than 0.1 points, and cheapest among those", arguments: [3, 12])
  func rule(_ steps: Int) throws {
    let (network, data) = try Self.tiny(61)
    let (result, report) = try Conversion.automatic(network, goal: AutomaticGoal(steps: steps), calibration: data)
    let chosen = report.attempts[report.chosen]
    let own = try trial(network, chosen.settings, data)
    #expect(result.report.settings.name == chosen.settings.name)
    #expect(chosen.accuracy == Double(own.right) / 60)
    #expect(chosen.synapticOperations == Double(own.operations) / 60)
    var names: Set<String> = []
    for attempt in report.attempts {
      names.insert(attempt.settings.name)
      if case .skipped = attempt.outcome { continue }
      let other = try trial(network, attempt.settings, data)
      #expect(own.right >= other.right, "\(attempt.settings.name) \(attempt.settings.given.map(\.value.text))")
      if other.right == own.right { #expect(own.operations <= other.operations, "\(attempt.settings.name)") }
    }
    // Every method is tried or said to be left out.
    #expect(names == Set(ConversionMethod.all.map(\.name)))
  }

  @Test("for a chip it takes what compiles for it, and says what the chip refuses", arguments: ["loihi", "generic-45nm"])
  func chip(_ name: String) throws {
    let (network, data) = try Self.tiny(61)
    let chip = try ChipLibrary.builtIn(name)
    let (result, report) = try Conversion.automatic(network, goal: AutomaticGoal(steps: 3, chip: chip), calibration: data)
    _ = try CompiledProgram.compile(result.network.checked(), chip: chip)
    let refused = report.attempts.filter {
      if case .skipped(let reason) = $0.outcome { reason.contains("chip '\(name)'") } else { false }
    }
    #expect(refused.contains { $0.settings[.neuron] == .count } == !chip.supports(neuronModel: "augmented"))
    #expect(refused.allSatisfy { $0.samples == 0 && report.attempts[report.chosen] != $0 })
  }

  @Test("a chip that takes none of the conversions is named with its reason")
  func noChip() throws {
    let (network, data) = try Self.tiny(61)
    var chip = try ChipLibrary.builtIn("loihi")
    chip.neuronModels?.value = ["cuba"]
    let refusal = CompileError.unsupportedModel(population: "", model: "if", chip: "loihi", supported: ["cuba"])
    #expect(throws: ConversionError.fitsNowhere(refusal)) {
      try Conversion.automatic(network, goal: AutomaticGoal(steps: 3, chip: chip), calibration: data)
    }
  }

  @Test("of values it takes the cheapest that explains as much of their variance as any, with targets and without", arguments: [true, false])
  func values(_ hasTargets: Bool) throws {
    let (network, data) = try Self.tiny(61)
    let samples = try data.dataset.floats(samples: data.dataset.count, preprocessing: .identity)
    let outputs = try FloatEvaluator(network).outputs(samples).flatMap { $0.map { Double($0) + (hasTargets ? 0.01 : 0) } }
    var own = data
    if hasTargets {
      own.dataset = try #require(Dataset(shape: data.dataset.shape, values: data.dataset.values, targets: outputs))
    }
    let asked = ConversionSettings(.maxNorm).with(.task, hasTargets ? nil : .regression)
    let (result, report) = try Conversion.automatic(network, goal: AutomaticGoal(steps: 12), calibration: own, asked: asked)
    #expect(report.task == .values && result.network.output.task == .values && report.hasLabels == hasTargets)
    #expect(hasTargets ? report.originalAccuracy < 1 && report.originalAccuracy > 0.9 : report.originalAccuracy == 1)
    let chosen = report.attempts[report.chosen]
    let whole = report.attempts.filter { $0.samples == report.samples }
    let best = try #require(whole.compactMap(\.accuracy).max())
    #expect(try #require(chosen.accuracy) >= best - 0.001 && best > 0.8 && best < 1)
    for other in whole where (other.accuracy ?? 0) >= best - 0.001 {
      #expect(try #require(chosen.synapticOperations) <= other.synapticOperations ?? 0)
    }
    #expect(throws: ConversionError.self) {
      try Conversion.automatic(network, goal: AutomaticGoal(accuracy: .least(0.9)), calibration: own, asked: asked)
    }
  }

  @Test("on the bundled network: every attempt's figures are those of the method alone")
  func digits() throws {
    let (network, data, preprocessing) = try Self.digits(40)
    let (_, report) = try Conversion.automatic(
      network, goal: AutomaticGoal(steps: 4), preprocessing: preprocessing, calibration: data)
    let chosen = report.attempts[report.chosen]
    #expect(report.hasLabels && report.originalAccuracy == 1)
    let own = try trial(network, chosen.settings, data, preprocessing)
    #expect(chosen.accuracy == Double(own.right) / 40)
    for name in [ConversionMethod.maxNorm, .robustNorm, .channelNorm, .augMapping, .weightedSpikes] {
      let method = ConversionSettings(name).with(.steps, 4).with(.period, name == .weightedSpikes ? 4 : nil)
      #expect(own.right >= (try trial(network, method, data, preprocessing)).right, "\(name)")
    }
  }

  @Test("the number of threads changes nothing")
  func threads() throws {
    let (network, data) = try Self.tiny(71, samples: 30)
    let goals = [AutomaticGoal(steps: 5), AutomaticGoal(steps: 20, accuracy: .least(0.8))]
    for goal in goals {
      let one = try Conversion.automatic(network, goal: goal, calibration: data, threads: 1)
      let three = try Conversion.automatic(network, goal: goal, calibration: data, threads: 3)
      #expect(one.report == three.report)
      #expect(one.result.network == three.result.network)
    }
  }

  @Test("an accuracy is kept, at the first step that keeps it, by the cheapest found")
  func keeping() throws {
    let (network, data) = try Self.tiny(61)
    let (result, report) = try Conversion.automatic(
      network, goal: AutomaticGoal(steps: 32, accuracy: .below(points: 10)), calibration: data)
    let chosen = report.attempts[report.chosen]
    #expect(try #require(chosen.accuracy) >= 0.9)
    #expect(result.report.steps == chosen.settings.steps)
    let own = try trial(network, chosen.settings, data)
    #expect(own.right >= 54)
    for attempt in report.attempts where attempt.outcome == .costsMore {
      #expect(try #require(attempt.accuracy) >= 0.9)
      #expect(try #require(attempt.synapticOperations) >= Double(own.operations) / 60)
    }
    #expect(AutomaticSearch.horizons(32) == [4, 16, 32])
  }

  @Test("methods that cannot carry the network are skipped with the reason")
  func skipped() throws {
    let network = TinyNetwork.convolutional(seed: 51, activation: .leakyRelu(slope: 0.1))
    let (_, data) = try Self.tiny(51, samples: 20)
    let (_, report) = try Conversion.automatic(network, goal: AutomaticGoal(steps: 4), calibration: data)
    for attempt in report.attempts where !attempt.settings.method.convertsLeakyReLU {
      let reasons: [AutomaticAttempt.Outcome] = [
        .skipped("no negative values, as LeakyReLU 0.1 has"), .skipped("needs 6 steps"),
        .skipped("never the best where it was measured"),
      ]
      #expect(reasons.contains(attempt.outcome), "\(attempt.settings.name): \(attempt.outcome)")
    }
  }

  @Test("what it cannot do is said in one line")
  func refusals() throws {
    let (network, data) = try Self.tiny(61, samples: 20)
    func message(_ goal: AutomaticGoal, _ data: CalibrationData?) -> String {
      do throws(ConversionError) {
        _ = try Conversion.automatic(network, goal: goal, calibration: data)
        return "converted"
      } catch {
        return "\(error)"
      }
    }
    #expect(
      message(AutomaticGoal(), data)
        == "method 'auto' needs to know what to look for; give 'steps', 'keepAccuracy' or 'maxLoss'")
    #expect(
      message(AutomaticGoal(steps: 4), nil)
        == "method 'auto' takes its thresholds from data and there is none; give images with 'calibration'")
    let unreachable = message(AutomaticGoal(steps: 1, accuracy: .least(1.5)), data)
    #expect(
      unreachable.hasPrefix("no method keeps an accuracy of 1.5 within 1 steps on the calibration data (nearest: "))
    #expect(unreachable.hasSuffix("; ask for less, or give more steps"))
  }

  @Test(
    "mnist-cnn: at least 98.6 % at 2 steps and 99.2 % at 4, all 10,000 images",
    .enabled(if: Trained.isThere && Trained.isComplete, "needs ../shared and NMSIM_ALL_IMAGES"), arguments: [(2, 98.6), (4, 99.2)])
  func trained(_ steps: Int, _ least: Double) throws {
    let network = try ImportFiles.importModel("mnist-cnn.onnx").network
    // 1,500 samples do not tell 0.1 points apart here: `docs/methods.md` has what is taken then.
    let data = CalibrationData(name: "mnist-train", dataset: try #require(Trained.longTraining), samples: 10_000)
    let (result, report) = try Conversion.automatic(
      network, goal: AutomaticGoal(steps: steps), preprocessing: Trained.grey, calibration: data)
    let accuracy = try Trained.accuracy(result.network, steps: result.report.steps, images: 10000)
    print("auto", steps, report.attempts[report.chosen], accuracy)
    #expect(try #require(accuracy.last) >= least)
  }
}
