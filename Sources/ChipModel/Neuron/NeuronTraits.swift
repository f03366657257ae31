/// What users of a neuron model ask, answered once, by the model's own file.
package struct NeuronTraits: Sendable {
  /// How a spike train means a number.
  package enum Code: Sendable {
    /// By the number of spikes, or of their payload.
    case rate
    /// By spikes weighted with their phase of a period (``PhaseCode``).
    case phase
    /// As `phase`, in pairs of members that fire in turn, one layer a period.
    case pairs
    /// By the time between a spike and a negative one.
    case switches
    /// No spikes; a period code that arrives is taken as it is.
    case none

    /// In messages; nil: there are no spikes.
    package var name: String? {
      switch self {
      case .rate: "rate code"
      case .phase: "phase code"
      case .pairs: "bistable code"
      case .switches: "switch code"
      case .none: nil
      }
    }
  }

  /// What a spike takes from the potential.
  package enum Reset: Sendable {
    case none
    /// The threshold, or all of it where ``NeuronModel/hardReset`` says so.
    case threshold
    /// The threshold, once for each unit of the payload.
    case payload
    /// The threshold; a negative spike gives it back.
    case signed
  }

  /// Which negative threshold it has.
  package enum NegativeThreshold: Sendable {
    case none
    /// One below 0, or none.
    case belowZero
    /// One of at most 0; 0 where none is given.
    case upToZero
  }

  package var code: Code
  /// Whether it reads its code and never spikes itself.
  package var isSilent = false
  package var reset: Reset
  package var negativeThreshold = NegativeThreshold.none
  /// Of a unit.
  package var potentials = 1
  /// Whether it may spike, or its potential change, in a step in which nothing arrives and no current acts and after which
  /// it did not fire: by a leak, a changing threshold or a second member.
  package var actsAlone = false
  /// Whether its potential falls without spikes, so that rates alone do not tell it.
  package var leaks = false
  /// Whether what synapses deliver charges a current, the second potential, which begins at 0.
  package var hasCurrent = false
  /// Whether spikes carry a count other than 1.
  package var hasPayload = false
  /// Bound of that count's magnitude in every network; nil: a parameter's, or none.
  package var largestPayload: Int32?
  /// Whether a lag may part adding from firing; of rate codes not with a hard reset, which would lose what was added.
  package var takesLag = false
  /// Whether it counts something in a sample: the signed spikes that it sent, refractory steps.
  package var countsSent = false
  /// Whether its potential may have a lower limit, and a value that a hard reset leaves.
  package var takesFloor = false
  package var takesResetValue = false
  /// Whether it stands for the network's input: no core holds it, and nothing is sent to it.
  package var isInput = false
  /// Whether what leaves it is a current that the host adds, not spikes that synapses deliver.
  package var isHostCurrent = false
  /// Whether the engine has a kernel for it; else it runs by its scalar rule.
  package var hasKernel = false

  /// Whether it ever sends spikes.
  package var fires: Bool { code != .none && !isSilent }

  /// Whether a unit's second potential begins where the first does.
  package var startsAsPair: Bool { potentials == 2 && !hasCurrent }

  /// Whether its spikes have phases.
  package var isPeriodic: Bool { code == .phase || code == .pairs }
}
