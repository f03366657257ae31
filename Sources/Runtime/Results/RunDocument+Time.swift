import ChipModel

extension RunDocument {
  /// How long ticks take; absent members of older documents are nil or empty.
  package struct Time: Sendable, Equatable {
    package var model: String?
    package var missing: [String] = []
    /// Samples that were timed.
    package var samples: Int?
    package var inferencesPerSecond: Double?
    package var pipelinedInferencesPerSecond: Double?
    package var barrierFree = false
    package var withBarrierSeconds: Double?
    package var barrierFreeSeconds: Double?
    package var barrierSeconds: Double?
    package var slowestCoreSeconds: Double?
    package var busiestLinkSeconds: Double?
    /// By tick of an inference, over the timed samples.
    package var femtosecondsByTick: [Int] = []
    package var delay: Delay?

    package struct Delay: Sendable, Equatable {
      package var messages: Int?
      package var meanSeconds: Double?
      package var longestSeconds: Double?
      package var meanWaitingSeconds: Double?
      package var overtaken: Int?
    }
  }

  /// What stopping early keeps and saves.
  package struct EarlyDecision: Sendable, Equatable {
    package var rule: String
    package var accuracy: Double?
    package var fullAccuracy: Double?
    package var meanSteps: Double?
    package var samplesByStep: [Int] = []
    package var ticks: Int?
    package var fullTicks: Int?
    package var joulesPerInference: Double?
    package var fullJoulesPerInference: Double?
    package var energySaved: Double?
    package var secondsPerInference: Double?
  }
}

extension RunDocument.Time {
  init(_ o: inout JSONObjectReader) throws(JSONError) {
    model = try o.text("model")
    missing = try o.value("missing")?.strings() ?? []
    samples = try o.count("samples")
    inferencesPerSecond = try o.amount("inferencesPerSecond")
    pipelinedInferencesPerSecond = try o.amount("pipelinedInferencesPerSecond")
    barrierFree = try o.value("barrierFree")?.bool() ?? false
    withBarrierSeconds = try o.amount("withBarrierSeconds")
    barrierFreeSeconds = try o.amount("barrierFreeSeconds")
    barrierSeconds = try o.amount("barrierSeconds")
    slowestCoreSeconds = try o.amount("slowestCoreSeconds")
    busiestLinkSeconds = try o.amount("busiestLinkSeconds")
    femtosecondsByTick = try o.value("femtosecondsByTick")?.ints(in: 0 ... .max) ?? []
    guard let node = try o.value("delay") else { return }
    var d = try node.object()
    delay = Delay(
      messages: try d.count("messages"), meanSeconds: try d.amount("meanSeconds"),
      longestSeconds: try d.amount("longestSeconds"), meanWaitingSeconds: try d.amount("meanWaitingSeconds"),
      overtaken: try d.count("overtaken"))
  }
}

extension RunDocument.EarlyDecision {
  init(_ node: JSONNode) throws(JSONError) {
    var o = try node.object()
    rule = try o.required("rule").string()
    accuracy = try o.fraction("accuracy")
    fullAccuracy = try o.fraction("fullAccuracy")
    meanSteps = try o.amount("meanSteps")
    samplesByStep = try o.value("samplesByStep")?.ints(in: 0 ... .max) ?? []
    ticks = try o.count("ticks")
    fullTicks = try o.count("fullTicks")
    joulesPerInference = try o.amount("joulesPerInference")
    fullJoulesPerInference = try o.amount("fullJoulesPerInference")
    energySaved = try o.value("energySaved")?.double()
    secondsPerInference = try o.amount("secondsPerInference")
  }
}
