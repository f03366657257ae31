import ChipModel

/// Where sums go: per key (a source pixel, or the cell of a pooling window) runs of consecutive taps with the accumulator
/// of each.
///
/// Runs let one register tile cover many taps. A gap of one or two taps (a border) is bridged: its sums go to accumulators
/// behind the map, which nobody reads, of each band of keys others.
struct DeliveryTable: Sendable {
  private(set) var runStarts: [UInt32] = [0]
  private(set) var runTaps: [UInt32] = []
  private(set) var runTargets: [UInt32] = [0]
  private(set) var targets: [UInt32] = []

  /// - Parameters:
  ///   - tapOfEntry: the weights' tap of a table's tap.
  ///   - padded: accumulators a target pixel.
  ///   - unused: the accumulator that bridged gaps of the first band add to.
  ///   - band: keys of a band.
  init(_ table: TapTable, padded: Int, unused: Int, band: Int = .max, tapOfEntry: (Int) -> Int) {
    runStarts.reserveCapacity(table.starts.count)
    targets.reserveCapacity(table.targets.count)
    for key in 0..<(table.starts.count - 1) {
      let unused = unused + key / band * padded
      var next = -1
      for entry in Int(table.starts[key])..<Int(table.starts[key + 1]) {
        let tap = tapOfEntry(Int(table.taps[entry]))
        let gap = tap - next
        if next >= 0 && gap >= 0 && gap <= 2 {
          for _ in 0..<gap { targets.append(UInt32(truncatingIfNeeded: unused)) }
        } else {
          if next >= 0 { runTargets.append(UInt32(truncatingIfNeeded: targets.count)) }
          runTaps.append(UInt32(truncatingIfNeeded: tap))
        }
        targets.append(table.targets[entry] &* UInt32(truncatingIfNeeded: padded))
        next = tap + 1
      }
      if next >= 0 { runTargets.append(UInt32(truncatingIfNeeded: targets.count)) }
      runStarts.append(UInt32(truncatingIfNeeded: runTaps.count))
    }
    // One key more that reaches nothing: spikes outside every pooling window.
    runStarts.append(UInt32(truncatingIfNeeded: runTaps.count))
  }

  /// One key that reaches `pixels` consecutive taps and target pixels: a dense projection.
  init(pixels: Int, padded: Int) {
    runStarts = [0, 1]
    runTaps = [0]
    runTargets = [0, UInt32(truncatingIfNeeded: pixels)]
    targets = (0..<pixels).map { UInt32(truncatingIfNeeded: $0 * padded) }
  }
}
