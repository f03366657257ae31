import ChipModel

/// Messages on the network of a chip, link by link, summed over a run.
///
/// A message is one (spike, destination core) pair. With unicast each travels on its own; on a chip with multicast the
/// messages of one spike share the links of their XY ways, a tree, and each link carries one packet.
package struct LinkTraffic: Sendable, Equatable {
  package struct LinkLoad: Sendable, Equatable {
    package var link: MeshLink
    /// Packets over all samples.
    package var packets: Int
  }

  /// In order of place; links that carry nothing are listed too.
  package var links: [LinkLoad]
  package var messages = 0
  /// Messages to the own core, and to another core of the same tile.
  package var sameCore = 0
  package var sameTile = 0
  /// Steps from tile to tile if every message travelled alone; a chip-to-chip link counts as the chip's stated number.
  package var hops = 0
  /// Packets over links: `hops` (a chip-to-chip link as 1) without multicast, fewer with it.
  package var packetHops = 0
  /// Packets over links between chips.
  package var crossings = 0

  /// The link that carries most.
  package var busiest: LinkLoad? {
    var best: LinkLoad?
    for load in links where load.packets > best?.packets ?? 0 { best = load }
    return best
  }

  /// - Parameters:
  ///   - program: with cores.
  ///   - spikes: per population and neuron: `RunCounters.spikes`.
  package init(program: CompiledProgram, spikes: [[UInt64]]) {
    let table = LinkTable(program)
    let mesh = Mesh(program.chip)
    let isMulticast = program.chip.multicast
    var packets = [Int](repeating: 0, count: table.links.count)
    var onRoute = [Int](repeating: 0, count: program.routes.count)
    // Which spike, counted by slot, a link was last used by: a tree passes each link once.
    var lastUse = [Int](repeating: -1, count: table.links.count)
    var slotNumber = 0
    for image in program.cores {
      let output = image.outputAxons
      for group in image.groups {
        let counts = spikes[group.population]
        guard counts.count == group.populationShape.count else { continue }
        for local in 0..<group.box.count {
          let count = Int(clamping: counts[group.box.populationIndex(local, in: group.populationShape)])
          guard count > 0 else { continue }
          slotNumber += 1
          let slot = group.firstSlot + local
          for entry in Int(output.offsets[slot])..<Int(output.offsets[slot + 1]) {
            let route = Int(output.routes[entry])
            onRoute[route] +|= count
            guard isMulticast else { continue }
            for link in table.ways[route] where lastUse[Int(link)] != slotNumber {
              lastUse[Int(link)] = slotNumber
              packets[Int(link)] +|= count
            }
          }
        }
      }
    }
    for (index, route) in program.routes.enumerated() {
      let count = onRoute[index]
      messages +|= count
      if route.from == route.to {
        sameCore +|= count
      } else if route.steps.isEmpty {
        sameTile +|= count
      }
      for link in table.ways[index] {
        hops +|= table.links[Int(link)].crossesChips ? count *| mesh.linkHops : count
        if !isMulticast { packets[Int(link)] +|= count }
      }
    }
    links = zip(table.links, packets).map { LinkLoad(link: $0, packets: $1) }
    for load in links {
      packetHops +|= load.packets
      if load.link.crossesChips { crossings +|= load.packets }
    }
  }
}
