import ChipModel

/// Operations as NeuroBench counts them where spikes are averaged by a pool or carry counts: in each step of a sample, and in
/// each layer, every input that is not 0 times its weights that are not 0. They are accumulates where all inputs of the layer
/// are 0, 1 or -1, else multiply-accumulates (`single_layer_MACs` of the package neurobench, samples one by one).
package struct LayerOperations: Sendable, Equatable {
  package var multiplyAccumulates = 0
  package var accumulates = 0

  mutating func add(_ other: LayerOperations) {
    multiplyAccumulates +|= other.multiplyAccumulates
    accumulates +|= other.accumulates
  }
}

/// The layers of a program as NeuroBench sees them: what a pool leaves is their input.
struct LayerInputs: Sendable {
  private struct Layer {
    var projection: Int
    /// With its pool.
    var synapses: Synapses
    var averages: Bool
    /// Weights that are not 0, by neuron of the pooled map.
    var nonZero: [Int]
    /// Synapses of the pooled map.
    var all: Int
  }

  private let layers: [Layer]
  private let sources: [Int]

  /// Nil where a layer has only some neurons of its source: what was split has no layer of the network's.
  init?(_ program: CompiledProgram) {
    var layers: [Layer] = []
    for (index, projection) in program.projections.enumerated()
    where !program.isHostCurrent(projection) && !program.isReset(projection) {
      guard projection.sources == nil, program.populations[projection.target].original == nil else { return nil }
      let synapses = program.synapses(index)
      let pooled = Synapses(
        kind: projection.kind, pool: nil, convolution: projection.convolution, copies: synapses.copies,
        source: synapses.pooled, target: synapses.target)
      layers.append(
        Layer(
          projection: index, synapses: synapses, averages: synapses.pool?.kind == .average,
          nonZero: pooled.nonZero(program.weights[projection.weights]), all: pooled.fanOut.total))
    }
    self.layers = layers
    sources = layers.map { program.projections[$0.projection].source }
  }

  /// Whether NeuroBench counts this program by step: spikes are averaged or carry counts.
  static func areNeeded(by program: CompiledProgram) -> Bool {
    program.projections.contains { $0.pool?.kind == .average && !program.isHostCurrent($0) }
      || program.populations.contains { $0.model.hasPayload }
  }

  /// All synapses of a step, nothing skipped.
  var dense: Int { layers.reduce(0) { $0 +| $1.all } }

  /// What a sample's spikes are in all layers.
  func operations(_ trains: SampleTrains, steps: Int) -> LayerOperations {
    var result = LayerOperations()
    for (layer, source) in zip(layers, sources) {
      let train = trains.gated[layer.projection] ?? trains.populations[source]
      let (synapses, map) = (layer.synapses, layer.synapses.pooled)
      let whole = layer.averages ? Int32(clamping: synapses.pool?.area ?? 1) : 1
      var sums = [Int32](repeating: 0, count: map.count)
      var touched: [Int] = []
      for step in 0..<min(steps, train.steps) {
        train.forEachSpike(step: step) { neuron, payload in
          guard layer.averages else {
            sums[neuron] &+= payload
            touched.append(neuron)
            return
          }
          let (channel, pixel) = neuron.quotientAndRemainder(dividingBy: synapses.source.pixels)
          let (row, column) = pixel.quotientAndRemainder(dividingBy: synapses.source.width)
          for y in synapses.windowRows(of: row) {
            for x in synapses.windowColumns(of: column) {
              let place = map.index(channel, y, x)
              sums[place] &+= payload
              touched.append(place)
            }
          }
        }
        var (count, isBinary) = (0, true)
        for place in touched where sums[place] != 0 {
          count +|= layer.nonZero[place]
          if sums[place].magnitude != whole.magnitude { isBinary = false }
          sums[place] = 0
        }
        touched.removeAll(keepingCapacity: true)
        if isBinary { result.accumulates +|= count } else { result.multiplyAccumulates +|= count }
      }
    }
    return result
  }
}
