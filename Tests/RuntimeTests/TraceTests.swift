import ChipModel
import Compiler
import Foundation
import Testing

@testable import Runtime

@Suite("Traces")
struct TraceTests {
  private static let steps = 12

  private struct Traced {
    var program: CompiledProgram
    var traces: Traces
    var runner: LayerRunner
    var texts: [String: String]
    /// The probed neurons of conv1: the two that fire most.
    var busy: [Int]

    func rows(_ file: String) -> [[String]] {
      (texts[file] ?? "").split(separator: "\n").dropFirst().map {
        $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      }
    }
  }

  /// Two digits on a chip with many small cores, and the engine's run of the same.
  private func traced(
    chip name: String = "loihi", timeModel: TimingModel? = nil, limits: Traces.Limits = .standard
  ) throws -> Traced {
    var chip = try ChipLibrary.builtIn(name)
    chip.numbers[.neuronsPerCore] = .assumed(300, "to use several tiles")
    let network = try NetworkFile(reading: packageFolder() + "/Examples/digits/net.json").checked()
    let program = try CompiledProgram.compile(network, chip: chip).program
    let (_, data) = try DigitsTests().program(chip: "ideal")
    var runner = LayerRunner(plan: EnginePlan(program), steps: Self.steps)
    runner.countsUpdates = true
    runner.keepsUpdates = true
    var samples = [[Double]](repeating: [], count: 2)
    for sample in samples.indices {
      try data.values(ofSample: sample, preprocessing: program.network.preprocessing, into: &samples[sample])
      _ = runner.run(samples[sample])
    }
    let spikes = runner.counters.spikes[1]
    let busy = Array(spikes.indices.sorted { (spikes[$1], $0) < (spikes[$0], $1) }.prefix(2))
    var probes: [NeuronProbe] = []
    for text in busy.map({ "conv1:\($0)" }) + ["output:3"] { probes.append(try NeuronProbe(text, in: program)) }
    var traces = Traces(program: program, steps: Self.steps, probes: probes, timeModel: timeModel, limits: limits)
    for values in samples { traces.add(values) }
    let texts = Dictionary(uniqueKeysWithValues: traces.files.map { ($0.name, String(decoding: $0.parts.joined(), as: UTF8.self)) })
    return Traced(program: program, traces: traces, runner: runner, texts: texts, busy: busy)
  }

  @Test("rows add up to what the engine counted: spikes, messages, hops, operations, energy")
  func sums() throws {
    let t = try traced()
    let counts = OperationCounts(program: t.program, counters: t.runner.counters, steps: Self.steps)
    let bill = ChipBill(program: t.program, counts: counts, steps: Self.steps, samples: 2)
    #expect(t.traces.remarks.isEmpty)
    #expect(t.rows("spikes.csv").count == counts.spikes)
    #expect(t.rows("messages.csv").count == counts.messages)
    let perf = t.rows("perf.csv")
    #expect(perf.count == 2 * t.program.ticksPerInference(steps: Self.steps))
    func sum(_ column: Int) -> Int { perf.reduce(0) { $0 + (Int($1[column]) ?? 0) } }
    #expect(sum(1) == counts.spikes && sum(3) == counts.messages)
    let updated = try #require(counts.neuronUpdates)
    #expect(sum(2) == updated)
    #expect(sum(4) == counts.hops && sum(5) == counts.synapticOperations && counts.hops > 0)
    #expect(t.rows("messages.csv").reduce(0) { $0 + (Int($1[5]) ?? 0) } == counts.hops)
    #expect(t.rows("messages.csv").reduce(0) { $0 + (Int($1[6]) ?? 0) } == counts.synapticOperations)
    let synapse = bill.items.filter { $0.unit == "synapse" }.reduce(0) { $0 + ($1.joules ?? .nan) }
    let traced = perf.reduce(0.0) { $0 + (Double($1[7]) ?? .nan) }
    #expect(abs(traced - synapse) <= 1e-9 * synapse && synapse > 0)
    // Loihi's messages have no published price: unknown, not zero.
    #expect(perf.allSatisfy { row in row[3] == "0" || (row[10].isEmpty && row[11].isEmpty) })
  }

  @Test("the engine's traces equal the interpreter's byte for byte on random networks")
  func engines() throws {
    var bytes = 0
    // Populations that run ahead or fire late, and neurons of two members.
    var probed = Set<String>()
    for seed in 0..<UInt64(60) {
      let (network, program) = try RandomNetwork.compiled(seed: seed, size: 2 + Int(seed) % 5)
      var probes: [NeuronProbe] = []
      for index in program.placed {
        let count = program.populations[index].shape.count
        for neuron in Set([0, count / 2, count - 1]).sorted() { probes.append(NeuronProbe(population: index, neuron: neuron)) }
        probed.insert(program.populations[index].model.kind.name)
      }
      let made = [Run.Engine.fast, .interpreter].map { engine in
        var traces = Traces(program: program, steps: network.steps, probes: probes)
        // Samples at once, and one by one.
        if engine == .fast {
          traces.add(network.samples)
        } else {
          for sample in network.samples { traces.add(sample, engine: engine) }
        }
        return traces.files
      }
      for (fast, slow) in zip(made[0], made[1]) {
        #expect(Array(fast.parts.joined()) == Array(slow.parts.joined()), "seed \(seed), \(fast.name)")
        bytes += fast.parts.reduce(0) { $0 + $1.count }
      }
    }
    #expect(bytes > 1_000_000)
    #expect(probed.count >= 6, "\(probed)")
  }

  @Test("updated are only neurons that had something to do")
  func updated() throws {
    var idle = 0
    for seed in 0..<UInt64(24) {
      let (network, program) = try RandomNetwork.compiled(seed: seed, size: 5)
      var runner = LayerRunner(plan: EnginePlan(program), steps: network.steps)
      runner.countsUpdates = true
      var traces = Traces(program: program, steps: network.steps)
      for sample in network.samples {
        _ = runner.run(sample)
        traces.add(sample)
      }
      let counts = OperationCounts(program: program, counters: runner.counters, steps: network.steps)
      let perf = traces.files.first { $0.name == "perf.csv" }
      let rows = String(decoding: (perf?.parts ?? []).joined(), as: UTF8.self).split(separator: "\n").dropFirst()
      let traced = rows.reduce(0) { $0 + (Int($1.split(separator: ",", omittingEmptySubsequences: false)[2]) ?? 0) }
      #expect(traced == counts.neuronUpdates, "seed \(seed)")
      idle += counts.neuronVisits - traced
    }
    #expect(idle > 100, "some must have had nothing to do")
  }

  @Test("messages carry the detailed model's times, ticks the asked model's, in SANA-FE's columns")
  func times() throws {
    let t = try traced(chip: "loihi-sanafe", timeModel: .detailed)
    let timer = TickTimer(t.program)
    // The second sample is the runner's last.
    let activity = timer.activity(SampleTrains(t.runner), steps: Self.steps)
    let time = try #require(timer.time(activity, model: .detailed))
    let perf = t.rows("perf.csv").suffix(time.ticks.count)
    for (row, tick) in zip(perf, time.ticks) { #expect(Double(row[6]) == tick.seconds) }
    let inference = t.program.ticksPerInference(steps: Self.steps)
    let rows = t.rows("messages.csv")
    var longest = 0.0
    for row in rows {
      let v = row[7..<15].map { Double($0) ?? .nan }
      let (sent, received, processed, generation, processing) = (v[0], v[1], v[2], v[3], v[4])
      let (network, blocking, shortest) = (v[5], v[6], v[7])
      #expect(sent >= generation && received >= sent && processed >= received + processing - 1e-18)
      #expect(abs(network - (received - sent)) < 1e-18 && abs(network - blocking - shortest) < 1e-18)
      #expect(blocking >= 0 && generation > 0 && processing > 0)
      // Every link takes time, the way within a tile none on this chip.
      #expect((shortest > 0) == (row[5] != "0"))
      if (Int(row[0]) ?? 0) > inference { longest = max(longest, network) }
    }
    #expect(!rows.isEmpty && abs(longest - (time.ticks.compactMap(\.longestDelay).max() ?? 0)) < 1e-15)
    // A chip without times has none.
    let without = try traced()
    #expect(without.rows("messages.csv").allSatisfy { $0[7..<15].allSatisfy(\.isEmpty) })
    #expect(without.rows("perf.csv").allSatisfy { $0[6].isEmpty })
  }

  @Test("energy is whole where every price is known")
  func energy() throws {
    let t = try traced(chip: "generic-45nm")
    let counts = OperationCounts(program: t.program, counters: t.runner.counters, steps: Self.steps)
    let bill = ChipBill(program: t.program, counts: counts, steps: Self.steps, samples: 2)
    let all = bill.items.reduce(0) { $0 + ($1.joules ?? .nan) }
    let perf = t.rows("perf.csv")
    #expect(abs(perf.reduce(0.0) { $0 + (Double($1[11]) ?? .nan) } - all) <= 1e-9 * all)
    #expect(perf.allSatisfy { $0[6] == "0.001" })
  }

  @Test("spikes are the engine's, tick by tick, and potentials end where the engine's end")
  func spikes() throws {
    let t = try traced()
    let inference = t.program.ticksPerInference(steps: Self.steps)
    var expected: [String] = []
    for (index, train) in t.runner.trains.enumerated() {
      let population = t.program.populations[index]
      for step in 0..<train.steps {
        train.forEachSpike(step: step) { neuron, _ in
          expected.append("\(population.name).\(neuron),\(inference + population.start + step + 1),1")
        }
      }
    }
    let second = t.rows("spikes.csv").filter { (Int($0[1]) ?? 0) > inference }.map { $0.joined(separator: ",") }
    #expect(second.sorted() == expected.sorted() && !expected.isEmpty)
    let potentials = t.rows("potential.csv")
    let header = "timestep,neuron conv1.\(t.busy[0]),neuron conv1.\(t.busy[1]),neuron output.3,sample\n"
    #expect(t.texts["potential.csv"]?.hasPrefix(header) == true)
    let conv1 = t.runner.potential(population: 1, index: t.busy[0])
    #expect(potentials.last.map { Int($0[1]) } == Int(conv1))
    let output = t.program.output.population
    #expect(potentials.last.map { Int($0[3]) } == Int(t.runner.potential(population: output, index: 3)))
  }

  @Test("headers are those that SANA-FE's users know")
  func headers() throws {
    let t = try traced()
    #expect(t.texts["spikes.csv"]?.hasPrefix("neuron,timestep,sample\n") == true)
    #expect(
      t.texts["perf.csv"]?.hasPrefix(
        "timestep,fired,updated,packets,hops,spikes,sim_time,synapse_energy,dendrite_energy,soma_energy,network_energy,"
          + "total_energy,memory_energy,sample\n") == true)
    // As package `sanafe` 2.2.9 writes it.
    #expect(
      t.texts["messages.csv"]?.hasPrefix(
        "timestep,mid,src_neuron,src_hw,dest_hw,hops,spikes,send_timestamp,received_timestamp,processed_timestamp,"
          + "generation_delay,processing_delay,network_delay,blocking_delay,min_hop_delay,messages_along_route,sample\n")
        == true)
    #expect(t.rows("messages.csv").allSatisfy { $0.count == 17 && $0[15].isEmpty && ["0", "1"].contains($0[16]) })
    #expect(t.rows("messages.csv").allSatisfy { $0[3].split(separator: ".").compactMap { Int($0) }.count == 2 })
  }

  @Test("the Chrome trace is valid: known phases, every slice inside its parent or beside its siblings")
  func chrome() throws {
    let t = try traced()
    let events = try ChromeTraceValidator(t.texts["trace.json"] ?? "")
    #expect(events.problems.isEmpty)
    #expect(events.slices > 100 && events.counters == 2 * t.program.ticksPerInference(steps: Self.steps))
    let counts = OperationCounts(program: t.program, counters: t.runner.counters, steps: Self.steps)
    // Once on the population's track and once on the core's.
    #expect(events.spikes == 2 * counts.spikes)
    #expect(events.deepest == 2)
  }

  @Test("the validator finds overlapping slices")
  func overlap() throws {
    let text = """
      {"traceEvents":[
      {"ph":"X","pid":1,"tid":1,"ts":0,"dur":5,"name":"a","args":{}},
      {"ph":"X","pid":1,"tid":1,"ts":3,"dur":5,"name":"b","args":{}}
      ]}
      """
    #expect(try ChromeTraceValidator(text).problems == ["slice 'b' on 1/1 reaches beyond its parent"])
  }

  @Test("the value change dump follows the probes")
  func dump() throws {
    let t = try traced()
    let dump = try ValueChangeReader(t.texts["probes.vcd"] ?? "")
    #expect(dump.problems.isEmpty)
    let places = t.busy.map { "conv1.n\($0)" } + ["output.n3"]
    #expect(dump.names == places.flatMap { ["chip.\($0)_spike", "chip.\($0)_potential"] })
    for probe in t.busy {
      let spikes = t.rows("spikes.csv").filter { $0[0] == "conv1.\(probe)" }
      #expect(spikes.count > 4)
      #expect(dump.rises["chip.conv1.n\(probe)_spike"] == spikes.compactMap { (Int($0[1]) ?? 0) - 1 }.map { $0 * 1_000 })
    }
    let last = t.rows("potential.csv").last?[3]
    #expect(dump.values["chip.output.n3_potential"].map { "\($0)" } == last)
  }

  @Test(
    "GTKWave's converter reads the value change dump",
    .enabled(if: gtkWaveConverter != nil, "vcd2fst of the Debian package gtkwave is not installed"))
  func readByGTKWave() throws {
    let tool = try #require(gtkWaveConverter)
    let t = try traced()
    let folder = FileManager.default.temporaryDirectory.appending(path: "nmsim-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "probes.vcd")
    try Data((t.texts["probes.vcd"] ?? "").utf8).write(to: file)
    let process = Process()
    process.executableURL = URL(filePath: tool)
    let converted = folder.appending(path: "probes.fst").path
    process.arguments = [file.path, converted]
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0 && FileManager.default.fileExists(atPath: converted))
  }

  @Test("files stop at their limit and say so")
  func limits() throws {
    let t = try traced(limits: Traces.Limits(bytes: 400, events: 50))
    for (name, text) in t.texts where name != "trace.json" { #expect(text.utf8.count <= 400, "\(name)") }
    #expect(t.traces.remarks.count == 6)
    #expect(t.traces.remarks.first?.hasPrefix("spikes.csv: reached its limit, ") == true)
    let events = try ChromeTraceValidator(t.texts["trace.json"] ?? "")
    #expect(events.problems.isEmpty && events.count == 50 && events.dropped > 0)
  }

  @Test("names with commas and quotes stay one field, one word, one string")
  func names() throws {
    var program = try traced().program
    program.populations[1].name = "a,\"b\"\n$end <é>"
    var traces = Traces(program: program, steps: 2, probes: [NeuronProbe(population: 1, neuron: 5)])
    traces.add([Double](repeating: 1, count: program.input.shape.count))
    let texts = Dictionary(uniqueKeysWithValues: traces.files.map { ($0.name, String(decoding: $0.parts.joined(), as: UTF8.self)) })
    #expect(texts["potential.csv"]?.hasPrefix("timestep,\"neuron a,\"\"b\"\"\n$end <é>.5\",sample\n") == true)
    #expect(texts["probes.vcd"]?.contains("$scope module p0_a__b___end____ $end\n") == true)
    #expect(try ChromeTraceValidator(texts["trace.json"] ?? "").problems.isEmpty)
    #expect(try ValueChangeReader(texts["probes.vcd"] ?? "").problems.isEmpty)
  }

  @Test(
    "a name that a table program would take for a formula is text, a number stays one",
    arguments: [
      ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"), ("+a", "'+a"), ("-1", "'-1"), ("@a", "'@a"), ("=a,b", "\"'=a,b\""),
      ("a=b", "a=b"), ("", ""),
    ])
  func formulas(_ name: String, _ field: String) throws {
    #expect(BoundedText.field(name) == field)
    var program = try traced().program
    program.populations[1].name = name
    var traces = Traces(program: program, steps: 2)
    traces.add([Double](repeating: 1, count: program.input.shape.count))
    let perf = try #require(traces.files.first { $0.name == "perf.csv" })
    #expect(!String(decoding: perf.parts.joined(), as: UTF8.self).contains("'"))
  }

  @Test(
    "a probe that names no neuron is refused",
    arguments: [
      ("conv1", "probe 'conv1' names no neuron; write POPULATION:NEURON, for example conv1:0"),
      ("conv9:1", "probe: no population 'conv9'; use one of conv1, conv2, conv3, output"),
      ("conv1:1024", "probe: population 'conv1' has no neuron '1024'; its 1024 are 0 to 1023"),
      ("conv1:-1", "probe: population 'conv1' has no neuron '-1'; its 1024 are 0 to 1023"),
      ("conv1:99999999999999999999", "probe: population 'conv1' has no neuron '99999999999999999999'; its 1024 are 0 to 1023"),
    ])
  func probes(_ text: String, _ message: String) throws {
    let (program, _) = try DigitsTests().program(chip: "ideal")
    let error = #expect(throws: ProbeError.self) { try NeuronProbe(text, in: program) }
    #expect(error.map { "\($0)" } == message)
  }
}

/// GTKWave's VCD reader, where the Debian package is installed.
private let gtkWaveConverter = ["/usr/bin/vcd2fst", "/usr/local/bin/vcd2fst", "/opt/homebrew/bin/vcd2fst"].first {
  FileManager.default.isExecutableFile(atPath: $0)
}

/// Reads a Chrome trace and notes what Perfetto would not take.
struct ChromeTraceValidator {
  var problems: [String] = []
  var count = 0
  var slices = 0
  var counters = 0
  var spikes = 0
  var deepest = 0
  var dropped = 0

  init(_ text: String) throws {
    var root = try JSONNode(root: try JSONParser.parse(text)).object()
    if let facts = root.optional("otherData") {
      var facts = try facts.object()
      dropped = try facts.required("droppedEvents").int()
    }
    // Ends of the open slices, by track.
    var open: [String: [Double]] = [:]
    let events = try root.required("traceEvents").array()
    count = events.count
    for event in events {
      var event = try event.object()
      let phase = try event.required("ph").string()
      let track = "\(try event.required("pid").int())/\(try event.required("tid").int())"
      let name = try event.required("name").string()
      guard phase != "M" else { continue }
      let start = try event.required("ts").double(in: 0 ... .infinity)
      if phase == "C" { counters += 1 }
      guard phase == "X" else {
        if phase != "C" { problems.append("unknown phase '\(phase)'") }
        continue
      }
      slices += 1
      var args = try event.required("args").object()
      spikes += try args.optional("spikes")?.int() ?? 0
      let end = start + (try event.required("dur").double(in: 0 ... .infinity))
      var stack = open[track] ?? []
      while let last = stack.last, last <= start { stack.removeLast() }
      if let parent = stack.last, end > parent { problems.append("slice '\(name)' on \(track) reaches beyond its parent") }
      stack.append(end)
      deepest = max(deepest, stack.count)
      open[track] = stack
    }
    // One event a line.
    let lines = text.split(separator: "\n").count
    if lines != count + 2 { problems.append("\(lines) lines for \(count) events") }
  }
}

/// Reads a value change dump by the grammar of IEEE 1364.
struct ValueChangeReader {
  var problems: [String] = []
  var names: [String] = []
  var values: [String: Int32] = [:]
  /// Times at which a wire went from 0 to 1.
  var rises: [String: [Int]] = [:]

  init(_ text: String) throws {
    var words = text.split(whereSeparator: \.isWhitespace).map(String.init)[...]
    var scopes: [String] = []
    var codes: [String: (name: String, width: Int)] = [:]
    while let word = words.popFirst(), word != "$enddefinitions" {
      var body: [String] = []
      while let next = words.popFirst(), next != "$end" { body.append(next) }
      switch word {
      case "$scope": scopes.append(body.last ?? "")
      case "$upscope": _ = scopes.popLast()
      case "$var":
        guard body.count == 4, let width = Int(body[1]), codes[body[2]] == nil else {
          problems.append("variable \(body)")
          continue
        }
        let name = (scopes + [body[3]]).joined(separator: ".")
        codes[body[2]] = (name, width)
        names.append(name)
      case "$version", "$timescale": break
      default: problems.append("unknown keyword \(word)")
      }
    }
    if !scopes.isEmpty { problems.append("open scopes \(scopes)") }
    _ = words.popFirst()
    var time = -1
    while let word = words.popFirst() {
      switch word.first {
      case "#":
        let next = Int(word.dropFirst()) ?? -1
        if next <= time { problems.append("time \(word) does not rise") }
        time = next
      case "0", "1":
        guard let wire = codes[String(word.dropFirst())], wire.width == 1 else {
          problems.append("change \(word)")
          continue
        }
        if word.first == "1", values[wire.name] != 1 { rises[wire.name, default: []].append(time) }
        values[wire.name] = word.first == "1" ? 1 : 0
      case "b":
        guard let code = words.popFirst(), let register = codes[code], let bits = UInt32(word.dropFirst(), radix: 2) else {
          problems.append("change \(word)")
          continue
        }
        values[register.name] = Int32(bitPattern: bits)
      default: problems.append("unknown \(word)")
      }
    }
  }
}
