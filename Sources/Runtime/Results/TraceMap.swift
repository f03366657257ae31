import ChipModel

/// Where a program's neurons, cores and routes are, looked up once for all traces.
struct TraceMap: Sendable {
  /// `tile.core` of every core, as SANA-FE writes it; tiles are numbered chip after chip.
  let hardware: [[UInt8]]
  /// The number of every core's tile, and its coordinates.
  let tileNumbers: [Int]
  let tiles: [TileCoordinate]
  /// Of every route, links counted as the chip says.
  let hops: [Int]
  let places: NeuronPlaces

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
    self.hardware = hardware.map { Array($0.utf8) }
    tileNumbers = numbers
    tiles = program.cores.map { mesh.tile(ofCore: $0.place) }
    // As the route goes, which faults of the chip may have lengthened.
    hops = LinkTable(program).hops
    places = NeuronPlaces(program)
  }
}
