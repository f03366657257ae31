import ChipModel

/// The `detailed` model of one tick: every packet in its order through stations with finite buffers.
///
/// Store and forward: a station (link, tile port, core input) holds at most `capacity` packets, the one in service
/// included, and serves them one after the other in the order of their coming. A packet that has been served stays where
/// it is until the next station has room, and keeps what waits behind it: back-pressure, up to the sending core, whose
/// later packets wait too. A station with room takes the packet that has waited longest for it; events at the same time
/// happen in the order in which they were made. Ways of X first, then Y have no cycle, so every packet arrives; detours
/// around dead links may form one, in which packets wait for one another for ever (``isStuck``).
struct LinkSimulation {
  private let forest: PacketForest
  private let capacity: Int
  /// What waits at each station, and what waits for room at it. A node is in one line at a time.
  private var queues: Lines
  private var waiters: Lines
  private var occupancy: [Int]
  private var isBusy: [Bool]
  /// Copies of the served packet that have not found room yet.
  private var pending: [Int]
  /// Ends of services, by station.
  private var events = MinHeap()
  private var eventCount = 0
  /// By node: when the packet came in, and when its service ended.
  private(set) var entered: [Double]
  private(set) var served: [Double]
  /// By core: when its last packet had left.
  private(set) var lastSent: [Double]
  /// Whether packets are left that wait for one another in a circle: the tick never ends, and no time is its length.
  private(set) var isStuck = false
  /// By node, the order of coming into a core's input.
  private(set) var arrivals: [[Int32]]

  /// Nodes in lines, first in, first out: each knows who is behind it.
  private struct Lines {
    private var firsts: [Int32]
    private var lasts: [Int32]
    private var behind: [Int32]

    init(_ count: Int, nodes: Int) {
      firsts = [Int32](repeating: -1, count: count)
      lasts = firsts
      behind = [Int32](repeating: -1, count: nodes)
    }

    var areEmpty: Bool { firsts.allSatisfy { $0 < 0 } }

    func first(of line: Int) -> Int32? { firsts[line] < 0 ? nil : firsts[line] }

    mutating func append(_ node: Int32, to line: Int) {
      if firsts[line] < 0 { firsts[line] = node } else { behind[Int(lasts[line])] = node }
      behind[Int(node)] = -1
      lasts[line] = node
    }

    mutating func removeFirst(of line: Int) { firsts[line] = behind[Int(firsts[line])] }
  }

  /// - Parameter capacity: nil = unbounded.
  init(_ forest: PacketForest, capacity: Int?) {
    self.forest = forest
    self.capacity = max(1, capacity ?? Int.max)
    let count = forest.stationCount
    queues = Lines(count, nodes: forest.nodeCount)
    waiters = queues
    occupancy = [Int](repeating: 0, count: count)
    isBusy = [Bool](repeating: false, count: count)
    pending = occupancy
    entered = [Double](repeating: 0, count: forest.nodeCount)
    served = entered
    lastSent = [Double](repeating: 0, count: forest.cores)
    arrivals = [[Int32]](repeating: [], count: forest.cores)
    run()
  }

  private mutating func run() {
    for root in forest.roots { queues.append(root, to: Int(forest.station[Int(root)])) }
    for core in 0..<forest.cores { start(forest.sender(core), 0) }
    while let event = events.pop() { finish(event.item, event.time) }
    isStuck = !queues.areEmpty
  }

  /// Begins the next service where there is one.
  private mutating func start(_ station: Int, _ now: Double) {
    guard !isBusy[station], let node = queues.first(of: station) else { return }
    isBusy[station] = true
    events.push(.init(time: now + forest.service[Int(node)], order: eventCount, item: station))
    eventCount += 1
  }

  private mutating func finish(_ station: Int, _ now: Double) {
    guard let node = queues.first(of: station).map(Int.init) else { return }
    served[node] = now
    var child = forest.firstChild[node]
    while child >= 0 {
      let next = Int(forest.station[Int(child)])
      if occupancy[next] < capacity {
        enter(child, next, now)
      } else {
        waiters.append(child, to: next)
        pending[station] += 1
      }
      child = forest.nextSibling[Int(child)]
    }
    if pending[station] == 0 { leave(station, now) }
  }

  private mutating func enter(_ node: Int32, _ station: Int, _ now: Double) {
    occupancy[station] += 1
    entered[Int(node)] = now
    queues.append(node, to: station)
    if forest.isInput(Int(node)) { arrivals[forest.inputCore(Int(node))].append(node) }
    start(station, now)
  }

  /// The served packet leaves; who waits for its room comes in, which may free another station, and so on.
  private mutating func leave(_ station: Int, _ now: Double) {
    var freed = [station]
    while let station = freed.popLast() {
      queues.removeFirst(of: station)
      isBusy[station] = false
      let core = station - forest.sender(0)
      if core >= 0 {
        lastSent[core] = now
      } else {
        occupancy[station] -= 1
        if let node = waiters.first(of: station) {
          waiters.removeFirst(of: station)
          enter(node, station, now)
          let behind = Int(forest.station[Int(forest.parent[Int(node)])])
          pending[behind] -= 1
          if pending[behind] == 0 { freed.append(behind) }
        }
      }
      start(station, now)
    }
  }
}
