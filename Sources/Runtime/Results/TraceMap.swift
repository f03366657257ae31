import ChipModel

/// Where a program's neurons, cores and routes are, looked up once for all traces.
struct TraceMap: Sendable {
  struct Home: Sendable {
    var core: Int
    var slot: Int
  }

  /// `tile.core` of every core, as SANA-FE writes it; tiles are numbered chip after chip.
  let hardware: [String]
  /// The number of every core's tile, and its coordinates.
  let tileNumbers: [Int]
  let tiles: [TileCoordinate]
  /// Of every route, links counted as the chip says.
  let hops: [Int]
  private let homes: [[Home?]]
  private let fanOuts: [[FanOut?]]

  init(_ program: CompiledProgram) {
    let mesh = Mesh(program.chip)
    let tilesPerChip = mesh.width * mesh.height
    var hardware: [String] = []
    var numbers: [Int] = []
    for core in program.cores {
      let chip = mesh.chip(ofCore: core.place)
      let within = core.place - chip * (mesh.coresPerChip ?? 0)
      let tile = mesh.coresPerChip == nil ? 0 : min(within / mesh.coresPerTile, tilesPerChip - 1)
      let number = chip * tilesPerChip + tile
      hardware.append("\(number).\(mesh.coresPerChip == nil ? within : within - tile * mesh.coresPerTile)")
      numbers.append(number)
    }
    self.hardware = hardware
    tileNumbers = numbers
    tiles = program.cores.map { mesh.tile(ofCore: $0.place) }
    // As the route goes, which faults of the chip may have lengthened.
    hops = program.routes.map { Traffic.hops(of: $0, program, mesh) }
    var homes: [[Home?]] = program.populations.map { [Home?](repeating: nil, count: $0.shape.count) }
    for (core, image) in program.cores.enumerated() {
      for group in image.groups {
        for local in 0..<group.box.count {
          homes[group.population][group.box.populationIndex(local, in: group.populationShape)] = Home(
            core: core, slot: group.firstSlot + local)
        }
      }
    }
    self.homes = homes
    fanOuts = program.cores.map { image in
      image.blocks.map { block in
        block.pool?.kind == .max ? nil : program.synapses(block.projection).fanOut(into: image.groups[block.group].box)
      }
    }
  }

  func home(population: Int, neuron: Int) -> Home? { homes[population][neuron] }

  /// Synapses that a message to an input axon reaches; nil where one of its blocks is behind a max-pool gate.
  func synapses(core: Int, axon: Int, _ program: CompiledProgram) -> Int? {
    let axons = program.cores[core].inputAxons
    var sum = 0
    for entry in Int(axons.offsets[axon])..<Int(axons.offsets[axon + 1]) {
      guard let fanOut = fanOuts[core][Int(axons.blocks[entry])] else { return nil }
      sum += fanOut[Int(axons.sources[entry])]
    }
    return sum
  }
}
