/// Why a preprocessing cannot be applied.
package enum PreprocessingError: Error, Sendable, Equatable, CustomStringConvertible {
  case scale(Double)
  case mean(channel: Int, Double)
  case std(channel: Int, Double)
  /// `name` is `mean` or `std`; `expected` the number of channels (or of inputs of an `[N]` input).
  case count(String, actual: Int, expected: Int)

  package var description: String {
    switch self {
    case .scale(let value): "input scale is \(value), it must be a finite number other than 0; for bytes give 1/255"
    case .mean(let channel, let value):
      "input mean of channel \(channel) is \(value), it must be finite; give one number per channel"
    case .std(let channel, let value):
      "input standard deviation of channel \(channel) is \(value), it must be finite and above 0; "
        + "give one number per channel"
    case .count(let name, let actual, let expected):
      "input \(name) has \(actual) values, the input has \(expected) channels; give 1 or \(expected) values"
    }
  }
}

extension Preprocessing {
  /// Checks the numbers and that there are 0, 1 or as many means and deviations as channels.
  /// - Parameter shape: The network's input, `[C, H, W]` (C channels) or `[N]` (each input is its own channel).
  package func check(shape: [Int]) throws(PreprocessingError) {
    guard scale.isFinite, scale != 0 else { throw .scale(scale) }
    let channels = shape.first ?? 1
    for (name, values) in [("mean", mean), ("std", std)] where values.count > 1 && values.count != channels {
      throw .count(name, actual: values.count, expected: channels)
    }
    if let channel = mean.firstIndex(where: { !$0.isFinite }) { throw .mean(channel: channel, mean[channel]) }
    if let channel = std.firstIndex(where: { !($0.isFinite && $0 > 0) }) {
      throw .std(channel: channel, std[channel])
    }
  }

  /// Mean and deviation of a channel: its own, the one for all, or 0 and 1. Only after `check`.
  func constants(ofChannel channel: Int) -> (mean: Double, std: Double) {
    let mean = self.mean.count > 1 ? self.mean[channel] : self.mean.first ?? 0
    let std = self.std.count > 1 ? self.std[channel] : self.std.first ?? 1
    return (mean, std)
  }
}
