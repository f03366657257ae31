import Runtime
internal import CKernels

/// What the values of some neurons come to, each lane on its own.
struct LaneExtremes: Sendable {
  private(set) var high = Lanes(repeating: -.infinity)
  private(set) var low = Lanes(repeating: .infinity)
  /// Values that are not 0.
  private(set) var active = SIMD16<Int32>(repeating: 0)

  /// Takes the values of neurons `range` in.
  mutating func add(_ values: [Lanes], _ range: Range<Int>, level: KernelLevel = .best) {
    if level == .swift {
      for value in values[range] {
        high.replace(with: value, where: value .> high)
        low.replace(with: value, where: value .< low)
        active.replace(with: active &+ 1, where: value .!= 0)
      }
      return
    }
    unsafe withLanes(values, range) { x, count in
      unsafe withUnsafeMutableBytes(of: &high) { high in
        unsafe withUnsafeMutableBytes(of: &low) { low in
          unsafe withUnsafeMutableBytes(of: &active) { active in
            guard let h = high.baseAddress, let l = low.baseAddress, let a = active.baseAddress else { return }
            unsafe ck_extremes(
              level.code, x, count, h.assumingMemoryBound(to: Float.self), l.assumingMemoryBound(to: Float.self),
              a.assumingMemoryBound(to: Int32.self))
          }
        }
      }
    }
  }
}

/// Adds the number of values above `limit` among neurons `range` to `above`, each lane on its own.
func count(
  _ values: [Lanes], _ range: Range<Int>, above limit: Float, into above: inout SIMD16<Int32>, level: KernelLevel = .best
) {
  if level == .swift {
    for value in values[range] { above.replace(with: above &+ 1, where: value .> limit) }
    return
  }
  unsafe withLanes(values, range) { x, count in
    unsafe withUnsafeMutableBytes(of: &above) { above in
      guard let a = above.baseAddress else { return }
      unsafe ck_above(level.code, x, count, limit, a.assumingMemoryBound(to: Int32.self))
    }
  }
}

/// Counts the positive values of neurons `range` in the bins `first ..< first + bins` of `counts`, of width `1 / scale`; what
/// lies beyond in the last one. The bin after them is scratch.
///
/// - Parameter lanes: 0...16, from the first on.
func histogram(
  _ values: [Lanes], _ range: Range<Int>, lanes: Int, scale: Float, bins: Int, first: Int, into counts: inout [Int32],
  level: KernelLevel = .best
) {
  precondition(first >= 0 && bins > 0 && first + bins < counts.count && (0...16).contains(lanes))
  if level == .swift {
    for value in values[range] {
      for lane in 0..<lanes where value[lane] > 0 {
        // A largest value near 0 makes the scale infinite.
        counts[first + Int(min(value[lane] * scale, Float(bins - 1)))] += 1
      }
    }
    return
  }
  unsafe withLanes(values, range) { x, count in
    unsafe counts.withUnsafeMutableBufferPointer { counts in
      guard let base = counts.baseAddress else { return }
      unsafe ck_histogram(level.code, x, count, lanes, scale, Int32(bins - 1), base + first)
    }
  }
}

/// Calls `body` with the floats of neurons `range` and their number.
private func withLanes(_ values: [Lanes], _ range: Range<Int>, _ body: (UnsafePointer<Float>, Int) -> Void) {
  precondition(range.lowerBound >= 0 && range.upperBound <= values.count)
  unsafe values.withUnsafeBytes { bytes in
    guard let base = bytes.baseAddress else { return }
    unsafe body((base + range.lowerBound * 64).assumingMemoryBound(to: Float.self), range.count)
  }
}
