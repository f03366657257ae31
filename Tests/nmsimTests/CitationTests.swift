import Compiler
import Runtime
import Testing

@testable import nmsim

@Suite("Citations")
struct CitationTests {
  @Test("what every method and energy model comes from can be cited, once")
  func complete() {
    let names = Citation.all.map(\.name)
    #expect(names.sorted() == names && Set(names).count == names.count)
    #expect(Set(Citation.all.map(\.key)).count == names.count)
    let methods = ConversionMethod.all.map(\.source).flatMap { $0.split(separator: "; ").map(String.init) }
    #expect(methods.count > 10)
    for source in methods { #expect(names.contains(source), "\(source)") }
    for model in EnergyModels.all() where model.name != "chip" {
      #expect(names.contains { model.source.hasPrefix($0) }, "\(model.source)")
    }
  }

  @Test("entries are BibTeX: braces in pairs, a title, a year, a place")
  func entries() {
    for citation in Citation.all {
      let text = citation.bibTeX(width: 78)
      #expect(text.count { $0 == "{" } == text.count { $0 == "}" }, "\(citation.name)")
      #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(citation.name)")
      #expect(text.contains("  title = {{") && text.contains("  year = {\(citation.year)}"))
      #expect(citation.doi?.hasPrefix("10.") ?? true)
    }
  }
}
