import ChipModel
import Runtime

/// Where a spiking network loses what the original network knows, layer by layer and stage by stage.
package struct Explanation: Sendable {
  /// Of values, accuracies are the shares of their variance that are explained.
  package var task: OutputTask
  package var samples: Int
  package var steps: Int
  /// False: there are no labels and the original network's own decisions stand in for them.
  package var hasLabels: Bool
  package var weightBits: Int
  package var membraneBits: Int
  /// Accuracy of the original network in floats, a fraction.
  package var original: Double
  /// Accuracies of the spiking networks.
  package var accuracy: PerExecution<Double>
  /// The execution before each stage beside the one after it, in the order of the stages; empty without samples.
  package var stages: [PairedAccuracy]
  /// Sources before targets; the readout where its sources are.
  package var layers: [ExplainedLayer]
  /// What the chip's outputs are more than the original's, over samples and outputs (figure 5 of Li, Zhao, Zeng 2022); nil
  /// without samples.
  package var outputDifferences: Histogram?
  package var notes: [String]
  /// What was tried against the loss, that which gains most first.
  package var remedies: [Remedy] = []
}

/// A change that was tried on the same samples.
package struct Remedy: Sendable, Equatable {
  package enum Change: Sendable, Equatable {
    case steps(Int)
    /// Initial potentials of half a threshold.
    case half
    /// Max pools emit by how much their largest count rose, instead of the spike of the neuron that has it.
    case countGate
    /// Thresholds times a factor.
    case thresholds(Double)
    case weightBits(Int)
    case fractionBits(Int)
    case membraneBits(Int)
  }

  package var change: Change
  /// The chip with it beside the chip without.
  package var gain: PairedAccuracy
}

/// One figure for each way to execute the spiking network, from the least changed to the chip.
package struct PerExecution<Value: Sendable>: Sendable {
  /// The rates that infinitely many steps would give: only the thresholds' limits are in it.
  package var limit: Value
  /// The spiking network in 64-bit floats.
  package var real: Value
  /// Weights, thresholds and input in the chip's integers, membranes of 32 bits.
  package var integer: Value
  /// The same with the chip's membranes.
  package var chip: Value

  package init(limit: Value, real: Value, integer: Value, chip: Value) {
    (self.limit, self.real, self.integer, self.chip) = (limit, real, integer, chip)
  }

  /// The same for all.
  init(_ value: Value) { self.init(limit: value, real: value, integer: value, chip: value) }

  subscript(execution: Execution) -> Value {
    get { self[keyPath: execution.path()] }
    set { self[keyPath: execution.path()] = newValue }
  }

  func map<Result>(_ change: (Value) -> Result) -> PerExecution<Result> {
    PerExecution<Result>(limit: change(limit), real: change(real), integer: change(integer), chip: change(chip))
  }

  /// Changes each figure by the other's.
  mutating func merge<Other>(_ other: PerExecution<Other>, _ change: (inout Value, Other) -> Void) {
    change(&limit, other.limit)
    change(&real, other.real)
    change(&integer, other.integer)
    change(&chip, other.chip)
  }
}

/// A way to execute the spiking network on the engine.
enum Execution: Sendable {
  case integer, chip

  func path<Value>() -> WritableKeyPath<PerExecution<Value>, Value> { self == .chip ? \.chip : \.integer }
}

extension PerExecution: Equatable where Value: Equatable {}

/// One population.
package struct ExplainedLayer: Sendable {
  package var name: String
  package var neurons: Int
  /// False: an accumulator, which has no rates.
  package var spikes: Bool
  /// Mean over the samples of the cosine between the original's activations and the spiking network's (rate times the
  /// value of a spike; the potential of an accumulator); nil where the original is silent on all samples.
  package var cosine: PerExecution<Double?>
  /// Accuracy if this layer and those before it spike and the rest is the original network in floats; nil where a network
  /// has more layers than are tried (``Explainer/mostCuts``).
  package var accuracy: PerExecution<Double>?
  /// As those of the whole, with this layer and those before it spiking.
  package var stages: [PairedAccuracy]?
  /// Whether spikes reach it through gates of max pooling.
  package var isBehindMaxPool: Bool
  /// Spikes a neuron and step on the chip.
  package var meanRate: Double
  /// Neurons that never spike on the chip on any sample.
  package var silent: Int
  /// Fraction of all (sample, neuron) pairs that spike as often as the code allows: their rate cannot grow.
  package var full: Double
  /// Fraction of its spikes that neurons send whose activation in the original is not above 0 (spikes of inactivated
  /// neurons, Li, Zhao, Zeng 2022); nil for a layer that sends none.
  package var inactivated: Double?
  /// Fraction of all membrane updates that the chip saturates.
  package var saturated: Double
  /// Omega of the limit's rates, sum r / sum r^2 (Ding et al. 2021, equation 8); nil for a silent layer.
  package var omega: Double?
  /// K(t) = |N / t - r|^2 / |r|^2 of the real-valued network after each step, r the limit's rates (equation 7); empty for
  /// a silent layer and for accumulators.
  package var kCurve: [Double]
  /// Mean over samples of the cosine between the chip's rates up to each step and the original's activations (Yu et al. 2020,
  /// equation 14); empty for accumulators and where the original is silent.
  package var similarity: [Double]
  /// Counts a neuron and step on the chip, by channel (Ngu, Lee 2022, figure 7); empty for accumulators.
  package var channelRates: [Double]
  /// In units of the original, by channel, infinite where none fires; empty for accumulators.
  package var channelThresholds: [Double]
}

/// How often values lie where, in bins of equal width.
package struct Histogram: Sendable, Equatable {
  package static let bins = 41
  package var least: Double
  package var most: Double
  package var mean: Double
  package var deviation: Double
  package var counts: [Int]

  /// Nil without values.
  init?(_ values: [Double]) {
    guard let least = values.min(), let most = values.max(), (most - least).isFinite else { return nil }
    (self.least, self.most) = (least, most)
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    self.mean = mean
    deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count).squareRoot()
    counts = [Int](repeating: 0, count: Self.bins)
    for value in values {
      let share = most > least ? (value - least) / (most - least) : 0.5
      counts[min(Self.bins - 1, max(0, Int(exactly: (share * Double(Self.bins)).rounded(.down)) ?? 0))] += 1
    }
  }
}

// MARK: - The finding

extension Explanation {
  /// What can cost accuracy, in the order in which it comes.
  package enum Stage: String, Sendable, CaseIterable { case conversion, rounding, saturation }

  /// Why, as far as the figures tell.
  package enum Cause: String, Sendable, Equatable {
    /// The limit's rates lose as much: thresholds cut activations, or spikes are not worth their thresholds.
    case thresholds
    /// More steps would help: the limit's rates do not lose it.
    case steps
    case weights
    case membranes
  }

  /// The stage that loses most, and where.
  package struct Finding: Sendable, Equatable {
    package var stage: Stage
    /// Points (hundredths) that the stage loses.
    package var points: Double
    /// Index of the first layer after which at least half of it is lost; nil: the samples do not tell.
    package var layer: Int?
    package var cause: Cause
  }

  /// Fractions of accuracy that each stage loses; negative: gained.
  package var losses: [(stage: Stage, loss: Double)] {
    [
      (.conversion, original - accuracy.real), (.rounding, accuracy.real - accuracy.integer),
      (.saturation, accuracy.integer - accuracy.chip),
    ]
  }

  /// What is worth telling: at least half a point and more than one sample.
  private var least: Double { max(0.005, 1.5 / Double(max(1, samples))) }

  /// Whether the network loses half a point on the whole way, whatever the samples tell.
  package var losesSomething: Bool { original - accuracy.chip >= least }

  /// The stage that loses most; nil: none loses half a point, or the samples cannot tell that one does.
  package var finding: Finding? {
    guard let (place, pair) = stages.enumerated().max(by: { $0.element.difference < $1.element.difference }),
      pair.difference >= least, pair.isAhead
    else { return nil }
    let worst = (stage: Stage.allCases[place], loss: pair.difference)
    let first = layers.firstIndex { layer in
      guard let pair = layer.stages.flatMap({ place < $0.count ? $0[place] : nil }) else { return false }
      return pair.isAhead && pair.difference >= max(worst.loss / 2, least / 2)
    }
    let cause: Cause =
      switch worst.stage {
      case .conversion: original - accuracy.limit >= worst.loss / 2 ? .thresholds : .steps
      case .rounding: .weights
      case .saturation: .membranes
      }
    return Finding(stage: worst.stage, points: worst.loss * 100, layer: first, cause: cause)
  }
}
