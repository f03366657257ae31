import ChipModel

/// The file form of a mapping, `"format": "nmsim-mapping/1"`:
///
/// ```json
/// { "format": "nmsim-mapping/1",
///   "cores": [
///     { "place": 0,
///       "parts": [ { "population": "conv1", "channels": [0, 16], "rows": [0, 8], "columns": [0, 8] } ] } ] }
/// ```
///
/// Ranges are half open: first, and one past the last. `rows` and `columns` may be left out for a vector of neurons,
/// which has one of each.
package enum MappingFile {
  package static let format = "nmsim-mapping/1"
  /// Largest file, bytes.
  package static let maximumBytes = 64 << 20
  /// Places and range ends beyond this are refused before anything is counted.
  private static let largest = MapShape.maximumCount

  /// - Throws: `JSONError` with line, column and path. Whether the mapping suits a network is checked by `compile`.
  package static func parse(_ bytes: [UInt8]) throws(JSONError) -> Mapping {
    let root = JSONNode(root: try JSONParser.parse(bytes, options: .init(maximumBytes: maximumBytes)))
    var object = try root.object()
    let format = try object.required("format")
    guard try format.string() == Self.format else {
      throw format.error("not a mapping of this version; expected '\(Self.format)'")
    }
    var cores: [Mapping.Core] = []
    for node in try object.required("cores").array(count: 1...1_048_576) {
      var core = try node.object()
      let place = try core.required("place").int(in: 0...1_048_575)
      var parts: [Mapping.Part] = []
      for node in try core.required("parts").array(count: 1...1_048_576) { parts.append(try part(node)) }
      try core.finish()
      cores.append(Mapping.Core(place: place, parts: parts))
    }
    try object.finish()
    return Mapping(cores: cores)
  }

  private static func part(_ node: JSONNode) throws(JSONError) -> Mapping.Part {
    var object = try node.object()
    let population = try object.required("population").string()
    let box = Box(
      channels: try range(try object.required("channels")), rows: try range(object.optional("rows")),
      columns: try range(object.optional("columns")))
    try object.finish()
    return Mapping.Part(population: population, box: box)
  }

  /// `[first, end]` with `first < end`; `[0, 1]` where there is none.
  private static func range(_ node: JSONNode?) throws(JSONError) -> Range<Int> {
    guard let node else { return 0..<1 }
    let ends = try node.ints(in: 0...largest, count: 2...2)
    guard ends[0] < ends[1] else {
      throw node.error("the range \(listText(ends)) is empty; write the first and one past the last")
    }
    return ends[0]..<ends[1]
  }

  /// The mapping as JSON bytes; `parse` reads it back equal.
  package static func bytes(of mapping: Mapping) -> [UInt8] {
    func pair(_ range: Range<Int>) -> JSONOutput { .integers([range.lowerBound, range.upperBound]) }
    let cores = mapping.cores.map { core in
      JSONOutput.object([
        ("place", .int(core.place)),
        (
          "parts",
          .array(
            core.parts.map { part in
              .object([
                ("population", .string(part.population)), ("channels", pair(part.box.channels)),
                ("rows", pair(part.box.rows)), ("columns", pair(part.box.columns)),
              ])
            })
        ),
      ])
    }
    // The document holds no floating-point numbers, so writing cannot fail.
    let document = JSONOutput.object([("format", .string(format)), ("cores", .array(cores))])
    return (try? JSONWriter.bytes(of: document)) ?? []
  }
}
