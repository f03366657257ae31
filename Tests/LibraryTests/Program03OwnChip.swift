import ChipModel
import Compiler
import Runtime
import Testing

@Suite("Library: compile for a chip of one's own")
struct OwnChipProgram {
  @Test("half the neurons of a core take more cores")
  func program() throws {
    let examples = Repository.examples
    // snippet
    var chip = try ChipDescription("loihi")
    chip.name = "half-loihi"
    try chip.set(.neuronsPerCore, to: 512, source: "our floor plan")
    try chip.set(.synapticOperation, joules: 12e-12, source: "our simulation of the layout")
    let network = try Network(file: "\(examples)/digits/net.json")
    let (half, whole) = try (network.compiled(for: chip), network.compiled(for: "loihi"))
    print("\(half.coreCount) cores of \(chip[.neuronsPerCore] ?? 0) neurons, \(whole.coreCount) of loihi's")
    // end
    #expect(half.coreCount > whole.coreCount)
    let digits = try Dataset(images: "\(examples)/digits/test-images.npy", shape: half.inputShape, samples: 2)
    let account = try #require(half.run(digits, steps: 4).account("chip"))
    #expect(account.items.contains { $0.joulesEach == 12e-12 && $0.source == "our simulation of the layout (assumed)" })
  }

  @Test("numbers out of range and numbers that contradict one another are one line")
  func refusals() throws {
    var chip = try ChipDescription("loihi")
    func line(_ body: () throws -> Void) -> String {
      do { try body() } catch { return "\(error)" }
      return ""
    }
    #expect(
      line { try chip.set(.membraneBits, to: 64, source: "none") }
        == "chip 'loihi': 'membraneBits' is 64; give a whole number from 2 to 32")
    #expect(
      line { try chip.set(.spike, joules: -1, source: "none") }
        == "chip 'loihi': 'spike' takes -1.0 joules; give a number of at least 0")
    try chip.set(.accumulatorBits, to: 4, source: "none")
    let network = try Network(file: "\(Repository.examples)/digits/net.json")
    #expect(line { _ = try network.compiled(for: chip) }.contains("'accumulatorBits' is 4"))
    #expect(line { _ = try network.compiled(for: "loihi", with: [.neuronsPerCore: 4]) }.contains("'neuronsPerCore'"))
    #expect(line { _ = try network.compiled(for: "loihi", with: [.weightBits: 40]) }.contains("'weightBits' is 40"))
    #expect(line { _ = try network.compiled(for: "lohi") }.contains("did you mean 'loihi'?"))
  }
}
