import ChipModel
import Compiler
import Foundation
import Runtime
import Testing

@testable import nmsim

@Suite("compile")
struct CompileCommandTests {
  /// A wrong use: files by name, the command line, the status and the whole line on standard error.
  struct Fault: Sendable, CustomTestStringConvertible {
    var files: [(name: String, text: String)] = [("net.json", SmallFiles.network)]
    var line: String
    var status: ExitStatus
    var error: String
    var testDescription: String { line }
  }

  private static func chip(_ limits: String) -> [(String, String)] {
    [("net.json", SmallFiles.network), ("chip.json", SmallFiles.chip(limits))]
  }

  private static func mapping(_ text: String, limits: String = "") -> [(String, String)] {
    chip(limits) + [("map.json", text)]
  }

  private static func mapping(_ old: String, _ new: String) -> [(String, String)] {
    mapping(SmallFiles.mapping.replacingOccurrences(of: old, with: new))
  }

  static let faults: [Fault] = [
    Fault(
      files: [], line: "compile DIR/net.json", status: .missingInput,
      error: "nmsim: DIR/net.json: no such file: check the path"),
    Fault(
      files: [("m.onnx", "\u{8}")], line: "compile DIR/m.onnx", status: .badData,
      error: "nmsim: DIR/m.onnx: is a trained network, not a spiking network: make one of it with 'nmsim convert DIR/m.onnx'"),
    Fault(
      files: [("m.nmsim", "NMSIM")], line: "explain DIR/m.nmsim", status: .badData,
      error: "nmsim: DIR/m.nmsim: is a compiled program, not a spiking network: give a net.json, which 'nmsim convert' writes"),
    Fault(
      files: [("net.json", "{")], line: "compile DIR/net.json", status: .badData,
      error: "nmsim: DIR/net.json: line 1, column 2: expected a key in double quotes, found the end of the text"),
    Fault(
      files: [("net.json", SmallFiles.network.replacingOccurrences(of: "threshold", with: "treshold"))],
      line: "compile DIR/net.json", status: .badData,
      error: "nmsim: DIR/net.json: line 6, column 64: populations[0].neuron: unknown key 'treshold': "
        + "did you mean 'threshold'?"),
    Fault(
      files: [("net.json", SmallFiles.network.replacingOccurrences(of: "[1, 0], [0, 1], [1, 1]", with: "[1, 0]"))],
      line: "compile DIR/net.json", status: .badData,
      error: "nmsim: DIR/net.json: line 10, column 80: projection 'a': weights have shape [2, 2]: "
        + "dense from 2 values to 4 neurons needs [4, 2]"),
    Fault(
      files: [("m.onnx", "\u{8}\u{1}")], line: "inspect DIR/m.onnx", status: .badData,
      error: "nmsim: DIR/m.onnx: is a trained network, which this command does not show: give a network, a program, a result, a "
        + "chip or a NIR graph"),
    Fault(
      line: "run DIR/net.json", status: .badData,
      error: "nmsim: DIR/net.json: is a spiking network, not a compiled program: make one of it with 'nmsim compile DIR/net.json'"),
    Fault(
      line: "compile DIR/net.json --chip lohi -o DIR/n", status: .badConfiguration,
      error: "nmsim: unknown chip 'lohi': did you mean 'loihi'?"),
    Fault(
      line: "compile DIR/net.json --chip zurich -o DIR/n", status: .badConfiguration,
      error: "nmsim: unknown chip 'zurich': known are ideal, generic-45nm, truenorth, loihi, loihi-sanafe, loihi2, "
        + "spinnaker1, spinnaker2, dynapcnn, odin, or give the path of a .json file"),
    Fault(
      line: "compile DIR/net.json --chip DIR/chip.json -o DIR/n", status: .missingInput,
      error: "nmsim: DIR/chip.json: no such file: check the path"),
    Fault(
      files: chip("\"neuronPerCore\": 1"), line: "compile DIR/net.json --chip DIR/chip.json -o DIR/n",
      status: .badConfiguration,
      error: "nmsim: DIR/chip.json: line 2, column 37: limits: unknown key 'neuronPerCore': "
        + "did you mean 'neuronsPerCore'?"),
    Fault(
      files: chip("\"inputAxonsPerCore\": 3"), line: "compile DIR/net.json --chip DIR/chip.json --split none -o DIR/n",
      status: .doesNotFit,
      error: "nmsim: DIR/net.json: population 'out' needs 4 input axons on one core for a single neuron, chip 'small' "
        + "has 3: reduce the layer's input channels or kernel, or choose a chip with more input axons a core "
        + "(generic-45nm, loihi, loihi2)"),
    Fault(
      files: chip("\"neuronsPerCore\": 1, \"coresPerChip\": 4, \"chips\": 1"),
      line: "compile DIR/net.json --chip DIR/chip.json -o DIR/n", status: .doesNotFit,
      error: "nmsim: DIR/net.json: the network needs at least 6 cores, chip 'small' has 4 (full at population 'hidden'): "
        + "choose a larger chip, or one with more neurons or synapse memory a core (generic-45nm, loihi, "
        + "loihi-sanafe)"),
    Fault(
      line: "compile DIR/net.json --chip truenorth -o DIR/n", status: .doesNotFit,
      error: "nmsim: DIR/net.json: population 'out' uses neuron model 'accumulator', which chip 'truenorth' does not "
        + "run (it runs if, lif): convert with --readout spikes, or choose another chip"),
    Fault(
      line: "compile DIR/net.json -o DIR/none/net.nmsim", status: .cannotWrite,
      error: "nmsim: DIR/none/net.nmsim: cannot be written: its folder does not exist: make the folder first"),
    Fault(
      line: "compile DIR/net.json -o DIR", status: .cannotWrite,
      error: "nmsim: DIR: cannot be written: it is a folder: name a file"),
    Fault(
      line: "compile DIR/net.json -o -", status: .usage,
      error: "nmsim: compile: -o '-' is standard output, where this does not go: give a file name"),
    Fault(
      line: "compile DIR/net.json -o DIR/./net.json", status: .usage,
      error: "nmsim: DIR/./net.json: is read by this command, and --output would replace it: give --output another name"),
    Fault(
      line: "compile DIR/net.json --weight-bits 17", status: .usage,
      error: "nmsim: compile: --weight-bits '17' is out of range: give a whole number from 2 to 16"),
    Fault(
      line: "compile DIR/net.json --membrane-bits 33", status: .usage,
      error: "nmsim: compile: --membrane-bits '33' is out of range: give a whole number from 2 to 32"),
    Fault(
      line: "compile DIR/net.json --weight-bits 9 -o DIR/n", status: .doesNotFit,
      error: "nmsim: DIR/net.json: --weight-bits 9 is more than chip 'generic-45nm' has (8): use 8 or fewer, or choose "
        + "a chip with more weight bits (loihi, loihi-sanafe, spinnaker1)"),
    Fault(
      line: "compile DIR/net.json --chip loihi --membrane-bits 25 -o DIR/n", status: .doesNotFit,
      error: "nmsim: DIR/net.json: --membrane-bits 25 is more than chip 'loihi' has (24): use 24 or fewer, or choose a "
        + "chip with more membrane bits (generic-45nm, loihi-sanafe, spinnaker1)"),
    Fault(
      line: "compile DIR/net.json --calibration DIR/none.npy -o DIR/n", status: .missingInput,
      error: "nmsim: DIR/none.npy: no such file: check the path"),
    Fault(
      line: "compile DIR/net.json --calibration DIR/none.npy --mapping row-major -o DIR/n", status: .missingInput,
      error: "nmsim: DIR/none.npy: no such file: check the path"),
    Fault(
      files: mapping(SmallFiles.mapping), line: "compile DIR/net.json --mapping DIR/map.json --calibration DIR/none.npy -o DIR/n",
      status: .usage,
      error: "nmsim: compile: --calibration has nothing to decide: a mapping file says where layers are cut and where cores "
        + "are: leave out --calibration or --mapping"),
    Fault(
      line: "compile DIR/net.json --calibration-samples 3 -o DIR/n", status: .usage,
      error: "nmsim: compile: --calibration-samples without --calibration: name the images too"),
    Fault(
      line: "compile DIR/net.json --fraction-bits 16", status: .usage,
      error: "nmsim: compile: --fraction-bits '16' is out of range: give a whole number from 0 to 15"),
    Fault(
      line: "compile DIR/net.json --mapping DIR/map.json -o DIR/n", status: .missingInput,
      error: "nmsim: DIR/map.json: no such file: check the path"),
    Fault(
      files: mapping("{\"format\": \"x\"}"), line: "compile DIR/net.json --mapping DIR/map.json -o DIR/n",
      status: .badData,
      error: "nmsim: DIR/map.json: line 1, column 12: format: not a mapping of this version: "
        + "expected 'nmsim-mapping/1'"),
    Fault(
      files: mapping("[3, 4]", "[4, 4]"), line: "compile DIR/net.json --mapping DIR/map.json -o DIR/n",
      status: .badData,
      error: "nmsim: DIR/map.json: line 3, column 106: cores[1].parts[1].channels: the range [4, 4] is empty: "
        + "write the first and one past the last"),
    Fault(
      files: mapping("\"out\"", "\"ot\""), line: "compile DIR/net.json --mapping DIR/map.json -o DIR/n",
      status: .badData,
      error: "nmsim: DIR/map.json: cores[1].parts[0]: the network has no population 'ot': did you mean 'out'?"),
    Fault(
      files: mapping("[3, 4]", "[3, 5]"), line: "compile DIR/net.json --mapping DIR/map.json -o DIR/n",
      status: .badData,
      error: "nmsim: DIR/map.json: cores[1].parts[1]: channels 3 to 5 of population 'hidden', which has 4: "
        + "give a range within 0 to 4"),
    Fault(
      files: mapping("[3, 4]", "[2, 4]"), line: "compile DIR/net.json --mapping DIR/map.json -o DIR/n",
      status: .badData,
      error: "nmsim: DIR/map.json: neuron [2, 0, 0] of population 'hidden' is on core 0 and on core 1: "
        + "give every neuron once"),
    Fault(
      files: mapping("[0, 3]", "[1, 2]"), line: "compile DIR/net.json --mapping DIR/map.json -o DIR/n",
      status: .badData,
      error: "nmsim: DIR/map.json: 2 neurons of population 'hidden' are on no core, the first is [0, 0, 0]: "
        + "give every neuron once"),
    Fault(
      files: mapping("\"place\": 1", "\"place\": 0"), line: "compile DIR/net.json --mapping DIR/map.json -o DIR/n",
      status: .badData,
      error: "nmsim: DIR/map.json: cores 0 and 1 are both at place 0: give each a place of its own"),
    Fault(
      files: mapping("\"place\": 1", "\"place\": 65536"), line: "compile DIR/net.json --mapping DIR/map.json -o DIR/n",
      status: .doesNotFit,
      error: "nmsim: DIR/map.json: core 0 is at place 65,536, chip 'generic-45nm' has 65,536 cores: "
        + "give a place from 0 to 65535"),
    Fault(
      files: mapping(SmallFiles.mapping, limits: "\"neuronsPerCore\": 2"),
      line: "compile DIR/net.json --chip DIR/chip.json --mapping DIR/map.json -o DIR/n", status: .doesNotFit,
      error: "nmsim: DIR/map.json: core 0 needs 3 neurons, chip 'small' has 2 a core: "
        + "put fewer neurons on this core"),
  ]

  @Test("what is wrong is said in one line with its status", arguments: faults)
  func fault(_ fault: Fault) throws {
    try TemporaryFolder.with { folder in
      for file in fault.files { try folder.write(file.text, file.name) }
      let result = folder.invoke(fault.line)
      #expect(result.error == fault.error + "\n")
      #expect(result.status == fault.status)
      #expect(result.output.isEmpty)
      #expect(!folder.has("n"))
    }
  }

  @Test("the tables are as recorded, at most 80 columns wide", arguments: [
    ("digits", "DIGITS/net.json", ""), ("loihi", "DIGITS/net.json --chip loihi --weight-bits 6", ""),
    ("ideal", "DIGITS/net.json --chip ideal --schedule continuous", ""),
    ("random", "DIGITS/net.json --mapping random --seed 7", ""),
    ("cores", "DIGITS/net.json --chip DIR/chip.json", "\"neuronsPerCore\": 64"),
    ("relays", "DIR/net.json --chip DIR/chip.json", "\"maximumDelay\": 1, \"coresPerChip\": 2, \"chips\": 1"),
  ])
  func tables(_ name: String, _ line: String, _ limits: String) throws {
    try TemporaryFolder.with { folder in
      try folder.write(SmallFiles.shortcut, "net.json")
      try folder.write(SmallFiles.chip(limits), "chip.json")
      let result = folder.invoke("compile \(line) -o DIR/p.nmsim")
      #expect(result.status == .success)
      #expect(result.error.isEmpty)
      var lines = result.output.split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
      #expect(lines.popLast() == "")
      let size = try folder.data("p.nmsim").count
      #expect(lines.popLast()?.hasPrefix("Wrote DIR/p.nmsim, \(NumberFormat.count(size)) bytes; mapping took ") == true)
      #expect(lines.allSatisfy { $0.count <= 80 })
      try expectGolden(lines.joined(separator: "\n") + "\n", "compile-\(name).txt")
      // The same tables, from the file; what rounding did is known to the compiler alone.
      lines = Array(lines.prefix { !$0.hasPrefix("Note: the chip keeps") })
      #expect(folder.invoke("inspect DIR/p.nmsim").output == lines.joined(separator: "\n") + "\n")
    }
  }

  @Test("--quiet prints nothing, --json - the document alone, --json FILE both")
  func outputs() throws {
    try TemporaryFolder.with { folder in
      try folder.write(SmallFiles.network, "net.json")
      let quiet = folder.invoke("compile DIR/net.json -q -o DIR/a")
      #expect(quiet.status == .success)
      #expect(quiet.output.isEmpty && quiet.error.isEmpty)
      let json = folder.invoke("compile DIR/net.json --json - -o DIR/b")
      try expectGolden(json.output, "compile-tiny.json")
      #expect(folder.invoke("compile DIR/net.json --json DIR/c.json -o DIR/c").output.hasPrefix("network"))
      #expect(try folder.text("c.json") == json.output)
      #expect(try folder.data("a") == folder.data("b"))
    }
  }

  @Test("the test data is found from the program's folder, wherever the network is")
  func data() throws {
    try TemporaryFolder.with { folder in
      try folder.write(SmallFiles.network, "nets/net.json")
      try folder.write("", "out/deep/x")
      let cases = [
        ("nets/p", "data/x.npy"), ("p", "nets/data/x.npy"), ("out/deep/p", "../../nets/data/x.npy"),
        ("nets/../out/p", "../nets/data/x.npy"),
      ]
      for (output, images) in cases {
        #expect(folder.invoke("compile DIR/nets/net.json -o DIR/\(output)").status == .success)
        let program = try ProgramStore.read("\(folder.path)/\(output)").program
        #expect(program.network.images == images)
        #expect(program.network.labels == images.replacingOccurrences(of: "x.npy", with: "y.npy"))
      }
    }
  }

  @Test("calibration data go with every mapping: a file of it gives the same program again, with partial sums too")
  func calibratedMappings() throws {
    try TemporaryFolder.with { folder in
      try folder.write(
        """
        {"format": "nmsim-chip/1", "name": "sums", "extends": "loihi-sanafe", "source": "test", "certainty": "assumed",
         "limits": {"neuronsPerCore": 60, "fanInPerNeuron": 50}}
        """, "chip.json")
      let line = "compile DIGITS/net.json --chip DIR/chip.json "
      let images = "--calibration DIGITS/test-images.npy --calibration-samples 5 "
      let rows = folder.invoke(line + images + "--mapping row-major --write-mapping DIR/m -o DIR/a")
      #expect(rows.status == .success && rows.error.isEmpty, "\(rows.error)")
      let text = rows.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      #expect(text.contains(/By the spikes of 5 samples in \d+ steps: [\d.]+ hops per message\./), "\(text)")
      let units = text.matches(of: /1\/(\d+) of the largest sum/).map { String($0.1) }
      #expect(!units.isEmpty && units.contains { $0 != "\(SumUnits.standard)" }, "\(text)")
      let again = folder.invoke(line + images + "--mapping DIR/m -q -o DIR/b")
      #expect(again.status == .success, "\(again.error)")
      #expect(try folder.data("a") == folder.data("b"))
      #expect(folder.invoke(line + "--mapping DIR/m -q -o DIR/c").status == .success)
      #expect(try folder.data("a") != folder.data("c"))
    }
  }

  @Test("the mapping follows the spikes of calibration data, and says what that gains")
  func calibration() throws {
    try TemporaryFolder.with { folder in
      // Small cores, so that there is something to place.
      try folder.write(
        """
        {"format": "nmsim-chip/1", "name": "small", "extends": "loihi-sanafe", "source": "test", "certainty": "assumed",
         "limits": {"neuronsPerCore": 40}}
        """, "chip.json")
      let line = "compile DIGITS/net.json --chip DIR/chip.json "
      let images = "--calibration DIGITS/test-images.npy --calibration-samples 5 "
      let first = folder.invoke(line + images + "-o DIR/a")
      #expect(first.status == .success && first.error.isEmpty)
      let text = first.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      let said = try #require(
        text.firstMatch(
          of: /Placed by the spikes of 5 samples in \d+ steps: ([\d.]+) hops per message; row by row it would be (\d+\.\d+)\./))
      let (hops, rows) = (try #require(Double(said.1)), try #require(Double(said.2)))
      #expect(hops > 0 && hops < rows)
      #expect(folder.invoke(line + images + "-o DIR/b").status == .success)
      #expect(try folder.data("a") == folder.data("b"))
      // The hops are those that a run of the same samples counts.
      let run = folder.invoke("run DIR/a --samples 5 --input DIGITS/test-images.npy --json DIR/r.json -q")
      #expect(run.status == .success)
      let totals = try RunResult(reading: Array(try folder.data("r.json"))).totals
      let counted = Double(try #require(totals.hops)) / Double(try #require(totals.messages))
      #expect(abs(counted - hops) <= 0.005000001)
    }
  }

  @Test("a mapping that was written gives the same program; another one gives another")
  func mapping() throws {
    try TemporaryFolder.with { folder in
      let chip = SmallFiles.chip("\"neuronsPerCore\": 200, \"coresPerChip\": 50, \"chips\": 1")
      try folder.write(chip, "chip.json")
      let options = "compile DIGITS/net.json --chip DIR/chip.json -q"
      #expect(folder.invoke("\(options) --mapping random --seed 3 --write-mapping DIR/m -o DIR/a").status == .success)
      #expect(folder.invoke("\(options) --mapping DIR/m --write-mapping DIR/n -o DIR/b").status == .success)
      #expect(try folder.data("a") == folder.data("b"))
      #expect(try folder.data("m") == folder.data("n"))

      try folder.write(SmallFiles.network, "net.json")
      try folder.write(SmallFiles.mapping, "map.json")
      #expect(folder.invoke("compile DIR/net.json --mapping DIR/map.json -q -o DIR/c").status == .success)
      let program = try ProgramStore.read("\(folder.path)/c").program
      #expect(program.cores.map(\.place) == [1, 0])
      #expect(program.cores.map(\.neuronCount) == [3, 3])
      // Core 1 has all four hidden neurons as input axons, one of them its own; core 0 has no inputs but the host's.
      #expect(program.cores.map(\.inputAxons.count) == [0, 4])
      #expect(program.cores.map(\.outputAxons.count) == [3, 1])
    }
  }

  @Test("the program is written into the current folder by the network's name", .enabled(if: Program.nmsim != nil, "nmsim is not there"))
  func currentFolder() throws {
    try TemporaryFolder.with { folder in
      try folder.write(SmallFiles.network, "nets/small.json")
      let bash = try #require(Program.find("bash"))
      let result = try Program.run(
        bash,
        ["-c", "cd \"$1\" && \"$2\" compile nets/small.json -q", "bash", folder.path, try #require(Program.nmsim)])
      #expect(result.status == 0)
      #expect(result.text.isEmpty)
      #expect(try ProgramStore.read("\(folder.path)/small.nmsim").program.network.images == "nets/data/x.npy")
    }
  }

  @Test("no damaged network, chip or mapping traps", arguments: [UInt64(1), 2, 3])
  func damaged(_ seed: UInt64) throws {
    try TemporaryFolder.with { folder in
      var generator = SplitMix64(seed: seed)
      let texts = [SmallFiles.network, SmallFiles.chip("\"neuronsPerCore\": 4"), SmallFiles.mapping]
      for round in 0..<60 {
        var bytes = texts.map { Array($0.utf8) }
        let file = Int.random(in: 0..<3, using: &generator)
        let position = Int.random(in: bytes[file].indices, using: &generator)
        bytes[file][position] = UInt8.random(in: 0x20..<0x7F, using: &generator)
        for (name, bytes) in zip(["net.json", "chip.json", "map.json"], bytes) {
          try folder.write(String(decoding: bytes, as: UTF8.self), name)
        }
        let result = folder.invoke("compile DIR/net.json --chip DIR/chip.json --mapping DIR/map.json -o DIR/p")
        let isKnown = [.success, .badData, .missingInput, .doesNotFit, .badConfiguration].contains(result.status)
        #expect(isKnown, "seed \(seed), round \(round): \(result.error)")
        #expect(result.error.split(separator: "\n").count <= 1)
      }
    }
  }
}
