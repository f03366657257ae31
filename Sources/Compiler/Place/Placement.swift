import ChipModel

/// Which physical core each of a program's cores is.
enum Placement {
  /// - Parameters:
  ///   - traffic: messages between the cores; only `optimised` asks for it.
  ///   - multicast: the same as trees; asked for where the chip multicasts.
  ///   - effort: of the search; 1 is normal.
  ///   - progress: called after each of `PlacementSearch.steps` parts of a search.
  ///   - live: what faults leave of the chip; nil: all of it.
  ///   - movesPerCore: swaps that each search tries a core; nil where nothing is searched.
  static func places(
    cores: Int, chip: ChipDescription, kind: CompileOptions.Placement, seed: UInt64, effort: Double = 1,
    progress: @Sendable () -> Void = {}, live: LiveChip? = nil, movesPerCore: inout Double?, traffic: () -> CoreTraffic,
    multicast: () -> MulticastTraffic
  ) -> [Int] {
    switch kind {
    case .rowMajor:
      return live.map { Array($0.cores.prefix(cores)) } ?? Array(0..<cores)
    case .random:
      // Fisher and Yates over the cores of as many chips as are needed.
      var all = live?.cores ?? Array(0..<positions(cores: cores, chip: chip))
      var generator = SeededGenerator(seed: seed)
      for index in stride(from: all.count - 1, to: 0, by: -1) {
        all.swapAt(index, Int(generator.next() % UInt64(index + 1)))
      }
      return Array(all.prefix(cores))
    case .optimised:
      let usable = live?.cores ?? Array(0..<positions(cores: cores, chip: chip))
      var search = PlacementSearch(traffic: traffic(), mesh: Mesh(chip), positions: usable, live: live, seed: seed)
      movesPerCore = search.movesPerCore(effort: effort)
      let places = search.run(effort: effort, progress: progress)
      // Ways around dead links are no trees of rows and columns.
      guard chip.multicast, live?.faults.hasDeadLinks != true else { return places }
      let mesh = Mesh(chip)
      // Nor are all links counted where there are too many of them.
      guard LinkLoads.fits(usable.map({ MeshPoint(mesh, core: $0) })) else { return places }
      var trees = MulticastSearch(traffic: multicast(), mesh: mesh, usable: usable, places: places, seed: seed)
      return trees.run(effort: effort)
    }
  }

  /// Physical cores of as many chips as are needed.
  private static func positions(cores: Int, chip: ChipDescription) -> Int {
    let perChip = max(1, chip.coresPerChip ?? cores)
    let chips = max(1, (cores + perChip - 1) / perChip)
    return max(cores, perChip * chips)
  }
}
