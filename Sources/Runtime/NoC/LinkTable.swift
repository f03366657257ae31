import ChipModel

/// A directed link between neighbouring tiles, within a chip or from chip to chip.
package struct MeshLink: Sendable, Hashable, Comparable {
  package var from: TileCoordinate
  package var direction: MeshDirection
  package var crossesChips: Bool

  package static func < (a: MeshLink, b: MeshLink) -> Bool {
    (a.from.x, a.from.y, a.rank) < (b.from.x, b.from.y, b.rank)
  }

  private var rank: Int { MeshDirection.allCases.firstIndex(of: direction) ?? 0 }
}

/// The links that a program's routes use, in order, and the way of each route over them.
struct LinkTable: Sendable {
  let links: [MeshLink]
  /// By route: indices into `links`.
  let ways: [[Int32]]

  init(_ program: CompiledProgram) {
    let mesh = Mesh(program.chip)
    let steps = program.routes.map { route -> [MeshLink] in
      var here = mesh.tile(ofCore: program.cores[route.from].place)
      return route.steps.map { direction in
        let next = here.neighbour(direction)
        defer { here = next }
        return MeshLink(from: here, direction: direction, crossesChips: mesh.crossesChips(here, next))
      }
    }
    links = Set(steps.joined()).sorted()
    // Only looked up, never iterated.
    let index = Dictionary(links.enumerated().map { ($1, Int32(truncatingIfNeeded: $0)) }) { first, _ in first }
    ways = steps.map { $0.compactMap { index[$0] } }
  }
}
