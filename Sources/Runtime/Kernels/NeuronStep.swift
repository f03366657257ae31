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

  /// Steps that run together, where each begins with the potentials that the one before leaves.
  struct Span: Sendable {
    var steps = 1
    /// Neurons that run, whole tiles before them; nil: all.
    var neurons: Range<Int>?
    /// The first neuron's accumulators in the first step, and accumulators from step to step.
    var firstSum = 0
    var apart = 0
    /// The first step's drive, what it repeats by, and what lies between steps: 0 = the same.
    var firstDrive = 0
    var driveTile: Int?
    var driveStep = 0
    /// The first step's bits, and words from step to step.
    var firstMask = 0
    var maskStep = 0
  }

  /// Potentials of a population and bits of its spikes, for as long as their owner lends them. Threads may run at once, each
  /// other neurons: whole masks of 16.
  @safe struct Neurons: @unchecked Sendable {
    fileprivate let v: UnsafeMutableBufferPointer<Int32>
    fileprivate let masks: UnsafeMutablePointer<UInt16>?

    /// Gives some neurons their initial potentials.
    func begin(_ initial: [Int32], _ running: Range<Int>) {
      guard running.upperBound <= min(initial.count, unsafe v.count) else { return }
      unsafe initial.withUnsafeBufferPointer { initial in
        guard let from = initial.baseAddress, let to = unsafe v.baseAddress else { return }
        unsafe (to + running.lowerBound).update(from: from + running.lowerBound, count: running.count)
      }
    }

    /// Adds the bits of a span's neurons, and their pixels that have any, to those found in each of its steps, which begin
    /// at `start`.
    func count(
      _ span: Span, words: Int, level: KernelLevel, into found: inout [MaskBits.Found], from start: Int
    ) {
      guard let masks = unsafe masks, let running = span.neurons else { return }
      unsafe MaskBits.count(
        masks + (span.firstMask + running.lowerBound / 16), steps: span.steps, apart: span.maskStep,
        pixels: running.count / 16 / words, words: words, into: &found, from: start, level: level)
    }
  }

  /// Lends them while `body` runs.
  static func with<Result>(_ v: inout [Int32], _ masks: inout [UInt16], _ body: (Neurons) -> Result) -> Result {
    unsafe v.withUnsafeMutableBufferPointer { v in
      unsafe masks.withUnsafeMutableBufferPointer { masks in
        unsafe body(Neurons(v: v, masks: masks.baseAddress))
      }
    }
  }

  /// Integrates (where `sources` is given) and fires. Accumulators that take part are cleared.
  ///
  /// - Parameters:
  ///   - drive: repeats over the population.
  /// - Returns: the number of neurons that fire, and of saturations, in all steps.
  static func run(
    level: KernelLevel, _ neurons: Neurons, sent: [Int32] = [], sums: Accumulators, drive: [Int32], sources: Sources?,
    tiles: Tiles, firing: Firing, settings: Settings, span: Span = Span()
  ) -> (fired: Int, saturations: Int) {
    let integrating = Int32(CK_INTEGRATE) | Int32(CK_SATURATE)
    let flags = sources == nil ? flags(firing, settings) & ~integrating : flags(firing, settings)
    let running = unsafe span.neurons ?? 0..<neurons.v.count
    let (first, count) = (running.lowerBound, running.count)
    let tileStart = tiles.tile == 0 ? 0 : first % tiles.tile
    let driveTile = span.driveTile ?? drive.count
    let driveStart = span.firstDrive + (driveTile == 0 ? 0 : first % driveTile)
    let hasNarrow = sources?.narrow ?? false
    let hasWide = sources?.wide ?? false
    let hasDrive = sources?.drive ?? false
    var fired = 0
    var saturations = 0
    unsafe drive.withUnsafeBufferPointer { drive in
      unsafe tiles.limit.withUnsafeBufferPointer { limit in
        unsafe tiles.negative.withUnsafeBufferPointer { negative in
          unsafe tiles.reset.withUnsafeBufferPointer { reset in
            unsafe sent.withUnsafeBufferPointer { sent in
              var update = unsafe ck_update(
                steps: span.steps, narrow_step: span.apart, wide_step: span.apart, drive_step: span.driveStep,
                mask_step: span.maskStep, count: count, tile: tiles.tile,
                v: neurons.v.baseAddress.map { unsafe $0 + first },
                narrow: hasNarrow ? sums.narrow.baseAddress.map { unsafe $0 + span.firstSum } : nil,
                wide: hasWide ? sums.wide.baseAddress.map { unsafe $0 + span.firstSum } : nil,
                drive: hasDrive ? drive.baseAddress.map { unsafe $0 + driveStart } : nil,
                drive_tile: driveTile, limit: limit.baseAddress.map { unsafe $0 + tileStart },
                negative: negative.isEmpty ? nil : negative.baseAddress.map { unsafe $0 + tileStart },
                sent: sent.isEmpty ? nil : sent.baseAddress, reset: reset.baseAddress.map { unsafe $0 + tileStart },
                fraction: settings.fractionShift, phase: settings.phaseShift, leak: settings.leakShift,
                low: settings.low, high: settings.high,
                masks: neurons.masks.map { unsafe $0 + (span.firstMask + first / 16) })
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
    return (fired, saturations)
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

  /// Appends the marked neurons to the train, in order, payloads left 0, and adds 1 to the count of each, where there are
  /// counts.
  ///
  /// - Parameters:
  ///   - firstMask: where the step's masks start.
  ///   - order: of the pixels; empty = as they come.
  static func collect(
    level: KernelLevel, _ masks: [UInt16], firstMask: Int, order: [UInt32], fired: Int, padded: Int, pixels: Int,
    into train: inout SpikeTrain, counts: inout [UInt8]
  ) {
    train.reserve(groups: min(pixels, fired), spikes: fired)
    let (group, spike) = (train.groupCount, train.spikeCount)
    let written = unsafe counts.withUnsafeMutableBufferPointer { counts in
      let counts = counts.isEmpty ? nil : counts.baseAddress
      return collecting(level, masks, order, padded: padded, pixels: pixels, into: &train) {
        unsafe $0.write(
          firstMask: firstMask, group: group, spike: spike, groups: min(pixels, fired), spikes: fired, counts: counts)
      }
    }
    train.groupCount += written
    train.spikeCount += fired
  }

  /// Writes the groups of all steps of a train that holds their bits and has room for them; its counts stay.
  ///
  /// - Parameter starts: groups and spikes before each step, and before the end.
  static func collectAll(
    level: KernelLevel, _ starts: [(group: Int, spike: Int)], into train: inout SpikeTrain, _ team: WorkTeam
  ) {
    let (masks, order, words, pixels) = (train.masks, train.order, train.maskWords, train.shape.pixels)
    _ = collecting(level, masks, order, padded: words / pixels * 16, pixels: pixels, into: &train) { collecting in
      team.sum(starts.count - 1) { step, _ in
        let (start, end) = (starts[step], starts[step + 1])
        return unsafe collecting.write(
          firstMask: step * words, group: start.group, spike: start.spike, groups: end.group - start.group,
          spikes: end.spike - start.spike, counts: nil)
      }
    }
  }

  private static func collecting(
    _ level: KernelLevel, _ masks: [UInt16], _ order: [UInt32], padded: Int, pixels: Int, into train: inout SpikeTrain,
    _ body: (Collecting) -> Int
  ) -> Int {
    unsafe masks.withUnsafeBufferPointer { masks in
      unsafe order.withUnsafeBufferPointer { order in
        unsafe train.pixels.withUnsafeMutableBufferPointer { outPixels in
          unsafe train.channelStarts.withUnsafeMutableBufferPointer { outEnds in
            unsafe train.channels.withUnsafeMutableBufferPointer { channels in
              guard let masks = masks.baseAddress, let outPixels = outPixels.baseAddress,
                let outEnds = outEnds.baseAddress, let channels = channels.baseAddress
              else { return 0 }
              return unsafe body(
                Collecting(
                  level: level, masks: masks, order: order.isEmpty ? nil : order.baseAddress, pixels: pixels, padded: padded,
                  outPixels: outPixels, outEnds: outEnds, channels: channels))
            }
          }
        }
      }
    }
  }

  /// A train whose groups threads write, each those of other steps.
  @safe private struct Collecting: @unchecked Sendable {
    let level: KernelLevel
    let masks: UnsafePointer<UInt16>
    let order: UnsafePointer<UInt32>?
    let pixels: Int
    let padded: Int
    let outPixels: UnsafeMutablePointer<UInt32>
    let outEnds: UnsafeMutablePointer<UInt32>
    let channels: UnsafeMutablePointer<UInt32>

    /// Writes a step's groups, at most so many, and spikes from those places on, nothing behind them; returns how many
    /// groups there are.
    func write(
      firstMask: Int, group: Int, spike: Int, groups: Int, spikes: Int, counts: UnsafeMutablePointer<UInt8>?
    ) -> Int {
      if spikes == 0 { return 0 }
      let first = UInt32(truncatingIfNeeded: spike)
      #if arch(x86_64)
        if level == .avx512 {
          return unsafe ck_collect(
            masks + firstMask, order, pixels, padded, first, groups, outPixels + group, outEnds + group + 1,
            channels + spike, counts)
        }
      #endif
      return unsafe NeuronStepSwift.collect(
        masks + firstMask, order, pixels: pixels, padded: padded, first: first, spikes: spikes, outPixels + group,
        outEnds + group + 1, channels + spike, counts)
    }
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
