import ChipModel

/// A spiking network in real numbers, as `net.json` holds it: the result of `convert`, the input of `compile`.
///
/// Values are in ANN units (the activations of the network it came from). Neuron indices are row-major over the
/// population's shape, `(c * H + y) * W + x`. Every value keeps the place in the file it came from only while it is
/// being read; a `Network` itself is plain data.
public struct Network: Sendable, Equatable {
  public var name: String
  public var input: NetworkInput
  public var populations: [NetworkPopulation]
  public var projections: [NetworkProjection]
  public var output: NetworkOutput
  /// The network this one was converted from, where known.
  public var ann: SourceNetwork?
  /// How it was made: method, options, calibration. Free-form, ordered, shown by `inspect`, copied into results.
  public var provenance: [ProvenanceEntry]
  /// Tensors by name: what `{"tensor": NAME}` refers to.
  public var tensors: [String: Tensor]

  public init(
    name: String, input: NetworkInput, populations: [NetworkPopulation], projections: [NetworkProjection],
    output: NetworkOutput, ann: SourceNetwork? = nil, provenance: [ProvenanceEntry] = [],
    tensors: [String: Tensor] = [:]
  ) {
    self.name = name
    self.input = input
    self.populations = populations
    self.projections = projections
    self.output = output
    self.ann = ann
    self.provenance = provenance
    self.tensors = tensors
  }
}

/// One line of a network's history, for example `method` = `robust-norm`.
public struct ProvenanceEntry: Sendable, Equatable {
  public var key: String
  public var value: ProvenanceValue
  public init(key: String, value: ProvenanceValue) {
    self.key = key
    self.value = value
  }
}

/// A provenance value: a string, a number or a flag.
public enum ProvenanceValue: Sendable, Equatable {
  case text(String)
  case number(Double)
  case flag(Bool)
}

/// The input of a network: shape `[C, H, W]` or `[N]`, how raw data becomes values, and data it may be tried on.
public struct NetworkInput: Sendable, Equatable {
  /// `current`: a constant current per neuron and tick, computed on the host once per sample.
  public enum Kind: String, Sendable, CaseIterable { case current }
  public var kind: Kind
  public var shape: [Int]
  /// What values have after preprocessing; nil: no promise. A run refuses samples outside.
  public var range: InputRange?
  public var preprocessing: Preprocessing
  /// Image file the network names as its own test data, relative to the network file.
  public var images: String?
  /// Label file beside it; nil: found by the image file's name.
  public var labels: String?
  public init(
    kind: Kind = .current, shape: [Int], range: InputRange? = nil, preprocessing: Preprocessing = .identity,
    images: String? = nil, labels: String? = nil
  ) {
    self.kind = kind
    self.shape = shape
    self.range = range
    self.preprocessing = preprocessing
    self.images = images
    self.labels = labels
  }
}

/// The neurons of one layer: shape `[C, H, W]` or `[N]`, one neuron model, biases.
public struct NetworkPopulation: Sendable, Equatable {
  public var name: String
  public var shape: [Int]
  public var neuron: NetworkNeuron
  /// Added to every sum each step, in ANN units; per population, channel or neuron. Nil: none.
  public var bias: Values?
  public init(name: String, shape: [Int], neuron: NetworkNeuron, bias: Values? = nil) {
    self.name = name
    self.shape = shape
    self.neuron = neuron
    self.bias = bias
  }
}

/// Neuron model and its real-valued parameters. Which are allowed depends on the model; see `docs/net-json.md`.
public struct NetworkNeuron: Sendable, Equatable {
  public enum Model: String, Sendable, CaseIterable {
    case `if`, augmented, ternary, phase, bistable, lif, accumulator
  }
  public var model: Model
  /// Positive threshold, > 0, ANN units; `infinity` = never fires. Nil only for `accumulator`.
  public var threshold: Values?
  /// Negative threshold, < 0, `augmented` and `ternary` only. Nil: absent.
  public var negativeThreshold: Values?
  /// What one spike is worth to the projections that leave, ANN units. Nil: the threshold.
  public var spikeValue: Values?
  /// Membrane potential before the first step, ANN units. Nil: 0.
  public var initial: Values?
  /// `if`, `lif`: subtract the threshold (soft) or set the potential to 0 (hard).
  public var hardReset: Bool
  /// `if`, `lif`: fire at `v > threshold` instead of `v >= threshold`.
  public var strict: Bool
  /// `augmented`: largest payload, >= 1. Nil: unbounded.
  public var maximumPayload: Int?
  /// `phase`, `bistable`: phases a period, 1...16.
  public var period: Int?
  /// `lif`: v -= v >> leakShift each step, 1...31.
  public var leakShift: Int?
  public init(
    model: Model, threshold: Values? = nil, negativeThreshold: Values? = nil, spikeValue: Values? = nil,
    initial: Values? = nil, hardReset: Bool = false, strict: Bool = false, maximumPayload: Int? = nil,
    period: Int? = nil, leakShift: Int? = nil
  ) {
    self.model = model
    self.threshold = threshold
    self.negativeThreshold = negativeThreshold
    self.spikeValue = spikeValue
    self.initial = initial
    self.hardReset = hardReset
    self.strict = strict
    self.maximumPayload = maximumPayload
    self.period = period
    self.leakShift = leakShift
  }
}

/// A number, a list, or a named tensor: one value for a population, one per channel, or one per neuron.
///
/// `[C]` values for a `[C, H, W]` population are per channel; `C*H*W` values are per neuron; for an `[N]` population
/// per neuron and per channel are the same.
public enum Values: Sendable, Equatable {
  case uniform(Double)
  case list([Double])
  case tensor(String)
}

/// The synapses from one population (or the input) to another. Pooling is part of it and comes before the weights.
public struct NetworkProjection: Sendable, Equatable {
  public enum Kind: String, Sendable, CaseIterable { case dense, conv2d, identity }
  public var name: String
  /// Source population; nil = the input (spelled `input` in the file).
  public var from: String?
  public var to: String
  public var kind: Kind
  /// dense `[N_out, N_in]`, conv2d `[C_out, C_in / groups, kH, kW]`, identity a scalar, `[C]` or nil (= 1).
  public var weights: Weights?
  public var pool: NetworkPool?
  /// `[y, x]`
  public var stride: [Int]
  /// `[top, left, bottom, right]`
  public var padding: [Int]
  /// `[y, x]`
  public var dilation: [Int]
  public var groups: Int
  /// Delay in ticks, >= 1, instead of the one that the schedule gives. Nil: the schedule's.
  public var delay: Int?
  public init(
    name: String, from: String?, to: String, kind: Kind, weights: Weights? = nil, pool: NetworkPool? = nil,
    stride: [Int] = [1, 1], padding: [Int] = [0, 0, 0, 0], dilation: [Int] = [1, 1], groups: Int = 1,
    delay: Int? = nil
  ) {
    self.name = name
    self.from = from
    self.to = to
    self.kind = kind
    self.weights = weights
    self.pool = pool
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    self.groups = groups
    self.delay = delay
  }
}

/// Weights by tensor name, or inline for tiny networks. An integer tensor is used as it is (scale 1, nothing folded
/// in).
public enum Weights: Sendable, Equatable {
  case tensor(String)
  case inline(Tensor)
}

/// Pooling of the source's spikes before the weights: `average` (divisor always kernel area) or `max` (gated by
/// counts).
public struct NetworkPool: Sendable, Equatable {
  public enum Kind: String, Sendable, CaseIterable { case average, max }
  public var kind: Kind
  /// `[y, x]`
  public var kernel: [Int]
  /// `[y, x]`
  public var stride: [Int]
  /// `[top, left, bottom, right]`
  public var padding: [Int]
  public init(kind: Kind, kernel: [Int], stride: [Int], padding: [Int] = [0, 0, 0, 0]) {
    self.kind = kind
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
  }
}

/// What is read as the answer: the potential of a population, or its (signed) spike counts.
public struct NetworkOutput: Sendable, Equatable {
  public enum Readout: String, Sendable, CaseIterable { case potential, spikes }
  public var population: String
  public var readout: Readout
  public init(population: String, readout: Readout = .potential) {
    self.population = population
    self.readout = readout
  }
}

/// Facts about the ANN the network came from.
public struct SourceNetwork: Sendable, Equatable {
  /// Fraction of 1.
  public var accuracy: Double?
  /// What the accuracy was measured on, for example "MNIST test, 10,000 images".
  public var accuracyOn: String?
  public var multiplyAccumulates: Int?
  public var parameters: Int?
  public init(
    accuracy: Double? = nil, accuracyOn: String? = nil, multiplyAccumulates: Int? = nil, parameters: Int? = nil
  ) {
    self.accuracy = accuracy
    self.accuracyOn = accuracyOn
    self.multiplyAccumulates = multiplyAccumulates
    self.parameters = parameters
  }
}
