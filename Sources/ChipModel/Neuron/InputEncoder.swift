/// Integer input encoding, done once per sample on the host: the per-tick current of every neuron that the input feeds.
///
/// `x_q = roundHalfEven(x * 2^12)`, saturated to 24 bits; the current is
/// `roundHalfEven(2^fractionBits * sum(w_q * x_q) / 2^12)` in exact 64-bit integers, with the stored weights (weight
/// shifts included) of all projections from the input into the population. Padding is 0. Average pooling adds the window
/// (its divisor is in the weights), max pooling takes the largest `x_q` of the window, padding never.
package enum InputEncoder {
  package static let inputFractionBits = 12
  package static let inputBits = 24

  /// `x_q` of one value; NaN is refused by the reader of the data and counts as 0 here.
  package static func quantise(_ x: Double) -> Int32 {
    let scaled = x * Double(1 << inputFractionBits)
    let top = Double(FixedPoint.highest(bits: inputBits))
    let bottom = Double(FixedPoint.lowest(bits: inputBits))
    if !(scaled < top) { return scaled.isNaN ? 0 : Int32(top) }
    if scaled < bottom { return Int32(bottom) }
    return Int32(scaled.rounded(.toNearestOrEven))
  }

  /// Range of `x_q`.
  package static let valueRange: ClosedRange<Int64> =
    FixedPoint.lowest(bits: inputBits)...FixedPoint.highest(bits: inputBits)

  /// `x_q`, or rates, of the pooled map where the projection max-pools, else `x` itself. 0 for a window of padding alone.
  @inlinable
  package static func maxPooled<Value: Numeric & Comparable>(
    _ x: [Value], shape: MapShape, pool: PoolGeometry?
  ) -> (values: [Value], shape: MapShape) {
    guard let pool, pool.kind == .max, let pooled = pool.output(of: shape) else { return (x, shape) }
    var values = [Value](repeating: 0, count: pooled.count)
    for c in 0..<pooled.channels {
      for py in 0..<pooled.height {
        for px in 0..<pooled.width {
          var best: Value?
          for y in pool.rows(of: py, height: shape.height) {
            for column in pool.columns(of: px, width: shape.width) {
              let value = x[shape.index(c, y, column)]
              best = max(best ?? value, value)
            }
          }
          values[pooled.index(c, py, px)] = best ?? 0
        }
      }
    }
    return (values, pooled)
  }

  /// One current from its exact sum.
  @inlinable @inline(__always)
  package static func current(sum: Int64, fractionBits: Int) -> Int64 {
    FixedPoint.shiftRightHalfEven(sum << Int64(fractionBits), by: inputFractionBits)
  }
}
