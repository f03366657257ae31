import ChipModel
import Foundation
import Testing

@testable import Compiler

/// What blocks take of memories, against figures of the chips' own tools.
@Suite("Memories of cores")
struct CoreMemoryTests {
  /// A block of a convolution as nengo-loihi 1.1.0 built and counted it (`nengo_loihi/block.py`, `conv.py`).
  struct Block: Sendable, CustomStringConvertible {
    var inputs: Int
    var outputs: Int
    var kernel: Int
    /// Of the input.
    var side: Int
    var padding: Int
    var rows: Range<Int>
    var channels: Int
    var axons: Int
    var bits: Int
    var description: String { "\(inputs) to \(outputs), \(kernel)x\(kernel) on \(side)x\(side), \(rows.count) rows, \(channels) channels" }
  }

  static let blocks = [
    Block(inputs: 12, outputs: 64, kernel: 5, side: 12, padding: 0, rows: 0..<8, channels: 16, axons: 144, bits: 2_736_000),
    Block(inputs: 12, outputs: 64, kernel: 5, side: 12, padding: 0, rows: 0..<8, channels: 8, axons: 144, bits: 1_080_000),
    Block(inputs: 16, outputs: 16, kernel: 3, side: 32, padding: 1, rows: 8..<16, channels: 16, axons: 100, bits: 656_640),
    Block(inputs: 64, outputs: 64, kernel: 3, side: 8, padding: 1, rows: 0..<8, channels: 16, axons: 64, bits: 1_770_496),
    Block(inputs: 64, outputs: 64, kernel: 3, side: 8, padding: 1, rows: 0..<8, channels: 4, axons: 64, bits: 200_704),
    Block(inputs: 512, outputs: 512, kernel: 3, side: 4, padding: 1, rows: 0..<4, channels: 2, axons: 16, bits: 752_640),
    Block(inputs: 512, outputs: 512, kernel: 3, side: 2, padding: 1, rows: 0..<2, channels: 2, axons: 4, bits: 245_760),
  ]

  private func synapses(_ block: Block) throws -> Synapses {
    let geometry = ConvolutionGeometry(
      kernelY: block.kernel, kernelX: block.kernel, top: block.padding, left: block.padding, bottom: block.padding,
      right: block.padding)
    let source = MapShape(channels: block.inputs, height: block.side, width: block.side)
    let target = try #require(geometry.output(of: source, channels: block.outputs))
    return Synapses(kind: .convolution, pool: nil, convolution: geometry, source: source, target: target)
  }

  @Test("axons and synapse bits of Loihi's blocks are nengo-loihi's", arguments: blocks)
  func loihi(_ block: Block) throws {
    let synapses = try synapses(block)
    let memory = CoreMemory(try ChipLibrary.builtIn("loihi"), weightBits: 8)
    let box = Box(channels: 0..<block.channels, rows: block.rows, columns: block.rows)
    let fanIn = synapses.fanIn(of: box)
    let mode = memory.mode(synapses, resets: [.hard])
    #expect(mode?.name == (block.inputs <= 32 ? "pop16" : "pop32"))
    #expect(fanIn.rows.count * fanIn.columns.count == block.axons)
    #expect(memory.synapseBits(synapses, in: box, fanIn, mode: mode) == block.bits)
    #expect(memory.mode(synapses, resets: [.hard, .soft])?.name == "discrete")
  }

  @Test("nengo-loihi itself says so, where it is installed (NMSIM_NENGO_LOIHI: a Python that has it)")
  func package() throws {
    guard let python = ProcessInfo.processInfo.environment["NMSIM_NENGO_LOIHI"] else {
      print("skipped: NMSIM_NENGO_LOIHI names no Python with nengo-loihi")
      return
    }
    let rows = Self.blocks.map { block in
      // A block inside the map has no border of its own.
      let isInside = block.rows.lowerBound > 0
      let side = isInside ? block.rows.count + block.kernel - 1 : block.side
      return "(\(block.inputs), \(block.kernel), \(side), \(block.channels), '\(isInside || block.padding == 0 ? "valid" : "same")')"
    }
    let script = """
      import numpy as np, nengo
      from nengo_loihi.conv import conv2d_loihi_weights
      from nengo_loihi.block import Synapse
      for inputs, k, side, channels, padding in [\(rows.joined(separator: ", "))]:
          t = nengo.Convolution(channels, (side, side, inputs), kernel_size=(k, k), padding=padding,
                                init=np.ones((k, k, inputs, channels)))
          w, i, m, o = conv2d_loihi_weights(t)
          s = Synapse(side * side)
          s.set_population_weights(w, i, m, o, pop_type=32)
          print(s.n_axons, s.bits())
      """
    #expect(try Self.lines(python, script) == Self.blocks.map { "\($0.axons) \($0.bits)" })
  }

  /// What a Python prints.
  private static func lines(_ python: String, _ script: String) throws -> [String] {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(filePath: python)
    process.arguments = ["-c", script]
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let output = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    return output.split(separator: "\n").map(String.init)
  }

  /// The layers of mnist-cnn: 12c5, average pool, 64c5, average pool, 10.
  static func mnist(reset: ResetRule = .soft) throws -> Network {
    var network = Network(
      name: "mnist", input: NetworkInput(shape: [1, 28, 28], range: InputRange(low: 0, high: 1)), populations: [],
      projections: [], output: NetworkOutput(population: "out"))
    func neuron() -> NetworkNeuron {
      var neuron = NetworkNeuron(model: .integrateFire, threshold: .uniform(1))
      neuron[.reset] = reset
      return neuron
    }
    let pool = NetworkPool(kind: .average, kernel: [2, 2], stride: [2, 2])
    func weights(_ shape: [Int]) -> Weights? {
      let count = shape.reduce(1, *)
      return Tensor(shape: shape, storage: .float32((0..<count).map { Float($0 % 13) / 26 - 0.2 })).map { .inline($0) }
    }
    network.populations = [
      NetworkPopulation(name: "a", shape: [12, 24, 24], neuron: neuron()),
      NetworkPopulation(name: "b", shape: [64, 8, 8], neuron: neuron()),
      NetworkPopulation(name: "out", shape: [10], neuron: NetworkNeuron(model: .accumulator)),
    ]
    network.projections = [
      NetworkProjection(name: "1", from: nil, to: "a", kind: .convolution, weights: weights([12, 1, 5, 5])),
      NetworkProjection(name: "2", from: "a", to: "b", kind: .convolution, weights: weights([64, 12, 5, 5]), pool: pool),
      NetworkProjection(name: "3", from: "b", to: "out", kind: .dense, weights: weights([10, 1024]), pool: pool),
    ]
    return network
  }

  @Test("DYNAP-CNN's memories are sinabs's: addresses are powers of two")
  func dynapcnn() throws {
    let memory = CoreMemory(try ChipLibrary.builtIn("dynapcnn"), weightBits: 8)
    let network = try Self.mnist().checked()
    let populations = network.populations
    #expect(populations[1...].map { memory.neurons(Box(whole: $0.shape)) } == [12_288, 4_096, 10])
    let kernels = network.projections.map { projection in
      let box = Box(whole: projection.targetShape)
      return memory.synapseBits(projection.synapses, in: box, projection.synapses.fanIn(of: box)) / 8
    }
    #expect(kernels == [512, 24_576, 16_384])
    #expect(memory.neurons(Box(whole: MapShape(channels: 24, height: 40, width: 40))) == 98_304)
  }

  @Test("sinabs itself says so, where it is installed (NMSIM_SINABS: a Python that has it)")
  func sinabs() throws {
    guard let python = ProcessInfo.processInfo.environment["NMSIM_SINABS"] else {
      print("skipped: NMSIM_SINABS names no Python with sinabs")
      return
    }
    // Its modules import the drivers of the board, which the formulas do not need.
    let script = #"""
      import sys
      from importlib.machinery import ModuleSpec
      from unittest.mock import MagicMock
      class Drivers:
          def find_spec(self, name, path=None, target=None):
              return ModuleSpec(name, self) if name.split(".")[0] in ("samna", "samnagui") else None
          def create_module(self, spec):
              return MagicMock(__path__=[], __name__=spec.name, __spec__=spec)
          def exec_module(self, module):
              pass
      sys.meta_path.insert(0, Drivers())
      import torch
      from sinabs.layers import IAFSqueeze
      from sinabs.backend.dynapcnn.dynapcnn_layer import DynapcnnLayer
      for inputs, side, outputs, kernel in [(1, 28, 12, 5), (12, 12, 64, 5), (64, 4, 10, 4), (2, 40, 24, 1)]:
          layer = DynapcnnLayer(
              torch.nn.Conv2d(inputs, outputs, kernel), IAFSqueeze(batch_size=1), (inputs, side, side), [], discretize=False)
          memory = layer.memory_summary()
          print(int(memory["neuron"]), int(memory["kernel"]))
      """#
    #expect(try Self.lines(python, script) == ["12288 512", "4096 24576", "10 16384", "98304 64"])
  }

  @Test("a core holds half as many neurons where a reset takes two compartments", arguments: [(ResetRule.soft, 23), (.hard, 12)])
  func resets(reset: ResetRule, count: Int) throws {
    var chip = try ChipLibrary.builtIn("generic-45nm")
    chip.resets = try ChipLibrary.builtIn("loihi").resets
    let result = try CompiledProgram.compile(
      Self.mnist(reset: reset).checked(), chip: chip, options: CompileOptions(placement: .rowMajor))
    #expect(result.program.cores.count == count)
  }

  @Test(
    "a core of Loihi holds fewer neurons where delays into it are longer",
    arguments: [(1, 1), (8, 1), (9, 2), (16, 2), (17, 4), (33, 8), (62, 8), (63, 1)])
  func delays(delay: Int, count: Int) throws {
    func weights(_ rows: Int, _ columns: Int) -> Weights? {
      Tensor(shape: [rows, columns], storage: .float32((0..<(rows * columns)).map { Float($0 % 7) / 7 })).map { .inline($0) }
    }
    func neurons(_ name: String, _ count: Int) -> NetworkPopulation {
      var neuron = NetworkNeuron(model: .integrateFire, threshold: .uniform(1))
      neuron[.reset] = .hard
      return NetworkPopulation(name: name, shape: [count], neuron: neuron)
    }
    let network = Network(
      name: "late", input: NetworkInput(shape: [2], range: InputRange(low: 0, high: 1)),
      populations: [neurons("a", 4), neurons("b", 1024), neurons("out", 2)],
      projections: [
        NetworkProjection(name: "1", from: nil, to: "a", kind: .dense, weights: weights(4, 2)),
        NetworkProjection(name: "2", from: "a", to: "b", kind: .dense, weights: weights(1024, 4), delay: delay),
        NetworkProjection(name: "3", from: "b", to: "out", kind: .dense, weights: weights(2, 1024)),
      ],
      output: NetworkOutput(population: "out", readout: .spikes))
    let program = try CompiledProgram.compile(
      network.checked(), chip: ChipLibrary.builtIn("loihi"), options: CompileOptions(placement: .rowMajor)).program
    let report = CompileReport(program)
    #expect(report.populations.first { $0.name == "b" }?.cores == count)
    #expect(report.relays.map(\.name) == (delay > 62 ? ["a.relay.1"] : []))
    for core in report.cores {
      let each = [8, 16, 32, 64].first { $0 >= core.load.delay }
      #expect(core.limits[.neurons] == each.map { 8192 / $0 })
      #expect(core.load.neurons <= core.limits[.neurons] ?? 0)
    }
    #expect(report.cores.map(\.load.delay).max() == min(delay, 62))
  }

  @Test("cores of mnist-cnn", arguments: [("spinnaker2", 12), ("generic-45nm", 12)])
  func cores(chip: String, count: Int) throws {
    let result = try CompiledProgram.compile(
      Self.mnist().checked(), chip: ChipLibrary.builtIn(chip), options: CompileOptions(placement: .rowMajor))
    #expect(result.program.cores.count == count)
  }

  @Test("on Loihi blocks are chosen that fit, and what is counted is what the cores hold", arguments: ResetRule.allCases)
  func blocksThatFit(reset: ResetRule) throws {
    let result = try CompiledProgram.compile(
      Self.mnist(reset: reset).checked(), chip: ChipLibrary.builtIn("loihi"), options: CompileOptions(placement: .rowMajor))
    let report = result.report
    for (core, load) in zip(report.cores, result.loads) {
      #expect(core.load == load)
      #expect(core.load.synapseBits <= 1_048_576 && core.load.inputAxons <= 4_096 && core.load.outputAxons <= 4_096)
    }
    // 144 pixels of twelve channels behind a 2x2 pool are at most 576 of the source, which soft resets do not let share.
    let axons = report.cores.filter { $0.populations == ["b"] }.map(\.load.inputAxons)
    #expect(!axons.isEmpty && axons.allSatisfy { $0 <= 576 * (reset == .soft ? 12 : 1) })
    print("mnist-cnn on loihi, \(reset) resets: \(report.cores.count) cores")
  }
}
