import ChipModel
import Compiler

/// What `explain --json` writes, and `report` shows beside the run of the same network and steps.
struct ExplanationRecord: JSONDocument {
  static let format = "nmsim-explain/1"
  static let kind = (name: "an explanation", writer: "nmsim explain --json")

  /// The document's text where it was read, embedded in pages.
  var text: [UInt8] = []
  var network = ""
  var chip = ""
  var weightBits: Int?
  var membraneBits: Int?
  var steps = 1
  var samples = 0
  var hasLabels: Bool?
  var accuracy = Executions()
  var losses = Losses()
  var finding: Finding?
  var remedies: [TriedRemedy] = []
  var summary = ""
  var layers: [Layer] = []
  var outputDifferences: Differences?
  var notes: [String] = []

  init() {}

  static let fields: [JSONField<ExplanationRecord>] = [
    .required("network", \.network, .text, "name of the network"),
    .member("chip", \.chip, .text, "name of the chip"),
    .optional("weightBits", \.weightBits, .count, "width of a weight", unit: "bits"),
    .optional("membraneBits", \.membraneBits, .count, "width of a potential", unit: "bits"),
    .required("ticks", \.steps, .length("T", in: ActiveWindow.steps), "time steps per inference, T"),
    .required("samples", \.samples, .count, "samples that were compared"),
    .optional("labels", \.hasLabels, .flag, "whether accuracies are against labels, else against the ANN's decisions"),
    .required(
      "accuracy", \.accuracy, .executions(in: -.greatestFiniteMagnitude...1),
      "fraction decided right by each execution; of values the share of their variance that it explains"),
    .member("losses", \.losses, .object, "accuracy that each stage loses"),
    .optional(
      "finding", \.finding, .object, "where accuracy is lost first", null: "where hardly any is lost, or an interval has 0"),
    .member("remedies", \.remedies, .objects(), "what was tried against the loss, one run each"),
    .member("summary", \.summary, .text, "the finding in words"),
    .required("layers", \.layers, .objects(count: 0...10_000), "one entry per layer, this layer and those before it spiking"),
    .optional(
      "outputDifferences", \.outputDifferences, .object,
      "what the chip's outputs are more than the ANN's, over samples and outputs (Li, Zhao, Zeng 2022, figure 5)",
      null: "without samples"),
    .member("notes", \.notes, .texts, "what else there is to know"),
  ]

  /// One figure an execution, from the least changed to the chip.
  struct Executions: JSONRecord {
    var original: Double?
    var limit: Double?
    var float: Double?
    var integer: Double?
    var chip: Double?

    static let fields: [JSONField<Executions>] = [
      .optional("original", \.original, .number, "the ANN in floats", absent: "for layers"),
      .optional("limit", \.limit, .number, "rates of infinitely many steps", null: "where they are unknown"),
      .optional("float", \.float, .number, "the spiking network in 64-bit floats", null: "where it is unknown"),
      .optional("integer", \.integer, .number, "in the chip's integers, membranes of 32 bits", null: "where it is unknown"),
      .optional("chip", \.chip, .number, "with the chip's membranes", null: "where it is unknown"),
    ]
  }

  /// In the ANN's units.
  struct Differences: JSONRecord {
    var least = 0.0
    var most = 0.0
    var mean = 0.0
    var deviation = 0.0
    var counts: [Int] = []

    static let fields: [JSONField<Differences>] = [
      .required("least", \.least, .number, "the least"),
      .required("most", \.most, .number, "the largest"),
      .required("mean", \.mean, .number, "their mean"),
      .required("deviation", \.deviation, .amount, "their standard deviation"),
      .required("counts", \.counts, .counts, "how many lie in each of 41 bins of equal width from `least` to `most`"),
    ]
  }

  struct Losses: JSONRecord {
    var conversion: Double?
    var rounding: Double?
    var saturation: Double?
    var intervals: [[Double]] = []

    static let fields: [JSONField<Losses>] = [
      .optional("conversion", \.conversion, .number, "from the ANN to the spiking network in floats"),
      .optional("rounding", \.rounding, .number, "from there to integers"),
      .optional("saturation", \.saturation, .number, "from there to the chip's membranes"),
      .member("intervals", \.intervals, .intervals, "of the three, at 95 %, paired by sample"),
    ]
  }

  struct Finding: JSONRecord {
    var stage = ""
    var layer: String?
    var cause = ""
    var loss: Double?

    static let fields: [JSONField<Finding>] = [
      .required("stage", \.stage, .text, "conversion, rounding or saturation"),
      .optional("layer", \.layer, .text, "the first layer that loses", null: "where the samples do not tell"),
      .required("cause", \.cause, .text, "thresholds, steps, weights or membranes"),
      .optional("loss", \.loss, .number, "accuracy that is lost in all"),
    ]
  }

  struct TriedRemedy: JSONRecord {
    var change = ""
    var value: Double?
    var gain = 0.0
    var interval: ClosedRange<Double>?

    static let fields: [JSONField<TriedRemedy>] = [
      .required("change", \.change, .text, "steps, initial, maxPool, thresholds, weightBits, fractionBits or membraneBits"),
      .optional("value", \.value, .number, "the new number; of thresholds the factor; of initial in thresholds",
        null: "of maxPool, which counts"),
      .required("gain", \.gain, .number, "accuracy that it gains on these samples"),
      .optional("interval", \.interval, .interval(in: -1...1), "of the gain, at 95 %, paired by sample"),
    ]

    init() {}

    init(_ remedy: Remedy) {
      (change, value) =
        switch remedy.change {
        case .steps(let count): ("steps", Double(count))
        case .half: ("initial", 0.5)
        case .countGate: ("maxPool", nil)
        case .thresholds(let factor): ("thresholds", factor)
        case .weightBits(let bits): ("weightBits", Double(bits))
        case .fractionBits(let bits): ("fractionBits", Double(bits))
        case .membraneBits(let bits): ("membraneBits", Double(bits))
        }
      gain = remedy.gain.difference
      interval = remedy.gain.interval
    }
  }

  struct Layer: JSONRecord {
    var name = ""
    var neurons: Int?
    var cosine = Executions()
    var accuracy = Executions()
    var meanRate: Double?
    var silentNeurons: Int?
    var full: Double?
    var saturated: Double?
    var omega: Double?
    var kByStep: [Double] = []
    var inactivated: Double?
    var similarityByStep: [Double] = []
    var rateByChannel: [Double] = []
    var thresholdByChannel: [Double] = []

    private static let silent = "for a layer that does not spike"

    static let fields: [JSONField<Layer>] = [
      .required("name", \.name, .text, "its name in the network"),
      .optional("neurons", \.neurons, .count, "its size"),
      // Cosines are rounded sums: a little beyond 1 is theirs.
      .member("cosine", \.cosine, .executions(in: -1.001...1.001), "cosine of its rates with the ANN's activations"),
      .member("accuracy", \.accuracy, .executions(in: -.greatestFiniteMagnitude...1), "with the layers after it in floats; of more than 64 layers 64 have it"),
      .optional("meanRate", \.meanRate, .amount, "spikes per neuron and step", null: silent),
      .optional("silentNeurons", \.silentNeurons, .count, "neurons that never fired", null: silent),
      .optional("full", \.full, .fraction, "fraction of neurons at the highest rate", null: silent),
      .optional("saturated", \.saturated, .fraction, "fraction of updates that saturate"),
      .optional(
        "omega", \.omega, .number(in: 0 ... .greatestFiniteMagnitude), "relative distance of the limit (Ding et al. 2021)",
        null: silent),
      .member("kByStep", \.kByStep, .curve, "K after each step (Ding et al. 2021, equation 7); empty for a layer without rates"),
      .optional(
        "inactivated", \.inactivated, .fraction,
        "fraction of the spikes that neurons send whose activation in the ANN is not above 0 (SIN: Li, Zhao, Zeng 2022)",
        null: "for a layer that sends none"),
      .leftOut(
        "similarityByStep", \.similarityByStep, .curve(in: -1.001...1.001),
        "cosine of the chip's rates up to each step with the ANN's activations (Yu et al. 2020, equation 14)",
        absent: "for a layer without rates"
      ) { $0.similarityByStep.isEmpty },
      .leftOut(
        "rateByChannel", \.rateByChannel, .amounts, "spikes per neuron and step of each channel, each as often as its count says",
        absent: "for a layer without rates"
      ) { $0.rateByChannel.isEmpty },
      .leftOut(
        "thresholdByChannel", \.thresholdByChannel, .thresholds,
        "threshold of each channel in the ANN's units, the mean of its neurons; null where one never fires",
        absent: "for a layer without rates"
      ) { $0.thresholdByChannel.isEmpty },
    ]
  }
}

extension JSONForm where Value == ExplanationRecord.Executions {
  fileprivate static func executions(in range: ClosedRange<Double>) -> JSONForm {
    let form = object
    return JSONForm(form.name, members: form.members, write: form.write) { (node, scope) throws(JSONError) in
      let value = try form.read(node, &scope)
      for figure in [value.original, value.limit, value.float, value.integer, value.chip] {
        if let figure, !range.contains(figure) { throw node.error("the figure \(figure) is out of range") }
      }
      return value
    }
  }
}

extension JSONForm where Value == [[Double]] {
  /// Lists of two numbers.
  fileprivate static var intervals: JSONForm {
    JSONForm("list of lists of 2 numbers", write: { .array($0.map { .doubles($0) }) }) { (node, _) throws(JSONError) in
      var values: [[Double]] = []
      for node in try node.array(count: 0...3) { values.append(try node.doubles(in: -1...1, count: 2...2)) }
      return values
    }
  }
}

extension JSONForm where Value == [Double] {
  /// Infinite ones are null.
  fileprivate static var thresholds: JSONForm {
    JSONForm("list of numbers", write: { .array($0.map { .number($0) }) }) { (node, _) throws(JSONError) in
      var values: [Double] = []
      for node in try node.array(count: 0...Int.max) {
        values.append(node.isNull ? .infinity : try node.double(in: 0 ... .greatestFiniteMagnitude))
      }
      return values
    }
  }

  fileprivate static var curve: JSONForm { curve(in: 0 ... .greatestFiniteMagnitude) }

  /// One number a step, or none.
  fileprivate static func curve(in range: ClosedRange<Double>) -> JSONForm {
    JSONForm("list of T numbers", write: { .doubles($0) }) { (node, scope) throws(JSONError) in
      let values = try numbers(in: range).read(node, &scope)
      let steps = scope.lengths["T"] ?? values.count
      guard values.isEmpty || values.count == steps else { throw node.error("\(values.count) values for \(steps) steps") }
      return values
    }
  }
}

// MARK: - Out of an explanation

extension ExplanationRecord {
  /// - Parameter summary: the finding in words.
  init(_ explanation: Explanation, network: String, chip: String, summary: String) {
    self.network = network
    self.chip = chip
    self.summary = summary
    weightBits = explanation.weightBits
    membraneBits = explanation.membraneBits
    steps = explanation.steps
    samples = explanation.samples
    hasLabels = explanation.hasLabels
    accuracy = Executions(explanation.accuracy)
    accuracy.original = explanation.original
    for (stage, loss) in explanation.losses {
      switch stage {
      case .conversion: losses.conversion = loss
      case .rounding: losses.rounding = loss
      case .saturation: losses.saturation = loss
      }
    }
    losses.intervals = explanation.stages.map { [$0.interval.lowerBound, $0.interval.upperBound] }
    remedies = explanation.remedies.map(TriedRemedy.init)
    finding = explanation.finding.map { found in
      Finding(
        stage: found.stage.rawValue, layer: found.layer.map { explanation.layers[$0].name }, cause: found.cause.rawValue,
        loss: found.points / 100)
    }
    layers = explanation.layers.map(Layer.init)
    outputDifferences = explanation.outputDifferences.map {
      Differences(least: $0.least, most: $0.most, mean: $0.mean, deviation: $0.deviation, counts: $0.counts)
    }
    notes = explanation.notes
  }
}

extension ExplanationRecord.Executions {
  init(_ figures: PerExecution<Double>?) {
    self.init(limit: figures?.limit, float: figures?.real, integer: figures?.integer, chip: figures?.chip)
  }
}

extension ExplanationRecord.Layer {
  init(_ layer: ExplainedLayer) {
    name = layer.name
    neurons = layer.neurons
    cosine = ExplanationRecord.Executions(
      limit: layer.cosine.limit, float: layer.cosine.real, integer: layer.cosine.integer, chip: layer.cosine.chip)
    accuracy = ExplanationRecord.Executions(layer.accuracy)
    if layer.spikes { (meanRate, silentNeurons, full) = (layer.meanRate, layer.silent, layer.full) }
    saturated = layer.saturated
    omega = layer.omega
    kByStep = layer.kCurve
    inactivated = layer.inactivated
    (similarityByStep, rateByChannel) = (layer.similarity, layer.channelRates)
    thresholdByChannel = layer.channelThresholds
  }
}
