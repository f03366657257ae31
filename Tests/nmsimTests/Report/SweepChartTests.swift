import ChipModel
import Testing

@testable import nmsim

@Suite("Charts of a sweep")
struct SweepChartTests {
  /// Points of two chips with one accuracy and energy each.
  private func document(_ figures: [(chip: String, accuracy: Double, joules: Double)]) throws -> SweepDocument {
    let points = figures.enumerated().map { index, point in
      let digits = String(index, radix: 16)
      return """
        {"id": "\(String(repeating: "0", count: 16 - digits.count) + digits)", "network": "n", "chip": "\(point.chip)",
         "mapping": "optimised", "seed": 0, "data": "d", "samples": 10,
         "result": {"steps": 8, "samples": 10, "accuracy": \(point.accuracy), "spikeJoules": \(point.joules), "cores": 3}}
        """
    }
    let text = "{\"format\": \"nmsim-sweep/1\", \"name\": \"s\", \"points\": [\(points.joined(separator: ","))]}"
    return try SweepDocument(reading: Array(text.utf8))
  }

  private func figures(_ document: SweepDocument) -> [String: String] {
    var figures: [String: String] = [:]
    for front in SweepFront.all(document.entries) {
      figures[front.key] = SweepChart(
        document: document, front: front, labels: SweepPoint.labels(document.points),
        colors: document.points.map { $0.chip == "a" ? 1 : 2 }
      ).figure?.text
    }
    return figures
  }

  @Test("the front lies over the other points, every chip has its colour, a cost that is the same for all has no chart")
  func order() throws {
    let document = try document([("a", 0.9, 1e-6), ("b", 0.95, 2e-6), ("a", 0.8, 3e-6), ("b", 0.85, 4e-6)])
    let figures = figures(document)
    #expect(figures.keys.sorted() == ["spikeEnergy"])
    let figure = try #require(figures["spikeEnergy"])
    let dots = figure.components(separatedBy: "<path class=\"dot ").dropFirst().map { $0.prefix { $0 != "\"" } }
    #expect(dots == ["s1 faint", "s2 faint", "s2", "s1"])
    #expect(!figure.contains("Below"))
  }

  @Test("points that fail are left out and counted; numbers keep their distance")
  func crowded() throws {
    var points: [(chip: String, accuracy: Double, joules: Double)] = [("b", 0.1, 2e-6), ("b", 0.6, 3e-6)]
    for index in 0..<20 {
      let step = Double(index)
      points.append(("a", 0.98 + step * 1e-4, 1e-6 + step * 1e-8))
    }
    let document = try document(points)
    let figure = try #require(figures(document)["spikeEnergy"])
    #expect(HTML.plain(figure).contains("Below: 2 points, down to 10.0"), "\(figure)")
    #expect(figure.components(separatedBy: "data-front=").count - 1 == 20)
    let numbers = figure.components(separatedBy: "class=\"mark s").count - 1
    #expect((2...14).contains(numbers), "\(numbers)")
    // The most accurate point has its number before all others.
    #expect(figure.contains(">22</text>"))
  }
}
