import ChipModel

/// The interpreter's own address rule: which neurons a neuron of a pooled map reaches, through which stored weight.
struct InterpreterSynapses {
  private let traits: ProjectionTraits
  private let convolution: ConvolutionGeometry
  private let source: MapShape
  private let target: MapShape
  /// Channels of a group.
  private let inputs: Int
  private let outputs: Int
  /// Parallel synapses of an elementwise projection.
  private let copies: Int

  init(
    _ traits: ProjectionTraits, _ convolution: ConvolutionGeometry, weights: WeightTensor, source: MapShape,
    target: MapShape
  ) {
    self.traits = traits
    self.convolution = convolution
    self.source = source
    self.target = target
    let groups = traits.groups(convolution, channels: source.channels)
    inputs = source.channels / groups
    outputs = target.channels / groups
    copies = weights.shape[1] / inputs
  }

  /// Calls `body(channel, row, column, weight)` for every synapse of a neuron into a box of the target, and for some outside.
  @inline(__always)
  func forEach(of neuron: (c: Int, y: Int, x: Int), in box: Box, _ body: (Int, Int, Int, Int) -> Void) {
    let (c, py, px) = neuron
    let first = c / inputs * outputs
    let reached = (first..<(first + outputs)).clamped(to: box.channels)
    switch traits.positions {
    case .all:
      for channel in reached {
        for y in box.rows {
          for x in box.columns {
            let row = target.index(channel, y, x)
            body(channel, y, x, row * inputs * source.pixels + source.index(c % inputs, py, px))
          }
        }
      }
    case .own:
      for channel in reached {
        for copy in 0..<copies { body(channel, py, px, (channel * inputs + c % inputs) * copies + copy) }
      }
    case .window:
      let g = convolution
      for ky in 0..<g.kernelY {
        guard let y = g.outputRow(py, tap: ky, height: target.height) else { continue }
        for kx in 0..<g.kernelX {
          guard let x = g.outputColumn(px, tap: kx, width: target.width) else { continue }
          for channel in reached {
            body(channel, y, x, ((channel * inputs + c % inputs) * g.kernelY + ky) * g.kernelX + kx)
          }
        }
      }
    }
  }
}
