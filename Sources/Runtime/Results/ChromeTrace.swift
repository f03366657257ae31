import ChipModel

/// Chrome's trace format, which Perfetto opens: one event a line, so that it can be searched.
///
/// Process 1 has a track for each population, processes from 2 on are tiles with a track for each core, the last one has a
/// track for each router that passes messages on. A sample is a slice
/// over its window, and each tick with spikes a slice inside it; a counter follows the spikes of each population. Times are
/// microseconds with exact thousandths, so that slices nest without rounding.
struct ChromeTrace: Sendable {
  private let program: CompiledProgram
  private let map: TraceMap
  private let tick: Int
  private let limit: Int
  private let tileOrder: [Int]
  /// Routers by their track, in the order in which they first pass a message on.
  private var routers: [TileCoordinate] = []
  private var lines: [String] = []
  /// Events left out.
  private(set) var dropped = 0

  init(program: CompiledProgram, map: TraceMap, tickNanoseconds: Int, limit: Int) {
    self.program = program
    self.map = map
    self.limit = limit
    tick = tickNanoseconds
    tileOrder = Set(map.tileNumbers).sorted()
    name("process_name", process: 1, track: 0, "populations")
    for (index, population) in program.populations[program.listed].enumerated() {
      name("thread_name", process: 1, track: index + 1, population.name)
    }
    for (position, number) in tileOrder.enumerated() {
      guard let core = map.tileNumbers.firstIndex(of: number) else { continue }
      name("process_name", process: position + 2, track: 0, "tile \(map.tiles[core].x), \(map.tiles[core].y)")
    }
    for core in program.cores.indices {
      name("thread_name", process: process(of: core), track: core + 1, "core \(core)")
    }
  }

  private func process(of core: Int) -> Int {
    (tileOrder.firstIndex(of: map.tileNumbers[core]) ?? 0) + 2
  }

  private mutating func add(_ event: [(String, JSONOutput)]) {
    guard dropped == 0, lines.count < limit, let text = try? JSONWriter.text(of: .object(event), style: .compact) else {
      dropped += 1
      return
    }
    lines.append(String(text.dropLast()))
  }

  private mutating func name(_ kind: String, process: Int, track: Int, _ text: String) {
    add([
      ("ph", .string("M")), ("pid", .int(process)), ("tid", .int(track)), ("name", .string(kind)),
      ("args", .object([("name", .string(text))])),
    ])
  }

  private func microseconds(_ ticks: Int) -> JSONOutput {
    let (nanoseconds, overflow) = ticks.multipliedReportingOverflow(by: tick)
    // Thousandths of an integer below 2^53 are the nearest double and print as themselves.
    return overflow ? .null : .double(Double(nanoseconds) / 1_000)
  }

  private mutating func slice(
    _ name: String, process: Int, track: Int, at time: Int, ticks: Int, _ args: [(String, JSONOutput)]
  ) {
    add([
      ("ph", .string("X")), ("pid", .int(process)), ("tid", .int(track)), ("ts", microseconds(time)),
      ("dur", microseconds(ticks)), ("name", .string(name)), ("args", .object(args)),
    ])
  }

  /// The slices of a sample, before those of its ticks.
  mutating func beginSample(_ sample: Int, start: Int, steps: Int) {
    for (index, population) in program.populations[program.listed].enumerated() {
      slice("sample \(sample)", process: 1, track: index + 1, at: start + population.start,
        ticks: population.windowTicks(steps: steps), [])
    }
    for (core, image) in program.cores.enumerated() {
      guard let first = image.groups.map(\.start).min(), let end = image.groups.map({ $0.start + $0.lag + steps }).max()
      else { continue }
      slice(
        "sample \(sample)", process: process(of: core), track: core + 1, at: start + first, ticks: end - first, [])
    }
  }

  mutating func add(_ record: TickRecord, time: Int) {
    var counters: [(String, JSONOutput)] = []
    for (index, place) in program.listed.enumerated() {
      let population = program.populations[place]
      let spikes = record.counts.populations[place].spikes
      // The same name twice would be one member twice.
      counters.append(("\(index) \(population.name)", .int(spikes)))
      guard spikes > 0 else { continue }
      slice("tick \(record.tick)", process: 1, track: index + 1, at: time, ticks: 1, [("spikes", .int(spikes))])
    }
    for (core, counts) in record.counts.cores.enumerated() where counts.spikes > 0 {
      slice(
        "tick \(record.tick)", process: process(of: core), track: core + 1, at: time, ticks: 1,
        [("spikes", .int(counts.spikes)), ("messagesOut", .int(counts.messagesOut))])
    }
    addRouters(record, time: time)
    add([
      ("ph", .string("C")), ("pid", .int(1)), ("tid", .int(0)), ("ts", microseconds(time)), ("name", .string("spikes")),
      ("args", .object(counters)),
    ])
  }

  /// A slice on each router that messages leave in this tick, with their number by direction.
  private mutating func addRouters(_ record: TickRecord, time: Int) {
    let loads = record.counts.linkLoads
    let process = tileOrder.count + 2
    var start = 0
    while start < loads.count {
      let tile = TileCoordinate(x: loads[start].x, y: loads[start].y)
      let end = loads[start...].firstIndex { $0.x != tile.x || $0.y != tile.y } ?? loads.count
      let passed = loads[start..<end].filter { $0.messages > 0 }
      start = end
      guard !passed.isEmpty else { continue }
      if !routers.contains(tile) {
        if routers.isEmpty { name("process_name", process: process, track: 0, "routers") }
        routers.append(tile)
        name("thread_name", process: process, track: routers.count, "router \(tile.x), \(tile.y)")
      }
      let track = (routers.firstIndex(of: tile) ?? 0) + 1
      slice(
        "tick \(record.tick)", process: process, track: track, at: time, ticks: 1,
        passed.map { ($0.direction.rawValue, .int($0.messages)) })
    }
  }

  /// The file.
  var bytes: [UInt8] {
    let clock = program.chip.tickSeconds == nil ? "a tick is drawn as 1 us; its length is unknown" : "a tick has its length"
    let head: [(String, JSONOutput)] = [
      ("network", .string(program.network.name)), ("chip", .string(program.chip.name)), ("time", .string(clock)),
      ("droppedEvents", .int(dropped)),
    ]
    let facts = (try? JSONWriter.text(of: .object(head), style: .compact))?.dropLast() ?? "{}"
    let text = "{\"displayTimeUnit\":\"ns\",\"otherData\":\(facts),\"traceEvents\":[\n"
      + lines.joined(separator: ",\n") + "\n]}\n"
    return Array(text.utf8)
  }
}
