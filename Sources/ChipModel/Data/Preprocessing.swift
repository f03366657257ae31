/// How raw data become the network's input values: `(raw * scale - mean[c]) / std[c]`.
///
/// `mean` and `std` are given per channel of a `[C, H, W]` input (or have one element for all). `identity` leaves
/// values as they are.
package struct Preprocessing: Sendable, Equatable {
  package var scale: Double
  package var mean: [Double]
  package var std: [Double]

  package init(scale: Double = 1, mean: [Double] = [], std: [Double] = []) {
    self.scale = scale
    self.mean = mean
    self.std = std
  }

  package static let identity = Preprocessing()
}
