import ChipModel
internal import CKernels

/// One step of a population's neurons: sum, saturate, compare and reset 16 neurons at a time without a branch, a bit per
/// neuron that fires; then the bits become spikes.
///
/// Equal to ``NeuronRule`` bit for bit, at every level. Used where every intermediate is proven to fit 32 bits.
struct NeuronStep: Sendable {
  /// Shifts and limits of the step.
  struct Settings: Sendable {
    /// Left shift of the delivered sums: the fraction bits.
    var fractionShift: Int32 = 0
    /// Left shift of the summed current and of thresholds: the phase.
    var phaseShift: Int32 = 0
    /// Leak of `lif`, 0 = none.
    var leakShift: Int32 = 0
    var low: Int32
    var high: Int32
    /// Whether saturation is possible and must be counted.
    var saturates: Bool
  }

  /// What happens to neurons at or above their threshold.
  enum Firing: Sendable {
    /// Nothing: an accumulator, or the member of a bistable unit that integrates.
    case none
    /// The threshold (shifted by the phase) is subtracted.
    case soft
    /// The potential becomes 0.
    case hard
    /// Marked, the negative side too, and left as they are: payloads follow.
    case marked
    /// Marked, the negative side only where a neuron has sent spikes, and left as they are: signs follow.
    case signed
  }

  /// Which accumulators take part and what is added to them.
  struct Sources: Sendable {
    var narrow: Bool
    var wide: Bool
    var drive: Bool
  }

  /// Parameters that repeat over the population: `tile` values each.
  struct Tiles: Sendable {
    let tile: Int
    /// A neuron fires where `v >> phase > limit`: one below the lowest potential that fires; `Int32.max` = never.
    let limit: [Int32]
    /// Fires where `v <= negative` (and, of `signed`, a spike can be taken back); empty = never.
    let negative: [Int32]
    /// What a soft reset subtracts.
    let reset: [Int32]
  }

  /// Integrates (where `sources` is given) and fires. Accumulators that take part are cleared.
  ///
  /// - Parameters:
  ///   - drive: repeats over the population.
  ///   - masks: room for a bit a neuron.
  /// - Returns: the number of neurons that fire, and of saturations.
  static func run(
    level: KernelLevel, v: inout [Int32], sent: [Int32] = [], narrow: inout [Int16], wide: inout [Int32],
    drive: [Int32], sources: Sources?, tiles: Tiles, firing: Firing, settings: Settings, masks: inout [UInt16]
  ) -> (fired: Int, saturations: Int) {
    let sums = Int32(CK_INTEGRATE) | Int32(CK_SATURATE)
    let flags = sources == nil ? flags(firing, settings) & ~sums : flags(firing, settings)
    let count = v.count
    let hasNarrow = sources?.narrow ?? false
    let hasWide = sources?.wide ?? false
    let hasDrive = sources?.drive ?? false
    var fired = 0
    var saturations = 0
    unsafe v.withUnsafeMutableBufferPointer { v in
      unsafe narrow.withUnsafeMutableBufferPointer { narrow in
        unsafe wide.withUnsafeMutableBufferPointer { wide in
          unsafe drive.withUnsafeBufferPointer { drive in
            unsafe tiles.limit.withUnsafeBufferPointer { limit in
              unsafe tiles.negative.withUnsafeBufferPointer { negative in
                unsafe tiles.reset.withUnsafeBufferPointer { reset in
                  unsafe masks.withUnsafeMutableBufferPointer { masks in
                    unsafe sent.withUnsafeBufferPointer { sent in
                      var update = unsafe ck_update(
                        count: count, tile: tiles.tile, v: v.baseAddress, narrow: hasNarrow ? narrow.baseAddress : nil,
                        wide: hasWide ? wide.baseAddress : nil, drive: hasDrive ? drive.baseAddress : nil,
                        drive_tile: drive.count, limit: limit.baseAddress,
                        negative: negative.isEmpty ? nil : negative.baseAddress,
                        sent: sent.isEmpty ? nil : sent.baseAddress, reset: reset.baseAddress,
                        fraction: settings.fractionShift, phase: settings.phaseShift, leak: settings.leakShift,
                        low: settings.low, high: settings.high, masks: masks.baseAddress)
                      if level == .swift {
                        unsafe fired = NeuronStepSwift.run(update, flags: flags, saturations: &saturations)
                      } else {
                        unsafe fired = ck_step(level.code, &update, flags, &saturations)
                      }
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
    return (fired, saturations)
  }

  /// Many steps of neurons that only a constant drive feeds, block by block: the same as ``run`` step by step.
  ///
  /// - Parameters:
  ///   - drive: one value a neuron, or repeating with the tiles.
  ///   - masks: room for `steps` times a bit a neuron, step by step.
  ///   - fired: afterwards the number of neurons that fire, by step.
  /// - Returns: the number of saturations.
  static func runAhead(
    level: KernelLevel, v: inout [Int32], drive: [Int32], tiles: Tiles, firing: Firing, settings: Settings, steps: Int,
    masks: inout [UInt16], fired: inout [Int]
  ) -> Int {
    let flags = flags(firing, settings)
    let count = v.count
    let words = count / 16
    // About 8 KiB of potentials, whole tiles where parameters repeat.
    let hasOneTile = tiles.tile == count
    let block = hasOneTile ? 2048 : tiles.tile * max(1, 2048 / max(1, tiles.tile))
    fired.removeAll(keepingCapacity: true)
    fired.append(contentsOf: repeatElement(0, count: steps))
    var saturations = 0
    unsafe v.withUnsafeMutableBufferPointer { v in
      unsafe drive.withUnsafeBufferPointer { drive in
        unsafe tiles.limit.withUnsafeBufferPointer { limit in
          unsafe tiles.reset.withUnsafeBufferPointer { reset in
            unsafe masks.withUnsafeMutableBufferPointer { masks in
              guard let potentials = v.baseAddress, let currents = drive.baseAddress, let limits = limit.baseAddress,
                let resets = reset.baseAddress, let bits = masks.baseAddress
              else { return }
              for start in stride(from: 0, to: count, by: max(16, block)) {
                let at = hasOneTile ? start : 0
                var update = unsafe ck_update(
                  count: min(block, count - start), tile: tiles.tile, v: potentials + start, narrow: nil, wide: nil,
                  drive: currents + (drive.count == count ? start : 0), drive_tile: drive.count, limit: limits + at,
                  negative: nil, sent: nil, reset: resets + at, fraction: settings.fractionShift, phase: 0,
                  leak: settings.leakShift, low: settings.low, high: settings.high, masks: bits + start / 16)
                for step in 0..<steps {
                  unsafe update.masks = bits + (step * words + start / 16)
                  if level == .swift {
                    fired[step] += unsafe NeuronStepSwift.run(update, flags: flags, saturations: &saturations)
                  } else {
                    fired[step] += unsafe ck_step(level.code, &update, flags, &saturations)
                  }
                }
              }
            }
          }
        }
      }
    }
    return saturations
  }

  /// What the kernels are told of an update that integrates.
  private static func flags(_ firing: Firing, _ settings: Settings) -> Int32 {
    var flags = Int32(CK_INTEGRATE)
    if settings.saturates { flags |= Int32(CK_SATURATE) }
    switch firing {
    case .none: break
    case .soft: flags |= Int32(CK_FIRE) | Int32(CK_RESET)
    case .hard: flags |= Int32(CK_FIRE) | Int32(CK_HARD)
    case .marked, .signed: flags |= Int32(CK_FIRE)
    }
    return flags
  }

  /// Appends the marked neurons to the train, in order, payloads left 0, and adds 1 to the count of each.
  ///
  /// - Parameters:
  ///   - firstMask: where the step's masks start.
  ///   - order: of the pixels; empty = as they come.
  static func collect(
    level: KernelLevel, _ masks: [UInt16], firstMask: Int, order: [UInt32], fired: Int, padded: Int, pixels: Int,
    into train: inout SpikeTrain, counts: inout [UInt8]
  ) {
    // A vector of 16 is stored whole, and a pixel is written before it is known to have spikes.
    train.reserve(groups: min(pixels, fired) + 1, spikes: fired + 16)
    let firstGroup = train.groupCount
    let firstSpike = train.spikeCount
    var written = 0
    unsafe masks.withUnsafeBufferPointer { masks in
      unsafe order.withUnsafeBufferPointer { order in
        unsafe train.pixels.withUnsafeMutableBufferPointer { outPixels in
          unsafe train.channelStarts.withUnsafeMutableBufferPointer { outEnds in
            unsafe train.channels.withUnsafeMutableBufferPointer { channels in
              unsafe counts.withUnsafeMutableBufferPointer { counts in
                guard let masks = masks.baseAddress, let outPixels = outPixels.baseAddress,
                  let outEnds = outEnds.baseAddress, let channels = channels.baseAddress,
                  let counts = counts.baseAddress
                else { return }
                let order = order.isEmpty ? nil : order.baseAddress
                #if arch(x86_64)
                  if level == .avx512 {
                    unsafe written = ck_collect(
                      masks + firstMask, order, pixels, padded, UInt32(truncatingIfNeeded: firstSpike),
                      outPixels + firstGroup, outEnds + firstGroup + 1, channels + firstSpike, counts)
                    return
                  }
                #endif
                unsafe written = NeuronStepSwift.collect(
                  masks + firstMask, order, pixels: pixels, padded: padded,
                  first: UInt32(truncatingIfNeeded: firstSpike), outPixels + firstGroup, outEnds + firstGroup + 1,
                  channels + firstSpike, counts)
              }
            }
          }
        }
      }
    }
    train.groupCount += written
    train.spikeCount += fired
  }

  /// Fills in the signs of the train's last `fired` spikes, resets their neurons and counts what they sent.
  static func settleSigns(
    _ train: inout SpikeTrain, fired: Int, padded: Int, tiles: Tiles, potentials: inout [Int32], sent: inout [Int32]
  ) {
    fillPayloads(of: &train, last: fired, padded: padded) { position in
      let at = tiles.tile == potentials.count ? position : position % tiles.tile
      let payload: Int32 = potentials[position] > tiles.limit[at] ? 1 : -1
      potentials[position] &-= payload &* tiles.reset[at]
      sent[position] &+= payload
      return payload
    }
  }

  /// Fills in the payloads of the train's last `fired` spikes and resets their neurons.
  static func settlePayloads(
    _ train: inout SpikeTrain, fired: Int, padded: Int, tiles: Tiles, bound: Int64, potentials: inout [Int32]
  ) {
    let tile = tiles.tile
    fillPayloads(of: &train, last: fired, padded: padded) { position in
      let at = tile == potentials.count ? position : position % tile
      let value = Int64(potentials[position])
      let isPositive = value > Int64(tiles.limit[at])
      let threshold = Int64(isPositive ? tiles.reset[at] : tiles.negative[at])
      let times = min(bound, value / threshold)
      potentials[position] = Int32(truncatingIfNeeded: value &- times &* threshold)
      return Int32(truncatingIfNeeded: isPositive ? times : -times)
    }
  }

  /// Gives the train's last `fired` spikes their payloads, by the positions of their neurons.
  static func fillPayloads(
    of train: inout SpikeTrain, last fired: Int, padded: Int, _ payload: (_ position: Int) -> Int32
  ) {
    var group = train.stepStarts[train.stepStarts.count - 1]
    for spike in (train.spikeCount - fired)..<train.spikeCount {
      while Int(train.channelStarts[group + 1]) <= spike { group += 1 }
      train.payloads[spike] = payload(Int(train.pixels[group]) &* padded &+ Int(train.channels[spike]))
    }
  }
}
