import ChipModel
import Compiler
import Runtime
import Testing

@Suite("Library: step tick by tick and look at potentials")
struct StepProgram {
  @Test("the last tick's potentials are the outputs of the fast engine")
  func program() throws {
    let examples = Repository.examples
    // snippet
    let program = try Network(file: "\(examples)/digits/net.json").compiled(for: "loihi")
    let digits = try Dataset(images: "\(examples)/digits/test-images.npy", shape: program.inputShape)
    var chip = try program.interpreter(steps: 16)
    try chip.begin(digits, sample: 7)
    while chip.step() {
      let potentials = try chip.potentials(of: "output")
      print(chip.tick, try chip.spikes(of: "conv1").count, potentials)
    }
    // end
    #expect(chip.tick == program.ticksPerInference(steps: 16))
    let outputs = try program.run(digits, steps: 16, samples: 8).outputs[7]
    #expect(try chip.potentials(of: "output").map { $0 / 16 } == outputs)
  }
}
