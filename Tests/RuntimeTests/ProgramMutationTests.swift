import ChipModel
import Runtime
import Testing

@Suite("Program mutations")
struct ProgramMutationTests {
  /// Where the chip's JSON is: most of a small file, and tested elsewhere.
  private func contentStart(_ bytes: [UInt8]) -> Int {
    let tag = Array("DATA".utf8)
    return bytes.indices.dropLast(4).first { Array(bytes[$0..<($0 + 4)]) == tag } ?? 0
  }

  private func mutated(_ bytes: [UInt8], from start: Int, _ random: inout SeededGenerator) -> [UInt8] {
    var result = bytes
    for _ in 0..<Int.random(in: 1...2, using: &random) {
      let low = Int.random(in: 0..<8, using: &random) == 0 ? 20 : start
      let place = Int.random(in: low..<(result.count - 32), using: &random)
      switch Int.random(in: 0..<8, using: &random) {
      case 0: result[place] = UInt8.random(in: 0...255, using: &random)
      case 1: result[place] &+= 1
      case 2: result[place] &-= 1
      case 3: result[place] = 0
      case 4: result[place] = [0x7F, 0x80, 0xFF, 1, 2][Int.random(in: 0..<5, using: &random)]
      case 5:
        // A number of 64 bits somewhere: negative, huge.
        let value = [0xFF, 0x7F, 0x80, 0x00][Int.random(in: 0..<4, using: &random)] as UInt8
        for index in place..<min(place + 8, result.count - 32) { result[index] = value }
      case 6: result.remove(at: place)
      default: result.insert(UInt8.random(in: 0...3, using: &random), at: place)
      }
    }
    return resealed(result)
  }

  /// Sizes that the test can afford.
  private func isSmall(_ program: CompiledProgram) -> Bool {
    program.input.shape.count <= 4096 && program.populations.allSatisfy { $0.shape.count <= 4096 && $0.start <= 100 }
      && program.projections.allSatisfy { $0.delay <= 1000 }
  }

  @Test(
    "with the right checksum are refused or run without a trap",
    arguments: ProgramFixtures.allCases, [1, 2] as [UInt64])
  func neverTraps(fixture: ProgramFixtures, seed: UInt64) throws {
    let bytes = try fixture.program().encoded()
    let start = contentStart(bytes)
    var random = SeededGenerator(seed: seed)
    var accepted = 0
    var refused = 0
    var messages: Set<String> = []
    for _ in 0..<1500 {
      let candidate = mutated(bytes, from: start, &random)
      do throws(ProgramError) {
        let program = try CompiledProgram(decoding: candidate)
        accepted += 1
        guard isSmall(program) else { continue }
        let input = (0..<program.input.shape.count).map { Double($0 * 31 % 17) / 4 - 1 }
        let steps = accepted % 8 == 0 ? 20 : 2
        var engine = LayerRunner(plan: EnginePlan(program), steps: steps)
        _ = engine.run(input)
        if !program.cores.isEmpty {
          var interpreter = ChipInterpreter(program, steps: steps)
          _ = interpreter.run(input)
        }
        _ = OperationCounts(program: program, counters: engine.counters, steps: steps)
      } catch {
        refused += 1
        messages.insert(error.description)
        #expect(!error.description.contains("\n"), "seed \(seed)")
      }
    }
    // Both outcomes must occur often, or the test tests nothing.
    #expect(accepted > 100 && refused > 300, "seed \(seed): \(accepted) accepted, \(refused) refused")
    #expect(messages.count > 50)
  }

  @Test("sums far beyond 64 bits do not trap", arguments: ProgramFixtures.allCases)
  func extremes(fixture: ProgramFixtures) throws {
    var program = try fixture.program()
    program.fractionBits = 15
    program.membraneBits = 32
    for index in program.projections.indices { program.projections[index].shifts = [30] }
    for core in program.cores.indices {
      for block in program.cores[core].blocks.indices { program.cores[core].blocks[block].shifts = [30] }
      for group in program.cores[core].groups.indices {
        program.cores[core].groups[group].model[.maximumPayload] = nil
        program.cores[core].groups[group].threshold = UnitValues(uniform: 1)
        program.cores[core].groups[group].bias = UnitValues(uniform: .max)
      }
    }
    for index in program.populations.indices {
      program.populations[index].model[.maximumPayload] = nil
      program.populations[index].threshold = UnitValues(uniform: 1)
      program.populations[index].bias = UnitValues(uniform: .max)
    }
    try program.check()
    let input = (0..<program.input.shape.count).map { $0 % 2 == 0 ? 1e300 : -1e300 }
    var engine = LayerRunner(plan: EnginePlan(program), steps: 40)
    var interpreter = ChipInterpreter(program, steps: 40)
    #expect(engine.run(input).decisions.count == 40)
    #expect(interpreter.run(input).decisions.count == 40)
  }
}
