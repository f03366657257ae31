/// How values, or recordings, become the spikes of an input population.
package enum InputCoding: String, ParameterChoice {
  /// Each step with the probability `x`, cut to 0...1.
  case bernoulli
  /// An integrate-and-fire neuron that `x_q` drives against 4,096.
  case rate
  /// The bits of `floor(x 2^K)`, most significant first, every period.
  case phase
  /// One spike, at step `roundHalfEven((1 - x) (T - 1))`, `x` cut to 0...1; 0 never fires.
  case latency
  /// Recorded counts, step by step.
  case events

  /// The model of such an input.
  package var kind: NeuronModel.Kind {
    switch self {
    case .bernoulli, .rate, .latency: .spikeInput
    case .phase: .phaseInput
    case .events: .eventInput
    }
  }

  /// Largest count of an event where the network states no range.
  package static let standardEvents = 255
}

/// The network's input as spikes with a rate code.
struct SpikeInput: InputDynamics {
  static let name = "spikes"
  static let rule = "the network's input: spikes of its coding"
  static let traits = NeuronTraits(code: .rate, reset: .none, potentials: 0, isInput: true, hasKernel: true)
  static let parameters = [Parameter.inputCoding, .inputSeed, .inputSpikeValue, .inputSigns]
}

/// The network's input as bits of a period.
struct PhaseInput: InputDynamics {
  static let name = "phase spikes"
  static let rule = "the network's input: bits of its values, a period long"
  static let traits = NeuronTraits(code: .phase, reset: .none, potentials: 0, isInput: true, hasKernel: true)
  static let parameters = [Parameter.inputSpikeValue, .inputSigns]
}

/// The network's input as recorded spikes.
struct EventInput: InputDynamics {
  static let name = "events"
  static let rule = "the network's input: recorded spikes"
  static let traits = NeuronTraits(
    code: .rate, reset: .none, potentials: 0, hasPayload: true, isInput: true, hasKernel: true)
  static let parameters = [Parameter.maximumPayload]
}

/// What is never updated.
protocol InputDynamics: NeuronDynamics {
  init()
}

extension InputDynamics {
  init(_ model: NeuronModel) { self.init() }

  func update(
    _ state: inout NeuronRule.State, _ step: NeuronRule.Step, _ rule: NeuronRule, _ losses: inout NeuronRule.Losses
  ) -> Int32 { 0 }
}

extension NeuronModel.Kind {
  package static let spikeInput = Self(SpikeInput.self)
  package static let phaseInput = Self(PhaseInput.self)
  package static let eventInput = Self(EventInput.self)
}

extension NeuronModel {
  /// Of an input that spikes; nil: of currents, or no input.
  package var inputCoding: InputCoding? {
    switch kind {
    case .spikeInput: self[.inputCoding] ?? .rate
    case .phaseInput: .phase
    case .eventInput: .events
    default: nil
    }
  }
}

extension Parameter {
  package static let inputCoding = Parameter(
    "coding", option: "input-coding", .choice(of: InputCoding.self), standardText: "the network's",
    "How the input spikes.")
  package static let inputSeed = Parameter(
    "seed", .integer(0...Int(Int32.max)), standard: .integer(0), "Seed of the input's random spikes.")
  package static let inputSpikeValue = Parameter(
    "spikeValue", .number(NumberRange(lower: 0x1p-12, upper: 2048)), standard: .number(1),
    "The input value that spikes all the time, in units of 1/4096.")
  package static let inputSigns = Parameter(
    "signs", .flag, standard: .flag(false),
    "Each channel of the input is two: the first sends what is above 0, the second what is below.")
}

extension ParameterKey<InputCoding> {
  package static var inputCoding: Self { Self(.inputCoding) }
}

extension ParameterKey<Int> {
  package static var inputSeed: Self { Self(.inputSeed) }
}

extension ParameterKey<Double> {
  package static var inputSpikeValue: Self { Self(.inputSpikeValue) }
}

extension ParameterKey<Bool> {
  package static var inputSigns: Self { Self(.inputSigns) }
}

extension Population {
  /// Of an input: its shape as data have it, `[C, H, W]` or `[N]`.
  package var dataDimensions: [Int] {
    guard model[.inputSigns] == true, let channels = dimensions.first else { return dimensions }
    return [channels / 2] + dimensions.dropFirst()
  }
}

/// The spikes of an input population over the steps of one sample: a function of step and neuron, equal wherever it is asked.
package struct InputSpikes: Sendable {
  private let coding: InputCoding
  private let draw: FaultDraw
  private let period: Int
  private let steps: Int
  private let neurons: Int
  /// By neuron: of what a spike is worth.
  private let values: [Double]
  private let quantised: [Int64]
  /// What a spike is worth, as `quantised` counts.
  private let whole: Int64
  /// Magnitude of a recorded count.
  private let largest: Double

  /// - Parameters:
  ///   - input: an input that spikes.
  ///   - values: of the sample, row-major; recorded counts: step after step.
  ///   - steps: `T` of the run.
  ///   - sample: its index in the data.
  package init(_ input: Population, values: [Double], steps: Int, sample: Int) {
    coding = input.model.inputCoding ?? .rate
    draw = FaultDraw(.inputSpike, seed: UInt64(truncatingIfNeeded: input.model[.inputSeed] ?? 0))[sample]
    period = input.model.period
    self.steps = steps
    neurons = input.shape.count
    largest = Double(input.model.maximumPayload ?? Int32.max)
    let spikeValue = input.model[.inputSpikeValue] ?? 1
    whole = max(1, Int64(InputEncoder.quantise(spikeValue)))
    let signed = input.model[.inputSigns] == true ? InputSpikes.bySign(values, pixels: input.shape.pixels) : values
    quantised = coding == .rate ? signed.map { Int64(InputEncoder.quantise($0)) } : []
    self.values = spikeValue == 1 ? signed : signed.map { $0 / spikeValue }
  }

  /// Maps of so many values, one after the other; after each one of their negatives.
  package static func bySign(_ values: [Double], pixels: Int) -> [Double] {
    var result: [Double] = []
    result.reserveCapacity(2 * values.count)
    for start in stride(from: 0, to: values.count, by: max(1, pixels)) {
      let map = values[start..<min(start + pixels, values.count)]
      result += map
      result += map.lazy.map { -$0 }
    }
    return result
  }

  /// The payload that a neuron sends in a step; 0: no spike.
  package func payload(_ neuron: Int, step: Int) -> Int32 {
    let place = coding == .events ? step * neurons + neuron : neuron
    guard place < values.count else { return 0 }
    let value = values[place]
    switch coding {
    case .bernoulli: return draw[step][neuron].happens(value) ? 1 : 0
    case .rate:
      // The potential of a soft reset: what was added less what was sent, one spike a step at most.
      let x = min(max(quantised[neuron], 0), whole)
      return (Int64(step) + 1) * x / whole > Int64(step) * x / whole ? 1 : 0
    case .phase:
      let top = Double(1 << period)
      let bits = Int(min(max((value * top).rounded(.down), 0), top - 1))
      return Int32(truncatingIfNeeded: bits >> (period - 1 - step % period) & 1)
    case .latency:
      let x = min(max(value, 0), 1)
      return x > 0 && Double(step) == ((1 - x) * Double(steps - 1)).rounded(.toNearestOrEven) ? 1 : 0
    case .events:
      // Within the payloads that widths were proven for, whatever range the network states.
      return Int32(max(-largest, min(largest, value)))
    }
  }
}

/// Where the spikes of an input enter the chip: input neuron `n` sends entries `offsets[n]..<offsets[n + 1]`, each naming a
/// core and an input axon there. No entries where the host computes currents.
package struct InputPort: Sendable, Equatable {
  package var offsets: [UInt32]
  package var cores: [UInt32]
  package var axons: [UInt32]
  package init(offsets: [UInt32] = [0], cores: [UInt32] = [], axons: [UInt32] = []) {
    self.offsets = offsets
    self.cores = cores
    self.axons = axons
  }

  package var neurons: Int { offsets.count - 1 }
  @inlinable package func entries(of neuron: Int) -> Range<Int> { Int(offsets[neuron])..<Int(offsets[neuron + 1]) }
}
