import Foundation
import Testing

@testable import Compiler

/// Nothing a file may hold makes the importer trap or hang. Set `NMSIM_FUZZ_SECONDS` to search longer.
@Suite("Import fuzzing")
struct ImportFuzzTests {
  /// Imports and, where that succeeds, evaluates one sample: the network must be consistent.
  private func attempt(_ bytes: [UInt8]) {
    guard let model = try? ONNXImporter.read(bytes, folder: nil, name: "fuzz") else { return }
    #expect(throws: Never.self) { try model.network.validate() }
    guard model.network.inputCount < 4096, model.network.layerCost.multiplyAccumulates < 1_000_000 else { return }
    _ = try? FloatEvaluator(model.network).outputs([Float](repeating: 0.5, count: model.network.inputCount), threads: 1)
  }

  @Test("a model cut anywhere is refused or complete", arguments: ["mlp-dyn.onnx", "keras-helper.onnx"])
  func truncated(_ file: String) throws {
    let bytes = try ImportFiles.fixture(file)
    for length in 0..<bytes.count { attempt(Array(bytes.prefix(length))) }
  }

  @Test("mutated models are refused or consistent")
  func mutated() throws {
    let seconds = Double(ProcessInfo.processInfo.environment["NMSIM_FUZZ_SECONDS"] ?? "") ?? 1.5
    let seed = UInt64(ProcessInfo.processInfo.environment["NMSIM_FUZZ_SEED"] ?? "") ?? 1
    let folder = ImportFiles.fixtures.path(percentEncoded: false)
    var models: [[UInt8]] = []
    for name in try FileManager.default.contentsOfDirectory(atPath: folder).sorted() where name.hasSuffix(".onnx") {
      let bytes = try ImportFiles.fixture(name)
      if bytes.count < 8000 { models.append(bytes) }
    }
    var generator = SplitMix(state: seed)
    let clock = ContinuousClock()
    let end = clock.now + .seconds(seconds)
    var count = 0
    var slowest = Duration.zero
    while clock.now < end {
      var bytes = models[Int.random(in: models.indices, using: &generator)]
      let before = generator.state
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let position = Int.random(in: bytes.indices, using: &generator)
        switch Int.random(in: 0...5, using: &generator) {
        case 0: bytes[position] ^= 1 << UInt8(Int.random(in: 0...7, using: &generator))
        case 1: bytes[position] = UInt8(truncatingIfNeeded: generator.next())
        case 2: bytes[position] = [0, 1, 2, 0x7f, 0x80, 0xff][Int.random(in: 0...5, using: &generator)]
        case 3: bytes.remove(at: position)
        case 4: bytes.insert(UInt8(truncatingIfNeeded: generator.next()), at: position)
        default:
          let length = min(Int.random(in: 1...40, using: &generator), bytes.count - position)
          let other = Int.random(in: 0...(bytes.count - length), using: &generator)
          for i in 0..<length { bytes[position + i] = bytes[other + i] }
        }
        if bytes.isEmpty { bytes = [0] }
      }
      let time = clock.measure { attempt(bytes) }
      if time > slowest { slowest = time }
      if time > .seconds(5) { Issue.record("slow: \(time), generator state \(before)") }
      count += 1
    }
    print("import fuzzing: \(count) mutated models, slowest \(slowest), seed \(seed)")
    #expect(count > 100)
  }

  /// Edits what a byte seldom hits: operators, wiring, attributes, shapes.
  private func edit(_ model: inout ONNXModel, _ generator: inout SplitMix) {
    func pick(_ range: Range<Int>) -> Int { Int.random(in: range, using: &generator) }
    let numbers = [0, 1, -1, 2, 3, 5, 7, 64, 4096, 65536, -2, 1 << 22, 1 << 40, Int.max, Int.min]
    let operations = [
      "Neg", "Split", "Gather", "Einsum", "ConvTranspose", "Resize", "Upsample", "DepthToSpace", "SpaceToDepth", "Max",
      "Min", "ReduceSum", "Conv", "Gemm", "MatMul", "Add", "Sub", "Mul", "Div", "Relu", "LeakyRelu", "Clip", "MaxPool",
      "AveragePool",
      "GlobalAveragePool", "ReduceMean", "ReduceMax", "Flatten", "Reshape", "Transpose", "Concat", "Pad", "Slice",
      "Squeeze", "Unsqueeze", "Softmax", "BatchNormalization", "Shape", "Gather", "Expand", "ConstantOfShape", "Cast",
      "Identity", "Where", "PRelu", "Max", "Sum", "Dropout", "CastLike", "Size", "ReduceProd", "Constant",
    ]
    let node = pick(0..<model.graph.nodes.count)
    let names =
      model.graph.initialisers.map(\.name) + model.graph.inputs.map(\.name)
      + model.graph.nodes.prefix(node).flatMap(\.outputs) + [""]
    switch pick(0..<8) {
    case 0: model.graph.nodes[node].operation = operations[pick(0..<operations.count)]
    case 1 where !model.graph.nodes[node].inputs.isEmpty:
      let input = pick(0..<model.graph.nodes[node].inputs.count)
      model.graph.nodes[node].inputs[input] = names[pick(0..<names.count)]
    case 2: model.graph.nodes[node].inputs.append(names[pick(0..<names.count)])
    case 3 where !model.graph.nodes[node].attributes.isEmpty:
      let attribute = pick(0..<model.graph.nodes[node].attributes.count)
      if model.graph.nodes[node].attributes[attribute].integers.isEmpty {
        model.graph.nodes[node].attributes[attribute].integer = numbers[pick(0..<numbers.count)]
      } else {
        let i = pick(0..<model.graph.nodes[node].attributes[attribute].integers.count)
        model.graph.nodes[node].attributes[attribute].integers[i] = numbers[pick(0..<numbers.count)]
      }
    case 4:
      var attribute = ONNXAttribute()
      attribute.name =
        [
          "axis", "axes", "pads", "strides", "perm", "group", "dilations", "kernel_shape", "ceil_mode",
          "keepdims", "allowzero", "starts", "ends", "to", "start", "end", "split", "blocksize", "output_padding",
          "count_include_pad",
        ][pick(0..<20)]
      attribute.integers = (0..<pick(1..<5)).map { _ in numbers[pick(0..<numbers.count)] }
      attribute.integer = attribute.integers[0]
      model.graph.nodes[node].attributes.insert(attribute, at: 0)
    case 5 where !model.graph.initialisers.isEmpty:
      let index = pick(0..<model.graph.initialisers.count)
      let (name, tensor) = model.graph.initialisers[index]
      if case .integers(var values) = tensor.values, !values.isEmpty {
        values[pick(0..<values.count)] = numbers[pick(0..<numbers.count)]
        if let new = ONNXTensor(shape: tensor.shape, values: .integers(values)) {
          model.graph.initialisers[index] = (name, new)
        }
      } else if let new = ONNXTensor(shape: tensor.shape.reversed(), values: tensor.values) {
        model.graph.initialisers[index] = (name, new)
      }
    case 6 where model.graph.inputs.first?.shape?.isEmpty == false:
      let axis = pick(0..<(model.graph.inputs[0].shape?.count ?? 1))
      model.graph.inputs[0].shape?[axis] = .size([1, 2, 3, 8, 12, 28, 512, 2000][pick(0..<8)])
    default:
      var copy = model.graph.nodes[node]
      copy.outputs = ["new\(generator.next() % 1000)"]
      model.graph.nodes.insert(copy, at: node + 1)
      if pick(0..<2) == 0, node + 2 < model.graph.nodes.count, !model.graph.nodes[node + 2].inputs.isEmpty {
        model.graph.nodes[node + 2].inputs[0] = copy.outputs[0]
      }
    }
  }

  @Test("models with edited graphs are refused or consistent")
  func edited() throws {
    let seconds = Double(ProcessInfo.processInfo.environment["NMSIM_FUZZ_SECONDS"] ?? "") ?? 1.5
    let seed = UInt64(ProcessInfo.processInfo.environment["NMSIM_FUZZ_SEED"] ?? "") ?? 1
    let folder = ImportFiles.fixtures.path(percentEncoded: false)
    var models: [ONNXModel] = []
    for name in try FileManager.default.contentsOfDirectory(atPath: folder).sorted() where name.hasSuffix(".onnx") {
      models.append(try ONNXModel(bytes: ImportFiles.fixture(name), folder: folder))
    }
    var generator = SplitMix(state: seed)
    let clock = ContinuousClock()
    let end = clock.now + .seconds(seconds)
    var (count, imported) = (0, 0)
    var slowest = Duration.zero
    while clock.now < end {
      let before = generator.state
      var model = models[Int.random(in: models.indices, using: &generator)]
      for _ in 0..<Int.random(in: 1...5, using: &generator) { edit(&model, &generator) }
      let time = clock.measure {
        guard let graph = try? ONNXGraph(model) else { return }
        var canonicaliser = Canonicaliser(graph, ImportOptions(.evaluation))
        guard let model = try? canonicaliser.run(name: "fuzz", model: model) else { return }
        let network = model.network
        imported += 1
        #expect(throws: Never.self, "generator state \(before)") { try network.validate() }
        guard network.inputCount < 4096, network.layerCost.multiplyAccumulates < 1_000_000,
          network.layers.allSatisfy({ $0.count < 100_000 })
        else { return }
        let outputs = try? FloatEvaluator(network).outputs([Float](repeating: 0.5, count: network.inputCount), threads: 1)
        for values in outputs ?? [] { _ = model.output.values(values) }
      }
      if time > slowest { slowest = time }
      if time > .seconds(20) { Issue.record("slow: \(time), generator state \(before)") }
      count += 1
    }
    print("import fuzzing: \(count) edited models, \(imported) imported, slowest \(slowest), seed \(seed)")
    #expect(count > 50)
  }
}
