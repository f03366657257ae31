import ChipModel
import Foundation
import Testing

@testable import Compiler

/// Whole messages: a base network that is right, one change, the line that it gives.
@Suite("Network errors")
struct NetworkErrorTests {
  static let base = #"""
    {
      "format": "nmsim-network/1",
      "name": "base",
      "input": {"kind": "current", "shape": [1, 4, 4], "preprocessing": {"scale": 0.5}},
      "populations": [
        {"name": "a", "shape": [2, 4, 4], "neuron": {"model": "if", "threshold": [1, 2]}, "bias": [0, 0.5]},
        {"name": "b", "shape": [2, 2, 2], "neuron": {"model": "lif", "threshold": 1, "leakShift": 4}},
        {"name": "out", "shape": [3], "neuron": {"model": "accumulator"}}
      ],
      "projections": [
        {"name": "p", "from": "input", "to": "a", "kind": "conv2d", "weights": {"type": "F32", "shape": [2, 1, 1, 2],
          "values": [1, 2, 3, 4]}, "padding": [0, 1, 0, 0]},
        {"name": "q", "from": "a", "to": "b", "kind": "identity", "pool": {"kind": "average", "kernel": 2}},
        {"name": "r", "from": "b", "to": "out", "kind": "dense", "weights": [[1, 2, 3, 4, 5, 6, 7, 8],
          [1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 3, 4, 5, 6, 7, 8]]}
      ],
      "output": {"population": "out", "readout": "potential"},
      "ann": {"accuracy": 0.9, "parameters": 28},
      "provenance": {"method": "by hand", "steps": 8, "literal": true}
    }
    """#

  /// What the network says after one change, `accepted` where nothing is wrong.
  static func message(_ old: String, _ new: String, sourceLocation: Testing.SourceLocation) -> String {
    let parts = base.components(separatedBy: old)
    #expect(parts.count == 2, "'\(old)' is there \(parts.count - 1) times", sourceLocation: sourceLocation)
    return message(parts.joined(separator: new))
  }

  static func message(_ text: String) -> String {
    do throws(NetworkFileError) {
      _ = try NetworkFile(text: Array(text.utf8), path: "net.json").checked()
      return "accepted"
    } catch {
      return error.description
    }
  }

  @Test("the base network is accepted")
  func accepted() {
    #expect(Self.message(Self.base) == "accepted")
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let old: String
    let new: String
    let message: String
    /// - Parameter message: in pieces, where it is longer than a line.
    init(_ old: String, _ new: String, _ message: String...) {
      self.old = old
      self.new = new
      self.message = message.joined()
    }
    var testDescription: String { message }
  }

  static func check(_ item: Case) {
    #expect(message(item.old, item.new, sourceLocation: #_sourceLocation) == "net.json: " + item.message)
  }

  @Test("the text says where it is wrong", arguments: textCases)
  func text(item: Case) { Self.check(item) }

  @Test("references and names are checked", arguments: nameCases)
  func names(item: Case) { Self.check(item) }

  @Test("neurons are checked", arguments: neuronCases)
  func neurons(item: Case) { Self.check(item) }

  @Test("shapes and weights are checked", arguments: shapeCases)
  func shapes(item: Case) { Self.check(item) }
}
