import ChipModel

/// Reads the parts of a `net.json`, key by key in the order of `docs/net-json.md`, and collects the tensor references.
struct NetworkReader {
  var references: [TensorReference] = []

  mutating func network(_ node: JSONNode) throws(JSONError) -> (Network, tensorsFile: String?) {
    // First, so that a file of another kind or version is called that, not a file with unknown keys.
    var object = try node.object()
    let format = try object.required("format")
    let formatName = try format.string()
    guard formatName == NetworkDocument.format else {
      throw format.error(
        "the format is '\(shownName(formatName))'; this version reads '\(NetworkDocument.format)'")
    }
    object = try known(
      node,
      ["format", "name", "tensors", "input", "populations", "projections", "output", "ann", "provenance"])
    _ = try object.required("format")
    let name = try object.required("name").string()
    var tensorsFile: String?
    if let node = object.optional("tensors") { tensorsFile = try self.tensorsFile(node) }
    let input = try self.input(try object.required("input"))

    var populations: [NetworkPopulation] = []
    for node in try object.required("populations").array() { populations.append(try population(node)) }
    var projections: [NetworkProjection] = []
    for node in try object.required("projections").array() { projections.append(try projection(node)) }
    let output = try self.output(try object.required("output"))
    var ann: ANNFacts?
    if let node = object.optional("ann") { ann = try sourceNetwork(node) }
    var provenance: [ProvenanceEntry] = []
    if let node = object.optional("provenance") { provenance = try self.provenance(node) }
    try object.finish()

    if tensorsFile == nil, let first = references.first {
      throw JSONError(
        .invalid("the tensor '\(shownName(first.name))' is named, but no tensor file; add \"tensors\": \"FILE\""),
        at: first.location, path: first.path)
    }
    let network = Network(
      name: name, input: input, populations: populations, projections: projections, output: output, ann: ann,
      provenance: provenance)
    return (network, tensorsFile)
  }

  /// The object, after a look for keys that it does not have: a mistyped key is told as that, not as a missing one.
  func known(_ node: JSONNode, _ keys: [String]) throws(JSONError) -> JSONObjectReader {
    var object = try node.object()
    for key in keys { _ = object.optional(key) }
    try object.finish()
    return try node.object()
  }

  // MARK: Input

  private func input(_ node: JSONNode) throws(JSONError) -> NetworkInput {
    var object = try known(node, ["kind", "shape", "range", "preprocessing", "images", "labels"])
    var input = NetworkInput(shape: [])
    if let node = object.optional("kind") { input.kind = try node.choice() }
    input.shape = try object.required("shape").ints()
    if let node = object.optional("range") {
      let ends = try node.doubles(count: 2...2)
      input.range = InputRange(low: ends[0], high: ends[1])
    }
    if let node = object.optional("preprocessing") { input.preprocessing = try preprocessing(node) }
    input.images = try object.optional("images")?.string()
    input.labels = try object.optional("labels")?.string()
    try object.finish()
    return input
  }

  private func preprocessing(_ node: JSONNode) throws(JSONError) -> Preprocessing {
    var object = try node.object()
    var result = Preprocessing.identity
    if let node = object.optional("scale") { result.scale = try node.double() }
    if let node = object.optional("mean") { result.mean = try node.doubles() }
    if let node = object.optional("std") { result.std = try node.doubles() }
    try object.finish()
    return result
  }

  // MARK: Populations

  private mutating func population(_ node: JSONNode) throws(JSONError) -> NetworkPopulation {
    var object = try known(node, ["name", "shape", "neuron", "bias"])
    let name = try object.required("name").string()
    let shape = try object.required("shape").ints()
    let neuron = try self.neuron(try object.required("neuron"))
    let bias = try optionalValues(object.optional("bias"))
    try object.finish()
    return NetworkPopulation(name: name, shape: shape, neuron: neuron, bias: bias)
  }

  private mutating func neuron(_ node: JSONNode) throws(JSONError) -> NetworkNeuron {
    var object = try known(
      node,
      [
        "model", "threshold", "negativeThreshold", "spikeValue", "initial",
      ] + NeuronModel.Kind.parameters.map(\.key))
    let name = try object.required("model").choice(of: NeuronModel.Kind.ofNetworks.map(\.name))
    var neuron = NetworkNeuron(model: NeuronModel.Kind(named: name) ?? .integrateFire)
    neuron.threshold = try optionalValues(object.optional("threshold"), allowsInfinity: true)
    neuron.negativeThreshold = try optionalValues(object.optional("negativeThreshold"))
    neuron.spikeValue = try optionalValues(object.optional("spikeValue"))
    neuron.initial = try optionalValues(object.optional("initial"))
    for parameter in NeuronModel.Kind.parameters {
      guard let node = object.optional(parameter.key) else { continue }
      let value = try parameter.value(of: node)
      // What holds anyway is no value of the model's own, and not written.
      if value != parameter.standard { neuron.parameters[value: parameter] = value }
    }
    try object.finish()
    return neuron
  }

  // MARK: Projections

  private mutating func projection(_ node: JSONNode) throws(JSONError) -> NetworkProjection {
    var object = try known(
      node,
      [
        "name", "from", "to", "kind", "pool", "weights", "stride", "padding", "dilation", "groups", "delay",
      ])
    let name = try object.required("name").string()
    let from = try object.required("from").string()
    let to = try object.required("to").string()
    let kind = try object.required("kind").choice(of: Projection.Kind.self)
    var result = NetworkProjection(name: name, from: from == "input" ? nil : from, to: to, kind: kind)
    if let node = object.optional("pool") { result.pool = try pool(node) }
    if let node = object.optional("weights") { result.weights = try weights(node) }
    if let node = object.optional("stride") { result.stride = try pair(node) }
    if let node = object.optional("padding") { result.padding = try sides(node) }
    if let node = object.optional("dilation") { result.dilation = try pair(node) }
    if let node = object.optional("groups") { result.groups = try node.int() }
    result.delay = try object.optional("delay")?.int()
    try object.finish()
    return result
  }

  private func pool(_ node: JSONNode) throws(JSONError) -> NetworkPool {
    var object = try known(node, ["kind", "kernel", "stride", "padding"])
    let kind = try object.required("kind").choice(of: PoolGeometry.Kind.self)
    let kernel = try pair(try object.required("kernel"))
    var pool = NetworkPool(kind: kind, kernel: kernel, stride: kernel)
    if let node = object.optional("stride") { pool.stride = try pair(node) }
    if let node = object.optional("padding") { pool.padding = try sides(node) }
    try object.finish()
    return pool
  }

  /// A whole number for both axes, or `[y, x]`.
  private func pair(_ node: JSONNode) throws(JSONError) -> [Int] {
    guard case .array = node.value.kind else {
      let value = try node.int()
      return [value, value]
    }
    return try node.ints(count: 2...2)
  }

  /// A whole number for all sides, `[y, x]`, or `[top, left, bottom, right]`.
  private func sides(_ node: JSONNode) throws(JSONError) -> [Int] {
    guard case .array = node.value.kind else {
      return [Int](repeating: try node.int(), count: 4)
    }
    let values = try node.ints()
    switch values.count {
    case 2: return values + values
    case 4: return values
    default:
      throw JSONError(
        .wrongCount(values.count, expected: "2 elements [y, x] or 4 elements [top, left, bottom, right]"),
        at: node.location, path: node.path)
    }
  }

  // MARK: Facts

  private func output(_ node: JSONNode) throws(JSONError) -> NetworkOutput {
    var object = try known(node, ["population", "readout"])
    var output = NetworkOutput(population: try object.required("population").string())
    if let node = object.optional("readout") { output.readout = try node.choice() }
    try object.finish()
    return output
  }

  private func sourceNetwork(_ node: JSONNode) throws(JSONError) -> ANNFacts {
    var object = try node.object()
    let ann = ANNFacts(
      accuracy: try object.optional("accuracy")?.double(),
      accuracyOn: try object.optional("accuracyOn")?.string(),
      multiplyAccumulates: try object.optional("multiplyAccumulates")?.int(),
      parameters: try object.optional("parameters")?.int())
    try object.finish()
    return ann
  }

  private func provenance(_ node: JSONNode) throws(JSONError) -> [ProvenanceEntry] {
    var object = try node.object()
    var entries: [ProvenanceEntry] = []
    for (key, node) in object.allMembers() {
      let value: ProvenanceValue
      switch node.value.kind {
      case .string(let text): value = .text(text)
      case .bool(let flag): value = .flag(flag)
      case .integer, .number: value = .number(try node.double())
      case .null, .array, .object:
        throw node.error("provenance values are strings, numbers, true or false")
      }
      entries.append(ProvenanceEntry(key: key, value: value))
    }
    return entries
  }

  /// A file beside the network or in a folder below it: a network from elsewhere must not make nmsim read other files.
  private func tensorsFile(_ node: JSONNode) throws(JSONError) -> String {
    let name = try node.string()
    let steps = name.split(separator: "/", omittingEmptySubsequences: false)
    guard !name.utf8.contains(0), steps.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." }) else {
      throw node.error(
        "the tensor file '\(shownName(name))' is not a plain path below the network's folder;"
          + " put it beside the network and write its name")
    }
    return name
  }
}
