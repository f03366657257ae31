/// What a chip does with a number beyond the width of its register.
package enum Overflow: String, Sendable, CaseIterable {
  /// The compiler takes no program in which it can happen.
  case refuse
  /// It becomes the nearest number that fits.
  case saturate
  /// It loses its high bits.
  case wrap
}

/// The registers of a chip's neurons.
package struct Datapath: Sendable, Hashable {
  /// Of a potential, and of the current of `cuba`; 2...32.
  package var membraneBits: Int
  /// Of the sum of a tick; 2...64.
  package var accumulatorBits: Int
  /// Of that sum.
  package var accumulator: Overflow
  /// Of the current of `cuba`.
  package var current: Overflow

  package init(
    membraneBits: Int, accumulatorBits: Int = 64, accumulator: Overflow = .refuse, current: Overflow = .saturate
  ) {
    self.membraneBits = membraneBits
    self.accumulatorBits = accumulatorBits
    self.accumulator = accumulator
    self.current = current
  }
}

extension CompiledProgram {
  package var datapath: Datapath {
    Datapath(
      membraneBits: membraneBits, accumulatorBits: chip.accumulatorBits, accumulator: chip.accumulatorOverflow,
      current: chip.currentOverflow)
  }
}
