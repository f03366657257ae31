import Dispatch
import Foundation
import Synchronization
import Testing

@testable import ChipModel
@testable import Runtime

@Suite("Threads share a sample")
struct SharedSampleTests {
  @Test("outputs, potentials and counters are those of one thread, with blocks of one pixel too")
  func equality() throws {
    var shared = 0
    for seed in LongRun.seeds(60) {
      guard let random = try? RandomProgram(seed: seed) else { continue }
      var expected = LayerRunner(
        plan: EnginePlan(random.program, kernels: .base, isScalar: true), steps: random.steps)
      let outcomes = random.samples.map { expected.run(quantised: $0) }
      for (dense, lanes) in [(DenseUse.byCost, 1024), (.byCost, 16), (.always, 16), (.always, 48)] {
        let plan = EnginePlan(random.program, kernels: .best, dense: dense, isScalar: false, blockLanes: lanes)
        let (runner, found, waited) = Self.inTeam { team in
          var runner = LayerRunner(plan: plan, steps: random.steps)
          runner.team = team
          let outcomes = random.samples.map { runner.run(quantised: $0) }
          return (runner, outcomes)
        }
        shared += waited ? 1 : 0
        #expect(found == outcomes, "seed \(seed), \(dense), \(lanes)")
        #expect(runner.counters == expected.counters, "seed \(seed), \(dense), \(lanes)")
        for index in random.program.placed {
          let population = random.program.populations[index]
          let isSame = (0..<population.shape.count).allSatisfy {
            runner.potential(population: index, index: $0) == expected.potential(population: index, index: $0)
          }
          #expect(isSame, "seed \(seed), \(dense), \(lanes), \(population.name)")
        }
      }
    }
    #expect(shared > 40 || Processors.available == 1)
  }

  @Test("every part is done once, by threads that no other has the number of")
  func parts() throws {
    let team = WorkTeam(size: 4)
    let workers = Mutex(Set<Int>())
    // By the loop's owner, then by worker.
    let isUsed = Mutex([[Bool]](repeating: [Bool](repeating: false, count: 4), count: 4))
    let wrong = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: 4) { thread in
      team.work {
        for round in 0..<200 {
          if thread > 0, round == 20 * thread { return }
          let count = round * 7 % 64
          let sum = team.sum(count) { index, worker in
            let isFree = isUsed.withLock { used in
              defer { used[thread][worker] = true }
              return !used[thread][worker]
            }
            if !isFree { wrong.wrappingAdd(1, ordering: .relaxed) }
            workers.withLock { _ = $0.insert(worker) }
            for _ in 0..<200 { sched_yield() }
            isUsed.withLock { $0[thread][worker] = false }
            return index + 1
          }
          if sum != count * (count + 1) / 2 { wrong.wrappingAdd(1, ordering: .relaxed) }
        }
      }
    }
    #expect(wrong.load(ordering: .relaxed) == 0)
    #expect(workers.withLock { $0.count } > 1 || Processors.available == 1)
  }

  /// What `body` makes in one thread of three, and whether another waited when it began.
  private static func inTeam<A: Sendable, B: Sendable>(
    _ body: @escaping @Sendable (WorkTeam) -> (A, B)
  ) -> (A, B, Bool) {
    let team = WorkTeam(size: 3)
    let result = Mutex<(A, B, Bool)?>(nil)
    let isTaken = Atomic<Bool>(false)
    DispatchQueue.concurrentPerform(iterations: 3) { _ in
      team.work {
        if isTaken.exchange(true, ordering: .relaxed) { return }
        let end = Date(timeIntervalSinceNow: Processors.available > 1 ? 10 : 0)
        while team.waitingThreads == 0, Date() < end { sched_yield() }
        let waited = team.waitingThreads > 0
        let made = body(team)
        result.withLock { $0 = (made.0, made.1, waited) }
      }
    }
    guard let made = result.withLock({ $0 }) else { preconditionFailure("nobody ran it") }
    return made
  }
}
