import ChipModel

/// Pieces of one-line messages about networks.

extension MapShape {
  /// `[channels, height, width]`, as messages show it.
  var list: [Int] { [channels, height, width] }
}

/// A name from a file as it is shown: control characters escaped, cut after 60 characters.
func shownName(_ name: String) -> String {
  var text = ""
  var count = 0
  for scalar in name.unicodeScalars {
    if count == 60 { return text + "..." }
    count += 1
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse:
      text += "\\u{" + String(scalar.value, radix: 16) + "}"
    default:
      text.unicodeScalars.append(scalar)
    }
  }
  return text
}

/// `[1, 2, 3]`, cut after eight elements.
func listText(_ values: [Int]) -> String {
  let shown = values.prefix(8).map { String($0) }.joined(separator: ", ")
  return values.count > 8 ? "[\(shown), ...]" : "[\(shown)]"
}

/// A count with thousands separators, `4,096`.
func groupedText(_ value: Int) -> String {
  var digits = String(value.magnitude)
  var groups: [String] = []
  while digits.count > 3 {
    groups.insert(String(digits.suffix(3)), at: 0)
    digits.removeLast(3)
  }
  groups.insert(digits, at: 0)
  return (value < 0 ? "-" : "") + groups.joined(separator: ",")
}

/// A number as a person writes it: `-1`, `0.5`, `infinity`, `not a number`.
func numberText(_ value: Double) -> String {
  if value.isNaN { return "not a number" }
  if value.isInfinite { return value < 0 ? "-infinity" : "infinity" }
  let text = "\(value)"
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}

/// `1 or 10 (one a neuron)`, the counts that `Values` of a population may have.
func countsText(channels: Int, neurons: Int) -> String {
  if neurons == 1 { return "1" }
  if channels == neurons { return "1 or \(groupedText(neurons)) (one a neuron)" }
  if channels == 1 { return "1 or \(groupedText(neurons)) (one a neuron)" }
  return "1, \(groupedText(channels)) (one a channel) or \(groupedText(neurons)) (one a neuron)"
}

/// `a -> b -> a`; the middle of a long cycle is left out.
func cycleText(_ names: [String]) -> String {
  guard let first = names.first else { return "" }
  let shown = names.map { "'\(shownName($0))'" }
  let closing = "'\(shownName(first))'"
  if shown.count <= 8 { return (shown + [closing]).joined(separator: " -> ") }
  return (shown.prefix(7) + ["... (\(groupedText(names.count)) populations)", closing]).joined(separator: " -> ")
}
