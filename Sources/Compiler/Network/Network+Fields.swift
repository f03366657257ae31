import ChipModel

/// The members of a `net.json`, once: how each is read, written (canonically: in this order, without what holds anyway) and
/// explained in `docs/net-json.md`.
extension NetworkDocument: JSONDocument {
  package static let format = "nmsim-network/1"
  package static let kind = (name: "a network of this version", writer: "nmsim convert")
  package static let isStrict = true

  package init() {
    network = Network(name: "", input: NetworkInput(shape: []), populations: [], projections: [], output: NetworkOutput())
  }

  package static let fields: [JSONField<NetworkDocument>] = [
    .required(
      "name", \.network.name, .text, "name of the network in reports; at most 255 bytes, no control characters"),
    .optional(
      "tensors", \.tensorsFile, .fileBeside,
      "the safetensors file, beside this file or in a folder below it: no absolute path, no `.` or `..`", absent: "none"),
    .required("input", \.network.input, .object, "see [Input](#input)"),
    .required(
      "populations", \.network.populations, .objects(), "at least one; see [Populations](#populations)"),
    .required("projections", \.network.projections, .objects(), "see [Projections](#projections)"),
    .required("output", \.network.output, .object, "see [Output](#output)"),
    .leftOut(
      "schedule", \.network.schedule, .choice,
      "when layers are active, unless `compile` says otherwise; see [Schedules](#schedules)", absent: "windowed"
    ) { $0.network.schedule == .windowed },
    .leftOut(
      "lag", \.network.lag, .integer(0...(ActiveWindow.steps.upperBound - 1)),
      "ticks that a layer adds before it may fire, below the steps of a run; of the windowed schedule", unit: "ticks",
      absent: "0"
    ) { $0.network.lag == 0 },
    .optional(
      "ann", \.network.ann, .object, "the network that this one was converted from; see [Facts](#facts)", absent: "none"),
    .leftOut(
      "provenance", \.network.provenance, .provenance, "how it was made; see [Facts](#facts)", absent: "none"
    ) { $0.network.provenance.isEmpty },
  ]
}

extension NetworkInput: JSONRecord {
  package static let isStrict = true

  package init() { self.init(shape: []) }

  package static let fields: [JSONField<NetworkInput>] = [
    .member(
      "kind", \.kind, .choice,
      "`current`: a constant current for each neuron and tick, computed on the host once a sample. `spikes`: spikes of "
        + "`coding`, which synapses of the chip deliver"),
    .optional(
      "coding", \.coding, .choice,
      "of `spikes`, `x` a value after preprocessing. `bernoulli`: each step with the probability `x`, cut to 0...1. `rate`: "
        + "an `if` neuron driven by `x` against 1. `phase`: the bits of `floor(x 2^period)`, most significant first, every "
        + "period. `latency`: one spike at step `roundHalfEven((1 - x)(T - 1))`; 0 never fires. `events`: recorded counts, "
        + "`[samples, T, ...]`", absent: "of `current`"),
    .leftOut(
      "seed", \.seed, .integer(0...Int(Int32.max)), "seed of `bernoulli`", absent: "0") { $0.seed == 0 },
    .optional("period", \.period, .integer(1...16), "of `phase`: its period", unit: "steps", absent: "the network's, else 8"),
    .required("shape", \.shape, .integers, "`[C, H, W]` or `[N]`, each at least 1, at most 2^26 values", unit: "values"),
    .optional(
      "range", \.range, .inputRange,
      "lowest and highest value after preprocessing, which proves narrower sums; `run` refuses samples outside. Without it "
        + "values are taken to reach 2,048", unit: "values", absent: "none"),
    .optional(
      "calibratedRange", \.calibratedRange, .inputRange,
      "lowest and highest value that a run takes as they are; what lies beyond is cut to it, counted and said. Proves "
        + "narrower sums too", unit: "values", absent: "none"),
    .optional(
      "shownRange", \.shownRange, .inputRange,
      "lowest and highest value of the calibration data, written where they lie beyond 0 to 1. Where `compile` codes the input "
        + "as spikes, one is worth the largest magnitude, and each channel is two where values are below 0", unit: "values",
      absent: "`range`, where that begins below 0"),
    .leftOut(
      "preprocessing", \.preprocessing, .object, "value `= (raw * scale - mean[c]) / std[c]`", absent: "none"
    ) { $0.preprocessing == .identity },
    .optional(
      "images", \.images, .text, "test data of the network (IDX, npy, ...), relative to this file", unit: "path",
      absent: "none"),
    .optional(
      "labels", \.labels, .text, "their labels, relative to this file; only with `images`", unit: "path",
      absent: "by the name of `images`"),
  ]
}

extension Preprocessing: JSONRecord {
  package static let isStrict = true

  package init() { self = .identity }

  package static let fields: [JSONField<Preprocessing>] = [
    .leftOut("scale", \.scale, .number, "factor of the raw data, not 0, for example 1/255", absent: "1") { $0.scale == 1 },
    .leftOut(
      "mean", \.mean, .numbers, "1 or `C` numbers: subtracted, per channel, after `scale`", absent: "0"
    ) { $0.mean.isEmpty },
    .leftOut("std", \.std, .numbers, "1 or `C` numbers above 0: divided by, per channel", absent: "1") { $0.std.isEmpty },
  ]
}

extension NetworkPopulation: JSONRecord {
  package static let isStrict = true

  package init() { self.init(name: "", shape: [], neuron: NetworkNeuron()) }

  package static let fields: [JSONField<NetworkPopulation>] = [
    .required("name", \.name, .text, "unique; 1 to 255 bytes; `input` is reserved"),
    .required("shape", \.shape, .integers, "`[C, H, W]` or `[N]`, at most 2^26 neurons", unit: "neurons"),
    .required("neuron", \.neuron, .object, "model and parameters, below"),
    .optional(
      "bias", \.givenBias, .bias,
      "added to the sum of each step; `{\"byStep\": ...}` with `[[T numbers] for each channel]` or `{\"tensor\": NAME}` of "
        + "shape `[C, T]`: by adding step, and a run has at most `T`", unit: "ANN", absent: "0"),
    .optional(
      "lag", \.lag, .integer(0...(ActiveWindow.steps.upperBound - 1)),
      "ticks that it adds before it may fire, below the steps of a run; of the windowed schedule", unit: "ticks",
      absent: "the network's"),
  ]
}

extension NetworkNeuron: JSONRecord {
  package static let isStrict = true

  package init() { self.init(model: .integrateFire) }

  package static let fields: [JSONField<NetworkNeuron>] =
    [
      .required("model", \.model, .neuronModel, "see the next table"),
      .optional(
        "threshold", \.threshold, .thresholds,
        "positive threshold; `\"infinity\"`: never fires (also inside a list). Required of models that fire", unit: "ANN",
        absent: "none"),
      .optional(
        "negativeThreshold", \.negativeThreshold, .values, "negative threshold, below 0; of `signed` at most 0", unit: "ANN",
        absent: "none; of `signed` 0"),
      .optional(
        "floor", \.floor, .values, "lower limit of the potential after an update, at most 0", unit: "ANN", absent: "none"),
      .optional(
        "resetValue", \.resetValue, .values, "what a hard reset of `cuba` leaves", unit: "ANN", absent: "0"),
      .optional(
        "spikeValue", \.spikeValue, .values,
        "what one spike is worth to the projections that leave; folded into their weights. Required where an infinite "
          + "threshold meets a negative one", unit: "ANN", absent: "the threshold"),
      .optional("initial", \.initial, .values, "membrane potential before the first step", unit: "ANN", absent: "0"),
    ]
    + NeuronModel.Kind.parameters.map { parameter in
      let form = parameter.form
      let models = NeuronModel.Kind.ofNetworks.filter { $0.parameters.contains { $0.key == parameter.key } }
      return .optional(
        parameter.key, \.[value: parameter], JSONForm(parameter.allowedText, write: form.write, read: form.read),
        "of " + models.map { "`\($0.name)`" }.joined(separator: ", ") + ": \(parameter.clause)",
        unit: parameter.unit ?? "",
        absent: parameter.standard?.text ?? parameter.standardText ?? "required there")
    }
}

extension NetworkProjection: JSONRecord {
  package static let isStrict = true

  package init() { self.init(name: "", from: nil, to: "", kind: .dense) }

  package static let fields: [JSONField<NetworkProjection>] = [
    .required("name", \.name, .text, "unique among projections; 1 to 255 bytes"),
    .required("from", \.from, .source, "source population, not an accumulator, or `\"input\"`"),
    .required("to", \.to, .text, "target population"),
    .required("kind", \.kind, .choice, "`dense`, `conv2d` or `identity`"),
    .optional("pool", \.pool, .object, "pooling of the source before the weights, below", absent: "none"),
    .optional("weights", \.weights, .weights, "below", unit: "ANN", absent: "of `identity`: 1"),
    .leftOut("stride", \.stride, .pair, "of `conv2d`: step of the kernel, 1 to 4096", unit: "neurons", absent: "1") {
      $0.stride == [1, 1]
    },
    .leftOut(
      "padding", \.padding, .sides, "of `conv2d`: zeros around the (pooled) source, 0 to 4096", unit: "neurons",
      absent: "0"
    ) { $0.padding == [0, 0, 0, 0] },
    .leftOut(
      "dilation", \.dilation, .pair, "of `conv2d`: distance between taps of the kernel, 1 to 4096", unit: "neurons",
      absent: "1"
    ) { $0.dilation == [1, 1] },
    .leftOut(
      "groups", \.groups, .integer(.min ... .max), "of `conv2d`: groups of channels; divides those of source and target",
      absent: "1"
    ) { $0.groups == 1 },
    .optional(
      "delay", \.delay, .integer(.min ... .max),
      "ticks from a spike to its arrival, 1 to 65535; from an input that spikes 0 to 65535, from one of currents none",
      unit: "ticks", absent: "the schedule's"),
  ]
}

extension NetworkPool: JSONRecord {
  package static let isStrict = true

  package init() { self.init(kind: .average, kernel: [], stride: []) }

  /// The step of a window that says nothing of it is the window.
  private var window: [Int] {
    get { kernel }
    set { (kernel, stride) = (newValue, newValue) }
  }

  package static let fields: [JSONField<NetworkPool>] = [
    .required(
      "kind", \.kind, .choice,
      "`average`: the sum, divided by the whole kernel area, padding included. `max`: the largest of each window"),
    .required("kernel", \.window, .pair, "the window, 1 to 4096"),
    .leftOut("stride", \.stride, .pair, "step of the window, 1 to 4096", absent: "the kernel") { $0.stride == $0.kernel },
    .leftOut(
      "padding", \.padding, .sides, "places around the source where nothing ever fires, smaller than the kernel",
      absent: "0"
    ) { $0.padding == [0, 0, 0, 0] },
    .optional(
      "gate", \.gate, .choice,
      "of `max` of spikes. `count`: a spike of by how much the window's largest signed count changed; of rate codes. "
        + "`winner`: the spike, or none, of the neuron with the largest count",
      absent: "`count`, of `phase` and `bistable` `winner`"),
  ]
}

extension NetworkOutput: JSONRecord {
  package static let isStrict = true

  package init() { self.init(population: "") }

  package static let fields: [JSONField<NetworkOutput>] = [
    .required("population", \.population, .text, "the population that is read"),
    .member(
      "readout", \.readout, .choice,
      "`potential`: the membrane potential. `spikes`: the sum of the signed spikes; not of an `accumulator`"),
    .leftOut(
      "task", \.task, .choice,
      "`classes`: outputs are compared, the largest is the answer, all have one scale. `values`: each is an answer (regression) "
        + "and has a scale of its own", absent: "`classes`"
    ) { $0.task == .classes },
    .optional(
      "negativeSlope", \.activation.negativeSlope, .number,
      "what the ANN multiplies outputs below 0 by at the very end: 0 after a ReLU. Outputs that are written follow it",
      absent: "1"),
    .optional(
      "maximum", \.activation.maximum, .number, "what the ANN cuts larger outputs to at the very end", unit: "ANN",
      absent: "none"),
  ]
}

extension ANNFacts: JSONRecord {
  package static let isStrict = true

  package init() { self.init(accuracy: nil) }

  package static let fields: [JSONField<ANNFacts>] = [
    .optional("accuracy", \.accuracy, .number, "accuracy of the ANN, as a fraction, 0 to 1", absent: "none"),
    .optional(
      "accuracyOn", \.accuracyOn, .text, "what it was measured on, for example `\"MNIST test, 10,000 images\"`",
      absent: "none"),
    .optional(
      "multiplyAccumulates", \.multiplyAccumulates, .integer(.min ... .max), "MACs of one inference", absent: "none"),
    .optional("parameters", \.parameters, .integer(.min ... .max), "number of parameters", absent: "none"),
    .optional(
      "layers", \.layers, .objects(), "its convolutions and matrix products; below",
      absent: "none, and where it has other "
        + "linear layers"),
    .optional(
      "model", \.model, .object, "the file that was converted, on which `run` compares the ANN; below", absent: "none"),
  ]
}

extension ANNLayer: JSONRecord {
  package static let isStrict = true

  package static let fields: [JSONField<ANNLayer>] = [
    .required("inputs", \.inputs, .count, "values that it reads"),
    .required("outputs", \.outputs, .count, "values that it makes"),
    .required(
      "weights", \.weights, .counts,
      "`[outputs, inputs]` of a matrix, `[C_out, C_in / groups, K_y, K_x]` of a convolution"),
    .member("bias", \.hasBias, .flag, "whether it adds a bias"),
  ]
}

extension ModelFile: JSONRecord {
  package static let isStrict = true

  package init() { self.init(path: "", hash: "") }

  package static let fields: [JSONField<ModelFile>] = [
    .required("path", \.path, .text, "the `.onnx` file, relative to this file", unit: "path"),
    .required(
      "hash", \.hash, .text, "SHA-256 of the file and, after it, of the files of weights that it names and of the two "
        + "members below; another file is not taken"),
    .optional("output", \.selection.output, .text, "which of its values is the answer", absent: "its first output"),
    .optional(
      "inputShape", \.selection.inputShape, .integers, "sizes of its input without the batch axis", unit: "values",
      absent: "those of the file"),
  ]
}
