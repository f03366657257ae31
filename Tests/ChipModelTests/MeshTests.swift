import Testing

@testable import ChipModel

@Suite struct MeshTests {
  /// 8 x 4 tiles of 4 cores: Loihi.
  private let loihi = Mesh(width: 8, height: 4, coresPerTile: 4, coresPerChip: 128, linkHops: 8)

  @Test func `tiles are numbered along y first`() {
    #expect(loihi.tile(ofCore: 0) == TileCoordinate(x: 0, y: 0))
    #expect(loihi.tile(ofCore: 3) == TileCoordinate(x: 0, y: 0))
    #expect(loihi.tile(ofCore: 4) == TileCoordinate(x: 0, y: 1))
    #expect(loihi.tile(ofCore: 16) == TileCoordinate(x: 1, y: 0))
    #expect(loihi.tile(ofCore: 127) == TileCoordinate(x: 7, y: 3))
    #expect(loihi.tile(ofCore: 128) == TileCoordinate(x: 8, y: 0) && loihi.chip(ofCore: 128) == 1)
  }

  @Test func `a message goes along x, then along y`() {
    // Core 5 on tile (0, 1); core 45 on tile 11 = (2, 3).
    #expect(loihi.route(from: 5, to: 45).map(\.direction) == [.east, .east, .north, .north])
    #expect(loihi.route(from: 45, to: 5).map(\.direction) == [.west, .west, .south, .south])
    #expect(
      loihi.route(from: 5, to: 45).map(\.from) == [
        TileCoordinate(x: 0, y: 1), TileCoordinate(x: 1, y: 1), TileCoordinate(x: 2, y: 1), TileCoordinate(x: 2, y: 2),
      ])
    #expect(loihi.hops(from: 5, to: 45) == HopCount(east: 2, north: 2))
    #expect(loihi.hops(from: 4, to: 7) == HopCount() && loihi.route(from: 4, to: 7).isEmpty)
  }

  @Test func `a chip-to-chip link is no hop, and counts as the stated hops in distance`() {
    // Core 112 on tile (7, 0), core 128 on tile (8, 0) of the next chip.
    #expect(loihi.hops(from: 112, to: 128) == HopCount(links: 1))
    #expect(
      loihi.route(from: 112, to: 128) == [
        MeshStep(from: TileCoordinate(x: 7, y: 0), direction: .east, crossesChips: true)
      ])
    #expect(loihi.distance(from: 112, to: 128) == 8)
    // From (0, 3) on chip 0 to (17, 0) on chip 2: 17 steps east, two of them links, and three south.
    #expect(loihi.hops(from: 12, to: 256 + 16) == HopCount(east: 15, south: 3, links: 2))
    #expect(loihi.distance(from: 12, to: 256 + 16) == 18 + 16)
  }

  @Test func `chips lie in rows of chipColumns`() {
    let board = Mesh(width: 2, height: 3, coresPerTile: 1, coresPerChip: 6, chipColumns: 2)
    // Chip 3 is at column 1, row 1; its core 5 on tile (1, 2).
    #expect(board.tile(ofCore: 23) == TileCoordinate(x: 3, y: 5))
    #expect(board.hops(from: 0, to: 23) == HopCount(east: 2, north: 4, links: 2))
  }

  @Test func `a route has the hops that the closed form counts`() {
    let seed: UInt64 = 7
    var random = SeededGenerator(seed: seed)
    for _ in 0..<500 {
      func number(_ range: ClosedRange<Int>) -> Int { range.lowerBound + Int(random.next() % UInt64(range.count)) }
      let width = number(1...5)
      let height = number(1...5)
      let perTile = number(1...3)
      let mesh = Mesh(
        width: width, height: height, coresPerTile: perTile, coresPerChip: number(1...(width * height * perTile)),
        chipColumns: number(0...3) == 0 ? nil : number(1...3), linkHops: number(0...9))
      let (a, b) = (number(0...200), number(0...200))
      let route = mesh.route(from: a, to: b)
      let hops = mesh.hops(from: a, to: b)
      #expect(route.filter(\.crossesChips).count == hops.links, "seed \(seed)")
      for direction in MeshDirection.allCases {
        #expect(route.filter { $0.direction == direction && !$0.crossesChips }.count == hops[direction], "seed \(seed)")
      }
      var end = mesh.tile(ofCore: a)
      for step in route {
        #expect(step.from == end, "seed \(seed)")
        switch step.direction {
        case .east: end.x += 1
        case .west: end.x -= 1
        case .north: end.y += 1
        case .south: end.y -= 1
        }
      }
      #expect(end == mesh.tile(ofCore: b), "seed \(seed)")
      // Links are taken exactly where the chip changes.
      #expect((hops.links == 0) == (mesh.chip(ofCore: a) == mesh.chip(ofCore: b)), "seed \(seed)")
      let back = mesh.hops(from: b, to: a)
      #expect(back.east == hops.west && back.north == hops.south && back.links == hops.links, "seed \(seed)")
    }
  }

  @Test func `a chip without a mesh has one tile`() throws {
    let ideal = try ChipLibrary.builtIn("ideal").mesh
    #expect(ideal.hops(from: 0, to: 1_000_000) == HopCount() && ideal.chip(ofCore: 1_000_000) == 0)
    let odin = try ChipLibrary.builtIn("odin").mesh
    #expect(odin.tile(ofCore: 0) == TileCoordinate(x: 0, y: 0) && odin.tileCount(cores: 0..<1) == 1)
    let board = try ChipLibrary.builtIn("spinnaker1").mesh
    // 16 cores share a router; core 16 is on the next chip, core 128 in the next row of chips.
    #expect(board.hops(from: 0, to: 15) == HopCount())
    #expect(board.hops(from: 0, to: 16) == HopCount(links: 1) && board.hops(from: 0, to: 128) == HopCount(links: 1))
  }
}
