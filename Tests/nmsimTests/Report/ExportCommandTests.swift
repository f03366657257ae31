import ChipModel
import Foundation
import Testing

@testable import nmsim

@Suite("nmsim export")
struct ExportCommandTests {
  /// The files in a folder, by name.
  private func files(_ folder: TemporaryFolder, _ name: String) throws -> [String: String] {
    var result: [String: String] = [:]
    let path = folder.path + "/" + name
    for file in try FileManager.default.contentsOfDirectory(atPath: path) {
      result[file] = try String(contentsOfFile: path + "/" + file, encoding: .utf8)
    }
    return result
  }

  @Test("every table and chart of a run's page is a file: CSV unrounded, SVG that stands alone, LaTeX")
  func run() throws {
    try TemporaryFolder.with { folder in
      let text = try ReportFixtures.digits(chip: "loihi", steps: 16, samples: 20)
      try folder.write(String(decoding: text, as: UTF8.self), "run.json")
      let result = folder.invoke("export DIR/run.json --csv DIR/out --svg DIR/out --latex DIR/tex")
      #expect(result.status == .success && result.error.isEmpty, "\(result.error)")
      let (out, tex) = (try files(folder, "out"), try files(folder, "tex"))
      let items = Report([try ReportRun(number: 1, file: "run.json", text: text)]).body.items
      #expect(out.keys.count { $0.hasSuffix(".csv") } == items.count && items.count > 20)
      let pictures = items.count { if case .picture = $0.content { true } else { false } }
      #expect(out.keys.count { $0.hasSuffix(".svg") } == pictures && pictures > 8)
      #expect(tex.keys.allSatisfy { $0.hasSuffix(".tex") } && tex.count == items.count)
      for (name, text) in tex {
        let isDrawing = out[name.replacing(".tex", with: ".svg")] != nil
        #expect(text.hasSuffix(isDrawing ? "\\end{tikzpicture}\n" : "\\end{tabular}\n"), "\(name)")
      }
      #expect(try #require(tex["chip-map-layers.tex"]).contains("\\fill[blue!"))

      let root = JSONNode(root: try JSONParser.parse(text))
      let accuracies = try root.member("accuracyByStep").doubles()
      let curve = try #require(out["accuracy-whole-accuracy-over-step.csv"]).split(separator: "\n")
      #expect(curve[0] == "series,step,Accuracy,low,high")
      #expect(curve.filter { $0.hasPrefix("1. digits,") }.map { Double($0.split(separator: ",")[2]) } == accuracies)
      let bill = try #require(out["breakdown-items.csv"]).split(separator: "\n")
      let each = try root.member("energy.chip.items[0].joulesEach").double()
      #expect(bill[1].hasPrefix("synapse,synaptic operation,") && bill[1].split(separator: ",").contains("\(each)"))

      for (name, text) in out where name.hasSuffix(".svg") {
        #expect(Markup(text.replacing("<?xml version=\"1.0\" encoding=\"UTF-8\"?>", with: "")).problems.isEmpty, "\(name)")
        #expect(text.contains("<text") && text.contains("xmlns=\"http://www.w3.org/2000/svg\""), "\(name)")
        #expect(!text.contains("var(--") && !text.contains("url("), "\(name)")
      }
      let table = try #require(tex["breakdown-items.tex"])
      #expect(table.contains("\\toprule\nUnit & Action & Count per inference") && table.hasSuffix("\\bottomrule\n\\end{tabular}\n"))
      #expect(try #require(tex["accuracy-whole-accuracy-over-step.tex"]).contains("\\addplot+[mark=none] coordinates {(1,"))
      // The same result gives the same files.
      #expect(folder.invoke("export DIR/run.json --csv DIR/again").status == .success)
      #expect(try files(folder, "again") == out.filter { $0.key.hasSuffix(".csv") })
    }
  }

  @Test("runs, a sweep and an explanation are exported too")
  func others() throws {
    try TemporaryFolder.with { folder in
      let text = String(decoding: ReportFixtures.least, as: UTF8.self)
      try folder.write(text, "a.json")
      try folder.write(text, "b.json")
      #expect(folder.invoke("export DIR/a.json DIR/b.json --csv DIR/two").status == .success)
      #expect(try files(folder, "two")["differences-runs.csv"] != nil)
      try folder.write(String(decoding: try ReportFixtures.explanation(steps: 8), as: UTF8.self), "explain.json")
      #expect(folder.invoke("export DIR/explain.json --csv DIR/why --latex DIR/why").status == .success)
      #expect(try files(folder, "why")["losses-layers.csv"]?.hasPrefix("Layer,") == true)
      #expect(folder.invoke("sweep DIGITS/plan.json -o DIR/sweep -q").status == .success)
      #expect(folder.invoke("export DIR/sweep --csv DIR/points --svg DIR/points").status == .success)
      let points = try files(folder, "points")
      #expect(points["points-all.csv"]?.split(separator: "\n").count == 25)
      #expect(points["recommended-points.csv"]?.contains("Accuracy, note") == true)
    }
  }

  @Test("texts of names are escaped for LaTeX and quoted for CSV")
  func escaped() {
    #expect(LaTeX.text("50 % of a_b & {c} \\ #1 ~ ^ $")
        == ##"50 \% of a\_b \& \{c\} \textbackslash{} \#1 \textasciitilde{} \textasciicircum{} \$"##)
    var csv = CSV(["a"])
    csv.add(["x,\"y\"", "1"])
    #expect(csv.text == "a\n\"x,\"\"y\"\"\",1\n")
  }

  @Test("says what is wrong in one line")
  func errors() throws {
    let formless = invoke("export run.json")
    #expect(formless.status == .usage)
    #expect(
      formless.error == "nmsim: export: the form of the files is not said: add --csv, --latex or --svg with a folder; for "
        + "a network --nir\n")
    let both = invoke("export net.json --nir --csv out")
    #expect(both.error == "nmsim: export: --nir takes one network and no other form: export results apart\n")
    #expect(invoke("export /no/such/run.json --csv out").status == .missingInput)
    try TemporaryFolder.with { folder in
      try folder.write(String(decoding: ReportFixtures.least, as: UTF8.self), "a.json")
      #expect(folder.invoke("export DIR/a.json --csv DIR/a.json").error.contains("a file of that name is in the way"))
    }
  }
}
