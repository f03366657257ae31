import ChipModel
import Testing

@testable import Compiler

@Suite("Units where channels share a threshold")
struct SharedThresholdScaleTests {
  private static let sources = 16

  private static func weight(_ row: Int, _ column: Int) -> Double { Double((row * 7 + column * 5) % 11 - 5) / 50 }

  /// A layer of eight neurons with these thresholds; the last has this bias, the others none.
  private func compiled(
    _ thresholds: [Double], bias: Double = 0, for chip: String = "loihi"
  ) throws -> CompileResult {
    func dense(_ rows: Int, _ columns: Int) -> Weights? {
      let values = (0..<(rows * columns)).map { Float(Self.weight($0 / columns, $0 % columns)) }
      return Tensor(shape: [rows, columns], storage: .float32(values)).map { .inline($0) }
    }
    func population(_ name: String, _ count: Int, _ threshold: Values) -> NetworkPopulation {
      NetworkPopulation(name: name, shape: [count], neuron: NetworkNeuron(model: .integrateFire, threshold: threshold))
    }
    var layer = population("layer", thresholds.count, .list(thresholds))
    layer.bias = .list(thresholds.indices.map { $0 == thresholds.count - 1 ? bias : 0 })
    let network = Network(
      name: "shared", input: NetworkInput(shape: [2], range: InputRange(low: 0, high: 1)),
      populations: [
        population("first", Self.sources, .uniform(1)), layer,
        NetworkPopulation(name: "out", shape: [2], neuron: NetworkNeuron(model: .accumulator)),
      ],
      projections: [
        NetworkProjection(name: "1", from: nil, to: "first", kind: .dense, weights: dense(Self.sources, 2)),
        NetworkProjection(
          name: "2", from: "first", to: "layer", kind: .dense, weights: dense(thresholds.count, Self.sources)),
        NetworkProjection(name: "3", from: "layer", to: "out", kind: .dense, weights: dense(2, thresholds.count)),
      ],
      output: NetworkOutput(population: "out"))
    return try CompiledProgram.compile(
      network.checked(), chip: ChipLibrary.builtIn(chip), options: CompileOptions(placement: .rowMajor))
  }

  /// Largest error of a channel's weights, ANN units.
  private func error(_ program: CompiledProgram, _ channel: Int) throws -> Double {
    let index = try #require(program.projections.firstIndex { $0.name == "2" })
    let projection = program.projections[index]
    let weights = program.weights[projection.weights]
    let unit = program.populations[projection.target].unit
    let shift = projection.shifts[projection.shifts.count == 1 ? 0 : channel]
    return (0..<Self.sources).map { source in
      let integer = Double(Int(weights[channel * Self.sources + source]) << Int(shift))
      return abs(integer * unit[unit.count == 1 ? 0 : channel] - Self.weight(channel, source))
    }.max() ?? 0
  }

  @Test("one threshold far below its weights leaves the other channels their bits", arguments: [0, -0.5, 0.5])
  func outlier(bias: Double) throws {
    let result = try compiled([1, 0.9, 1.1, 1, 0.8, 1, 1.2, 1e-5], bias: bias)
    #expect(result.cutOff == [CoarserUnits(population: "layer", channels: 1)])
    for channel in 0..<7 { #expect(try error(result.program, channel) < 0.002) }
    #expect(try error(result.program, 7) > 0.05)
    // Still the same integer for all, far above a unit.
    let threshold = result.program.populations[2].threshold.values
    #expect(threshold.count == 1 && threshold[0] > 1_000)
    // Its sign, and that it is far beyond the threshold, stay.
    let biases = result.program.populations[2].bias
    let last = biases.values.count == 1 ? biases.values[0] : biases.values[7]
    #expect(bias == 0 ? last == 0 : last.signum() == (bias > 0 ? 1 : -1) && abs(last) > threshold[0])
  }

  @Test("a threshold of its own below one unit of its weights has a finer unit", arguments: ["ideal", "generic-45nm"])
  func finer(chip: String) throws {
    let result = try compiled([1, 0.9, 1.1, 1, 0.8, 1, 1.2, 1e-4], for: chip)
    let thresholds = result.program.populations[2].threshold.values
    #expect(thresholds.count == 8 && thresholds[7] >= 4 && thresholds[7] < 8)
    for channel in 0..<8 { #expect(try error(result.program, channel) < 0.002) }
    // Weights of generic-45nm have no shifts for a thousandth of that.
    if chip == "generic-45nm" { #expect(throws: CompileError.self) { try compiled([1, 1e-7], for: chip) } }
  }

  @Test("where thresholds go with the weights nothing is cut off")
  func ordinary() throws {
    let result = try compiled([1, 0.9, 1.1, 1, 0.8, 1, 1.2, 0.5])
    #expect(result.cutOff.isEmpty)
    for channel in 0..<8 { #expect(try error(result.program, channel) < 0.002) }
  }
}
