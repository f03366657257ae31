import ChipModel

/// Weights of one projection in the order delivery reads them: `[row][tap][target channels]`, target channels padded as
/// ``PaddedChannels`` says. A row is a source channel (dense: a source pixel's channel, row
/// `pixel * channels + channel`), a tap a kernel position (dense: a target pixel).
///
/// 8-bit weights are packed two to an `Int16` lane, `lane = high * 256 + low + 128`, so that one add sums both: with `S`
/// the sum of `n` lanes and `H` the sum of `lane >> 8`, the high weights' sum is `H` and the low weights' sum is
/// `S - (H << 8) - n * 128`, exact modulo 2^16, hence right whenever the true sums fit 16 bits. A block of `2 * half`
/// target channels is `half` lanes, its first `half` channels low, the others high. Wider weights are stored one a lane.
///
/// Weight shifts are applied, or where 8 bits do not hold them then, left to `factors` of the sums.
struct StoredWeights: Sendable {
  enum Kind: Sendable { case pairs, wide }
  let kind: Kind
  let rows: Int
  let taps: Int
  let paddedTargets: Int
  /// Lanes of one tap, and of one row.
  let tapLanes: Int
  var rowStride: Int { taps * tapLanes }
  /// Lanes of a block of packed pairs: 8, 16 or 32.
  let half: Int
  let lanes: LaneBuffer
  /// What sums of packed pairs are multiplied by, one a padded target channel; empty: nothing.
  let factors: [Int16]

  /// Nil where weights fit neither packed pairs nor, shifted, 16 bits, and for what ``SparseRows`` delivers.
  ///
  /// - Parameter allowsPairs: false keeps one weight a lane.
  init?(projection: Projection, weights: WeightTensor, sourceChannels: Int, target: MapShape, allowsPairs: Bool) {
    guard projection.kind.traits.joinsChannels(groups: projection.convolution.groups) else { return nil }
    let padded = PaddedChannels.count(target.channels)
    paddedTargets = padded
    let targets = target.channels
    if projection.kind.traits.isFull {
      taps = target.pixels
      rows = weights.shape[1]
    } else {
      taps = projection.convolution.kernelY * projection.convolution.kernelX
      rows = sourceChannels
    }
    let factors = allowsPairs ? StoredWeights.factors(projection, weights, padded: padded) : nil
    let isPairs = factors != nil
    guard isPairs || StoredWeights.fits(16, projection, weights) else { return nil }
    kind = isPairs ? .pairs : .wide
    self.factors = factors ?? []
    half = PaddedChannels.half(padded)
    tapLanes = isPairs ? padded / 2 : padded
    var lanes = LaneBuffer(repeating: isPairs ? 128 : 0, count: rows * taps * tapLanes)
    let layout = Layout(isPairs: isPairs, half: half, tapLanes: tapLanes, rowStride: taps * tapLanes, taps: taps,
      appliesShifts: self.factors.isEmpty)
    switch weights.storage {
    case .int8(let values):
      StoredWeights.fill(&lanes, values, layout, projection, targets: targets, sources: sourceChannels)
    case .int16(let values):
      StoredWeights.fill(&lanes, values, layout, projection, targets: targets, sources: sourceChannels)
    }
    self.lanes = lanes
  }

  /// Factors of the sums that make up for shifts, where 8 bits hold the weights without them alone; empty where they hold
  /// shifted weights, nil where neither.
  ///
  /// - Parameter padded: length, at least the target's channels.
  static func factors(_ projection: Projection, _ weights: WeightTensor, padded: Int) -> [Int16]? {
    if fits(8, projection, weights) { return [] }
    // Factors are 16-bit numbers with a sign.
    guard (projection.shifts.max() ?? 0) <= 14, fits(8, projection, weights, isShifted: false) else { return nil }
    let factors = projection.shifts.map { Int16(1) << Int16($0) }
    return (0..<padded).map { factors.count == 1 ? factors[0] : $0 < factors.count ? factors[$0] : 1 }
  }

  /// Whether every weight fits `bits` bits, its shift applied unless told otherwise.
  static func fits(_ bits: Int, _ projection: Projection, _ weights: WeightTensor, isShifted: Bool = true) -> Bool {
    func check<T: FixedWidthInteger>(_ values: [T]) -> Bool {
      let channels = projection.shifts.count
      guard channels > 0 else { return true }
      // Rows are channel-major, so the rows of a channel are consecutive.
      let row = values.count / channels
      for channel in 0..<channels {
        var least: T = 0
        var most: T = 0
        for value in values[(channel * row)..<((channel + 1) * row)] {
          least = min(least, value)
          most = max(most, value)
        }
        let shift = isShifted ? min(projection.shift(channel: channel), 32) : 0
        let low = Int(least) << shift
        let high = Int(most) << shift
        if low < -(1 << (bits - 1)) || high >= 1 << (bits - 1) { return false }
      }
      return true
    }
    switch weights.storage {
    case .int8(let values): return check(values)
    case .int16(let values): return check(values)
    }
  }

  private struct Layout {
    var isPairs: Bool
    var half: Int
    var tapLanes: Int
    var rowStride: Int
    var taps: Int
    var appliesShifts: Bool
  }

  private static func fill<T: FixedWidthInteger>(
    _ lanes: inout LaneBuffer, _ values: [T], _ layout: Layout, _ projection: Projection, targets: Int, sources: Int
  ) {
    let isDense = projection.kind.traits.isFull
    let taps = layout.taps
    // Dense rows are stored pixel-major, files have them channel-major.
    let columns = isDense ? values.count / max(1, targets * taps) : sources
    let pixels = isDense ? columns / max(1, sources) : 1
    for channel in 0..<targets {
      let shift = layout.appliesShifts ? projection.shift(channel: channel) : 0
      let block = channel / (2 * layout.half)
      let within = channel % (2 * layout.half)
      let isHigh = within >= layout.half
      let lane = layout.isPairs ? block * layout.half + within % layout.half : channel
      let scale = shift + (layout.isPairs && isHigh ? 8 : 0)
      for column in 0..<columns {
        let row = isDense ? column % pixels * sources + column / pixels : column
        let base = row * layout.rowStride + lane
        for tap in 0..<taps {
          let index = isDense ? (channel * taps + tap) * columns + column : (channel * columns + column) * taps + tap
          lanes[base + tap * layout.tapLanes] &+= Int16(truncatingIfNeeded: Int(values[index]) << scale)
        }
      }
    }
  }
}

/// How channels are padded in channel-last layouts: to whole vectors, in blocks that one width of packed pairs fills.
enum PaddedChannels {
  static func count(_ channels: Int) -> Int {
    if channels <= 16 { return 16 }
    let blocks = (channels + 31) / 32
    // Up to 256 channels an odd number of blocks of 32 costs less than the padding.
    return blocks % 2 == 1 && blocks > 8 ? (blocks + 1) * 32 : blocks * 32
  }

  /// Lanes of a block of packed pairs.
  static func half(_ padded: Int) -> Int { padded % 64 == 0 ? 32 : padded % 32 == 0 ? 16 : 8 }
}
