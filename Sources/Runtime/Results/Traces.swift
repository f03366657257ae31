import ChipModel

/// Traces of a few samples: every spike, message and tick, under the names and headers that SANA-FE's users know.
///
/// Samples run one by one on the chip interpreter, which moves every message, so a trace is slow and exact. Time goes on
/// from sample to sample: `timestep` is 1 in the first tick of the first sample and `ticksPerInference + 1` in the first
/// of the second. Every file is bounded; `remarks` says what was left out.
///
/// - `spikes.csv`: `neuron,timestep`, a neuron as `population.index`, row-major.
/// - `potential.csv`: one column a probe, the potential at the end of the tick in the population's integer units (member A
///   of a bistable unit).
/// - `perf.csv`: one row per tick; `fired` neurons, `updated` neurons (that had something to do), `packets` (messages),
///   `hops`, `spikes` (synaptic operations), seconds by the time model, joules by unit. `memory_energy` is nmsim's own
///   unit, part of the total. What depends on an unknown price or time is empty; static power is not in it.
/// - `messages.csv`: one row per message, in the order of sending; hardware as `tile.core`; `spikes` are its synaptic
///   operations, empty behind a max-pool gate, where they depend on other messages. Timestamps are seconds since the
///   tick began, by the `detailed` model, empty where the chip's description lacks a time. `messages_along_route`,
///   SANA-FE's estimate of what is in the way, is always empty: here messages wait in simulated queues.
/// - `trace.json`: Chrome's trace format, for Perfetto. `probes.vcd`: the probed neurons, for GTKWave or Surfer.
package struct Traces: Sendable {
  /// How large traces may become.
  package struct Limits: Sendable, Equatable {
    /// Of each file.
    package var bytes: Int
    /// Of `trace.json`.
    package var events: Int

    package init(bytes: Int, events: Int) {
      self.bytes = bytes
      self.events = events
    }

    /// 256 MiB a file; a million events, beyond which Perfetto's import takes minutes.
    package static let standard = Limits(bytes: 256 << 20, events: 1_000_000)
  }

  package let program: CompiledProgram
  package let steps: Int
  package let probes: [NeuronProbe]
  /// Samples added so far.
  package private(set) var samples = 0

  private let ticksPerInference: Int
  private let map: TraceMap
  private let timer: TickTimer
  private let model: TimingModel
  private let tables: FanOutTables
  private var spikes: BoundedText
  private var potential: BoundedText
  private var perf: BoundedText
  private var messages: BoundedText
  private var messageCount = 0
  /// Names of neurons as fields, before and after the neuron's number, by population.
  private let names: [(before: [UInt8], after: [UInt8])]
  private var runner: LayerRunner
  private var chrome: ChromeTrace
  private var vcd: ValueChangeDump

  /// - Parameters:
  ///   - program: with cores.
  ///   - steps: `T`, >= 1.
  ///   - probes: neurons whose potentials are written.
  ///   - timeModel: of the ticks' lengths in `perf.csv`; nil: the chip's own tick, else `analytic`.
  ///   - limits: how large the files may become.
  package init(
    program: CompiledProgram, steps: Int, probes: [NeuronProbe] = [], timeModel: TimingModel? = nil,
    limits: Limits = .standard
  ) {
    self.program = program
    self.steps = steps
    self.probes = probes
    ticksPerInference = program.ticksPerInference(steps: steps)
    map = TraceMap(program)
    timer = TickTimer(program)
    tables = FanOutTables(program)
    model = timeModel ?? (program.chip.tickSeconds == nil ? .analytic : .fixed)
    names = program.populations.map { population in
      let field = Array(BoundedText.field("\(population.name).").utf8)
      let quote = UInt8(ascii: "\"")
      return field.last == quote ? (field.dropLast(), [quote]) : (field, [])
    }
    runner = LayerRunner(plan: EnginePlan(program), steps: steps)
    runner.countsUpdates = true
    runner.keepsUpdates = true
    runner.potentials = PotentialProbes(probes)
    let probed = probes.map { BoundedText.field("neuron \(program.populations[$0.population].name).\($0.neuron)") }
    spikes = BoundedText(header: "neuron,timestep,sample", limit: limits.bytes)
    potential = BoundedText(header: (["timestep"] + probed + ["sample"]).joined(separator: ","), limit: limits.bytes)
    perf = BoundedText(
      header: "timestep,fired,updated,packets,hops,spikes,sim_time,synapse_energy,dendrite_energy,soma_energy,"
        + "network_energy,total_energy,memory_energy,sample", limit: limits.bytes)
    messages = BoundedText(
      header: "timestep,mid,src_neuron,src_hw,dest_hw,hops,spikes,send_timestamp,received_timestamp,"
        + "processed_timestamp,generation_delay,processing_delay,network_delay,blocking_delay,min_hop_delay,"
        + "messages_along_route,sample",
      limit: limits.bytes)
    let nanoseconds = Traces.tickNanoseconds(program)
    chrome = ChromeTrace(program: program, map: map, tickNanoseconds: nanoseconds, limit: limits.events)
    vcd = ValueChangeDump(program: program, probes: probes, tickNanoseconds: nanoseconds, limit: limits.bytes)
  }

  /// Length of a tick in the files that have a time axis: the chip's, else 1 µs.
  static func tickNanoseconds(_ program: CompiledProgram) -> Int {
    guard let seconds = program.chip.tickSeconds?.value, seconds > 0, seconds < 1 else { return 1_000 }
    return max(2, Int((seconds * 1e9).rounded()))
  }

  /// A neuron that fired in a tick.
  private struct Sender {
    var core: Int
    var slot: Int
    var population: Int
    var neuron: Int
    var payload: UInt64
  }

  /// What a sample writes, but for the number that its first message has.
  private struct SampleWork: Sendable {
    var records: [TickRecord]
    var spikeLines: [UInt8]
    /// By tick.
    var senders: [[Sender]]
    var messageCounts: [Int]
    var perfLines: [String]
    var activity: SampleActivity
  }

  /// Runs one sample of preprocessed input values, row-major over the input's shape, and appends it to every trace.
  ///
  /// - Parameter engine: what runs it; both give the same traces.
  package mutating func add(_ values: [Double], engine: Run.Engine = .fast) { add([values], engine: engine) }

  /// The same of several samples, which run and are written at once.
  package mutating func add(_ batch: [[Double]], engine: Run.Engine = .fast) {
    let works = Processors.map(batch.count) { [self] index in
      work(batch[index], sample: samples + index, engine, isAlone: batch.count == 1)
    }
    var ticks: [(work: Int, tick: Int, firstMessage: Int)] = []
    for (index, work) in works.enumerated() {
      let start = (samples + index) * ticksPerInference
      chrome.beginSample(samples + index, start: start, steps: steps)
      for record in work.records { add(record, time: start + record.tick, sample: samples + index) }
      spikes.add(lines: work.spikeLines, count: work.senders.reduce(0) { $0 + $1.count })
      for line in work.perfLines { perf.add(line) }
      for (tick, count) in work.messageCounts.enumerated() {
        ticks.append((index, tick, messageCount))
        messageCount += count
      }
    }
    // Ticks in a few parts, for each keeps the texts of its numbers.
    let count = min(ticks.count, 4 * Processors.available)
    let parts = (0..<count).map { ticks[(ticks.count * $0 / count)..<(ticks.count * ($0 + 1) / count)] }
    let lines = Processors.map(messages.isFull ? 0 : count) { [self] index in
      var numbers = NumberTexts()
      var lines = LineBuffer()
      for (work, tick, first) in parts[index] {
        write(&lines, &numbers, works[work], tick: tick, sample: samples + work, first: first)
      }
      return lines.bytes
    }
    for (index, part) in parts.enumerated() {
      let count = part.reduce(0) { $0 + works[$1.work].messageCounts[$1.tick] }
      if lines.isEmpty { messages.leaveOut(count) } else { messages.add(lines: lines[index], count: count) }
    }
    samples += batch.count
  }

  private func work(_ values: [Double], sample: Int, _ engine: Run.Engine, isAlone: Bool) -> SampleWork {
    let traced: TracedSample
    switch engine {
    case .fast:
      var runner = runner
      traced = TracedSample(&runner, values, sample: sample)
    case .interpreter: traced = TracedSample(interpreting: values, sample: sample, program, steps: steps, probes: probes)
    }
    let records = Processors.map(traced.ticks.count, threads: isAlone ? nil : 1) { [program, tables] tick in
      TickRecord(program: program, tick: tick, traced.ticks[tick], tables)
    }
    var lines = LineBuffer()
    let senders = records.map { record in
      let sent = self.senders(record)
      for sender in sent.byName {
        lines.append(names[sender.population].before)
        lines.append(decimal: sender.neuron)
        lines.append(names[sender.population].after)
        lines.append(Traces.comma)
        lines.append(decimal: sample * ticksPerInference + record.tick + 1)
        lines.append(Traces.comma)
        lines.append(decimal: sample)
        lines.append(Traces.newline)
      }
      return sent.byPlace
    }
    let activity = SampleActivity(
      steps: steps,
      spikes: senders.map { tick in
        tick.map {
          SampleActivity.Spike(
            core: UInt32(truncatingIfNeeded: $0.core), slot: UInt32(truncatingIfNeeded: $0.slot),
            payload: Int32(clamping: $0.payload))
        }
      }, passed: records.map(passed), updated: traced.updated)
    let time = timer.time(activity, model: model)
    return SampleWork(
      records: records, spikeLines: lines.bytes, senders: senders,
      messageCounts: senders.map {
        $0.reduce(0) { $0 + program.cores[$1.core].outputAxons.entries(of: $1.slot).count }
      },
      perfLines: records.map { record in
        let seconds = time.flatMap { record.tick < $0.ticks.count ? "\($0.ticks[record.tick].seconds)" : nil } ?? ""
        let (counts, joules) = perfLine(record, timestep: sample * ticksPerInference + record.tick + 1)
        return "\(counts),\(seconds),\(joules),\(sample)"
      }, activity: activity)
  }

  /// The neurons that fired in a tick: population by population, and in the order in which cores work.
  private func senders(_ record: TickRecord) -> (byName: [Sender], byPlace: [Sender]) {
    var senders: [Sender] = []
    for (population, neurons) in record.events.spikes.enumerated() {
      let payloads = record.events.payloads[population]
      let (cores, slots) = (map.places.core[population], map.places.slot[population])
      for neuron in neurons.indices where neurons[neuron] > 0 {
        senders.append(
          Sender(
            core: Int(cores[neuron]), slot: Int(slots[neuron]), population: population, neuron: neuron,
            payload: payloads.isEmpty ? 1 : payloads[neuron]))
      }
    }
    return (senders, senders.sorted { ($0.core, $0.slot) < ($1.core, $1.slot) })
  }

  private func passed(_ record: TickRecord) -> [SampleActivity.Passed] {
    var passed: [SampleActivity.Passed] = []
    for (projection, counts) in record.events.gatedSpikes.enumerated() {
      let payloads = record.events.gatedPayloads[projection]
      for neuron in counts.indices where counts[neuron] > 0 {
        let payload = payloads.isEmpty ? 1 : payloads[neuron]
        passed.append(SampleActivity.Passed(projection: projection, neuron: neuron, payload: Int32(clamping: payload)))
      }
    }
    return passed
  }

  private mutating func add(_ record: TickRecord, time: Int, sample: Int) {
    if !probes.isEmpty {
      potential.add(([time + 1] + record.potentials.map(Int.init) + [sample]).map { "\($0)" }.joined(separator: ","))
    }
    chrome.add(record, time: time)
    let fired = probes.map { probe in
      let spikes = record.events.spikes[probe.population]
      return probe.neuron < spikes.count && spikes[probe.neuron] > 0
    }
    vcd.add(time: time, fired: fired, potentials: record.potentials)
  }

  private func perfLine(_ record: TickRecord, timestep: Int) -> (counts: String, joules: String) {
    func text(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }
    let units: [ChipUnit] = [.synapse, .dendrite, .soma, .network]
    let joules = units.map(record.joules)
    let memory = record.joules(.memory)
    let known = (joules + [memory]).compactMap { $0 }
    let total = known.count == units.count + 1 ? known.reduce(0, +) : nil
    let counts = record.counts
    let numbers = [
      timestep, counts.spikes, counts.neuronUpdates ?? counts.neuronVisits, counts.messages, counts.hops,
      counts.synapticOperations,
    ].map { "\($0)" }
    return (
      numbers.joined(separator: ","), (joules.map(text) + [text(total), text(memory)]).joined(separator: ",")
    )
  }

  /// Writes a tick's messages.
  ///
  /// - Parameter first: number of the first of them.
  private func write(
    _ line: inout LineBuffer, _ numbers: inout NumberTexts, _ work: SampleWork, tick: Int, sample: Int, first: Int
  ) {
    let times = timer.messages(work.activity, tick: tick)
    let timestep = sample * ticksPerInference + tick + 1
    var next = 0
    for sender in work.senders[tick] {
      let table = program.cores[sender.core].outputAxons
      let name = names[sender.population]
      for entry in table.entries(of: sender.slot) {
        let index = Int(table.routes[entry])
        let destination = program.routes[index].to
        line.append(decimal: timestep)
        line.append(Traces.comma)
        line.append(decimal: first + next)
        line.append(Traces.comma)
        line.append(name.before)
        line.append(decimal: sender.neuron)
        line.append(name.after)
        line.append(Traces.comma)
        line.append(map.hardware[sender.core])
        line.append(Traces.comma)
        line.append(map.hardware[destination])
        line.append(Traces.comma)
        line.append(decimal: map.hops[index])
        line.append(Traces.comma)
        if let operations = timer.synapses(core: destination, axon: Int(table.axons[entry])) {
          line.append(decimal: operations)
        }
        line.append(Traces.comma)
        let time = next < times.count ? times[next] : nil
        func column(_ seconds: Double?) {
          if let seconds { line.append(seconds, &numbers) }
          line.append(Traces.comma)
        }
        column(time?.sent)
        column(time?.received)
        column(time?.processed)
        column(time?.generation)
        column(time?.processing)
        column(time?.network)
        column(time?.waiting)
        column(time?.shortest)
        line.append(Traces.comma)
        line.append(decimal: sample)
        line.append(Traces.newline)
        next += 1
      }
    }
  }

  private static let comma = UInt8(ascii: ",")
  private static let newline = UInt8(ascii: "\n")

  /// Every file; those of probes last.
  private var all: [(name: String, parts: [[UInt8]], dropped: Int)] {
    [
      ("spikes.csv", spikes.parts, spikes.dropped), ("perf.csv", perf.parts, perf.dropped),
      ("messages.csv", messages.parts, messages.dropped), ("trace.json", [chrome.bytes], chrome.dropped),
      ("potential.csv", potential.parts, potential.dropped), ("probes.vcd", [vcd.bytes], vcd.dropped),
    ]
  }

  /// Names of all files that `files` may have.
  package static let fileNames = [
    "spikes.csv", "perf.csv", "messages.csv", "trace.json", "potential.csv", "probes.vcd",
  ]

  /// The trace files by name, in parts that follow one another. `potential.csv` and `probes.vcd` only where neurons are probed.
  package var files: [(name: String, parts: [[UInt8]])] { all.prefix(probes.isEmpty ? 4 : 6).map { ($0.name, $0.parts) } }

  /// One line for each file that reached its limit.
  package var remarks: [String] {
    all.filter { $0.dropped > 0 }.map {
      "\($0.name): reached its limit, \($0.dropped) more entries are left out; trace fewer samples or steps"
    }
  }
}
