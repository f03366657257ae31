/// What the importer did: one entry per node of the model that carries data, in the model's order.
public struct ImportReport: Sendable, Equatable {
  public var entries: [ImportEntry]
  /// Remarks that concern the whole model, or something that was changed on the way.
  public var notes: [String]
  /// Floating-point numbers stored in the model: weights, biases, batch normalisation.
  public var storedParameters: Int
  /// Multiply-accumulates of one inference of the imported network; padding is not counted.
  public var multiplyAccumulates: Int
  /// Weights and biases of the imported network.
  public var parameters: Int
  /// Who wrote the file, and its operator set.
  public var producer: String
  public var opset: Int
}

/// One node of the model: what came in and what it became.
public struct ImportEntry: Sendable, Equatable {
  /// The node's name in the model.
  public var node: String
  /// Its operator with the attributes that matter, for example `Conv 3x3 stride 2`.
  public var operation: String
  /// Shape of its output, without the batch axis.
  public var shape: [Int]
  /// What it became, for example `weights of layer 'conv1'`.
  public var became: String
  /// The layer it ended in, where there is one.
  public var layer: String?
}
