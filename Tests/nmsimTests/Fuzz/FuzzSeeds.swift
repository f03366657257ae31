import ChipModel
import Compiler
import Runtime

@testable import nmsim

/// Small valid files of nmsim's own formats, made in memory by the writers of the project.
enum FuzzSeeds {
  private static func tensor(_ shape: [Int], _ storage: Tensor.Storage) -> Tensor {
    Tensor(shape: shape, storage: storage) ?? Tensor(scalar: 0)
  }

  /// `count` weights of both signs, never zero.
  private static func ramp(_ count: Int) -> [Float] { (0..<count).map { Float($0 % 7 - 3) * 0.25 + 0.0625 } }

  private static func neuron(_ model: NeuronModel.Kind, period: Int? = nil) -> NetworkNeuron {
    var neuron = NetworkNeuron(model: model, parameters: .with(.period, period))
    if model.traits.fires { neuron.threshold = .uniform(1) }
    if model == .ternary || model == .augmented { neuron.negativeThreshold = .uniform(-0.5) }
    if model == .augmented { neuron[.maximumPayload] = 3 }
    if model == .leaky { neuron[.leakShift] = 2 }
    return neuron
  }

  /// Two dense layers; every neuron model in turn.
  private static func dense(_ model: NeuronModel.Kind, readout: Readout = .potential) -> Network {
    let isPeriodic = model == .phase || model == .bistable
    var hidden = NetworkPopulation(name: "hidden", shape: [4], neuron: neuron(model, period: isPeriodic ? 4 : nil))
    hidden.bias = .list([0.5, -0.25, 0, 0.125])
    hidden.neuron.initial = .uniform(0.5)
    let output = NetworkPopulation(
      name: "output", shape: [3], neuron: neuron(readout == .spikes ? .integrateFire : model == .switching ? .integrator : .accumulator),
      bias: isPeriodic ? nil : .uniform(0.125))
    var network = Network(
      name: "dense \(model.name)", input: NetworkInput(shape: [5], images: "images.npy", labels: "labels.npy"),
      populations: [hidden, output],
      projections: [
        NetworkProjection(
          name: "first", from: nil, to: "hidden", kind: .dense,
          weights: .inline(tensor([4, 5], .float32(ramp(20))))),
        NetworkProjection(
          name: "second", from: "hidden", to: "output", kind: .dense,
          weights: .inline(tensor([3, 4], .float64(ramp(12).map(Double.init))))),
      ], output: NetworkOutput(population: "output", readout: readout),
      ann: ANNFacts(
        accuracy: 0.9, accuracyOn: "test", multiplyAccumulates: 32, parameters: 39,
        layers: [
          ANNLayer(inputs: 5, outputs: 4, weights: [4, 5], hasBias: true),
          ANNLayer(inputs: 4, outputs: 3, weights: [3, 4]),
        ]),
      provenance: [
        ProvenanceEntry(key: "method", value: .text("max-norm")), ProvenanceEntry(key: "steps", value: .number(4)),
        ProvenanceEntry(key: "exact", value: .flag(true)),
      ])
    if model == .switching { network.schedule = .separated }
    return network
  }

  /// Convolution, pooling, a shortcut, tensors beside the file.
  private static func convolutional(_ pool: PoolGeometry.Kind) -> Network {
    let shape = [2, 4, 4]
    func layer(_ name: String, _ shape: [Int]) -> NetworkPopulation {
      NetworkPopulation(name: name, shape: shape, neuron: neuron(.integrateFire))
    }
    return Network(
      name: "conv",
      input: NetworkInput(shape: [1, 4, 4], preprocessing: Preprocessing(scale: 0.5, mean: [0.25], std: [2])),
      populations: [
        layer("a", shape), layer("b", shape),
        NetworkPopulation(name: "out", shape: [3], neuron: neuron(.accumulator), bias: .tensor("out.bias")),
      ],
      projections: [
        NetworkProjection(
          name: "in-a", from: nil, to: "a", kind: .convolution, weights: .tensor("a.weight"), padding: [1, 1, 1, 1]),
        NetworkProjection(
          name: "a-b", from: "a", to: "b", kind: .convolution, weights: .inline(tensor([2, 1, 3, 3], .float32(ramp(18)))),
          padding: [1, 1, 1, 1], groups: 2),
        NetworkProjection(
          name: "shortcut", from: nil, to: "b", kind: .convolution,
          weights: .inline(tensor([2, 1, 1, 1], .float32([1, 0.5])))),
        NetworkProjection(
          name: "b-out", from: "b", to: "out", kind: .dense, weights: .tensor("out.weight"),
          pool: NetworkPool(kind: pool, kernel: [2, 2], stride: [2, 2])),
        NetworkProjection(
          name: "a-out", from: "a", to: "out", kind: .dense, weights: .inline(tensor([3, 32], .float32(ramp(96))))),
      ], output: NetworkOutput(population: "out"), tensors: tensors)
  }

  /// The tensors that the networks with a tensor file use.
  static let tensors: [String: Tensor] = [
    "a.weight": tensor([2, 1, 3, 3], .float32(ramp(18))), "out.weight": tensor([3, 8], .float32(ramp(24))),
    "out.bias": tensor([3], .float32([0.5, 0, -0.5])),
  ]

  /// With a lag, a bias by step and a gate that is named.
  private static let fewSteps: Network = {
    var network = convolutional(.max)
    network.lag = 1
    network.populations[0].biasByStep = .inline(tensor([2, 3], .float32(ramp(6))))
    network.projections[3].pool?.gate = .winner
    return network
  }()

  static let networkValues: [Network] =
    NeuronModel.Kind.ofNetworks.filter(\.traits.fires).map { dense($0) }
    + [dense(.integrateFire, readout: .spikes), convolutional(.average), convolutional(.max), fewSteps]

  static let networks: [[UInt8]] = networkValues.compactMap {
    try? $0.jsonBytes(tensorsFile: $0.tensors.isEmpty ? nil : "net.safetensors")
  }

  // MARK: - Chips, mappings, programs, results

  /// A chip that extends another, and the smaller ones of the library, whole.
  static let chips: [[UInt8]] =
    [
      Array(
        """
        { "format": "nmsim-chip/1", "name": "small", "extends": "generic-45nm",
          // a comment, as people write them
          "title": "less of everything" }
        """.utf8)
    ]
    + ChipLibrary.names.compactMap { (try? ChipLibrary.builtIn($0))?.canonicalJSON() }

  /// Programs with cores and routes, of the networks above for several chips.
  static let programValues: [CompiledProgram] = {
    var programs: [CompiledProgram] = []
    for (number, network) in networkValues.enumerated() {
      guard let checked = try? network.checked() else { continue }
      let names = ["ideal", ChipLibrary.defaultName, "loihi"]
      for name in [names[number % 3], ChipLibrary.defaultName] {
        guard let chip = try? ChipLibrary.builtIn(name),
          let result = try? CompiledProgram.compile(checked, chip: chip, options: CompileOptions(placement: .rowMajor))
        else { continue }
        if !programs.contains(result.program) { programs.append(result.program) }
      }
    }
    return programs
  }()

  static let programs: [[UInt8]] = programValues.map { $0.encoded() }

  /// The network that mappings are made for, with cores of one channel each.
  static let mappedNetwork: CheckedNetwork? = try? convolutional(.max).checked()

  static let mappings: [[UInt8]] = {
    guard let network = mappedNetwork, let chip = try? ChipLibrary.builtIn(ChipLibrary.defaultName),
      let result = try? CompiledProgram.compile(network, chip: chip)
    else { return [] }
    func box(_ channels: Range<Int>, _ rows: Range<Int> = 0..<4, _ columns: Range<Int> = 0..<4) -> Box {
      Box(channels: channels, rows: rows, columns: columns)
    }
    let split = Mapping(cores: [
      Mapping.Core(place: 3, parts: [Mapping.Part(population: "a", box: box(0..<2, 0..<2))]),
      Mapping.Core(place: 0, parts: [Mapping.Part(population: "a", box: box(0..<2, 2..<4))]),
      Mapping.Core(
        place: 7,
        parts: [
          Mapping.Part(population: "b", box: box(0..<1)), Mapping.Part(population: "b", box: box(1..<2)),
          Mapping.Part(population: "out", box: box(0..<3, 0..<1, 0..<1)),
        ]),
    ])
    return [MappingFile.bytes(of: Mapping(result.program)), MappingFile.bytes(of: split)]
  }()

  static let decisions: [[UInt8]] = {
    var record = KeptDecisions(model: "a", preprocessing: Preprocessing(scale: 0.5, mean: [1], std: [2, 3]))
    (record.samples, record.decisions, record.outputs) = (3, [0, 3, 1], [0.5, -1, 1e-3])
    return (try? JSONSeal.bytes(of: record.document)).map { [$0] } ?? []
  }()
  static let results: [[UInt8]] = [0, programValues.count - 1].compactMap { index in
    guard programValues.indices.contains(index),
      let result = FuzzStages.result(of: programValues[index], steps: 8, samples: 2)
    else { return nil }
    return try? JSONWriter.bytes(of: result.document, style: .compact)
  }
}
