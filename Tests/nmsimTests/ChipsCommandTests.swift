import ChipModel
import Testing

@testable import nmsim

@Suite("chips")
struct ChipsCommandTests {
  @Test("the list and the pages are as recorded, at most 80 columns wide", arguments: [
    ("chips", "chips"), ("chips-loihi", "chips show loihi"), ("chips-ideal", "chips show ideal"),
  ])
  func pages(_ name: String, _ line: String) throws {
    let result = invoke(line)
    #expect(result.status == .success)
    #expect(result.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
    try expectGolden(result.output, "\(name).txt")
  }

  @Test("every built-in chip has a page that names what is unknown", arguments: ChipLibrary.names)
  func every(_ name: String) throws {
    let result = invoke("chips show \(name)")
    #expect(result.status == .success)
    #expect(result.output.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(name)")
    let chip = try ChipLibrary.builtIn(name)
    for number in ChipNumber.allCases
    where chip.value(number) == nil && number != .defaultWeightBits && number != .bitsPerSynapse {
      let isNamed = result.output.split(separator: "\n").contains {
        $0.hasPrefix("\(number.rawValue) ") && $0.hasSuffix(" unknown")
      }
      #expect(isNamed, "\(name) \(number.rawValue)")
    }
  }

  @Test("--json writes the list, or a description that is read back equal")
  func json() throws {
    let list = invoke("chips --json -")
    let root = try JSONParser.parse(Array(list.output.utf8))
    var object = try JSONNode(root: root).object()
    #expect(try object.required("format").string() == "nmsim-chips/1")
    #expect(try object.required("chips").array().count == ChipLibrary.names.count)
    let shown = invoke("chips show truenorth --json -")
    #expect(try ChipDescription(json: Array(shown.output.utf8), file: "-") == ChipLibrary.builtIn("truenorth"))
    try TemporaryFolder.with { folder in
      #expect(folder.invoke("chips show odin -q --json DIR/odin.json").output.isEmpty)
      let page = folder.invoke("chips show DIR/odin.json").output
      #expect(page == invoke("chips show odin").output)
      #expect(folder.invoke("inspect DIR/odin.json").output == page)
    }
  }

  @Test("what is wrong is said in one line with its status", arguments: [
    (
      "chips show", ExitStatus.usage,
      "nmsim: chips: show needs the name of a chip: for example 'nmsim chips loihi'"
    ),
    (
      "chips list loihi", .usage, "nmsim: chips: list takes no chip, got 'loihi': 'nmsim chips loihi' shows one"
    ),
    ("chips show /none/chip.json", .missingInput, "nmsim: /none/chip.json: no such file: check the path"),
    (
      "chips show odim", .badConfiguration,
      "nmsim: unknown chip 'odim': did you mean 'odin'?"
    ),
  ])
  func faults(_ line: String, _ status: ExitStatus, _ error: String) {
    let result = invoke(line)
    #expect(result.status == status)
    #expect(result.error == error + "\n")
    #expect(result.output.isEmpty)
  }
}
