import Foundation

@testable import ChipModel
@testable import Compiler

/// How many random networks a test tries: some seconds' worth of all, or `NMSIM_LONG` times as many.
enum LongRun {
  static let factor = max(1, ProcessInfo.processInfo.environment["NMSIM_LONG"].flatMap { Int($0) } ?? 1)

  static func seeds(_ count: Int) -> Range<UInt64> { 0..<UInt64(count * factor) }
}

/// Seeded choices for property tests.
struct Dice {
  private var generator: SeededGenerator
  init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

  mutating func integer(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
  mutating func real(_ range: ClosedRange<Double>) -> Double {
    range.lowerBound + (range.upperBound - range.lowerBound) * generator.unit()
  }
  mutating func chance(_ probability: Double) -> Bool { generator.unit() < probability }
  mutating func bits() -> UInt64 { generator.next() }
  mutating func pick<Value>(_ values: [Value]) -> Value { values[integer(0...(values.count - 1))] }
}

/// What a random network may use.
struct RandomNetworkRules {
  enum Code: CaseIterable { case rate, phase, bistable, switches }
  /// Kinds of chips, each with networks that it takes.
  enum Kind: CaseIterable {
    /// Limits on counts, any network.
    case general
    /// Small windows of max pools that overlap, spread over many cores.
    case gates
    /// Synapses of one bit whose weights go by the type of their axon.
    case crossbar
    /// One convolutional layer a core, cores of three kinds.
    case layers
  }
  /// Some networks of rates have switches instead, where lags are allowed.
  var codes: [Code] = [.rate, .phase, .bistable]
  var models: [NeuronModel.Kind] = [.integrateFire, .integrateFire, .augmented, .ternary, .leaky, .signed]
  /// Explicit delays, as no layer-synchronous loop has them.
  var delays = true
  var schedules: [Schedule] = [.windowed, .windowed, .continuous]
  /// Ticks that layers add before they fire, up to all of a run.
  var lags = true
  /// Biases that differ from step to step.
  var biasesByStep = true
  /// Chips with a small largest delay, so that relays appear.
  var relays = true
  /// Small membranes, so that sums saturate.
  var smallMembranes = true
  var kinds: [Kind] = [.general, .general, .general, .general, .gates, .crossbar, .layers]
  /// Dead cores, dead links and stuck weight bits, where the chip can have them.
  var chipFaults = true
  /// Inputs that spike, `cuba`, levels, registers that cut.
  var variations = true
  /// Chips that need populations split.
  var splits = true
  /// Now and then 100 to 300 steps.
  var longRuns = true

  /// For tests that make chips of their own: limits on counts, no faults.
  static let general: RandomNetworkRules = {
    var rules = RandomNetworkRules()
    rules.kinds = [.general]
    rules.chipFaults = false
    return rules
  }()
}

/// A random network with a chip to put it on, options, and samples. `size` bounds channels, rows and populations.
struct RandomNetwork {
  var network: Network
  var chip: ChipDescription
  var options: CompileOptions
  var steps: Int
  var samples: [[Double]]

  /// - Parameter kind: of the chip.
  init(seed: UInt64, size: Int, kind: RandomNetworkRules.Kind = .general, rules: RandomNetworkRules) {
    var builder = Builder(seed: seed, size: size, kind: kind, rules: rules)
    self = builder.build()
    if rules.variations { vary(seed: seed, period: builder.code == .rate || builder.code == .switches ? nil : builder.period) }
  }

  /// The first of a row of tries that compiles; small chips refuse many networks, as they should.
  static func compiled(
    seed: UInt64, size: Int, rules: RandomNetworkRules = RandomNetworkRules()
  ) throws -> (network: RandomNetwork, program: CompiledProgram) {
    var attempt: UInt64 = 0
    // Drawn once, or the kinds that refuse much would be rare.
    var dice = Dice(seed: seed &* 48_271 &+ 11)
    let kind = dice.pick(rules.kinds)
    while true {
      let network = RandomNetwork(seed: seed &* 1_000_003 &+ attempt, size: size, kind: kind, rules: rules)
      let checked = try network.network.checked()
      do {
        let result = try CompiledProgram.compile(checked, chip: network.chip, options: network.options)
        return (network, result.program)
      } catch {
        attempt += 1
        if attempt == 200 { throw error }
      }
    }
  }

  init(
    network: Network, chip: ChipDescription, options: CompileOptions, steps: Int, samples: [[Double]]
  ) {
    self.network = network
    self.chip = chip
    self.options = options
    self.steps = steps
    self.samples = samples
  }
}

extension ChipDescription {
  /// A chip with the given numbers, everything else unlimited.
  static func test(
    _ numbers: [ChipNumber: Int] = [:], thresholdPerNeuron: Bool = true, sharedConvolutionWeights: Bool = true
  ) -> ChipDescription {
    var all: [ChipNumber: Int] = [
      .weightBits: 16, .defaultWeightBits: 8, .membraneBits: 32, .accumulatorBits: 64, .maximumWeightShift: 0,
    ]
    all.merge(numbers) { $1 }
    var table = SourcedTable<ChipNumber, Int>()
    for key in ChipNumber.allCases { table[key] = all[key].map { .assumed($0, "test") } }
    return ChipDescription(
      name: "test", title: "random limits", numbers: table,
      rules: SourcedTable([
        .thresholdPerNeuron: .assumed(thresholdPerNeuron, "test"),
        .sharedConvolutionWeights: .assumed(sharedConvolutionWeights, "test"),
      ]))
  }
}

extension RandomNetwork {
  fileprivate struct Builder {
    var dice: Dice
    let size: Int
    let kind: RandomNetworkRules.Kind
    let rules: RandomNetworkRules
    let code: RandomNetworkRules.Code
    let period: Int
    let isLong: Bool
    let weightBits: Int
    let thresholdPerNeuron: Bool
    /// Sums beyond 32 bits: large integer weights, unbounded payloads.
    let isWide: Bool
    /// Of every layer, and whether the schedule is said to be the separated one.
    private(set) var lag = 0
    private(set) var isSeparated = false
    private(set) var steps = 0
    var shapes: [MapShape] = []
    var populations: [NetworkPopulation] = []
    var projections: [NetworkProjection] = []

    init(seed: UInt64, size: Int, kind: RandomNetworkRules.Kind, rules: RandomNetworkRules) {
      dice = Dice(seed: seed)
      self.size = size
      self.kind = kind
      self.rules = rules
      // A crossbar computes rates; other codes are no matter of its own.
      var code = kind == .crossbar && rules.codes.contains(.rate) ? .rate : dice.pick(rules.codes)
      var others = Dice(seed: seed &* 13 &+ 0x7C0DE)
      if code == .rate, kind == .general, rules.lags, rules.codes.contains(.phase), others.chance(0.08) { code = .switches }
      self.code = code
      period = dice.chance(0.8) ? dice.integer(1...5) : dice.integer(6...16)
      let wantsLong = dice.chance(0.1)
      isLong = wantsLong && rules.longRuns && size <= 4
      let wantsWide = dice.chance(0.12)
      let isRate = code == .rate
      let hasAugmented = rules.models.contains(.augmented)
      let isWide = wantsWide && isRate && hasAugmented && kind == .general
      self.isWide = isWide
      let bits = dice.pick([2, 3, 4, 5, 6, 8, 8, 8, 11, 16])
      weightBits = isWide ? 16 : bits
      thresholdPerNeuron = dice.chance(0.8)
      steps = drawnSteps()
      let wantsLag = dice.chance(0.25)
      isSeparated = dice.chance(0.3)
      lag = isSeparated ? steps - 1 : dice.integer(1...3)
      if code == .switches {
        (steps, isSeparated) = (max(2, steps), true)
        lag = steps - 1
      } else if !(wantsLag && code != .bistable && rules.lags && lag > 0 && lag < steps) { (lag, isSeparated) = (0, false) }
    }

    mutating func build() -> RandomNetwork {
      let input = shape(channels: dice.integer(1...min(3, size)))
      let count = dice.integer(1...min(7, 1 + size / 2))
      for index in 0..<count { add(index, input: input, isLast: index == count - 1) }
      let last = populations[populations.count - 1]
      let readout: Readout =
        last.neuron.model.traits.fires && dice.chance(0.5) && lag == 0 ? .spikes : .potential
      var network = Network(
        name: "random", input: NetworkInput(shape: dimensions(input)), populations: populations,
        projections: projections, output: NetworkOutput(population: last.name, readout: readout))
      var options = options()
      if lag > 0 {
        // The network says so, or the options do.
        options.schedule = nil
        if dice.chance(0.5) {
          network.schedule = isSeparated ? .separated : .windowed
          network.lag = isSeparated ? 0 : lag
          // Lags by population instead.
          if !isSeparated, dice.chance(0.5) {
            network.lag = dice.integer(0...lag)
            for index in network.populations.indices where network.populations[index].neuron.model.traits.fires {
              network.populations[index].lag = dice.chance(0.7) ? dice.integer(0...lag) : nil
            }
          }
        } else if isSeparated {
          options.schedule = .separated
        } else {
          options.lag = lag
        }
        options.steps = isSeparated ? steps : nil
      }
      let values = dice.chance(0.05) ? 3000.0 : 1.5
      let samples = (0..<2).map { _ in
        (0..<input.count).map { _ in dice.chance(0.2) ? 0 : dice.real(-values...values) }
      }
      let chip = chip()
      if rules.chipFaults { options.faults = faults(of: chip) }
      options.pools = dice.chance(0.4) ? .layer : .auto
      options.split = rules.splits ? .auto : .none
      return RandomNetwork(network: network, chip: chip, options: options, steps: steps, samples: samples)
    }

    private mutating func drawnSteps() -> Int {
      if isLong { return dice.integer(100...300) }
      return dice.integer(1...(code == .rate || code == .switches || period == 1 ? 8 + size : period * 5))
    }

    // MARK: Shapes

    mutating func shape(channels: Int) -> MapShape {
      if dice.chance(0.2) { return MapShape(channels: dice.integer(1...(2 * size))) }
      let most = min(7, 1 + size / 2)
      return MapShape(channels: channels, height: dice.integer(1...most), width: dice.integer(1...most))
    }

    mutating func dimensions(_ shape: MapShape) -> [Int] {
      shape.pixels == 1 && dice.chance(0.5) ? [shape.channels] : [shape.channels, shape.height, shape.width]
    }

    // MARK: Populations

    mutating func add(_ index: Int, input: MapShape, isLast: Bool) {
      let name = "p\(index)"
      let isInteger = isWide || kind == .crossbar || dice.chance(0.35)
      // A period code needs a source of its kind or the input; accumulators feed nothing.
      let sources = populations.indices.filter { populations[$0].neuron.model.traits.fires }
      func source(_ dice: inout Dice, _ recent: Bool) -> Int? {
        if sources.isEmpty || dice.chance(0.2) { return nil }
        return recent && dice.chance(0.7) ? sources[sources.count - 1] : dice.pick(sources)
      }
      let first = source(&dice, true)
      let (main, target) = mainProjection(
        from: first, shape: first.map { shapes[$0] } ?? input, name: "\(name).0", to: name, isInteger)
      projections.append(main)
      shapes.append(target)
      // An axon of a crossbar has one type, which a second projection from the same source would seldom share.
      for extra in 0..<(kind == .crossbar ? 0 : dice.pick([0, 0, 1, 1, 2])) {
        let from = source(&dice, false)
        projections.append(
          sideProjection(
            from: from, shape: from.map { shapes[$0] } ?? input, target: target, name: "\(name).\(extra + 1)", to: name,
            isInteger))
      }
      let isAccumulator = isLast && dice.chance(0.4)
      var population = NetworkPopulation(
        name: name, shape: dimensions(target), neuron: neuron(target, isInteger, isAccumulator: isAccumulator),
        bias: dice.chance(0.5) ? values(target, isInteger ? -20...20 : -0.4...0.4, isInteger) : nil)
      if rules.biasesByStep, !isSeparated, dice.chance(0.2) {
        population.bias = nil
        population.biasByStep = biases(target.channels, isInteger)
      }
      populations.append(population)
    }

    /// `[C, T]`, now and then for more steps than are run, some steps without any.
    mutating func biases(_ channels: Int, _ isInteger: Bool) -> Weights {
      let length = steps + dice.integer(0...2)
      let silent = (0..<length).map { _ in dice.chance(0.3) }
      let values = (0..<(channels * length)).map { at in
        silent[at % length] ? 0 : isInteger ? dice.real(-20...20).rounded() : dice.real(-0.4...0.4)
      }
      return .inline(Tensor(shape: [channels, length], storage: .float64(values)) ?? Tensor(shape: [0], storage: .int32([]))!)
    }

    mutating func neuron(_ shape: MapShape, _ isInteger: Bool, isAccumulator: Bool) -> NetworkNeuron {
      let model: NeuronModel.Kind =
        code == .switches ? isAccumulator ? .integrator : .switching
        : isAccumulator
        ? .accumulator : code == .phase ? .phase : code == .bistable ? .bistable
        : isWide ? .augmented : dice.pick(lag > 0 ? rules.models.filter { $0 != .leaky } : rules.models)
      var neuron = NetworkNeuron(model: model)
      if dice.chance(0.4) { neuron.initial = values(shape, isInteger ? -15...40 : -0.3...0.9, isInteger) }
      if !model.traits.fires { return neuron }
      var threshold = values(shape, isInteger ? 1...120 : 0.4...2, isInteger)
      if case .list(var list) = threshold, dice.chance(0.2) {
        list[0] = .infinity
        threshold = .list(list)
      }
      if !thresholdPerNeuron { threshold = .uniform(isInteger ? 40 : dice.real(0.5...2)) }
      neuron.threshold = threshold
      // What a spike is worth must not differ within a channel.
      neuron.spikeValue =
        dice.chance(0.5) ? .uniform(dice.real(-1...2)) : .list((0..<shape.channels).map { _ in dice.real(0.2...2) })
      switch model {
      case .integrateFire, .leaky:
        neuron[.reset] = dice.chance(0.3) && lag == 0 ? .hard : nil
        neuron[.strict] = dice.chance(0.3)
        if model == .leaky { neuron[.leakShift] = dice.chance(0.7) ? dice.integer(1...6) : dice.integer(7...31) }
      case .augmented, .ternary:
        if dice.chance(0.6) {
          neuron.negativeThreshold =
            thresholdPerNeuron
            ? values(shape, isInteger ? -120...(-1) : -2...(-0.4), isInteger) : .uniform(isInteger ? -40 : -1)
        }
        if model == .augmented && !isWide && dice.chance(0.6) { neuron[.maximumPayload] = dice.integer(1...5) }
      case .signed:
        if dice.chance(0.6) {
          neuron.negativeThreshold =
            thresholdPerNeuron
            ? values(shape, isInteger ? -40...0 : -1...0, isInteger) : .uniform(isInteger ? -10 : -0.2)
        }
      case .phase:
        neuron[.period] = period
        neuron[.reset] = dice.chance(0.3) ? .hard : nil
      case .bistable: neuron[.period] = period
      default: break
      }
      return neuron
    }

    mutating func values(_ shape: MapShape, _ range: ClosedRange<Double>, _ isInteger: Bool) -> Values {
      func one(_ dice: inout Dice) -> Double {
        let value = dice.real(range)
        return isInteger ? value.rounded(.towardZero) : value
      }
      switch dice.integer(0...3) {
      case 0, 1: return .uniform(one(&dice))
      case 2: return .list((0..<shape.channels).map { _ in one(&dice) })
      default: return .list((0..<shape.count).map { _ in one(&dice) })
      }
    }

    // MARK: Projections

    mutating func pool(_ shape: MapShape, from: Int?) -> (NetworkPool?, MapShape) {
      guard kind != .crossbar, shape.pixels > 1, dice.chance(kind == .gates ? 0.9 : 0.45) else { return (nil, shape) }
      if kind != .layers, dice.chance(kind == .gates ? 0 : 0.15) {
        return (
          NetworkPool(kind: .average, kernel: [shape.height, shape.width], stride: [1, 1]),
          MapShape(channels: shape.channels)
        )
      }
      var kernel = [dice.integer(1...min(3, shape.height)), dice.integer(1...min(3, shape.width))]
      if kind == .gates { kernel = [min(3, shape.height), min(3, shape.width)] }
      let most = kind == .gates ? kernel.map { max(1, $0 - 1) } : kernel.map { $0 + 1 }
      let stride = kind == .layers ? kernel : most.map { dice.integer(1...$0) }
      let padding = (0..<4).map { kind != .layers && dice.chance(0.3) ? dice.integer(0...(kernel[$0 % 2] - 1)) : 0 }
      let isMaximum = kind == .gates || (kind != .layers && dice.chance(0.5))
      let gates: [GateRule?] = code == .rate ? [nil, .count, .winner] : code == .switches ? [nil, .count] : [nil, .winner]
      let pool = NetworkPool(
        kind: isMaximum ? .max : .average, kernel: kernel, stride: stride, padding: padding,
        gate: isMaximum && from != nil ? dice.pick(gates) : nil)
      let geometry = PoolGeometry(
        kind: .average, kernelY: kernel[0], kernelX: kernel[1], strideY: stride[0], strideX: stride[1],
        top: padding[0], left: padding[1], bottom: padding[2], right: padding[3])
      guard let pooled = geometry.output(of: shape) else { return (nil, shape) }
      return (pool, pooled)
    }

    mutating func mainProjection(
      from: Int?, shape: MapShape, name: String, to: String, _ isInteger: Bool
    ) -> (NetworkProjection, MapShape) {
      let (pool, pooled) = pool(shape, from: from)
      // Cores of one convolutional layer each take no identity, no groups and no dilation.
      let isLayer = kind == .layers
      let choice = dice.integer(isLayer || kind == .crossbar ? 2...9 : 0...9)
      if choice < 2 {
        return (identity(from, pooled, pool, name, to, isInteger), pooled)
      }
      if choice < 7 {
        let groups = isLayer ? 1 : dice.pick((1...pooled.channels).filter { pooled.channels % $0 == 0 })
        let channels = groups * dice.integer(1...max(1, size * 2 / groups))
        var projection = NetworkProjection(name: name, from: from.map { "p\($0)" }, to: to, kind: .convolution, pool: pool)
        projection.groups = groups
        projection.stride = [dice.integer(1...2), dice.integer(1...2)]
        projection.dilation = isLayer ? [1, 1] : [dice.integer(1...2), dice.integer(1...2)]
        projection.padding = (0..<4).map { _ in dice.integer(0...2) }
        let kernel = [dice.integer(1...3), dice.integer(1...3)]
        let geometry = ConvolutionGeometry(
          kernelY: kernel[0], kernelX: kernel[1], strideY: projection.stride[0], strideX: projection.stride[1],
          top: projection.padding[0], left: projection.padding[1], bottom: projection.padding[2],
          right: projection.padding[3], dilationY: projection.dilation[0], dilationX: projection.dilation[1],
          groups: groups)
        if let target = geometry.output(of: pooled, channels: channels) {
          projection.weights = weights([channels, pooled.channels / groups, kernel[0], kernel[1]], isInteger)
          projection.delay = delay(from)
          return (projection, target)
        }
      }
      let target = dice.chance(0.3) ? self.shape(channels: dice.integer(1...size)) : MapShape(channels: dice.integer(1...(4 * size)))
      return (dense(from, pooled, target, pool, name, to, isInteger), target)
    }

    mutating func sideProjection(
      from: Int?, shape: MapShape, target: MapShape, name: String, to: String, _ isInteger: Bool
    ) -> NetworkProjection {
      let (pool, pooled) = pool(shape, from: from)
      if kind != .layers, pooled == target, dice.chance(0.7) { return identity(from, pooled, pool, name, to, isInteger) }
      if pooled.height == target.height && pooled.width == target.width && dice.chance(0.6) {
        var projection = NetworkProjection(
          name: name, from: from.map { "p\($0)" }, to: to, kind: .convolution, pool: pool, padding: [1, 1, 1, 1],
          delay: delay(from))
        projection.weights = weights([target.channels, pooled.channels, 3, 3], isInteger)
        return projection
      }
      return dense(from, pooled, target, pool, name, to, isInteger)
    }

    mutating func identity(
      _ from: Int?, _ shape: MapShape, _ pool: NetworkPool?, _ name: String, _ to: String, _ isInteger: Bool
    ) -> NetworkProjection {
      let given: Weights? =
        switch dice.integer(0...2) {
        case 0: nil
        case 1: weights([], isInteger)
        default: weights([shape.channels], isInteger)
        }
      return NetworkProjection(
        name: name, from: from.map { "p\($0)" }, to: to, kind: .identity, weights: given, pool: pool,
        delay: delay(from))
    }

    mutating func dense(
      _ from: Int?, _ source: MapShape, _ target: MapShape, _ pool: NetworkPool?, _ name: String, _ to: String,
      _ isInteger: Bool
    ) -> NetworkProjection {
      NetworkProjection(
        name: name, from: from.map { "p\($0)" }, to: to, kind: .dense,
        weights: weights([target.count, source.count], isInteger), pool: pool, delay: delay(from))
    }

    mutating func delay(_ from: Int?) -> Int? {
      rules.delays && from != nil && dice.chance(0.15) ? dice.integer(1...7) : nil
    }

    mutating func weights(_ shape: [Int], _ isInteger: Bool) -> Weights {
      let count = shape.reduce(1, *)
      let storage: Tensor.Storage
      if kind == .crossbar {
        // One of four weights by source, or none.
        let top = (1 << (weightBits - 1)) - 1
        let types = (0..<4).map { _ in Int32(dice.integer(-min(top, 9)...min(top, 9))) }
        let taps = shape.dropFirst(2).reduce(1, *)
        storage = .int32((0..<count).map { dice.chance(0.4) ? 0 : types[$0 / taps % shape[1] % 4] })
      } else if isInteger {
        let top = (1 << (weightBits - 1)) - 1
        let most = dice.chance(0.5) ? top : min(top, 30)
        storage = .int32((0..<count).map { _ in dice.chance(0.2) ? 0 : Int32(dice.integer((-most - 1)...most)) })
      } else {
        let scale = dice.chance(0.7) ? 1.0 : dice.real(0.05...4)
        storage = .float64((0..<count).map { _ in dice.chance(0.15) ? 0 : dice.real(-1...1) * scale })
      }
      return .inline(Tensor(shape: shape, storage: storage) ?? Tensor(shape: [0], storage: .int32([]))!)
    }

    // MARK: Chip

    mutating func options() -> CompileOptions {
      CompileOptions(
        weightBits: weightBits,
        membraneBits: rules.smallMembranes && !isWide && dice.chance(0.5) ? dice.integer(6...16) : dice.integer(20...32),
        fractionBits: dice.chance(0.85) ? dice.pick([0, 0, 1, 3, 6]) : dice.integer(7...15),
        scale: dice.pick([nil, .channel, .population]),
        schedule: code == .rate ? dice.pick(rules.schedules) : .windowed,
        placement: dice.pick([.rowMajor, .rowMajor, .random, .random, .optimised]), seed: dice.bits(),
        placementEffort: 0.01)
    }

    mutating func chip() -> ChipDescription {
      let neurons = shapes.reduce(0) { $0 + $1.count }
      var numbers: [ChipNumber: Int] = [
        .width: dice.integer(1...4), .height: dice.integer(1...4), .coresPerTile: dice.integer(1...4),
        .maximumWeightShift: dice.pick([0, 0, 1, 4, 8]),
      ]
      if dice.chance(0.5) { numbers[.chipColumns] = dice.integer(1...3) }
      if dice.chance(0.3) { numbers[.linkHops] = dice.integer(0...5) }
      if kind == .gates {
        numbers[.neuronsPerCore] = max(1, neurons / dice.integer(10...60))
      } else if kind != .layers {
        if dice.chance(0.8) { numbers[.neuronsPerCore] = max(1, neurons / dice.integer(1...40)) }
        if dice.chance(0.3) { numbers[.synapseMemoryBitsPerCore] = weightBits * dice.integer(30...3000) }
        if dice.chance(0.2) { numbers[.inputAxonsPerCore] = dice.integer(10...400) }
        if dice.chance(0.2) { numbers[.outputAxonsPerCore] = dice.integer(10...400) }
      }
      if rules.relays && dice.chance(0.4) { numbers[.maximumDelay] = dice.integer(1...3) }
      var chip = ChipDescription.test(
        numbers, thresholdPerNeuron: thresholdPerNeuron,
        sharedConvolutionWeights: kind != .crossbar && dice.chance(0.6))
      if dice.chance(0.2) { chip.rules[.multicast] = .assumed(true, "test") }
      switch kind {
      case .general, .gates: break
      case .crossbar:
        chip.numbers[.bitsPerSynapse] = .assumed(1, "test")
        chip.crossbar = .assumed(Crossbar(axons: dice.integer(60...500), axonTypes: 4, binary: true), "test")
      case .layers:
        chip.convolutionCore = .assumed(
          ConvolutionCore(
            maximumKernel: 16, strides: [1, 2], maximumPadding: 2, poolSizes: [1, 2, 3], maximumChannels: 64,
            maximumInputSide: 16, maximumOutputSide: 16, fanOutLayers: dice.integer(1...4)), "test")
        let types = (0..<3).map {
          CoreType(
            count: dice.integer(1...3), neurons: dice.integer(20...400),
            synapseMemoryBits: weightBits * ($0 == 0 ? 100_000 : dice.integer(100...20_000)))
        }
        chip.coreTypes = .assumed(types, "test")
        chip.numbers[.width] = .assumed(3, "test")
        chip.numbers[.height] = .assumed(3, "test")
        chip.numbers[.coresPerTile] = .assumed(1, "test")
        chip.numbers[.coresPerChip] = .assumed(types.reduce(0) { $0 + $1.count }, "test")
        chip.numbers[.chips] = .assumed(dice.integer(1...3), "test")
      }
      return chip
    }

    /// Nil mostly.
    mutating func faults(of chip: ChipDescription) -> ChipFaults? {
      guard dice.chance(0.2) else { return nil }
      return ChipFaults(
        seed: dice.bits(), deadCoreRate: dice.pick([0, 0.1, 0.3]), deadLinkRate: dice.pick([0, 0.05, 0.2]),
        stuckWeightBits: kind == .crossbar ? 0 : dice.pick([0, 0.01, 0.3]))
    }
  }
}
