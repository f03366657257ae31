import ChipModel

extension RunDocument {
  /// Reads the text of a `run.json`.
  /// - Throws: what is wrong, with line, column and member.
  package init(reading bytes: [UInt8]) throws(JSONError) {
    try self.init(JSONNode(root: try JSONParser.parse(bytes)))
  }

  /// Reads a parsed document.
  package init(_ node: JSONNode) throws(JSONError) {
    var o = try node.object()
    let format = try o.required("format")
    guard try format.string() == RunDocument.format else {
      throw format.error("not a run's result; expected \"\(RunDocument.format)\", as 'nmsim run' writes it")
    }
    network = try o.required("network").string()
    chip = try o.required("chip").string()
    method = try o.value("method")?.string()
    ticks = try o.required("ticks").int(in: 1...1_000_000)
    ticksPerInference = try o.value("ticksPerInference")?.int(in: 1 ... .max)
    samples = try o.required("samples").int(in: 0 ... .max)
    accuracy = try o.value("accuracy")?.double(in: 0...1)
    accuracyInterval = try o.value("accuracyInterval")?.interval()
    accuracyByStep = try o.value("accuracyByStep")?.fractions(count: ticks)
    if let node = try o.value("ann") { ann = try ANN(node) }
    if let node = try o.value("program") { program = try Program(node) }
    for node in try o.value("populations")?.array() ?? [] { populations.append(try Population(node)) }
    if let node = try o.value("totals") { totals = try Totals(node) }
    for node in try o.value("cores")?.array() ?? [] { cores.append(try Core(node)) }
    mesh = try o.value("mesh").map { (node) throws(JSONError) in try Mesh(node) }
    if let node = try o.value("energy") {
      var energy = try node.object()
      let steps = ticks
      spike = try energy.value("spike").map { (node) throws(JSONError) in try Spike(node, steps: steps) }
      if let node = try energy.value("operation") { operation = try Operation(node) }
      bill = try energy.value("chip").map { (node) throws(JSONError) in try Bill(node) }
    }
    if let node = try o.value("time") {
      var time = try node.object()
      secondsPerTick = try time.amount("secondsPerTick")
      secondsPerInference = try time.amount("secondsPerInference")
      self.time = try Time(&time)
    }
    earlyDecision = try o.value("earlyDecision").map { (node) throws(JSONError) in try EarlyDecision(node) }
    neurobench = try o.value("neurobench").map { (node) throws(JSONError) in try NeuroBench(node) }
    let ticks = ticks
    details = try o.value("details").map { (node) throws(JSONError) in try Details(node, ticks: ticks) }
    fit = try o.value("fit").map { (node) throws(JSONError) in try Fit(node) }
    provenance = try o.value("provenance").map { (node) throws(JSONError) in try Provenance(node) }
    faults = try o.value("faults").map { (node) throws(JSONError) in try RunFaults(node) }
    simulation = try o.value("simulation").map { (node) throws(JSONError) in try Simulation(node) }
  }
}

extension JSONObjectReader {
  /// Nil where the member is absent or `null`.
  mutating func value(_ key: String) throws(JSONError) -> JSONNode? {
    guard let node = optional(key), !node.isNull else { return nil }
    return node
  }

  /// A count, at least 0.
  mutating func count(_ key: String) throws(JSONError) -> Int? {
    try value(key)?.int(in: 0 ... .max)
  }

  /// Joules, seconds, watts: at least 0.
  mutating func amount(_ key: String) throws(JSONError) -> Double? {
    try value(key)?.double(in: 0 ... .infinity)
  }

  mutating func fraction(_ key: String) throws(JSONError) -> Double? {
    try value(key)?.double(in: 0...1)
  }

  mutating func text(_ key: String) throws(JSONError) -> String? {
    try value(key)?.string()
  }
}

extension JSONNode {
  /// Joules, seconds: each at least 0.
  func amounts() throws(JSONError) -> [Double] {
    var values: [Double] = []
    for node in try array() { values.append(try node.double(in: 0 ... .infinity)) }
    return values
  }

  fileprivate func interval() throws(JSONError) -> ClosedRange<Double> {
    let bounds = try fractions(count: 2)
    guard bounds[0] <= bounds[1] else { throw error("the lower bound \(bounds[0]) is above the upper \(bounds[1])") }
    return bounds[0]...bounds[1]
  }

  fileprivate func fractions(count: Int) throws(JSONError) -> [Double] {
    var values: [Double] = []
    for node in try array(count: count...count) { values.append(try node.double(in: 0...1)) }
    return values
  }
}

extension RunDocument.ANN {
  fileprivate init(_ node: JSONNode) throws(JSONError) {
    var o = try node.object()
    accuracy = try o.fraction("accuracy")
    accuracyOn = try o.text("accuracyOn")
    multiplyAccumulates = try o.count("multiplyAccumulates")
    parameters = try o.count("parameters")
  }
}

extension RunDocument.Program {
  fileprivate init(_ node: JSONNode) throws(JSONError) {
    var o = try node.object()
    hash = try o.text("hash")
    schedule = try o.text("schedule")
    weightBits = try o.count("weightBits")
    membraneBits = try o.count("membraneBits")
    fractionBits = try o.count("fractionBits")
    cores = try o.count("cores")
    engine = try o.text("engine")
  }
}

extension RunDocument.Population {
  fileprivate init(_ node: JSONNode) throws(JSONError) {
    var o = try node.object()
    name = try o.required("name").string()
    neurons = try o.required("neurons").int(in: 0 ... .max)
    spikes = try o.required("spikes").int(in: 0 ... .max)
    synapticOperations = try o.required("synapticOperations").int(in: 0 ... .max)
    meanRate = try o.amount("meanRate")
    saturations = try o.count("saturations")
  }
}

extension RunDocument.Totals {
  fileprivate init(_ node: JSONNode) throws(JSONError) {
    var o = try node.object()
    spikes = try o.count("spikes")
    synapticOperations = try o.count("synapticOperations")
    effectiveACs = try o.count("Effective_ACs")
    effectiveMACs = try o.count("Effective_MACs")
    dense = try o.count("Dense")
    neuronUpdates = try o.count("neuronUpdates")
    updatedNeurons = try o.count("updatedNeurons")
    messages = try o.count("messages")
    hops = try o.count("hops")
    chipLinks = try o.count("chipLinks")
  }
}

extension RunDocument.Core {
  fileprivate init(_ node: JSONNode) throws(JSONError) {
    var o = try node.object()
    neurons = try o.required("neurons").int(in: 0 ... .max)
    spikes = try o.required("spikes").int(in: 0 ... .max)
    synapticOperations = try o.required("synapticOperations").int(in: 0 ... .max)
    messagesIn = try o.required("messagesIn").int(in: 0 ... .max)
    messagesOut = try o.required("messagesOut").int(in: 0 ... .max)
    neuronUpdates = try o.count("neuronUpdates")
    updatedNeurons = try o.count("updatedNeurons")
    saturations = try o.count("saturations")
    chip = try o.count("chip")
    x = try o.value("x")?.int(in: RunDocument.Mesh.plane)
    y = try o.value("y")?.int(in: RunDocument.Mesh.plane)
    inputAxons = try o.count("inputAxons")
    outputAxons = try o.count("outputAxons")
  }
}

extension RunDocument.Mesh {
  /// Tile coordinates that a document may have: far beyond any chip, small enough to subtract.
  fileprivate static let plane = 0...1_000_000_000

  fileprivate init(_ node: JSONNode) throws(JSONError) {
    var o = try node.object()
    width = try o.value("width")?.int(in: 1...65_536)
    height = try o.value("height")?.int(in: 1...65_536)
    coresPerTile = try o.value("coresPerTile")?.int(in: 1...1_000_000)
    if let node = try o.value("limits") {
      var limits = try node.object()
      neurons = try limits.value("neurons")?.int(in: 1 ... .max)
      inputAxons = try limits.value("inputAxons")?.int(in: 1 ... .max)
      outputAxons = try limits.value("outputAxons")?.int(in: 1 ... .max)
    }
    guard let node = try o.value("links") else { return }
    var columns = try node.object()
    let x = try columns.required("x").ints(in: RunDocument.Mesh.plane)
    let count = x.count...x.count
    let y = try columns.required("y").ints(in: RunDocument.Mesh.plane, count: count)
    let directions = try columns.required("direction").array(count: count)
    let messages = try columns.required("messages").ints(in: 0 ... .max, count: count)
    for index in x.indices {
      links.append(
        LinkLoad(
          x: x[index], y: y[index], direction: try directions[index].choice(of: MeshDirection.self),
          messages: messages[index]))
    }
  }
}

extension RunDocument.Spike {
  fileprivate init(_ node: JSONNode, steps: Int) throws(JSONError) {
    var o = try node.object()
    profile = try o.text("profile")
    joulesPerSpike = try o.amount("joulesPerSpike")
    spikesByStep = try o.value("spikesByStep")?.ints(in: 0 ... .max, count: steps...steps)
    joulesPerInference = try o.amount("joulesPerInference")
    watts = try o.amount("watts")
    target = try o.fraction("target")
    stepsToTarget = try o.value("stepsToTarget")?.int(in: 1...steps)
    joulesToTarget = try o.amount("joulesToTarget")
    source = try o.text("source")
  }
}

extension RunDocument.Operation {
  fileprivate init(_ node: JSONNode) throws(JSONError) {
    var o = try node.object()
    snn = try o.value("snn").map { (node) throws(JSONError) in try Bill(node) }
    snnInteger = try o.value("snnInteger").map { (node) throws(JSONError) in try Bill(node) }
    ann = try o.value("ann").map { (node) throws(JSONError) in try Bill(node) }
    annQuantised = try o.value("annQuantised").map { (node) throws(JSONError) in try Bill(node) }
  }
}

extension RunDocument.Operation.Bill {
  fileprivate init(_ node: JSONNode) throws(JSONError) {
    var o = try node.object()
    accumulates = try o.count("accumulates")
    multiplyAccumulates = try o.count("multiplyAccumulates")
    joulesPerInference = try o.amount("joulesPerInference")
    formula = try o.text("formula")
  }
}

extension RunDocument.Bill {
  fileprivate init(_ node: JSONNode) throws(JSONError) {
    var o = try node.object()
    for node in try o.value("items")?.array() ?? [] { items.append(try Item(node)) }
    joulesPerInference = try o.amount("joulesPerInference")
    staticJoules = try o.amount("staticJoules")
    missing = try o.value("missing")?.strings() ?? []
    notModelled = try o.text("notModelled")
    joulesByPopulation = try o.value("joulesByPopulation")?.amounts()
    joulesByCore = try o.value("joulesByCore")?.amounts()
    joulesByTick = try o.value("joulesByTick")?.amounts()
    joulesToTarget = try o.amount("joulesToTarget")
  }
}

extension RunDocument.Bill.Item {
  fileprivate init(_ node: JSONNode) throws(JSONError) {
    var o = try node.object()
    unit = try o.required("unit").string()
    action = try o.required("action").string()
    count = try o.required("count").int(in: 0 ... .max)
    joulesEach = try o.amount("joulesEach")
    joules = try o.amount("joules")
    source = try o.text("source")
  }
}

extension RunDocument.NeuroBench {
  fileprivate init(_ node: JSONNode) throws(JSONError) {
    var o = try node.object()
    footprint = try o.count("Footprint")
    connectionSparsity = try o.fraction("ConnectionSparsity")
    activationSparsity = try o.value("ActivationSparsity")?.double()
    classificationAccuracy = try o.fraction("ClassificationAccuracy")
    guard let node = try o.value("SynapticOperations") else { return }
    var operations = try node.object()
    effectiveMACs = try operations.amount("Effective_MACs")
    effectiveACs = try operations.amount("Effective_ACs")
    dense = try operations.amount("Dense")
  }
}

extension RunDocument.Simulation {
  fileprivate init(_ node: JSONNode) throws(JSONError) {
    var o = try node.object()
    seconds = try o.amount("seconds")
    threads = try o.count("threads")
    synapticOperationsPerSecond = try o.amount("synapticOperationsPerSecond")
    command = try o.text("command")
  }
}
