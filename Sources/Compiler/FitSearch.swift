import ChipModel

/// Looks for the option of `compile` with which a refused network fits the same chip.
package enum FitSearch {
  /// The first of a few options, by trying, such as `--weight-bits 4`; nil where the refusal is not about numbers, or none
  /// of them helps.
  ///
  /// - Parameters:
  ///   - network: that was refused.
  ///   - chip: that it was to be compiled for.
  ///   - options: with which it was refused.
  ///   - error: the refusal with `options` as they are.
  /// - Complexity: at most 14 compilations.
  package static func option(
    for network: CheckedNetwork, chip: ChipDescription, options: CompileOptions, after error: CompileError
  ) -> String? {
    for (words, candidate) in candidates(chip, options, error) {
      if (try? CompiledProgram.compile(network, chip: chip, options: candidate)) != nil { return words }
    }
    return nil
  }

  /// What may help, mildest change first.
  private static func candidates(
    _ chip: ChipDescription, _ options: CompileOptions, _ error: CompileError
  ) -> [(String, CompileOptions)] {
    let weightBits = options.weightBits ?? chip.defaultWeightBits
    let fractionBits = options.fractionBits ?? chip.fractionBits
    // Wide synapses of a fixed size do not shrink with their weights.
    let shrinks = chip.bitsPerSynapse == nil
    var result: [(String, CompileOptions)] = []
    func fewerWeightBits() {
      for bits in (2..<max(2, weightBits)).reversed() {
        var changed = options
        changed.weightBits = bits
        result.append(("--weight-bits \(bits)", changed))
      }
    }
    switch error {
    case .sumDoesNotFit, .doesNotFit, .axonTypes:
      fewerWeightBits()
    case .thresholdBelowOne:
      let first = max(1, fractionBits + 1)
      for bits in first..<max(first, 9) {
        var changed = options
        changed.fractionBits = bits
        result.append(("--fraction-bits \(bits)", changed))
      }
    case .capacity(_, _, let what, _, _, _):
      if shrinks, what.hasPrefix("bits of synapse memory") { fewerWeightBits() }
    case .tooManyCores, .tooFewLiveCores, .noCoreOfKind:
      if shrinks { fewerWeightBits() }
    case .width, .unsupportedModel, .periodCodeNeedsWindows, .mixedAmplitude, .thresholdsPerNeuron, .integerWeight,
      .delay, .parallelSynapses, .chipRule, .weightRange, .mapping, .option, .cutOff, .deadPlaces, .stuckBits, .memory:
      break
    }
    return result
  }
}
