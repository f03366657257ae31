import Foundation
import Testing

@testable import nmsim

/// A run against the same run computed in numpy from net.json alone (`Tests/Scripts/recompute.py`): weights,
/// thresholds, neurons, gates and counts, none of it by nmsim's code.
@Suite("Recomputed in numpy")
struct RecomputeTests {
  /// A module under `CompilerTests/Fixtures`, all of which take [2, 8, 8], how it is converted and compiled.
  struct Case: CustomTestStringConvertible {
    let module: String
    let method: String
    let weightBits: Int
    let membraneBits: Int
    let ticks: Int
    /// What Python does to every population `p` of the network.
    let change: String?

    init(
      _ module: String, _ method: String, weights: Int, membrane: Int = 32, ticks: Int = 40, change: String? = nil
    ) {
      (self.module, self.method, weightBits, membraneBits) = (module, method, weights, membrane)
      (self.ticks, self.change) = (ticks, change)
    }

    static let signed = "p['neuron'] = {k: ('signed' if k == 'model' and v == 'if' else v) for k, v in p['neuron'].items()}"
    static let biasByStep = "p['bias'] = {'byStep': (r.standard_normal((p['shape'][0], 45)) / 9).tolist()}"

    static let delays =
      "[q.update(delay=1 + (3 * i + 1) % 5) for i, q in enumerate(n['projections']) if q['from'] != 'input']"

    var testDescription: String { "\(module), \(method), \(weightBits) and \(membraneBits) bits" }
  }

  /// Max pools, shortcuts, branches and groups; every code; membranes so narrow that some saturate.
  private static let cases = [
    Case("lenet-dyn", "robust-norm --initial half", weights: 8),
    Case("lenet-dyn", "ic-snn", weights: 5),
    Case("residual-dyn", "channel-norm --reset hard", weights: 8),
    Case("residual-dyn", "bsnn --period 4", weights: 6),
    Case("max_pool-dyn", "weighted-spikes --period 4", weights: 4, membrane: 13),
    Case("max_pool_ceil-dyn", "robust-norm", weights: 4, membrane: 9),
    Case("branches-dyn", "bsnn --period 4", weights: 4, membrane: 13),
    Case("max_pool-dyn", "aug-mapping", weights: 4, membrane: 9),
    Case("conv_groups-ts", "aug-mapping --max-count 2", weights: 8),
    Case("conv_geometry-dyn", "channel-balance", weights: 8),
    Case("lenet-dyn", "robust-norm --initial half", weights: 8, change: Case.signed),
    Case("max_pool_ceil-dyn", "channel-norm --max-pool winner", weights: 8, change: Case.signed),
    Case("residual-dyn", "robust-norm --initial half", weights: 5, membrane: 13, change: Case.biasByStep),
    Case("lenet-dyn", "max-norm --initial half --lag 1", weights: 8, change: "\(Case.signed); \(Case.biasByStep)"),
    Case("residual-dyn", "robust-norm --initial half --lag 3", weights: 6),
    Case("max_pool-dyn", "aug-mapping --max-count 3 --lag 2", weights: 6),
    Case("residual-dyn", "robust-norm --initial half --schedule separated", weights: 8, ticks: 24),
    Case("residual-dyn", "mmse --neuron phase --calibrate weights,initial", weights: 8, ticks: 5),
    Case("max_pool-dyn", "robust-norm --neuron phase", weights: 6, membrane: 15, ticks: 7),
    Case("residual-dyn", "mmse --neuron switch --calibrate weights,initial", weights: 8, ticks: 6),
    Case("max_pool-dyn", "robust-norm --neuron switch", weights: 4, membrane: 9, ticks: 9),
    Case("max_pool-dyn", "ttfs", weights: 8, ticks: 8),
    Case("branches-dyn", "ttfs", weights: 5, membrane: 14, ticks: 6),
    Case("residual-dyn", "robust-norm --initial half", weights: 8, change: Case.delays),
    Case("residual-dyn", "robust-norm --initial half --lag 3", weights: 8, change: Case.delays),
    // Thresholds that only coarser units bring into the membrane.
    Case("residual-dyn", "bsnn --period 4", weights: 8, membrane: 16),
  ]

  private static let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()

  private static let python: String? = Program.find("python3").flatMap { path in
    (try? Program.run(path, ["-c", "import numpy"]))?.status == 0 ? path : nil
  }

  @Test(
    "every count, saturation and prediction is the same",
    .enabled(if: RecomputeTests.python != nil, "no python3 with numpy"), arguments: cases)
  func fixtures(_ example: Case) throws {
    let python = try #require(Self.python)
    try TemporaryFolder.with { folder in
      let random = "import numpy as n; n.save('\(folder.path)/x.npy', n.random.default_rng(1).random((20, 2, 8, 8)))"
      try #require(try Program.run(python, ["-c", random]).status == 0)
      let model = Self.tests.appending(path: "CompilerTests/Fixtures/\(example.module).onnx").path
      let data = example.method.hasPrefix("aug") ? "" : "--calibration DIR/x.npy --calibration-samples 20 --steps \(min(24, example.ticks))"
      try make(in: folder, [
        "convert \(model) --method \(example.method) \(data) -o DIR/net.json -q"
      ])
      if let change = example.change {
        let path = "'\(folder.path)/net.json'"
        let script = "import json, numpy; r = numpy.random.default_rng(2); n = json.load(open(\(path)))\n"
          + "for p in n['populations']:\n    \(change)\njson.dump(n, open(\(path), 'w'))"
        try #require(try Program.run(python, ["-c", script]).status == 0)
      }
      try make(in: folder, [
        "compile DIR/net.json --chip ideal --weight-bits \(example.weightBits) --membrane-bits \(example.membraneBits) "
          + "--fraction-bits 1 -o DIR/net.nmsim -q",
        "run DIR/net.nmsim --ticks \(example.ticks) --samples 8 --input DIR/x.npy --json DIR/run.json --predictions DIR/run.csv -q",
      ])
      try recompute(python, ["net.json", "x.npy", "run.json", "--predictions", "run.csv"], in: folder)
      if example.membraneBits < 32 { #expect(try folder.text("run.json").contains(#/"saturations": [1-9]/#)) }
    }
  }

  @Test(
    "so are those of small trained networks on their test images",
    .enabled(if: RecomputeTests.python != nil, "no python3 with numpy"),
    arguments: [
      ("average", "rate-norm"), ("maximum", "robust-norm --initial half"), ("residual", "bsnn --period 5"),
      ("leaky", "ter-mapping"),
    ])
  func trained(_ network: String, _ method: String) throws {
    let python = try #require(Self.python)
    try TemporaryFolder.with { folder in
      let files = Self.tests.appending(path: "Fixtures/trained").path
      try make(in: folder, [
        "convert \(files)/\(network).onnx --method \(method) --calibration \(files)/calibration.npy "
          + "--calibration-samples 100 --steps 24 --input-scale 1/16 -o DIR/net.json -q",
        "compile DIR/net.json -o DIR/net.nmsim -q",
        "run DIR/net.nmsim --ticks 36 --samples 12 --input DIGITS/test-images.npy --json DIR/run.json -q",
      ])
      try recompute(python, ["net.json", "\(TemporaryFolder.digits)/test-images.npy", "run.json"], in: folder)
    }
  }

  @Test("a changed count is found", .enabled(if: RecomputeTests.python != nil, "no python3 with numpy"))
  func difference() throws {
    let python = try #require(Self.python)
    try TemporaryFolder.with { folder in
      try #require(folder.invoke("compile DIGITS/net.json -o DIR/net.nmsim -q").status == .success)
      let run = folder.invoke("run DIR/net.nmsim --samples 4 --ticks 8 --json DIR/run.json -q")
      try #require(run.status == .success, "\(run.error)")
      let files = ["\(TemporaryFolder.digits)/net.json", "\(TemporaryFolder.digits)/test-images.npy", "run.json"]
      try recompute(python, files, in: folder)
      let text = try folder.text("run.json")
      let dense = try #require(text.firstMatch(of: #/"Dense": \d+/#))
      try folder.write(text.replacing(dense.0, with: "\(dense.0)0"), "run.json")
      let result = try Program.run(python, arguments(files, in: folder))
      #expect(result.status == 1 && result.text.hasPrefix("Dense: nmsim "), "\(result.text)")
    }
  }

  private func make(in folder: TemporaryFolder, _ lines: [String]) throws {
    for line in lines {
      let result = folder.invoke(line)
      try #require(result.status == .success, "\(line): \(result.error)")
    }
  }

  private func recompute(_ python: String, _ arguments: [String], in folder: TemporaryFolder) throws {
    let result = try Program.run(python, self.arguments(arguments, in: folder))
    #expect(result.status == 0 && result.text.hasPrefix("equal: "), "\(result.text)")
  }

  /// The script and its arguments; a plain file name is a file of the folder.
  private func arguments(_ arguments: [String], in folder: TemporaryFolder) -> [String] {
    [Self.tests.appending(path: "Scripts/recompute.py").path]
      + arguments.map { $0.contains(".") && !$0.contains("/") ? "\(folder.path)/\($0)" : $0 }
  }
}
