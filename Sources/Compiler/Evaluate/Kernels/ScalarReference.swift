/// The plain twins of the lane kernels: one sample, one product after the other, no packing. Tests compare both.
enum ScalarReference {
  /// `output += weights * input`, weights `[rows, taps]`.
  static func accumulateDense(_ weights: [Float], rows: Int, _ input: [Float], into output: inout [Float]) {
    for row in 0..<rows {
      var sum: Float = 0
      for tap in input.indices { sum += weights[row * input.count + tap] * input[tap] }
      output[row] += sum
    }
  }

  /// Adds a convolution, weights `[C_out, C_in / groups, kH, kW]`.
  static func accumulateConvolution(
    _ weights: [Float], _ g: LaneGeometry, _ input: [Float], into output: inout [Float]
  ) {
    let channels = g.input[0] / g.groups
    let rows = g.output[0] / g.groups
    for o in 0..<g.output[0] {
      for y in 0..<g.output[1] {
        for x in 0..<g.output[2] {
          var sum: Float = 0
          for c in 0..<channels {
            for ky in 0..<g.kernel[0] {
              for kx in 0..<g.kernel[1] {
                let inY = y * g.stride[0] + ky * g.dilation[0] - g.padding[0]
                let inX = x * g.stride[1] + kx * g.dilation[1] - g.padding[1]
                guard inY >= 0, inY < g.input[1], inX >= 0, inX < g.input[2] else { continue }
                let weight = weights[((o * channels + c) * g.kernel[0] + ky) * g.kernel[1] + kx]
                sum += weight * input[(((o / rows) * channels + c) * g.input[1] + inY) * g.input[2] + inX]
              }
            }
          }
          output[(o * g.output[1] + y) * g.output[2] + x] += sum
        }
      }
    }
  }
}
