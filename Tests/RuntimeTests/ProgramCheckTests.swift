import ChipModel
import Testing

@Suite("Program check")
struct ProgramCheckTests {
  /// What the check says of a program after one change.
  private func message(
    _ fixture: ProgramFixtures, _ change: (inout CompiledProgram) -> Void
  ) throws -> String {
    var program = try fixture.program()
    change(&program)
    do throws(ProgramError) {
      try program.check()
      return "accepted"
    } catch {
      return error.description
    }
  }

  private typealias Case = (text: String, fixture: ProgramFixtures, change: (inout CompiledProgram) -> Void)

  private func expect(_ cases: [Case]) throws {
    for each in cases {
      let text = try message(each.fixture, each.change)
      #expect(text == each.text + "; compile the network again", "\(each.fixture): \(text)")
    }
  }

  @Test("accepts what the compiler makes", arguments: ProgramFixtures.allCases)
  func accepts(fixture: ProgramFixtures) throws {
    #expect(try message(fixture) { _ in } == "accepted")
  }

  @Test("names what is wrong with the program, its populations and its output")
  func populations() throws {
    let cases: [Case] = [
      ("number of fraction bits is 16, allowed is 0 to 15", .dense, { $0.fractionBits = 16 }),
      ("number of membrane bits is 33, allowed is 2 to 32", .dense, { $0.membraneBits = 33 }),
      ("number of populations is 0, allowed is 2 to 1048576", .dense, { $0.populations = [] }),
      (
        "population 0 ('input'): shape [3, 0, 1] is not [C, H, W] or [N]", .dense,
        { $0.populations[0].dimensions = [3, 0, 1] }
      ),
      (
        "population 0 ('input'): is not an input", .dense,
        { $0.populations[0].model = NeuronModel(kind: .integrateFire) }
      ),
      (
        "population 1 ('a'): is a second input", .dense,
        { $0.populations[1].model = NeuronModel(kind: .currentInput) }
      ),
      ("output: the input is no answer", .dense, { $0.output.population = 0 }),
      (
        "input scale is 0.0, it must be a finite number other than 0; for bytes give 1/255", .dense,
        { $0.network.preprocessing.scale = 0 }
      ),
      (
        "input range 1.0 to 0.0 is not two finite numbers in order", .dense,
        { $0.network.inputRange = InputRange(low: 1, high: 0) }
      ),
      (
        "input range 0.0 to nan is not two finite numbers in order", .dense,
        { $0.network.inputRange = InputRange(low: 0, high: .nan) }
      ),
      ("accuracy of the ANN is nan, expected 0 to 1", .dense, { $0.network.ann.accuracy = .nan }),
      ("number of steps is 0, allowed is 1 to 1000000", .dense, { $0.network.steps = 0 }),
      ("the name has control characters", .dense, { $0.network.name = "a\nb" }),
      ("lowest weight of tensor 0 is -127, allowed is -4 to 3", .dense, { $0.weightBits = 3 }),
      (
        "population 1 ('a'): shape [67108865] is not [C, H, W] or [N]", .dense,
        { $0.populations[1].dimensions = [1 << 26 + 1] }
      ),
      (
        "population 1 ('a'): threshold has 3 values, expected 1 or 4", .dense,
        { $0.populations[1].threshold.values.removeLast() }
      ),
      (
        "population 1 ('a'): threshold is 0, allowed is 1 to 2147483646", .dense,
        { $0.populations[1].threshold = UnitValues(uniform: 0) }
      ),
      (
        "population 3 ('c'): threshold is 2147483646, allowed is 1 to 2147483645", .convolutions,
        { $0.populations[3].threshold = UnitValues(uniform: .max - 1) }
      ),
      (
        "population 2 ('b'): negative threshold is 0, allowed is -2147483648 to -1", .convolutions,
        { $0.populations[2].negativeThreshold = UnitValues(uniform: 0) }
      ),
      (
        "population 1 ('a'): initial potential is 524288, allowed is -524288 to 524287", .dense,
        { $0.populations[1].initial = UnitValues(uniform: 1 << 19) }
      ),
      ("population 1 ('a'): model 'if' has no period", .dense, { $0.populations[1].model.codePeriod = 2 }),
      ("population 1 ('a'): period is 0, allowed is 1 to 16", .periods, { $0.populations[1].model.codePeriod = 0 }),
      (
        "population 1 ('a'): model 'lif' has no gated periods", .convolutions, { $0.populations[1].gatedPeriods = 2 }
      ),
      (
        "population 1 ('a'): leakShift is 0, allowed is a whole number from 1 to 31", .convolutions,
        { $0.populations[1].model[.leakShift] = 0 }
      ),
      ("population 1 ('a'): leakShift is missing", .convolutions, { $0.populations[1].model[.leakShift] = nil }),
      (
        "population 1 ('a'): model 'bistable' has no reset", .periods,
        { $0.populations[1].model[.reset] = .hard }
      ),
      (
        "population 2 ('out'): begins at tick 1 of a continuous schedule", .dense, { $0.schedule = .continuous }
      ),
      ("population 1 ('a'): has a lag of 2 ticks", .dense, { $0.populations[1].lag = 2 }),
      (
        "population 2 ('out'): has a lag of 2 ticks", .dense,
        {
          $0.lag = 2
          $0.populations[2].lag = 2
        }
      ),
      (
        "population 1 ('a'): bias of a step has 3 values, expected 1 or 4", .dense,
        { $0.populations[1].biasByStep = [UnitValues(uniform: 0), UnitValues([1, 2, 3])] }
      ),
      ("population 1 ('a'): first tick is -1, allowed is 0 to 1048576", .dense, { $0.populations[1].start = -1 }),
      (
        "population 1 ('a'): unit is inf, expected a finite number above 0", .dense,
        { $0.populations[1].unit = [.infinity] }
      ),
      (
        "population 1 ('a'): accumulator has 8 bits, expected 16, 32 or 64", .dense,
        { $0.populations[1].accumulatorBits = 8 }
      ),
      ("output: population is 3, allowed is 0 to 2", .dense, { $0.output.population = 3 }),
      (
        "output: spikes are counted, but population 2 is an accumulator and has none", .dense,
        { $0.output.readout = .spikes }
      ),
    ]
    try expect(cases)
  }

  @Test("names what is wrong with a projection")
  func projections() throws {
    let cases: [Case] = [
      ("projection 1 ('out'): source is 7, allowed is 0 to 2", .dense, { $0.projections[1].source = 7 }),
      (
        "projection 1 ('out'): its source, population 2, is an accumulator and never fires", .dense,
        { $0.projections[1].source = 2 }
      ),
      ("projection 0 ('in'): target is -1, allowed is 0 to 2", .dense, { $0.projections[0].target = -1 }),
      ("projection 0 ('in'): it ends at the input", .dense, { $0.projections[0].target = 0 }),
      (
        "projection 0 ('in'): weight tensor [2, 4] does not fit a dense projection of [4, 3]", .dense,
        { $0.projections[0].weights = 1 }
      ),
      (
        "projection 0 ('in'): weight shift is 31, allowed is 0 to 30", .dense, { $0.projections[0].shifts = [31] }
      ),
      (
        "projection 0 ('in'): weight shift has 2 values, expected 1 or 4", .dense,
        { $0.projections[0].shifts = [0, 0] }
      ),
      ("projection 1 ('out'): delay is 0, allowed is 1 to 65535", .dense, { $0.projections[1].delay = 0 }),
      (
        "projection 0 ('in'): stride is 0, allowed is 1 to 4096", .convolutions,
        { $0.projections[0].convolution.columnAxis.stride = 0 }
      ),
      (
        "projection 0 ('in'): its target has shape [2, 6, 5], expected [2, 7, 5]", .convolutions,
        { $0.projections[0].convolution.rowAxis.before = 2 }
      ),
      (
        "projection 0 ('in'): weight tensor [2, 1, 3, 3] does not fit a convolution of [2, 1, 5, 3]", .convolutions,
        { $0.projections[0].convolution.rowAxis.kernel = 5 }
      ),
      (
        "projection 1 ('ab'): 3 groups do not divide 2 and 4 channels", .convolutions,
        { $0.projections[1].convolution.groups = 3 }
      ),
      (
        "projection 1 ('pool'): pool padding is 3, allowed is 0 to 2", .maxPool,
        { $0.projections[1].pool?.rowAxis.before = 3 }
      ),
      (
        "projection 1 ('pool'): a pool of [9, 3] does not fit a source of [2, 4, 4]", .maxPool,
        { $0.projections[1].pool?.rowAxis.kernel = 9 }
      ),
      (
        "projection 1 ('pool'): the source of an identity has shape [2, 2, 3], expected [2, 3, 3]", .maxPool,
        { $0.projections[1].pool?.rowAxis.stride = 2 }
      ),
      (
        "projection 1 ('pool'): its gate counts spikes of a period code", .maxPool,
        {
          $0.projections[1].gatePeriod = 4
          $0.projections[1].gate = .count
        }
      ),
      ("projection 1 ('pool'): gate period is 17, allowed is 1 to 16", .maxPool, { $0.projections[1].gatePeriod = 17 }),
      (
        "projection 0 ('in'): largest rounding error is nan, expected a finite number, 0 or more", .dense,
        { $0.projections[0].largestRoundingError = .nan }
      ),
      (
        "population 1 ('a'): is in a circle of projections, but its neurons send counts or period codes, or wait", .maxPool,
        { $0.projections[0].source = 1 }
      ),
    ]
    try expect(cases)
  }

  @Test("names what is wrong with a core, an axon table or a route")
  func cores() throws {
    let cases: [Case] = [
      ("core 0: physical core is 96, allowed is 0 to 95", .maxPool, { $0.cores[0].place = 96 }),
      ("core 1: physical core 5 is taken twice", .maxPool, { for core in 0..<2 { $0.cores[core].place = 5 } }),
      (
        "core 0, group 0: the shape is not that of population 1", .maxPool,
        { $0.cores[0].groups[0].populationShape = MapShape(channels: 32) }
      ),
      (
        "core 0, group 0: the neuron model is not that of population 1", .maxPool,
        { $0.cores[0].groups[0].model[.maximumPayload] = 2 }
      ),
      (
        "core 0, group 0: rows -9223372036854775808..<9223372036854775807 are not a part of 0..<4", .maxPool,
        { $0.cores[0].groups[0].box.rows = Int.min..<Int.max }
      ),
      (
        "core 0, group 0: columns 2..<2 are not a part of 0..<4", .maxPool,
        { $0.cores[0].groups[0].box.columns = 2..<2 }
      ),
      ("core 0, group 0: no core holds the input", .maxPool, { $0.cores[0].groups[0].population = 0 }),
      (
        "core 0, group 0: first slot is 1, allowed is 0 to 0", .maxPool, { $0.cores[0].groups[0].firstSlot = 1 }
      ),
      (
        "core 0, group 0: the input is not that of population 1", .maxPool,
        { $0.cores[0].groups[0].takesInput = false }
      ),
      (
        "core 0: table of output axons has 7 values, expected 9", .maxPool,
        { $0.cores[0].outputAxons.offsets.removeLast(2) }
      ),
      (
        "core 0: the table of output axons goes back", .maxPool, { $0.cores[0].outputAxons.offsets[2] = .max }
      ),
      (
        "core 0: route of output axon entry 0 is 4294967295, allowed is 0 to 7", .maxPool,
        { $0.cores[0].outputAxons.routes[0] = .max }
      ),
      (
        "core 0: output axon entry 0 takes route 2 of core 1", .maxPool,
        { $0.cores[0].outputAxons.routes[0] = UInt32($0.routes.firstIndex { $0.from == 1 } ?? 0) }
      ),
      (
        "core 0: input axon of output axon entry 0 is 99, allowed is 0 to 15", .maxPool,
        { $0.cores[0].outputAxons.axons[0] = 99 }
      ),
      (
        "route 0: last core is -1, allowed is 0 to 5", .maxPool, { $0.routes[0].to = -1 }
      ),
    ]
    try expect(cases)
  }

  @Test("every neuron is on one core, every axon entry names a neuron of its source, every route arrives")
  func tables() throws {
    let whole = try ProgramFixtures.maxPool.program()
    let last = whole.cores.count - 1
    let moved = try message(.maxPool) { $0.cores[1].groups[0].box = $0.cores[0].groups[0].box }
    #expect(moved.hasPrefix("core 1, group 0: neuron "))
    #expect(moved.hasSuffix(" of population 1 is on a core already; compile the network again"))
    let source = try message(.maxPool) { $0.cores[last].inputAxons.sources[0] = 32 }
    #expect(
      source == "core \(last): source of input axon entry 0 is 32, allowed is 0 to 31; compile the network again")
    let block = try message(.maxPool) { $0.cores[last].inputAxons.blocks[0] = 1 }
    #expect(
      block == "core \(last): synapse block of input axon entry 0 is 1, allowed is 0 to 0; compile the network again")
    let delay = try message(.maxPool) { $0.cores[last].blocks[0].delay = 5 }
    #expect(delay == "core \(last), synapse block 0: the delay is not that of projection 1; compile the network again")
    let route = try message(.maxPool) { $0.routes[0].steps.append(.east) }
    #expect(route.hasPrefix("route 0: its ") && route.contains("steps lead to tile ("))
    let missing = try message(.maxPool) { $0.cores.removeAll { _ in true } }
    #expect(missing.hasPrefix("population 1 ('a'): 0 of its 32 neurons are on cores"))
  }
}
