import ChipModel

@testable import Runtime

/// The `detailed` time of SANA-FE 2.2.9 for the messages of one tick, by the rule of its `schedule.cpp`, in femtoseconds.
///
/// No queue is simulated. A message in flight lies on the links of its way in equal parts, `1 / (hops + 2)` on each. A new
/// one takes `max(way when free, density on its way * mean processing time in flight / (hops + 1))`, and is held back by
/// `(density - (hops + 1) * buffer) * mean` where its way is full; whatever the links themselves can carry. Arriving
/// messages are processed in the order of their sending, one after the other. A spike goes to the cores in the order of their
/// numbers; messages that are sent at the same time follow in the order of libstdc++'s heap.
struct SanaFEDetailed {
  private struct Message {
    var source: Int
    var sent: Double
    /// Nil: what a core does after its last message.
    var target: Int?
    var processing = 0.0
    var travel = 0.0
    var links: [Int] = []
    var received = 0.0
    var hops: Double { Double(links.count - 1) }
  }

  private var heap: [Message] = []
  private var density: [Double]
  private var mean = 0.0
  private var inFlight = 0
  private var received: [[Message]]
  private var finished: [Double]
  private(set) var end = 0.0

  /// - Parameter buffer: messages that a link holds.
  init(_ load: TickLoad, _ program: CompiledProgram, buffer: Int) {
    let mesh = Mesh(program.chip)
    let tiles = program.cores.map { mesh.tile(ofCore: $0.place) }
    func hop(_ action: ChipAction) -> Double { ((program.chip.time.each(action) ?? 0) * ActionTimes.perSecond).rounded() }
    let (east, west, north, south) = (hop(.hopEast), hop(.hopWest), hop(.hopNorth), hop(.hopSouth))
    var numbers: [String: Int] = [:]
    func link(_ name: String) -> Int {
      let number = numbers[name] ?? numbers.count
      numbers[name] = number
      return number
    }
    // A core's port, then each tile of the way with the direction by which it is reached: along x first.
    func links(_ source: Int, _ target: Int) -> [Int] {
      var (x, y) = (tiles[source].x, tiles[source].y)
      var result = [link("\(x) \(y) \(program.cores[source].place)")]
      while x != tiles[target].x {
        let step = x < tiles[target].x ? 1 : -1
        x += step
        result.append(link("\(x) \(y) x\(step)"))
      }
      while y != tiles[target].y {
        let step = y < tiles[target].y ? 1 : -1
        y += step
        result.append(link("\(x) \(y) y\(step)"))
      }
      return result
    }
    // The copies of a spike in the order of their cores' places; those after the first take the time of an axon.
    let axon = hop(.axonOut)
    var spikes: [(source: Int, generation: Double, copies: [TickLoad.Copy])] = []
    for packet in load.packets {
      if packet.generation > axon { spikes.append((Int(packet.core), packet.generation, [])) }
      spikes[spikes.count - 1].copies += load.copies[packet.copies]
    }
    var queues = program.cores.map { _ in [Message]() }
    for (source, generation, copies) in spikes {
      let copies = copies.sorted { program.cores[Int($0.core)].place < program.cores[Int($1.core)].place }
      for (number, copy) in copies.enumerated() {
        let target = Int(copy.core)
        let (x, y) = (tiles[target].x - tiles[source].x, tiles[target].y - tiles[source].y)
        let travel = Double(abs(x)) * (x > 0 ? east : west) + Double(abs(y)) * (y > 0 ? north : south)
        queues[source].append(
          Message(
            source: source, sent: number == 0 ? generation : axon, target: target, processing: copy.processing, travel: travel,
            links: links(source, target)))
      }
    }
    for core in queues.indices where load.leftover[core] != 0 {
      queues[core].append(Message(source: core, sent: load.leftover[core], target: nil))
    }
    density = [Double](repeating: 0, count: numbers.count)
    received = queues.map { _ in [] }
    finished = queues.map { _ in 0 }
    let order = queues.indices.sorted { program.cores[$0].place < program.cores[$1].place }
    var next = [Int](repeating: 0, count: queues.count)
    for core in order where !queues[core].isEmpty { push(queues[core][0]) }
    while !heap.isEmpty {
      var message = pop()
      end = max(end, message.sent)
      for core in order {
        let arrived = received[core].filter { message.sent >= $0.received }
        received[core].removeAll { message.sent >= $0.received }
        for old in arrived { track(old, entering: false) }
      }
      if message.target != nil { deliver(&message, buffer: buffer) }
      next[message.source] += 1
      if next[message.source] < queues[message.source].count {
        var following = queues[message.source][next[message.source]]
        following.sent += message.sent
        end = max(end, following.sent)
        push(following)
      }
    }
  }

  private mutating func deliver(_ message: inout Message, buffer: Int) {
    guard let target = message.target else { return }
    let waiting = message.links.reduce(0) { $0 + density[$1] }
    let room = (message.hops + 1) * Double(buffer)
    if waiting > room { message.sent += (waiting - room) * mean }
    let arrival = message.sent + max(message.travel, waiting * mean / (message.hops + 1))
    message.received = max(finished[target], arrival)
    finished[target] = message.received + message.processing
    end = max(end, finished[target])
    received[target].append(message)
    track(message, entering: true)
  }

  private mutating func track(_ message: Message, entering: Bool) {
    let part = (entering ? 1 : -1) / (2 + message.hops)
    for link in message.links { density[link] += part }
    if entering {
      mean += (message.processing - mean) / (Double(inFlight) + 1)
    } else {
      mean = inFlight > 1 ? mean + (mean - message.processing) / (Double(inFlight) - 1) : 0
    }
    inFlight += entering ? 1 : -1
  }

  // MARK: - libstdc++'s heap, earliest first

  private mutating func push(_ message: Message) {
    heap.append(message)
    rise(message, from: heap.count - 1)
  }

  private mutating func rise(_ message: Message, from start: Int) {
    var hole = start
    while hole > 0, heap[(hole - 1) / 2].sent > message.sent {
      heap[hole] = heap[(hole - 1) / 2]
      hole = (hole - 1) / 2
    }
    heap[hole] = message
  }

  private mutating func pop() -> Message {
    let top = heap[0]
    let last = heap.removeLast()
    if heap.isEmpty { return top }
    var hole = 0
    while 2 * hole + 1 < heap.count {
      var child = 2 * hole + 2
      if child == heap.count || heap[child].sent > heap[child - 1].sent { child -= 1 }
      heap[hole] = heap[child]
      hole = child
    }
    rise(last, from: hole)
    return top
  }
}
