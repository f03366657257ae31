/// Sixteen samples side by side: lane `i` of every value belongs to sample `i` of a block.
///
/// With the sample as the innermost axis every layer kind vectorises the same way, whatever its stride, dilation or
/// groups, and each weight that is loaded serves sixteen products. Lanes never mix.
package typealias Lanes = SIMD16<Float>

/// Weights in the order the kernel reads them: pairs of output rows, tap by tap, `[pair][tap][2]`.
struct PackedRows: Sendable {
  /// Output rows of one group.
  let rows: Int
  /// Products of one output.
  let taps: Int
  /// One array for all groups, one group after the other; an odd last row is paired with zeros.
  let values: [Float]

  /// - Parameters:
  ///   - weights: `[groups * rows, taps]`, row-major.
  init(weights: [Float], groups: Int, rows: Int, taps: Int) {
    self.rows = rows
    self.taps = taps
    let pairs = (rows + 1) / 2
    var packed = [Float](repeating: 0, count: groups * pairs * taps * 2)
    for group in 0..<groups {
      for row in 0..<rows {
        let target = ((group * pairs + row / 2) * taps) * 2 + row % 2
        let source = (group * rows + row) * taps
        for tap in 0..<taps { packed[target + 2 * tap] = weights[source + tap] }
      }
    }
    values = packed
  }
}

/// A convolution's geometry; a dense layer is one with a single position and as many taps as inputs.
struct LaneGeometry: Sendable {
  /// `[C, H, W]`
  let input: [Int]
  let output: [Int]
  /// `[y, x]`
  let kernel: [Int]
  let stride: [Int]
  /// `[top, left]`
  let padding: [Int]
  let dilation: [Int]
  let groups: Int
}

/// Adds `weights * input` to `output`, for all rows of a dense layer.
///
/// `input` holds `weights.taps` values, `output` at least `weights.rows`. Products are summed in the order of the taps.
func accumulateDense(_ weights: PackedRows, _ input: [Lanes], into output: inout [Lanes]) {
  precondition(input.count == weights.taps && output.count >= weights.rows)
  unsafe input.withUnsafeBufferPointer { input in
    unsafe weights.values.withUnsafeBufferPointer { values in
      unsafe output.withUnsafeMutableBufferPointer { output in
        guard let x = input.baseAddress, let w = values.baseAddress, let y = output.baseAddress else { return }
        unsafe multiplyRows(weights.rows, weights.taps, w, x, y, 1)
      }
    }
  }
}

/// Adds the convolution of `input` to `output`: `[C, H, W]` of lanes each.
///
/// Per position the patch is gathered once (zeros for padding) and multiplied with all rows of its group.
func accumulateConvolution(
  _ weights: PackedRows, _ geometry: LaneGeometry, _ input: [Lanes], into output: inout [Lanes]
) {
  let g = geometry
  let (height, width) = (g.input[1], g.input[2])
  let (outHeight, outWidth) = (g.output[1], g.output[2])
  let channels = g.input[0] / g.groups
  let plane = outHeight * outWidth
  let pairs = (weights.rows + 1) / 2
  precondition(input.count == g.input[0] * height * width && output.count == g.output[0] * plane)
  precondition(weights.taps == channels * g.kernel[0] * g.kernel[1] && weights.rows * g.groups == g.output[0])
  precondition(weights.values.count == g.groups * pairs * weights.taps * 2)
  var patch = [Lanes](repeating: .zero, count: weights.taps)
  unsafe input.withUnsafeBufferPointer { input in
    unsafe weights.values.withUnsafeBufferPointer { values in
      unsafe output.withUnsafeMutableBufferPointer { output in
        unsafe patch.withUnsafeMutableBufferPointer { patch in
          guard let x = input.baseAddress, let w = values.baseAddress, let y = output.baseAddress,
            let p = patch.baseAddress
          else { return }
          for group in 0..<g.groups {
            let first = group * channels
            for outY in 0..<outHeight {
              for outX in 0..<outWidth {
                var tap = 0
                for channel in first..<(first + channels) {
                  for ky in 0..<g.kernel[0] {
                    let inY = outY * g.stride[0] + ky * g.dilation[0] - g.padding[0]
                    let row = (channel * height + inY) * width
                    let isInside = inY >= 0 && inY < height
                    for kx in 0..<g.kernel[1] {
                      let inX = outX * g.stride[1] + kx * g.dilation[1] - g.padding[1]
                      unsafe p[tap] = isInside && inX >= 0 && inX < width ? x[row + inX] : .zero
                      tap += 1
                    }
                  }
                }
                unsafe multiplyRows(
                  weights.rows, weights.taps, w + group * pairs * weights.taps * 2, p,
                  y + group * weights.rows * plane + outY * outWidth + outX, plane)
              }
            }
          }
        }
      }
    }
  }
}

/// `y[row * step] += sum over taps of w[row, tap] * x[tap]`, two rows at a time: eight accumulators of four floats.
@inline(__always)
private func multiplyRows(
  _ rows: Int, _ taps: Int, _ w: UnsafePointer<Float>, _ x: UnsafePointer<Lanes>, _ y: UnsafeMutablePointer<Lanes>,
  _ step: Int
) {
  var row = 0
  var weights = unsafe w
  while row < rows {
    var first = Lanes.zero
    var second = Lanes.zero
    for tap in 0..<taps {
      let value = unsafe x[tap]
      first += unsafe value * weights[2 * tap]
      second += unsafe value * weights[2 * tap + 1]
    }
    unsafe y[row * step] += first
    if row + 1 < rows { unsafe y[(row + 1) * step] += second }
    unsafe weights += 2 * taps
    row += 2
  }
}
