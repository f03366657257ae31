@testable import ChipModel
import Testing

@testable import Compiler
@testable import Runtime

@Suite("Faults at work")
struct FaultTests {
  private static func settings(_ dice: inout Dice) -> FaultSettings {
    var faults = FaultSettings(seed: dice.bits())
    let which = dice.integer(0...4)
    if which == 0 || which == 4 { faults.flipMembraneBits = dice.pick([1e-4, 0.01, 0.1, 1]) }
    if which == 1 || which >= 3 { faults.loseSpikes = dice.pick([0.01, 0.2, 0.9]) }
    if which == 2 || which >= 3 { faults.duplicateSpikes = dice.pick([0.01, 0.3, 1]) }
    return faults
  }

  @Test("the engine equals the interpreter bit for bit under every fault, state and every counter")
  func equality() throws {
    var changed = Set<String>()
    for size in 1...10 {
      for number in LongRun.seeds(24) {
        let seed = UInt64(size) << 40 | (900_000 + number)
        var dice = Dice(seed: seed)
        let (network, program) = try RandomNetwork.compiled(seed: seed, size: size)
        let faults = Self.settings(&dice)
        let level = dice.pick([KernelLevel.best, .swift, .base])
        let difference = EngineEqualsInterpreterTests.compare(network, program, kernels: level, faults: faults)
        #expect(difference == nil, "size \(size), seed \(seed), \(faults): \(difference ?? "")")
        if difference != nil { return }
        var whole = LayerRunner(plan: EnginePlan(program), steps: network.steps)
        var broken = LayerRunner(plan: EnginePlan(program, faults: faults), steps: network.steps)
        for (index, sample) in network.samples.enumerated() {
          broken.sample = index
          guard whole.run(sample) != broken.run(sample) else { continue }
          if faults.flipMembraneBits > 0 { changed.insert("flip") }
          if faults.loseSpikes > 0 { changed.insert("lose") }
          if faults.duplicateSpikes > 0 { changed.insert("duplicate") }
        }
      }
    }
    #expect(changed == ["flip", "lose", "duplicate"])
  }

  @Test("every spike lost is silence, every spike duplicated doubles all traffic of a one-layer network")
  func extremes() throws {
    let program = try ProgramFixtures.dense.program()
    let sample = [0.9, 0.7, 0.8]
    func counts(_ faults: FaultSettings) -> OperationCounts {
      var runner = LayerRunner(plan: EnginePlan(program, faults: faults), steps: 40)
      _ = runner.run(sample)
      return OperationCounts(program: program, counters: runner.counters, steps: 40)
    }
    let whole = counts(.none)
    #expect(whole.spikes > 10)
    let silent = counts(FaultSettings(loseSpikes: 1))
    #expect(silent.spikes == 0 && silent.messages == 0 && silent.synapticOperations == 0)
    // Only `a` spikes and nothing feeds back, so its neurons fire as before.
    let double = counts(FaultSettings(duplicateSpikes: 1))
    #expect(double.spikes == 2 * whole.spikes)
    #expect(double.messages == 2 * whole.messages && double.hops == 2 * whole.hops)
    #expect(double.synapticOperations == 2 * whole.synapticOperations)
    #expect(double.effectiveACs == 2 * whole.effectiveACs)
  }

  @Test("spikes are touched at their rates, those of a lower rate among those of a higher one, differently by seed")
  func spikeRates() throws {
    func lost(_ rate: Double, seed: UInt64 = 3, sample: Int = 0) throws -> Set<Int> {
      let faults = try #require(
        SpikeFaults(FaultSettings(seed: seed, loseSpikes: rate), sample: sample, population: 2))
      return Set((0..<100_000).filter { faults.copies(step: $0 / 1000, neuron: $0 % 1000) == 0 })
    }
    let few = try lost(0.01)
    let many = try lost(0.1)
    // Five standard deviations of a binomial count.
    #expect(abs(few.count - 1_000) < 160 && abs(many.count - 10_000) < 480)
    #expect(few.isSubset(of: many))
    #expect(try lost(0.01) == few)
    #expect(try lost(0.01, seed: 4).intersection(few).count < 50)
    #expect(try lost(0.01, sample: 1).intersection(few).count < 50)
    #expect(SpikeFaults(.none, sample: 0, population: 1) == nil)
  }

  @Test("bits flip at their rate, evenly over neurons and bits, in order, the same for every number of steps")
  func flipRates() throws {
    func flips(_ rate: Double, steps: Int) throws -> [[MembraneFlips.Flip]] {
      var flips = try #require(
        MembraneFlips(
          FaultSettings(seed: 8, flipMembraneBits: rate), sample: 2, population: 1, neurons: 50, members: 2,
          membraneBits: 16))
      return (0..<steps).map { step in
        var list: [MembraneFlips.Flip] = []
        while let flip = flips.next(step: step) { list.append(flip) }
        return list
      }
    }
    let all = try flips(0.01, steps: 100)
    let count = all.reduce(0) { $0 + $1.count }
    // 160,000 bits, mean 1,600, standard deviation 40.
    #expect(abs(count - 1_600) < 200, "\(count)")
    for bit in 0..<16 {
      let here = all.joined().count { $0.bit == bit }
      #expect(abs(here - 100) < 50, "bit \(bit): \(here)")
    }
    #expect(abs(all.joined().count { $0.isMemberB } - 800) < 150)
    #expect(abs(all.joined().count { $0.neuron < 25 } - 800) < 150)
    for list in all {
      let places = list.map { ($0.neuron * 2 + ($0.isMemberB ? 1 : 0)) * 16 + $0.bit }
      #expect(places == places.sorted() && Set(places).count == places.count)
    }
    #expect(try Array(flips(0.01, steps: 100).prefix(7)) == flips(0.01, steps: 7))
    #expect(try flips(1, steps: 2).map(\.count) == [1_600, 1_600])
    #expect(try flips(1e-18, steps: 50).allSatisfy(\.isEmpty))
  }

  @Test("a flipped bit is of the membrane's two's complement")
  func flip() {
    func flipped(_ v: Int32, _ bit: Int, _ bits: Int) -> Int32 {
      MembraneFlips.Flip(neuron: 0, isMemberB: false, bit: bit).applied(to: v, membraneBits: bits)
    }
    #expect(flipped(3, 3, 4) == -5)
    #expect(flipped(-5, 3, 4) == 3)
    #expect(flipped(-1, 0, 4) == -2)
    #expect(flipped(0, 31, 32) == Int32.min)
    #expect(flipped(Int32.min, 31, 32) == 0)
    #expect(flipped(100, 2, 8) == 96)
  }

  @Test("threads do not matter, rate zero is no fault, a seed gives its result again")
  func runs() throws {
    let program = try ProgramFixtures.maxPool.program()
    let count = program.input.shape.count
    var dice = Dice(seed: 11)
    let values = (0..<(9 * count)).map { _ in Float(dice.real(0...1)) }
    let data = try #require(Dataset(shape: program.input.dimensions, values: .float32(values)))
    func record(_ faults: FaultSettings, threads: Int = 1) throws -> RunRecord {
      var run = Run(steps: 12, samples: 9, threads: threads, keepsOutputs: true)
      run.faults = faults
      return try run(program, data: data)
    }
    let faults = FaultSettings(seed: 5, flipMembraneBits: 0.002, loseSpikes: 0.1, duplicateSpikes: 0.1)
    let one = try record(faults)
    for threads in [2, 3] {
      let other = try record(faults, threads: threads)
      #expect(other.outputs == one.outputs && other.counters == one.counters)
    }
    let whole = try record(.none)
    let zero = try record(FaultSettings(seed: 77))
    #expect(zero.outputs == whole.outputs && zero.counters == whole.counters)
    #expect(whole.counters != one.counters)
    #expect(try record(FaultSettings(seed: 6, flipMembraneBits: 0.002, loseSpikes: 0.1)).counters != one.counters)
  }
}
