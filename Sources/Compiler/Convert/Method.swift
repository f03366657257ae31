/// A conversion method with its options: what `nmsim convert --method` takes.
///
/// Options that are nil were not given; `check()` refuses one that belongs to another method. `methods.md` of the
/// project's sources gives the equations; where a paper's text is wrong, the corrected reading is the default and
/// `literal` takes it as printed.
package struct Method: Sendable, Equatable {
  /// The methods under the names of the command line.
  package enum Name: String, Sendable, CaseIterable {
    /// One threshold a layer: the largest activation (Diehl et al. 2015).
    case maxNorm = "max-norm"
    /// One threshold a layer: a percentile of the non-zero activations (Rueckauer et al. 2017).
    case robustNorm = "robust-norm"
    /// One threshold a channel: its largest activation (Kim et al. 2020).
    case channelNorm = "channel-norm"
    /// One threshold a layer: the largest sum in any step of the spiking network (Sengupta et al. 2019).
    case spikeNorm = "spike-norm"
    /// `spike-norm` times a factor (Han et al. 2020).
    case rmp
    /// Phase code, one neuron a unit (Kim et al. 2018).
    case weightedSpikes = "weighted-spikes"
    /// One threshold a channel: its largest sum in any step of the spiking network (Nguyen and Lee 2022).
    case channelBalance = "channel-balance"
    /// Rate Norm Layers, stage 2 (Ding et al. 2021).
    case rateNorm = "rate-norm"
    /// Initial potentials and coding compensation (Li et al. 2023).
    case icSNN = "ic-snn"
    /// Double thresholds, one spike a step (Yu et al. 2020).
    case terMapping = "ter-mapping"
    /// Double thresholds, spikes with a count (Yu et al. 2020).
    case augMapping = "aug-mapping"
    /// Bistable neurons and phase code (Li, Zhao and Zeng 2022).
    case bsnn
  }
  /// Potential before the first step.
  package enum Initial: String, Sendable, CaseIterable { case zero, half }
  package enum Reset: String, Sendable, CaseIterable { case soft, hard }
  package enum Readout: String, Sendable, CaseIterable { case potential, spikes }
  /// `rate-norm`: one factor for all layers, or one for each.
  package enum Sharing: String, Sendable, CaseIterable { case shared, layer }
  /// `ic-snn`: from data (algorithm 2), compensation, both (algorithm 3), from the weights (algorithm 1).
  package enum Variant: String, Sendable, CaseIterable { case i, c, ic, weights }
  /// `ic-snn`: which potentials the mean is over: all, held to 0...threshold; those of at least 0; all as they are.
  package enum Membrane: String, Sendable, CaseIterable { case clamp, active, literal }

  package var name: Name
  /// Steps of the calibration and default of `run --ticks`, >= 1.
  package var steps: Int?
  /// `robust-norm`, `ic-snn`: above 0, at most 100. Standard 99.9.
  package var percentile: Double?
  /// `rmp`, `channel-balance`: factor of the thresholds, above 0. Standard 0.8 and 1.
  package var alpha: Double?
  /// `weighted-spikes`, `bsnn`: phases a period, 1...16. Standard 8 and 10.
  package var period: Int?
  /// `rate-norm`: weight of the rate inference loss, >= 0. Standard 0.1.
  package var lambda: Double?
  /// `rate-norm`: accuracy that may be lost, 0...1. Standard 0.005.
  package var tolerance: Double?
  package var sharing: Sharing?
  package var variant: Variant?
  package var membrane: Membrane?
  /// `aug-mapping`: largest count of a spike, >= 1. Nil: unbounded.
  package var maximumCount: Int?
  /// `bsnn`: residual shortcuts wait as long as the way beside them.
  package var usesSynchronousNeurons: Bool
  package var initial: Initial?
  package var reset: Reset?
  package var readout: Readout?
  package var isLiteral: Bool
  /// Seed of `spike-norm`'s and `rmp`'s random input spikes.
  package var seed: UInt64

  package init(
    _ name: Name, steps: Int? = nil, percentile: Double? = nil, alpha: Double? = nil, period: Int? = nil,
    lambda: Double? = nil, tolerance: Double? = nil, sharing: Sharing? = nil, variant: Variant? = nil,
    membrane: Membrane? = nil, maximumCount: Int? = nil, usesSynchronousNeurons: Bool = true, initial: Initial? = nil,
    reset: Reset? = nil, readout: Readout? = nil, isLiteral: Bool = false, seed: UInt64 = 0
  ) {
    self.name = name
    self.steps = steps
    self.percentile = percentile
    self.alpha = alpha
    self.period = period
    self.lambda = lambda
    self.tolerance = tolerance
    self.sharing = sharing
    self.variant = variant
    self.membrane = membrane
    self.maximumCount = maximumCount
    self.usesSynchronousNeurons = usesSynchronousNeurons
    self.initial = initial
    self.reset = reset
    self.readout = readout
    self.isLiteral = isLiteral
    self.seed = seed
  }
}

// MARK: What follows from the name

extension Method {
  /// Whether thresholds or initial potentials come from the spiking network itself.
  package var watchesSpikes: Bool {
    switch name {
    case .spikeNorm, .rmp, .channelBalance: true
    case .icSNN: initial == nil && (variant ?? .ic) != .c && variant != .weights
    default: false
    }
  }

  /// Calibration samples unless told otherwise: 1,000, or 500 where the spiking network is watched.
  package var standardSamples: Int { watchesSpikes ? 500 : 1000 }

  /// Whether it cannot do without calibration data.
  package var needsCalibration: Bool { name != .augMapping }

  /// Whether it gives a meaning to negative activations.
  package var convertsLeakyReLU: Bool { name == .terMapping || name == .augMapping }

  /// Neurons integrate and fire, one spike worth the same at any time.
  var usesIntegrateFire: Bool {
    switch name {
    case .weightedSpikes, .bsnn, .terMapping, .augMapping: false
    default: true
    }
  }

  var readoutOrStandard: Readout { readout ?? .potential }
  var percentileOrStandard: Double { percentile ?? 99.9 }
  var alphaOrStandard: Double { alpha ?? (name == .rmp ? 0.8 : 1) }
  var periodOrStandard: Int { period ?? (name == .bsnn ? 10 : 8) }

  /// Steps unless told otherwise; `layers` = `D`. BSNN's first answer is complete at `D * K`.
  func stepsOrStandard(layers: Int) -> Int {
    if let steps { return steps }
    switch name {
    case .bsnn: return layers * periodOrStandard
    case .weightedSpikes: return 2 * periodOrStandard
    case .terMapping: return 64
    case .augMapping: return 16
    default: return 32
    }
  }
}

// MARK: Check

extension Method {
  /// Refuses options of other methods and values out of range.
  /// - Throws: `ConversionError.foreignOption`, `ConversionError.optionRange`.
  package func check() throws(ConversionError) {
    let rateMethods = Name.allCases.filter { $0 != .weightedSpikes && $0 != .bsnn }
    let integrateFire = Name.allCases.filter { Method($0).usesIntegrateFire }
    let rules: [(option: String, isGiven: Bool, methods: [Name])] = [
      ("--percentile", percentile != nil, [.robustNorm, .icSNN]),
      ("--alpha", alpha != nil, [.rmp, .channelBalance]),
      ("--period", period != nil, [.weightedSpikes, .bsnn]),
      ("--lambda", lambda != nil, [.rateNorm]),
      ("--tolerance", tolerance != nil, [.rateNorm]),
      ("--p", sharing != nil, [.rateNorm]),
      ("--variant", variant != nil, [.icSNN]),
      ("--membrane", membrane != nil, [.icSNN]),
      ("--max-count", maximumCount != nil, [.augMapping]),
      ("--no-synchronous-neurons", !usesSynchronousNeurons, [.bsnn]),
      ("--initial", initial != nil, rateMethods),
      ("--reset hard", reset == .hard, integrateFire.filter { $0 != .icSNN }),
      ("--literal", isLiteral, [.channelBalance, .rateNorm, .icSNN, .terMapping, .augMapping]),
    ]
    for rule in rules where rule.isGiven && !rule.methods.contains(name) {
      throw .foreignOption(rule.option, method: name.rawValue, methods: rule.methods.map(\.rawValue))
    }
    let ranges: [(option: String, holds: Bool, value: Double, rule: String)] = [
      ("--steps", (1...1_000_000).contains(steps ?? 1), Double(steps ?? 1), "1 to 1,000,000"),
      ("--percentile", (percentile ?? 1) > 0 && (percentile ?? 1) <= 100, percentile ?? 1, "above 0, at most 100"),
      ("--alpha", (alpha ?? 1) > 0 && (alpha ?? 1).isFinite, alpha ?? 1, "above 0"),
      ("--period", (1...16).contains(period ?? 1), Double(period ?? 1), "1 to 16"),
      ("--lambda", (lambda ?? 0) >= 0 && (lambda ?? 0).isFinite, lambda ?? 0, "at least 0"),
      ("--tolerance", (0...1).contains(tolerance ?? 0), tolerance ?? 0, "0 to 1"),
      (
        "--max-count", (1...Int(Int32.max)).contains(maximumCount ?? 1), Double(maximumCount ?? 1), "1 to 2,147,483,647"
      ),
    ]
    for range in ranges where !range.holds {
      throw .optionRange(range.option, value: range.value, rule: range.rule)
    }
  }
}
