import ChipModel

extension AnalogNetwork {
  /// Reads a trained network from an ONNX file of PyTorch or Keras.
  /// - Throws: `NmsimError`: there is no such file, or something in it has no exact counterpart; the line names node,
  ///   operator and remedy.
  public init(onnx path: String) throws(NmsimError) {
    let bytes = try NmsimError.from { try FileReader.bytes(of: path, limit: ONNXImporter.maximumBytes) }
    do throws(ImportError) {
      self = try ONNXImporter.read(
        bytes, folder: PathText.folder(of: path), name: PathText.baseName(of: path, without: ".onnx")).network
    } catch {
      throw NmsimError("\(escaped(path)): \(error)")
    }
  }

  /// The spiking network that a method makes of this one.
  ///
  /// Deterministic: the same for any number of processors.
  /// - Parameters:
  ///   - method: one of nmsim's or one's own.
  ///   - steps: that thresholds are found for, and that runs take unless told otherwise; nil: the method's.
  ///   - calibration: samples that thresholds are found with, of which a method takes the first 500 or 1,000. Without labels
  ///     the decisions of this network stand in for them.
  ///   - preprocessing: how raw samples become input values; becomes a part of the network.
  /// - Throws: `NmsimError`: the method cannot carry the network, or not without calibration.
  public func converted(
    by method: ConversionMethod, steps: Int? = nil, calibration: Dataset? = nil, preprocessing: Preprocessing = .identity
  ) throws(NmsimError) -> Network {
    try converted(
      by: ConversionSettings(method).with(.steps, steps), calibration: calibration, preprocessing: preprocessing)
  }

  /// The spiking network that a method makes of this one with some values of its parameters.
  /// - Parameters:
  ///   - settings: the method and the values.
  ///   - calibration: samples that thresholds are found with.
  ///   - preprocessing: how raw samples become input values; becomes a part of the network.
  /// - Throws: `NmsimError`: a value is out of range or another method's, or the method cannot carry the network.
  public func converted(
    by settings: ConversionSettings, calibration: Dataset? = nil, preprocessing: Preprocessing = .identity
  ) throws(NmsimError) -> Network {
    let data = calibration.map { CalibrationData(name: "samples in memory", dataset: $0) }
    return try NmsimError.from {
      try Conversion.run(self, settings, preprocessing: preprocessing, calibration: data).network
    }
  }
}
