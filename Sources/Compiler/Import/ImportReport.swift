/// What the importer did: one entry per node of the model that carries data, in the model's order.
package struct ImportReport: Sendable, Equatable {
  package var entries: [ImportEntry]
  /// Remarks that concern the whole model, or something that was changed on the way.
  package var notes: [String]
  /// Outputs of the model that were not asked for, where the first was taken for want of a name.
  package var otherOutputs: [String]
  /// Floating-point numbers stored in the model: weights, biases, batch normalisation.
  package var storedParameters: Int
  /// Of the file, before anything was rewritten.
  package var cost: NetworkCost
  /// Who wrote the file, and its operator set.
  package var producer: String
  package var opset: Int
}

/// One node of the model: what came in and what it became.
package struct ImportEntry: Sendable, Equatable {
  /// The node's name in the model.
  package var node: String
  /// Its operator with the attributes that matter, for example `Conv 3x3 stride 2`.
  package var operation: String
  /// Shape of its output, without the batch axis.
  package var shape: [Int]
  /// What it became, for example `weights of layer 'conv1'`.
  package var became: String
  /// The layer it ended in, where there is one.
  package var layer: String?
}
