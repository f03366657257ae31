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
/// - `perf.csv`: one row a tick; `fired` neurons, `updated` neurons (that had something to do), `packets` (messages),
///   `hops`, `spikes` (synaptic operations), seconds by the time model, joules by unit. `memory_energy` is nmsim's own
///   unit, part of the total. What depends on an unknown price or time is empty; static power is not in it.
/// - `messages.csv`: one row a message, in the order of sending; hardware as `tile.core`; `spikes` are its synaptic
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

  /// What a tick wrote, waiting for its time.
  private struct PendingTick {
    var senders: [Sender]
    var passed: [SampleActivity.Passed]
    /// Of `perf.csv`: before and after the time.
    var counts: String
    var joules: String
  }

  /// Runs one sample of preprocessed input values, row-major over the input's shape, and appends it to every trace.
  ///
  /// - Parameter engine: what runs it; both give the same traces.
  package mutating func add(_ values: [Double], engine: Run.Engine = .fast) {
    let traced =
      switch engine {
      case .fast: TracedSample(&runner, values, sample: samples)
      case .interpreter: TracedSample(interpreting: values, sample: samples, program, steps: steps, probes: probes)
      }
    let start = samples * ticksPerInference
    chrome.beginSample(samples, start: start, steps: steps)
    let records = Processors.map(traced.ticks.count) { [program, tables] tick in
      TickRecord(program: program, tick: tick, traced.ticks[tick], tables)
    }
    let pending = records.enumerated().map { tick, record in add(record, time: start + tick) }
    finish(pending, updated: traced.updated, start: start)
    samples += 1
  }

  private mutating func add(_ record: TickRecord, time: Int) -> PendingTick {
    let timestep = time + 1
    var senders: [Sender] = []
    for (population, neurons) in record.events.spikes.enumerated() {
      let name = names[population]
      for neuron in neurons.indices where neurons[neuron] > 0 {
        spikes.add { line in
          line += name.before
          line.append(decimal: neuron)
          line += name.after
          line.append(UInt8(ascii: ","))
          line.append(decimal: timestep)
          line.append(UInt8(ascii: ","))
          line.append(decimal: samples)
        }
        let payloads = record.events.payloads[population]
        senders.append(
          Sender(
            core: Int(map.places.core[population][neuron]), slot: Int(map.places.slot[population][neuron]),
            population: population, neuron: neuron, payload: payloads.isEmpty ? 1 : payloads[neuron]))
      }
    }
    senders.sort { ($0.core, $0.slot) < ($1.core, $1.slot) }
    if !probes.isEmpty { potential.add(([timestep] + record.potentials.map(Int.init) + [samples]).map { "\($0)" }.joined(separator: ",")) }
    chrome.add(record, time: time)
    let fired = probes.map { probe in
      let spikes = record.events.spikes[probe.population]
      return probe.neuron < spikes.count && spikes[probe.neuron] > 0
    }
    vcd.add(time: time, fired: fired, potentials: record.potentials)
    var passed: [SampleActivity.Passed] = []
    for (projection, counts) in record.events.gatedSpikes.enumerated() {
      for neuron in counts.indices where counts[neuron] > 0 {
        let payloads = record.events.gatedPayloads[projection]
        let payload = payloads.isEmpty ? 1 : payloads[neuron]
        passed.append(SampleActivity.Passed(projection: projection, neuron: neuron, payload: Int32(clamping: payload)))
      }
    }
    let (counts, joules) = perfLine(record, timestep: timestep)
    return PendingTick(senders: senders, passed: passed, counts: counts, joules: joules)
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

  /// Writes what needs the chip's time, which is known when the sample has run.
  private mutating func finish(_ pending: [PendingTick], updated: UpdateTrace, start: Int) {
    let activity = SampleActivity(
      steps: steps,
      spikes: pending.map { tick in
        tick.senders.map {
          SampleActivity.Spike(
            core: UInt32(truncatingIfNeeded: $0.core), slot: UInt32(truncatingIfNeeded: $0.slot),
            payload: Int32(clamping: $0.payload))
        }
      }, passed: pending.map(\.passed), updated: updated)
    let time = timer.time(activity, model: model)
    for (tick, entry) in pending.enumerated() {
      let seconds = time.flatMap { tick < $0.ticks.count ? "\($0.ticks[tick].seconds)" : nil } ?? ""
      perf.add("\(entry.counts),\(seconds),\(entry.joules),\(samples)")
    }
    var firsts: [Int] = []
    for entry in pending {
      firsts.append(messageCount)
      for sender in entry.senders { messageCount += program.cores[sender.core].outputAxons.entries(of: sender.slot).count }
    }
    let lines = Processors.map(messages.isFull ? 0 : pending.count) { [self, firsts] tick in
      messageLines(
        pending[tick].senders, timer.messages(activity, tick: tick), timestep: start + tick + 1, first: firsts[tick])
    }
    for (tick, text) in lines.enumerated() {
      messages.add(lines: text, count: (tick + 1 < firsts.count ? firsts[tick + 1] : messageCount) - firsts[tick])
    }
    if lines.isEmpty, let first = firsts.first { messages.leaveOut(messageCount - first) }
  }

  /// A tick's messages as lines.
  ///
  /// - Parameter first: number of the first of them.
  private func messageLines(_ senders: [Sender], _ times: [MessageTime], timestep: Int, first: Int) -> [UInt8] {
    let comma = UInt8(ascii: ",")
    var line: [UInt8] = []
    var numbers = NumberTexts()
    var next = 0
    for sender in senders {
      let table = program.cores[sender.core].outputAxons
      let name = names[sender.population]
      for entry in table.entries(of: sender.slot) {
        let index = Int(table.routes[entry])
        let destination = program.routes[index].to
        let time = next < times.count ? times[next] : nil
        line.append(decimal: timestep)
        line.append(comma)
        line.append(decimal: first + next)
        line.append(comma)
        line += name.before
        line.append(decimal: sender.neuron)
        line += name.after
        line.append(comma)
        line += map.hardware[sender.core]
        line.append(comma)
        line += map.hardware[destination]
        line.append(comma)
        line.append(decimal: map.hops[index])
        line.append(comma)
        if let operations = timer.synapses(core: destination, axon: Int(table.axons[entry])) {
          line.append(decimal: operations)
        }
        for seconds in Self.columns {
          line.append(comma)
          if let time { line += numbers[seconds(time)] }
        }
        line.append(comma)
        line.append(comma)
        line.append(decimal: samples)
        line.append(UInt8(ascii: "\n"))
        next += 1
      }
    }
    return line
  }

  /// Times of a message in the order of the columns.
  private static let columns: [@Sendable (MessageTime) -> Double] = [
    \.sent, \.received, \.processed, \.generation, \.processing, \.network, \.waiting, \.shortest,
  ]

  /// Every file; those of probes last.
  private var all: [(name: String, bytes: [UInt8], dropped: Int)] {
    [
      ("spikes.csv", spikes.text, spikes.dropped), ("perf.csv", perf.text, perf.dropped),
      ("messages.csv", messages.text, messages.dropped), ("trace.json", chrome.bytes, chrome.dropped),
      ("potential.csv", potential.text, potential.dropped), ("probes.vcd", vcd.bytes, vcd.dropped),
    ]
  }

  /// Names of all files that `files` may have.
  package static let fileNames = [
    "spikes.csv", "perf.csv", "messages.csv", "trace.json", "potential.csv", "probes.vcd",
  ]

  /// The trace files by name. `potential.csv` and `probes.vcd` only where neurons are probed.
  package var files: [(name: String, bytes: [UInt8])] { all.prefix(probes.isEmpty ? 4 : 6).map { ($0.name, $0.bytes) } }

  /// One line for each file that reached its limit.
  package var remarks: [String] {
    all.filter { $0.dropped > 0 }.map {
      "\($0.name): reached its limit, \($0.dropped) more entries are left out; trace fewer samples or steps"
    }
  }
}
