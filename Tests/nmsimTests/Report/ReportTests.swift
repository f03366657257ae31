import ChipModel
import Foundation
import Runtime
import Testing

@testable import nmsim

@Suite("Report page")
struct ReportTests {
  @Test("every number on the page is the result's, as data and as text", arguments: ["generic-45nm", "loihi", "ideal"])
  func numbers(_ chip: String) throws {
    let text = try ReportFixtures.digits(chip: chip)
    let explanation = try ReportFixtures.explanation()
    let documents = [
      nil: JSONNode(root: try JSONParser.parse(text)), "explanation": JSONNode(root: try JSONParser.parse(explanation)),
    ]
    let page = try ReportFixtures.page([text], explanation: explanation)
    let markup = Markup(page)
    let paths = try PageNumbers(page, ["run1": text, "run1-explanation": explanation]).checkFigures()
    let series = markup.series
    let drawn = Set(series.map(\.path))
    #expect(drawn.isSuperset(of: ["accuracyByStep", "energy.spike.spikesByStep"]))
    for index in 0..<3 {
      #expect(drawn.contains("layers[\(index)].kByStep"))
      #expect(drawn.contains("details.populations[\(index)].firstSpikes"))
    }
    for series in series {
      let root = try #require(documents[series.document])
      #expect(try series.shows(root.member(series.path).doubles()), "\(series.path)")
    }
    let map = try #require(markup.elements.firstIndex { $0.attributes["data-column"] == "cores.neurons" })
    let rows = try #require(markup.elements[map...].first { $0.name == "metadata" }).text.split(separator: "\n").dropFirst()
    let cores = try #require(documents[nil]).member("cores").array()
    #expect(rows.count == cores.count)
    for (row, core) in zip(rows, cores) {
      var members = try core.object()
      #expect(row.split(separator: ",").last == "\(try members.required("neurons").int())")
    }
    for path in ["accuracy", "ann.accuracy", "ticks", "totals.spikes", "totals.Effective_ACs",
      "energy.spike.joulesPerInference", "populations[0].meanRate", "populations[3].saturations",
      "cores[0].messagesIn", "program.weightBits", "neurobench.Footprint", "details.populations[1].rates[8]",
      "fit.populations[2].roundingError", "fit.populations[1].threshold", "accuracy.original", "layers[1].cosine.chip",
      "layers[2].accuracy.integer"]
    {
      #expect(paths.contains(path), "\(path)")
    }
    if chip != "ideal" {
      #expect(paths.contains("energy.chip.joulesPerInference") && paths.contains("energy.chip.items[0].joulesEach"))
    }
  }

  @Test("without an explanation: how rates settle; a model of time has its figures, an early decision what it saves")
  func timed() throws {
    let plain = Markup(try ReportFixtures.page([try ReportFixtures.digits(chip: "loihi", steps: 12, samples: 8)]))
    let drawn = plain.elements.compactMap { $0.attributes["data-path"] }
    #expect(drawn.contains("details.populations[0].distance") && !drawn.contains { $0.hasPrefix("time.delay") })
    try TemporaryFolder.with { folder in
      let compiled = folder.invoke("compile DIGITS/net.json --chip loihi-sanafe -o DIR/net.nmsim")
      let run = folder.invoke(
        "run DIR/net.nmsim --input DIGITS/test-images.npy --samples 8 --ticks 12 --time-model detailed "
          + "--time-samples 2 --early-decision stable:4 --json DIR/run.json")
      #expect(compiled.status == .success && run.status == .success, "\(run.error)")
      let text = Array(try folder.data("run.json"))
      let root = JSONNode(root: try JSONParser.parse(text))
      let page = try ReportFixtures.page([text])
      let markup = Markup(page)
      let paths = try PageNumbers(page, ["run1": text]).checkFigures()
      #expect(
        paths.isSuperset(of: [
          "time.delay.meanWaitingSeconds", "time.slowestCoreSeconds", "earlyDecision.meanSteps", "earlyDecision.ticks",
          "earlyDecision.joulesPerInference", "earlyDecision.fullAccuracy",
        ]))
      for series in markup.series { #expect(try series.shows(root.member(series.path).doubles()), "\(series.path)") }
      #expect(
        Set(markup.series.map(\.path)).isSuperset(of: ["time.femtosecondsByTick", "earlyDecision.samplesByStep", "energy.chip.joulesByTick"]))
    }
  }

  @Test("classes and steps of decisions add up to the samples, the diagonal to the accuracy")
  func decisions() throws {
    let run = try RunResult(reading: try ReportFixtures.digits(chip: "ideal", steps: 12, samples: 50))
    #expect(run.classes.count == 10 && run.classes.map(\.samples).reduce(0, +) == 50)
    #expect(run.classes.allSatisfy { $0.decidedAs.reduce(0, +) == $0.samples })
    let right = run.classes.enumerated().reduce(0) { $0 + $1.element.decidedAs[$1.offset] }
    #expect(Double(right) / 50 == run.accuracy)
    #expect(run.decisionSteps?.count == 12 && run.decisionSteps?.reduce(0, +) == 50)
    // Cores hold all neurons, layer by layer.
    #expect(run.cores.allSatisfy { $0.layers.map(\.neurons).reduce(0, +) == $0.neurons })
  }

  @Test("what samples cost adds up to the run", arguments: ["loihi", "generic-45nm", "loihi-sanafe"])
  func samples(_ chip: String) throws {
    try TemporaryFolder.with { folder in
      #expect(folder.invoke("compile DIGITS/net.json --chip \(chip) -o DIR/net.nmsim -q").status == .success)
      let line = "run DIR/net.nmsim --ticks 12 --samples 9 -o DIR/run.json --sample-costs DIR/samples.csv -q"
      #expect(folder.invoke(line).status == .success)
      let rows = try folder.text("samples.csv").split(separator: "\n").map {
        $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      }
      #expect(rows[0].joined(separator: ",")
        == "index,spikes,synapticOperations,chipJoules,decisionTicks,decisionSeconds")
      func sum(_ column: Int) -> Double { rows.dropFirst().reduce(0) { $0 + (Double($1[column]) ?? .nan) } }
      let run = try RunResult(reading: Array(try folder.data("run.json")))
      #expect(sum(1) == Double(run.totals.spikes ?? -1) && sum(2) == Double(run.totals.synapticOperations ?? -1))
      let joules = try #require(run.bill).actionJoules
      #expect(abs(sum(3) - joules) <= 1e-9 * joules, "\(sum(3)) of \(joules)")
    }
  }

  @Test("a page is one small file with its own script alone, and without addresses")
  func selfContained() throws {
    let one = try ReportFixtures.digits(chip: "generic-45nm", steps: 200)
    let page = try ReportFixtures.page([one])
    #expect(page.utf8.count < 250_000)
    let several = try ReportFixtures.page([one, try ReportFixtures.digits(chip: "loihi-sanafe"), one])
    #expect(several.utf8.count < 800_000)
    for page in [page, several] {
      let markup = Markup(page)
      #expect(markup.problems.isEmpty)
      for element in markup.elements {
        if element.name == "script", element.attributes["type"] == nil { #expect(element.text == PageScript.text) }
        #expect(!element.attributes.keys.contains { $0.hasPrefix("on") || $0 == "src" })
        if let address = element.attributes["href"] { #expect(address.hasPrefix("#") || address == "data:,") }
      }
      #expect(!page.contains("url(") && !page.contains("@import"))
      #expect(markup.elements.count { $0.name == "script" && $0.attributes["type"] == nil } == 1)
      #expect(page.contains("script-src '\(PageScript.hash)'"))
      let anchors = markup.elements.compactMap { $0.attributes["href"] }.filter { $0.hasPrefix("#") }
      let ids = Set(markup.elements.compactMap { $0.attributes["id"] })
      #expect(anchors.allSatisfy { ids.contains(String($0.dropFirst())) } && !anchors.isEmpty)
    }
  }

  @Test("the embedded results are those that were read")
  func embedded() throws {
    let text = try ReportFixtures.digits(chip: "loihi")
    let block = Markup(try ReportFixtures.page([text])).elements.first { $0.name == "script" }
    #expect(block?.text == String(decoding: text, as: UTF8.self))
  }

  @Test("hostile names stay text, wherever they stand")
  func hostile() throws {
    let names = [
      "</script><script>alert(1)</script>", "\"onmouseover=\"alert(1)", "'><img src=x onerror=alert(1)>", "a\u{202E}b\u{0007}\n",
      "&lt;b&gt;", "<!--", "]]>", "\u{2028}x</title></style>",
    ]
    let text = String(decoding: try ReportFixtures.digits(chip: "generic-45nm", steps: 8, samples: 4), as: UTF8.self)
    let explanation = String(decoding: try ReportFixtures.explanation(steps: 8), as: UTF8.self)
    for name in names {
      let quoted = try JSONWriter.text(of: .string(name), style: .compact).dropLast()
      // Every string of the document except its format.
      func hostile(_ text: String) -> [UInt8] {
        var hostile = ""
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
          if let colon = line.range(of: ": \""), !line.contains("\"format\"") {
            hostile += line[..<colon.upperBound].dropLast() + quoted + (line.hasSuffix(",") ? "," : "") + "\n"
          } else {
            hostile += line + "\n"
          }
        }
        return Array(hostile.utf8)
      }
      let bytes = hostile(text)
      let explained = hostile(explanation)
      let clean = Markup(try ReportFixtures.page([Array(text.utf8)], explanation: Array(explanation.utf8)))
      for texts in [[bytes], [bytes, Array(text.utf8), bytes]] {
        var runs: [ReportRun] = []
        for text in texts { runs.append(try ReportRun(number: runs.count + 1, file: name, text: text)) }
        runs[0].explanation = try ExplanationRecord(reading: explained)
        runs[0].explanation?.text = explained
        let page = Report(runs).page
        let markup = Markup(page)
        #expect(markup.problems.isEmpty, "\(name)")
        #expect(!page.contains("<img") && page.components(separatedBy: "<script>").count == 2, "\(name)")
        // What a reader sees; the data blocks hold the document as it is.
        let shown = page.prefix(upTo: page.range(of: "<script")?.lowerBound ?? page.endIndex).unicodeScalars
        #expect(!shown.contains { ["\u{202E}", "\u{0007}", "\u{2028}"].contains($0) }, "\(name)")
        let scripts = markup.elements.filter { $0.name == "script" }
        #expect(scripts.count == texts.count + 3)
        #expect(!markup.elements.contains { $0.attributes["onmouseover"] != nil || $0.attributes["onerror"] != nil })
        #expect(scripts.dropLast(2).allSatisfy { (try? JSONParser.parse($0.text)) != nil })
        if texts.count == 1 {
          let known = markup.elements.filter { !["li", "tr", "td", "data", "dt", "dd", "span"].contains($0.name) }.map(\.name)
          let expected = clean.elements.filter { !["li", "tr", "td", "data", "dt", "dd", "span"].contains($0.name) }.map(\.name)
          #expect(known.count <= expected.count + 2, "\(name)")
        }
      }
    }
  }

  @Test("what a result does not have is left out, not faked")
  func absent() throws {
    let page = try ReportFixtures.page([ReportFixtures.least])
    let headings = Markup(page).elements.filter { $0.name == "h2" }.map(\.text)
    #expect(headings == ["What was run"])
    #expect(Markup(page).problems.isEmpty && page.contains("The data have no labels"))
    #expect(!Markup(page).elements.contains { $0.name == "svg" })
    let several = try ReportFixtures.page([ReportFixtures.least, ReportFixtures.least])
    #expect(Markup(several).elements.filter { $0.name == "h2" }.map(\.text) == [
        "Differences", "n (run0.json)", "What was run", "n (run1.json)", "What was run",
      ])
    // A chip without prices: unknown, never zero.
    let ideal = Markup(try ReportFixtures.page([try ReportFixtures.digits(chip: "ideal")]))
    #expect(!ideal.elements.contains { $0.attributes["data-path"] == "energy.chip.joulesPerInference" })
    #expect(ideal.elements.contains { $0.attributes["class"] == "unknown" })
  }

  @Test("numbers at the ends of their ranges make a page, never a trap")
  func extremes() throws {
    let big = "9223372036854775807"
    let text = """
      {"format": "nmsim-run/2", "network": "", "chip": "", "ticks": 1, "samples": \(big), "accuracy": 1,
      "accuracyByStep": [0], "ann": {"accuracy": 1, "multiplyAccumulates": \(big)}, "populations": [
      {"name": "", "neurons": \(big), "spikes": \(big), "synapticOperations": \(big), "meanRate": 1e308, "saturations": \(big)},
      {"name": "", "neurons": \(big), "spikes": \(big), "synapticOperations": \(big), "saturations": \(big)}],
      "totals": {"spikes": \(big)}, "cores": [{"neurons": \(big), "spikes": 0, "synapticOperations": \(big),
      "messagesIn": \(big), "messagesOut": \(big), "x": 1000000000, "y": 0}, {"neurons": 1, "spikes": 0,
      "synapticOperations": 0, "messagesIn": 0, "messagesOut": 0, "x": 999999999, "y": 0}],
      "mesh": {"width": 65536, "height": 65536, "limits": {"neurons": 1},
      "links": {"x": [1000000000, 0], "y": [0, 0], "direction": ["west", "west"], "messages": [\(big), 1]}},
      "details": {"samples": \(big), "steps": [1], "rateEdges": [0], "populations": [{"name": "", "neurons": \(big),
      "spikes": [\(big)], "rates": [\(big)], "silent": \(big), "firstSpikes": [\(big)], "never": \(big), "distance": [1e308]}]},
      "fit": {"populations": [{"name": "", "synapses": \(big), "roundingError": 1e308}, {"name": "", "threshold": \(big)}],
      "synapseBits": [\(big), 0], "synapseBitsPerCore": 0, "coresOfChip": \(big)},
      "provenance": {"history": ["", ":", "a: b: c"]}, "simulation": {"command": ""},
      "energy": {"spike": {"spikesByStep": [\(big)], "joulesPerSpike": 1e300, "joulesPerInference": 1e308,
      "stepsToTarget": 1, "joulesToTarget": 5e-324, "target": 0}, "chip": {"items": [{"unit": "synapse", "action": "A",
      "count": \(big), "joulesEach": 1e308, "joules": 1e308}, {"unit": "x", "action": "", "count": 1, "joules": 1e308}],
      "joulesPerInference": 1e308, "staticJoules": 1e308}}, "time": {"secondsPerTick": 5e-324}}
      """
    let explanation = """
      {"format": "nmsim-explain/1", "network": "", "ticks": 1, "samples": \(big),
      "accuracy": {"original": 1, "chip": null}, "layers": [{"name": "", "kByStep": [0]},
      {"name": "", "kByStep": [1e308], "omega": 1e308, "cosine": {"chip": -1}},
      {"name": "", "kByStep": []}]}
      """
    for texts in [[Array(text.utf8)], [Array(text.utf8), Array(text.utf8), ReportFixtures.least]] {
      #expect(Markup(try ReportFixtures.page(texts)).problems.isEmpty)
      #expect(Markup(try ReportFixtures.page(texts, explanation: Array(explanation.utf8))).problems.isEmpty)
    }
  }

  @Test("a large mesh stays small on the page")
  func largeChip() throws {
    var cores = ""
    for index in 0..<4_096 {
      cores += (index > 0 ? "," : "")
        + #"{"neurons": 256, "spikes": 5, "synapticOperations": \#(index), "messagesIn": 1, "messagesOut": 2, "#
        + #""x": \#(index / 64), "y": \#(index % 64)}"#
    }
    let text = #"{"format": "nmsim-run/2", "network": "n", "chip": "c", "ticks": 3, "samples": 2, "#
      + #""mesh": {"width": 64, "height": 64, "coresPerTile": 1}, "cores": [\#(cores)]}"#
    let page = try ReportFixtures.page([Array(text.utf8)])
    #expect(Markup(page).problems.isEmpty)
    #expect(page.utf8.count - text.utf8.count < 700_000)
    #expect(page.contains("The 200 cores with most synaptic operations"))
  }

  @Test("a page of 10,000 populations shows the largest, sums the others, and says so")
  func manyPopulations() throws {
    let count = 10_000
    func list(_ member: (Int) -> String) -> String { (0..<count).map(member).joined(separator: ",") }
    let populations = list {
      #"{"name": "population \#($0)", "neurons": 4, "spikes": 2, "synapticOperations": \#($0), "saturations": 1}"#
    }
    let details = list {
      #"{"name": "population \#($0)", "neurons": 4, "spikes": [1, 1, 0], "rates": [4], "silent": 0, "#
        + #""firstSpikes": [4, 4, 0], "never": 0}"#
    }
    let text = #"{"format": "nmsim-run/1", "network": "n", "chip": "c", "ticks": 3, "samples": 2, "#
      + #""populations": [\#(populations)], "totals": {"spikes": 20000}, "#
      + #""details": {"samples": 2, "steps": [1, 2, 3], "rateEdges": [1], "populations": [\#(details)]}, "#
      + #""fit": {"populations": [\#(list { #"{"name": "population \#($0)", "synapses": 4}"# })]}, "#
      + #""energy": {"chip": {"items": [{"unit": "soma", "action": "spike", "count": 1, "joules": 1}], "#
      + #""joulesPerInference": 1, "joulesByPopulation": [\#(list { _ in "0.5" })]}}}"#
    let page = try ReportFixtures.page([Array(text.utf8)])
    #expect(Markup(page).problems.isEmpty)
    let shown = page.prefix(upTo: page.range(of: "<script")?.lowerBound ?? page.endIndex)
    #expect(shown.utf8.count < 1_000_000, "\(shown.utf8.count)")
    #expect(page.contains("The 200 with most synaptic operations; the other 9,800 are summed."))
    #expect(page.contains("The 200 with most energy; the other 9,800 are summed."))
    // What the largest 200 leave: 4 neurons each, 1 spike per inference.
    #expect(page.contains("<td class=\"name\">Others</td><td class=\"n\">39,200</td><td class=\"n\">9,800</td>"))
    let large = text.dropLast() + #", "padding": "\#(String(repeating: "x", count: 5_000_000))"}"#
    let without = try ReportFixtures.page([Array(String(large).utf8)])
    #expect(!without.contains("application/json\"") && without.contains("results of more than 4 MB are not in it"))
  }

  @Test("runs are named by what tells them apart")
  func labels() throws {
    func labels(_ members: [String]) throws -> [String] {
      var runs: [ReportRun] = []
      for member in members {
        let text = #"{"format": "nmsim-run/2", "samples": 2, \#(member)}"#
        runs.append(try ReportRun(number: runs.count + 1, file: "\(runs.count).json", text: Array(text.utf8)))
      }
      return ReportRun.named(runs).map(\.label)
    }
    let a = #""network": "n", "chip": "c", "ticks": 3, "method": "max-norm""#
    let b = #""network": "n", "chip": "c", "ticks": 3, "method": "rate-norm""#
    let c = #""network": "n", "chip": "d", "ticks": 9, "method": "rate-norm""#
    #expect(try labels([a]) == ["n"])
    #expect(try labels([a, b]) == ["max-norm", "rate-norm"])
    #expect(try labels([a, c]) == ["max-norm, c, 3 steps", "rate-norm, d, 9 steps"])
    #expect(try labels([a, a]) == ["n (0.json)", "n (1.json)"])
  }

  @Test("a comparison begins with what is most accurate and what needs least energy within its interval")
  func answer() throws {
    func answer(_ runs: [(chip: String, accuracy: Double, joules: Double, missing: String)]) throws -> String {
      let page = try ReportFixtures.page(
        runs.map { run in
          Array(
            """
            {"format": "nmsim-run/2", "network": "n", "chip": "\(run.chip)", "ticks": 3, "samples": 100, "method": "\(run.joules)",
            "accuracy": \(run.accuracy), "accuracyInterval": [\(run.accuracy - 0.02), 1],
            "energy": {"chip": {"items": [{"unit": "soma", "action": "spike", "count": 1, "joules": \(run.joules)}],
            "joulesPerInference": \(run.joules), "missing": [\(run.missing)]}}}
            """.utf8)
        })
      let start = try #require(page.firstRange(of: "<p class=\"answer\">"))
      let end = try #require(page[start.upperBound...].firstRange(of: "</p>"))
      return HTML.plain(String(page[start.upperBound..<end.lowerBound])).replacing("\u{A0}", with: " ")
    }
    #expect(try answer([("c", 0.9, 3, ""), ("c", 0.97, 2, ""), ("c", 0.96, 1, "")])
        == "Most accurate, 2. 2.0: 97.00 %. Least energy within the 95 % interval, 3. 1.0: 96.00 %, 1.00 J per inference, "
        + "chip model.")
    let tied = try answer([("c", 0.9, 3, ""), ("d", 0.9, 2, "\"hop\"")])
    #expect(tied.hasPrefix("Equally accurate, 1. 3.0, c, 2. 2.0, d: 90.00 %. Energies on these chips lack different"))
  }

  @Test("the front holds the points that no other beats")
  func front() {
    let points = [(5.0, 0.9), (1, 0.5), (2, 0.5), (3, 0.8), (4, 0.7), (3, 0.6), (6, 0.9)].enumerated().map {
      ParetoSection.Point(run: $0, cost: $1.0, accuracy: $1.1)
    }
    #expect(ParetoSection.front(points).map(\.run) == [1, 3, 0])
    #expect(ParetoSection.front([]).isEmpty)
    var generator = SplitMix64(seed: 3)
    for _ in 0..<200 {
      let cloud = (0..<20).map {
        ParetoSection.Point(
          run: $0, cost: Double(Int.random(in: 0...9, using: &generator)),
          accuracy: Double(Int.random(in: 0...9, using: &generator)) / 10)
      }
      let front = ParetoSection.front(cloud)
      for point in cloud {
        let beaten = cloud.contains {
          ($0.cost <= point.cost && $0.accuracy > point.accuracy) || ($0.cost < point.cost && $0.accuracy >= point.accuracy)
        }
        let held = front.contains { $0.cost == point.cost && $0.accuracy == point.accuracy }
        #expect(held != beaten)
      }
    }
  }

  @Test("axes have round ticks inside them")
  func axes() {
    #expect(Axis(0, 1, kind: .fraction).ticks.map(Axis(0, 1, kind: .fraction).label) == ["0", "20", "40", "60", "80", "100"])
    let watts = Axis(0, 1.8e-5, kind: .unit("W"))
    #expect(watts.ticks.map(watts.label) == ["0", "5", "10", "15"] && watts.unit == "µW")
    #expect(Axis(0, 359, widened: true).high == 400)
    let joules = Axis(logarithmic: [3.3e-8, 8e-7], kind: .unit("J"))
    #expect(joules.ticks.map(joules.label) == ["50\u{A0}nJ", "100\u{A0}nJ", "200\u{A0}nJ", "500\u{A0}nJ"])
    #expect(abs(Axis.log2(10) - 3.321928094887362) < 1e-8)
    for (low, high) in [(0.0, 0.0), (0, .leastNonzeroMagnitude), (0, 1.7e308), (-1, -1), (1e308, 1.7e308), (5, 3)] {
      for axis in [Axis(low, high), Axis(low, high, widened: true), Axis(logarithmic: [low, high], kind: .number)] {
        #expect(axis.high > axis.low && axis.ticks.count <= 64, "\(low) \(high)")
        #expect(axis.ticks.allSatisfy { (0...1).contains(axis.position($0)) })
      }
    }
  }
}
