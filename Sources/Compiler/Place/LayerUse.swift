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

  init(_ population: Int, _ program: CompiledProgram) {
    let shape = program.populations[population].shape
    channels = shape.channels
    outputSide = max(shape.height, shape.width)
    fanOutLayers = Set(program.projections.filter { $0.source == population }.map(\.target)).count
    for projection in program.projections where projection.target == population {
      guard let source = projection.source else { continue }
      let from = program.populations[source].shape
      channels = max(channels, from.channels)
      inputSide = max(inputSide, from.height, from.width)
      pool = max(pool, projection.pool.map { max($0.kernelY, $0.kernelX) } ?? 1)
      let c = projection.convolution
      switch projection.kind {
      case .dense:
        let pooled = projection.pool?.output(of: from) ?? from
        kernel = max(kernel, pooled.height, pooled.width)
        stride = max(stride, 1)
      case .identity:
        kernel = max(kernel, 1)
        stride = max(stride, 1)
      case .convolution:
        kernel = max(kernel, c.kernelY, c.kernelX)
        stride = max(stride, c.strideY, c.strideX)
        padding = max(padding, c.top, c.left, c.bottom, c.right)
      }
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
