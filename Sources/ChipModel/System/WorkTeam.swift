import Dispatch
import Synchronization
internal import CKernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Threads that have nothing left of their own take parts of what the others do.
///
/// Each thread of the team calls ``work(_:)``. What it does there may call ``sum(_:_:)``, whose parts run on threads that
/// wait; where none waits it is a loop. A waiting thread looks for parts for about 0.4 ms, then sleeps until there are some.
package final class WorkTeam: Sendable {
  /// Threads of the team, at most.
  package let size: Int

  /// A loop whose parts anybody may take.
  private final class Loop: Sendable {
    let count: Int
    let body: @Sendable (Int, Int) -> Int
    let taken = Atomic<Int>(0)
    /// Of those, by the thread whose loop it is, which goes upward, and by the others, which go downward: in loops over the
    /// same things a thread meets those again that lie in its cache.
    let fromStart = Atomic<Int>(0)
    let fromEnd = Atomic<Int>(0)
    let total = Atomic<Int>(0)

    init(_ count: Int, _ body: @escaping @Sendable (Int, Int) -> Int) {
      self.count = count
      self.body = body
    }

    func run(worker: Int) {
      var sum = 0
      while taken.wrappingAdd(1, ordering: .relaxed).oldValue < count {
        let index =
          worker == 0
          ? fromStart.wrappingAdd(1, ordering: .relaxed).oldValue
          : count - fromEnd.wrappingAdd(1, ordering: .relaxed).newValue
        sum &+= body(index, worker)
      }
      total.wrappingAdd(sum, ordering: .relaxed)
    }
  }

  /// A loop, who takes part in it, and who is not yet done with it.
  private final class Place: Sendable {
    let loop: Mutex<Loop?>
    let joined = Atomic<Int>(1)
    let busy = Atomic<Int>(0)

    init(_ loop: Loop) { self.loop = Mutex(loop) }

    /// Takes part; the loop is let go of before it is said that it is.
    func help(size: Int) -> Bool {
      guard let loop = join(size: size) else { return false }
      loop.loop.run(worker: loop.worker)
      return true
    }

    private func join(size: Int) -> (loop: Loop, worker: Int)? {
      loop.withLock { loop in
        guard let loop, loop.taken.load(ordering: .relaxed) < loop.count else { return nil }
        let worker = joined.load(ordering: .relaxed)
        guard worker < size else { return nil }
        joined.store(worker + 1, ordering: .relaxed)
        busy.wrappingAdd(1, ordering: .relaxed)
        return (loop, worker)
      }
    }
  }

  private let places = Mutex<[Place]>([])
  /// Loops that are open, threads that work, that wait, and that sleep.
  private let open = Atomic<Int>(0)
  private let working = Atomic<Int>(0)
  private let waiting = Atomic<Int>(0)
  private let sleeping = Atomic<Int>(0)
  private let alarm = DispatchSemaphore(value: 0)

  /// No other threads.
  package static let alone = WorkTeam(size: 1)

  /// Threads that would take parts now.
  package var waitingThreads: Int { waiting.load(ordering: .relaxed) }

  /// - Parameter size: threads, >= 1.
  package init(size: Int) { self.size = max(1, size) }

  /// Does a thread's own work, then helps the others until all are done.
  package func work(_ own: () -> Void) {
    working.wrappingAdd(1, ordering: .sequentiallyConsistent)
    own()
    if working.wrappingSubtract(1, ordering: .sequentiallyConsistent).newValue == 0 { wake() }
    waiting.wrappingAdd(1, ordering: .sequentiallyConsistent)
    var looks = 0
    while working.load(ordering: .acquiring) > 0 {
      if open.load(ordering: .acquiring) > 0, help() {
        looks = 0
        continue
      }
      looks += 1
      if looks < Self.mostLooks { ck_pause() } else { sleep() }
    }
    waiting.wrappingSubtract(1, ordering: .sequentiallyConsistent)
  }

  private static let mostLooks = 16384

  /// The sum of `body` of each of 0..<`count`, in any order, some of them on other threads.
  ///
  /// - Parameter body: called with an index and the number of the thread, 0..<``size``, which no other thread has meanwhile.
  package func sum(_ count: Int, _ body: @escaping @Sendable (_ index: Int, _ worker: Int) -> Int) -> Int {
    guard count > 1, waitingThreads > 0 else {
      return (0..<count).reduce(0) { $0 &+ body($1, 0) }
    }
    let loop = Loop(count, body)
    let place = Place(loop)
    places.withLock { $0.append(place) }
    open.wrappingAdd(1, ordering: .sequentiallyConsistent)
    wake()
    loop.run(worker: 0)
    open.wrappingSubtract(1, ordering: .sequentiallyConsistent)
    places.withLock { $0.removeAll { $0 === place } }
    // Nobody joins from here on.
    place.loop.withLock { $0 = nil }
    var looks = 0
    while place.busy.load(ordering: .acquiring) > 0 {
      looks += 1
      if looks < Self.mostLooks { ck_pause() } else { sched_yield() }
    }
    return loop.total.load(ordering: .relaxed)
  }

  /// Takes part in a loop; false where there is none.
  private func help() -> Bool {
    for place in places.withLock({ $0 }) where place.help(size: size) {
      place.busy.wrappingSubtract(1, ordering: .releasing)
      return true
    }
    return false
  }

  private func wake() {
    for _ in 0..<sleeping.exchange(0, ordering: .sequentiallyConsistent) { alarm.signal() }
  }

  private func sleep() {
    sleeping.wrappingAdd(1, ordering: .sequentiallyConsistent)
    // A loop that was opened before this thread was counted wakes nobody.
    if open.load(ordering: .sequentiallyConsistent) > 0 || working.load(ordering: .sequentiallyConsistent) == 0 { wake() }
    alarm.wait()
  }
}
