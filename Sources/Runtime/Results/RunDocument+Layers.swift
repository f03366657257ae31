import ChipModel

extension RunDocument {
  /// What layers did over time (``LayerDetails``).
  package struct Details: Sendable, Equatable {
    package struct Population: Sendable, Equatable {
      package var name: String
      package var neurons: Int
      package var spikes: [Int]
      package var rates: [Int]
      package var silent: Int
      package var firstSpikes: [Int]
      package var never: Int
      package var distance: [Double]?
    }
    package var samples: Int
    /// Rising, the last is the run's last step.
    package var steps: [Int]
    package var rateEdges: [Double]
    package var populations: [Population]
  }

  /// How the program sits on its chip (``RunFit``).
  package struct Fit: Sendable, Equatable {
    package struct Population: Sendable, Equatable {
      package var name: String
      package var cores: Int?
      package var synapses: Int?
      package var roundingError: Double?
      package var threshold: Int?
      package var sumBits: Int?
      package var stepsToSaturation: Int?
    }
    package var populations: [Population] = []
    /// By core; empty where unknown.
    package var synapseBits: [Int] = []
    package var synapseBitsPerCore: Int?
    package var coresOfChip: Int?
  }

  /// What it was made from (``RunProvenance``).
  package struct Provenance: Sendable, Equatable {
    package var version: String?
    package var images: String?
    package var imagesHash: String?
    package var history: [String] = []
  }
}

extension RunDocument.Details {
  init(_ node: JSONNode, ticks: Int) throws(JSONError) {
    var o = try node.object()
    samples = try o.required("samples").int(in: 0 ... .max)
    steps = try o.required("steps").rising(upTo: ticks)
    let count = steps.count...steps.count
    rateEdges = []
    for node in try o.required("rateEdges").array(count: 1...1_000) { rateEdges.append(try node.double(in: 0...1)) }
    let bins = rateEdges.count...rateEdges.count
    populations = []
    for node in try o.required("populations").array() {
      var p = try node.object()
      var distance: [Double]?
      if let node = try p.value("distance") { distance = try node.amounts(count: count) }
      populations.append(
        Population(
          name: try p.required("name").string(), neurons: try p.required("neurons").int(in: 0 ... .max),
          spikes: try p.required("spikes").ints(in: 0 ... .max, count: count),
          rates: try p.required("rates").ints(in: 0 ... .max, count: bins),
          silent: try p.required("silent").int(in: 0 ... .max),
          firstSpikes: try p.required("firstSpikes").ints(in: 0 ... .max, count: count),
          never: try p.required("never").int(in: 0 ... .max), distance: distance))
    }
  }
}

extension RunDocument.Fit {
  init(_ node: JSONNode) throws(JSONError) {
    var o = try node.object()
    for node in try o.value("populations")?.array() ?? [] {
      var p = try node.object()
      populations.append(
        Population(
          name: try p.required("name").string(), cores: try p.count("cores"), synapses: try p.count("synapses"),
          roundingError: try p.amount("roundingError"), threshold: try p.count("threshold"),
          sumBits: try p.count("sumBits"), stepsToSaturation: try p.count("stepsToSaturation")))
    }
    synapseBits = try o.value("synapseBits")?.ints(in: 0 ... .max) ?? []
    synapseBitsPerCore = try o.count("synapseBitsPerCore")
    coresOfChip = try o.count("coresOfChip")
  }
}

extension RunDocument.Provenance {
  init(_ node: JSONNode) throws(JSONError) {
    var o = try node.object()
    version = try o.text("nmsim")
    images = try o.text("images")
    imagesHash = try o.text("imagesHash")
    history = try o.value("history")?.strings() ?? []
  }
}

extension JSONNode {
  /// Steps of a curve, each above the one before, at most `last`.
  fileprivate func rising(upTo last: Int) throws(JSONError) -> [Int] {
    let steps = try ints(in: 1...last, count: 1...100_000)
    guard zip(steps, steps.dropFirst()).allSatisfy({ $0 < $1 }) else { throw error("the steps do not rise") }
    return steps
  }

  /// Numbers of at least 0.
  fileprivate func amounts(count: ClosedRange<Int>) throws(JSONError) -> [Double] {
    var values: [Double] = []
    for node in try array(count: count) { values.append(try node.double(in: 0 ... .greatestFiniteMagnitude)) }
    return values
  }
}
