/// Repeated short measurements: the minimum is what the machine can do, the median what it did.
struct Timing: Sendable {
  /// Seconds.
  var minimum: Double
  var median: Double
  var runs: Int

  /// Times `body` `runs` times after one call that is not counted.
  static func of(runs: Int, _ body: () -> Void) -> Timing {
    body()
    var seconds: [Double] = []
    for _ in 0..<max(1, runs) {
      let start = ContinuousClock.now
      body()
      seconds.append(start.duration(to: .now) / .seconds(1))
    }
    return Timing(seconds: seconds)
  }

  init(seconds: [Double]) {
    let sorted = seconds.sorted()
    minimum = sorted.first ?? 0
    median = sorted.isEmpty ? 0 : sorted[sorted.count / 2]
    runs = sorted.count
  }

  /// `work` a second at the minimum.
  func rate(_ work: Int) -> Double { minimum > 0 ? Double(work) / minimum : 0 }
}
