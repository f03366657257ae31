/// Synapse memory that holds lists: the weights that one spike reaches, each with the index of its compartment, in words.
///
/// Source: nengo-loihi, `nengo_loihi/block.py`, `SynapseConfig.bits_per_axon`.
package struct SynapseLists: Sendable, Equatable {
  /// Widths that a stored weight may have, ascending, and those of an index.
  package var weightBits: [Int]
  package var indexBits: [Int]
  /// Bits of a list beside its weights.
  package var headerBits: Int
  /// Weights of a list, at most; more are further lists.
  package var length: Int
  /// A list takes whole words of so many bits.
  package var wordBits: Int
  /// Compartments among which an axon can move a shared list; beyond, the list is stored again.
  package var baseRange: Int

  /// Bits of `count` weights.
  /// - Parameter each: bits of one, its index included.
  package func bits(_ count: Int, each: Int) -> Int {
    func words(_ weights: Int) -> Int { (weights *| each +| headerBits +| (wordBits - 1)) / wordBits }
    let (full, rest) = count.quotientAndRemainder(dividingBy: length)
    return (full *| words(length) +| (rest > 0 ? words(rest) : 0)) *| wordBits
  }

  /// Bits of an index up to `largest`.
  package static func bits(of largest: Int) -> Int { Int.bitWidth - max(0, largest).leadingZeroBitCount }

  /// The width for a number of bits; the largest where none is as wide.
  package static func width(_ bits: Int, of widths: [Int]) -> Int { widths.first { $0 >= bits } ?? widths.last ?? bits }
}

/// A way in which a core can hear the sources of a convolution: axons whose lists those of equal patterns share.
package struct AxonMode: Sendable, Equatable {
  package var name: String
  /// Channels of one source pixel that share an axon, at most; 1: every source neuron has its own.
  package var atoms: Int
  /// Output axons that one of these takes.
  package var slots: Int
  /// Resets that neurons at both ends may have; nil: any.
  package var resets: [ResetRule]?

  package init(name: String, atoms: Int, slots: Int, resets: [ResetRule]? = nil) {
    self.name = name
    self.atoms = atoms
    self.slots = slots
    self.resets = resets
  }

  /// Whether channels share its axons.
  package var isShared: Bool { atoms > 1 }

  /// Output axons that all channels of a pixel take; nil: it has no room for so many, or not for neurons with such resets.
  package func slots(channels: Int, resets: [ResetRule]) -> Int? {
    guard !isShared || atoms >= channels, resets.allSatisfy({ self.resets?.contains($0) ?? true }) else { return nil }
    return isShared ? slots : slots *| channels
  }
}
