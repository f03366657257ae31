import ChipModel
import Compiler
import Foundation
import Runtime
import Testing

@testable import nmsim

/// Results and pages for the report's tests.
enum ReportFixtures {
  /// A run of the bundled example.
  static func digits(chip: String, steps: Int = 64, samples: Int = 60) throws -> [UInt8] {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Examples/digits").path
    let network = try NetworkFile(reading: folder + "/net.json").checked()
    let program = try CompiledProgram.compile(network, chip: try ChipLibrary.builtIn(chip)).program
    let data = try DatasetLoader.load(
      images: folder + "/test-images.npy", labels: folder + "/test-labels.npy",
      expectedShape: program.input.dimensions)
    let collector = LayerDetailsCollector(program: program, steps: steps, samples: samples)
    let record = try Run(steps: steps, samples: samples, threads: 2)(program, data: data, observe: collector.observe)
    var result = try RunResult(program: program, record: record, programHash: String(repeating: "ab", count: 32))
    result.details = LayerDetails(program: program, record: record, courses: collector.sums)
    result.fit = ObservedRun.fit(program)
    var provenance = RunResult.Provenance()
    (provenance.version, provenance.images, provenance.history) = ("0", "test-images.npy", ["method: none", "odd"])
    provenance.imagesHash = String(repeating: "cd", count: 32)
    result.provenance = provenance
    var simulation = RunResult.Simulation()
    (simulation.seconds, simulation.threads, simulation.synapticOperationsPerSecond) = (0.25, 2, 1e8)
    simulation.command = "nmsim run --ticks \(steps)"
    result.simulation = simulation
    return try JSONWriter.bytes(of: result.document)
  }

  /// What `explain` finds for the bundled example.
  static func explanation(steps: Int = 64) throws -> [UInt8] {
    let result = invoke("explain \(TemporaryFolder.digits)/net.json --ticks \(steps) --samples 20 --json -")
    return Array(result.output.utf8)
  }

  /// The page of results, numbered in their order.
  /// - Parameter explanation: of the first result.
  static func page(_ texts: [[UInt8]], explanation: [UInt8]? = nil) throws -> String {
    var runs: [ReportRun] = []
    for text in texts { runs.append(try ReportRun(number: runs.count + 1, file: "run\(runs.count).json", text: text)) }
    if let explanation {
      var record = try ExplanationRecord(reading: explanation)
      record.text = explanation
      runs[0].explanation = record
    }
    return Report(runs).page
  }

  /// The least that a result may be.
  static let least = Array(#"{"format": "nmsim-run/2", "network": "n", "chip": "c", "ticks": 3, "samples": 2}"#.utf8)
}

/// The tags of a page, in order, with a check that they nest and that attributes are quoted.
struct Markup {
  struct Element {
    var name: String
    var attributes: [String: String]
    /// Up to the next tag, entities decoded.
    var text: String
  }

  var elements: [Element] = []
  var problems: [String] = []
  private static let empty: Set<String> = ["meta", "link", "br", "input"]

  init(_ page: String) {
    let bytes = Array(page.utf8)
    let (less, greater, quote) = (UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\""))
    func string(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
    func next(_ byte: UInt8, from start: Int) -> Int { bytes[start...].firstIndex(of: byte) ?? bytes.count }
    var open: [String] = []
    var position = next(less, from: 0)
    while position < bytes.count {
      var end = position
      var isQuoted = false
      while end < bytes.count, isQuoted || bytes[end] != greater {
        if bytes[end] == quote { isQuoted.toggle() }
        end += 1
      }
      guard end < bytes.count else {
        problems.append("a tag that does not end")
        return
      }
      let tag = string(position + 1..<end)
      position = next(less, from: end)
      if tag.hasPrefix("!") { continue }
      if tag.hasPrefix("/") {
        let name = String(tag.dropFirst())
        if open.popLast() != name { problems.append("</\(name)> ends another element") }
        continue
      }
      let closes = tag.hasSuffix("/")
      let body = closes ? tag.dropLast() : tag[...]
      let name = String(body.prefix { $0 != " " })
      let attributes = attributes(of: body.dropFirst(name.count))
      if name == "script" || name == "style" {
        // Raw text up to the end tag.
        while position < bytes.count, !bytes[position...].starts(with: "</\(name)>".utf8) {
          position = next(less, from: position + 1)
        }
        elements.append(Element(name: name, attributes: attributes, text: string(end + 1..<position)))
        if position == bytes.count { problems.append("<\(name)> does not end") }
        position = next(less, from: min(bytes.count, position + 1))
        continue
      }
      elements.append(Element(name: name, attributes: attributes, text: Markup.decoded(string(end + 1..<position))))
      if !closes, !Self.empty.contains(name) { open.append(name) }
    }
    if !open.isEmpty { problems.append("open at the end: \(open)") }
  }

  private mutating func attributes(of text: Substring) -> [String: String] {
    var result: [String: String] = [:]
    var rest = text.utf8.drop { $0 == 0x20 }
    while !rest.isEmpty {
      let name = String(Substring(rest.prefix { $0 != UInt8(ascii: "=") && $0 != 0x20 }))
      rest = rest.dropFirst(name.utf8.count)
      guard rest.starts(with: "=\"".utf8), let end = rest.dropFirst(2).firstIndex(of: UInt8(ascii: "\"")) else {
        problems.append("attribute '\(name)' without a quoted value")
        return result
      }
      if result[name] != nil { problems.append("attribute '\(name)' twice") }
      result[name] = Markup.decoded(String(Substring(rest.dropFirst(2).prefix(upTo: end))))
      rest = rest.suffix(from: end).dropFirst().drop { $0 == 0x20 }
    }
    return result
  }

  static func decoded(_ text: String) -> String {
    guard text.utf8.contains(UInt8(ascii: "&")) else { return text }
    var result = text
    for (entity, character) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")] {
      result = result.replacingOccurrences(of: entity, with: character)
    }
    return result
  }
}

extension Markup {
  /// A line of a chart: which numbers of a document it shows, and what the chart lists of it.
  struct Series {
    var path: String
    var document: String?
    var listed: [Double]
    var divisor: Double
    var isSum: Bool

    /// Whether it shows these numbers, or the sums up to each, divided.
    func shows(_ values: [Double]) -> Bool {
      var sum = 0.0
      let expected = values.map { value in
        sum += value
        return (isSum ? sum : value) / divisor
      }
      return expected.count == listed.count && zip(expected, listed).allSatisfy { abs($0 - $1) <= 1e-12 * abs($0) }
    }
  }

  var series: [Series] {
    elements.indices.compactMap { index in
      let attributes = elements[index].attributes
      guard let path = attributes["data-path"], let name = attributes["data-series"],
        let list = elements[index...].first(where: { $0.name == "metadata" })
      else { return nil }
      let listed = list.text.split(separator: "\n").compactMap { line -> Double? in
        guard line.hasPrefix("\(name),") else { return nil }
        let cells = line.dropFirst(name.count + 1).split(separator: ",", omittingEmptySubsequences: false)
        return cells.count > 1 && !cells[0].isEmpty ? Double(cells[1]) : nil
      }
      return Series(
        path: path, document: attributes["data-document"], listed: listed,
        divisor: attributes["data-divisor"].flatMap { Double($0) } ?? 1, isSum: attributes["data-sum"] != nil)
    }
  }
}

extension JSONNode {
  /// The member at a path such as `energy.chip.items[2].count`; `cores.neurons` of a column is not one.
  func member(_ path: String) throws -> JSONNode {
    var node = self
    for part in path.split(separator: ".") {
      let pieces = part.split(separator: "[")
      var object = try node.object()
      node = try object.required(String(pieces[0]))
      for piece in pieces.dropFirst() {
        let index = try #require(Int(piece.dropLast()))
        let elements = try node.array()
        try #require(index < elements.count)
        node = elements[index]
      }
    }
    return node
  }
}
