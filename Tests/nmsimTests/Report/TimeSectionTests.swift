import Foundation
import Testing

@testable import nmsim

@Suite("Report page: time on the chip")
struct TimeSectionTests {
  /// The page of a run under `detailed` on Loihi as SANA-FE calibrated it, with changes.
  private func page(_ changes: String) throws -> (page: String, energy: String) {
    try TemporaryFolder.with { folder in
      try folder.write(
        """
        {"format": "nmsim-chip/1", "name": "mine", "extends": "loihi-sanafe", "source": "test",
         "certainty": "assumed", "limits": {"neuronsPerCore": 64}\(changes)}
        """, "chip.json")
      let lines = [
        "compile DIGITS/net.json --chip DIR/chip.json -q -o DIR/net.nmsim",
        "run DIR/net.nmsim --ticks 20 --samples 4 --input DIGITS/test-images.npy --time-model detailed "
          + "--json DIR/run.json -q",
        "report DIR/run.json -o DIR/page.html -q",
      ]
      for line in lines {
        let result = folder.invoke(line)
        #expect(result.status == .success, "\(result.error)")
      }
      return (try folder.text("page.html"), folder.invoke("energy DIR/run.json").output)
    }
  }

  private static let warning = "The busiest link takes longer than the slowest core"

  @Test("a link that is saturated on purpose shows up")
  func saturated() throws {
    let (quick, _) = try page("")
    #expect(quick.contains("<h2>Time on the chip</h2>"))
    #expect(quick.contains("data-path=\"time.delay.meanWaitingSeconds\""))
    #expect(!quick.contains(Self.warning))
    let hop = ["hopEast", "hopWest", "hopNorth", "hopSouth"].map { "\"\($0)\": \"20 us\"" }.joined(separator: ", ")
    let (slow, energy) = try page(", \"time\": {\(hop)}")
    #expect(slow.contains(Self.warning))
    #expect(slow.contains("data-path=\"mesh.links.messages["))
    #expect(energy.contains("busiest link"))
    let markup = Markup(slow)
    #expect(markup.problems.isEmpty)
    func value(_ path: String) throws -> Double {
      let element = try #require(markup.elements.first { $0.attributes["data-path"] == path }, "\(path)")
      return try #require(element.attributes["value"].flatMap { Double($0) })
    }
    #expect(try value("time.busiestLinkSeconds") > value("time.slowestCoreSeconds"))
    #expect(try value("time.delay.longestSeconds") >= value("time.delay.meanSeconds"))
    #expect(try value("time.secondsPerInference") >= value("time.busiestLinkSeconds"))
  }
}
