import ChipModel
import Compiler
import Testing

/// Small compiled programs that together use every field of a program.
enum ProgramFixtures: String, CaseIterable, CustomTestStringConvertible {
  case dense, convolutions, maxPool, periods

  var testDescription: String { rawValue }

  /// Six tiles of two cores; few neurons a core, so that every program has messages between tiles and chips.
  static let chip = """
    {"format": "nmsim-chip/1", "name": "small", "title": "t", "source": "tests", "certainty": "assumed",
     "datapath": {"weightBits": 8, "membraneBits": 20, "accumulatorBits": 40, "maximumWeightShift": 3,
       "fractionBits": 2, "thresholdPerNeuron": true},
     "limits": {"neuronsPerCore": 10, "coresPerChip": 12, "chips": 8, "maximumDelay": 9},
     "mesh": {"width": 2, "height": 3, "coresPerTile": 2, "linkHops": 3}}
    """

  var network: String {
    switch self {
    case .dense:
      """
      {"format": "nmsim-network/1", "name": "dense", "input": {"shape": [3]},
       "populations": [
         {"name": "a", "shape": [4], "neuron": {"model": "if", "threshold": [1, 2, 3, "infinity"], "initial": 0.5},
          "bias": 0.25},
         {"name": "out", "shape": [2], "neuron": {"model": "accumulator"}}],
       "projections": [
         {"name": "in", "from": "input", "to": "a", "kind": "dense",
          "weights": [[1, 0.5, -1], [0.25, 1, 1], [1, 1, 1], [2, 0, 1]]},
         {"name": "out", "from": "a", "to": "out", "kind": "dense", "weights": [[1, -1, 1, 2], [0.5, 1, -2, 0]]}],
       "output": {"population": "out"}}
      """
    case .convolutions:
      """
      {"format": "nmsim-network/1", "name": "convolutions",
       "input": {"shape": [1, 6, 5], "preprocessing": {"scale": 0.5, "mean": [0.1], "std": [0.9]},
         "images": "x.npy", "labels": "y.npy"},
       "populations": [
         {"name": "a", "shape": [2, 6, 5], "neuron": {"model": "lif", "threshold": [1, 2], "leakShift": 3,
          "reset": "hard"}},
         {"name": "b", "shape": [4, 3, 2], "neuron": {"model": "augmented", "threshold": 1.5,
          "negativeThreshold": -1, "maximumPayload": 3}, "bias": [0.1, 0.2, -0.1, 0]},
         {"name": "c", "shape": [4, 3, 2], "neuron": {"model": "if", "threshold": 1, "strict": true}},
         {"name": "out", "shape": [3], "neuron": {"model": "accumulator"}}],
       "projections": [
         {"name": "in", "from": "input", "to": "a", "kind": "conv2d", "padding": 1,
          "weights": [[[[1, 0, -1], [0, 1, 0], [1, 1, 1]]], [[[0, 1, 0], [0.5, 1, 2], [0, 1, 0]]]]},
         {"name": "ab", "from": "a", "to": "b", "kind": "conv2d", "groups": 2, "pool": {"kind": "average", "kernel": 2},
          "weights": [[[[1]]], [[[-1]]], [[[0.5]]], [[[2]]]]},
         {"name": "bc", "from": "b", "to": "c", "kind": "identity", "weights": [1, 2, -1, 0.5], "delay": 20},
         {"name": "cut", "from": "a", "to": "c", "kind": "conv2d", "pool": {"kind": "average", "kernel": 2},
          "weights": [[[[1]], [[1]]], [[[1]], [[0]]], [[[0]], [[1]]], [[[-1]], [[1]]]]},
         {"name": "out", "from": "c", "to": "out", "kind": "dense",
          "weights": {"type": "F32", "shape": [3, 24], "values": [\(ProgramFixtures.numbers(72))]}}],
       "output": {"population": "out"},
       "ann": {"accuracy": 0.75, "accuracyOn": "x", "multiplyAccumulates": 123, "parameters": 45},
       "provenance": {"method": "by hand", "steps": 17, "note": true}}
      """
    case .maxPool:
      """
      {"format": "nmsim-network/1", "name": "max", "input": {"shape": [2, 4, 4]},
       "populations": [
         {"name": "a", "shape": [2, 4, 4], "neuron": {"model": "ternary", "threshold": 1, "negativeThreshold": -1}},
         {"name": "out", "shape": [2, 3, 3], "neuron": {"model": "if", "threshold": 1}}],
       "projections": [
         {"name": "in", "from": "input", "to": "a", "kind": "identity"},
         {"name": "pool", "from": "a", "to": "out", "kind": "identity",
          "pool": {"kind": "max", "kernel": 3, "stride": 1, "padding": [1, 0, 0, 1]}}],
       "output": {"population": "out", "readout": "spikes"}}
      """
    case .periods:
      """
      {"format": "nmsim-network/1", "name": "periods", "input": {"shape": [1, 2, 4]},
       "populations": [
         {"name": "a", "shape": [1, 2, 4], "neuron": {"model": "bistable", "threshold": 1, "period": 4}},
         {"name": "b", "shape": [1, 1, 2], "neuron": {"model": "bistable", "threshold": 2, "period": 4}, "bias": 0.5},
         {"name": "out", "shape": [2], "neuron": {"model": "accumulator"}, "bias": [0.5, -0.5]}],
       "projections": [
         {"name": "in", "from": "input", "to": "a", "kind": "identity"},
         {"name": "ab", "from": "a", "to": "b", "kind": "identity", "pool": {"kind": "max", "kernel": 2}},
         {"name": "out", "from": "b", "to": "out", "kind": "dense", "weights": [[1, -1], [0.5, 2]]}],
       "output": {"population": "out"}}
      """
    }
  }

  /// Numbers without a pattern, separated by commas.
  static func numbers(_ count: Int) -> String {
    (0..<count).map { "\(Double($0 * 37 % 29 - 14) / 8)" }.joined(separator: ", ")
  }

  func program() throws -> CompiledProgram {
    let chip = try ChipDescription(json: Array(ProgramFixtures.chip.utf8), file: "small")
    let network = try NetworkFile(text: Array(network.utf8), path: "net.json").checked()
    return try CompiledProgram.compile(network, chip: chip).program
  }
}

/// A program's bytes with another content and the checksum that belongs to it.
func resealed(_ bytes: [UInt8]) -> [UInt8] {
  guard bytes.count > 52 else { return bytes }
  var result = Array(bytes.dropLast(32))
  let length = UInt64(bytes.count)
  for index in 0..<8 { result[12 + index] = UInt8(truncatingIfNeeded: length >> UInt64(8 * index)) }
  return result + SHA256.hash(of: result)
}
