/// Small ONNX models, written field by field (onnx.proto3 of the ONNX project gives the numbers).
extension FuzzSeeds {
  static let models: [[UInt8]] = [dense, convolutional, residual]

  /// Words that a graph is made of.
  static let modelTokens = [
    "Conv", "Gemm", "MatMul", "Add", "Sub", "Mul", "Div", "Relu", "LeakyRelu", "Clip", "MaxPool", "AveragePool",
    "GlobalAveragePool", "ReduceMean", "Flatten", "Reshape", "Transpose", "Concat", "Pad", "Slice", "Squeeze",
    "Unsqueeze", "Softmax", "LogSoftmax", "Sigmoid", "Tanh", "Log", "ArgMax", "BatchNormalization", "Shape", "Gather", "Expand", "ConstantOfShape", "Cast", "Identity",
    "Neg", "Split", "Einsum", "ConvTranspose", "Resize", "Upsample", "DepthToSpace", "SpaceToDepth", "Max", "Min", "ReduceSum",
    "reflect", "edge", "nearest", "linear", "half_pixel", "asymmetric", "blocksize", "output_padding", "bi,oi->bo", "equation",
    "PRelu", "Sum", "Dropout", "Constant", "x", "h", "r", "y", "w1", "b1", "axis", "axes", "pads", "strides", "perm",
    "group", "dilations", "kernel_shape", "ceil_mode", "transB", "alpha", "value", "batch", "ai.onnx",
  ]

  static func model(_ graph: ProtobufMessage) -> [UInt8] {
    var opset = ProtobufMessage()
    opset.add(1, "")
    opset.add(2, 17)
    var model = ProtobufMessage()
    model.add(1, 8)
    model.add(2, "pytorch")
    model.add(7, graph)
    model.add(8, opset)
    return model.bytes
  }

  static func node(
    _ operation: String, _ inputs: [String], _ output: String, integers: [(String, [Int])] = []
  ) -> ProtobufMessage {
    var node = ProtobufMessage()
    for input in inputs { node.add(1, input) }
    node.add(2, output)
    node.add(3, "/\(operation)_\(output)")
    node.add(4, operation)
    for (name, values) in integers {
      var attribute = ProtobufMessage()
      attribute.add(1, name)
      if values.count == 1 {
        attribute.add(3, values[0])
        attribute.add(20, 2)
      } else {
        for value in values { attribute.add(8, value) }
        attribute.add(20, 7)
      }
      node.add(5, attribute)
    }
    return node
  }

  static func floats(_ name: String, _ shape: [Int], _ values: [Float]) -> ProtobufMessage {
    var tensor = ProtobufMessage()
    for dimension in shape { tensor.add(1, dimension) }
    tensor.add(2, 1)
    tensor.add(8, name)
    tensor.add(9, raw: values.flatMap { value in little(Int(value.bitPattern), 4) })
    return tensor
  }

  static func integers(_ name: String, _ shape: [Int], _ values: [Int]) -> ProtobufMessage {
    var tensor = ProtobufMessage()
    for dimension in shape { tensor.add(1, dimension) }
    tensor.add(2, 7)
    tensor.add(8, name)
    tensor.add(9, raw: values.flatMap { little($0, 8) })
    return tensor
  }

  static func weights(_ name: String, _ shape: [Int]) -> ProtobufMessage {
    floats(name, shape, weightValues(shape))
  }

  static func weightValues(_ shape: [Int]) -> [Float] { (0..<shape.reduce(1, *)).map { Float($0 % 5 - 2) * 0.25 } }

  static func value(_ name: String, _ shape: [Int]) -> ProtobufMessage {
    var dimensions = ProtobufMessage()
    var batch = ProtobufMessage()
    batch.add(2, "batch")
    dimensions.add(1, batch)
    for size in shape {
      var dimension = ProtobufMessage()
      dimension.add(1, size)
      dimensions.add(1, dimension)
    }
    var tensor = ProtobufMessage()
    tensor.add(1, 1)
    tensor.add(2, dimensions)
    var type = ProtobufMessage()
    type.add(1, tensor)
    var info = ProtobufMessage()
    info.add(1, name)
    info.add(2, type)
    return info
  }

  static func graph(
    input: [Int], output: [Int], _ nodes: [ProtobufMessage], _ initialisers: [ProtobufMessage]
  ) -> ProtobufMessage {
    var graph = ProtobufMessage()
    for node in nodes { graph.add(1, node) }
    graph.add(2, "main")
    for initialiser in initialisers { graph.add(5, initialiser) }
    graph.add(11, value("x", input))
    graph.add(12, value("y", output))
    return graph
  }

  private static let dense = model(
    graph(
      input: [4], output: [3],
      [
        node("Gemm", ["x", "w1", "b1"], "h", integers: [("transB", [1])]), node("Relu", ["h"], "r"),
        node("Gemm", ["r", "w2", "b2"], "y", integers: [("transB", [1])]),
      ], [weights("w1", [5, 4]), weights("b1", [5]), weights("w2", [3, 5]), weights("b2", [3])]))

  private static let convolutional = model(
    graph(
      input: [1, 6, 6], output: [3],
      [
        node(
          "Conv", ["x", "w1", "b1"], "c",
          integers: [("kernel_shape", [3, 3]), ("pads", [1, 1, 1, 1]), ("strides", [1, 1]), ("group", [1])]),
        node("BatchNormalization", ["c", "scale", "shift", "mean", "variance"], "n"), node("Relu", ["n"], "r"),
        node("MaxPool", ["r"], "p", integers: [("kernel_shape", [2, 2]), ("strides", [2, 2])]),
        node("Flatten", ["p"], "f", integers: [("axis", [1])]),
        node("Gemm", ["f", "w2", "b2"], "y", integers: [("transB", [1])]),
      ],
      [
        weights("w1", [2, 1, 3, 3]), weights("b1", [2]), floats("scale", [2], [1, 2]), weights("shift", [2]),
        weights("mean", [2]), floats("variance", [2], [1, 4]), weights("w2", [3, 18]), weights("b2", [3]),
      ]))

  private static let residual = model(
    graph(
      input: [2, 4, 4], output: [2],
      [
        node("Conv", ["x", "w1"], "c", integers: [("kernel_shape", [3, 3]), ("pads", [1, 1, 1, 1])]),
        node("Relu", ["c"], "r"),
        node("Conv", ["r", "w2"], "d", integers: [("kernel_shape", [3, 3]), ("pads", [1, 1, 1, 1])]),
        node("Add", ["d", "r"], "s"), node("Relu", ["s"], "t"), node("GlobalAveragePool", ["t"], "g"),
        node("Flatten", ["g"], "y"),
      ], [weights("w1", [2, 2, 3, 3]), weights("w2", [2, 2, 3, 3])]))
}
