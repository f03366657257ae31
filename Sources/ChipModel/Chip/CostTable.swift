/// What a chip does that costs energy or time. The raw value is the key in `energy` and `time` of `configs/*.json`;
/// what one of each is counted per stands in `docs/chips.md`.
public enum ChipAction: String, Sendable, CaseIterable, Hashable {
  /// One spike reaching one synapse. With binary spikes a payload of `c` is `|c|` of them.
  case synapticOperation
  /// The same through a convolution, or an identity projection, where the chip prices those apart.
  case convolutionOperation, identityOperation
  /// Reading one weight; where a chip does not itemise memory it is included in the synaptic operation.
  case weightRead
  /// Adding one delivered weight to a neuron's accumulator.
  case dendriteUpdate
  /// Visiting one mapped neuron in one tick of its window, whatever comes of it.
  case neuronAccess
  /// Reading one membrane potential: counted with the accesses. Writing one: counted with the updates.
  case membraneRead, membraneWrite
  /// Updating one neuron that has something to do: input, bias or a potential that is not 0.
  case neuronUpdate
  /// One neuron firing.
  case spike
  /// One message leaving a core, and one arriving in a core: one per spike and destination core.
  case axonOut, axonIn
  /// One message that stays within its tile.
  case tileMessage
  /// One message passing from a tile to its neighbour.
  case hopEast, hopWest, hopNorth, hopSouth
  /// One message crossing from chip to chip.
  case link

  /// The part of the chip that an energy bill books the action under.
  package var unit: ChipUnit {
    switch self {
    case .synapticOperation, .convolutionOperation, .identityOperation: .synapse
    case .dendriteUpdate: .dendrite
    case .neuronAccess, .neuronUpdate, .spike: .soma
    case .weightRead, .membraneRead, .membraneWrite: .memory
    case .axonOut, .axonIn, .tileMessage, .hopEast, .hopWest, .hopNorth, .hopSouth, .link: .network
    }
  }

  /// The action whose cost holds where this one has none of its own.
  package var fallback: ChipAction? {
    switch self {
    case .convolutionOperation, .identityOperation: .synapticOperation
    default: nil
    }
  }
}

/// Parts of a chip, as energy bills split them; `synapse`, `dendrite`, `soma` and `network` are SANA-FE's.
package enum ChipUnit: String, Sendable, CaseIterable, Hashable {
  case synapse, dendrite, soma, memory, network
}

/// What one action costs.
package enum Cost: Sendable, Equatable {
  /// In joules or seconds.
  case known(Sourced<Double>)
  /// Nobody published it apart: it is part of another action's cost, so it adds nothing.
  case included(Sourced<ChipAction>)
  /// Accesses to a memory of the core: known once a program says its widths (`CompiledProgram.prices`).
  case access(Sourced<MemoryAccess>)

  package var source: String {
    switch self {
    case .known(let cost): cost.source
    case .included(let cost): cost.source
    case .access(let cost): cost.source
    }
  }

  package var certainty: Certainty {
    switch self {
    case .known(let cost): cost.certainty
    case .included(let cost): cost.certainty
    case .access(let cost): cost.certainty
    }
  }

  /// Source and certainty as one text.
  package var provenance: String { "\(source) (\(certainty.rawValue))" }
}

/// Costs by action: joules in `ChipDescription.energy`, seconds in `ChipDescription.time`. No entry means unknown.
package struct CostTable: Sendable, Equatable {
  private var entries: [ChipAction: Cost]

  package init(_ entries: [ChipAction: Cost] = [:]) {
    self.entries = entries
  }

  /// The entry written for this very action; nil where there is none. `cost(of:)` follows fallbacks.
  package subscript(action: ChipAction) -> Cost? {
    get { entries[action] }
    set { entries[action] = newValue }
  }

  /// The cost of an action, its own or its fallback's; nil where unknown.
  package func cost(of action: ChipAction) -> Cost? {
    entries[action] ?? action.fallback.flatMap { entries[$0] }
  }

  /// Joules or seconds each: the known constant, 0 where included in another action, nil where unknown.
  package func each(_ action: ChipAction) -> Double? {
    switch cost(of: action) {
    case .known(let cost): cost.value
    case .included: 0
    case .access, nil: nil
    }
  }

  /// `count` times the constant; nil where the constant is unknown and the count is not 0.
  ///
  /// The product is rounded once: totals must add such products in the order of `ChipAction.allCases`.
  package func total(_ action: ChipAction, count: Int) -> Double? {
    if count == 0 { return 0 }
    return each(action).map { Double(count) * $0 }
  }

  /// The actions with an entry of their own, in declaration order.
  package var known: [ChipAction] { ChipAction.allCases.filter { entries[$0] != nil } }
}
