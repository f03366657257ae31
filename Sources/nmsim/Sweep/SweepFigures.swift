import ChipModel
import Runtime

/// What a sweep compares of a run, out of its `run.json`; nil is unknown.
struct SweepFigures: Sendable, Equatable {
  var steps: Int
  var samples: Int
  var accuracy: Double?
  var accuracyInterval: ClosedRange<Double>?
  var annAccuracy: Double?
  /// Means of an inference.
  var spikes: Double?
  var synapticOperations: Double?
  var messages: Double?
  var cores: Int?
  /// Joules of an inference in the papers' model.
  var spikeJoules: Double?
  /// Joules of an inference on the chip, without what is `missing`; nil where nothing of it has a price.
  var chipJoules: Double?
  var missing: [String] = []
  var ticksPerInference: Int?
  var secondsPerInference: Double?

  init(_ run: RunDocument) {
    func mean(_ sum: Int?) -> Double? { sum.map { Double($0) / Double(max(1, run.samples)) } }
    steps = run.ticks
    samples = run.samples
    accuracy = run.accuracy
    accuracyInterval = run.accuracyInterval
    annAccuracy = run.ann.accuracy
    spikes = mean(run.totals.spikes)
    synapticOperations = mean(run.totals.synapticOperations)
    messages = mean(run.totals.messages)
    cores = run.program.cores
    spikeJoules = run.spike?.joulesPerInference
    chipJoules = run.bill.flatMap { $0.isPriced ? $0.joulesPerInference : nil }
    missing = run.bill?.missing ?? []
    ticksPerInference = run.ticksPerInference
    secondsPerInference = run.secondsPerInference
  }
}

// MARK: - Documents

extension SweepFigures {
  var members: [(String, JSONOutput)] {
    [
      ("steps", .int(steps)), ("samples", .int(samples)), ("accuracy", .number(accuracy)),
      ("accuracyInterval", accuracyInterval.map { .doubles([$0.lowerBound, $0.upperBound]) } ?? .null),
      ("annAccuracy", .number(annAccuracy)), ("spikes", .number(spikes)),
      ("synapticOperations", .number(synapticOperations)), ("messages", .number(messages)),
      ("cores", cores.map { .int($0) } ?? .null), ("spikeJoules", .number(spikeJoules)),
      ("chipJoules", .number(chipJoules)), ("missing", .strings(missing)),
      ("ticksPerInference", ticksPerInference.map { .int($0) } ?? .null),
      ("secondsPerInference", .number(secondsPerInference)),
    ]
  }

  init(_ node: JSONNode) throws(JSONError) {
    var o = try node.object()
    func value(_ key: String) -> JSONNode? { o.optional(key).flatMap { $0.isNull ? nil : $0 } }
    steps = try o.required("steps").int(in: 1...1_000_000)
    samples = try o.required("samples").int(in: 0 ... .max)
    accuracy = try value("accuracy")?.double(in: 0...1)
    if let node = value("accuracyInterval") {
      let ends = try node.doubles(count: 2...2)
      guard ends[0] <= ends[1] else { throw node.error("the lower bound is above the upper") }
      accuracyInterval = ends[0]...ends[1]
    }
    annAccuracy = try value("annAccuracy")?.double(in: 0...1)
    spikes = try value("spikes")?.double(in: 0 ... .infinity)
    synapticOperations = try value("synapticOperations")?.double(in: 0 ... .infinity)
    messages = try value("messages")?.double(in: 0 ... .infinity)
    cores = try value("cores")?.int(in: 0 ... .max)
    spikeJoules = try value("spikeJoules")?.double(in: 0 ... .infinity)
    chipJoules = try value("chipJoules")?.double(in: 0 ... .infinity)
    missing = try value("missing")?.strings() ?? []
    ticksPerInference = try value("ticksPerInference")?.int(in: 1 ... .max)
    secondsPerInference = try value("secondsPerInference")?.double(in: 0 ... .infinity)
  }
}
