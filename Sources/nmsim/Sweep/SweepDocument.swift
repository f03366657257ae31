import ChipModel
import Runtime

/// The points of a sweep and what is known of them: `sweep.json` (`nmsim-sweep/1`), and `points.json` (`nmsim-points/1`)
/// with the points alone.
///
/// It follows from the plan's points and their result files, whoever ran them and when.
struct SweepDocument: JSONDocument {
  static let format = "nmsim-sweep/1"
  static let listFormat = "nmsim-points/1"

  struct Entry: JSONRecord {
    var point = SweepPoint()
    var outcome = SweepFolder.Outcome.missing

    var figures: SweepFigures? { if case .finished(let figures) = outcome { figures } else { nil } }
  }

  var name = ""
  var entries: [Entry] = []

  init() {}

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

// MARK: - Documents

extension SweepDocument.Entry {
  private var result: SweepFigures? {
    get { figures }
    set { if let newValue { outcome = .finished(newValue) } }
  }

  private var refused: String? {
    get { if case .refused(let problem) = outcome { problem } else { nil } }
    set { if let newValue { outcome = .refused(newValue) } }
  }

  static let fields: [JSONField<SweepDocument.Entry>] = SweepPoint.fields.map { $0.of(\.point) } + [
    .optional("refused", \.refused, .text, "why the point cannot be run", absent: "where it can"),
    .optional("result", \.result, .object, "what the run of the point gave", absent: "where there is none yet"),
  ]
}

extension SweepDocument {
  static let kind = (name: "a sweep", writer: "nmsim sweep")
  /// Points alone read as a sweep of which nothing is known.
  static let formerFormats = [listFormat]

  static let fields: [JSONField<SweepDocument>] = [
    .required("name", \.name, .text, "name of the plan"),
    .required("points", \.entries, .objects(count: 0...Plan.mostPoints), "the points of the plan, in its order"),
    .computed("fronts", fronts, "points that no other beats in accuracy and one cost, the cheapest first") { document in
      SweepFront.all(document.entries).map { ($0.key, $0.indices.map { document.points[$0].id }) }
    },
    .computed("recommended", recommended, "cheapest point whose accuracy lies in the interval of the most accurate one's") { document in
      SweepFront.all(document.entries).compactMap { front in
        front.recommended.map { (front.key, [document.points[$0].id]) }
      }
    },
    .computed("missing", .texts, "points without a result") { $0.missing },
  ]

  private static let fronts = byCost("list of texts") { .strings($0) }
  private static let recommended = byCost("text") { .string($0.first ?? "") }

  /// A member for each cost that points are compared by.
  private static func byCost(
    _ type: String, _ write: @escaping @Sendable ([String]) -> JSONOutput
  ) -> JSONForm<[(key: String, points: [String])]> {
    let energies = EnergyModels.all().reversed().filter(\.comparesRuns).map { SweepFront.key(of: $0) }
    let costs =
      energies.map { ($0, "energy per inference") } + [
        ("latency", "time per inference"), ("cores", "cores"), ("area", "area, where stated"),
      ]
    return JSONForm(
      "object", members: { costs.map { JSONFieldFacts($0.0, type, $0.1) } },
      write: { .object($0.map { ($0.key, write($0.points)) }) }
    ) { (_, _) throws(JSONError) in [] }
  }

  /// `points.json`
  var list: JSONOutput {
    .object([
      ("format", .string(Self.listFormat)), ("name", .string(name)),
      ("points", .array(points.map { .object($0.members) })),
    ])
  }
}
