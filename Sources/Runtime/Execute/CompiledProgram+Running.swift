import ChipModel

// How a program of a user of the library runs.

/// A spike that a neuron sent.
public struct NeuronSpike: Sendable, Hashable {
  /// Row-major in its population, `(c * H + y) * W + x`.
  public let neuron: Int
  /// Signed count that it carries; 1 unless the neuron model says otherwise.
  public let payload: Int
}

extension CompiledProgram {
  /// Runs the program on the first samples of a data set with the fast engine, on all processors.
  ///
  /// Deterministic: the same for any number of processors.
  /// - Parameters:
  ///   - data: raw samples of `inputShape`.
  ///   - steps: `T` of each inference, 1...1,000,000; nil: what the network was calibrated for.
  ///   - samples: how many, from the first; nil: all.
  ///   - target: accuracy up to which energy is counted, a fraction of 1; nil: ``CountedRun/standardTarget``.
  /// - Throws: `NmsimError`: the data do not fit, or the run passes a limit.
  public func run(
    _ data: Dataset, steps: Int? = nil, samples: Int? = nil, target: Double? = nil
  ) throws(NmsimError) -> CountedRun {
    guard let steps = steps ?? self.steps else {
      throw NmsimError("program '\(escaped(name))' does not say for how many steps it was made; give 'steps'")
    }
    let samples = samples ?? data.count
    guard samples >= 0, samples <= data.count else {
      throw NmsimError("\(samples) samples asked for, the data has \(data.count); ask for fewer")
    }
    try check(data, steps: steps)
    return try NmsimError.from {
      try OperationCounts.check(self, steps: steps, samples: samples)
      try MemoryBudget.standard.check(memoryToRun)
      let observer = try RunObserver(self, steps: steps, samples: samples)
      var run = Run(steps: steps, samples: samples, threads: Processors.available, keepsOutputs: true)
      run.tracedSamples = observer.tracedSamples
      let record = try run(self, data: data, observe: observer.tracedSamples > 0 ? observer.observe : nil)
      return try CountedRun(self, record, observer.observation, target: target)
    }
  }

  /// The spikes of one population while the fast engine runs one sample: `[step][spike]`, by neuron.
  /// - Parameters:
  ///   - population: its name.
  ///   - data: raw samples of `inputShape`.
  ///   - sample: index of the sample.
  ///   - steps: `T`, 1...1,000,000. The population's first step is the first tick in which it may fire.
  /// - Throws: `NmsimError`: there is no such population or sample, or the data do not fit.
  public func spikes(
    of population: String, in data: Dataset, sample: Int = 0, steps: Int
  ) throws(NmsimError) -> [[NeuronSpike]] {
    let index = try index(of: population)
    try check(data, steps: steps)
    return try NmsimError.from {
      try MemoryBudget.standard.check(memoryToRun)
      var runner = LayerRunner(plan: EnginePlan(self), steps: steps)
      _ = runner.run(try values(of: data, sample: sample))
      let train = runner.trains[index]
      return (0..<train.steps).map { step in
        var spikes: [NeuronSpike] = []
        train.forEachSpike(step: step) { spikes.append(NeuronSpike(neuron: $0, payload: Int($1))) }
        return spikes.sorted { $0.neuron < $1.neuron }
      }
    }
  }

  /// The chip with this program, to be stepped tick by tick: slow, and equal to the fast engine bit for bit.
  /// - Parameter steps: `T` of an inference, 1...1,000,000.
  /// - Throws: `NmsimError`: such a run passes a limit.
  public func interpreter(steps: Int) throws(NmsimError) -> ChipInterpreter {
    try accept(steps: steps)
    return try NmsimError.from {
      try MemoryBudget.standard.check(memoryToRun)
      return ChipInterpreter(self, steps: steps)
    }
  }

  /// The input values of a sample, cut to the calibrated range.
  package func values(of data: Dataset, sample: Int) throws(DatasetError) -> [Double] {
    var values: [Double] = []
    _ = try read(sample, of: data, into: &values)
    return values
  }

  /// The same into an array that is used again.
  /// - Returns: values that were beyond the calibrated range.
  func read(_ sample: Int, of data: Dataset, into values: inout [Double]) throws(DatasetError) -> Int {
    try data.values(ofSample: sample, preprocessing: network.preprocessing, within: network.inputRange, into: &values)
    if takesEvents, let element = values.firstIndex(where: { $0 != $0.rounded() }) {
      throw .notWhole(sample: sample, element: element, values[element])
    }
    return network.calibratedRange?.cut(&values) ?? 0
  }

  func check(_ data: Dataset) throws(NmsimError) {
    guard (takesEvents ? Array(data.shape.dropFirst()) : data.shape) == inputShape else {
      throw NmsimError(
        "samples of shape \(data.shape) do not fit the input of '\(escaped(name))', \(inputShape); give data of its shape")
    }
  }

  /// Whether recorded samples are long enough.
  package func checkRecording(_ data: Dataset, steps: Int) throws(DatasetError) {
    if takesEvents, data.shape[0] < steps { throw .recording(steps: data.shape[0], asked: steps) }
  }

  private func check(_ data: Dataset, steps: Int) throws(NmsimError) {
    try check(data)
    try accept(steps: steps)
    try NmsimError.from { try checkRecording(data, steps: steps) }
  }

  private func accept(steps: Int) throws(NmsimError) {
    try NmsimError.from { try check(steps: steps) }
  }
}
