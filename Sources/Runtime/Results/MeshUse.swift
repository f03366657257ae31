import ChipModel

/// Where a run's cores lie on the mesh, and the limits that their use is measured against.
public struct MeshUse: Sendable, Equatable {
  /// One core of the program, in the program's order.
  public struct Place: Sendable, Equatable {
    /// Index of its chip.
    public var chip: Int
    /// Its tile on the plane of all chips: x to the east, y to the north.
    public var x: Int
    public var y: Int
    /// Entries of its axon tables.
    public var inputAxons: Int
    public var outputAxons: Int

    public init(chip: Int, x: Int, y: Int, inputAxons: Int, outputAxons: Int) {
      self.chip = chip
      self.x = x
      self.y = y
      self.inputAxons = inputAxons
      self.outputAxons = outputAxons
    }
  }

  public var places: [Place]
  /// Tiles of one chip.
  public var width: Int
  public var height: Int
  public var coresPerTile: Int
  /// Limits of a core; nil: not limited or not published.
  public var neuronsPerCore: Int?
  public var inputAxonsPerCore: Int?
  public var outputAxonsPerCore: Int?

  public init(program: CompiledProgram) {
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
public struct LinkLoad: Sendable, Equatable {
  /// The tile they left.
  public var x: Int
  public var y: Int
  public var direction: MeshDirection
  public var messages: Int

  public init(x: Int, y: Int, direction: MeshDirection, messages: Int) {
    self.x = x
    self.y = y
    self.direction = direction
    self.messages = messages
  }
}
