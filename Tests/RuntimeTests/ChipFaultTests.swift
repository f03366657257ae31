import Testing

@testable import ChipModel
@testable import Compiler
@testable import Runtime

@Suite("Faults of the chip")
struct ChipFaultTests {
  /// 3 x 3 tiles of one core; core `3 x + y`.
  private static func grid(chips: Int = 1) -> ChipDescription {
    .test([.width: 3, .height: 3, .coresPerChip: 9, .chips: chips, .linkHops: 4])
  }

  private static func link(_ x: Int, _ y: Int, _ direction: MeshDirection) -> DeadLink {
    DeadLink(from: TileCoordinate(x: x, y: y), direction)
  }

  @Test("detours by hand: whole X-Y ways stay, blocked ones go a shortest way, east and west first")
  func detours() throws {
    func steps(_ from: Int, _ to: Int, _ links: [DeadLink]) throws -> [MeshDirection]? {
      var live = try LiveChip(Self.grid(), faults: ChipFaults(deadLinks: links), need: 1)
      return live.steps(from: from, to: to)
    }
    let first = [Self.link(0, 0, .east)]
    // (0,0) to (2,2): both minimal.
    #expect(try steps(0, 8, []) == [.east, .east, .north, .north])
    #expect(try steps(0, 8, first) == [.north, .east, .east, .north])
    // (0,0) to (2,0): two steps more.
    #expect(try steps(0, 6, first) == [.north, .east, .east, .south])
    // Another link does not matter; the way back is blocked too, at its end.
    #expect(try steps(1, 8, first) == [.east, .east, .north])
    #expect(try steps(6, 0, first) == [.west, .north, .west, .south])
    // A tile of its own.
    #expect(try steps(0, 8, first + [Self.link(0, 1, .south)]) == nil)
    #expect(Self.link(1, 0, .west) == Self.link(0, 0, .east) && Self.link(0, 1, .south).text == "0:0:north")
  }

  @Test("cores that only dead links join to the rest are not used; what has no way is named")
  func cutOff() throws {
    let corner = ChipFaults(deadLinks: [Self.link(0, 0, .east), Self.link(0, 0, .north)])
    #expect(try LiveChip(Self.grid(), faults: corner, need: 8).cores == Array(1...8))
    func message(_ body: () throws(CompileError) -> Void) -> String {
      do throws(CompileError) {
        try body()
        return "accepted"
      } catch {
        return error.description
      }
    }
    #expect(
      message { () throws(CompileError) in _ = try LiveChip(Self.grid(), faults: corner, need: 9) }
        == "the network needs 9 cores, faults leave 8 of the 9 of chip 'test'; use a lower 'deadCores' or "
        + "'deadLinks', or a larger chip")
    #expect(
      message { () throws(CompileError) in
        var live = try LiveChip(Self.grid(), faults: corner, need: 1)
        var routes = [Route(from: 0, to: 1, steps: []), Route(from: 1, to: 0, steps: [])]
        try live.route(&routes, places: [0, 5], chip: "test")
      }
        == "dead links of chip 'test' leave no way from core 0 to 5, 5 to 0; move these cores in the mapping, or use "
        + "fewer 'deadLinks'")
    // More chips are taken where the first has too few live cores.
    let many = ChipFaults(deadCores: Array(0...6))
    #expect(try LiveChip(Self.grid(chips: 3), faults: many, need: 5).cores == Array(7...17))
  }

  @Test("no program uses a dead core or link, hops follow the routes, and the interpreter agrees")
  func programs() throws {
    var detours = 0
    var refused = 0
    for seed in 0..<UInt64(60) {
      var dice = Dice(seed: seed)
      var (network, program) = try RandomNetwork.compiled(
        seed: seed &+ 5 << 24, size: 2 + Int(seed % 7), rules: .general)
      let whole = program
      for (number, value) in [(ChipNumber.width, 4), (.height, 3), (.coresPerTile, 2), (.coresPerChip, 24), (.chips, 400)] {
        network.chip.numbers[number] = .assumed(value, "test")
      }
      network.chip.numbers[.neuronsPerCore] = .assumed(dice.integer(3...12), "test")
      for key in [ChipNumber.synapseMemoryBitsPerCore, .inputAxonsPerCore, .outputAxonsPerCore] {
        network.chip.numbers[key] = nil
      }
      let faults = ChipFaults(
        seed: seed, deadCoreRate: dice.pick([0, 0.1, 0.4]), deadCores: [dice.integer(0...5)],
        deadLinkRate: dice.pick([0, 0.05, 0.2]), deadLinks: [Self.link(0, 1, .east), Self.link(1, 1, .north)])
      network.options.placement = dice.pick([.optimised, .random, .rowMajor])
      network.options.placementEffort = 0.01
      network.options.faults = faults
      do {
        program = try CompiledProgram.compile(try network.network.checked(), chip: network.chip, options: network.options).program
      } catch {
        refused += 1
        continue
      }
      #expect(program.faults == faults && program.weights == whole.weights)
      #expect(program.cores.allSatisfy { !faults.isDead(core: $0.place) })
      let mesh = Mesh(program.chip)
      for route in program.routes {
        var here = mesh.tile(ofCore: program.cores[route.from].place)
        for direction in route.steps {
          #expect(!faults.isDead(from: here, direction), "seed \(seed)")
          here = here.neighbour(direction)
        }
        #expect(here == mesh.tile(ofCore: program.cores[route.to].place))
      }
      detours += RouteFacts(program).detours
      // Read back as it was, and checked.
      let bytes = program.encoded()
      #expect(bytes[8] == UInt8(ProgramFormat.version))
      #expect(try CompiledProgram(decoding: bytes) == program)
      let difference = EngineEqualsInterpreterTests.compare(network, program)
      #expect(difference == nil, "seed \(seed): \(difference ?? "")")
      #expect(try CompiledProgram.compile(try network.network.checked(), chip: network.chip, options: network.options).program == program)
    }
    #expect(detours > 50 && refused < 20, "\(detours) detours, \(refused) refused")
  }

  @Test("faults of rate zero are no faults: the same bytes")
  func zero() throws {
    for seed in 0..<UInt64(20) {
      var (network, program) = try RandomNetwork.compiled(seed: seed &+ 6 << 24, size: 5, rules: .general)
      network.options.faults = ChipFaults(seed: 99)
      network.options = CompileOptions(
        weightBits: network.options.weightBits, membraneBits: network.options.membraneBits,
        fractionBits: network.options.fractionBits, scale: network.options.scale, schedule: network.options.schedule,
        lag: network.options.lag, steps: network.options.steps, placement: network.options.placement, seed: network.options.seed,
        placementEffort: network.options.placementEffort, traffic: network.options.traffic,
        mapping: network.options.mapping, faults: ChipFaults(seed: 99))
      let other = try CompiledProgram.compile(try network.network.checked(), chip: network.chip, options: network.options)
      #expect(other.program.encoded() == program.encoded(), "seed \(seed)")
      program.faults = ChipFaults(stuckWeightBits: 0.5)
      #expect(other.program.hash != program.hash)
    }
  }

  @Test("weight bits stick at their rate, half at 0, within the width; those of a lower rate among those of a higher one")
  func stuckBits() throws {
    let zeros = try #require(WeightTensor(shape: [100, 100], values: [Int32](repeating: 0, count: 10_000)))
    let ones = try #require(WeightTensor(shape: [100, 100], values: [Int32](repeating: -1, count: 10_000)))
    func stuck(_ tensor: WeightTensor, _ rate: Double) throws -> [Set<Int>] {
      let changed = try #require(ChipFaults(seed: 2, stuckWeightBits: rate).stuck(tensor, index: 3, bits: 6))
      return (0..<6).map { bit in Set((0..<10_000).filter { (changed[$0] ^ tensor[$0]) >> bit & 1 == 1 }) }
    }
    let raised = try stuck(zeros, 0.02)
    let lowered = try stuck(ones, 0.02)
    for bit in 0..<6 {
      // 10,000 bits, each stuck at 1 (at 0) with 1 %: standard deviation 10.
      #expect(abs(raised[bit].count - 100) < 50 && abs(lowered[bit].count - 100) < 50, "bit \(bit)")
      #expect(raised[bit].isDisjoint(with: lowered[bit]))
      #expect(try raised[bit].isSubset(of: stuck(zeros, 0.1)[bit]))
    }
    let all = try #require(ChipFaults(seed: 2, stuckWeightBits: 1).stuck(zeros, index: 3, bits: 6))
    #expect(all == ChipFaults(seed: 2, stuckWeightBits: 1).stuck(ones, index: 3, bits: 6))
    #expect((0..<10_000).allSatisfy { (-32...31).contains(all[$0]) })
    #expect(ChipFaults(seed: 2).stuck(zeros, index: 3, bits: 6) == nil)
  }

  @Test("stuck bits reach the engine, its proofs and the counts: engine equals interpreter")
  func stuckPrograms() throws {
    var changed = 0
    for seed in 0..<UInt64(60) {
      var (network, program) = try RandomNetwork.compiled(
        seed: seed &+ 7 << 24, size: 1 + Int(seed % 9), rules: .general)
      network.options.faults = ChipFaults(seed: seed, stuckWeightBits: seed % 2 == 0 ? 0.02 : 0.5)
      let whole = program
      do {
        program = try CompiledProgram.compile(try network.network.checked(), chip: network.chip, options: network.options).program
      } catch { continue }
      if program.weights != whole.weights { changed += 1 }
      for projection in program.projections where program.isHostCurrent(projection) {
        #expect(program.weights[projection.weights] == whole.weights[projection.weights])
      }
      let difference = EngineEqualsInterpreterTests.compare(network, program)
      #expect(difference == nil, "seed \(seed): \(difference ?? "")")
      #expect(try CompiledProgram(decoding: program.encoded()) == program)
    }
    #expect(changed > 20)
  }

  @Test("a program that uses what it says is dead is refused")
  func refused() throws {
    func message(_ faults: ChipFaults) throws -> String {
      var program = try ProgramFixtures.convolutions.program()
      program.faults = faults
      do throws(ProgramError) {
        _ = try CompiledProgram(decoding: program.encoded())
        return "accepted"
      } catch {
        return error.description
      }
    }
    #expect(try message(ChipFaults(seed: 4)) == "accepted")
    let place = try ProgramFixtures.convolutions.program().cores[2].place
    #expect(
      try message(ChipFaults(deadCores: [place]))
        == "core 2: it is at place \(place), which is dead; compile the network again")
    #expect(try message(ChipFaults(deadLinkRate: 1)).contains("which is dead; compile the network again"))
    #expect(
      try message(ChipFaults(stuckWeightBits: .nan))
        == "rate of stuck weight bits is nan, expected 0 to 1; compile the network again")
    #expect(try message(ChipFaults(deadCores: [-1])).hasPrefix("dead core is -1, allowed is 0 to "))
  }

  @Test("routes that wait for one another in a circle are told")
  func cycles() throws {
    var program = try ProgramFixtures.convolutions.program()
    #expect(!RouteFacts(program).hasCycle && RouteFacts(program).detours == 0)
    // 2 x 3 tiles of two cores: around the square (0,0) (1,0) (1,1) (0,1), two links each.
    let places = [0, 6, 8, 2]
    for (core, place) in places.enumerated() { program.cores[core].place = place }
    program.routes = [
      Route(from: 0, to: 2, steps: [.east, .north]), Route(from: 1, to: 3, steps: [.north, .west]),
      Route(from: 2, to: 0, steps: [.west, .south]), Route(from: 3, to: 1, steps: [.south, .east]),
    ]
    let facts = RouteFacts(program)
    #expect(facts.hasCycle && facts.detours == 2 && facts.extraSteps == 0)
  }
}
