import ChipModel
import Foundation
import Runtime
import Testing

@testable import nmsim

/// Every number that a page shows, held against the documents that it is of.
struct PageNumbers {
  let page: String
  /// By name: `run1`, and `run1-explanation`; of a sweep `sweep`.
  var documents: [String: JSONNode] = [:]

  /// Of the files, which the page names.
  let names: [String]

  init(_ page: String, _ texts: [String: [UInt8]], names: [String] = []) throws {
    (self.page, self.names) = (page, names)
    for (name, text) in texts { documents[name] = JSONNode(root: try JSONParser.parse(text)) }
  }

  func document(_ attributes: [String: String]) throws -> JSONNode {
    let run = attributes["data-run"].map { "run\($0)" } ?? "sweep"
    return try #require(documents[attributes["data-document"].map { "\(run)-\($0)" } ?? run], "\(attributes)")
  }

  // MARK: - Figures

  /// Every `data` element is the document's number, as data and as text.
  /// - Returns: the paths and formulas.
  @discardableResult
  func checkFigures() throws -> Set<String> {
    var found: Set<String> = []
    let markup = Markup(page)
    #expect(markup.problems.isEmpty, "\(markup.problems)")
    for element in markup.elements where element.name == "data" {
      let value = try #require(element.attributes["value"].flatMap { Double($0) })
      let root = try document(element.attributes)
      let source = try #require(element.attributes["data-path"] ?? element.attributes["data-is"], "\(element)")
      var expected: Double
      if element.attributes["data-is"] != nil {
        expected = try PageFormula.value(source, root, documents)
      } else {
        expected = try root.member(source).double()
        if element.attributes["data-per"] != nil { expected /= try root.member("samples").double() }
      }
      #expect((expected - value).magnitude <= 1e-9 * expected.magnitude + 1e-15, "\(source): \(value), not \(expected)")
      #expect(Self.says(element.text, value), "\(source): '\(element.text)' for \(value)")
      found.insert(source)
    }
    return found
  }

  /// Whether a shown number is the value to its digits: `40.7 µJ` for 4.0712e-5.
  static func says(_ text: String, _ value: Double) -> Bool {
    let plain = text.replacing("\u{2212}", with: "-").replacing(",", with: "")
    let parts = plain.split(separator: "\u{A0}").map(String.init)
    guard let number = parts.first.flatMap({ Double($0) }) else { return false }
    let unit = parts.dropFirst().joined()
    let scales = [
      "": 1, "%": 0.01, "points": 0.01, "×": 1, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "m": 1e-3, "µ": 1e-6, "n": 1e-9,
      "p": 1e-12, "f": 1e-15, "a": 1e-18,
    ]
    let suffix = ["bit", "Js", "J", "/s", "s", "W"].first { unit.hasSuffix($0) && unit != "points" } ?? ""
    guard let scale = scales[unit] ?? scales[String(unit.dropLast(suffix.count))] else { return false }
    let decimals = parts[0].split(separator: ".").dropFirst().first?.count ?? 0
    var half = 0.5000001 * scale
    for _ in 0..<decimals { half /= 10 }
    return abs(number * scale - value) <= half
  }

  // MARK: - Prose

  /// Text with digits that stands in no `data` element, is none of the document's own texts, and none of what pages say of
  /// themselves: places of cores, years of papers, the interval's 95 %.
  func strayNumbers() throws -> [String] {
    var shown = String(page[..<(page.firstRange(of: "<script")?.lowerBound ?? page.endIndex)])
    shown = String(shown[(shown.firstRange(of: "<body>")?.lowerBound ?? shown.startIndex)...])
    // Pictures have a check of their own. Heads, legends, links and the first cell of a row are names.
    for inner in [
      /<svg .*?<\/svg>/, /<data .*?<\/data>/, /<thead>.*?<\/thead>/, /<ul class="legend">.*?<\/ul>/, /<a href="#.*?<\/a>/,
      /<tr><td>\d+<\/td>/, /<span id="point-[0-9a-f]+">\d+<\/span>/,
    ] {
      shown = shown.replacing(inner.dotMatchesNewlines(), with: "\0")
    }
    shown = shown.replacing(/<[^>]*>/, with: "\0")
    // Short ones would be found within numbers.
    let known = Set(try documents.values.flatMap(Self.texts) + names).filter { $0.count > 2 }.sorted { $0.count > $1.count }
    let integers = Set(try documents.values.flatMap(Self.integers))
    return shown.split(separator: "\0").compactMap { piece in
      var text = Markup.decoded(String(piece))
      guard text.contains(where: \.isNumber), !known.contains(where: { $0.hasSuffix(": \(text)") }) else { return nil }
      for word in known { text = text.replacing(word, with: "") }
      for phrase in Self.phrases { text = text.replacing(phrase, with: "") }
      // What tells runs apart.
      text = text.replacing(/([\d,]+) steps/) { match in
        Int(match.1.replacing(",", with: "")).map(integers.contains) == true ? "" : String(match.0)
      }
      // What a point is made of: `w4`, `64 neurons`, `T=8`.
      if documents["sweep"] != nil, let match = text.wholeMatch(of: /(?:w|v|f|T=|seed )?([\d,]+)(?: [a-z]+)?/),
        let value = Int(match.1.replacing(",", with: "")), integers.contains(value)
      {
        return nil
      }
      return text.contains(where: \.isNumber) ? String(piece) : nil
    }
  }

  /// Numbers of the language, not of a result.
  private static var phrases: [Regex<Substring>] {
    [
      /95.%/, /45.nm/, /32-bit/, /core \d+/, /tile \(\d+, \d+\)/, /SHA-256/, /mm2/, /[Rr]un \d+/, /Runs? [\d, ]+/,
      #/^\s*\d+\. /#, /nmsim \d+(?:\.\d+)*/, /\d+ (?:networks|chips)/, /^\d+ runs compared$/,
      /within [\d.]+ points?/, /1.ms per step/, /0\.5 is what rounding/, /Ding et al\. 2021, equation 7 and figure 4/,
      /Yu et al\. 2020, equation 14/, /Li, Zhao, Zeng 2022, figure 5/,
    ]
  }

  private static func integers(_ node: JSONNode) throws -> [Int] {
    switch node.value.kind {
    case .integer: return (try? node.int()).map { [$0] } ?? []
    case .array: return try node.array().flatMap(integers)
    case .object:
      var object = try node.object()
      return try object.allMembers().flatMap { try integers($0.1) }
    default: return []
    }
  }

  /// Every text of a document that has a digit.
  private static func texts(_ node: JSONNode) throws -> [String] {
    switch node.value.kind {
    case .string(let text):
      return [text, ErrorText.escaped(text)].filter { $0.contains(where: \.isNumber) }
    case .array: return try node.array().flatMap(texts)
    case .object:
      var object = try node.object()
      return try object.allMembers().flatMap { try texts($0.1) }
    default: return []
    }
  }
}
