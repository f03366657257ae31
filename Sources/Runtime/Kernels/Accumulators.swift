/// Sums of what arrives at a population's neurons, in 16-bit lanes, 32-bit lanes or both; 0 when nobody uses them.
///
/// A reference: threads may add at once, each to lanes of its own.
@safe final class Accumulators: @unchecked Sendable {
  private(set) var narrow = unsafe UnsafeMutableBufferPointer<Int16>(start: nil, count: 0)
  private(set) var wide = unsafe UnsafeMutableBufferPointer<Int32>(start: nil, count: 0)

  deinit {
    unsafe narrow.deallocate()
    unsafe wide.deallocate()
  }

  /// Makes room for so many lanes.
  func reserve(narrow narrowCount: Int = 0, wide wideCount: Int = 0) {
    unsafe grow(&narrow, narrowCount)
    unsafe grow(&wide, wideCount)
  }

  /// Others with as much room.
  func another() -> Accumulators {
    let other = Accumulators()
    unsafe other.reserve(narrow: narrow.count, wide: wide.count)
    return other
  }

  private func grow<T: FixedWidthInteger>(_ lanes: inout UnsafeMutableBufferPointer<T>, _ count: Int) {
    guard lanes.count < count else { return }
    unsafe lanes.deallocate()
    unsafe lanes = .allocate(capacity: count)
    unsafe lanes.initialize(repeating: 0)
  }

  /// The sum at a lane, of the kinds that are used.
  func sum(at lane: Int, narrow hasNarrow: Bool, wide hasWide: Bool) -> Int64 {
    var sum: Int64 = 0
    if hasNarrow, unsafe lane < narrow.count { sum &+= unsafe Int64(narrow[lane]) }
    if hasWide, unsafe lane < wide.count { sum &+= unsafe Int64(wide[lane]) }
    return sum
  }

  /// Makes lanes 0 again.
  func clear(_ lanes: Range<Int>) {
    for lane in lanes {
      if unsafe lane < narrow.count { unsafe narrow[lane] = 0 }
      if unsafe lane < wide.count { unsafe wide[lane] = 0 }
    }
  }

  /// Largest magnitude of the first lanes' sums, as if both kinds had it at once.
  func largest(_ count: Int, narrow hasNarrow: Bool, wide hasWide: Bool) -> Int64 {
    var (low, high): (Int16, Int16) = (0, 0)
    for i in unsafe 0..<(hasNarrow ? min(count, narrow.count) : 0) {
      low = unsafe min(low, narrow[i])
      high = unsafe max(high, narrow[i])
    }
    var (least, most): (Int32, Int32) = (0, 0)
    for i in unsafe 0..<(hasWide ? min(count, wide.count) : 0) {
      least = unsafe min(least, wide[i])
      most = unsafe max(most, wide[i])
    }
    return max(Int64(high), -Int64(low)) + max(Int64(most), -Int64(least))
  }
}

/// Where a delivery adds to: lanes of one kind, from the first neuron's.
struct Lanes: Sendable {
  let sums: Accumulators
  let isNarrow: Bool
  var start = 0
}
