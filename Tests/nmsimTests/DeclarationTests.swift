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
    for parameter in NeuronModel.Kind.parameters {
      let models = NeuronModel.Kind.ofNetworks.filter { $0.parameters.contains { $0.key == parameter.key } }
      let standard = parameter.standard?.text ?? parameter.standardText ?? "required"
      let row = "| `\(parameter.key)` | \(parameter.allowedText) | \(parameter.unit ?? "") | \(standard) | "
        + models.map { "`\($0.name)`" }.joined(separator: ", ") + " | \(parameter.help) |"
      #expect(page.contains(row + "\n"), "\(row)")
    }
  }

  private static func row(_ parameter: Parameter) -> String {
    let option = OptionSpec.conversion(group: "").first { $0.name == parameter.option }
    let methods = ConversionMethod.taking(parameter)
    let names = methods.count == ConversionMethod.all.count ? "all" : methods.map(\.name).joined(separator: ", ")
    return "| `--\(parameter.option)` | `\(parameter.key)` | \(parameter.allowedText) | \(option?.standard?.text ?? "") | "
      + "\(names) | \(parameter.help) |"
  }
}
