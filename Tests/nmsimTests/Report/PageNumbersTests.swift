import ChipModel
import Foundation
import Testing

@testable import nmsim

@Suite("Numbers of pages")
struct PageNumbersTests {
  @Test("no page of a run, of several, of an explanation has a number that its documents do not have")
  func runs() throws {
    try TemporaryFolder.with { folder in
      for (name, options) in [("one", "--chip loihi-sanafe"), ("two", "--chip loihi"), ("three", "--chip loihi-sanafe")] {
        let steps = name == "three" ? 12 : 40
        let lines = [
          "compile DIGITS/net.json \(options) -o DIR/\(name).nmsim -q",
          "run DIR/\(name).nmsim --samples 30 --ticks \(steps) -o DIR/\(name).json -q"
            + (name == "three" ? " --early-decision stable:4" : ""),
        ]
        for line in lines { try #require(folder.invoke(line).status == .success, "\(folder.invoke(line).error)") }
      }
      try #require(
        folder.invoke("explain DIGITS/net.json --chip loihi-sanafe --samples 20 --ticks 40 -o DIR/why.json -q").status == .success)
      func texts(_ files: [(String, String)]) throws -> [String: [UInt8]] {
        var texts: [String: [UInt8]] = [:]
        for (name, file) in files { texts[name] = Array(try folder.data("\(file).json")) }
        return texts
      }
      let pages = [
        ("one.json why.json", [("run1", "one"), ("run1-explanation", "why")]),
        ("three.json", [("run1", "three")]), ("why.json", [("run1-explanation", "why")]),
        ("one.json two.json three.json", [("run1", "one"), ("run2", "two"), ("run3", "three")]),
      ]
      for (files, documents) in pages {
        let named = files.split(separator: " ").map { "\(folder.path)/\($0)" }.joined(separator: " ")
        let page = invoke("report \(named) -o -").output
        let numbers = try PageNumbers(page, try texts(documents), names: documents.map { "\(folder.path)/\($0.1).json" })
        let found = try numbers.checkFigures()
        #expect(try !numbers.checkPictures().isEmpty)
        let drawings = try numbers.checkDrawings()
        #expect(drawings.wrong.isEmpty && drawings.checked > 20, "\(files): \(drawings.wrong.prefix(5)) of \(drawings.checked)")
        #expect(found.count > 10)
        let stray = try numbers.strayNumbers()
        #expect(stray.isEmpty, "\(files): \(stray)")
      }
    }
  }

  @Test("nor has the page of a sweep")
  func sweep() throws {
    try TemporaryFolder.with { folder in
      try folder.write(
        """
        {"format": "nmsim-plan/1", "name": "chips", "networks": ["\(TemporaryFolder.digits)/net.json"], "steps": [4, 12],
         "weightBits": [3, 8], "seeds": [1, 2], "data": {"images": "\(TemporaryFolder.digits)/test-images.npy",
         "labels": "\(TemporaryFolder.digits)/test-labels.npy", "samples": 20},
         "chips": ["loihi-sanafe", {"extends": "generic-45nm", "neuronsPerCore": [2, 64, 256]}]}
        """, "plan.json")
      let swept = folder.invoke("sweep DIR/plan.json -o DIR/out -q")
      try #require(swept.status == .success, "\(swept.error)")
      let page = invoke("report \(folder.path)/out -o -").output
      let numbers = try PageNumbers(page, ["sweep": Array(try folder.data("out/sweep.json"))])
      let found = try numbers.checkFigures()
      #expect(found.contains("points[0].result.accuracy") && found.contains { $0.hasPrefix("deviation(") })
      #expect(try numbers.checkPictures().count >= 4)
      let drawings = try numbers.checkDrawings()
      #expect(drawings.wrong.isEmpty && drawings.checked > 50, "\(drawings.wrong.prefix(5)) of \(drawings.checked)")
      let stray = try numbers.strayNumbers()
      #expect(stray.isEmpty, "\(stray)")
    }
  }

  @Test("a number that is changed is found, in an element and outside")
  func changed() throws {
    let text = try ReportFixtures.digits(chip: "loihi-sanafe", steps: 12, samples: 20)
    let page = try ReportFixtures.page([text])
    func stray(_ page: String) throws -> [String] {
      try PageNumbers(page, ["run1": text], names: ["run0.json"]).strayNumbers()
    }
    let none = try stray(page)
    #expect(none.isEmpty, "\(none)")
    #expect(try stray(page.replacing("</h1>", with: " of 17 kinds</h1>")) == ["digits of 17 kinds"])
    for (part, other) in [
      (/data-y="[^"]+">([^<]+)</, "77"), (/data-x="[^"]+">([^<]+)</, "77"), (/data-y="([^"]+)"/, "0.77"),
      (/class="line s1" d="M([\d.]+) \d/, "77"), (/class="line s1" d="M[\d.]+ [\d.]+l([\d.]+)/, "1.5"),
      (/<title>core 0, tile \(0, 0\): ([\d,]+)/, "77"), (/<title>core (0), tile/, "7"), (/; holds [^,<]+, ([\d,]+)/, "77"),
      (/<title>[^<,]+, step \d+: ([\d.]+)/, "77.7"), (/title="synapse: ([^,]+),/, "77.7\u{A0}nJ"),
      (/% at step (\d+)</, "77"),
    ] as [(Regex<(Substring, Substring)>, String)] {
      let match = try #require(page.firstMatch(of: part), "\(other)")
      let changed = page.replacingCharacters(in: match.1.startIndex..<match.1.endIndex, with: other)
      #expect(try !PageNumbers(changed, ["run1": text]).checkDrawings().wrong.isEmpty, "\(match.0) with \(other)")
    }
    #expect(PageNumbers.says("40.7\u{A0}µJ", 4.0712e-5) && !PageNumbers.says("40.8\u{A0}µJ", 4.0712e-5))
    #expect(PageNumbers.says("+0.28\u{A0}points", 0.0028) && !PageNumbers.says("0.29\u{A0}×", 0.28))
  }
}
