import ChipModel

/// What to tell the user about operators that have no place in a spiking network.
enum UnsupportedOperators {
  /// Operators that only a graph in training mode has.
  static func isRandom(_ operation: String) -> Bool {
    ["RandomUniformLike", "RandomNormalLike", "RandomUniform", "RandomNormal", "Bernoulli", "Multinomial"]
      .contains(operation)
  }

  /// Operator, its usual PyTorch cause, what to do.
  private static let advice: [(operations: [String], cause: String, remedy: String)] = [
    (
      ["Sigmoid", "HardSigmoid", "HardSwish", "Swish", "Mish", "Silu"],
      "nn.Sigmoid, nn.SiLU, nn.Hardswish and gates (squeeze and excitation) have no spiking counterpart",
      "train with nn.ReLU, nn.ReLU6 or nn.LeakyReLU instead"
    ),
    (
      ["Gelu", "Erf", "Elu", "Selu", "Celu", "Softplus", "Softsign", "Tanh", "ThresholdedRelu", "Sin", "Cos", "Exp"],
      "this activation has no spiking counterpart", "train with nn.ReLU, nn.ReLU6 or nn.LeakyReLU instead"
    ),
    (
      ["LSTM", "GRU", "RNN", "Loop", "Scan", "If"], "recurrence and control flow cannot be converted",
      "give a feed-forward network"
    ),
    (
      [
        "LayerNormalization", "InstanceNormalization", "GroupNormalization", "LpNormalization", "LRN",
        "RMSNormalization", "MeanVarianceNormalization",
      ],
      "this normalisation depends on the data and cannot be folded into weights", "train with nn.BatchNorm2d instead"
    ),
    (["GridSample"], "pixels are moved by values that depend on the data", "export the network without it"),
    (
      [
        "DynamicQuantizeLinear", "QLinearConv", "QLinearMatMul", "ConvInteger",
        "MatMulInteger",
      ],
      "the model computes in integers",
      "export the float model (nmsim compile rounds the weights itself), or one with QuantizeLinear and DequantizeLinear"
    ),
    (
      ["Attention", "MultiHeadAttention"], "attention cannot be converted",
      "give a convolutional or fully connected network"
    ),
    (["TopK"], "the model ends in a decision", "export the network up to its class scores"),
    (
      ["GatherND", "ScatterND", "Where", "Greater", "Less", "Tile", "Expand"],
      "picking and choosing values inside the network is not supported",
      "rewrite this part with slices of channels, sums and concatenations"
    ),
    (
      ["Pow", "Sqrt", "Abs", "Log", "Reciprocal"], "arithmetic on activations is not supported",
      "train with nn.ReLU, nn.ReLU6 or nn.LeakyReLU as the only nonlinearity"
    ),
    (
      ["LpPool", "GlobalLpPool", "ReduceMin", "ReduceL2"], "this reduction is not supported",
      "use nn.AvgPool2d or nn.AdaptiveAvgPool2d instead"
    ),
  ]

  /// Domains of operators that a remedy is known for.
  private static let domains: [(prefix: String, cause: String, remedy: String)] = [
    (
      "onnx.brevitas", "is a quantiser of Brevitas", "write standard operators with "
        + "brevitas.export.export_onnx_qcdq(model.eval(), example, 'model.onnx')"
    ),
    ("qonnx", "is an operator of QONNX", "convert it to the style qcdq with qonnx.util.convert, which has standard operators"),
    (
      "com.microsoft", "was made by onnxruntime's optimiser or quantiser",
      "give the model as exported, before onnxruntime rewrote it"
    ),
    (
      "ai.onnx.ml", "is an operator of classical machine learning that is no layer of a network",
      "export the network alone, and apply what stands before or after it to the data"
    ),
  ]

  /// The error for an operator that is no standard one.
  static func foreign(_ node: ONNXNode) -> ImportError {
    let domain = domains.first { node.domain.hasPrefix($0.prefix) }
    return .unsupportedOperator(
      node: node.label, operation: node.operation,
      cause: domain?.cause ?? "belongs to operator domain '\(printable(node.domain))', which the file does not explain",
      remedy: domain?.remedy ?? "export it from standard operators, or as a function of the model")
  }

  /// The error for an operator that nothing handles.
  static func error(_ node: ONNXNode) -> ImportError {
    if !node.domain.isEmpty, node.domain != "ai.onnx" { return foreign(node) }
    for row in advice where row.operations.contains(node.operation) {
      return .unsupportedOperator(node: node.label, operation: node.operation, cause: row.cause, remedy: row.remedy)
    }
    return .unsupportedOperator(
      node: node.label, operation: node.operation, cause: "this operator is not supported",
      remedy: "build the model from convolutions, linear layers, batch normalisation, ReLU, pooling, sums and "
        + "concatenations")
  }
}
