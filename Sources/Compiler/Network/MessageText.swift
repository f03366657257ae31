import ChipModel

/// Pieces of one-line messages about networks.

extension MapShape {
  /// `[channels, height, width]`, as messages show it.
  var list: [Int] { [channels, height, width] }
}

/// A name from a file as it is shown.
func shownName(_ name: String) -> String { printable(name) }

/// `[1, 2, 3]`, cut after eight elements.
func listText(_ values: [Int]) -> String {
  let shown = values.prefix(8).map { String($0) }.joined(separator: ", ")
  return values.count > 8 ? "[\(shown), ...]" : "[\(shown)]"
}

/// `1 or 10 (one a neuron)`, the counts that `Values` of a population may have.
func countsText(channels: Int, neurons: Int) -> String {
  if neurons == 1 { return "1" }
  if channels == neurons { return "1 or \(groupedText(neurons)) (one a neuron)" }
  if channels == 1 { return "1 or \(groupedText(neurons)) (one a neuron)" }
  return "1, \(groupedText(channels)) (one a channel) or \(groupedText(neurons)) (one a neuron)"
}
