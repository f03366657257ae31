import ChipModel

/// A model in the form conversion works on, and what was done to get there.
package struct ImportedModel: Sendable, Equatable {
  package var network: AnalogNetwork
  /// How the file's own output comes of the network's.
  package var output: OutputForm
  package var report: ImportReport
  /// Files that hold weights, relative to the model's folder.
  package var files: [String]
}

/// Reads ONNX files as PyTorch's exporters and tf2onnx write them.
package enum ONNXImporter {
  /// Largest file, bytes.
  package static let maximumBytes = 1 << 31

  /// Reads a model.
  ///
  /// The batch size becomes 1; weights are read from `folder` where the exporter put them into a file beside the model.
  /// Deterministic; memory is bounded by the sizes of the files and the limits of the importer.
  /// - Parameters:
  ///   - bytes: the whole `.onnx` file.
  ///   - folder: the folder it lies in; nil for a model that came from a pipe.
  ///   - name: what the network is to be called.
  ///   - options: what is asked beyond the file.
  /// - Throws: `ImportError` for anything that cannot be imported exactly; it names node, operator and remedy.
  package static func read(
    _ bytes: [UInt8], folder: String?, name: String, _ options: ImportOptions = ImportOptions()
  ) throws(ImportError) -> ImportedModel {
    try model(ONNXModel(bytes: bytes, folder: folder), name: name, options)
  }

  /// The same of a model as stored.
  static func model(
    _ model: ONNXModel, name: String, _ options: ImportOptions = ImportOptions()
  ) throws(ImportError) -> ImportedModel {
    func imported(hasBatchAxis: Bool) throws(ImportError) -> ImportedModel {
      var canonicaliser = Canonicaliser(
        try ONNXGraph(model, options.selection, hasBatchAxis: hasBatchAxis), options)
      return try canonicaliser.run(name: name, model: model)
    }
    do {
      return try imported(hasBatchAxis: true)
    } catch {
      // A fixed first size may be a batch size or a part of the sample.
      let mayLackBatch = model.graph.inputs.contains { $0.shape?.count == 1 || $0.fixedBatch != nil }
      guard mayLackBatch, let model = try? imported(hasBatchAxis: false) else { throw error }
      return model
    }
  }
}
