/// Numbers as the page shows them: those of the terminal, typeset with blanks that do not break, `µ` and a true minus.
enum PageNumber {
  /// Between a number and its unit; never a line break.
  private static let blank: Character = "\u{A0}"

  static func typeset(_ text: String) -> String {
    var result = ""
    var previous: Character?
    for character in text {
      switch character {
      case " ": result.append(blank)
      case "-" where previous == nil: result.append("\u{2212}")
      case "u" where previous == " ": result.append("µ")
      default: result.append(character)
      }
      previous = character
    }
    return result
  }

  static func percent(_ fraction: Double) -> String { typeset(NumberFormat.percent(fraction)) }
  /// The share of a bar: one decimal.
  static func share(_ fraction: Double) -> String { typeset(NumberFormat.percent(fraction, places: 1)) }
  static func joules(_ value: Double) -> String { typeset(NumberFormat.joules(value)) }
  static func seconds(_ value: Double) -> String { typeset(NumberFormat.seconds(value)) }
  static func watts(_ value: Double) -> String { typeset(NumberFormat.watts(value)) }
  static func integer(_ value: Int) -> String { typeset(NumberFormat.count(value)) }

  /// A count that may be a mean: whole from 100 on, with a prefix from a million on.
  static func count(_ value: Double) -> String {
    if value >= 999_999.5 { return typeset(NumberFormat.si(value, unit: "")).trimmingEnd() }
    if value == value.rounded() { return typeset(NumberFormat.decimal(value, places: 0)) }
    return typeset(NumberFormat.decimal(value, places: value >= 100 ? 0 : value >= 10 ? 1 : 2))
  }

  /// A round number with prefix and unit and no zeros at the end: `20 nJ`.
  static func rounded(_ value: Double, unit: String) -> String {
    let text = NumberFormat.si(value, unit: unit)
    guard let blank = text.firstIndex(of: " ") else { return typeset(text) }
    var number = text.prefix(upTo: blank)
    if number.contains(".") {
      while number.last == "0" { number.removeLast() }
      if number.last == "." { number.removeLast() }
    }
    return typeset(String(number) + String(text.suffix(from: blank))).trimmingEnd()
  }

  /// Three significant digits without a prefix from a thousandth to 10,000: `0.0042`.
  static func significant(_ value: Double) -> String {
    guard value != 0 else { return "0" }
    guard value.magnitude >= 0.001, value.magnitude < 10_000 else { return rounded(value, unit: "") }
    let places = value.magnitude >= 100 ? 0 : value.magnitude >= 10 ? 1 : value.magnitude >= 1 ? 2 : value.magnitude >= 0.1 ? 3 : 4
    return typeset(NumberFormat.decimal(value, places: places))
  }

  /// A round number below 1 without zeros at the end: `0.002`; with a prefix below a millionth.
  static func decimals(_ value: Double) -> String {
    guard value >= 1e-6 else { return rounded(value, unit: "") }
    var text = NumberFormat.decimal(value, places: 6)
    while text.hasSuffix("0") { text.removeLast() }
    return typeset(text.hasSuffix(".") ? String(text.dropLast()) : text)
  }

  /// A rate in spikes per neuron and step.
  static func rate(_ value: Double) -> String { typeset(NumberFormat.decimal(value, places: 4)) }

  /// Percentage points with their sign: `+0.28 points`.
  static func points(_ difference: Double) -> String {
    typeset(NumberFormat.points(difference) + " points")
  }

  /// A multiple: `0.43 ×`.
  static func times(_ value: Double) -> String {
    typeset(NumberFormat.decimal(value, places: value < 10 ? 2 : value < 100 ? 1 : 0) + " ×")
  }
}

extension String {
  /// Without blanks at the end, unbreakable ones too.
  fileprivate func trimmingEnd() -> String {
    var text = self
    while let last = text.last, last == " " || last == "\u{A0}" { text.removeLast() }
    return text
  }
}
