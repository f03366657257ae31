import ChipModel
import Foundation
import Testing

@testable import nmsim

@Suite("inspect")
struct InspectCommandTests {
  private static let run = """
    {
      "format": "nmsim-run/2", "network": "tiny", "chip": "ideal", "method": null, "ticks": 12, "samples": 100,
      "accuracy": 0.97, "accuracyInterval": [0.9, 0.99],
      "accuracyByStep": [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.96, 0.97],
      "populations": [
        {"name": "hidden", "neurons": 4, "spikes": 12345, "meanRate": 0.25},
        {"name": "out", "neurons": 2, "spikes": 0, "meanRate": 0}
      ],
      "totals": {"spikes": 12345, "messages": 54321},
      "energy": {"spike": {"profile": "merolla2011", "joulesPerSpike": 4.5e-11}}
    }
    """

  @Test("a network, a result and several files are shown as recorded, at most 80 columns wide", arguments: [
    ("inspect-digits", "DIGITS/net.json"), ("inspect-run", "DIR/run.json"),
    ("inspect-two", "DIR/net.json DIR/run.json"),
  ])
  func pages(_ name: String, _ files: String) throws {
    try TemporaryFolder.with { folder in
      try folder.write(SmallFiles.shortcut, "net.json")
      try folder.write(Self.run, "run.json")
      let result = folder.invoke("inspect \(files)")
      #expect(result.status == .success)
      #expect(result.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
      try expectGolden(result.output, "\(name).txt")
    }
  }

  @Test("--json holds every file with its kind and content")
  func json() throws {
    try TemporaryFolder.with { folder in
      try folder.write(SmallFiles.network, "net.json")
      try folder.write(Self.run, "run.json")
      #expect(folder.invoke("compile DIR/net.json -q -o DIR/p --json DIR/c.json").status == .success)
      let result = folder.invoke("inspect DIR/net.json DIR/p DIR/run.json --json -")
      #expect(result.status == .success)
      var root = try JSONNode(root: try JSONParser.parse(Array(result.output.utf8))).object()
      #expect(try root.required("format").string() == "nmsim-inspect/1")
      var kinds: [String] = []
      var formats: [String] = []
      for node in try root.required("files").array() {
        var file = try node.object()
        kinds.append(try file.required("kind").string())
        var content = try file.required("content").object()
        formats.append(try content.required("format").string())
      }
      #expect(kinds == ["network", "program", "nmsim-run/2"])
      #expect(formats == ["nmsim-network/1", "nmsim-compile/1", "nmsim-run/2"])
    }
  }

  @Test("a program that is cut off or changed is refused in one line, whatever the place")
  func damagedProgram() throws {
    try TemporaryFolder.with { folder in
      try folder.write(SmallFiles.network, "net.json")
      #expect(folder.invoke("compile DIR/net.json -q -o DIR/p").status == .success)
      let bytes = Array(try folder.data("p"))
      var generator = SplitMix64(seed: 1)
      for round in 0..<100 {
        let place = Int.random(in: bytes.indices, using: &generator)
        var changed = bytes
        changed[place] ^= UInt8.random(in: 1...255, using: &generator)
        try Data(round % 2 == 0 ? changed : Array(bytes[..<place])).write(to: URL(filePath: "\(folder.path)/q"))
        let result = folder.invoke("inspect DIR/q")
        #expect(result.status == .badData, "round \(round)")
        #expect(result.error.hasPrefix("nmsim: DIR/q: ") && result.output.isEmpty, "round \(round)")
        #expect(result.error.split(separator: "\n").count == 1, "round \(round)")
      }
      try Data(bytes.dropLast()).write(to: URL(filePath: "\(folder.path)/q"))
      #expect(
        folder.invoke("inspect DIR/q").error
          == "nmsim: DIR/q: is cut off: it has \(bytes.count - 1) bytes of \(bytes.count): copy it again or compile the "
          + "network again\n")
    }
  }

  @Test("what is wrong is said in one line with its status", arguments: [
    ("DIR/none", ExitStatus.missingInput, "nmsim: DIR/none: no such file: check the path"),
    ("DIR", .missingInput, "nmsim: DIR: is a folder: name a file"),
    (
      "DIR/empty", .badData,
      "nmsim: DIR/empty: is an empty file, which this command does not show: give a network, a program, a result, a chip or a NIR graph"
    ),
    (
      "DIR/other.json", .badData,
      "nmsim: DIR/other.json: neither a network, a program, a result nor a chip description: "
        + "give a file that nmsim wrote"
    ),
    (
      "DIR/bad.json", .badData,
      "nmsim: DIR/bad.json: line 1, column 12: expected a value, found '}'"
    ),
    (
      "DIR/net.json", .badData,
      "nmsim: DIR/net.json: line 6, column 64: populations[0].neuron: unknown key 'treshold': did you mean 'threshold'?"
    ),
  ])
  func faults(_ file: String, _ status: ExitStatus, _ error: String) throws {
    try TemporaryFolder.with { folder in
      try folder.write("", "empty")
      try folder.write("{\"format\": \"other/1\"}", "other.json")
      try folder.write("{\"format\": }", "bad.json")
      try folder.write(SmallFiles.network.replacingOccurrences(of: "threshold", with: "treshold"), "net.json")
      let result = folder.invoke("inspect \(file)")
      #expect(result.status == status)
      #expect(result.error == error + "\n")
      #expect(result.output.isEmpty)
    }
  }
}
