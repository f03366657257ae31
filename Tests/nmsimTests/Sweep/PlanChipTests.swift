import ChipModel
import Testing

@testable import nmsim

@Suite("Chips that a plan changes")
struct PlanChipTests {
  private func chips(_ text: String) throws -> [PlanChip] {
    let options = JSONParser.Options(allowsComments: true)
    return try PlanChip.list(JSONNode(root: try JSONParser.parse(Array(text.utf8), options: options)))
  }

  @Test("lists are crossed out and applied, under a name that says so")
  func crossed() throws {
    let chips = try chips(
      #"["loihi", {"extends": "generic-45nm", "neuronsPerCore": [64, 128], "multicast": true, "energy": {"hop": ["1 pJ", "2 pJ"]}}]"#)
    #expect(chips.count == 5)
    #expect(chips[0] == PlanChip(base: "loihi"))
    let chip = try chips[4].applied(to: ChipLibrary.builtIn("generic-45nm"))
    #expect(chip.value(.neuronsPerCore) == 128)
    #expect(chip.multicast)
    #expect(chip.energy.each(.hopNorth) == 2e-12)
    #expect(chip.name == "generic-45nm_neuronsPerCore-128_multicast-true_energy.hop-2pJ")
    #expect(chips[4].changes.map(\.label) == ["128 neurons", "multicast true", "hop 2 pJ"])
    #expect(Set(try chips.dropFirst().map { try $0.applied(to: ChipLibrary.builtIn("generic-45nm")).name }).count == 4)
  }

  @Test(
    "what is wrong is told",
    arguments: [
      (#"{"extends": "ideal", "neuronsPerCor": 3}"#, "did you mean 'neuronsPerCore'"),
      (#"{"extends": "ideal", "neuronsPerCore": 0}"#, "out of range"),
      (#"{"extends": "ideal", "energy": {"hop": 3}}"#, "expected a number with its unit"),
      (#"{"neuronsPerCore": 3}"#, "missing key 'extends'"), (#"["ideal", "ideal"]"#, "stands in the list before"),
    ])
  func refused(_ text: String, _ problem: String) {
    #expect { _ = try chips(text) } throws: { "\($0)".contains(problem) }
  }

  @Test("numbers that do not go together are told by the chip")
  func inconsistent() throws {
    let chip = try #require(try chips(#"{"extends": "loihi", "accumulatorBits": 2}"#).first)
    #expect(throws: ChipError.self) { try chip.applied(to: ChipLibrary.builtIn("loihi")) }
  }
}
