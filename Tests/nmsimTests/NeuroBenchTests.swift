import ChipModel
@testable import Runtime
import Foundation
import Testing

@testable import nmsim

/// The `neurobench` member against the package itself. Set NMSIM_NEUROBENCH to a Python that has neurobench, snntorch and
/// torch; else `python3` is tried.
@Suite("NeuroBench block")
struct NeuroBenchTests {
  private static let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Scripts/neurobench_check.py").path

  /// A Python with everything that the script imports.
  private static let python = Program.python(with: ["neurobench", "snntorch", "torch"], named: "NMSIM_NEUROBENCH")

  @Test(
    "neurobench counts the same on a network of integers",
    .enabled(if: NeuroBenchTests.python != nil, "no Python with neurobench, snntorch and torch (NMSIM_NEUROBENCH)"),
    arguments: [false, true])
  func package(_ isPooled: Bool) throws {
    let python = try #require(NeuroBenchTests.python)
    try TemporaryFolder.with { folder in
      try write(folder, seed: 11, isPooled: isPooled)
      let compiled = folder.invoke("compile DIR/net.json --chip ideal -o DIR/net.nmsim -q")
      try #require(compiled.status == .success, "\(compiled.error)")
      let run = folder.invoke(
        "run DIR/net.nmsim --input DIR/images.npy --labels DIR/labels.npy --ticks 12 --per-tick --json DIR/run.json -q")
      try #require(run.status == .success, "\(run.error)")
      let files = ["net.json", "run.json", "images.npy", "labels.npy"].map { "\(folder.path)/\($0)" }
      let result = try Program.run(python, [Self.script] + files)
      #expect(result.status == 0, "\(result.text)")
      #expect(result.text.split(separator: "\n").filter { $0.contains(": nmsim ") }.count == 7, "\(result.text)")
    }
  }

  @Test("average-pooled spikes are multiply-accumulates but where every window is empty or full")
  func pooled() throws {
    try TemporaryFolder.with { folder in
      try folder.write(
        """
        {"format": "nmsim-network/1", "name": "pooled", "input": {"kind": "current", "shape": [1, 2, 2]},
        "populations": [
          {"name": "a", "shape": [1, 2, 2], "neuron": {"model": "if", "threshold": 1}},
          {"name": "out", "shape": [2], "neuron": {"model": "accumulator"}}],
        "projections": [
          {"name": "p", "from": "input", "to": "a", "kind": "conv2d", "weights": [[[[1]]]]},
          {"name": "q", "from": "a", "to": "out", "kind": "dense", "pool": {"kind": "average", "kernel": [2, 2], "stride": [2, 2]},
           "weights": [[1], [0]]}],
        "output": {"population": "out", "readout": "potential"}}
        """, "net.json")
      // All four neurons spike in every step of the first sample, one of them in the second.
      let images = try #require(Tensor(shape: [2, 1, 2, 2], storage: .float32([1, 1, 1, 1, 1, 0, 0, 0])))
      try Data(NumPy.encode(images)).write(to: URL(filePath: folder.path).appending(path: "images.npy"))
      try #require(folder.invoke("compile DIR/net.json -o DIR/net.nmsim --chip ideal -q").status == .success)
      func operations(_ options: String) throws -> NeuroBench.Operations {
        let run = folder.invoke("run DIR/net.nmsim --input DIR/images.npy --steps 3 -o DIR/run.json -q \(options)")
        try #require(run.status == .success, "\(run.error)")
        return try #require(RunResult(reading: Array(try folder.data("run.json"))).neurobench).synapticOperations
      }
      let plain = try operations("")
      #expect(plain.effectiveACs == nil && plain.effectiveMACs == nil && plain.dense == Double((4 + 2) * 3))
      let counted = try operations("--per-tick")
      // By step and sample: one weight that is not 0 behind the window; 4 and 1 inputs of the first layer.
      #expect(counted.effectiveACs == 3 * 1 / 2.0 && counted.effectiveMACs == 3 * (4 + 1 + 1) / 2.0)
      #expect(counted.dense == plain.dense)
    }
  }

  /// A convolution and two dense layers with integer weights, zeros among them; whole inputs, zeros among them, so that currents are exact.
  private func write(_ folder: TemporaryFolder, seed: UInt64, isPooled: Bool) throws {
    var generator = SplitMix64(seed: seed)
    func weights(_ shape: [Int], _ range: ClosedRange<Int>) -> String {
      let count = shape.reduce(1, *)
      let values = (0..<count).map { _ in Int.random(in: 0...3, using: &generator) == 0 ? 0 : Int.random(in: range, using: &generator) }
      return "{\"type\": \"I8\", \"shape\": \(shape), \"values\": \(values)}"
    }
    try folder.write(
      """
      {"format": "nmsim-network/1", "name": "integers", "input": {"kind": "current", "shape": [1, 6, 6]},
      "populations": [
        {"name": "conv", "shape": [3, 4, 4], "neuron": {"model": "if", "threshold": 40}},
        {"name": "hidden", "shape": [9], "neuron": {"model": "if", "threshold": 55}},
        {"name": "out", "shape": [4], "neuron": {"model": "accumulator"}}],
      "projections": [
        {"name": "a", "from": "input", "to": "conv", "kind": "conv2d", "weights": \(weights([3, 1, 3, 3], -20...40))},
        {"name": "b", "from": "conv", "to": "hidden", "kind": "dense",
         \(isPooled ? #""pool": {"kind": "average", "kernel": [2, 2], "stride": [2, 2]}, "# : "")"weights": \(
           weights([9, isPooled ? 12 : 48], -20...25))},
        {"name": "c", "from": "hidden", "to": "out", "kind": "dense", "weights": \(weights([4, 9], -90...90))}],
      "output": {"population": "out", "readout": "potential"}}
      """, "net.json")
    let count = 20
    let pixels = (0..<count * 36).map { _ in Double(max(0, Int.random(in: -2...4, using: &generator))) }
    let images = try #require(Tensor(shape: [count, 1, 6, 6], storage: .float64(pixels)))
    try Data(NumPy.encode(images)).write(to: URL(filePath: folder.path).appending(path: "images.npy"))
    let labels = (0..<count).map { _ in Int64.random(in: 0...3, using: &generator) }
    let tensor = try #require(Tensor(shape: [count], storage: .int64(labels)))
    try Data(NumPy.encode(tensor)).write(to: URL(filePath: folder.path).appending(path: "labels.npy"))
  }
}
