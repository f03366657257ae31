import ChipModel
import Foundation

@testable import Compiler

/// Networks that mapping is tested on.
enum MappingNetworks {
  /// A spiking network from an analogue one: `if` units with one threshold for all, an accumulator at the end.
  static func spiking(_ analog: AnalogNetwork, threshold: Double = 2, reset: ResetRule? = nil) throws -> Network {
    var network = Network(
      name: analog.name, input: NetworkInput(shape: analog.inputShape), populations: [], projections: [],
      output: NetworkOutput(population: analog.layers[analog.output].name))
    for (index, layer) in analog.layers.enumerated() {
      let isOutput = index == analog.output
      var population = NetworkPopulation(
        name: layer.name, shape: layer.shape,
        neuron: isOutput
          ? NetworkNeuron(model: .accumulator) : NetworkNeuron(
            model: .integrateFire, threshold: .uniform(threshold), parameters: .with(.reset, reset)))
      if let bias = layer.bias { population.bias = .list(bias.map(Double.init)) }
      network.populations.append(population)
      for (part, connection) in layer.connections.enumerated() {
        var from: String?
        if case .layer(let source) = connection.source { from = analog.layers[source].name }
        let name = "\(layer.name).\(part)"
        var weights: Weights?
        if !connection.weights.isEmpty {
          let shape = connection.kind == .identity ? [connection.weights.count] : connection.weightShape
          network.tensors[name] = Tensor(shape: shape, storage: .float32(connection.weights))
          weights = .tensor(name)
        }
        network.projections.append(
          NetworkProjection(
            name: name, from: from, to: layer.name,
            kind: connection.kind == .dense ? .dense : connection.kind == .convolution ? .convolution : .identity,
            weights: weights,
            pool: connection.pool.map {
              NetworkPool(
                kind: $0.kind == .max ? .max : .average, kernel: $0.kernel, stride: $0.stride, padding: $0.padding)
            }, stride: connection.stride, padding: connection.padding, dilation: connection.dilation,
            groups: connection.groups))
      }
    }
    return network
  }

  static func checked(_ analog: AnalogNetwork, reset: ResetRule? = nil) throws -> CheckedNetwork {
    try spiking(analog, reset: reset).checked()
  }

  static func model(_ file: String, reset: ResetRule? = nil) throws -> CheckedNetwork {
    try checked(try ImportFiles.importModel(file).network, reset: reset)
  }

  /// VGG-16 for 32x32 images, random weights; `strided`: convolutions of stride 2 instead of pools.
  static func vgg16(strided: Bool = false, reset: ResetRule? = nil) throws -> CheckedNetwork {
    var random = SplitMix(state: 16)
    var layers: [AnalogLayer] = []
    var channels = 3
    var side = 32
    var pooled = false
    func values(_ count: Int, _ scale: Float) -> [Float] { (0..<count).map { _ in random.float() * scale } }
    for width in [64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512, 0] {
      if width == 0 {
        pooled = true
        continue
      }
      let index = layers.count
      if pooled { side /= 2 }
      layers.append(
        AnalogLayer(
          name: "conv\(index + 1)", shape: [width, side, side],
          connections: [
            AnalogConnection(
              source: index == 0 ? .input : .layer(index - 1),
              pool: pooled && !strided ? NetworkPool(kind: .average, kernel: [2, 2], stride: [2, 2]) : nil, kind: .convolution,
              weights: values(width * channels * 9, 0.1), weightShape: [width, channels, 3, 3],
              stride: pooled && strided ? [2, 2] : [1, 1], padding: [1, 1, 1, 1])
          ], bias: values(width, 0.1)))
      channels = width
      pooled = false
    }
    for width in [512, 512, 10] {
      let index = layers.count
      layers.append(
        AnalogLayer(
          name: "dense\(index + 1)", shape: [width],
          connections: [
            AnalogConnection(
              source: .layer(index - 1),
              pool: index == 13 ? NetworkPool(kind: .average, kernel: [2, 2], stride: [2, 2]) : nil, kind: .dense,
              weights: values(width * 512, 0.1), weightShape: [width, 512])
          ], bias: values(width, 0.1), activation: width == 10 ? .none : .relu))
    }
    return try checked(
      AnalogNetwork(name: "vgg16", inputShape: [3, 32, 32], layers: layers, output: layers.count - 1), reset: reset)
  }

  /// Hops of a program when every neuron fires as often as any other, or as given.
  static func hops(_ program: CompiledProgram, spikes: [[UInt64]]? = nil) -> Int64 {
    CoreTraffic(cores: program.cores, routes: program.routes, spikes: spikes).hops(
      places: program.cores.map(\.place), mesh: Mesh(program.chip))
  }

  /// Processor time that this thread has used so far.
  static func threadSeconds() -> Double {
    var time = timespec()
    guard unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) == 0 else { return .nan }
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// Largest resident size of this process so far, bytes.
  static func peakMemory() -> Int {
    guard let text = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
      let line = text.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM") }),
      let kilobytes = Int(line.split(separator: " ").dropFirst().first ?? "")
    else { return 0 }
    return kilobytes * 1024
  }
}
