/// Weights of one projection in the order delivery reads them: `[tap][source channel][target channels]`, target channels
/// padded to a multiple of 16.
///
/// 8-bit weights are packed two to an `Int16` lane, `lane = high * 256 + low + 128`, so that one add sums both: with `S`
/// the sum of `n` lanes and `H` the sum of `lane >> 8`, the high weights' sum is `H` and the low weights' sum is
/// `S - (H << 8) - n * 128`, exact modulo 2^16, hence right whenever the true sums fit 16 bits (n <= 255). A block of 32
/// target channels is 16 lanes, low channels 0..15, high 16..31; a last block of 16 is 8 lanes, low 0..7, high 8..15.
/// 16-bit weights are stored as they are.
struct PackedWeights: Sendable {
  enum Storage: Sendable {
    case pairs([Int16])
    case wide([Int16])
  }
  let storage: Storage
  let sourceChannels: Int
  let paddedTargets: Int
  /// `Int16` values from one source channel's row to the next.
  let rowStride: Int

  init(projection: Projection, weights: WeightTensor, taps: Int, sourceChannels: Int, target: MapShape) {
    self.sourceChannels = sourceChannels
    let padded = (target.channels + 15) / 16 * 16
    self.paddedTargets = padded
    let targets = target.channels
    func weight(_ tap: Int, _ source: Int, _ channel: Int) -> Int16 {
      guard channel < targets else { return 0 }
      switch projection.kind {
      case .dense:
        let row = channel * target.pixels + tap % target.pixels
        let column = source * (taps / target.pixels) + tap / target.pixels
        return Int16(truncatingIfNeeded: weights[row * weights.shape[1] + column])
      case .identity: return 0
      case .convolution:
        return Int16(truncatingIfNeeded: weights[(channel * sourceChannels + source) * taps + tap])
      }
    }
    switch weights.storage {
    case .int16:
      rowStride = padded
      var values = [Int16](repeating: 0, count: taps * sourceChannels * padded)
      for tap in 0..<taps {
        for source in 0..<sourceChannels {
          let base = (tap * sourceChannels + source) * padded
          for channel in 0..<targets { values[base + channel] = weight(tap, source, channel) }
        }
      }
      storage = .wide(values)
    case .int8:
      rowStride = padded / 2
      var values = [Int16](repeating: 0, count: taps * sourceChannels * (padded / 2))
      for tap in 0..<taps {
        for source in 0..<sourceChannels {
          var position = (tap * sourceChannels + source) * (padded / 2)
          var channel = 0
          while channel < padded {
            let half = padded - channel >= 32 ? 16 : 8
            for lane in 0..<half {
              let low = Int(weight(tap, source, channel + lane))
              let high = Int(weight(tap, source, channel + half + lane))
              values[position] = Int16(truncatingIfNeeded: high * 256 + low + 128)
              position += 1
            }
            channel += 2 * half
          }
        }
      }
      storage = .pairs(values)
    }
  }
}
