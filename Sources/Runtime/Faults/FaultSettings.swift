import ChipModel

/// Transient faults of a run: what happens while the chip works.
///
/// All rates are probabilities, 0...1. With all of them 0 a run is the one without faults, byte for byte.
package struct FaultSettings: JSONRecord, Hashable {
  package var seed: UInt64
  /// That a stored bit of a membrane potential flips before a step, for each bit, neuron and step of its window.
  package var flipMembraneBits: Double
  /// That a spike is not sent: its neuron has fired and reset, no message leaves the core.
  package var loseSpikes: Double
  /// That a spike is sent twice in its tick, to all of its destinations. A lost spike is not duplicated.
  package var duplicateSpikes: Double

  package init() { self.init(seed: 0) }

  package init(
    seed: UInt64 = 0, flipMembraneBits: Double = 0, loseSpikes: Double = 0, duplicateSpikes: Double = 0
  ) {
    self.seed = seed
    self.flipMembraneBits = flipMembraneBits
    self.loseSpikes = loseSpikes
    self.duplicateSpikes = duplicateSpikes
  }

  /// The chip works as described.
  package static let none = FaultSettings()

  package var isNone: Bool { !flipsBits && !touchesSpikes }
  var flipsBits: Bool { flipMembraneBits > 0 }
  var touchesSpikes: Bool { loseSpikes > 0 || duplicateSpikes > 0 }
}

extension FaultSettings {
  /// As results show it.
  package static let fields: [JSONField<FaultSettings>] = [
    .member("seed", \.seed, .seed, "seed of the draws"),
    .member(
      "flipMembraneBits", \.flipMembraneBits, .fraction, "probability that a bit of a membrane flips before a step"),
    .member("loseSpikes", \.loseSpikes, .fraction, "probability that a spike is lost"),
    .member("duplicateSpikes", \.duplicateSpikes, .fraction, "probability that a spike is sent twice"),
  ]
}

extension FaultDraw {
  /// The draw of a population, counted from the first that cores hold.
  fileprivate subscript(placed population: Int) -> FaultDraw { self[population - 1] }
}

/// What happens to the spikes of one population in one sample.
package struct SpikeFaults: Sendable {
  private let lost: FaultDraw
  private let duplicated: FaultDraw
  private let loseRate: Double
  private let duplicateRate: Double

  /// Nil where no spike is ever touched.
  /// - Parameters:
  ///   - settings: the seed and the rates.
  ///   - sample: index of the sample, part of the random stream.
  ///   - population: its index in the program, part of the random stream.
  package init?(_ settings: FaultSettings, sample: Int, population: Int) {
    guard settings.touchesSpikes else { return nil }
    lost = FaultDraw(.lostSpike, seed: settings.seed)[sample][placed: population]
    duplicated = FaultDraw(.duplicatedSpike, seed: settings.seed)[sample][placed: population]
    loseRate = settings.loseSpikes
    duplicateRate = settings.duplicateSpikes
  }

  /// How often a spike is sent: 0, 1 or 2 times.
  ///
  /// - Parameters:
  ///   - step: of the population's window.
  ///   - neuron: row-major in the population.
  @inline(__always)
  package func copies(step: Int, neuron: Int) -> Int { at(step: step).copies(neuron: neuron) }

  /// The faults of one step: one draw a spike and kind.
  @inline(__always)
  func at(step: Int) -> Step {
    Step(lost: lost[step], duplicated: duplicated[step], loseRate: loseRate, duplicateRate: duplicateRate)
  }

  struct Step {
    fileprivate let lost: FaultDraw
    fileprivate let duplicated: FaultDraw
    fileprivate let loseRate: Double
    fileprivate let duplicateRate: Double

    @inline(__always)
    func copies(neuron: Int) -> Int {
      if loseRate > 0, lost[neuron].happens(loseRate) { return 0 }
      return duplicateRate > 0 && duplicated[neuron].happens(duplicateRate) ? 2 : 1
    }
  }
}

/// The membrane bits of one population that flip in one sample, in the order step, neuron, member, bit.
///
/// The time between two flips is geometric, so the work is in the flips and not in the bits. It is drawn from powers of
/// `1 - rate` by comparison, with multiplications alone: no platform's logarithm decides.
package struct MembraneFlips: Sendable {
  /// One bit.
  package struct Flip: Sendable, Equatable {
    package var neuron: Int
    /// Whether it is member B of a bistable unit.
    package var isMemberB: Bool
    package var bit: Int

    /// The potential with the bit flipped, two's complement of `membraneBits`.
    package func applied(to v: Int32, membraneBits: Int) -> Int32 {
      let shift = Int32(truncatingIfNeeded: 32 - membraneBits)
      return ((v ^ (Int32(1) &<< Int32(truncatingIfNeeded: bit))) &<< shift) &>> shift
    }
  }

  private let draw: FaultDraw
  /// `(1 - rate)^(2^k)`
  private let powers: [Double]
  private let bits: Int
  private let members: Int
  private let neurons: Int
  /// Place of the next flip among all bits of all steps.
  private var position: Int
  private var drawn = 0

  /// Nil where no bit ever flips.
  /// - Parameters:
  ///   - settings: the seed and the rate of flips.
  ///   - sample: index of the sample, part of the random stream.
  ///   - population: its index in the program, part of the random stream.
  ///   - neurons: of the population; below 1 counts as 1.
  ///   - members: potentials of a neuron, 2 for a bistable unit.
  ///   - membraneBits: bits of a potential that can flip.
  package init?(
    _ settings: FaultSettings, sample: Int, population: Int, neurons: Int, members: Int, membraneBits: Int
  ) {
    guard settings.flipsBits else { return nil }
    draw = FaultDraw(.membraneBit, seed: settings.seed)[sample][placed: population]
    var powers = [max(0, 1 - settings.flipMembraneBits)]
    while let last = powers.last, last > 0x1p-60, powers.count < 60 { powers.append(last * last) }
    self.powers = powers
    bits = max(1, membraneBits)
    self.members = max(1, members)
    self.neurons = max(1, neurons)
    position = -1
    advance()
  }

  package init?(_ settings: FaultSettings, sample: Int, population index: Int, of program: CompiledProgram) {
    let population = program.populations[index]
    guard population.model.potentials > 0 else { return nil }
    self.init(
      settings, sample: sample, population: program.drawn(index), neurons: population.shape.count,
      members: population.model.potentials, membraneBits: program.membraneBits)
  }

  private mutating func advance() {
    let u = draw[drawn].unit
    drawn += 1
    // The largest gap with (1 - rate)^gap > u.
    var gap = 0
    var kept = 1.0
    for k in powers.indices.reversed() where kept * powers[k] > u {
      kept *= powers[k]
      gap += 1 << k
    }
    let (next, overflow) = position.addingReportingOverflow(gap + 1)
    position = overflow ? Int.max : next
  }

  /// The next flip of `step`, nil where there is none; steps must be asked for in order.
  package mutating func next(step: Int) -> Flip? {
    let perNeuron = bits * members
    let (perStep, large) = perNeuron.multipliedReportingOverflow(by: neurons)
    let (first, overflow) = perStep.multipliedReportingOverflow(by: step)
    guard !large, !overflow, position >= first, position - first < perStep else { return nil }
    let at = position - first
    let flip = Flip(neuron: at / perNeuron, isMemberB: at % perNeuron >= bits, bit: at % bits)
    advance()
    return flip
  }
}
