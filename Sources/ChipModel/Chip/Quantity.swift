/// The dimensions of a chip's constants, and their text form: a number, an SI prefix and the unit, as in `23.6 pJ`.
///
/// Values are plain SI doubles (joules, seconds, watts) everywhere in the program. Only text carries prefixes, and both
/// directions work on decimal digits, so `23.6 pJ` reads as exactly the double 2.36e-11 and prints as `23.6 pJ` again.
package enum Quantity: Sendable, Equatable, CaseIterable {
  case energy
  case time
  case power

  /// `J`, `s` or `W`.
  package var symbol: String {
    switch self {
    case .energy: "J"
    case .time: "s"
    case .power: "W"
    }
  }

  /// A correct text, for error messages.
  package var example: String {
    switch self {
    case .energy: "23.6 pJ"
    case .time: "3.5 ns"
    case .power: "30 mW"
    }
  }

  /// Prefixes in falling order; `µ` is read as `u`.
  private static let prefixes: [(text: String, exponent: Int)] = [
    ("k", 3), ("", 0), ("m", -3), ("u", -6), ("n", -9), ("p", -12), ("f", -15),
  ]

  /// Reads `23.6 pJ`, `1ms`, `2.36e-11 J`.
  ///
  /// - Returns: the value in SI units; nil for anything that is not a finite, non-negative number with a unit of this
  ///   dimension.
  package func value(of text: String) -> Double? {
    let trimmed = text.trimmingSpaces
    guard let split = trimmed.firstIndex(where: { !Quantity.isNumberCharacter($0) }) else { return nil }
    let number = String(trimmed[..<split])
    var unit = String(trimmed[split...]).trimmingSpaces
    if unit.hasPrefix("µ") || unit.hasPrefix("μ") { unit = "u" + unit.dropFirst() }
    guard let prefix = Quantity.prefixes.first(where: { $0.text + symbol == unit }) else { return nil }
    return Quantity.scaled(number, by: prefix.exponent)
  }

  /// The value with the prefix that leaves 1 to 999 before the point (0.01 pJ to 999 pJ stay picojoules), in the
  /// shortest digits that read back as the same double.
  package func text(_ value: Double) -> String {
    guard value.isFinite, value > 0 else { return value == 0 ? "0 \(symbol)" : "\(value) \(symbol)" }
    let decimal = Decimal(value)
    let wanted = Quantity.floorDivide(decimal.exponent, 3) * 3
    // Down to 0.01 pJ the field writes picojoules: "0.9 pJ", not "900 fJ".
    let smallest = decimal.exponent >= -14 ? -12 : -15
    let prefix = Quantity.prefixes.first { $0.exponent <= max(wanted, smallest) } ?? ("f", -15)
    return decimal.text(shiftedBy: -prefix.exponent) + " " + prefix.text + symbol
  }

  private static func isNumberCharacter(_ c: Character) -> Bool {
    switch c {
    case "0"..."9", ".", "+", "-", "e", "E": true
    default: false
    }
  }

  /// `number` times ten to the `exponent`, rounded once.
  private static func scaled(_ number: String, by exponent: Int) -> Double? {
    let parts = number.split(omittingEmptySubsequences: false) { $0 == "e" || $0 == "E" }
    guard let mantissa = parts.first, parts.count <= 2, let leading = mantissa.first, leading.isNumber else {
      return nil
    }
    var power = 0
    if parts.count == 2 {
      guard parts[1].count <= 5, let written = Int(parts[1]) else { return nil }
      power = written
    }
    guard let value = Double("\(mantissa)e\(power + exponent)"), value.isFinite else { return nil }
    return value
  }

  private static func floorDivide(_ a: Int, _ b: Int) -> Int {
    a >= 0 ? a / b : -((-a + b - 1) / b)
  }
}

/// Shortest decimal digits of a positive double: `d.ddd * 10^exponent`.
private struct Decimal {
  var digits: [Character]
  var exponent: Int

  init(_ value: Double) {
    let parts = "\(value)".split(separator: "e")
    let mantissa = parts.first.map(String.init) ?? "0"
    let written = parts.count == 2 ? Int(parts[1]) ?? 0 : 0
    let halves = mantissa.split(separator: ".", omittingEmptySubsequences: false)
    let whole = halves.first.map(Array.init) ?? []
    let fraction = halves.count == 2 ? Array(halves[1]) : []
    var all = whole + fraction
    var top = whole.count - 1 + written
    while let first = all.first, first == "0", all.count > 1 {
      all.removeFirst()
      top -= 1
    }
    while let last = all.last, last == "0", all.count > 1 { all.removeLast() }
    digits = all
    exponent = top
  }

  /// Plain decimal text of the value times ten to the `shift`.
  func text(shiftedBy shift: Int) -> String {
    let top = exponent + shift
    if top < 0 { return "0." + String(repeating: "0", count: -top - 1) + String(digits) }
    if top + 1 >= digits.count {
      return String(digits) + String(repeating: "0", count: top + 1 - digits.count)
    }
    return String(digits[...top]) + "." + String(digits[(top + 1)...])
  }
}

extension String {
  fileprivate var trimmingSpaces: String {
    var view = Substring(self)
    while view.first == " " { view.removeFirst() }
    while view.last == " " { view.removeLast() }
    return String(view)
  }
}
