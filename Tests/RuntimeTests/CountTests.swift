import ChipModel
import Testing

@testable import Runtime

@Suite("Counts")
struct CountTests {
  @Test("sums and products of counts stay at the largest integer where 64 bits end")
  func saturating() {
    let cases = [0, 1, 7, 1 << 31, 1 << 32, 1 << 62, Int.max - 1, Int.max]
    for a in cases {
      for b in cases {
        #expect(Int128(a +| b) == min(Int128(Int.max), Int128(a) + Int128(b)))
        #expect(Int128(a *| b) == min(Int128(Int.max), Int128(a) * Int128(b)))
      }
    }
    #expect([Int.max, 1, 1].sum == .max && [Int]().sum == 0 && [1, 2, 3].sum == 6)
  }

  @Test("counts beyond 64 bits are an error of the result, for every neuron and payload")
  func overflow() throws {
    var refused = 0
    for seed in 0..<40 as Range<UInt64> {
      let (network, program) = try RandomNetwork.compiled(seed: 900 + seed, size: 6)
      let data = try #require(
        Dataset(shape: program.input.dimensions, values: .float64(network.samples.flatMap { $0 })))
      var record = try Run(steps: network.steps, samples: data.count)(program, data: data)
      let isIdle = record.counters.spikes.allSatisfy { $0.allSatisfy { $0 == 0 } }
      func raise(_ lists: inout [[UInt64]]) {
        for list in lists.indices { for index in lists[list].indices where lists[list][index] > 0 { lists[list][index] = 1 << 63 } }
      }
      raise(&record.counters.spikes)
      raise(&record.counters.payloads)
      raise(&record.counters.gatedSpikes)
      raise(&record.counters.gatedPayloads)
      if isIdle { continue }
      refused += 1
      #expect(throws: CountError.self) { try RunResult(program: program, record: record) }
      // Neither do the shares of the bill trap.
      let counts = OperationCounts(program: program, counters: record.counters, steps: network.steps)
      _ = BillShares(program: program, counters: record.counters, counts: counts)
    }
    #expect(refused > 20)
  }

  @Test("a run whose visits cannot be counted is refused before it begins")
  func before() throws {
    let (program, _) = try DigitsTests().program(chip: "loihi")
    try OperationCounts.check(program, steps: 1_000_000, samples: 1_000_000)
    #expect(throws: CountError(count: "neuronVisits")) {
      try OperationCounts.check(program, steps: 1_000_000, samples: 1 << 40)
    }
    #expect("\(CountError(count: "hops"))" == "the count 'hops' passes 64 bits: run fewer steps or fewer samples")
  }
}
