extension ChipDescription {
  /// The `format` of a chip description file.
  package static let format = "nmsim-chip/1"
  /// Largest description file, bytes.
  static let maximumBytes = 1 << 20

  /// Reads a description: strict keys, comments allowed, every constant with its source.
  ///
  /// - Parameters:
  ///   - json: the text, UTF-8.
  ///   - file: what messages call it: a path or `built-in NAME`.
  ///   - base: gives the description that `extends` names; by default the built-in ones. `ChipLibrary` passes one that
  ///     finds files too and refuses cycles.
  /// - Throws: `ChipError.description` with line and column, or `.inconsistent`.
  package init(
    json: [UInt8], file: String,
    extending base: (String) throws(ChipError) -> ChipDescription = { (name) throws(ChipError) in
      try ChipLibrary.builtIn(name)
    }
  ) throws(ChipError) {
    var object: JSONObjectReader
    let extends: JSONNode?
    let name: String?
    do throws(JSONError) {
      let root = try JSONParser.parse(
        json, options: .init(allowsComments: true, maximumBytes: ChipDescription.maximumBytes))
      object = try JSONNode(root: root).object()
      let format = try object.required("format")
      guard try format.string() == ChipDescription.format else {
        throw format.error("not a format of this version; expected '\(ChipDescription.format)'")
      }
      extends = object.optional("extends")
      name = try extends?.string()
    } catch {
      throw .description(error, file: file)
    }
    var chip = ChipDescription(name: "")
    if let extends, let name {
      let parent: ChipDescription
      do throws(ChipError) { parent = try base(name) } catch {
        guard case .unknownChip(name, _) = error else { throw error }
        throw .description(extends.error(error.description), file: file)
      }
      chip = parent
      chip.lineage = [parent.name] + parent.lineage
    }
    var reader = ChipReader(chip: chip, isExtending: extends != nil)
    do throws(JSONError) {
      try reader.read(&object)
    } catch {
      throw .description(error, file: file)
    }
    self = reader.chip
    try check(file: file)
  }
}

/// Applies the keys of one description file to the chip it extends.
private struct ChipReader {
  var chip: ChipDescription
  let isExtending: Bool
  private var sources: [(key: String, text: String)] = []
  private var fileSource: String?
  private var fileCertainty: Certainty?

  init(chip: ChipDescription, isExtending: Bool) {
    self.chip = chip
    self.isExtending = isExtending
  }

  mutating func read(_ object: inout JSONObjectReader) throws(JSONError) {
    let name = try object.required("name")
    chip.name = try name.string()
    guard Self.isName(chip.name) else {
      throw name.error("a name has 1 to 64 letters, digits, '-', '_' and '.', and begins with a letter or digit")
    }
    if let title = object.optional("title") { chip.title = try title.string() }
    if chip.title.isEmpty { throw JSONError(.missingKey("title"), at: object.location, path: object.path) }
    if let lineage = object.optional("lineage") {
      if isExtending { throw lineage.error("is written into resolved descriptions; it does not go with 'extends'") }
      chip.lineage = try lineage.strings()
    }
    chip.notes += try object.optional("notes")?.strings() ?? []
    try readSources(&object)
    try readDatapath(&object)
    try readLimits(&object)
    try readMesh(&object)
    try readCosts(&object)
    try readPower(&object)
    try object.finish()
  }

  private static func isName(_ text: String) -> Bool {
    guard (1...64).contains(text.utf8.count), let first = text.utf8.first else { return false }
    func isWord(_ byte: UInt8) -> Bool {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: false
      }
    }
    let others: [UInt8] = [UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ".")]
    return isWord(first) && text.utf8.allSatisfy { isWord($0) || others.contains($0) }
  }

  // MARK: Sources

  private mutating func readSources(_ object: inout JSONObjectReader) throws(JSONError) {
    if var list = try object.optional("sources")?.object() {
      for (key, node) in list.allMembers() {
        let text = try node.string()
        guard !text.isEmpty, !text.hasPrefix("@") else { throw node.error("a source is a text that names where") }
        guard key.allSatisfy(Self.isReference), !key.isEmpty else {
          throw node.error("a source's key has letters, digits, '-' and '_' only")
        }
        sources.append((key, text))
      }
    }
    if let node = object.optional("source") { fileSource = try sourceText(node) }
    fileCertainty = try object.optional("certainty")?.choice(of: Certainty.self)
  }

  private static func isReference(_ c: Character) -> Bool {
    c.isASCII && (c.isLetter || c.isNumber || c == "-" || c == "_")
  }

  /// The text; `@key` at its start stands for an entry of `sources`, and what follows is appended.
  private func sourceText(_ node: JSONNode) throws(JSONError) -> String {
    let text = try node.string()
    guard !text.isEmpty else { throw node.error("a source is a text that names where; it is empty") }
    guard text.hasPrefix("@") else { return text }
    let key = String(text.dropFirst().prefix(while: Self.isReference))
    guard let found = sources.first(where: { $0.key == key }) else {
      throw node.error(
        "'sources' has no entry \(quotedForMessage(key))"
          + (closest(to: key, in: sources.map(\.key)).map { "; did you mean '\($0)'?" } ?? "; add it"))
    }
    return found.text + text.dropFirst(key.count + 1)
  }

  /// A constant in its long form `{"value", "source", "certainty"}`, or bare where the file has a `source` for all.
  /// Nil for `null`: unknown, whatever the extended chip said.
  private func sourced<Value>(
    _ node: JSONNode, _ value: (JSONNode) throws(JSONError) -> Value
  ) throws(JSONError) -> Sourced<Value>? {
    if node.isNull { return nil }
    guard case .object = node.value.kind else {
      guard let fileSource, let fileCertainty else {
        throw node.error(
          "has no source; write {\"value\": ..., \"source\": ..., \"certainty\": ...}, or give the file a 'source' and "
            + "a 'certainty'")
      }
      return Sourced(try value(node), source: fileSource, certainty: fileCertainty)
    }
    var object = try node.object()
    let bare = try value(try object.required("value"))
    let (source, certainty) = try provenance(&object)
    try object.finish()
    return Sourced(bare, source: source, certainty: certainty)
  }

  private func provenance(_ object: inout JSONObjectReader) throws(JSONError) -> (String, Certainty) {
    let source: String
    if let node = object.optional("source") {
      source = try sourceText(node)
    } else if let fileSource {
      source = fileSource
    } else {
      throw JSONError(.missingKey("source"), at: object.location, path: object.path)
    }
    if let node = object.optional("certainty") { return (source, try node.choice(of: Certainty.self)) }
    guard let fileCertainty else {
      throw JSONError(.missingKey("certainty"), at: object.location, path: object.path)
    }
    return (source, fileCertainty)
  }

  private func quantity(_ dimension: Quantity, _ node: JSONNode) throws(JSONError) -> Double {
    guard case .string(let text) = node.value.kind, let value = dimension.value(of: text) else {
      throw node.error("expected a number with its unit, as in \"\(dimension.example)\"")
    }
    return value
  }

  // MARK: Sections

  private mutating func readNumbers(_ section: ChipSection, _ object: inout JSONObjectReader) throws(JSONError) {
    for number in ChipNumber.allCases where number.section == section {
      guard let node = object.optional(number.rawValue) else { continue }
      chip.numbers[number] = try sourced(node) { (node) throws(JSONError) in try node.int(in: number.range) }
    }
    for rule in ChipRule.allCases where rule.section == section {
      guard let node = object.optional(rule.rawValue) else { continue }
      chip.rules[rule] = try sourced(node) { (node) throws(JSONError) in try node.bool() }
    }
  }

  private mutating func readDatapath(_ object: inout JSONObjectReader) throws(JSONError) {
    guard var section = try object.optional("datapath")?.object() else { return }
    try readNumbers(.datapath, &section)
    for register in ChipRegister.allCases {
      guard let node = section.optional(register.rawValue) else { continue }
      chip.registers[register] = try sourced(node) { (node) throws(JSONError) in
        Overflow(rawValue: try node.choice(of: register.allowed.map(\.rawValue))) ?? .saturate
      }
    }
    for format in ChipFormat.allCases {
      guard let node = section.optional(format.rawValue) else { continue }
      chip.formats[format] = try sourced(node, Self.mantissaExponent)
    }
    if let node = section.optional("neuronModels") {
      chip.neuronModels = try sourced(node) { (node) throws(JSONError) in
        var names: [String] = []
        for element in try node.array() {
          let name = try element.string()
          guard ChipDescription.allNeuronModels.contains(name) else {
            throw JSONError(
              .unknownValue(name, allowed: ChipDescription.allNeuronModels), at: element.location, path: element.path)
          }
          names.append(name)
        }
        return names
      }
    }
    if let node = section.optional("resets") { chip.resets = try sourced(node, Self.resets) }
    try section.finish()
  }

  private static func resets(_ node: JSONNode) throws(JSONError) -> [ChipReset] {
    var result: [ChipReset] = []
    for element in try node.array(count: 1...ResetRule.allCases.count) {
      var object = try element.object()
      let rule = try object.required("reset").choice(of: ResetRule.self)
      guard !result.contains(where: { $0.rule == rule }) else { throw element.error("has this reset already") }
      result.append(
        ChipReset(
          rule, compartments: try object.optional("compartments")?.int(in: ChipReset.compartments) ?? 1,
          synapse: try object.optional("synapse").map(mantissaExponent)))
      try object.finish()
    }
    return result
  }

  private static func mantissaExponent(_ node: JSONNode) throws(JSONError) -> MantissaExponent {
    var object = try node.object()
    let bits = try object.required("mantissaBits").int(in: 1...31)
    let exponents = try object.required("exponents")
    let ends = try exponents.ints(in: 0...30, count: 2...2)
    guard ends[0] <= ends[1] else { throw exponents.error("write the smallest exponent first") }
    try object.finish()
    return MantissaExponent(mantissaBits: bits, exponents: ends[0]...ends[1])
  }

  private mutating func readLimits(_ object: inout JSONObjectReader) throws(JSONError) {
    guard var section = try object.optional("limits")?.object() else { return }
    try readNumbers(.limits, &section)
    if let node = section.optional("crossbar") { chip.crossbar = try sourced(node, Self.crossbar) }
    if let node = section.optional("convolutionCore") {
      chip.convolutionCore = try sourced(node, Self.convolutionCore)
    }
    if let node = section.optional("coreTypes") { chip.coreTypes = try sourced(node, Self.coreTypes) }
    if let node = section.optional("synapseLists") { chip.synapseLists = try sourced(node, Self.synapseLists) }
    if let node = section.optional("axonModes") { chip.axonModes = try sourced(node, Self.axonModes) }
    try section.finish()
  }

  private static func crossbar(_ node: JSONNode) throws(JSONError) -> Crossbar {
    var object = try node.object()
    let result = Crossbar(
      axons: try object.required("axons").int(in: 1...1_048_576),
      axonTypes: try object.required("axonTypes").int(in: 0...65_536),
      binary: try object.required("binary").bool())
    try object.finish()
    return result
  }

  private static func convolutionCore(_ node: JSONNode) throws(JSONError) -> ConvolutionCore {
    let size = 1...65_536
    var object = try node.object()
    let result = ConvolutionCore(
      maximumKernel: try object.required("maximumKernel").int(in: size),
      strides: try object.required("strides").ints(in: size, count: 1...64),
      maximumPadding: try object.required("maximumPadding").int(in: 0...65_536),
      poolSizes: try object.required("poolSizes").ints(in: size, count: 1...64),
      maximumChannels: try object.required("maximumChannels").int(in: size),
      maximumInputSide: try object.required("maximumInputSide").int(in: size),
      maximumOutputSide: try object.required("maximumOutputSide").int(in: size),
      fanOutLayers: try object.required("fanOutLayers").int(in: size))
    try object.finish()
    return result
  }

  private static func synapseLists(_ node: JSONNode) throws(JSONError) -> SynapseLists {
    var object = try node.object()
    func widths(_ key: String) throws(JSONError) -> [Int] {
      try object.required(key).ints(in: 0...64, count: 1...64).sorted()
    }
    let result = SynapseLists(
      weightBits: try widths("weightBits"), indexBits: try widths("indexBits"),
      headerBits: try object.required("headerBits").int(in: 0...65_536),
      length: try object.required("length").int(in: 1...65_536),
      wordBits: try object.required("wordBits").int(in: 1...65_536),
      baseRange: try object.required("baseRange").int(in: 1...ChipNumber.neuronsPerCore.range.upperBound))
    try object.finish()
    return result
  }

  private static func axonModes(_ node: JSONNode) throws(JSONError) -> [AxonMode] {
    var result: [AxonMode] = []
    for element in try node.array(count: 1...64) {
      var object = try element.object()
      var mode = AxonMode(
        name: try object.required("name").string(), atoms: try object.required("atoms").int(in: 1...65_536),
        slots: try object.required("slots").int(in: 1...64))
      if let node = object.optional("resets") {
        mode.resets = try node.array(count: 1...ResetRule.allCases.count).map { (node) throws(JSONError) in
          try node.choice(of: ResetRule.self)
        }
      }
      result.append(mode)
      try object.finish()
    }
    return result
  }

  private static func coreTypes(_ node: JSONNode) throws(JSONError) -> [CoreType] {
    var result: [CoreType] = []
    for element in try node.array(count: 1...1_024) {
      var object = try element.object()
      result.append(
        CoreType(
          count: try object.required("count").int(in: ChipNumber.coresPerChip.range),
          neurons: try object.required("neurons").int(in: ChipNumber.neuronsPerCore.range),
          synapseMemoryBits: try object.required("synapseMemoryBits").int(in: ChipNumber.synapseMemoryBitsPerCore.range)
        ))
      try object.finish()
    }
    return result
  }

  private mutating func readMesh(_ object: inout JSONObjectReader) throws(JSONError) {
    guard var section = try object.optional("mesh")?.object() else { return }
    if let node = section.optional("topology"), try node.string() != "xy" {
      throw JSONError(.unknownValue(try node.string(), allowed: ["xy"]), at: node.location, path: node.path)
    }
    try readNumbers(.mesh, &section)
    try section.finish()
  }

  private mutating func readCosts(_ object: inout JSONObjectReader) throws(JSONError) {
    if var section = try object.optional("energy")?.object() {
      try readNumbers(.energy, &section)
      if let node = section.optional("memory") { chip.memoryEnergy = try sourced(node, memoryEnergy) }
      chip.energy = try costs(chip.energy, .energy, &section)
      try section.finish()
    }
    guard var section = try object.optional("time")?.object() else { return }
    try readNumbers(.time, &section)
    chip.time = try costs(chip.time, .time, &section)
    if let node = section.optional("tick") {
      chip.tickSeconds = try sourced(node) { (node) throws(JSONError) in try quantity(.time, node) }
    }
    if let node = section.optional("barrier") {
      chip.barrier = try sourced(node) { (node) throws(JSONError) in
        var steps: [BarrierStep] = []
        for element in try node.array(count: 0...4_096) {
          var object = try element.object()
          steps.append(
            BarrierStep(
              tiles: try object.required("tiles").int(in: 1...1_000_000_000),
              seconds: try quantity(.time, try object.required("time"))))
          try object.finish()
        }
        return steps
      }
    }
    try section.finish()
  }

  private func costs(
    _ inherited: CostTable, _ dimension: Quantity, _ object: inout JSONObjectReader
  ) throws(JSONError) -> CostTable {
    var table = inherited
    if let node = object.optional("hop") {
      let each = try cost(dimension, node)
      for direction in MeshDirection.allCases { table[direction.action] = each }
    }
    for action in ChipAction.allCases {
      guard let node = object.optional(action.rawValue) else { continue }
      table[action] = try cost(dimension, node)
    }
    return table
  }

  private func memoryEnergy(_ node: JSONNode) throws(JSONError) -> MemoryEnergy {
    var object = try node.object()
    let bits = try object.required("bits").int(in: 1...65_536)
    var sizes: [MemoryEnergy.Size] = []
    for element in try object.required("sizes").array(count: 1...64) {
      var size = try element.object()
      let bytes = try size.required("bytes").int(in: 1...1_099_511_627_776)
      guard bytes > sizes.last?.bytes ?? 0 else { throw element.error("sort the sizes by rising 'bytes'") }
      sizes.append(MemoryEnergy.Size(bytes: bytes, joules: try quantity(.energy, try size.required("energy"))))
      try size.finish()
    }
    try object.finish()
    return MemoryEnergy(bits: bits, sizes: sizes)
  }

  private static func memoryAccess(_ node: JSONNode) throws(JSONError) -> MemoryAccess {
    var object = try node.object()
    let result = MemoryAccess(
      memory: try object.required("memory").choice(of: CoreStore.self),
      times: try object.optional("times")?.int(in: 1...64) ?? 1, bits: try object.optional("bits")?.int(in: 1...1_024))
    try object.finish()
    return result
  }

  /// A quantity, `{"includedIn": ACTION, "source", "certainty"}`, or `{"access": {"memory", "times", "bits"}, ...}`.
  private func cost(_ dimension: Quantity, _ node: JSONNode) throws(JSONError) -> Cost? {
    if case .object = node.value.kind {
      var object = try node.object()
      if let included = object.optional("includedIn") {
        let action = try included.choice(of: ChipAction.self)
        let (source, certainty) = try provenance(&object)
        try object.finish()
        return .included(Sourced(action, source: source, certainty: certainty))
      }
      if dimension == .energy, let access = object.optional("access") {
        let value = try Self.memoryAccess(access)
        let (source, certainty) = try provenance(&object)
        try object.finish()
        return .access(Sourced(value, source: source, certainty: certainty))
      }
    }
    return try sourced(node) { (node) throws(JSONError) in try quantity(dimension, node) }.map { .known($0) }
  }

  private mutating func readPower(_ object: inout JSONObjectReader) throws(JSONError) {
    guard var section = try object.optional("power")?.object() else { return }
    for item in StaticPower.allCases {
      guard let node = section.optional(item.rawValue) else { continue }
      chip.power[item] = try sourced(node) { (node) throws(JSONError) in try quantity(.power, node) }
    }
    try section.finish()
  }
}
