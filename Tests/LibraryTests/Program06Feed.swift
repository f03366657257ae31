import ChipModel
import Compiler
import Runtime
import Testing

@Suite("Library: feed spikes")
struct FeedProgram {
  @Test("a spike that is fed brings its weight")
  func program() throws {
    // snippet
    var network = Network("chain", inputShape: [1])
    network.addPopulation("first", shape: [2], neuron: .integrateFire(threshold: 1))
    network.addPopulation("second", shape: [1], neuron: .accumulator)
    try network.connect("input", to: "first", weights: [[1], [1]])
    try network.connect("first", to: "second", weights: [[3, 5]])
    var chip = try network.compiled(for: "ideal").interpreter(steps: 6)
    try chip.begin(Dataset([[0]], shape: [1]))
    chip.step()
    try chip.feed("first", neuron: 1)
    while chip.step() { print(chip.tick, try chip.potentials(of: "second")) }
    // end
    let potential = try chip.potentials(of: "second")[0]
    #expect(abs(potential - 5) < 0.05)
    #expect(throws: NmsimError.self) { try chip.feed("first", neuron: 2) }
    #expect(throws: NmsimError.self) { try chip.feed("first", neuron: 0, payload: 2) }
    #expect(throws: NmsimError.self) { try chip.feed("second", neuron: 0) }
    #expect(throws: NmsimError.self) { try chip.feed("third", neuron: 0) }
  }
}
