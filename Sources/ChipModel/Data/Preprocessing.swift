/// How raw data become the network's input values: `(raw * scale - mean[c]) / std[c]`.
///
/// `mean` and `std` are given per channel of a `[C, H, W]` input (or have one element for all). `identity` leaves
/// values as they are.
public struct Preprocessing: Sendable, Equatable {
  /// Factor of every raw value, not 0; 1/255 makes bytes 0...1.
  public var scale: Double
  /// Subtracted after scaling: none, one for all channels, or one a channel.
  public var mean: [Double]
  /// Divides what is left, above 0: none, one for all channels, or one a channel.
  public var std: [Double]

  /// Values as they are, unless told otherwise.
  public init(scale: Double = 1, mean: [Double] = [], std: [Double] = []) {
    self.scale = scale
    self.mean = mean
    self.std = std
  }

  /// Leaves values as they are.
  public static let identity = Preprocessing()
}
