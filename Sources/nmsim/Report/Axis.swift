/// A linear axis with round ticks.
struct Axis: Sendable, Equatable {
  /// What the numbers are.
  enum Kind: Sendable, Equatable {
    case number
    /// Fractions of 1, shown as percentages.
    case fraction
    /// SI prefix and unit, one for the whole axis.
    case unit(String)
  }

  let low: Double
  let high: Double
  let kind: Kind
  /// Inside the axis, ascending.
  let ticks: [Double]
  private let step: Double
  let isLogarithmic: Bool

  /// - Parameters:
  ///   - widened: whether the ends move outward to the next tick.
  ///   - count: about how many ticks.
  init(_ low: Double, _ high: Double, kind: Kind = .number, widened: Bool = false, count: Int = 5) {
    let top = high > low ? high : low + (low == 0 ? 1 : low.magnitude)
    let step = Axis.roundStep(low, top, count: count)
    guard step > 0, step.isFinite, top.isFinite, low.isFinite else {
      (self.low, self.high, self.kind, ticks, self.step, isLogarithmic) = (0, 1, kind, [0, 1], 1, false)
      return
    }
    var first = (low / step).rounded(.up)
    var last = (top / step + 1e-9).rounded(.down)
    if widened {
      first = (low / step + 1e-9).rounded(.down)
      last = (top / step - 1e-9).rounded(.up)
    }
    self.kind = kind
    self.step = step
    self.low = widened ? min(low, first * step) : low
    self.high = widened ? max(top, last * step) : top
    var ticks: [Double] = []
    var index = first
    while index <= last, ticks.count < 20 {
      // Room above 100 % is for labels.
      if kind != .fraction || index * step < 1 + 1e-9 { ticks.append(index * step) }
      index += 1
    }
    self.ticks = ticks
    isLogarithmic = false
  }

  /// 1, 2 or 5 times a power of ten.
  private static func roundStep(_ low: Double, _ high: Double, count: Int) -> Double {
    let raw = (high - low) / Double(max(1, count))
    guard raw > 1e-300, raw < 1e300 else { return 0 }
    var power = 1.0
    while power * 10 <= raw { power *= 10 }
    while power > raw { power /= 10 }
    let digit = raw / power
    return power * (digit < 1.5 ? 1 : digit < 3.5 ? 2 : digit < 7.5 ? 5 : 10)
  }

  /// Where a value lies, 0...1; values beyond the ends are at the ends.
  func position(_ value: Double) -> Double {
    if isLogarithmic {
      let (bottom, top) = (Axis.log2(low), Axis.log2(high))
      return min(1, max(0, (Axis.log2(value) - bottom) / (top - bottom)))
    }
    return min(1, max(0, (value - low) / (high - low)))
  }

  /// A logarithmic axis over positive values, for costs that span decades. Labels carry their unit each.
  init(logarithmic values: [Double], kind: Kind) {
    let positive = values.filter { $0 > 1e-290 && $0 < 1e290 }
    let least = positive.min() ?? 1
    let most = max(positive.max() ?? 10, least * 1.5)
    self.kind = kind
    step = 0
    isLogarithmic = true
    low = least / 1.15
    high = most * 1.15
    var power = 1.0
    while power > low { power /= 10 }
    while power * 10 <= low { power *= 10 }
    var all: [(value: Double, digit: Double)] = []
    while power <= high, all.count < 1_000 {
      for digit in [1.0, 2, 5] where power * digit >= low && power * digit <= high { all.append((power * digit, digit)) }
      power *= 10
    }
    if all.count < 3, high / low < 10 {
      // Less than a decade: round steps, though their distances shrink.
      let linear = Axis(low, high, kind: kind, count: 4)
      if linear.ticks.count > all.count { all = linear.ticks.map { ($0, 2) } }
    }
    let decades = all.filter { $0.digit == 1 }
    ticks = (all.count > 5 && decades.count > 1 ? decades : all).map(\.value)
  }

  /// The binary logarithm to about 1e-9, bit by bit: enough for drawing, and the same on every machine.
  static func log2(_ value: Double) -> Double {
    guard value > 0, value.isFinite else { return -1_074 }
    var result = Double(value.exponent)
    var rest = value.significand
    var bit = 0.5
    for _ in 0..<30 {
      rest *= rest
      if rest >= 2 {
        rest /= 2
        result += bit
      }
      bit /= 2
    }
    return result
  }

  /// The factor and prefix that all labels share.
  private var prefix: (factor: Double, symbol: String) {
    let prefixes: [(Double, String)] = [
      (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"), (1, ""), (1e-3, "m"), (1e-6, "µ"), (1e-9, "n"), (1e-12, "p"),
      (1e-15, "f"),
    ]
    let most = max(low.magnitude, high.magnitude)
    if kind == .number && most < 10_000 && most >= 0.01 { return (1, "") }
    return prefixes.first { most >= $0.0 } ?? (1, "")
  }

  /// The text at a tick.
  func label(_ tick: Double) -> String {
    if isLogarithmic {
      if kind == .fraction { return PageNumber.typeset("\(NumberFormat.plain((tick * 1e11).rounded() / 1e9)) %") }
      if case .unit(let unit) = kind { return PageNumber.rounded(tick, unit: unit) }
      return tick < 1 ? PageNumber.decimals(tick) : PageNumber.rounded(tick, unit: "")
    }
    let scale: Double =
      switch kind {
      case .fraction: 0.01
      case .number, .unit: prefix.factor
      }
    var places = 0
    var resolution = step / scale
    while places < 6, (resolution - resolution.rounded()).magnitude > 1e-6 * max(1, resolution) {
      resolution *= 10
      places += 1
    }
    let text = NumberFormat.decimal(tick / scale, places: places)
    return PageNumber.typeset(kind == .number && tick != 0 ? text + prefix.symbol : text)
  }

  /// The unit of all labels, for the axis title: `%`, `µJ`.
  var unit: String {
    if isLogarithmic { return "" }
    return switch kind {
    case .fraction: "%"
    case .number: ""
    case .unit(let unit): prefix.symbol + unit
    }
  }
}
