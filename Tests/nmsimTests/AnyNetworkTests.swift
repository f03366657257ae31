import ChipModel
import Foundation
import Runtime
import Testing

@testable import nmsim

/// Networks of other kinds than images, from the file to the run; the operators against the package onnx.
@Suite("Any network in")
struct AnyNetworkTests {
  /// Heartbeats of two leads and 64 steps: class 0 has narrow beats, class 1 wide ones.
  private static func heartbeats(_ count: Int, seed: UInt64) -> (values: [Float], labels: [Int]) {
    var generator = SplitMix64(seed: seed)
    func noise() -> Float { Float.random(in: -0.15...0.15, using: &generator) }
    var values: [Float] = []
    var labels: [Int] = []
    for sample in 0..<count {
      labels.append(sample % 2)
      let middle = Float.random(in: 20...44, using: &generator)
      for lead in 0..<2 {
        for step in 0..<64 {
          let distance = (Float(step) - middle) / width(of: sample % 2)
          values.append((lead == 0 ? 1 : 0.5) * exp(-distance * distance / 2) + noise())
        }
      }
    }
    return (values, labels)
  }

  private static func width(of beat: Int) -> Float { beat == 0 ? 1.5 : 5 }

  /// Matched filters of length 15 for both beats: Conv1d, ReLU, MaxPool1d, global maximum, a linear layer.
  private static var model: [UInt8] {
    var filters: [Float] = []
    for beat in 0..<2 {
      var both: [Float] = []
      for lead in [Float(1), 0.5] {
        for step in -7...7 {
          let distance = Float(step) / width(of: beat)
          both.append(lead * exp(-distance * distance / 2))
        }
      }
      let norm = both.reduce(Float(0)) { $0 + $1 * $1 }.squareRoot()
      filters += both.map { $0 / norm }
    }
    let nodes = [
      FuzzSeeds.node("Conv", ["x", "w"], "c", integers: [("pads", [7, 7]), ("kernel_shape", [15])]),
      FuzzSeeds.node("Relu", ["c"], "r"),
      FuzzSeeds.node("MaxPool", ["r"], "p", integers: [("kernel_shape", [4]), ("strides", [4])]),
      FuzzSeeds.node("GlobalMaxPool", ["p"], "g"),
      FuzzSeeds.node("Flatten", ["g"], "f"),
      FuzzSeeds.node("Gemm", ["f", "v"], "y"),
    ]
    return FuzzSeeds.model(
      FuzzSeeds.graph(
        input: [2, 64], output: [2], nodes,
        [FuzzSeeds.floats("w", [2, 2, 15], filters), FuzzSeeds.floats("v", [2, 2], [1, 0, 0, 1])]))
  }

  private static func save(_ storage: Tensor.Storage, _ shape: [Int], _ path: String) throws {
    let tensor = try #require(Tensor(shape: shape, storage: storage))
    try Data(NumPy.encode(tensor)).write(to: URL(filePath: path))
  }

  @Test("a network on heartbeats in one dimension runs as a spiking one, from data in either order")
  func heartbeats() throws {
    try TemporaryFolder.with { folder in
      try Data(Self.model).write(to: URL(filePath: "\(folder.path)/beats.onnx"))
      let (values, labels) = Self.heartbeats(120, seed: 3)
      try Self.save(.float32(values), [120, 2, 64], "\(folder.path)/beats.npy")
      try Self.save(.int64(labels.map(Int64.init)), [120], "\(folder.path)/labels.npy")
      // The same with the leads last.
      var turned: [Float] = []
      for sample in 0..<120 {
        for step in 0..<64 {
          for lead in 0..<2 { turned.append(values[sample * 128 + lead * 64 + step]) }
        }
      }
      try Self.save(.float32(turned), [120, 64, 2], "\(folder.path)/turned.npy")
      let converted = folder.invoke(
        "convert DIR/beats.onnx --calibration DIR/beats.npy --calibration-labels DIR/labels.npy -o DIR/net.json -q")
      try #require(converted.status == .success, "\(converted.error)")
      #expect(try folder.text("net.json").contains("\"shape\": [2, 1, 64]"))
      let compiled = folder.invoke("compile DIR/net.json --chip ideal -o DIR/net.nmsim -q")
      try #require(compiled.status == .success, "\(compiled.error)")
      for data in ["beats", "turned"] {
        let run = folder.invoke(
          "run DIR/net.nmsim --input DIR/\(data).npy --labels DIR/labels.npy --ticks 64 "
            + "--predictions DIR/\(data).csv --json DIR/\(data).json -q")
        try #require(run.status == .success, "\(run.error)")
      }
      let result = try RunResult(reading: [UInt8](folder.data("beats.json")))
      #expect(result.ann.accuracyOnTheseSamples == 1)
      #expect(try #require(result.accuracy) >= 0.97)
      #expect(try folder.text("beats.csv") == folder.text("turned.csv"))
      #expect(try RunResult(reading: [UInt8](folder.data("turned.json"))).accuracyByStep == result.accuracyByStep)
    }
  }

  /// A Python with the package onnx, whose backend tests the operators are compared with.
  private static let python = Program.python(with: ["onnx", "numpy"], named: "NMSIM_ONNX")

  @Test(
    "no operator of onnx's backend tests is computed wrongly",
    .enabled(if: AnyNetworkTests.python != nil, "no Python with onnx (NMSIM_ONNX)"))
  func backend() throws {
    let nmsim = try #require(Program.nmsim)
    let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Scripts/onnx_backend.py").path
    let result = try Program.run(try #require(Self.python), ["-W", "ignore", script, nmsim])
    print(result.text)
    #expect(result.status == 0 && result.text.contains(" 0 wrong"), "\(result.text)")
  }
}
