import ChipModel

/// The points of a sweep and what is known of them: `sweep.json` (`nmsim-sweep/1`), and `points.json` (`nmsim-points/1`)
/// with the points alone.
///
/// It follows from the plan's points and their result files, whoever ran them and when.
struct SweepDocument: Sendable, Equatable {
  static let format = "nmsim-sweep/1"
  static let listFormat = "nmsim-points/1"

  struct Entry: Sendable, Equatable {
    var point: SweepPoint
    var outcome = SweepFolder.Outcome.missing

    var figures: SweepFigures? { if case .finished(let figures) = outcome { figures } else { nil } }
  }

  var name: String
  var entries: [Entry]

  init(name: String, points: [SweepPoint]) {
    self.name = name
    entries = points.map { Entry(point: $0) }
  }

  var points: [SweepPoint] { entries.map(\.point) }
  var missing: [String] { entries.filter { $0.outcome == .missing }.map(\.point.id) }
  var refusals: Int { entries.count { if case .refused = $0.outcome { true } else { false } } }

  /// Looks every point up, in the first of the folders that has it.
  mutating func fill(from folders: [SweepFolder]) {
    for index in entries.indices {
      let id = entries[index].point.id
      entries[index].outcome = folders.lazy.map { $0.outcome(id) }.first { $0 != .missing } ?? .missing
    }
  }
}

// MARK: - Writing

extension SweepDocument {
  /// `points.json`
  var list: JSONOutput {
    .object([
      ("format", .string(Self.listFormat)), ("name", .string(name)),
      ("points", .array(points.map { .object($0.members) })),
    ])
  }

  /// `sweep.json`
  var document: JSONOutput {
    .object([
      ("format", .string(Self.format)), ("name", .string(name)),
      (
        "points",
        .array(
          entries.map { entry in
            var members = entry.point.members
            switch entry.outcome {
            case .finished(let figures): members.append(("result", .object(figures.members)))
            case .refused(let problem): members.append(("refused", .string(problem)))
            case .missing: break
            }
            return .object(members)
          })
      ),
      ("fronts", .object(SweepFront.all(entries).map { ($0.key, .strings($0.indices.map { points[$0].id })) })),
      ("missing", .strings(missing)),
    ])
  }
}

// MARK: - Reading

extension SweepDocument {
  /// Reads either of the two forms.
  /// - Throws: `JSONError` with line, column and member.
  init(reading bytes: [UInt8]) throws(JSONError) {
    try self.init(JSONNode(root: try JSONParser.parse(bytes)))
  }

  init(_ node: JSONNode) throws(JSONError) {
    var o = try node.object()
    let format = try o.required("format")
    guard [Self.format, Self.listFormat].contains(try format.string()) else {
      throw format.error("not a sweep; expected \"\(Self.format)\", as 'nmsim sweep' writes it")
    }
    name = try o.required("name").string()
    entries = []
    for node in try o.required("points").array(count: 0...Plan.mostPoints) {
      var o = try node.object()
      var entry = Entry(point: try SweepPoint(&o))
      if let node = o.optional("result"), !node.isNull {
        entry.outcome = .finished(try SweepFigures(node))
      } else if let node = o.optional("refused"), !node.isNull {
        entry.outcome = .refused(try node.string())
      }
      entries.append(entry)
    }
  }
}
