import ChipModel
import Foundation
import Testing

@testable import nmsim

/// What `data-is` says on a page, computed from the documents: code of its own, beside the page's.
struct PageFormula {
  struct Problem: Error { var text: String }

  /// By name, `run1`; the one that is meant without a name.
  let documents: [String: JSONNode]
  let main: JSONNode
  private var rest: Substring

  init(_ text: String, _ main: JSONNode, _ documents: [String: JSONNode] = [:]) {
    (rest, self.main, self.documents) = (text[...], main, documents)
  }

  static func value(_ text: String, _ main: JSONNode, _ documents: [String: JSONNode] = [:]) throws -> Double {
    var formula = PageFormula(text, main, documents)
    let value = try formula.sum()
    guard formula.rest.allSatisfy(\.isWhitespace) else { throw Problem(text: "'\(formula.rest)' is left of '\(text)'") }
    return value
  }

  /// The numbers at a path.
  static func list(_ path: String, _ main: JSONNode) throws -> [Double] {
    var formula = PageFormula(path, main)
    return try formula.nodes().map { try $0.double() }
  }

  private mutating func takes(_ text: String) -> Bool {
    rest = rest.drop { $0.isWhitespace }
    guard rest.hasPrefix(text) else { return false }
    rest = rest.dropFirst(text.count)
    return true
  }

  private mutating func sum() throws -> Double {
    var value = try product()
    while true {
      if takes("+") { value += try product() } else if takes("-") { value -= try product() } else { return value }
    }
  }

  private mutating func product() throws -> Double {
    var value = try factor()
    while true {
      if takes("*") { value *= try factor() } else if takes("/") { value /= try factor() } else { return value }
    }
  }

  private mutating func factor() throws -> Double {
    if takes("(") {
      let value = try sum()
      guard takes(")") else { throw Problem(text: "no ) before '\(rest)'") }
      return value
    }
    rest = rest.drop { $0.isWhitespace }
    if rest.first?.isNumber == true {
      let digits = rest.prefix { $0.isNumber || $0 == "." || $0 == "e" }
      rest = rest.dropFirst(digits.count)
      return try #require(Double(digits))
    }
    let name = rest.prefix { $0.isLetter }
    guard rest.dropFirst(name.count).first == "(" else { return try single(nodes()) }
    rest = rest.dropFirst(name.count + 1)
    if name == "from" {
      let list = try nodes().map { try $0.double() }
      guard takes(",") else { throw Problem(text: "from takes two") }
      let least = try sum()
      guard takes(")") else { throw Problem(text: "no ) before '\(rest)'") }
      return Double(list.count - list.reversed().prefix { $0 >= least - 1e-9 }.count + 1)
    }
    var lists = [try nodes()]
    while takes(",") { lists.append(try nodes()) }
    guard takes(")") else { throw Problem(text: "no ) before '\(rest)'") }
    return try Self.function(String(name), lists)
  }

  private static func function(_ name: String, _ lists: [[JSONNode]]) throws -> Double {
    if name == "distinct" {
      let rows = try lists[0].indices.map { row in try lists.map { try $0[row].double() } }
      return Double(Set(rows).count)
    }
    let all = lists.flatMap { $0 }
    if name == "count" { return Double(all.count) }
    let values = try all.filter { !$0.isNull }.map { try $0.double() }
    let mean = values.reduce(0, +) / Double(values.count)
    switch name {
    case "sum": return values.reduce(0, +)
    case "min": return try #require(values.min())
    case "max": return try #require(values.max())
    case "mean": return mean
    case "deviation":
      return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)).squareRoot()
    default: throw Problem(text: "no function '\(name)'")
    }
  }

  private func single(_ nodes: [JSONNode]) throws -> Double {
    guard nodes.count == 1 else { throw Problem(text: "a list where a number is needed, before '\(rest)'") }
    return try nodes[0].double()
  }

  /// What a path names; a list at its end is its elements. A member that is absent is left out of a list.
  private mutating func nodes() throws -> [JSONNode] {
    rest = rest.drop { $0.isWhitespace }
    let path = rest.prefix { $0.isLetter || $0.isNumber || "._[]*<".contains($0) }
    rest = rest.dropFirst(path.count)
    var parts = path.split(separator: "[", omittingEmptySubsequences: false).flatMap { piece -> [Substring] in
      guard let end = piece.firstIndex(of: "]") else { return piece.split(separator: ".") }
      return ["[" + piece[..<end]] + piece[piece.index(after: end)...].split(separator: ".")
    }
    var nodes = [main]
    if let first = parts.first, let other = documents[String(first)] {
      nodes = [other]
      parts.removeFirst()
    }
    for part in parts {
      guard part.first == "[" else {
        nodes = try nodes.compactMap { node in
          var object = try node.object()
          return object.optional(String(part))
        }
        continue
      }
      let lists = try nodes.map { try $0.array() }
      let index = part.dropFirst()
      if index == "*" {
        nodes = lists.flatMap { $0 }
      } else if let range = index.firstRange(of: "..<") {
        let (low, high) = (Int(index[..<range.lowerBound]) ?? 0, Int(index[range.upperBound...]) ?? 0)
        nodes = lists.flatMap { $0[low..<high] }
      } else {
        let place = try #require(Int(index))
        nodes = try lists.map { list in
          try #require(place < list.count)
          return list[place]
        }
      }
    }
    if nodes.count == 1, case .array = nodes[0].value.kind { return try nodes[0].array() }
    guard !nodes.isEmpty else { throw Problem(text: "nothing at '\(path)'") }
    return nodes
  }
}
