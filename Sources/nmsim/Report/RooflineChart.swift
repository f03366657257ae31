/// Operations per second against operations per message, and what limits them, on logarithmic axes.
struct RooflineChart: Sendable {
  struct Dot: Sendable {
    /// Operations per message, and operations per second.
    var x: Double
    var y: Double
    var color: Int
    var title: String

    /// Nil where nothing was done, or in no time that is known.
    init?(operations: Double, messages: Double, seconds: Double?, color: Int, name: String) {
      guard let seconds, operations > 0, messages > 0, seconds > 0 else { return nil }
      (x, y, self.color) = (operations / messages, operations / seconds, color)
      guard x.isFinite, y.isFinite else { return nil }
      title = "\(name): \(PageNumber.significant(x)) operations per message, \(PageNumber.count(y)) per second"
    }
  }

  /// Most operations, and most messages, a second; nil: no limit is known.
  struct Roof: Sendable {
    var operations: Double?
    var messages: Double?
    var color = 2
    var messageColor = 3

    init(secondsPerOperation: Double?, secondsPerMessage: Double?) {
      // What takes no time is no limit.
      func rate(_ seconds: Double?) -> Double? { seconds.flatMap { $0 > 0 && (1 / $0).isFinite ? 1 / $0 : nil } }
      operations = rate(secondsPerOperation)
      messages = rate(secondsPerMessage)
    }

    /// Whether both limits differ by less than a twentieth.
    func isNear(_ other: Roof) -> Bool {
      func alike(_ a: Double?, _ b: Double?) -> Bool {
        guard let a, let b else { return a == nil && b == nil }
        return abs(a - b) < 0.05 * a
      }
      return alike(operations, other.operations) && alike(messages, other.messages)
    }

    /// Operations per message at which both limits are one.
    var ridge: Double? { operations.flatMap { operations in messages.map { operations / $0 } } }
  }

  var dots: [Dot]
  var roofs: [Roof]
  var what: String

  /// Nil without dots.
  var markup: PageMarkup? {
    guard let least = dots.map(\.x).min(), let most = dots.map(\.x).max() else { return nil }
    // Left of the ridge messages are the limit, right of it the core's operations. It is shown unless that is far off.
    let near = roofs.compactMap(\.ridge).filter { $0 > least / 300 && $0 < most * 300 }
    let (low, high) = (min(least, near.min() ?? least) / 2, max(most, near.max() ?? most) * 2)
    let lines = roofs.flatMap { roof -> [(color: Int, points: [(x: Double, y: Double)])] in
      let ridge = min(high, max(low, roof.ridge ?? (roof.operations == nil ? high : low)))
      let slope = roof.messages.map { rate in ridge > low ? [low, ridge].map { (x: $0, y: $0 * rate) } : [] } ?? []
      let level = roof.operations.map { rate in ridge < high ? [ridge, high].map { (x: $0, y: rate) } : [] } ?? []
      return [(roof.messageColor, slope), (roof.color, level)]
    }
    var chart = Chart(
      x: Axis(logarithmic: [low, high], kind: .number),
      y: Axis(logarithmic: dots.map(\.y) + lines.flatMap { $0.points.map(\.y) }, kind: .unit("/s")),
      xTitle: "Operations per message", yTitle: "Operations per second",
      summary: "Operations per second against operations per message of \(dots.count) \(what)")
    chart.height = .tall
    for line in lines { chart.addLine(line.points, name: "limit", color: line.color) }
    for index in ReportRun.shown(of: dots.count, by: { dots[$0].y }) {
      let dot = dots[index]
      chart.addDot(dot.x, dot.y, label: "", name: dot.title, color: dot.color, title: dot.title)
    }
    return chart.markup
  }
}
