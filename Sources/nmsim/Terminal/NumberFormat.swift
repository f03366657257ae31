import ChipModel

/// Numbers as people read them. The same text on every machine: no locale, no C formatting.
enum NumberFormat {
  /// 1234567 as `1,234,567`
  static func count(_ value: Int) -> String {
    groupedText(value)
  }

  /// `1 core`, `2 cores`
  static func count(_ value: Int, of word: String) -> String { "\(count(value)) \(word)\(value == 1 ? "" : "s")" }

  /// Three significant digits: 1.234 as `1.23`, 0.01234 as `0.0123`, 1.234e-7 as `1.23e-7`; 1,000,000 and more in full.
  static func significant(_ value: Double) -> String {
    let magnitude = value.magnitude
    guard magnitude > 0, magnitude < 999_500 else { return plain(value) }
    if magnitude >= 0.9995 { return decimal(value, places: magnitude >= 99.95 ? 0 : magnitude >= 9.995 ? 1 : 2) }
    var (digits, exponent) = (magnitude, 0)
    while digits < 0.9995 { (digits, exponent) = (digits * 10, exponent - 1) }
    if exponent >= -4 { return decimal(value, places: 2 - exponent) }
    return "\(value < 0 ? "-" : "")\(decimal(digits, places: 2))e\(exponent)"
  }

  /// A number with a fixed number of decimals (0 to 9) and thousands separators; `unknown` for nil.
  static func decimal(_ value: Double?, places: Int) -> String {
    guard let value else { return "unknown" }
    guard value.isFinite else { return plain(value) }
    let places = min(max(places, 0), 9)
    let power = powersOfTen[places]
    let scaled = (value.magnitude * power).rounded(.toNearestOrEven)
    // Beyond 2^53 there are no decimals to show.
    guard scaled < 9_007_199_254_740_992, let units = UInt64(exactly: scaled) else {
      let digits = value.magnitude.rounded(.toNearestOrEven)
      guard let whole = UInt64(exactly: digits) else { return plain(value) }
      return (value < 0 ? "-" : "") + groupedText(whole)
    }
    let divisor = UInt64(power)
    let sign = value < 0 && units > 0 ? "-" : ""
    let whole = sign + groupedText(units / divisor)
    guard places > 0 else { return whole }
    let fraction = String(units % divisor)
    return whole + "." + String(repeating: "0", count: places - fraction.count) + fraction
  }

  /// A fraction of 1 as a percentage: 0.98713 as `98.71 %`; `unknown` for nil.
  static func percent(_ fraction: Double?, places: Int = 2) -> String {
    guard let fraction else { return "unknown" }
    return decimal(fraction * 100, places: places) + " %"
  }

  /// A difference of fractions in hundredths, with its sign: 0.0028 as `+0.28`; `unknown` for nil.
  static func points(_ difference: Double?) -> String {
    let text = decimal(difference.map { $0 * 100 }, places: 2)
    return (difference.map { $0 >= 0 } ?? false) && !text.hasPrefix("-") ? "+" + text : text
  }

  /// Three significant digits and an SI prefix: 4.83e-6 J as `4.83 uJ`; `unknown` for nil. The micro sign is `u`.
  static func si(_ value: Double?, unit: String) -> String {
    guard let value else { return "unknown" }
    guard value.isFinite else { return "\(plain(value)) \(unit)" }
    if value == 0 { return "0 \(unit)" }
    for (index, prefix) in prefixes.enumerated() {
      // Multiplying by exact powers of ten up to 1e18 keeps 4.83e-6 at 4.83.
      let exponent = smallestExponent + 3 * index
      let scaled = exponent < 0 ? value * powersOfTen[-exponent] : value / powersOfTen[exponent]
      let magnitude = scaled.magnitude
      if magnitude < 999.5 || index == prefixes.count - 1 {
        if magnitude < 0.01 { return "\(plain(value)) \(unit)" }
        return "\(decimal(scaled, places: magnitude < 9.995 ? 2 : magnitude < 99.95 ? 1 : 0)) \(prefix)\(unit)"
      }
    }
    return "\(plain(value)) \(unit)"
  }

  static func joules(_ value: Double?) -> String { si(value, unit: "J") }
  static func seconds(_ value: Double?) -> String { si(value, unit: "s") }
  static func watts(_ value: Double?) -> String { si(value, unit: "W") }

  /// Wall time as `0:07`, `12:05` or `1:02:03`, rounded up to whole seconds.
  static func clock(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 3_600_000, seconds > 0 else { return seconds > 0 ? "-:--" : "0:00" }
    let total = Int(seconds.rounded(.up))
    func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
    let (hours, minutes) = (total / 3600, total / 60 % 60)
    return (hours > 0 ? "\(hours):\(two(minutes))" : "\(minutes)") + ":" + two(total % 60)
  }

  /// The shortest decimal that reads back as the same number, whole numbers without `.0`.
  static func plain(_ value: Double) -> String { numberText(value) }

  private static let smallestExponent = -18
  private static let prefixes = ["a", "f", "p", "n", "u", "m", "", "k", "M", "G", "T"]
  /// Exact in binary64 up to 1e22.
  private static let powersOfTen: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
  ]
}
