import ChipModel

extension RunDocument {
  /// How long ticks take; absent members of older documents are nil or empty.
  public struct Time: Sendable, Equatable {
    public var model: String?
    public var missing: [String] = []
    /// Samples that were timed.
    public var samples: Int?
    public var inferencesPerSecond: Double?
    public var pipelinedInferencesPerSecond: Double?
    public var barrierFree = false
    public var withBarrierSeconds: Double?
    public var barrierFreeSeconds: Double?
    public var barrierSeconds: Double?
    public var slowestCoreSeconds: Double?
    public var busiestLinkSeconds: Double?
    /// By tick of an inference, over the timed samples.
    public var femtosecondsByTick: [Int] = []
    public var delay: Delay?

    public struct Delay: Sendable, Equatable {
      public var messages: Int?
      public var meanSeconds: Double?
      public var longestSeconds: Double?
      public var meanWaitingSeconds: Double?
      public var overtaken: Int?
    }
  }

  /// What stopping early keeps and saves.
  public struct EarlyDecision: Sendable, Equatable {
    public var rule: String
    public var accuracy: Double?
    public var fullAccuracy: Double?
    public var meanSteps: Double?
    public var samplesByStep: [Int] = []
    public var ticks: Int?
    public var fullTicks: Int?
    public var joulesPerInference: Double?
    public var fullJoulesPerInference: Double?
    public var energySaved: Double?
    public var secondsPerInference: Double?
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
