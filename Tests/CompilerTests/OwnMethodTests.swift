import ChipModel
import Compiler
import Testing

/// A method that stands outside the module, made of what a method is given.
@Suite("Conversion: a method of one's own")
struct OwnMethodTests {
  private static let margin = Parameter(
    "margin", .number(.positive), standard: .number(1.5), "Factor of the largest activation.")
  private static let marginKey = ParameterKey<Double>(margin)

  private static let wideNorm = ConversionMethod(
    "wide-norm", threshold: "largest activation times `margin`", source: "this test",
    parameters: [.steps, margin, .initial, .reset, .readout], sharesThresholds: true,
    convert: { (stage) throws(ConversionError) in
      let margin = stage.settings[marginKey] ?? 1
      stage.notes.append("margin \(margin)")
      stage.normalise(stage.statistics.map { .uniform(Double($0.largest) * margin) })
    })

  private static func convert(_ settings: ConversionSettings) throws(ConversionError) -> ConversionResult {
    guard let dataset = try? TinyNetwork.data(seed: 52, shape: [2, 6, 6], count: 20) else { throw .noSamples }
    return try Conversion.run(
      TinyNetwork.convolutional(seed: 51), settings, calibration: CalibrationData(name: "tiny", dataset: dataset))
  }

  @Test("converts with its parameter, its standard and its provenance")
  func converts() throws {
    let own = try Self.convert(ConversionSettings(Self.wideNorm))
    let narrow = try Self.convert(ConversionSettings(.maxNorm))
    for (layer, other) in zip(own.report.layers, narrow.report.layers) where other.threshold != nil {
      let (high, reference) = (try #require(layer.threshold?.upperBound), try #require(other.threshold?.upperBound))
      #expect(high == reference * 1.5)
    }
    #expect(own.report.notes == ["margin 1.5"])
    let given = try Self.convert(ConversionSettings(Self.wideNorm).with(Self.marginKey, 2).with(.initial, .half))
    #expect(
      given.network.provenance.prefix(6) == [
        ProvenanceEntry(key: "method", value: .text("wide-norm")), ProvenanceEntry(key: "steps", value: .number(32)),
        ProvenanceEntry(key: "margin", value: .number(2)), ProvenanceEntry(key: "initial", value: .text("half")),
        ProvenanceEntry(key: "reset", value: .text("soft")), ProvenanceEntry(key: "readout", value: .text("potential")),
      ])
    #expect(try #require(given.report.layers[0].initial).upperBound * 2 == given.report.layers[0].threshold?.upperBound)
  }

  @Test("its ranges are kept, and what belongs to others is refused")
  func refusals() {
    func message(_ settings: ConversionSettings) -> String {
      do throws(ConversionError) {
        _ = try Self.convert(settings)
        return "converted"
      } catch {
        return "\(error)"
      }
    }
    #expect(
      message(ConversionSettings(Self.wideNorm).with(Self.marginKey, -1)) == "'margin' is -1; give a number above 0")
    #expect(
      message(ConversionSettings(Self.wideNorm).with(.alpha, 0.5))
        == "'alpha' is not for method 'wide-norm'; leave it out, or use rmp, channel-balance")
    #expect(message(ConversionSettings(Self.wideNorm).with(.reset, .soft)) == "converted")
  }

  @Test("what it makes compiles and runs")
  func runs() throws {
    let result = try Self.convert(ConversionSettings(Self.wideNorm).with(.steps, 8))
    let program = try CompiledProgram.compile(result.network.checked(), chip: ChipLibrary.builtIn("ideal")).program
    let samples = try TinyNetwork.data(seed: 53, shape: [2, 6, 6], count: 4).floats(samples: 4, preprocessing: .identity)
    let trial = SpikingTrial(program, samples: samples, steps: 8)
    #expect(trial.decisions.count == 4 && trial.counters.spikes[1].contains { $0 > 0 })
  }
}
