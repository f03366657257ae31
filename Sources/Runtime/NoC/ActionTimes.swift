import ChipModel

/// The chip's times in whole femtoseconds, kept as doubles: sums are exact up to 9 s and never trap.
struct ActionTimes: Sendable {
  var operation = ByKind<Double>()
  var access = 0.0
  var update = 0.0
  var spike = 0.0
  var axonOut = 0.0
  var axonIn = 0.0
  var tile = 0.0
  var hop: [MeshDirection: Double] = [:]
  var link = 0.0
  var barrier = 0.0

  static let perSecond = 1e15

  /// - Parameter missing: grows by what the program does and the description does not know.
  init(_ program: CompiledProgram, links: [MeshStep], missing: inout [String]) {
    let chip = program.chip
    var unknown: [String] = []
    func time(_ actions: ChipAction..., when isUsed: Bool = true) -> Double {
      guard isUsed else { return 0 }
      return actions.reduce(0) { sum, action in
        guard let each = chip.time.each(action) else {
          if !unknown.contains("time of \(action.rawValue)") { unknown.append("time of \(action.rawValue)") }
          return sum
        }
        return sum + (each * ActionTimes.perSecond).rounded()
      }
    }
    for one in SynapticOperation.allCases {
      let isUsed = program.projections.contains { $0.kind.traits.operation == one && !program.isHostCurrent($0) }
      operation[one] = time(one.action, .weightRead, .dendriteUpdate, when: isUsed)
    }
    access = time(.neuronAccess, .membraneRead)
    update = time(.neuronUpdate, .membraneWrite)
    spike = time(.spike)
    axonOut = time(.axonOut, when: !program.routes.isEmpty)
    axonIn = time(.axonIn, when: !program.routes.isEmpty)
    tile = time(.tileMessage, when: program.routes.contains { $0.steps.isEmpty })
    for direction in MeshDirection.allCases {
      hop[direction] = time(
        direction.action, when: links.contains { $0.direction == direction && !$0.crossesChips })
    }
    link = time(.link, when: links.contains { $0.crossesChips })
    let tiles = Mesh(chip).tileCount(cores: program.cores.lazy.map(\.place))
    if let seconds = chip.barrierSeconds(tiles: tiles) {
      barrier = (seconds * ActionTimes.perSecond).rounded()
    } else {
      unknown.append("time of the barrier")
    }
    missing += unknown
  }

  /// Of the operations behind an axon, in the order of their kinds.
  func operations(_ counts: ByKind<Int>) -> Double {
    SynapticOperation.allCases.reduce(0) { $0 + Double(counts[$1]) * operation[$1] }
  }

  func of(_ link: MeshStep) -> Double { link.crossesChips ? self.link : hop[link.direction] ?? 0 }
}
