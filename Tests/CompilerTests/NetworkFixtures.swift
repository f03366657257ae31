import ChipModel
import Foundation

@testable import Compiler

/// Paths and networks that several suites use.
enum NetworkFixtures {
  /// The package's folder.
  static var root: URL {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  }

  /// The texts of the ```json blocks of `docs/net-json.md`.
  static func documentedNetworks() throws -> [String] {
    let page = try String(contentsOf: root.appending(path: "docs/net-json.md"), encoding: .utf8)
    return page.components(separatedBy: "```json\n").dropFirst().map {
      $0.components(separatedBy: "```")[0]
    }
  }

  /// Calls `body` with a new folder that is removed afterwards.
  static func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "nmsim-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder.path())
  }

  static func tensor(_ shape: [Int], _ storage: Tensor.Storage) -> Tensor {
    guard let tensor = Tensor(shape: shape, storage: storage) else { fatalError("the fixture's shape is wrong") }
    return tensor
  }

  /// A small network whose arrays are tensors, of several kinds.
  static var withTensors: Network {
    Network(
      name: "tensors",
      input: NetworkInput(shape: [4], preprocessing: Preprocessing(scale: 1 / 255), images: "images.npy"),
      populations: [
        NetworkPopulation(
          name: "hidden", shape: [2, 1, 2], neuron: NetworkNeuron(model: .integrateFire, threshold: .tensor("threshold")),
          bias: .tensor("bias")),
        NetworkPopulation(name: "out", shape: [3], neuron: NetworkNeuron(model: .accumulator)),
      ],
      projections: [
        NetworkProjection(name: "first", from: nil, to: "hidden", kind: .dense, weights: .tensor("first.weight")),
        NetworkProjection(name: "second", from: "hidden", to: "out", kind: .dense, weights: .tensor("second.weight")),
      ],
      output: NetworkOutput(population: "out"),
      tensors: [
        "threshold": tensor([2], .float64([0.1, .infinity])),
        "bias": tensor([2, 1, 2], .float32([0.25, -1, 0.1, 3])),
        "first.weight": tensor([4, 4], .float32((0..<16).map { Float($0) / 7 - 1 })),
        "second.weight": tensor([3, 4], .int8((0..<12).map { $0 * 9 - 50 })),
      ])
  }
}

/// Seeded random numbers (Steele, Lea and Flood 2014).
struct NetworkRandom: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
