import ChipModel
import Compiler
import Foundation
import Runtime
import Testing

@testable import nmsim

/// Smallest networks on which accuracy was lost without need (`Cases`), and their right answers.
@Suite("nothing is lost without need")
struct LossTests {
  static let cases = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Cases").path

  /// Converts and compiles a case for the chip `ideal` in a folder of its own.
  static func with(
    _ model: String, _ convert: String, compile: String = "", says: String? = "", _ body: (TemporaryFolder) throws -> Void
  ) throws {
    try TemporaryFolder.with { folder in
      let result = invoke(
        folder, "convert \(cases)/\(model).onnx \(convert) -o DIR/net.json")
      try #require(result.status == .success, "\(result.error)")
      if let says { #expect(result.error == says) }
      try Data(result.output.utf8).write(to: URL(filePath: folder.path + "/convert.txt"))
      let compiled = invoke(folder, "compile DIR/net.json --chip ideal \(compile) -o DIR/net.nmsim -q")
      try #require(compiled.status == .success, "\(compiled.error)")
      try body(folder)
    }
  }

  static func invoke(
    _ folder: TemporaryFolder, _ line: String
  ) -> (status: ExitStatus, output: String, error: String) {
    folder.invoke(line.replacingOccurrences(of: "CASES", with: cases))
  }

  /// The outputs of a run, row by row.
  static func outputs(_ folder: TemporaryFolder, _ line: String) throws -> [[Double]] {
    let result = invoke(folder, "run DIR/net.nmsim \(line) --outputs DIR/o.npy --json DIR/run.json -q")
    try #require(result.status == .success, "\(result.error)")
    let tensor = try NumPy.decode(FileReader.bytes(of: folder.path + "/o.npy"))
    let width = tensor.shape[1]
    return stride(from: 0, to: tensor.count, by: width).map { Array(tensor.doubles[$0..<($0 + width)]) }
  }

  static func inputs(_ name: String) throws -> [Double] {
    try NumPy.decode(FileReader.bytes(of: "\(cases)/\(name).npy")).doubles
  }

  // MARK: Outputs

  @Test("outputs follow a last ReLU, and spikes are worth their threshold", arguments: ["potential", "spikes"])
  func lastReLU(readout: String) throws {
    try Self.with("last-relu", "--method max-norm --readout \(readout) --calibration CASES/last-relu.npy") { folder in
      for (steps, tolerance) in [(64, 2.0 / 64), (512, 2.0 / 512)] {
        let rows = try Self.outputs(folder, "--input CASES/last-relu.npy --ticks \(steps)")
        let largest = rows.joined().max() ?? 0
        for (value, right) in zip(rows[0], [0.3790344, 0, 0.2294631]) {
          #expect(abs(value - right) <= tolerance * largest + 1e-3, "\(rows[0])")
        }
        #expect(rows.joined().allSatisfy { $0 >= 0 })
      }
    }
  }

  @Test("a maximum cuts outputs, a slope bends them, and both are checked")
  func activation() throws {
    try TemporaryFolder.with { folder in
      func network(_ more: String) -> String {
        """
        {"format": "nmsim-network/1", "name": "n", "input": {"kind": "current", "shape": [2]},
         "populations": [{"name": "y", "shape": [2], "neuron": {"model": "accumulator"}}],
         "projections": [{"name": "a", "from": "input", "to": "y", "kind": "identity", "weights": 1}],
         "output": {"population": "y", "readout": "potential"\(more)}}
        """
      }
      try AtomicFile.write(
        NumPy.encode(try #require(Tensor(shape: [1, 2], storage: .float32([-1, 3])))), to: folder.path + "/x.npy")
      for (more, expected) in [
        ("", [-1, 3]), (", \"negativeSlope\": 0", [0, 3]),
        (", \"negativeSlope\": 0.25, \"maximum\": 2", [-0.25, 2]),
      ] {
        try folder.write(network(more), "net.json")
        _ = folder.invoke("compile DIR/net.json --chip ideal -o DIR/net.nmsim -q")
        let row = try Self.outputs(folder, "--input DIR/x.npy --ticks 4")[0]
        #expect(zip(row, expected).allSatisfy { abs($0 - $1) < 1e-3 }, "\(more): \(row)")
      }
      for (more, error) in [
        (", \"negativeSlope\": -1", "output: negativeSlope is -1: write a finite number of at least 0"),
        (", \"maximum\": 0", "output: maximum is 0: write a finite number above 0"),
      ] {
        try folder.write(network(more), "net.json")
        let result = folder.invoke("compile DIR/net.json --chip ideal -o DIR/net.nmsim -q")
        #expect(result.status == .badData && result.error.hasSuffix("\(error)\n"), "\(result.error)")
      }
    }
  }

  // MARK: Dead channels and bounds

  @Test("channels that never fire decide no scale, and one line says so")
  func deadChannel() throws {
    let calibration = "--calibration CASES/dead-channel-images.npy"
    for method in ["robust-norm", "max-norm", "channel-norm", "channel-balance"] {
      try Self.with("dead-channel", "--method \(method) \(calibration)") { folder in
        _ = try Self.outputs(folder, "--input CASES/dead-channel-images.npy --ticks 64")
        let run = try RunResult(reading: folder.data("run.json").map { $0 })
        #expect(try #require(run.accuracy) >= 0.97, "\(method)")
        #expect(run.ann.accuracyOnTheseSamples == 1)
        let lines = try folder.text("convert.txt").split(separator: "\n").filter { $0.contains("never fire on the calibration") }
        #expect(lines.count == 1 && lines[0].hasSuffix("their outgoing weights are 0"), "\(lines)")
      }
    }
    // Too few samples to call it dead: its weights stay, and decide no scale either.
    try Self.with("dead-channel", "--method max-norm \(calibration) --calibration-samples 9") { folder in
      _ = try Self.outputs(folder, "--input CASES/dead-channel-images.npy --ticks 64")
      let run = try RunResult(reading: folder.data("run.json").map { $0 })
      #expect(try #require(run.accuracy) >= 0.9)
      #expect(try folder.text("convert.txt").contains("with fewer than 10 samples their outgoing weights stay, cut to"))
    }
  }

  @Test("a bounded ReLU has the threshold that calibration shows, as one without a bound has")
  func boundedReLU() throws {
    for method in ["max-norm", "robust-norm", "channel-norm", "spike-norm", "channel-balance", "rate-norm"] {
      try Self.with("relu6-bound", "--method \(method) --steps 32 --calibration CASES/relu6-bound.npy") { folder in
        let inputs = try Self.inputs("relu6-bound")
        let rows = try Self.outputs(folder, "--input CASES/relu6-bound.npy --ticks 32")
        let error = zip(rows, inputs).reduce(0) { $0 + (abs($1.0[0] - $1.1) + abs($1.0[1] + $1.1)) / 2 } / Double(inputs.count)
        if method == "max-norm" { #expect(error <= 0.0155, "\(error)") }
        let network = try NetworkFile(reading: folder.path + "/net.json", namedBy: .user).network
        for population in network.populations.dropLast() {
          if case .uniform(let threshold)? = population.neuron.threshold { #expect(threshold <= 1.01, "\(method)") }
        }
      }
    }
  }

  // MARK: Regression

  private func write(_ values: [Double], _ shape: [Int], _ name: String, in folder: TemporaryFolder) throws {
    let tensor = try #require(Tensor(shape: shape, storage: .float64(values)))
    try AtomicFile.write(NumPy.encode(tensor), to: "\(folder.path)/\(name)")
  }

  @Test("outputs that are values have a scale each; float labels say so too, and errors are from them, else from the ANN")
  func regression() throws {
    let data = "CASES/regression-scales.npy"
    let inputs = try Self.inputs("regression-scales")
    let right = inputs.flatMap { [1000 * $0, $0] }
    try Self.with("regression-scales", "--task regression --method max-norm --calibration \(data)") { folder in
      let rows = try Self.outputs(folder, "--input \(data) --ticks 16")
      for (row, input) in zip(rows, inputs) {
        #expect(abs(row[0] - 1000 * input) <= 1e-3 && abs(row[1] - input) <= 1e-6, "\(row) for \(input)")
      }
      var run = try RunResult(reading: folder.data("run.json").map { $0 })
      #expect(run.accuracy == nil && run.accuracyByStep == nil && run.error?.of == "ANN" && run.ann.error == nil)
      #expect(try #require(run.error?.mae) < 1e-3 && run.error?.correlation ?? 0 > 0.999_999)
      // Against targets that are wrong by 1 everywhere, both the run and the ANN are.
      try write(right.map { $0 + 1 }, [4, 2], "targets.npy", in: folder)
      let text = Self.invoke(
        folder, "run DIR/net.nmsim --input \(data) --labels DIR/targets.npy --ticks 16 --json DIR/run.json --no-timing")
      #expect(text.output.contains("from the targets") && text.output.contains("the ANN's"), "\(text.output)")
      run = try RunResult(reading: folder.data("run.json").map { $0 })
      #expect(run.error?.of == "targets" && abs((run.error?.mae ?? 0) - 1) < 1e-3 && abs((run.error?.mse ?? 0) - 1) < 1e-3)
      #expect(abs((run.ann.error?.mae ?? 0) - 1) < 1e-3)
      #expect(folder.invoke("report DIR/run.json -o DIR/page.html -q").status == .success)
      #expect(try folder.text("page.html").contains("Error, mean absolute"))
      let whole = try folder.text("run.json")
      for part in 1...2 {
        let result = Self.invoke(
          folder, "run DIR/net.nmsim --input \(data) --labels DIR/targets.npy --ticks 16 --shard \(part)/2 --json DIR/\(part).json -q")
        #expect(result.status == .success, "\(result.error)")
      }
      #expect(folder.invoke("merge DIR/1.json DIR/2.json -o DIR/merged.json -q").error.isEmpty)
      #expect(try folder.text("merged.json") == whole)
      let refused = Self.invoke(folder, "run DIR/net.nmsim --input \(data) --predictions DIR/p.csv")
      #expect(
        refused.error == "nmsim: run: --predictions is about decisions, and the outputs of this network are values: leave it "
          + "out; --outputs writes the values\n")
      let compare = Self.invoke(folder, "compare DIR/net.nmsim --input \(data) --labels DIR/targets.npy")
      #expect(compare.output.contains("error") && !compare.output.contains("accuracy"), "\(compare.output)")
    }
    // Compared as classes they share a scale, in which the second vanishes: told by the labels, or by --task.
    try TemporaryFolder.with { folder in
      try write(right, [4, 2], "targets.npy", in: folder)
      func task(_ more: String) throws -> OutputTask {
        let result = Self.invoke(
          folder, "convert CASES/regression-scales.onnx --method max-norm --calibration \(data) -o DIR/net.json -q \(more)")
        #expect(result.status == .success, "\(result.error)")
        return try NetworkFile(reading: folder.path + "/net.json", namedBy: .user).network.output.task
      }
      #expect(try task("") == .classes && task("--calibration-labels DIR/targets.npy") == .values)
      _ = folder.invoke("compile DIR/net.json --chip ideal -o DIR/net.nmsim -q")
      #expect(try Self.outputs(folder, "--input \(data) --ticks 16")[2][1] != 0)
      try write([1, 2, 3], [3], "few.npy", in: folder)
      let few = Self.invoke(folder, "run DIR/net.nmsim --input \(data) --labels DIR/few.npy --json DIR/run.json")
      #expect(
        few.error == "nmsim: DIR/few.npy: 3 values for 4 samples with 2 outputs each: give one value for each output of each "
          + "sample\n" && few.status == .badData, "\(few.error)")
      let floats = Self.invoke(
        folder, "convert CASES/regression-scales.onnx --task classes --calibration \(data) --calibration-labels DIR/targets.npy")
      #expect(floats.status == .badData)
    }
  }

  @Test("rate-norm's tolerance is on the error where outputs are values")
  func rateNorm() throws {
    for (task, bound) in [("regression", 0.0...0.02), ("classes", 0.3...1.0)] {
      try Self.with(
        "rate-norm-bound", "--task \(task) --method rate-norm --steps 32 --calibration CASES/relu6-bound.npy"
      ) { folder in
        _ = try Self.outputs(folder, "--input CASES/relu6-bound.npy --ticks 32")
        let rows = try Self.outputs(folder, "--input CASES/relu6-bound.npy --ticks 32")
        let inputs = try Self.inputs("relu6-bound")
        let error = zip(rows, inputs).reduce(0) { $0 + abs($1.0[0] - $1.1) } / Double(inputs.count)
        #expect(bound.contains(error), "\(task): \(error)")
      }
    }
  }

  // MARK: Ranges

  @Test("floats get the range that calibration shows, widened by half; what lies beyond is cut, counted and said")
  func ranges() throws {
    try Self.with("last-relu", "--method max-norm --calibration CASES/last-relu.npy") { folder in
      let values = try Self.inputs("last-relu").map { Float($0) }
      let (low, high) = (Double(values.min() ?? 0), Double(values.max() ?? 0))
      let network = try NetworkFile(reading: folder.path + "/net.json", namedBy: .user).network
      let range = try #require(network.input.calibratedRange)
      #expect(network.input.range == nil)
      #expect(abs(range.low - (low - (high - low) / 2)) < 1e-6 && abs(range.high - (high + (high - low) / 2)) < 1e-6)
      // Inside: nothing is said. Twenty times brighter: cut, and the rest of the run is that of the cut data.
      let plain = Self.invoke(folder, "run DIR/net.nmsim --input CASES/last-relu.npy --json DIR/run.json")
      #expect(!plain.output.contains("beyond the calibrated range"))
      #expect(try RunResult(reading: folder.data("run.json").map { $0 }).totals.cutInputs == 0)
      let bright = values.map { $0 * 20 }
      let cut = bright.map { min(max($0, Float(range.low)), Float(range.high)) }
      for (name, data) in [("bright", bright), ("cut", cut)] {
        let tensor = try #require(Tensor(shape: [40, 4], storage: .float32(data)))
        try AtomicFile.write(NumPy.encode(tensor), to: "\(folder.path)/\(name).npy")
      }
      let count = bright.count { Double($0) > range.high }
      #expect(count > 0)
      for engine in ["fast", "interpreter"] {
        let rows = try Self.outputs(folder, "--input DIR/bright.npy --engine \(engine)")
        #expect(try RunResult(reading: folder.data("run.json").map { $0 }).totals.cutInputs == count)
        #expect(try Self.outputs(folder, "--input DIR/cut.npy") == rows)
      }
      let said = Self.invoke(folder, "run DIR/net.nmsim --input DIR/bright.npy --json DIR/run.json")
      #expect(said.output.contains("\(count) values beyond the calibrated range, cut to it"), "\(said.output)")
    }
  }

  @Test("a network without a range whose sums are too wide is told to give one")
  func noRange() throws {
    try TemporaryFolder.with { folder in
      let text = try String(contentsOfFile: "\(Self.cases)/no-range.json", encoding: .utf8)
      try folder.write(text, "net.json")
      try folder.write(
        #"{"format": "nmsim-chip/1", "name": "narrow", "extends": "ideal", "source": "test", "certainty": "assumed", "datapath": {"accumulatorBits": 16}}"#,
        "narrow.json")
      let refused = folder.invoke("compile DIR/net.json --chip DIR/narrow.json -o DIR/net.nmsim -q")
      #expect(refused.status == .doesNotFit)
      #expect(refused.error.contains("520,193") && refused.error.contains("'range' of the input in net.json, which has none"), "\(refused.error)")
      for key in ["range", "calibratedRange"] {
        try folder.write(text.replacingOccurrences(of: "\"shape\":[2]}", with: "\"shape\":[2],\"\(key)\":[0,1]}"), "net.json")
        let taken = folder.invoke("compile DIR/net.json --chip DIR/narrow.json -o DIR/net.nmsim -q")
        #expect(taken.status == .success, "\(taken.error)")
      }
    }
  }

  @Test("bytes without a scale, an ANN at chance level and a percentile of 0.999 get one line each")
  func doubts() throws {
    try TemporaryFolder.with { folder in
      let digits = "--calibration DIGITS/test-images.npy --calibration-samples 60 -o DIR/net.json -q"
      let model = URL(filePath: TemporaryFolder.digits).deletingLastPathComponent().appending(path: "tutorial/model.onnx").path
      let labels = try #require(Tensor(shape: [400], storage: .uint8((0..<400).map { UInt8($0 % 10) })))
      try AtomicFile.write(NumPy.encode(labels), to: folder.path + "/labels.npy")
      #expect(folder.invoke("convert \(model) --input-scale 1/16 \(digits)").error.isEmpty)
      #expect(
        folder.invoke("convert \(model) \(digits)").error
          == "nmsim: convert: the calibration data are bytes and the network takes them as 0 to 255: give --input-scale 1/255 "
          + "if it was trained on 0 to 1\n")
      #expect(
        folder.invoke("convert \(model) --input-scale 1/16 --percentile 0.999 \(digits)").error
          == "nmsim: convert: --percentile 0.999 is of 100: 99.9 may be meant\n")
      let chance = folder.invoke("convert \(model) --input-scale 1/16 --calibration-labels DIR/labels.npy \(digits)").error
      #expect(chance.contains("no more than chance") && chance.split(separator: "\n").count == 1, "\(chance)")
    }
  }
}
