import ChipModel
import Compiler
import Foundation
import Testing

@testable import nmsim

@Suite("evaluate")
struct EvaluateCommandTests {
  /// x -> w x, then the endings, each a node's operator and its integers.
  private static func model(
    outputs: Int, _ endings: [(String, [(String, [Int])])], rank4: Bool = false
  ) -> [UInt8] {
    var nodes = [
      rank4
        ? FuzzSeeds.node("Conv", ["x", "w"], "v0", integers: [("kernel_shape", [1, 1])])
        : FuzzSeeds.node("Gemm", ["x", "w"], "v0", integers: [("transB", [1])])
    ]
    for (index, ending) in endings.enumerated() {
      let output = index == endings.count - 1 ? "y" : "v\(index + 1)"
      nodes.append(FuzzSeeds.node(ending.0, ["v\(index)"], output, integers: ending.1))
    }
    let shape = rank4 ? [2, 2, 3] : [4]
    let weights = rank4 ? [outputs, 2, 1, 1] : [outputs, 4]
    return FuzzSeeds.model(
      FuzzSeeds.graph(input: shape, output: [outputs], nodes, [FuzzSeeds.weights("w", weights)]))
  }

  private static func save(_ values: [Float], _ shape: [Int], _ path: String) throws {
    let tensor = try #require(Tensor(shape: shape, storage: .float32(values)))
    try Data(NumPy.encode(tensor)).write(to: URL(filePath: path))
  }

  /// Rows of w as `FuzzSeeds.weights` writes them, times x.
  private static func sums(_ x: [Float], outputs: Int) -> [Double] {
    (0..<outputs).map { o in
      x.indices.reduce(0) { $0 + Double(x[$1]) * (Double((o * x.count + $1) % 5) - 2) * 0.25 }
    }
  }

  private static let x: [Float] = [0.5, -1, 2, 0.25]

  @Test("outputs are those of the file, whatever ends it", arguments: [
    "Softmax", "LogSoftmax", "Sigmoid", "Tanh", "Softmax,Log", "Softmax,ArgMax",
  ])
  func endings(_ names: String) throws {
    try TemporaryFolder.with { folder in
      let endings = names.split(separator: ",").map(String.init)
      let attributes: [String: [(String, [Int])]] = ["ArgMax": [("axis", [1]), ("keepdims", [0])]]
      let model = Self.model(outputs: 3, endings.map { ($0, attributes[$0] ?? []) })
      try Data(model).write(to: URL(filePath: "\(folder.path)/m.onnx"))
      try Self.save(Self.x + Self.x.map { -$0 }, [2, 4], "\(folder.path)/x.npy")
      let expected = [Self.x, Self.x.map { -$0 }].flatMap { x -> [Double] in
        let sums = Self.sums(x, outputs: 3)
        let total = sums.reduce(0) { $0 + exp($1) }
        switch names {
        case "Sigmoid": return sums.map { 1 / (1 + exp(-$0)) }
        case "Tanh": return sums.map { tanh($0) }
        case "Softmax": return sums.map { exp($0) / total }
        case "Softmax,ArgMax": return [Double(sums.firstIndex(of: sums.max() ?? 0) ?? 0)]
        default: return sums.map { $0 - log(total) }
        }
      }
      let shape = names.hasSuffix("ArgMax") ? [2] : [2, 3]
      try Self.save(expected.map(Float.init), shape, "\(folder.path)/y.npy")
      let same = folder.invoke("evaluate DIR/m.onnx --input DIR/x.npy --expect DIR/y.npy -o DIR/out.npy")
      #expect(same.status == .success, "\(same)")
      let written = try NumPy.decode([UInt8](folder.data("out.npy")))
      #expect(written.shape == shape)
      #expect(zip(written.doubles, expected).allSatisfy { abs($0 - $1) < 1e-6 })
      try Self.save(expected.map { Float($0) + 0.001 }, shape, "\(folder.path)/y.npy")
      let other = folder.invoke("evaluate DIR/m.onnx --input DIR/x.npy --expect DIR/y.npy")
      #expect(other.status == .checkFailed && other.error.contains("differ from"), "\(other)")
    }
  }

  @Test("a softmax along pixels is evaluated and not converted, one along the batch is refused")
  func softmaxAxes() throws {
    try TemporaryFolder.with { folder in
      try Data(Self.model(outputs: 2, [("Softmax", [("axis", [3])])], rank4: true))
        .write(to: URL(filePath: "\(folder.path)/pixels.onnx"))
      let x = (0..<12).map { Float($0 % 7) * 0.5 }
      try Self.save(x, [1, 2, 2, 3], "\(folder.path)/x.npy")
      let evaluated = folder.invoke("evaluate DIR/pixels.onnx --input DIR/x.npy -o DIR/out.npy")
      #expect(evaluated.status == .success, "\(evaluated)")
      let values = try NumPy.decode([UInt8](folder.data("out.npy"))).doubles
      for row in stride(from: 0, to: 12, by: 3) { #expect(abs(values[row..<(row + 3)].reduce(0, +) - 1) < 1e-6) }
      let converted = folder.invoke("convert DIR/pixels.onnx --calibration DIR/x.npy -o DIR/net.json")
      #expect(converted.status == .badData && converted.error.contains("not that of the classes"), "\(converted)")

      try Data(Self.model(outputs: 2, [("Softmax", [("axis", [0])])]))
        .write(to: URL(filePath: "\(folder.path)/batch.onnx"))
      try Self.save(Self.x, [1, 4], "\(folder.path)/x.npy")
      let batch = folder.invoke("evaluate DIR/batch.onnx --input DIR/x.npy")
      #expect(batch.status == .badData && batch.error.contains("along the batch"), "\(batch)")
    }
  }

  @Test("one logit decides between two classes at 0, in the ANN, in both executions and in explain")
  func oneLogit() throws {
    try TemporaryFolder.with { folder in
      try Data(Self.model(outputs: 1, [("Sigmoid", [])])).write(to: URL(filePath: "\(folder.path)/m.onnx"))
      let values: [[Float]] = (0..<16).map { i in (0..<4).map { Float((i * 7 + $0 * 3) % 11) / 10 } }
      let labels = values.map { Self.sums($0, outputs: 1)[0] > 0 ? Int64(1) : 0 }
      #expect(Set(labels).count == 2)
      try Self.save(values.flatMap { $0 }, [16, 4], "\(folder.path)/x.npy")
      let tensor = try #require(Tensor(shape: [16], storage: .int64(labels)))
      try Data(NumPy.encode(tensor)).write(to: URL(filePath: "\(folder.path)/l.npy"))
      let data = "--input DIR/x.npy --labels DIR/l.npy"
      #expect(folder.invoke("evaluate DIR/m.onnx \(data)").output.contains("100.00 %"))
      let convert = "convert DIR/m.onnx --method max-norm --calibration DIR/x.npy --calibration-labels DIR/l.npy"
      let converted = folder.invoke("\(convert) -o DIR/net.json")
      #expect(converted.status == .success, "\(converted)")
      #expect(folder.invoke("compile DIR/net.json --chip ideal -o DIR/net.nmsim").status == .success)
      for engine in ["fast", "interpreter"] {
        let run = folder.invoke(
          "run DIR/net.nmsim --ticks 32 --engine \(engine) \(data) --min-accuracy 1 --json DIR/\(engine).json --no-timing")
        #expect(run.status == .success, "\(run)")
      }
      #expect(
        try folder.text("fast.json").replacing("\"fast\"", with: "\"interpreter\"") == folder.text("interpreter.json"))
    }
  }

  @Test("values that 32-bit floats do not hold are refused by name of the sample or layer", arguments: ["robust-norm", "mmse"])
  func overflow(_ method: String) throws {
    try TemporaryFolder.with { folder in
      let examples = TemporaryFolder.digits
      for (scale, reason) in [("1e36", "overflow on the calibration data"), ("1e38", "which no 32-bit float holds")] {
        let result = folder.invoke(
          "convert \(examples)/../tutorial/model.onnx --method \(method) --calibration \(examples)/test-images.npy "
            + "--calibration-samples 20 --steps 8 --input-scale \(scale) -o DIR/net.json")
        #expect(result.status == .badData && result.error.contains(reason), "\(result)")
      }
    }
  }

  @Test("expected outputs of another shape are refused")
  func expectedShape() throws {
    try TemporaryFolder.with { folder in
      try Data(Self.model(outputs: 3, [("Softmax", [])])).write(to: URL(filePath: "\(folder.path)/m.onnx"))
      try Self.save(Self.x, [1, 4], "\(folder.path)/x.npy")
      try Self.save([1, 2], [1, 2], "\(folder.path)/y.npy")
      let result = folder.invoke("evaluate DIR/m.onnx --input DIR/x.npy --expect DIR/y.npy")
      #expect(result.status == .badData && result.error.contains("shape 1x2, the outputs of 1 samples are 1x3"), "\(result)")
      #expect(folder.invoke("evaluate DIR/m.onnx").status == .usage)
    }
  }
}
