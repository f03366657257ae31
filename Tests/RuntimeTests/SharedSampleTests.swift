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
    #expect(shared > 40)
  }

  @Test("every part is done once, by threads that no other has the number of")
  func parts() throws {
    let team = WorkTeam(size: 4)
    // By the loop's owner, then by worker.
    let isUsed = Mutex([[Bool]](repeating: [Bool](repeating: false, count: 4), count: 4))
    let wrong = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: 4) { thread in
      team.work {
        for round in 0..<100 {
          if thread > 0, round == 10 * thread { return }
          let count = round * 7 % 64
          let sum = team.sum(count) { index, worker in
            let isFree = isUsed.withLock { used in
              defer { used[thread][worker] = true }
              return !used[thread][worker]
            }
            if !isFree { wrong.wrappingAdd(1, ordering: .relaxed) }
            sched_yield()
            isUsed.withLock { $0[thread][worker] = false }
            return index + 1
          }
          if sum != count * (count + 1) / 2 { wrong.wrappingAdd(1, ordering: .relaxed) }
        }
      }
    }
    #expect(wrong.load(ordering: .relaxed) == 0)
  }

  @Test("a thread that waits takes a part")
  func together() throws {
    let workers = Mutex(Set<Int>())
    let (sum, _, waited) = Self.inTeam { team in
      let sum = team.sum(2) { _, worker in
        workers.withLock { _ = $0.insert(worker) }
        // Until the other part runs too.
        let end = Date(timeIntervalSinceNow: 20)
        while workers.withLock({ $0.count }) < 2, Date() < end { sched_yield() }
        return 1
      }
      return (sum, 0)
    }
    #expect(sum == 2)
    #expect(waited)
    #expect(workers.withLock { $0.count } == 2)
  }

  /// What `body` makes in one thread of three, and whether another waited when it began.
  ///
  /// Threads of their own: those of Dispatch are as many as processors, for all tests together.
  private static func inTeam<A: Sendable, B: Sendable>(_ body: (WorkTeam) -> (A, B)) -> (A, B, Bool) {
    let team = WorkTeam(size: 3)
    var result: (A, B, Bool)?
    team.work {
      for _ in 0..<2 { Thread.detachNewThread { team.work {} } }
      let end = Date(timeIntervalSinceNow: 20)
      while team.waitingThreads == 0, Date() < end { sched_yield() }
      let waited = team.waitingThreads > 0
      let made = body(team)
      result = (made.0, made.1, waited)
    }
    guard let result else { preconditionFailure("nobody ran it") }
    return result
  }
}
