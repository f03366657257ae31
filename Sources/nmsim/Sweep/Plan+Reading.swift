import ChipModel
import Compiler

extension Plan {
  /// Reads a plan; comments and trailing commas are allowed.
  /// - Throws: `JSONError` with line, column and member.
  init(reading bytes: [UInt8]) throws(JSONError) {
    let options = JSONParser.Options(allowsComments: true, maximumBytes: 1 << 24, maximumValues: 1 << 20)
    let root = JSONNode(root: try JSONParser.parse(bytes, options: options))
    var o = try root.object()
    let format = try o.required("format")
    guard try format.string() == Plan.format else {
      throw format.error("not a plan of this version; expected '\(Plan.format)'")
    }
    // Asked for all at once, so that a mistyped key is told as that, not as a missing one.
    for key in ["name", "model", "networks", "preprocessing", "calibration", "methods", "target", "spikeProfile"]
      + PlanAxis.all.map(\.key)
    { _ = o.optional(key) }
    try o.finish()

    source = try Plan.source(&o)
    name = try o.optional("name")?.string()
    for axis in PlanAxis.all { if let node = o.optional(axis.key) { try axis.read(node, &self) } }
    if case .model = source, data.isEmpty {
      throw o.error("missing key 'data': the samples that every point runs on")
    }
    if let node = o.optional("target") { target = try node.double(in: 0...1) }
    if let node = o.optional("spikeProfile") {
      spikeProfile = try node.string()
      do throws(ChipError) { _ = try SpikeProfile(nameOrAmount: spikeProfile) } catch { throw node.error("\(error)") }
    }
    guard count != nil else {
      throw o.error("the plan has more than \(NumberFormat.count(Plan.mostPoints)) points; divide it")
    }
  }

  private static func source(_ o: inout JSONObjectReader) throws(JSONError) -> Source {
    guard let model = o.optional("model") else {
      guard let networks = o.optional("networks") else {
        throw o.error("missing key 'model': a trained network (.onnx); or 'networks', a list of net.json files")
      }
      for key in ["methods", "calibration", "preprocessing"] {
        if let node = o.optional(key) { throw node.error("goes with 'model'; 'networks' are converted already") }
      }
      return .networks(try list(networks, name))
    }
    if let networks = o.optional("networks") { throw networks.error("goes without 'model'; remove one of the two") }
    var methods: [ConversionSettings] = []
    let node = try o.required("methods")
    for element in try elements(node) {
      for method in try self.methods(element) {
        guard !methods.contains(method) else { throw element.error("method '\(method.name)' with the same options stands here twice") }
        methods.append(method)
      }
      guard methods.count <= mostMethods else {
        throw element.error("more than \(mostMethods) methods; divide the plan")
      }
    }
    var calibration: Data?
    if let node = o.optional("calibration") { calibration = try Data(node) }
    if calibration == nil, let method = methods.first(where: \.method.needsCalibration) {
      throw o.error("missing key 'calibration': method '\(method.name)' takes its thresholds from data")
    }
    var preprocessing = Preprocessing.identity
    if let node = o.optional("preprocessing") { preprocessing = try self.preprocessing(node) }
    return .model(
      Model(path: try name(model), preprocessing: preprocessing, calibration: calibration, methods: methods))
  }

  /// One element, crossed out: `"rmp"`, or `{"name": "rmp", "alpha": [0.7, 0.8]}`.
  private static func methods(_ node: JSONNode) throws(JSONError) -> [ConversionSettings] {
    if case .string = node.value.kind { return [ConversionSettings(try method(node))] }
    var o = try node.object()
    var crossed = [ConversionSettings(try method(try o.required("name")))]
    for parameter in ConversionMethod.parameters {
      guard let list = o.optional(parameter.key) else { continue }
      var values: [ParameterValue] = []
      for node in try elements(list) { values.append(try parameter.value(of: node)) }
      crossed = try cross(crossed, values, list, most: mostMethods, of: "methods") { $0[value: parameter] = $1 }
    }
    try o.finish()
    for settings in crossed {
      do throws(ConversionError) { try settings.check() } catch { throw node.error("\(error)") }
    }
    return crossed
  }

  private static func method(_ node: JSONNode) throws(JSONError) -> ConversionMethod {
    ConversionMethod(named: try node.choice(of: ConversionMethod.all.map(\.name))) ?? .robustNorm
  }

  private static func preprocessing(_ node: JSONNode) throws(JSONError) -> Preprocessing {
    var o = try node.object()
    var result = Preprocessing.identity
    if let node = o.optional("scale") {
      if case .string(let text) = node.value.kind {
        // 1/255 is no decimal number.
        guard case .number(let value)? = try? ValueKind.ratio.parse(text) else {
          throw node.error("is neither a number nor a quotient above 0; write for example \"1/255\"")
        }
        result.scale = value
      } else {
        result.scale = try node.double()
      }
    }
    if let node = o.optional("mean") { result.mean = try node.doubles(count: 1...65_536) }
    if let node = o.optional("std") { result.std = try node.doubles(count: 1...65_536) }
    try o.finish()
    return result
  }

  // MARK: Lists

  /// Every item with every value, the values changing fastest.
  static func cross<Item, Value>(
    _ items: [Item], _ values: [Value], _ node: JSONNode, most: Int, of what: String, _ set: (inout Item, Value) -> Void
  ) throws(JSONError) -> [Item] {
    guard items.count * values.count <= most else { throw node.error("more than \(most) \(what); divide the plan") }
    return items.flatMap { item in
      values.map { value in
        var item = item
        set(&item, value)
        return item
      }
    }
  }

  /// The elements of an array, or the value alone.
  static func elements(_ node: JSONNode) throws(JSONError) -> [JSONNode] {
    guard case .array = node.value.kind else { return [node] }
    return try node.array(count: 1...mostValues)
  }

  /// One value or several, none twice.
  static func list<Value: Equatable>(
    _ node: JSONNode, _ read: (JSONNode) throws(JSONError) -> Value
  ) throws(JSONError) -> [Value] {
    var values: [Value] = []
    for element in try elements(node) {
      let value = try read(element)
      guard !values.contains(value) else { throw element.error("stands in the list before; remove one of the two") }
      values.append(value)
    }
    return values
  }

  /// Values of a parameter; `null` is the one that holds without the key.
  static func values(_ node: JSONNode, of parameter: Parameter) throws(JSONError) -> [ParameterValue?] {
    try list(node) { (node) throws(JSONError) -> ParameterValue? in node.isNull ? nil : try parameter.value(of: node) }
  }

  static func name(_ node: JSONNode) throws(JSONError) -> String {
    let text = try node.string()
    guard !text.isEmpty else { throw node.error("is empty; give a name or a path") }
    return text
  }
}

extension Plan.Data {
  /// `"images.npy"`, or `{"images": ..., "labels": ..., "samples": ...}`.
  init(_ node: JSONNode) throws(JSONError) {
    if case .string(let images) = node.value.kind {
      self.init(images: images)
      return
    }
    var o = try node.object()
    self.init(
      images: try o.required("images").string(), labels: try o.optional("labels")?.string(),
      samples: try o.optional("samples")?.int(in: 1 ... .max))
    try o.finish()
  }
}
