import ChipModel

// What a user of the library asks a run.

extension CountedRun {
  /// Fraction of the samples decided right after the last step; nil without labels.
  public var accuracy: Double? { record.accuracy }

  /// The class of each sample: index of the largest output after the last step, the lowest on ties; of a
  /// single output 1 where it is above 0.
  public var predictions: [Int] { record.predictions }

  /// The outputs of each sample after the last step, in units of the trained network: `[sample][output]`. Spike counts, where
  /// the network is read by them, are rates times the value of a spike. What the network does with its outputs at the end, a
  /// ReLU for example, is done; a last softmax is not.
  public var outputs: [[Double]] { record.values(of: program) }

  /// Seconds that the chip takes for an inference, by its own tick or as measured on the first samples; nil: unknown.
  public var secondsPerInference: Double? { time.secondsPerInference }

  /// What one population counted.
  /// - Throws: `NmsimError`: the program has no population of the name.
  public func counts(of population: String) throws(NmsimError) -> OperationCounts.PopulationCounts {
    counts.populations[try program.index(of: population)]
  }

  /// What a model says of the run. Accounts stand side by side and are never added.
  public func account(by model: any EnergyModel) -> EnergyAccount {
    var account = model.account(of: self)
    account.name = model.name
    if account.source == nil { account.source = model.source }
    return account
  }

  /// What one of nmsim's models says: `spike`, `operation` or `chip`; nil for another name.
  public func account(_ name: String) -> EnergyAccount? { EnergyModels.named(name).map { account(by: $0) } }

  /// Writes what `nmsim energy` and `nmsim report` show: `run.json` (`docs/run-json.md`).
  /// - Parameters:
  ///   - path: of the file.
  ///   - models: whose accounts stand in it beside nmsim's.
  /// - Throws: `NmsimError`: the file cannot be written.
  public func write(to path: String, models: [any EnergyModel] = []) throws(NmsimError) {
    try NmsimError.from {
      let result = try RunResult(
        program: program, record: record, models: EnergyModels.all() + models, target: target, time: time)
      try AtomicFile.write(JSONWriter.bytes(of: result.document), to: path)
    }
  }
}

extension RunRecord {
  /// The outputs in units of the trained network, `[sample][output]`: potentials divided by the steps (periods, under a
  /// period code) that they were added up over; spike counts as rates times the value of a spike; then what the network does
  /// with its sums at the end. Empty where they are not kept.
  package func values(of program: CompiledProgram) -> [[Double]] { program.values(ofOutputs: outputs, steps: steps) }
}

extension CompiledProgram {
  /// The same of outputs that were read after so many steps.
  package func values(ofOutputs outputs: [[Int]], steps: Int) -> [[Double]] {
    let program = self
    let population = program.populations[program.output.population]
    let (pixels, worth) = (population.shape.pixels, program.output.spikeValue)
    let spans = Double(max(1, population.model.codePeriod.map { steps / $0 - population.gatedPeriods } ?? steps))
    return outputs.map { sample in
      sample.enumerated().map { index, output in
        let isPotential = program.output.readout == .potential
        let value =
          isPotential
          ? population.value(ofPotential: output, index: index, fractionBits: program.fractionBits)
          : Double(output) * worth[worth.count == 1 ? 0 : worth.count == sample.count ? index : index / pixels]
        return program.output.activation.applied(to: value / spans)
      }
    }
  }
}
