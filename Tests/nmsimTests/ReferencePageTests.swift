import ChipModel
import Foundation
import Runtime
import Testing

@testable import nmsim

/// The pages of `docs/` that explain documents, member by member, out of the fields that write and read them.
@Suite("Reference pages")
struct ReferencePageTests {
  struct Page: Sendable {
    var file: String
    var title: String
    var about: String
    var fields: [JSONFieldFacts]
  }

  static let pages: [Page] = [
    Page(
      file: "run-json.md", title: "The result of a run: `run.json` (`\(RunResult.format)`)",
      about: """
        `nmsim run`, `merge` and `compare --out` write it, `energy`, `report` and `sweep` read it; version 1 (`nmsim-run/1`) is
        still read, which said `neuronUpdates` for `neuronVisits` and `updatedNeurons` for `neuronUpdates`. Readers skip
        members that they do not know. Parts of a run and points of a sweep end with `checksum`, the SHA-256 of all
        bytes before it; a file that does not match is not believed.
        """, fields: RunResult.fields.map(\.facts)),
    Page(
      file: "sweep-json.md", title: "The summary of a sweep: `sweep.json` (`\(SweepDocument.format)`)",
      about: "`nmsim sweep` and `nmsim merge` write it, `report` reads it. Figures are means per inference.",
      fields: SweepDocument.fields.map(\.facts)),
    Page(
      file: "compare-json.md", title: "A comparison of chips: `compare --json` (`\(ComparisonRecord.format)`)",
      about: "One entry per network and chip; energies and times are per inference.",
      fields: ComparisonRecord.fields.map(\.facts)),
    Page(
      file: "explain-json.md", title: "Where accuracy is lost: `explain --json` (`\(ExplanationRecord.format)`)",
      about: "`report` shows it beside the run of the same network and steps.",
      fields: ExplanationRecord.fields.map(\.facts)),
    Page(
      file: "energy-json.md", title: "An energy breakdown: `energy --json` (`\(EnergyBill.format)`)",
      about: "The accounts of a run as `run.json` has them, and ratios to a baseline.", fields: EnergyBill.fields.map(\.facts)),
    Page(
      file: "nir-json.md", title: "What became of a NIR graph: `convert --json` (`\(NIRRecord.format)`)",
      about: "One entry per parameter of a node of neurons; `docs/nir.md` says what the rules are.",
      fields: NIRRecord.fields.map(\.facts)),
  ]

  /// One row a member, those of objects below it under its path.
  private static func rows(_ facts: [JSONFieldFacts], under path: String) -> [String] {
    facts.flatMap { fact in
      let name = path + fact.key
      let unit = fact.unit.isEmpty ? "" : " (\(fact.unit))"
      let row = "| `\(name)` | \(fact.type) | \(fact.meaning)\(unit) | \(fact.absence) |"
        .replacingOccurrences(of: "|payload|", with: "\\|payload\\|")
        .replacingOccurrences(of: "|N(t)/t - N(T)/T|^2 / |N(T)/T|^2", with: "\\|N(t)/t - N(T)/T\\|^2 / \\|N(T)/T\\|^2")
      return [row] + rows(fact.members, under: name + (fact.type.hasPrefix("list") ? "[]." : "."))
    }
  }

  static func text(_ page: Page) -> String {
    """
    # \(page.title)

    \(page.about)
    [pandas.md](pandas.md) reads it with pandas in two lines.

    | member | form | meaning (unit) | null or absent |
    |---|---|---|---|
    | `format` | text | name and version of the format |  |
    \(rows(page.fields, under: "").joined(separator: "\n"))

    """
  }

  @Test("say every member of their document", arguments: pages.indices)
  func members(_ index: Int) throws {
    try expectGolden(Self.text(Self.pages[index]), "../../../docs/\(Self.pages[index].file)")
  }

  /// Members of a written document that a page does not name.
  private func unnamed(_ node: JSONNode, _ facts: [JSONFieldFacts], _ path: String) throws -> [String] {
    if case .array = node.value.kind { return try node.array().prefix(3).flatMap { try unnamed($0, facts, path) } }
    guard case .object = node.value.kind else { return [] }
    var object = try node.object()
    return try object.allMembers().flatMap { key, node -> [String] in
      guard let fact = facts.first(where: { $0.key == key }) ?? facts.first(where: { $0.key == "NAME" }) else {
        return [path + key]
      }
      return try unnamed(node, fact.members, path + key + ".")
    }
  }

  @Test("name every member that commands write")
  func written() throws {
    try TemporaryFolder.with { folder in
      let data = "--input DIGITS/test-images.npy"
      let lines = [
        "compile DIGITS/net.json --dead-links 0.01 --fault-seed 3 -o DIR/net.nmsim -q",
        "run DIR/net.nmsim \(data) --samples 4 --steps 6 --time-model detailed --early-decision stable:2 --per-tick "
          + "--lose-spikes 0.01 -o DIR/run.json -q",
        "energy DIR/run.json --baseline DIR/run.json -o DIR/energy.json -q",
        "compare DIGITS/net.json --chips loihi,odin \(data) --samples 2 --steps 4 --output DIR/compare.json -q",
        "explain DIGITS/net.json \(data) --samples 4 --ticks 6 -o DIR/explain.json -q",
        "sweep DIR/plan.json -o DIR/sweep -q",
      ]
      try folder.write(
        """
        {"format": "nmsim-plan/1", "networks": "\(TemporaryFolder.digits)/net.json", "chips": ["ideal", "odin"], "steps": [4, 5],
         "data": {"images": "\(TemporaryFolder.digits)/test-images.npy", "samples": 2}, "faults": [{}, {"loseSpikes": 0.1}]}
        """, "plan.json")
      for line in lines {
        let result = folder.invoke(line)
        #expect(result.status == .success, "\(line): \(result.error)")
      }
      let files = ["run.json", "sweep/sweep.json", "compare.json", "explain.json", "energy.json"]
      for (file, page) in zip(files, Self.pages) {
        let root = try JSONNode(root: JSONParser.parse(FileReader.bytes(of: folder.path + "/" + file)))
        let facts = page.fields + [JSONFieldFacts("format", "text", "")]
        #expect(try unnamed(root, facts, "").isEmpty, "\(file)")
      }
      // What was written reads back as the same text.
      func same<Document: JSONDocument>(_ type: Document.Type, _ file: String) throws {
        let text = try FileReader.bytes(of: folder.path + "/" + file)
        #expect(try JSONWriter.bytes(of: Document(reading: text).document) == text, "\(file)")
      }
      try same(RunResult.self, "run.json")
      try same(SweepDocument.self, "sweep/sweep.json")
      try same(ComparisonRecord.self, "compare.json")
      try same(ExplanationRecord.self, "explain.json")
    }
  }
}
