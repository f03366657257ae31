import ChipModel
import Compiler
import Foundation
import Testing

@testable import Runtime

/// The package `sanafe`, where a Python has it: `NMSIM_PYTHON`, else `python3`.
enum SanaFEPackage {
  struct Result: Decodable {
    /// By tick.
    var fired: [Int]
    var updated: Int
    var events: Int
    var messages: Int
    var hops: Int
    /// `synapse`, `dendrite`, `soma`, `network`, `total`.
    var energy: [String: Double]
    var seconds: Double
  }

  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  static let isThere: Bool = {
    if let (status, _) = try? python(["-c", "import sanafe"]), status == 0 { return true }
    print("skipped: the Python package 'sanafe' is not installed; NMSIM_PYTHON names a Python that has it")
    return false
  }()

  static func python(_ arguments: [String]) throws -> (status: Int32, output: Data) {
    let process = Process()
    let pipe = Pipe()
    let name = ProcessInfo.processInfo.environment["NMSIM_PYTHON"] ?? "python3"
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [name] + arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, data)
  }

  static func run(_ export: SanaFEExport) throws -> Result {
    let file = FileManager.default.temporaryDirectory.appending(path: "nmsim-\(UUID().uuidString).json").path
    try export.write(to: file)
    defer { try? FileManager.default.removeItem(atPath: file) }
    let script = root.appending(path: "Tests/Scripts/sanafe_run.py").path
    let (status, data) = try python([script, file])
    try #require(status == 0)
    let last = try #require(String(decoding: data, as: UTF8.self).split(separator: "\n").last)
    return try JSONDecoder().decode(Result.self, from: Data(last.utf8))
  }
}

@Suite("The package sanafe")
struct SanaFEPackageTests {
  /// Everything that both simulators report of one sample.
  struct Figures {
    var theirs: SanaFEPackage.Result
    var counts: OperationCounts
    var updated: Int
    var fired: [Int]
    var bill: ChipBill
    var seconds: Double

    init(_ program: CompiledProgram, input: [Double], ticks: Int, updates: Bool) throws {
      theirs = try SanaFEPackage.run(SanaFEExport(program, input: input, ticks: ticks))
      var runner = LayerRunner(plan: EnginePlan(program), steps: ticks)
      _ = runner.run(input)
      var interpreter = ChipInterpreter(program, steps: ticks)
      interpreter.recordsUpdates = true
      _ = interpreter.run(input)
      counts = OperationCounts(program: program, counters: runner.counters, steps: ticks)
      updated = interpreter.updates.count
      bill = ChipBill(program: program, counts: counts, steps: ticks, samples: 1, neuronUpdates: updated)
      let timer = TickTimer(program)
      let activity = timer.activity(SampleTrains(runner), steps: ticks, updated: interpreter.updates)
      fired = activity.spikes.map(\.count)
      seconds = try #require(timer.time(activity, model: .simple)).seconds
    }

    func joules(_ units: ChipUnit...) -> Double {
      bill.items.filter { item in units.contains { $0.rawValue == item.unit } }.reduce(0) { $0 + ($1.joules ?? .nan) }
    }

    func check(_ name: String) {
      #expect(fired == theirs.fired, "\(name)")
      #expect(updated == theirs.updated, "\(name)")
      #expect(counts.synapticOperations == theirs.events, "\(name)")
      #expect(counts.messages == theirs.messages, "\(name)")
      #expect(counts.hops == theirs.hops, "\(name)")
      for (key, ours) in bills { #expect(SanaFETests.near(ours, theirs.energy[key] ?? .nan), "\(name): \(key)") }
      #expect(SanaFETests.near(seconds, theirs.seconds), "\(name): \(seconds), \(theirs.seconds)")
      #expect(!theirs.fired.allSatisfy { $0 == 0 })
    }

    /// Our energies under its names, in the order of its table.
    var bills: [(String, Double)] {
      let parts = [
        ("synapse", joules(.synapse)), ("dendrite", joules(.dendrite)), ("soma", joules(.soma)),
        ("network", joules(.network)),
      ]
      return parts + [("total", parts.reduce(0) { $0 + $1.1 })]
    }
  }

  @Test(
    "itself gives our spikes, updates, events, messages, hops, energies and simple time",
    .enabled(if: SanaFEPackage.isThere, "no Python package sanafe"),
    arguments: 100..<106 as Range<UInt64>)
  func random(seed: UInt64) throws {
    let (program, input) = try Self.program(seed: seed)
    try Figures(program, input: input, ticks: 12, updates: true).check("seed \(seed)")
  }

  private static func program(seed: UInt64) throws -> (CompiledProgram, input: [Double]) {
    var random = RandomNetworks(seed: seed)
    var network = try random.network().network
    for index in network.populations.indices where network.populations[index].neuron.model == .integrateFire {
      network.populations[index].neuron[.strict] = true
    }
    var chip = try random.smallCores("loihi-sanafe")
    chip.numbers[.chips] = Sourced(1, source: "test", certainty: .assumed)
    let program = try CompiledProgram.compile(
      try network.checked(), chip: chip,
      options: CompileOptions(schedule: .continuous, placement: .random, seed: seed)
    ).program
    return (program, random.input(program))
  }

  /// Seconds of 12 ticks: by SANA-FE's rule for our messages, and with our queues.
  private static func detailed(_ program: CompiledProgram, _ input: [Double]) throws -> (rule: Double, ours: Double) {
    var runner = LayerRunner(plan: EnginePlan(program), steps: 12)
    _ = runner.run(input)
    var interpreter = ChipInterpreter(program, steps: 12)
    interpreter.recordsUpdates = true
    _ = interpreter.run(input)
    let timer = TickTimer(program)
    let activity = timer.activity(SampleTrains(runner), steps: 12, updated: interpreter.updates)
    let ours = try #require(timer.time(activity, model: .detailed))
    let buffer = try #require(program.chip.linkBufferMessages)
    let rule = zip(0..., ours.ticks).reduce(0.0) { sum, tick in
      let end = SanaFEDetailed(timer.load(activity, tick: tick.0), program, buffer: buffer).end
      return sum + end / ActionTimes.perSecond + tick.1.barrier
    }
    return (rule, ours.seconds)
  }

  /// Seeds, and the detailed time of package 2.2.9.
  static let stored: [(seed: UInt64, seconds: Double)] = [
    (100, 46.4105e-6), (101, 23.12842e-6), (102, 21.9295e-6), (103, 33.3083e-6), (104, 39.6673e-6), (105, 62.1128e-6),
    (106, 33.2223e-6), (107, 57.1594e-6), (108, 42.5312e-6), (109, 27.15e-6), (110, 38.3885e-6), (111, 27.5122e-6),
  ]

  @Test("detailed time by SANA-FE's rule for our messages is what its package computes; our queues take another", arguments: stored)
  func detailed(seed: UInt64, seconds: Double) throws {
    let (program, input) = try Self.program(seed: seed)
    let (rule, ours) = try Self.detailed(program, input)
    #expect(SanaFETests.near(rule, seconds), "seed \(seed): \(rule), \(seconds)")
    // Far below what links hold, both are the free ways and the cores' work, but for the order of a spike's messages.
    #expect(abs(ours / rule - 1) < 0.01, "seed \(seed): \(ours), \(rule)")
    guard SanaFEPackage.isThere else { return }
    let theirs = try SanaFEPackage.run(SanaFEExport(program, input: input, ticks: 12, model: .detailed))
    #expect(SanaFETests.near(rule, theirs.seconds / ActionTimes.perSecond), "seed \(seed): \(theirs.seconds)")
  }

  @Test("its Loihi has the constants of loihi-sanafe", .enabled(if: SanaFEPackage.isThere, "no Python package sanafe"))
  func constants() throws {
    let find = "import sanafe, pathlib; print(pathlib.Path(sanafe.__file__).parent / 'examples' / 'loihi.yaml')"
    let (status, output) = try SanaFEPackage.python(["-c", find])
    try #require(status == 0)
    let path = String(decoding: output, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
      return print("skipped: this version of sanafe ships no examples/loihi.yaml")
    }
    // The first value of a key after a line that contains `unit`.
    func value(_ key: String, in unit: String) throws -> Double {
      let lines = text.split(separator: "\n").drop { !$0.contains("name: \(unit)") }
      let line = try #require(lines.first { $0.contains("\(key):") }, "\(unit) \(key)")
      return try #require(Double(line.split(separator: ":")[1].trimmingCharacters(in: .whitespaces)))
    }
    let chip = try ChipLibrary.builtIn("loihi-sanafe")
    let rows: [(ChipAction, String, String)] = [
      (.synapticOperation, "loihi_dense_synapse", "process_spike"),
      (.identityOperation, "loihi_sparse_synapse", "process_spike"),
      (.convolutionOperation, "loihi_conv_synapse", "process_spike"), (.neuronAccess, "loihi_lif", "access_neuron"),
      (.neuronUpdate, "loihi_lif", "update_neuron"), (.spike, "loihi_lif", "spike_out"),
      (.axonOut, "loihi_out", "message_out"), (.axonIn, "loihi_in", "message_in"),
      (.dendriteUpdate, "loihi_dendrites", "update"), (.hopEast, "loihi_tile", "east_hop"),
      (.hopWest, "loihi_tile", "west_hop"), (.hopNorth, "loihi_tile", "north_hop"),
      (.hopSouth, "loihi_tile", "south_hop"),
    ]
    for (action, unit, key) in rows {
      #expect(SanaFETests.near(try value("energy_" + key, in: unit), chip.energy.each(action) ?? -1), "\(action)")
      #expect(SanaFETests.near(try value("latency_" + key, in: unit), chip.time.each(action) ?? -1), "\(action)")
    }
    #expect(try value("link_buffer_size", in: "loihi_chip") == chip.linkBufferMessages.map { Double($0) })
    let barrier = try #require(text.split(separator: "\n").last { $0.contains("latency_sync: {") })
    let table = barrier.split(separator: "{")[1].split(separator: "}")[0].split(separator: ",").map { entry in
      entry.split(separator: ":").compactMap { Double($0.trimmingCharacters(in: .whitespaces)) }
    }
    let ours = try #require(chip.barrier?.value)
    #expect(table.map { $0[0] } == ours.map { Double($0.tiles) })
    for (row, entry) in zip(table, ours) { #expect(SanaFETests.near(row[1], entry.seconds)) }
  }

  static let model = root("shared/models/mnist-cnn.onnx")
  static let images = root("shared/data/mnist-train-images-idx3-ubyte.gz")

  /// A file beside the package.
  static func root(_ path: String) -> String {
    SanaFEPackage.root.deletingLastPathComponent().appending(path: path).path
  }

  static let hasModel: Bool = {
    guard ProcessInfo.processInfo.environment["NMSIM_SANAFE_MNIST"] != nil else {
      print("skipped: mnist-cnn on sanafe takes minutes and 6 GB; set NMSIM_SANAFE_MNIST=1")
      return false
    }
    for path in [model, images] where !FileManager.default.fileExists(atPath: path) {
      print("skipped: \(path) is not there")
      return false
    }
    return SanaFEPackage.isThere
  }()

  @Test("mnist-cnn, 50 steps: both bills", .enabled(if: hasModel, "needs sanafe, ../shared and NMSIM_SANAFE_MNIST"))
  func mnist() throws {
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: Self.model)))
    let analog = try ONNXImporter.read(bytes, folder: root("shared/models"), name: "mnist-cnn").network
    let data = try #require(DatasetLoader.load(images: Self.images, expectedShape: [1, 28, 28]).prefix(100))
    let grey = Preprocessing(scale: 1 / 255.0)
    var network = try Conversion.run(
      analog, ConversionSettings(.robustNorm).with(.initial, .zero), preprocessing: grey,
      calibration: CalibrationData(name: "mnist-train", dataset: data, samples: 100)
    ).network
    for index in network.populations.indices where network.populations[index].neuron.model == .integrateFire {
      network.populations[index].neuron[.strict] = true
    }
    var chip = try ChipLibrary.builtIn("loihi-sanafe")
    chip.numbers[.chips] = Sourced(1, source: "test", certainty: .assumed)
    let program = try CompiledProgram.compile(
      try network.checked(), chip: chip, options: CompileOptions(weightBits: 8, schedule: .continuous)
    ).program
    let figures = try Figures(
      program, input: data.values(ofSample: 0, preprocessing: grey), ticks: 50, updates: true)
    figures.check("mnist-cnn")
    print("mnist-cnn on \(program.cores.count) cores, one image, 50 ticks: nmsim | sanafe")
    print("fired \(figures.counts.spikes) | \(figures.theirs.fired.reduce(0, +))")
    print("synaptic events \(figures.counts.synapticOperations) | \(figures.theirs.events)")
    print("messages \(figures.counts.messages) | \(figures.theirs.messages)")
    print("hops \(figures.counts.hops) | \(figures.theirs.hops)")
    for (key, ours) in figures.bills { print("\(key) \(ours) J | \(figures.theirs.energy[key] ?? .nan) J") }
    print("simple time \(figures.seconds) s | \(figures.theirs.seconds) s")
  }

  private func root(_ path: String) -> String { Self.root(path) }
}
