import Foundation
import Testing

@testable import nmsim

@Suite("Roofline")
struct RooflineTests {
  private func dot(_ operations: Double, _ messages: Double, _ seconds: Double?) -> RooflineChart.Dot? {
    RooflineChart.Dot(operations: operations, messages: messages, seconds: seconds, color: 1, name: "core 1")
  }

  @Test("a core is operations per message and operations per second; without either, or a time, it is no dot")
  func dots() throws {
    let core = try #require(dot(300, 10, 2))
    #expect(core.x == 30 && core.y == 150 && core.title == "core 1: 30.0 operations per message, 150 per second")
    #expect(dot(0, 10, 2) == nil && dot(300, 0, 2) == nil && dot(300, 10, nil) == nil && dot(300, 10, 0) == nil)
    // A time so short that the rate is infinite.
    #expect(dot(1e18, 1, 1e-300) == nil)
  }

  @Test("limits meet where the messages bring as many operations as the core can do; no time is no limit")
  func roofs() throws {
    let roof = RooflineChart.Roof(secondsPerOperation: 1e-9, secondsPerMessage: 4e-9)
    #expect(abs(try #require(roof.ridge) - 4) < 1e-12)
    let free = RooflineChart.Roof(secondsPerOperation: 1e-9, secondsPerMessage: 0)
    #expect(free.messages == nil && free.ridge == nil)
    #expect(RooflineChart.Roof(secondsPerOperation: .leastNonzeroMagnitude, secondsPerMessage: nil).operations == nil)
    let core = try #require(dot(300, 10, 1e-6))
    func lines(_ roofs: [RooflineChart.Roof]) throws -> Int {
      try #require(RooflineChart(dots: [core], roofs: roofs, what: "cores").markup).text.components(
        separatedBy: "<path class=\"line"
      ).count - 1
    }
    #expect(try lines([roof]) == 2 && lines([free]) == 1 && lines([]) == 0)
    #expect(RooflineChart(dots: [], roofs: [roof], what: "cores").markup == nil)
    #expect(roof.isNear(RooflineChart.Roof(secondsPerOperation: 1.01e-9, secondsPerMessage: 4e-9)))
    #expect(!roof.isNear(free))
  }
}
