import ChipModel
import Testing

@testable import Compiler

@Suite("Input range")
struct InputRangeTests {
  /// Two inputs of weight 7 into one neuron of a chip with 8-bit accumulators.
  private func message(_ range: InputRange?, bias: Double = 0) throws -> String {
    var layers = ChipRuleTests.Layers([2])
    try layers.add("a", [1], .dense, weightShape: [1, 2], weight: { _ in 7 })
    layers.network.input.range = range
    layers.network.populations[0].bias = .uniform(bias)
    return ChipRuleTests().message(layers.resettingHard, "odin") {
      // As a chip that adds currents and refuses sums that it cannot be sure to hold.
      $0.registers[.accumulatorOverflow] = nil
      $0.rules[.spikesOnly] = nil
    }
  }

  @Test("proves the sum that the input can add, to the last unit")
  func bound() throws {
    func remedy(_ range: String) -> String {
      "; use fewer 'weightBits' or 'fractionBits', a bound on payloads ('maxCount'), \(range), or a chip with a wider accumulator"
    }
    #expect(
      try message(nil)
        == "population 'a': one tick can add up to 28,673, which the 8-bit accumulator of chip 'odin' does not hold"
        + remedy("a 'range' of the input in net.json, which has none"))
    #expect(try message(InputRange(low: 0, high: 1)) == "compiles")
    // 14 times 9, one for rounding, is what 8 bits hold.
    #expect(try message(InputRange(low: 0, high: 9)) == "compiles")
    #expect(
      try message(InputRange(low: 0, high: 9), bias: 1)
        == "population 'a': one tick can add up to 128, which the 8-bit accumulator of chip 'odin' does not hold"
        + remedy("a narrower 'range' of the input in net.json"))
    #expect(try message(InputRange(low: -9, high: 0)) == "compiles")
    #expect(try message(InputRange(low: -9.25, high: 0)).hasPrefix("population 'a': one tick can add up to 131,"))
  }

  @Test("of bytes is what the preprocessing makes of 0 and 255, over all channels")
  func ofBytes() throws {
    #expect(
      InputRange(raw: 0...255, preprocessing: Preprocessing(scale: 1 / 255.0), shape: [1, 28, 28])
        == InputRange(low: 0, high: 1))
    #expect(
      InputRange(raw: 0...255, preprocessing: Preprocessing(scale: -1), shape: [4]) == InputRange(low: -255, high: 0))
    let colour = Preprocessing(scale: 1 / 255.0, mean: [0.5, 0.25, 0], std: [0.5, 0.25, 0.125])
    #expect(InputRange(raw: 0...255, preprocessing: colour, shape: [3, 2, 2]) == InputRange(low: -1, high: 8))
    #expect(InputRange(raw: 0...255, preprocessing: colour, shape: [2, 2, 2]) == nil)
    // Every byte lands inside, whatever rounding does.
    var random = NetworkRandom(seed: 5)
    for _ in 0..<50 {
      let step = Preprocessing(
        scale: .random(in: -1...1, using: &random), mean: [.random(in: -1...1, using: &random)],
        std: [.random(in: 0.01...2, using: &random)])
      let range = try #require(InputRange(raw: 0...255, preprocessing: step, shape: [1, 16, 16]))
      let data = try #require(Dataset(shape: [1, 16, 16], values: .uint8((0...255).map { UInt8($0) })))
      var values: [Double] = []
      try data.values(ofSample: 0, preprocessing: step, within: range, into: &values)
    }
  }

  @Test("is carried by the program, and samples outside are refused")
  func program() throws {
    var layers = ChipRuleTests.Layers([2])
    try layers.add("a", [1], .dense, weightShape: [1, 2])
    layers.network.input.range = InputRange(low: 0, high: 0.5)
    let program = try ChipRuleTests().compile(layers, "ideal").program
    #expect(program.network.inputRange == InputRange(low: 0, high: 0.5))
    #expect(try CompiledProgram(decoding: program.encoded()) == program)
    let data = try #require(Dataset(shape: [2], values: .float64([0, 0.5, 0.25, 0.75])))
    var values: [Double] = []
    try data.values(ofSample: 0, preprocessing: .identity, within: program.network.inputRange, into: &values)
    #expect(values == [0, 0.5])
    do throws(DatasetError) {
      try data.values(ofSample: 1, preprocessing: .identity, within: program.network.inputRange, into: &values)
      Issue.record("taken")
    } catch {
      #expect(
        error.description
          == "value 1 of sample 1 is 0.75 after preprocessing, the network's input range is 0.0 to 0.5; check the scale of "
          + "the data, or widen 'range' in net.json and compile again")
    }
  }
}
