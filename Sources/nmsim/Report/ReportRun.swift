import ChipModel
import Runtime

/// One run on a page: its document, its file, its number and name.
///
/// Every figure that stands in the document is written through `value` and `perInference`, as a `data` element that names
/// its run and its path in the document and carries the number unrounded, so that a script can read the page and a test can
/// compare it.
struct ReportRun: Sendable {
  /// 1, 2, ... in the order given; the colour of its lines too.
  let number: Int
  /// As it was named on the command line.
  let file: String
  let document: RunDocument
  /// The document's text, embedded in the page.
  let text: [UInt8]
  /// What tells it from the other runs on the page.
  var label = ""
  /// Where its accuracy is lost, if it was explained.
  var explanation: ReportExplanation?

  init(number: Int, file: String, text: [UInt8]) throws(JSONError) {
    self.number = number
    self.file = file
    self.text = text
    document = try RunDocument(reading: text)
    label = document.network
  }

  /// Colours repeat after six runs; the seventh line is dashed.
  var color: Int { (number - 1) % 6 + 1 }
  var style: String { number > 6 ? "dashed" : "" }

  var samples: Double { Double(max(1, document.samples)) }

  static let unknown = "<span class=\"unknown\">unknown</span>"

  /// A number of the document.
  func value(_ path: String, _ value: Double?, _ format: (Double) -> String) -> String {
    guard let value, let exact = JSONOutput.numberText(value) else { return ReportRun.unknown }
    return "<data data-run=\"\(number)\" data-path=\"\(path)\" value=\"\(exact)\">\(HTML.text(format(value)))</data>"
  }

  func value(_ path: String, _ value: Int?) -> String {
    guard let value else { return ReportRun.unknown }
    return "<data data-run=\"\(number)\" data-path=\"\(path)\" value=\"\(value)\">\(PageNumber.integer(value))</data>"
  }

  /// A number of the run's explanation.
  func explained(_ path: String, _ value: Double?, _ format: (Double) -> String) -> String {
    guard let value, let exact = JSONOutput.numberText(value) else { return ReportRun.unknown }
    return "<data data-run=\"\(number)\" data-document=\"explanation\" data-path=\"\(path)\" value=\"\(exact)\">"
      + "\(HTML.text(format(value)))</data>"
  }

  func explained(_ path: String, _ value: Int) -> String {
    "<data data-run=\"\(number)\" data-document=\"explanation\" data-path=\"\(path)\" value=\"\(value)\">"
      + "\(PageNumber.integer(value))</data>"
  }

  /// A sum over samples, shown for one inference; the element's value is the quotient.
  func perInference(_ path: String, _ sum: Double?, _ format: (Double) -> String = PageNumber.count) -> String {
    guard let sum, let exact = JSONOutput.numberText(sum / samples) else { return ReportRun.unknown }
    return "<data data-run=\"\(number)\" data-path=\"\(path)\" data-per=\"samples\" value=\"\(exact)\">"
      + "\(HTML.text(format(sum / samples)))</data>"
  }

  func perInference(_ path: String, _ sum: Int?) -> String { perInference(path, sum.map(Double.init)) }

  /// Attributes that name the series of a line and hold its numbers.
  func series(_ path: String, _ values: [Double]) -> String {
    guard values.count <= 2_000 else { return " data-run=\"\(number)\" data-path=\"\(path)\"" }
    let list = values.compactMap(JSONOutput.numberText).joined(separator: " ")
    return " data-run=\"\(number)\" data-path=\"\(path)\" data-values=\"\(list)\""
  }

  /// Steps that a line shows: all of them up to a thousand, else evenly chosen ones, the last always among them.
  static func drawn(_ count: Int) -> [Int] {
    guard count > 1_000 else { return Array(0..<max(0, count)) }
    let stride = (count + 999) / 1_000
    var steps = Array(Swift.stride(from: 0, to: count, by: stride))
    if steps.last != count - 1 { steps.append(count - 1) }
    return steps
  }

  /// Steps with a hover text: at most a hundred.
  static func hovered(_ count: Int) -> [Int] {
    let stride = max(1, (count + 99) / 100)
    return Array(Swift.stride(from: 0, to: count, by: stride))
  }

  /// The energy of an inference in the chip model, where it has a price at all.
  var chipJoules: Double? { document.bill.flatMap { $0.isPriced ? $0.joulesPerInference : nil } }

  /// Names for several runs: the members in which they differ, else the files.
  static func named(_ runs: [ReportRun]) -> [ReportRun] {
    guard runs.count > 1 else { return runs }
    func differ(_ member: (RunDocument) -> String) -> Bool { Set(runs.map { member($0.document) }).count > 1 }
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
