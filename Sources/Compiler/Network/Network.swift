import ChipModel

/// A spiking network in real numbers, as `net.json` holds it: the result of `convert`, the input of `compile`.
///
/// Values are in ANN units (the activations of the network it came from). Neuron indices are row-major over the
/// population's shape, `(c * H + y) * W + x`. Every value keeps the place in the file it came from only while it is
/// being read; a `Network` itself is plain data.
public struct Network: Sendable, Equatable {
  /// For results.
  public var name: String
  package var input: NetworkInput
  package var populations: [NetworkPopulation]
  package var projections: [NetworkProjection]
  package var output: NetworkOutput
  package var schedule: Schedule = .windowed
  /// Ticks that a layer adds before it may fire.
  package var lag = 0
  /// The network this one was converted from, where known.
  package var ann: ANNFacts?
  /// How it was made: method, options, calibration. Free-form, ordered, shown by `inspect`, copied into results.
  package var provenance: [ProvenanceEntry]
  /// Tensors by name: what `{"tensor": NAME}` refers to.
  package var tensors: [String: Tensor]

  package init(
    name: String, input: NetworkInput, populations: [NetworkPopulation], projections: [NetworkProjection],
    output: NetworkOutput, ann: ANNFacts? = nil, provenance: [ProvenanceEntry] = [],
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
package struct ProvenanceEntry: Sendable, Equatable {
  package var key: String
  package var value: ProvenanceValue
  package init(key: String, value: ProvenanceValue) {
    self.key = key
    self.value = value
  }
}

/// A provenance value: a string, a number or a flag.
package enum ProvenanceValue: Sendable, Equatable {
  case text(String)
  case number(Double)
  case flag(Bool)
}

/// The input of a network: shape `[C, H, W]` or `[N]`, how raw data becomes values, and data it may be tried on.
package struct NetworkInput: Sendable, Equatable {
  /// `current`: a constant current per neuron and tick, computed on the host once per sample; `spikes`: synapses of the
  /// chip deliver the spikes of a coding.
  package enum Kind: String, Sendable, CaseIterable { case current, spikes }
  package var kind: Kind
  /// Of `spikes`.
  package var coding: InputCoding?
  /// Of its random spikes.
  package var seed = 0
  /// Phases of a period of the coding `phase`; nil: the network's.
  package var period: Int?
  /// Of `spikes`, by ``CheckedNetwork/coded(_:for:)``, no key of files: what a spike is worth, a multiple of 1/4096.
  package var spikeValue = 1.0
  /// The same: each channel is two neurons' maps, of what is above 0 and of what is below.
  package var signs = false
  /// Of a sample.
  package var shape: [Int]
  /// Of its neurons.
  package var neuronShape: [Int] { signs ? [2 * (shape.first ?? 0)] + shape.dropFirst() : shape }
  /// What values have after preprocessing; nil: no promise. A run refuses samples outside.
  package var range: InputRange?
  /// What values are cut to before a run takes them: what calibration saw, widened. Nil: nothing.
  package var calibratedRange: InputRange?
  /// What calibration saw, where that goes beyond 0 to 1: what spikes of a coding have to tell.
  package var shownRange: InputRange?
  package var preprocessing: Preprocessing
  /// Image file the network names as its own test data, relative to the network file.
  package var images: String?
  /// Label file beside it; nil: found by the image file's name.
  package var labels: String?
  package init(
    kind: Kind = .current, shape: [Int], range: InputRange? = nil, calibratedRange: InputRange? = nil,
    preprocessing: Preprocessing = .identity,
    images: String? = nil, labels: String? = nil
  ) {
    self.kind = kind
    self.shape = shape
    self.range = range
    self.calibratedRange = calibratedRange
    self.preprocessing = preprocessing
    self.images = images
    self.labels = labels
  }
}

/// The neurons of one layer: shape `[C, H, W]` or `[N]`, one neuron model, biases.
package struct NetworkPopulation: Sendable, Equatable {
  package var name: String
  package var shape: [Int]
  package var neuron: NetworkNeuron
  /// Added to every sum each step, in ANN units; per population, channel or neuron. Nil: none.
  package var bias: Values?
  /// `[C, T]`: the bias of each channel at each of its adding ticks, instead of `bias`. Nil: there is no such table.
  package var biasByStep: Weights?
  /// Ticks that it adds before it may fire; nil: the network's.
  package var lag: Int?
  package init(name: String, shape: [Int], neuron: NetworkNeuron, bias: Values? = nil) {
    self.name = name
    self.shape = shape
    self.neuron = neuron
    self.bias = bias
  }
}

/// Neuron model and its values. Which are allowed depends on the model; see `docs/net-json.md`.
public struct NetworkNeuron: Sendable, Equatable {
  package var model: NeuronModel.Kind
  /// Positive threshold, > 0, ANN units; `infinity` = never fires. Nil only for `accumulator`.
  package var threshold: Values?
  /// Negative threshold, < 0, of models that take one; of `signed` <= 0. Nil: absent, of `signed` 0.
  package var negativeThreshold: Values?
  /// Lower limit of the potential, <= 0, ANN units, and what a hard reset leaves. Nil: none, and 0.
  package var floor: Values?
  package var resetValue: Values?
  /// What one spike is worth to the projections that leave, ANN units. Nil: the threshold.
  package var spikeValue: Values?
  /// Membrane potential before the first step, ANN units. Nil: 0.
  package var initial: Values?
  /// What all neurons share, as the model declares it.
  package var parameters: ParameterValues
  package init(
    model: NeuronModel.Kind, threshold: Values? = nil, negativeThreshold: Values? = nil, spikeValue: Values? = nil,
    initial: Values? = nil, parameters: ParameterValues = ParameterValues()
  ) {
    self.model = model
    self.threshold = threshold
    self.negativeThreshold = negativeThreshold
    self.spikeValue = spikeValue
    self.initial = initial
    self.parameters = parameters
  }

  /// A parameter's value; nil: not given.
  package subscript<Value>(key: ParameterKey<Value>) -> Value? {
    get { parameters[key] }
    set { parameters[key] = newValue }
  }

  /// A value as a file gives it. What holds anyway is no value of the neuron's own, and not written.
  subscript(value parameter: Parameter) -> ParameterValue? {
    get { parameters[value: parameter].flatMap { $0 == parameter.standard ? nil : $0 } }
    set { parameters[value: parameter] = newValue == parameter.standard ? nil : newValue }
  }
}

/// A number, a list, or a named tensor: one value for a population, one per channel, or one per neuron.
///
/// `[C]` values for a `[C, H, W]` population are per channel; `C*H*W` values are per neuron; for an `[N]` population
/// per neuron and per channel are the same.
package enum Values: Sendable, Equatable {
  case uniform(Double)
  case list([Double])
  case tensor(String)
}

/// The synapses from one population (or the input) to another. Pooling is part of it and comes before the weights.
package struct NetworkProjection: Sendable, Equatable {
  package var name: String
  /// Source population; nil = the input (spelled `input` in the file).
  package var from: String?
  package var to: String
  package var kind: Projection.Kind
  /// dense `[N_out, N_in]`, conv2d `[C_out, C_in / groups, kH, kW]`, identity a scalar, `[C]` or nil (= 1).
  package var weights: Weights?
  package var pool: NetworkPool?
  /// `[y, x]`
  package var stride: [Int]
  /// `[top, left, bottom, right]`
  package var padding: [Int]
  /// `[y, x]`
  package var dilation: [Int]
  package var groups: Int
  /// Delay in ticks, >= 1 (from an input that spikes >= 0), instead of the schedule's. Nil: the schedule's.
  package var delay: Int?
  package init(
    name: String, from: String?, to: String, kind: Projection.Kind, weights: Weights? = nil, pool: NetworkPool? = nil,
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
package enum Weights: Sendable, Equatable {
  case tensor(String)
  case inline(Tensor)
}

/// Pooling before the weights, of activations and of spikes: `average` always divides by the kernel's area; in `max`
/// padding never wins, and spikes pass a gate.
package struct NetworkPool: Sendable, Equatable {
  package var kind: PoolGeometry.Kind
  /// `[y, x]`
  package var kernel: [Int]
  /// `[y, x]`
  package var stride: [Int]
  /// `[top, left, bottom, right]`
  package var padding: [Int]
  /// Of `max`: what the gates of spikes let through. Nil: `count`, of period codes `winner`.
  package var gate: GateRule?
  package init(
    kind: PoolGeometry.Kind, kernel: [Int], stride: [Int], padding: [Int] = [0, 0, 0, 0], gate: GateRule? = nil
  ) {
    self.kind = kind
    self.gate = gate
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
  }
}

/// What is read as the answer: the potential of a population, or its (signed) spike counts.
package struct NetworkOutput: Sendable, Equatable {
  package var population: String
  package var readout: Readout
  /// What the ANN does with its outputs at the very end.
  package var activation: OutputActivation
  package var task: OutputTask
  package init(
    population: String = "", readout: Readout = .potential, activation: OutputActivation = OutputActivation(),
    task: OutputTask = .classes
  ) {
    self.task = task
    self.population = population
    self.readout = readout
    self.activation = activation
  }
}
