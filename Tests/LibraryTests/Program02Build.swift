import ChipModel
import Compiler
import Runtime
import Testing

@Suite("Library: build a network in code")
struct BuildProgram {
  @Test("exclusive or is what the network computes")
  func program() throws {
    // snippet
    var network = Network("exclusive-or", inputShape: [2])
    network.addPopulation("hidden", shape: [2], neuron: .integrateFire(threshold: 2), bias: [0, -1])
    network.addPopulation("output", shape: [1], neuron: .accumulator)
    try network.connect("input", to: "hidden", weights: [[1, 1], [1, 1]])
    try network.connect("hidden", to: "output", weights: [[1, -2]])
    let inputs = try Dataset([[0, 0], [0, 1], [1, 0], [1, 1]], shape: [2])
    let run = try network.compiled(for: "ideal").run(inputs, steps: 20)
    print(run.outputs)
    // end
    for (output, expected) in zip(run.outputs, [0.0, 1, 1, 0]) { #expect(abs(output[0] - expected) < 0.05) }
  }

  @Test("a convolution is as its kernels say")
  func convolution() throws {
    var network = Network("edges", inputShape: [1, 3, 3])
    network.addPopulation("edges", shape: [1, 1, 3], neuron: .accumulator)
    try network.connect("input", to: "edges", kernels: [[[[-1, 1], [-1, 1]]]], padding: 0)
    let image = try Dataset([[0, 0, 1, 0, 0, 1, 0, 0, 1]], shape: [1, 3, 3])
    let error = #expect(throws: NmsimError.self) { try network.compiled(for: "ideal") }
    #expect(error?.description.contains("edges") == true)
    network = Network("edges", inputShape: [1, 3, 3])
    network.addPopulation("edges", shape: [1, 2, 2], neuron: .accumulator)
    try network.connect("input", to: "edges", kernels: [[[[-1, 1], [-1, 1]]]])
    let outputs = try network.compiled(for: "ideal").run(image, steps: 4).outputs[0]
    for (output, expected) in zip(outputs, [0.0, 2, 0, 2]) { #expect(abs(output - expected) < 0.05) }
  }

  @Test("uneven weights and weights without numbers are refused")
  func refusals() throws {
    var network = Network("odd", inputShape: [2])
    #expect(throws: NmsimError.self) { try network.connect("input", to: "a", weights: [[1, 2], [1], [1, 2, 3]]) }
    #expect(throws: NmsimError.self) { try network.connect("input", to: "a", kernels: [[[[1, 2]]], [[[1], [2]]]]) }
    network.addPopulation("a", shape: [1], neuron: .accumulator)
    try network.connect("input", to: "a", weights: [])
    #expect(throws: NmsimError.self) { try network.compiled(for: "ideal") }
  }
}
