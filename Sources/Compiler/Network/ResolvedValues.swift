import ChipModel

/// Values of a population after the check: counted, in range, tensors looked up.
///
/// What `Values` may leave open (is a list per channel or per neuron, does the tensor exist) is decided here once.
package enum ResolvedValues: Sendable, Equatable {
  /// One value for every neuron.
  case uniform(Double)
  /// `C` values, one a channel of a `[C, H, W]` population.
  case perChannel([Double])
  /// `C * H * W` values in row-major order; also the values of an `[N]` population.
  case perNeuron([Double])

  /// The value of neuron `index`, row-major, of a population of `shape`.
  package func value(at index: Int, shape: MapShape) -> Double {
    switch self {
    case .uniform(let value): value
    case .perChannel(let values): values[index / shape.pixels]
    case .perNeuron(let values): values[index]
    }
  }

  /// The distinct entries as given: one, one a channel, or one a neuron.
  package var entries: [Double] {
    switch self {
    case .uniform(let value): [value]
    case .perChannel(let values), .perNeuron(let values): values
    }
  }

  /// The same arrangement with every entry changed.
  package func map(_ change: (Double) -> Double) -> ResolvedValues {
    switch self {
    case .uniform(let value): .uniform(change(value))
    case .perChannel(let values): .perChannel(values.map(change))
    case .perNeuron(let values): .perNeuron(values.map(change))
    }
  }

  /// True where all neurons of each channel have the same value.
  package var isUniformPerChannel: Bool {
    switch self {
    case .uniform, .perChannel: true
    case .perNeuron: false
    }
  }
}
