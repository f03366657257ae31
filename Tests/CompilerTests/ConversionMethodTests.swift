import ChipModel
import Foundation
import Runtime
import Testing

@testable import Compiler

@Suite("Conversion: methods and refusals")
struct ConversionMethodTests {
  private static let network = TinyNetwork.convolutional(seed: 51)

  private func calibration(_ samples: Int? = nil) throws -> CalibrationData {
    CalibrationData(
      name: "tiny", dataset: try TinyNetwork.data(seed: 52, shape: [2, 6, 6], count: 20), samples: samples)
  }

  private func message(_ method: ConversionSettings, _ data: CalibrationData?) -> String { message(Self.network, method, data) }

  private func message(_ network: AnalogNetwork, _ method: ConversionSettings, _ data: CalibrationData?) -> String {
    do throws(ConversionError) {
      _ = try Conversion.run(network, method, calibration: data)
      return "converted"
    } catch {
      return "\(error)"
    }
  }

  @Test("options of another method are refused with the methods they are for")
  func foreignOptions() throws {
    let data = try calibration()
    #expect(
      message(ConversionSettings(.maxNorm).with(.lambda, 0.5), data)
        == "'lambda' is not for method 'max-norm'; leave it out, or use rate-norm")
    #expect(
      message(ConversionSettings(.bsnn).with(.initial, .half), data).hasPrefix("'initial' is not for method 'bsnn'; leave it out"))
    #expect(
      message(ConversionSettings(.maxNorm).with(.literal, true), data)
        == "'literal' is not for method 'max-norm'; leave it out, or use channel-balance, rate-norm, ic-snn, "
        + "ter-mapping, aug-mapping")
    #expect(message(ConversionSettings(.robustNorm).with(.percentile, 0), data) == "'percentile' is 0; give a number above 0 and at most 100")
    #expect(message(ConversionSettings(.bsnn).with(.period, 17), data) == "'period' is 17; give a whole number from 1 to 16")
  }

  @Test("data that is missing or too little is named")
  func data() throws {
    #expect(
      message(ConversionSettings(.robustNorm), nil)
        == "method 'robust-norm' takes its thresholds from data and there is none; give images with 'calibration'")
    #expect(
      message(ConversionSettings(.robustNorm), try calibration(21))
        == "21 calibration samples asked for, the data has 20; lower 'calibrationSamples'")
    #expect(message(ConversionSettings(.robustNorm), try calibration(0)) == "the calibration data has no samples; give at least one")
    let other = CalibrationData(name: "x", dataset: try TinyNetwork.data(seed: 1, shape: [1, 6, 6], count: 2))
    #expect(
      message(ConversionSettings(.robustNorm), other)
        == "calibration samples have shape [1, 6, 6], the network's input has [2, 6, 6]; give data of the network's shape")
    let labelled = try #require(
      Dataset(shape: [2, 6, 6], values: .uint8([UInt8](repeating: 1, count: 144)), labels: [0, 3]))
    #expect(
      message(ConversionSettings(.maxNorm), CalibrationData(name: "x", dataset: labelled))
        == "label 3 of calibration sample 1 is beyond the network's 3 outputs; check the labels")
  }

  @Test("negative activations only go with ter-mapping and aug-mapping")
  func leaky() throws {
    let leaky = TinyNetwork.convolutional(seed: 51, activation: .leakyRelu(slope: 0.1))
    #expect(
      message(leaky, ConversionSettings(.robustNorm), try calibration())
        == "layer 'conv1' has the activation LeakyReLU 0.1, whose negative values method 'robust-norm' cannot carry; "
        + "use ter-mapping or aug-mapping")
    let ternary = try Conversion.run(leaky, ConversionSettings(.terMapping), calibration: calibration())
    let layer = ternary.report.layers[0]
    let factor = try #require(layer.threshold?.upperBound)
    #expect(abs(try #require(layer.negativeThreshold) + 10 * factor) < 1e-5 * factor)
    let augmented = try Conversion.run(leaky, ConversionSettings(.augMapping), calibration: nil)
    #expect(abs(try #require(augmented.report.layers[0].negativeThreshold) + 10) < 1e-5)
    let literal = try Conversion.run(leaky, ConversionSettings(.augMapping).with(.literal, true), calibration: nil)
    #expect(literal.report.layers[0].negativeThreshold == -1)
  }

  @Test("hidden layers without activation, and outputs that go on, are refused")
  func structure() throws {
    var network = Self.network
    network.layers[0].activation = AnalogActivation.none
    #expect(
      message(network, ConversionSettings(.augMapping), nil)
        == "layer 'conv1' has no activation and is not the output; spiking neurons need ReLU, LeakyReLU or Clip")
    network = Self.network
    network.output = 1
    #expect(
      message(network, ConversionSettings(.augMapping), nil)
        == "the output 'conv2' feeds layer 'out'; export the network up to its last layer")
  }

  @Test("what compile refuses is refused before calibration")
  func poolStride() throws {
    var network = Self.network
    network.layers[1].shape = [3, 1, 1]
    network.layers[1].connections[0].pool = NetworkPool(kind: .max, kernel: [2, 2], stride: [5000, 5000])
    network.layers[2].connections[0].weights = [Float](repeating: 0.1, count: 9)
    network.layers[2].connections[0].weightShape = [3, 3]
    #expect(
      message(network, ConversionSettings(.maxNorm), try calibration())
        == "projection 'conv2': pool.stride is 5000; write a whole number from 1 to 4096")
  }

  @Test("a bounded activation has the smaller of its bound and what calibration shows as threshold", arguments: [ConversionMethod.maxNorm, .robustNorm, .rateNorm, .icSNN, .terMapping])
  func clip(_ name: ConversionMethod) throws {
    let network = TinyNetwork.convolutional(seed: 51, activation: .clip(maximum: 0.75))
    let result = try Conversion.run(network, ConversionSettings(name), calibration: calibration())
    let isPercentile = [.robustNorm, .icSNN].contains(name)
    for layer in result.report.layers.prefix(2) {
      let threshold = try #require(layer.threshold)
      #expect(threshold.upperBound == 0.75 || isPercentile && (0.5...0.75).contains(threshold.upperBound), "\(threshold)")
    }
  }

  @Test("alpha scales thresholds and what starts in proportion to them, for every method that has it", arguments: ConversionMethod.ofEveryNetwork.filter { $0.declared(.alpha) != nil })
  func alpha(_ method: ConversionMethod) throws {
    let settings = ConversionSettings(method).with(.steps, 12).with(.initial, .half)
    let whole = try Conversion.run(Self.network, settings.with(.alpha, 1), calibration: calibration()).network
    let scaled = try Conversion.run(Self.network, settings.with(.alpha, 0.5), calibration: calibration()).network
    for (a, b) in zip(whole.populations, scaled.populations).dropLast() {
      #expect(a.neuron.threshold?.mapped { $0 / 2 } == b.neuron.threshold && a.neuron.threshold != b.neuron.threshold)
      #expect(a.neuron.initial?.mapped { $0 / 2 } == b.neuron.initial && b.neuron.initial != nil)
    }
    #expect(scaled.provenance.contains(ProvenanceEntry(key: "alpha", value: .number(0.5))))
    #expect(!whole.provenance.contains { $0.key == "alpha" })
  }

  @Test("dithered potentials are a tile around half a threshold, random ones below a threshold and seeded")
  func initials() throws {
    func potentials(_ initial: InitialPotential, seed: UInt64 = 0) throws -> (values: [Double], threshold: Double) {
      var settings = ConversionSettings(.maxNorm).with(.initial, initial)
      settings.seed = seed
      let network = try Conversion.run(Self.network, settings, calibration: calibration()).network
      let checked = try network.checked()
      let neuron = checked.populations[1]
      return (try #require(neuron.initial).entries, try #require(network.populations[0].neuron.threshold?.entries?.first))
    }
    let (dithered, threshold) = try potentials(.dither)
    // [4, 6, 6]: rows 0 and 1 of channel 0, then of channel 1, which is one row further, and of channel 2, one column.
    let shares = dithered.map { (($0 / threshold - 0.5) * 16).rounded() }
    #expect(shares.count == 144)
    #expect(Array(shares[0..<4]) == [-3, 1, -3, 1] && Array(shares[6..<9]) == [3, -1, 3])
    #expect(Array(shares[36..<39]) == [3, -1, 3] && Array(shares[72..<75]) == [1, -3, 1])
    #expect(abs(dithered.reduce(0, +) / 144 - threshold / 2) < 1e-9)
    let random = try potentials(.random).values
    #expect(random.allSatisfy { (0..<threshold).contains($0) } && Set(random).count > 100)
    #expect(try potentials(.random).values == random && potentials(.random, seed: 1).values != random)
  }

  @Test("a given p of rate-norm is taken as it is, and negative thresholds can be left out")
  func ablations() throws {
    let settings = ConversionSettings(.rateNorm).with(.rateFactor, .fixed(0.3))
    let fixed = try Conversion.run(Self.network, settings, calibration: calibration()).network
    let whole = try Conversion.run(Self.network, ConversionSettings(.maxNorm), calibration: calibration()).network
    for (a, b) in zip(whole.populations, fixed.populations).dropLast() {
      let (most, share) = (try #require(a.neuron.threshold?.entries?.first), try #require(b.neuron.threshold?.entries?.first))
      #expect(abs(share - 0.3 * most) < 1e-9 * most)
    }
    #expect(throws: ConversionError.self) { try settings.with(.rateFactor, .fixed(1.5)).check() }
    let leaky = TinyNetwork.convolutional(seed: 3, activation: .leakyRelu(slope: 0.25))
    for method in [ConversionMethod.terMapping, .augMapping] {
      let both = try Conversion.run(leaky, ConversionSettings(method), calibration: calibration()).network
      let one = try Conversion.run(
        leaky, ConversionSettings(method).with(.negativeThreshold, false), calibration: calibration()).network
      #expect(both.populations[0].neuron.negativeThreshold != nil && one.populations[0].neuron.negativeThreshold == nil)
    }
  }

  @Test("neurons that count send several thresholds in a spike, for every method that finds thresholds")
  func counting() throws {
    for method in ConversionMethod.ofEveryNetwork where method.declared(.neuron) != nil {
      let settings = ConversionSettings(method).with(.steps, 12).with(.neuron, .count)
      let network = try Conversion.run(Self.network, settings, calibration: calibration()).network
      for population in network.populations.dropLast() {
        #expect(population.neuron.model == .augmented && population.neuron[.maximumPayload] == 4)
      }
    }
    // All that a neuron can send is among hundredths of the largest activation.
    let four = ConversionSettings(.mmse).with(.steps, 3).with(.neuron, .count)
    let twelve = ConversionSettings(.mmse).with(.steps, 12)
    let (few, many) = try (
      Conversion.run(Self.network, four, calibration: calibration()).network,
      Conversion.run(Self.network, twelve, calibration: calibration()).network)
    for (a, b) in zip(few.populations, many.populations).dropLast() {
      #expect(a.neuron.threshold?.mapped { $0 * 4 } == b.neuron.threshold)
    }
    for (settings, error) in [
      (twelve.with(.maximumCount, 3),
        .partner("maxCount", needs: "neuron", value: "count", "other spikes carry no count")),
      (ConversionSettings(.maxNorm).with(.neuron, .count).with(.reset, .hard),
        .conflict("neuron", "reset", "its spikes take away what they are worth, no more")),
      (four.with(.maximumCount, 17).with(.calibrate, Corrections([.bias])),
        .parameterRange("maxCount", value: "17", allowed: "at most 16 together with corrections")),
    ] as [(ConversionSettings, ConversionError)] {
      #expect(throws: error) { try settings.check() }
    }
  }

  @Test("a lag is below the steps that hold, also where they are the method's")
  func lag() throws {
    #expect(throws: ConversionError.self) {
      try Conversion.run(Self.network, ConversionSettings(.mmse).with(.lag, 8), calibration: calibration())
    }
  }

  @Test("every method and readout passes the check, the file, compile and the engine", arguments: ConversionMethod.ofEveryNetwork)
  func whole(_ name: ConversionMethod) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "nmsim-convert-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for readout in Readout.allCases where name.declared(.readout)?.allows(readout.parameterValue) ?? false {
      let result = try Conversion.run(
        Self.network, ConversionSettings(name).with(.steps, 12).with(.readout, readout), calibration: calibration())
      let path = folder.appending(path: "net.json").path(percentEncoded: false)
      try NetworkFile.write(result.network, to: path)
      let read = try NetworkFile(reading: path)
      #expect(read.network == result.network)
      let compiled = try CompiledProgram.compile(read.checked(), chip: ChipLibrary.builtIn("ideal"))
      #expect(compiled.program.network.method == name.name)
      #expect(compiled.program.network.steps == 12)
      let samples = try calibration().dataset.floats(samples: 5, preprocessing: .identity)
      let trial = SpikingTrial(compiled.program, samples: samples, steps: 12)
      #expect(trial.decisions.count == 5)
      #expect(trial.counters.spikes[1].contains { $0 > 0 })
      if readout == .spikes { #expect(result.report.layers[2].threshold != nil) }
    }
  }

  @Test("the result does not depend on the number of threads", arguments: ConversionMethod.ofEveryNetwork)
  func threads(_ name: ConversionMethod) throws {
    let one = try Conversion.run(Self.network, ConversionSettings(name).with(.steps, 10), calibration: calibration(), threads: 1)
    let three = try Conversion.run(Self.network, ConversionSettings(name).with(.steps, 10), calibration: calibration(), threads: 3)
    #expect(one.network == three.network)
    #expect(one.report == three.report)
  }

  @Test("the account says what was clipped, and provenance how it was made")
  func account() throws {
    let result = try Conversion.run(Self.network, ConversionSettings(.robustNorm).with(.percentile, 90), calibration: calibration())
    let layer = result.report.layers[0]
    let clipped = try #require(layer.clipped)
    #expect(clipped > 0.01 && clipped < 0.1)
    #expect(layer.activation == "ReLU" && layer.model == "if" && !layer.isPerChannel)
    #expect(result.report.calibration == CalibrationAccount(name: "tiny", samples: 20, hasLabels: false, annAccuracy: nil))
    #expect(
      result.network.provenance == [
        ProvenanceEntry(key: "method", value: .text("robust-norm")),
        ProvenanceEntry(key: "steps", value: .number(32)),
        ProvenanceEntry(key: "percentile", value: .number(90)),
        ProvenanceEntry(key: "reset", value: .text("soft")),
        ProvenanceEntry(key: "readout", value: .text("potential")),
        ProvenanceEntry(key: "calibration", value: .text("tiny")),
        ProvenanceEntry(key: "calibrationSamples", value: .number(20)),
        ProvenanceEntry(key: "calibrationLabels", value: .flag(false)),
        ProvenanceEntry(key: "floatKernels", value: .text(KernelLevel.best.rawValue)),
      ])
    let biased = try Conversion.run(
      Self.network, ConversionSettings(.channelBalance).with(.steps, 4).with(.literal, true), calibration: calibration())
    #expect(biased.report.notes.contains { $0.hasPrefix("the literal reading leaves the weights behind a threshold unscaled") })
  }

  @Test("a histogram of one pass has the percentiles of a sorted list, to a bin, in any order of its blocks")
  func percentiles() {
    var random = SplitMix(state: 61)
    // From small ones to large ones, so that the bins widen often.
    let blocks = (0..<40).map { block in
      (0..<9).map { _ in Lanes((0..<16).map { _ in max(-1, random.float() * Float(block * block) * 1e-3) }) }
    }
    func histogram(_ blocks: [[Lanes]]) -> LayerHistogram {
      blocks.reduce(into: LayerHistogram()) { sum, block in
        sum.add(block, lanes: 13, largest: block.flatMap { value in (0..<13).map { value[$0] } }.max() ?? 0)
      }
    }
    let found = histogram(blocks)
    let all = blocks.flatMap { $0.flatMap { value in (0..<13).map { Double(value[$0]) } } }
    let values = all.filter { $0 > 0 }.sorted()
    let largest = values[values.count - 1]
    for percentile in [0.5, 25, 50, 90, 99, 99.9, 100] {
      let rank = percentile / 100 * Double(values.count - 1)
      let low = values[Int(rank)]
      let high = values[min(values.count - 1, Int(rank) + 1)]
      let value = found.percentile(percentile)
      #expect(value >= low - largest / 65536 && value <= high + largest / 65536, "\(percentile)")
      for other in [histogram(blocks.reversed()), histogram(blocks.shuffled(using: &random))] {
        #expect(other.percentile(percentile) == value && other.count(above: low) == found.count(above: low))
      }
      let above = values.count { $0 > low }
      #expect(above >= found.count(above: low) && above - found.count(above: low) <= 3)
    }
    #expect(found.count(above: 0) == values.count - values.count { $0 < largest / 65536 })
    #expect(found.count(above: largest) == 0 && LayerHistogram().percentile(50) == 0)
  }

  @Test("bins of a histogram hold any number of values, and values near the ends of what floats can be")
  func extremeHistograms() {
    for largest in [Float.leastNonzeroMagnitude, 1e-38, 1, .greatestFiniteMagnitude] {
      var histogram = LayerHistogram()
      histogram.add([Lanes(repeating: largest / 2), Lanes(repeating: largest)], lanes: 16, largest: largest)
      let middle = histogram.percentile(50)
      #expect(middle > 0 && middle <= Double(largest) && histogram.percentile(100) == Double(largest))
    }
  }

  @Test("names of layers become names of populations: printable, unique, not 'input'")
  func names() {
    #expect(
      SpikingDraft.populationNames(["input", "a", "a", "", "x\ny", "a.2"])
        == ["input.2", "a", "a.2", "layer", "x?y", "a.2.2"])
  }
}
