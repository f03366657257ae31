import ChipModel

/// The potential before the first step.
public enum InitialPotential: String, ParameterChoice {
  case zero
  /// Half of each threshold: rates round to nearest instead of down.
  case half
  /// Half a threshold on average, more or less by up to 3/16 from neighbour to neighbour: their roundings differ.
  case dither
  /// Anything from 0 to a threshold, seeded.
  case random
}

extension InitialPotential {
  /// Deviations from half a threshold in eighths of one half: a 2x2 tile of rows.
  private static let tile = [[-3.0, 1], [3, -1]]

  /// A potential for each neuron where they differ from neuron to neuron; nil: they do not.
  ///
  /// - Parameters:
  ///   - thresholds: one, one a channel or one a neuron, ANN units.
  ///   - shape: `[C, H, W]` or `[N]`.
  func potentials(_ thresholds: [Double], _ shape: [Int], seed: UInt64) -> [Double]? {
    guard self == .dither || self == .random, let channels = shape.first, channels > 0, !thresholds.isEmpty else { return nil }
    let (count, width) = (shape.reduce(1, *), shape.count == 3 ? shape[2] : 1)
    let plane = max(1, count / channels)
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { neuron in
      let (channel, place) = (neuron / plane, neuron % plane)
      let share: Double
      if self == .random {
        share = Double(generator.next() >> 11) / Double(1 << 53)
      } else {
        // The tile is shifted from channel to channel.
        let (y, x) = (place / max(1, width) + channel % 2, place % max(1, width) + channel / 2 % 2)
        share = 0.5 + Self.tile[y % 2][x % 2] / 16
      }
      let threshold = thresholds[neuron * thresholds.count / count]
      return threshold.isFinite ? threshold * share : 0
    }
  }
}
