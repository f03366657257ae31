import ChipModel

/// The parts of a `run.json` that the energy bill is made of.
struct EnergyDocument {
  struct Bill {
    var name: String
    var accumulates: Int?
    var multiplyAccumulates: Int?
    var joulesPerInference: Double?
    var formula: String?
  }

  struct Item {
    var unit: String
    var action: String
    var count: Int
    var joulesEach: Double?
    var joules: Double?
    var source: String?
  }

  var network: String
  var chip: String
  var method: String?
  var ticks: Int
  var samples: Int
  var accuracy: Double?
  var accuracyByStep: [Double]?
  var spikeProfile: String
  var joulesPerSpike: Double
  var spikeSource: String?
  var target: Double
  var spikesByStep: [Int]
  var operations: [Bill]
  var items: [Item]
  var staticJoules: Double?
  var chipJoulesPerInference: Double
  var missing: [String]
  var notModelled: String?
  var secondsPerTick: Double?
  var secondsPerInference: Double?

  /// - Throws: an error with the file, line and column, exit status 65, or 66 for a missing file.
  init(reading path: String) throws(CommandError) {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try FileReader.bytes(of: path, limit: 256 << 20)
    } catch {
      let remedy = path == "run.json" ? "make one with 'nmsim run', or name one: nmsim energy FILE" : nil
      throw CommandError(.missingInput, subject: error.path, problem: error.message, remedy: remedy)
    }
    do throws(JSONError) {
      try self.init(JSONNode(root: try JSONParser.parse(bytes)))
    } catch {
      throw CommandError(.badData, subject: path, wrapping: error)
    }
  }

  private init(_ root: JSONNode) throws(JSONError) {
    var run = try root.object()
    let format = try run.required("format")
    guard try format.string() == "nmsim-run/1" else { throw format.error("expected the result of a run, nmsim-run/1") }
    network = try run.required("network").string()
    chip = try run.required("chip").string()
    method = try EnergyDocument.text(run.optional("method"))
    ticks = try run.required("ticks").int(in: 1...1_000_000_000)
    samples = try run.required("samples").int(in: 0...(1 << 40))
    accuracy = try EnergyDocument.number(run.optional("accuracy"))
    if let steps = run.optional("accuracyByStep"), !steps.isNull { accuracyByStep = try steps.doubles() }
    var energy = try run.required("energy").object()

    var spike = try energy.required("spike").object()
    spikeProfile = try spike.required("profile").string()
    joulesPerSpike = try spike.required("joulesPerSpike").double()
    spikeSource = try EnergyDocument.text(spike.optional("source"))
    target = try EnergyDocument.number(spike.optional("target")) ?? 0.9
    spikesByStep = try spike.required("spikesByStep").ints(in: 0...(1 << 60))
    guard spikesByStep.count == ticks else {
      throw root.error("energy.spike.spikesByStep has \(spikesByStep.count) entries, ticks is \(ticks)")
    }

    var operation = try energy.required("operation").object()
    operations = []
    for name in ["snn", "snnInteger", "ann", "annQuantised"] {
      guard let node = operation.optional(name) else { continue }
      var bill = try node.object()
      operations.append(
        Bill(
          name: name, accumulates: try EnergyDocument.integer(bill.optional("accumulates")),
          multiplyAccumulates: try EnergyDocument.integer(bill.optional("multiplyAccumulates")),
          joulesPerInference: try EnergyDocument.number(bill.optional("joulesPerInference")),
          formula: try EnergyDocument.text(bill.optional("formula"))))
    }

    var chipBill = try energy.required("chip").object()
    items = []
    for node in try chipBill.required("items").array() {
      var item = try node.object()
      items.append(
        Item(
          unit: try item.required("unit").string(), action: try item.required("action").string(),
          count: try item.required("count").int(in: 0...Int.max),
          joulesEach: try EnergyDocument.number(item.optional("joulesEach")),
          joules: try EnergyDocument.number(item.optional("joules")),
          source: try EnergyDocument.text(item.optional("source"))))
    }
    staticJoules = try EnergyDocument.number(chipBill.optional("staticJoules"))
    chipJoulesPerInference = try chipBill.required("joulesPerInference").double()
    missing = try chipBill.required("missing").strings()
    notModelled = try EnergyDocument.text(chipBill.optional("notModelled"))

    if let node = run.optional("time"), !node.isNull {
      var time = try node.object()
      secondsPerTick = try EnergyDocument.number(time.optional("secondsPerTick"))
      secondsPerInference = try EnergyDocument.number(time.optional("secondsPerInference"))
    }
  }

  private static func number(_ node: JSONNode?) throws(JSONError) -> Double? {
    guard let node, !node.isNull else { return nil }
    return try node.double()
  }

  private static func integer(_ node: JSONNode?) throws(JSONError) -> Int? {
    guard let node, !node.isNull else { return nil }
    return try node.int(in: 0...Int.max)
  }

  private static func text(_ node: JSONNode?) throws(JSONError) -> String? {
    guard let node, !node.isNull else { return nil }
    return try node.string()
  }

  // MARK: - The spike model, from what the run counted

  /// The run's numbers under a profile: what `energy --profile` changes.
  var spikeEnergyPerInference: Double {
    samples == 0 ? 0 : Double(spikesByStep.reduce(0) { $0 &+ $1 }) * joulesPerSpike / Double(samples)
  }

  var stepsToTarget: Int? { accuracyByStep?.firstIndex { $0 >= target }.map { $0 + 1 } }

  var spikeEnergyToTarget: Double? {
    guard let steps = stepsToTarget, samples > 0, steps <= spikesByStep.count else { return nil }
    return Double(spikesByStep.prefix(steps).reduce(0) { $0 &+ $1 }) * joulesPerSpike / Double(samples)
  }
}
