import ChipModel
import Compiler
import Foundation
import Testing

@testable import nmsim

@Suite("Declarations: tables follow them")
struct DeclarationTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  @Test("docs/methods.md has every method and every parameter as declared")
  func methods() throws {
    let page = try String(contentsOf: Self.root.appending(path: "docs/methods.md"), encoding: .utf8)
    for method in ConversionMethod.all {
      let row = "| `\(method.name)` | \(method.threshold) | \(method.neurons) | "
        + "\(method.needsCalibration ? "yes" : "no") | \(method.source) |"
      #expect(page.contains(row + "\n"), "\(row)")
    }
    for parameter in ConversionMethod.parameters {
      let row = Self.row(parameter)
      #expect(page.contains(row + "\n"), "\(row)")
    }
  }

  @Test("docs/net-json.md has every neuron model and every parameter as declared")
  func neurons() throws {
    let page = try String(contentsOf: Self.root.appending(path: "docs/net-json.md"), encoding: .utf8)
    for model in NeuronModel.Kind.ofNetworks {
      let row = "| `\(model.name)` | \(model.dynamics.rule) |"
      #expect(page.contains(row + "\n"), "\(row)")
    }
  }

  /// Rows of a record's fields, after the line of `docs/net-json.md` that names it.
  private static func table<Record>(_ name: String, _ fields: [JSONField<Record>]) -> (name: String, rows: [String]) {
    (
      name,
      fields.map { field in
        let facts = field.facts
        let standard = field.isRequired ? "required" : facts.absence.replacing("absent ", with: "", maxReplacements: 1)
        return "| `\(facts.key)` | \(facts.type) | \(facts.unit) | \(standard) | \(facts.meaning) |"
      }
    )
  }

  @Test("docs/net-json.md has every member of the file as the reader has it")
  func members() throws {
    let tables = [
      Self.table("file", NetworkDocument.fields), Self.table("input", NetworkInput.fields),
      Self.table("preprocessing", Preprocessing.fields), Self.table("population", NetworkPopulation.fields),
      Self.table("neuron", NetworkNeuron.fields), Self.table("projection", NetworkProjection.fields),
      Self.table("pool", NetworkPool.fields), Self.table("output", NetworkOutput.fields),
      Self.table("ann", ANNFacts.fields), Self.table("layer", ANNLayer.fields), Self.table("model", ModelFile.fields),
    ]
    let path = Self.root.appending(path: "docs/net-json.md")
    var lines = try String(contentsOf: path, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false)
      .map(String.init)
    for (index, table) in tables.enumerated() {
      let format = "| `format` | text |  | required | `\"\(NetworkDocument.format)\"` |"
      let start = try #require(lines.firstIndex(of: "<!-- members: \(table.name) -->"), "\(table.name)") + 3
      let end = lines[start...].firstIndex { !$0.hasPrefix("|") } ?? lines.endIndex
      lines.replaceSubrange(start..<end, with: (index == 0 ? [format] : []) + table.rows)
    }
    try expectGolden(lines.joined(separator: "\n"), "../../../docs/net-json.md")
  }

  private static func row(_ parameter: Parameter) -> String {
    let option = OptionSpec.conversion(group: "").first { $0.name == parameter.option }
    let methods = ConversionMethod.taking(parameter)
    let names = methods.count == ConversionMethod.all.count ? "all" : methods.map(\.name).joined(separator: ", ")
    return "| `--\(parameter.option)` | `\(parameter.key)` | \(parameter.allowedText) | \(option?.standard?.text ?? "") | "
      + "\(names) | \(parameter.help) |"
  }
}
