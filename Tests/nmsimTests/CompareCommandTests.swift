import ChipModel
import Foundation
import Runtime
import Testing

@testable import nmsim

@Suite("compare")
struct CompareCommandTests {
  @Test("one network on every built-in chip: fits or why not, at most 80 columns wide")
  func everyChip() throws {
    let result = try TemporaryFolder.with { $0.invoke("compare DIGITS/net.json --samples 5 --ticks 16") }
    #expect(result.status == .success, "\(result.error)")
    #expect(result.output.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(result.output)")
    try expectGolden(result.output, "compare-digits.txt")
  }

  @Test("without data it compiles only, and says so")
  func noData() throws {
    try TemporaryFolder.with { folder in
      try folder.write(SmallFiles.shortcut, "net.json")
      let result = folder.invoke("compare DIR/net.json --chips loihi,ideal")
      #expect(result.status == .success, "\(result.error)")
      #expect(result.output.hasPrefix("shortcut: compiled, not run (no data)\n"))
      #expect(!result.output.contains("energy"))
    }
  }

  @Test("the results are those of compile and run, and report takes them")
  func results() throws {
    try TemporaryFolder.with { folder in
      let compared = folder.invoke(
        "compare DIGITS/net.json --chips loihi,generic-45nm,odin --samples 6 --ticks 20 --out DIR/chips --json DIR/c.json -q")
      #expect(compared.status == .success && compared.output.isEmpty, "\(compared.error)")
      var root = try JSONNode(root: JSONParser.parse(FileReader.bytes(of: folder.path + "/c.json"))).object()
      #expect(try root.required("format").string() == "nmsim-compare/2")
      #expect(try root.required("samples").int() == 6)
      var fits: [Bool] = []
      for node in try root.required("entries").array() {
        var entry = try node.object()
        let chip = try entry.required("chip").string()
        let isHeld = try entry.required("fits").bool()
        fits.append(isHeld)
        guard isHeld else {
          var refusal = try entry.required("refusal").object()
          #expect(try refusal.required("problem").string().contains("chip 'odin'"))
          continue
        }
        let file = folder.path + "/chips/\(chip).json"
        #expect(try entry.required("run").string() == file)
        #expect(
          folder.invoke("compile DIGITS/net.json --chip \(chip) -o DIR/\(chip).nmsim -q").status == .success)
        let run = folder.invoke(
          "run DIR/\(chip).nmsim --samples 6 --ticks 20 --no-timing --input DIGITS/test-images.npy --labels "
            + "DIGITS/test-labels.npy --json DIR/run.json -q")
        #expect(run.status == .success, "\(run.error)")
        let ours = try RunResult(reading: FileReader.bytes(of: file))
        var theirs = try RunResult(reading: FileReader.bytes(of: folder.path + "/run.json"))
        // The program's own data are named from another folder, which is part of its hash.
        theirs.program.hash = ours.program.hash
        #expect(ours == theirs)
        #expect(try entry.required("joulesPerInference").double() == ours.bill?.joulesPerInference)
      }
      #expect(fits == [true, true, false])
      let report = folder.invoke("report DIR/chips/loihi.json DIR/chips/generic-45nm.json -o DIR/r.html")
      #expect(report.status == .success, "\(report.error)")
      // Programs as they are, beside each other.
      let programs = folder.invoke("compare DIR/loihi.nmsim DIR/generic-45nm.nmsim --samples 6 --ticks 20")
      #expect(programs.status == .success, "\(programs.error)")
      let names = programs.output.split(separator: "\n").dropFirst(2).prefix(2).map { $0.split(separator: " ").first }
      #expect(names == ["loihi", "generic-45nm"], "\(programs.output)")
    }
  }

  @Test("nothing that fits ends with the status of what does not fit, with the option that would")
  func nothingFits() throws {
    try TemporaryFolder.with { folder in
      let data = ", \"images\": \"data/x.npy\", \"labels\": \"data/y.npy\""
      try folder.write(SmallFiles.network.replacingOccurrences(of: data, with: ""), "net.json")
      try folder.write(SmallFiles.chip("\"synapseMemoryBitsPerCore\": 7"), "chip.json")
      let result = folder.invoke("compare DIR/net.json --chips DIR/chip.json")
      #expect(result.status == .doesNotFit)
      #expect(
        result.output.hasSuffix(
          """
          small: population 'out' needs 32 bits of synapse memory on one core for a single
          neuron, chip 'small' has 7. It fits with --weight-bits 3.

          """), "\(result.output)")
    }
  }

  @Test("wrong uses are named", arguments: [
    ("compare", ExitStatus.usage, "nmsim: compare: NETWORK is missing: for example 'nmsim compare net.json --samples 100'"),
    (
      "compare DIR/net.json --chips loihi,loihi", .usage, "nmsim: compare: --chips names 'loihi' twice: name it once"
    ),
    (
      "compare DIR/net.json --chips loihi,", .usage,
      "nmsim: compare: --chips has an empty name: write names with one comma between"
    ),
    (
      "compare DIR/net.json DIR/net.json --chips ideal --out DIR/o", .usage,
      "nmsim: DIR/o/net-ideal.json: would hold the results of DIR/net.json on ideal and of DIR/net.json on ideal: "
        + "give networks and chips names of their own, or compare them apart"
    ),
    ("compare DIR/none.json", .missingInput, "nmsim: DIR/none.json: no such file: check the path"),
    (
      "compare DIGITS/net.json --samples 1000000", .badData,
      "nmsim: DIGITS/test-images.npy: 1,000,000 samples asked for, the file has 400: use --samples 400 or fewer"
    ),
  ])
  func faults(_ line: String, _ status: ExitStatus, _ error: String) throws {
    try TemporaryFolder.with { folder in
      try folder.write(SmallFiles.network, "net.json")
      let result = folder.invoke(line)
      #expect(result.status == status)
      #expect(result.error == error + "\n")
    }
  }
}
