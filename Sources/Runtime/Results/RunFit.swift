import ChipModel

/// How a program sits on its chip and how exactly it holds its network: the member `fit` of `run.json`. What the compiler
/// reports, carried along so that a result explains itself.
package struct RunFit: Sendable, Equatable {
  package struct Population: Sendable, Equatable {
    package var name: String
    /// Cores that hold a part of it.
    package var cores: Int
    /// Synapses on the chip into it.
    package var synapses: Int
    /// Largest rounding error of a weight that arrives, in units of the weights' own grid; 0.5 where each weight is the
    /// nearest grid point.
    package var roundingError: Double
    /// Smallest finite threshold in the membrane's integer units: its reciprocal is the resolution of a rate; nil: none.
    package var threshold: Int?
    /// Bits that one step's sum needs at most, proven.
    package var sumBits: Int
    /// First step in which a saturation is possible at all; nil: never.
    package var stepsToSaturation: Int?

    package init(
      name: String, cores: Int, synapses: Int, roundingError: Double, threshold: Int?, sumBits: Int,
      stepsToSaturation: Int?
    ) {
      self.name = name
      self.cores = cores
      self.synapses = synapses
      self.roundingError = roundingError
      self.threshold = threshold
      self.sumBits = sumBits
      self.stepsToSaturation = stepsToSaturation
    }
  }

  package var populations: [Population]
  /// Bits of synapse memory in use, by core.
  package var synapseBits: [Int]
  /// Bits of synapse memory of a core; nil: not limited or not published.
  package var synapseBitsPerCore: Int?
  /// Cores of all chips together; nil: not limited.
  package var coresOfChip: Int?

  package init(populations: [Population], synapseBits: [Int], synapseBitsPerCore: Int?, coresOfChip: Int?) {
    self.populations = populations
    self.synapseBits = synapseBits
    self.synapseBitsPerCore = synapseBitsPerCore
    self.coresOfChip = coresOfChip
  }

  var document: JSONOutput {
    func number(_ value: Int?) -> JSONOutput { value.map { .int($0) } ?? .null }
    return .object([
      (
        "populations",
        .array(
          populations.map { p in
            .object([
              ("name", .string(p.name)), ("cores", .int(p.cores)), ("synapses", .int(p.synapses)),
              ("roundingError", .number(p.roundingError)), ("threshold", number(p.threshold)),
              ("sumBits", .int(p.sumBits)), ("stepsToSaturation", number(p.stepsToSaturation)),
            ])
          })
      ),
      ("synapseBits", .integers(synapseBits)), ("synapseBitsPerCore", number(synapseBitsPerCore)),
      ("coresOfChip", number(coresOfChip)),
    ])
  }
}
