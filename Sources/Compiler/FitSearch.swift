import ChipModel

/// Looks for the value of a parameter of `compile` with which a refused network fits the same chip.
package enum FitSearch {
  /// The first of a few values, by trying, such as 4 weight bits; nil where the refusal is not about numbers, or none
  /// of them helps.
  ///
  /// - Parameters:
  ///   - network: that was refused.
  ///   - chip: that it was to be compiled for.
  ///   - options: with which it was refused.
  ///   - error: the refusal with `options` as they are.
  /// - Complexity: at most 14 compilations.
  package static func remedy(
    for network: CheckedNetwork, chip: ChipDescription, options: CompileOptions, after error: CompileError
  ) -> (number: ChipNumber, value: Int)? {
    candidates(chip, options, error).first { number, value in
      var changed = options
      changed.numbers[number] = value
      return (try? CompiledProgram.compile(network, chip: chip, options: changed)) != nil
    }
  }

  /// What may help, mildest change first.
  private static func candidates(
    _ chip: ChipDescription, _ options: CompileOptions, _ error: CompileError
  ) -> [(number: ChipNumber, value: Int)] {
    let weightBits = options.weightBits ?? chip.defaultWeightBits
    let fractionBits = options.fractionBits ?? chip.fractionBits
    // Wide synapses of a fixed size do not shrink with their weights.
    let shrinks = chip.bitsPerSynapse == nil
    let fewer = (2..<max(2, weightBits)).reversed().map { (number: ChipNumber.weightBits, value: $0) }
    switch error {
    case .sumDoesNotFit, .doesNotFit, .axonTypes: return fewer
    case .thresholdBelowOne:
      let first = max(1, fractionBits + 1)
      return (first..<max(first, 9)).map { (number: ChipNumber.fractionBits, value: $0) }
    case .capacity(_, _, let what, _, _, _, _, _): return shrinks && what.hasPrefix("bits of synapse memory") ? fewer : []
    case .tooManyCores, .tooFewLiveCores, .noCoreOfKind: return shrinks ? fewer : []
    case .lagNeedsWindows, .circleWithLag, .stepsOfNothing, .separatedNeedsSteps, .switchesNeedSeparation, .noLag, .lagHidesSpikes,
      .lagTooLong, .ofNetwork, .biasesNeedTime, .width, .unsupportedModel, .unsupportedReset, .periodCodeNeedsWindows, .mixedAmplitude,
      .thresholdsPerNeuron, .integerWeight, .delay, .parallelSynapses, .chipRule, .weightRange, .mapping, .option, .cutOff,
      .deadPlaces, .stuckBits, .memory:
      return []
    }
  }
}
