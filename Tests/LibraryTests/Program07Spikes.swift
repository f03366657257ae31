import ChipModel
import Compiler
import Runtime
import Testing

@Suite("Library: read a hidden layer's spikes")
struct SpikesProgram {
  @Test("they are those of the chip, step by step")
  func program() throws {
    let examples = Repository.examples
    // snippet
    let program = try Network(file: "\(examples)/digits/net.json").compiled(for: "loihi")
    let digits = try Dataset(images: "\(examples)/digits/test-images.npy", shape: program.inputShape)
    let train = try program.spikes(of: "conv2", in: digits, sample: 3, steps: 16)
    for (step, spikes) in train.enumerated() {
      print("step \(step): \(spikes.count) spikes, by neurons \(spikes.map(\.neuron))")
    }
    // end
    #expect(train.count == 16 && train.contains { !$0.isEmpty })
    var chip = try program.interpreter(steps: 16)
    try chip.begin(digits, sample: 3)
    var ticks: [[NeuronSpike]] = []
    while chip.step() { ticks.append(try chip.spikes(of: "conv2")) }
    // conv2 has depth 1.
    #expect(Array(ticks[1..<17]) == train)
  }
}
