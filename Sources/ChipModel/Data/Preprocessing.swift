/// How raw data become the network's input values: `(raw * scale - mean[c]) / std[c]`.
///
/// `mean` and `std` are given per channel of a `[C, H, W]` input (or have one element for all). `identity` leaves
/// values as they are.
public struct Preprocessing: Sendable, Equatable {
  public var scale: Double
  public var mean: [Double]
  public var std: [Double]

  public init(scale: Double = 1, mean: [Double] = [], std: [Double] = []) {
    self.scale = scale
    self.mean = mean
    self.std = std
  }

  public static let identity = Preprocessing()
}
