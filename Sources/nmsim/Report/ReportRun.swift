import ChipModel
import Runtime

/// One run on a page: its document, its file, its number and name.
///
/// Every figure is a `data` element that names its run and carries the number unrounded, so that a script can read the page
/// and a test can compare it: `value` and `perInference` name its path in the document, `derived` says how it follows from
/// such numbers.
struct ReportRun: Sendable {
  /// 1, 2, ... in the order given; the colour of its lines too.
  let number: Int
  /// As it was named on the command line.
  let file: String
  let document: RunResult
  /// The document's text, embedded in the page.
  let text: [UInt8]
  /// What tells it from the other runs on the page.
  var label = ""
  /// Where its accuracy is lost, if it was explained.
  var explanation: ExplanationRecord?

  init(number: Int, file: String, text: [UInt8]) throws(JSONError) {
    self.number = number
    self.file = file
    self.text = text
    document = try RunResult(reading: text)
    label = document.network
  }

  /// Of an explanation alone.
  init(_ document: RunResult, explanation: ExplanationRecord) {
    (number, file, text, self.document, self.explanation) = (1, "", [], document, explanation)
    label = document.network
  }

  /// Lines of runs: those with the same values are one, named for all of them, in the first one's colour.
  static func lines(_ known: [(run: ReportRun, values: [Double])]) -> [(run: ReportRun, name: String, values: [Double])] {
    var lines: [(run: ReportRun, name: String, values: [Double])] = []
    for (run, values) in known {
      if let same = lines.firstIndex(where: { $0.values == values }) {
        lines[same].name += " = \(run.name)"
      } else {
        lines.append((run, run.name, values))
      }
    }
    return lines
  }

  /// Colours repeat after six runs; the seventh line is dashed.
  var color: Int { (number - 1) % 6 + 1 }
  var style: String { number > 6 ? "dashed" : "" }

  var samples: Double { Double(max(1, document.samples)) }

  static let unknown = "<span class=\"unknown\">unknown</span>"

  /// A number of the document.
  func value(_ path: String, _ value: Double?, _ format: (Double) -> String) -> String {
    element(path, value.flatMap(JSONOutput.numberText), value.map(format))
  }

  func value(_ path: String, _ value: Int?) -> String {
    element(path, value.map { "\($0)" }, value.map(PageNumber.integer))
  }

  /// A number of the run's explanation.
  func explained(_ path: String, _ value: Double?, _ format: (Double) -> String) -> String {
    element(path, value.flatMap(JSONOutput.numberText), value.map(format), " data-document=\"explanation\"")
  }

  func explained(_ path: String, _ value: Int) -> String { explained(path, Double(value), PageNumber.count) }

  /// A sum over samples, shown per inference; the element's value is the quotient.
  func perInference(_ path: String, _ sum: Double?, _ format: (Double) -> String = PageNumber.count) -> String {
    let mean = sum.map { $0 / samples }
    return element(path, mean.flatMap(JSONOutput.numberText), mean.map(format), " data-per=\"samples\"")
  }

  func perInference(_ path: String, _ sum: Int?) -> String { perInference(path, sum.map(Double.init)) }

  /// A number that follows from numbers of the document.
  /// - Parameter formula: paths, numbers and `+ - * /` with parentheses, and of lists (`a[*].b`, `a[0..<3]`) `sum`, `min`,
  ///   `max`, `mean`, `deviation`, `count`, `distinct` and `from(list, least)`: the number, from 1, of the first from which on
  ///   none is less. On a page of several runs `run2.` before a path names its run.
  func derived(_ formula: String, _ value: Double?, _ format: (Double) -> String) -> String {
    HTML.derived(formula, value, format, " data-run=\"\(number)\"")
  }

  func derived(_ formula: String, _ value: Int) -> String { derived(formula, Double(value), PageNumber.count) }

  private func element(_ path: String, _ exact: String?, _ shown: String?, _ attributes: String = "") -> String {
    guard let exact, let shown else { return ReportRun.unknown }
    return "<data data-run=\"\(number)\"\(attributes) data-path=\"\(path)\" value=\"\(exact)\">"
      + "\(HTML.text(shown))</data>"
  }

  /// Attributes that say which numbers of the document a line shows: each of them, or the sums up to each, divided.
  func series(_ path: String, per divisor: Double = 1, isSum: Bool = false) -> String {
    let per = divisor == 1 ? "" : " data-divisor=\"\(JSONOutput.numberText(divisor) ?? "1")\""
    return " data-run=\"\(number)\" data-path=\"\(path)\"\(per)\(isSum ? " data-sum=\"\"" : "")"
  }

  /// What a core is called everywhere: its number in `run.json` and its tile.
  func place(_ core: Int) -> String { PlaceName.core(core, document.cores.indices.contains(core) ? document.cores[core] : nil) }

  /// On legends and in lists of values.
  var name: String { "\(number). \(label)" }

  /// The energy of an inference in the chip model, where it has a price at all.
  var chipJoules: Double? { document.bill?.pricedJoules }

  /// Whether that energy leaves out what has no published price.
  var lacksPrices: Bool { chipJoules != nil && document.bill?.missing.isEmpty == false }

  /// Rows of a table of populations, layers or cores.
  private static let mostRows = 200

  /// Indices of the rows that a table shows: all in their order, or of many those with the largest values.
  static func shown(of count: Int, by value: (Int) -> Double) -> [Int] {
    guard count > mostRows else { return Array(0..<count) }
    let values = (0..<count).map(value)
    return Array((0..<count).sorted { (values[$1], $0) < (values[$0], $1) }.prefix(mostRows))
  }

  /// Says which rows of a table are shown and what is with the others; nothing where all are shown.
  static func note(_ shown: [Int], of count: Int, by what: String, others: String) -> String {
    guard shown.count < count else { return "" }
    let (rows, rest) = (PageNumber.integer(shown.count), PageNumber.integer(count - shown.count))
    return "<p class=\"note\">The \(rows) with \(what); the other \(rest) \(others).</p>"
  }

  /// Names for several runs: the members in which they differ, else the files.
  static func named(_ runs: [ReportRun]) -> [ReportRun] {
    guard runs.count > 1 else { return runs }
    func differ(_ member: (RunResult) -> String) -> Bool { Set(runs.map { member($0.document) }).count > 1 }
    let network = differ(\.network)
    let chip = differ(\.chip)
    let method = differ { $0.method ?? "" }
    let ticks = differ { "\($0.ticks)" }
    let bits = differ { $0.program.weightBits.map { "\($0)" } ?? "" }
    let faults = differ { $0.faults.map(FaultText.run) ?? "" }
    var named = runs.map { run in
      var run = run
      let d = run.document
      let parts = [
        network ? d.network : nil, method ? d.method ?? "no method" : nil, chip ? d.chip : nil,
        bits ? d.program.weightBits.map { "\($0)-bit weights" } : nil, ticks ? "\(d.ticks) steps" : nil,
        faults ? d.faults.map(FaultText.run) ?? "no faults" : nil,
      ].compactMap { $0 }
      run.label = parts.isEmpty ? d.network : parts.joined(separator: ", ")
      return run
    }
    let labels = named.map(\.label)
    for index in named.indices where labels.filter({ $0 == labels[index] }).count > 1 {
      named[index].label += " (\(named[index].file))"
    }
    return named
  }
}
