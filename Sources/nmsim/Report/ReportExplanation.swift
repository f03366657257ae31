import ChipModel

/// What `nmsim explain --json` found, shown beside the run of the same network and steps.
struct ReportExplanation: Sendable {
  /// One figure an execution, from the least changed to the chip; nil: unknown.
  struct Executions: Sendable, Equatable {
    var limit: Double?
    var float: Double?
    var integer: Double?
    var chip: Double?
  }

  struct Layer: Sendable, Equatable {
    var name: String
    var cosine: Executions
    var accuracy: Executions
    var omega: Double?
    /// K after each step (Ding et al. 2021, equation 7); empty for a layer without rates.
    var kByStep: [Double]
  }

  static let format = "nmsim-explain/1"

  /// The document's text, embedded in the page.
  let text: [UInt8]
  let network: String
  let steps: Int
  let samples: Int
  let original: Double?
  let accuracy: Executions
  let summary: String
  let layers: [Layer]

  init(reading text: [UInt8], _ node: JSONNode) throws(JSONError) {
    self.text = text
    var o = try node.object()
    network = try o.required("network").string()
    let ticks = try o.required("ticks").int(in: 1...1_000_000)
    steps = ticks
    samples = try o.required("samples").int(in: 0 ... .max)
    let node = try o.required("accuracy")
    var stages = try node.object()
    original = try stages.known("original")?.double(in: 0...1)
    accuracy = try Executions(node, in: 0...1)
    summary = try o.known("summary")?.string() ?? ""
    var layers: [Layer] = []
    for node in try o.required("layers").array(count: 0...10_000) { layers.append(try Layer(node, steps: ticks)) }
    self.layers = layers
  }
}

extension ReportExplanation.Executions {
  fileprivate init(_ node: JSONNode, in range: ClosedRange<Double>) throws(JSONError) {
    var o = try node.object()
    limit = try o.known("limit")?.double(in: range)
    float = try o.known("float")?.double(in: range)
    integer = try o.known("integer")?.double(in: range)
    chip = try o.known("chip")?.double(in: range)
  }
}

extension ReportExplanation.Layer {
  fileprivate init(_ node: JSONNode, steps: Int) throws(JSONError) {
    var o = try node.object()
    name = try o.required("name").string()
    // Cosines are rounded sums: a little beyond 1 is theirs.
    cosine = try o.known("cosine").map { (node) throws(JSONError) in
      try ReportExplanation.Executions(node, in: -1.001...1.001)
    } ?? ReportExplanation.Executions()
    accuracy = try o.known("accuracy").map { (node) throws(JSONError) in
      try ReportExplanation.Executions(node, in: 0...1)
    } ?? ReportExplanation.Executions()
    omega = try o.known("omega")?.double(in: 0 ... .greatestFiniteMagnitude)
    kByStep = []
    guard let node = o.known("kByStep") else { return }
    let values = try node.array()
    guard values.isEmpty || values.count == steps else {
      throw node.error("\(values.count) values for \(steps) steps")
    }
    for value in values { kByStep.append(try value.double(in: 0 ... .greatestFiniteMagnitude)) }
  }
}

extension JSONObjectReader {
  /// Nil where the member is absent or `null`.
  fileprivate mutating func known(_ key: String) -> JSONNode? {
    guard let node = optional(key), !node.isNull else { return nil }
    return node
  }
}
