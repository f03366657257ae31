import ChipModel

/// Samples that thresholds are found with.
package struct CalibrationData: Sendable {
  /// What provenance calls it, for example the file's name.
  package var name: String
  /// Of the network's input shape. Without labels the ANN's own decisions stand in for them.
  package var dataset: Dataset
  /// How many, from the first; nil: the method's standard, or all where there are fewer.
  package var samples: Int?

  package init(name: String, dataset: Dataset, samples: Int? = nil) {
    self.name = name
    self.dataset = dataset
    self.samples = samples
  }
}

/// How far a conversion is. Handlers are called from any thread.
package struct ConversionProgress: Sendable, Equatable {
  /// What is being done, for example `largest sums of 'conv2'`.
  package var stage: String
  /// Samples of this stage, and how many of them just finished.
  package var total: Int
  package var finished: Int
  package init(stage: String, total: Int, finished: Int) {
    self.stage = stage
    self.total = total
    self.finished = finished
  }

  package typealias Handler = @Sendable (ConversionProgress) -> Void
}

/// A converted network and the account of how it was made.
package struct ConversionResult: Sendable {
  package var network: Network
  package var report: ConversionReport
}

/// Converts a trained network into a spiking one.
package enum Conversion {
  /// Converts by one method.
  ///
  /// Deterministic: the same network, settings and data give the same result for any number of threads.
  /// - Parameters:
  ///   - network: to convert.
  ///   - settings: a method and the values of its parameters.
  ///   - preprocessing: how raw data become the network's input; kept in the result.
  ///   - calibration: needed by every method but `aug-mapping`.
  ///   - threads: at most this many; nil: as many as this process may use.
  ///   - progress: called as samples finish; nil: not reported.
  /// - Throws: `ConversionError`.
  package static func run(
    _ network: AnalogNetwork, _ settings: ConversionSettings, preprocessing: Preprocessing = .identity,
    calibration: CalibrationData? = nil, threads: Int? = nil, progress: ConversionProgress.Handler? = nil
  ) throws(ConversionError) -> ConversionResult {
    try settings.check()
    try check(network, method: settings.method)
    let evaluator: FloatEvaluator
    do throws(AnalogNetworkError) { evaluator = try FloatEvaluator(network) } catch { throw .network(error) }
    // What the compiler refuses is refused before anything is calibrated.
    var draft = SpikingDraft(network)
    draft.neurons[network.output] = NetworkNeuron(model: .accumulator)
    do throws(NetworkCheckError) { _ = try draft.build(preprocessing: preprocessing).checked() } catch {
      throw .check(error)
    }
    if calibration == nil && settings.method.needsCalibration { throw .needsCalibration(method: settings.name) }
    var stage = ConversionStage(
      network: network, settings: settings, evaluator: evaluator, threads: threads, progress: progress)
    try settings.with(.steps, stage.steps).checkLag()
    if let calibration { try stage.load(calibration, preprocessing: preprocessing) }
    try stage.convert()
    return finish(stage, preprocessing: preprocessing, calibration: calibration)
  }

  /// The network of a stage that has converted, with the range of its input.
  static func finish(
    _ stage: ConversionStage, preprocessing: Preprocessing, calibration: CalibrationData?
  ) -> ConversionResult {
    var result = stage.result(preprocessing: preprocessing, calibrationName: calibration?.name)
    let seen = stage.samples.extremes
    // Bytes promise the range of every input; real numbers promise nothing, and show what calibration shows.
    if case .uint8? = calibration?.dataset.values {
      result.network.input.range = InputRange(
        raw: 0...255, preprocessing: preprocessing, shape: stage.network.inputShape)
    } else {
      result.network.input.calibratedRange = seen.flatMap { InputRange(showing: [$0.least, $0.most]) }
    }
    if let seen, seen.least < 0 || seen.most > 1 {
      result.network.input.shownRange = InputRange(low: Double(seen.least), high: Double(seen.most))
    }
    return result
  }

  /// What no method can do without, and activations that this one cannot carry.
  static func check(_ network: AnalogNetwork, method: ConversionMethod) throws(ConversionError) {
    do throws(AnalogNetworkError) { try network.validate() } catch { throw .network(error) }
    for (index, layer) in network.layers.enumerated() {
      for connection in layer.connections where connection.source == .layer(network.output) {
        throw .outputFeeds(output: network.layers[network.output].name, layer: layer.name)
      }
      guard index != network.output else { continue }
      switch layer.activation {
      case .none: throw .noActivation(layer: layer.name)
      case .leakyRelu where !method.convertsLeakyReLU:
        throw .negativeActivation(layer: layer.name, activation: layer.activation.text, method: method.name)
      default: break
      }
    }
  }
}
