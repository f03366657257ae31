import ChipModel

/// A trained network in the one form that conversion works on: layers that sum linear connections, add a bias and apply
/// one activation.
///
/// The layers are in topological order. It maps one to one on a spiking `Network`: a layer is a population, a
/// connection a projection. Batch normalisation, padding layers, dropout, flattening and concatenation are gone: they
/// are in the weights. Neuron indices are row-major over `[C, H, W]`.
public struct AnalogNetwork: Sendable, Equatable {
  /// For results; that of the file.
  public var name: String
  /// Shape of a sample, `[C, H, W]` or `[N]`.
  public var inputShape: [Int]
  package var layers: [AnalogLayer]
  /// Index of the layer whose values are the answer.
  package var output: Int
  /// What the file costs, before anything was rewritten; nil: what the layers cost.
  package var fileCost: NetworkCost?
}

/// What one inference of a trained network takes.
package struct NetworkCost: Sendable, Equatable {
  /// Products of weights and values, padding left out.
  package var multiplyAccumulates = 0
  /// Weights and biases.
  package var parameters = 0
  /// Convolutions and matrix products; nil: there is a linear layer that they do not describe.
  package var layers: [ANNLayer]? = []

  /// Counts a layer; returns its index among the layers.
  mutating func add(_ layer: ANNLayer, products: Int) -> Int? {
    multiplyAccumulates += products
    layers?.append(layer)
    return layers?.indices.last
  }
}

/// One layer: `activation(sum over connections + bias)`.
package struct AnalogLayer: Sendable, Equatable {
  package var name: String
  /// `[C, H, W]` or `[N]`.
  package var shape: [Int]
  package var connections: [AnalogConnection]
  /// `C` values (per channel), `C*H*W` values (per neuron), or nil for none.
  package var bias: [Float]?
  package var activation = AnalogActivation.relu

  /// Number of neurons.
  package var count: Int { shape.reduce(1, *) }
  /// `C` of `[C, H, W]`, `N` of `[N]`.
  package var channels: Int { shape.first ?? 0 }
  /// Neurons of one channel.
  package var channelSize: Int { channels == 0 ? 0 : count / channels }
}

/// What a layer does with its sum. Only an output layer has `none`.
package enum AnalogActivation: Sendable, Equatable {
  case none
  /// max(x, 0)
  case relu
  /// x for x >= 0, `slope * x` below; slope > 0.
  case leakyRelu(slope: Float)
  /// min(max(x, 0), maximum): a bounded ReLU. With levels, rounded to multiples of `maximum / levels`, halves up (QCFS,
  /// Bu et al. 2022).
  case clip(maximum: Float, levels: Int? = nil)
  /// Rounded to whole multiples of `step`, halves to even, from `lowest` to `highest` of them (QuantizeLinear and
  /// DequantizeLinear). Of networks that are evaluated, never of those that are converted.
  case quantised(step: Float, lowest: Float, highest: Float)
}

/// Where a connection comes from.
package enum AnalogSource: Sendable, Hashable {
  case input
  /// Index of an earlier layer.
  case layer(Int)
}

/// Weights from one source into a layer; pooling, if any, acts on the source's activation before the weights.
package struct AnalogConnection: Sendable, Equatable {
  /// What the float ANN computes, by the names of the projections that it becomes.
  package enum Kind: String, Sendable { case dense, convolution = "conv2d", identity }
  package var source: AnalogSource
  package var pool: NetworkPool?
  package var kind: Kind
  /// dense `[N_out, N_in]` (N_in counts the pooled source, row-major), conv2d `[C_out, C_in / groups, kH, kW]`,
  /// identity `C` factors, or empty for 1.
  package var weights: [Float] = []
  package var weightShape: [Int] = []
  /// `[y, x]`
  package var stride = [1, 1]
  /// `[top, left, bottom, right]`; never negative.
  package var padding = [0, 0, 0, 0]
  /// `[y, x]`
  package var dilation = [1, 1]
  package var groups = 1

  var convolution: Convolution {
    Convolution(
      weights: weights, shape: weightShape, stride: stride, padding: padding, dilation: dilation, groups: groups)
  }
}

extension AnalogConnection.Kind {
  /// The projection that it becomes.
  var projection: Projection.Kind {
    switch self {
    case .dense: .dense
    case .convolution: .convolution
    case .identity: .identity
    }
  }

  /// What a projection was made of.
  init(_ projection: Projection.Kind) {
    switch projection {
    case .dense: self = .dense
    case .convolution: self = .convolution
    case .identity: self = .identity
    }
  }
}

extension AnalogNetwork {
  /// Shape of a source's activation.
  package func shape(of source: AnalogSource) -> [Int] {
    switch source {
    case .input: inputShape
    case .layer(let index): layers[index].shape
    }
  }

  /// Number of values of one input sample.
  package var inputCount: Int { inputShape.reduce(1, *) }
}

/// Output size along one axis of a sliding window, 0 where the window does not fit.
///
/// `size`, `kernel`, `stride`, `dilation` >= 1.
func windowCount(_ size: Int, kernel: Int, stride: Int, before: Int, after: Int, dilation: Int = 1) -> Int {
  let (span, overflow) = dilation.multipliedReportingOverflow(by: kernel - 1)
  guard !overflow, stride > 0 else { return 0 }
  let free = size + before + after - span - 1
  return free < 0 ? 0 : free / stride + 1
}

extension NetworkPool {
  /// Shape of the pooled `[C, H, W]`.
  package func outputShape(_ shape: [Int]) -> [Int] {
    guard shape.count == 3 else { return shape }
    return [shape[0]]
      + (0..<2).map {
        windowCount(shape[1 + $0], kernel: kernel[$0], stride: stride[$0], before: padding[$0], after: padding[2 + $0])
      }
  }
}
