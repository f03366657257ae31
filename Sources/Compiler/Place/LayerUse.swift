import ChipModel

/// What a layer needs of a convolution core, which runs one layer at a time. A dense layer is a convolution whose
/// kernel is the whole map. Projections from the input are the host's work and do not count.
package struct LayerUse: Sendable, Equatable {
  /// Rows or columns, the larger; 0: nothing from the chip.
  package var kernel = 0
  package var stride = 0
  package var padding = 0
  /// Side of a pooling window; 1: none.
  package var pool = 0
  /// Of the inputs or the outputs, the larger.
  package var channels: Int
  package var inputSide = 0
  package var outputSide: Int
  /// Layers that it feeds.
  package var fanOutLayers: Int

  /// - Parameters:
  ///   - incoming: projections into the population.
  ///   - fed: populations that it feeds, each once.
  init(_ population: Int, _ program: CompiledProgram, incoming: [Int], fed: Int) {
    let shape = program.populations[population].shape
    channels = shape.channels
    outputSide = max(shape.height, shape.width)
    fanOutLayers = fed
    for index in incoming {
      let projection = program.projections[index]
      if program.isHostCurrent(projection) { continue }
      let synapses = program.synapses(index)
      channels = max(channels, synapses.source.channels)
      inputSide = max(inputSide, synapses.source.height, synapses.source.width)
      pool = max(pool, projection.pool.map { max($0.kernelY, $0.kernelX) } ?? 1)
      kernel = max(kernel, synapses.kernel.y, synapses.kernel.x)
      stride = max(stride, 1)
      guard let c = projection.window else { continue }
      stride = max(stride, c.strideY, c.strideX)
      padding = max(padding, c.top, c.left, c.bottom, c.right)
    }
  }

  /// How much of a layer's resource is used; nil: no resource of a layer.
  package subscript(resource: ChipResource) -> Int? {
    switch resource {
    case .kernel: kernel
    case .stride: stride
    case .padding: padding
    case .pool: pool
    case .channels: channels
    case .inputSide: inputSide
    case .outputSide: outputSide
    case .fanOutLayers: fanOutLayers
    default: nil
    }
  }
}
