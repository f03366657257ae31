import ChipModel

/// Where a run's cores lie on the mesh, and the limits that their use is measured against.
package struct MeshUse: Sendable, Equatable {
  /// One core of the program, in the program's order.
  package struct Place: Sendable, Equatable {
    /// Index of its chip.
    package var chip: Int
    /// Its tile on the plane of all chips: x to the east, y to the north.
    package var x: Int
    package var y: Int
    /// Entries of its axon tables.
    package var inputAxons: Int
    package var outputAxons: Int

    package init(chip: Int, x: Int, y: Int, inputAxons: Int, outputAxons: Int) {
      self.chip = chip
      self.x = x
      self.y = y
      self.inputAxons = inputAxons
      self.outputAxons = outputAxons
    }
  }

  package var places: [Place]
  /// Tiles of one chip.
  package var width: Int
  package var height: Int
  package var coresPerTile: Int
  /// Limits of a core; nil: not limited or not published.
  package var neuronsPerCore: Int?
  package var inputAxonsPerCore: Int?
  package var outputAxonsPerCore: Int?

  package init(program: CompiledProgram) {
    let chip = program.chip
    let mesh = Mesh(chip)
    places = program.cores.map { core in
      let tile = mesh.tile(ofCore: core.place)
      return Place(
        chip: mesh.chip(ofCore: core.place), x: tile.x, y: tile.y, inputAxons: core.inputAxons.count,
        outputAxons: core.outputAxons.count)
    }
    width = mesh.width
    height = mesh.height
    coresPerTile = mesh.coresPerTile
    neuronsPerCore = chip.neuronsPerCore
    inputAxonsPerCore = chip.inputAxonsPerCore
    outputAxonsPerCore = chip.outputAxonsPerCore
  }
}

/// Messages that went from a tile to its neighbour, over all samples.
package struct LinkLoad: Sendable, Equatable {
  /// The tile they left.
  package var x: Int
  package var y: Int
  package var direction: MeshDirection
  package var messages: Int

  package init(x: Int, y: Int, direction: MeshDirection, messages: Int) {
    self.x = x
    self.y = y
    self.direction = direction
    self.messages = messages
  }
}
