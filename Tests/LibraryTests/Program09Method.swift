import ChipModel
import Compiler
import Foundation
import Runtime
import Testing

@Suite("Library: write an own conversion method")
struct MethodProgram {
  private static func parts() throws -> (model: AnalogNetwork, images: Dataset, scale: Preprocessing) {
    let model = try AnalogNetwork(onnx: "\(Repository.examples)/tutorial/model.onnx")
    let images = try Dataset(
      images: "\(Repository.examples)/digits/test-images.npy", shape: model.inputShape, samples: 100)
    return (model, images, Preprocessing(scale: 1.0 / 16))
  }

  @Test("it converts, its parameter counts, and what it makes runs")
  func program() throws {
    let (model, images, scale) = try Self.parts()
    // snippet
    let margin = ParameterKey<Double>("margin", in: 0.1...10, standard: 1.5, "Factor of the largest activation.")
    let wideNorm = ConversionMethod(
      name: "wide-norm", threshold: "largest activation times margin", source: "this page",
      parameters: [margin.parameter]
    ) { stage in
      for layer in stage.hiddenLayers {
        stage.setThresholds([stage.largestActivation(ofLayer: layer) * (stage.settings[margin] ?? 1)], ofLayer: layer)
      }
    }
    let settings = ConversionSettings(wideNorm).with(margin, 1.2).with(.steps, 64)
    let network = try model.converted(by: settings, calibration: images, preprocessing: scale)
    let run = try network.compiled(for: "ideal").run(images)
    print(network.history, run.accuracy ?? 0)
    // end
    #expect(
      network.history.prefix(5) == [
        "method: wide-norm", "steps: 64", "margin: 1.2", "reset: soft", "readout: potential",
      ])
    #expect(run.steps == 64 && run.accuracy ?? 0 >= 0.95)
    let narrow = try Self.thresholds(model.converted(by: .maxNorm, calibration: images, preprocessing: scale))
    let wide = try Self.thresholds(model.converted(by: wideNorm, calibration: images, preprocessing: scale))
    #expect(narrow.count == 2)
    // Foundation reads the last digit of a double as it likes.
    for (wide, narrow) in zip(wide, narrow) { #expect(abs(wide / narrow - 1.5) < 1e-12) }
  }

  /// As `net.json` has them.
  private static func thresholds(_ network: Network) throws -> [Double] {
    try Repository.withFolder { folder in
      try network.write(to: "\(folder)/net.json")
      let data = try Data(contentsOf: URL(filePath: "\(folder)/net.json"))
      let object = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
      let populations = try #require(object["populations"] as? [[String: Any]])
      return populations.compactMap { ($0["neuron"] as? [String: Any])?["threshold"] as? Double }
    }
  }

  @Test("its ranges are kept, what belongs to others is refused, and what it throws arrives")
  func refusals() throws {
    let (model, images, scale) = try Self.parts()
    let share = ParameterKey<Double>("share", in: 0.5...1, standard: 1, "Share of the largest activation.")
    let method = ConversionMethod(
      name: "shared", threshold: "share", source: "this test", parameters: [share.parameter]
    ) { stage in
      if stage.settings[share] == 0.75 { throw NmsimError.Example.failed }
      for layer in stage.hiddenLayers { stage.setThresholds(stage.largestActivations(ofLayer: layer), ofLayer: layer) }
    }
    func line(_ settings: ConversionSettings) -> String {
      do throws(NmsimError) {
        _ = try model.converted(by: settings, calibration: images, preprocessing: scale)
        return "converted"
      } catch {
        return "\(error)"
      }
    }
    let settings = ConversionSettings(method)
    #expect(line(settings.with(share, 2)) == "'share' is 2; give a number of at least 0.5 and at most 1")
    #expect(
      line(settings.with(.alpha, 0.5))
        == "'alpha' is not for method 'shared'; leave it out, or use max-norm, robust-norm, channel-norm, mmse, trained, "
        + "spike-norm, rmp, channel-balance, rate-norm")
    #expect(line(settings.with(share, 0.75)) == "failed")
    #expect(line(settings.with(.initial, .half)) == "converted")
    #expect(throws: NmsimError.self) { try model.converted(by: method) }
  }
}

extension NmsimError {
  /// What somebody else's method throws.
  fileprivate enum Example: Error { case failed }
}
