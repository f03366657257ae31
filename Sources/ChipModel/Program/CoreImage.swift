/// Everything one core holds: neurons, synapse memory, input axons, output axons.
///
/// The chip interpreter executes core images and routes and nothing else, so an image is complete: parameters are copied
/// into it and geometry is spelled out. `population` and `projection` only attribute counts.
package struct CoreImage: Sendable, Equatable {
  /// Which physical core it is: its place on the mesh.
  package var place: Int
  package var groups: [NeuronGroup]
  package var blocks: [SynapseBlock]
  package var inputAxons: InputAxons
  package var outputAxons: OutputAxons

  package init(
    place: Int, groups: [NeuronGroup] = [], blocks: [SynapseBlock] = [], inputAxons: InputAxons = InputAxons(),
    outputAxons: OutputAxons = OutputAxons()
  ) {
    self.place = place
    self.groups = groups
    self.blocks = blocks
    self.inputAxons = inputAxons
    self.outputAxons = outputAxons
  }

  /// Memory of the biases that differ from step to step: one as wide as a membrane for each channel and step.
  package func biasTableBits(_ program: CompiledProgram) -> Int {
    groups.map { $0.biasByStep.count *| $0.box.channels.count *| program.membraneBits }.sum
  }

  package var neuronCount: Int { groups.reduce(0) { $0 + $1.box.count } }
}

/// A rectangular part of a population: a range of channels, of rows and of columns.
package struct Box: Sendable, Hashable {
  package var channels: Range<Int>
  package var rows: Range<Int>
  package var columns: Range<Int>

  package init(channels: Range<Int>, rows: Range<Int>, columns: Range<Int>) {
    self.channels = channels
    self.rows = rows
    self.columns = columns
  }

  package init(whole shape: MapShape) {
    self.init(channels: 0..<shape.channels, rows: 0..<shape.height, columns: 0..<shape.width)
  }

  package var count: Int { channels.count * rows.count * columns.count }
  package var shape: MapShape { MapShape(channels: channels.count, height: rows.count, width: columns.count) }

  /// Position of `(c, y, x)` of the population within the box, row-major; nil outside.
  @inlinable @inline(__always)
  package func localIndex(_ c: Int, _ y: Int, _ x: Int) -> Int? {
    guard channels.contains(c), rows.contains(y), columns.contains(x) else { return nil }
    return ((c &- channels.lowerBound) &* rows.count &+ y &- rows.lowerBound) &* columns.count
      &+ x &- columns.lowerBound
  }

  /// Index in the population of the box's neuron `local`.
  @inlinable @inline(__always)
  package func populationIndex(_ local: Int, in shape: MapShape) -> Int {
    let column = local % columns.count
    let row = local / columns.count % rows.count
    let channel = local / (columns.count * rows.count)
    return shape.index(channel + channels.lowerBound, row + rows.lowerBound, column + columns.lowerBound)
  }
}

/// Neurons of one population on one core: consecutive slots from `firstSlot`, row-major over `box`.
package struct NeuronGroup: Sendable, Equatable {
  package var population: Int
  package var populationShape: MapShape
  package var box: Box
  package var firstSlot: Int
  package var model: NeuronModel
  package var start: Int
  package var lag: Int
  package var gatedPeriods: Int
  /// Parameters over the box's shape: one, one per channel of the box, or one per slot.
  package var threshold: UnitValues
  package var negativeThreshold: UnitValues
  package var levels: PopulationLevels
  package var bias: UnitValues
  package var biasByStep: [UnitValues]
  package var initial: UnitValues
  /// Bias of the box's neuron `local` at an adding tick, counted from 0.
  package func bias(_ local: Int, step: Int) -> Int32 {
    // No run of an accepted program is longer than the table.
    (biasByStep.isEmpty ? bias : biasByStep[min(step, biasByStep.count - 1)]).value(at: local, shape: box.shape)
  }

  /// Whether the host adds an input current to these neurons.
  package var takesInput: Bool

  package init(
    population: Int, populationShape: MapShape, box: Box, firstSlot: Int, model: NeuronModel, start: Int,
    lag: Int, gatedPeriods: Int, threshold: UnitValues, negativeThreshold: UnitValues, levels: PopulationLevels,
    bias: UnitValues, biasByStep: [UnitValues], initial: UnitValues, takesInput: Bool
  ) {
    self.population = population
    self.populationShape = populationShape
    self.box = box
    self.firstSlot = firstSlot
    self.model = model
    self.start = start
    self.lag = lag
    self.gatedPeriods = gatedPeriods
    self.threshold = threshold
    self.negativeThreshold = negativeThreshold
    self.levels = levels
    self.bias = bias
    self.biasByStep = biasByStep
    self.initial = initial
    self.takesInput = takesInput
  }
}

/// Synapse memory of one projection on one core, with the address rule that finds a spike's synapses.
package struct SynapseBlock: Sendable, Equatable {
  package var projection: Int
  package var kind: Projection.Kind
  /// Weight tensor; this core stores the rows of its group's channels (dense: neurons).
  package var weights: Int
  /// One value, or one per channel of the target group's box.
  package var shifts: [UInt8]
  package var pool: PoolGeometry?
  package var convolution: ConvolutionGeometry
  package var delay: Int
  package var sourceShape: MapShape
  /// Index into the core's groups.
  package var group: Int
  /// What a max-pooling gate must know of the source: tick of its step 0, period, whether counts restart every period; and
  /// its rule.
  package var gateStart: Int
  package var gatePeriod: Int
  package var gateRestarts: Bool
  package var gate: GateRule

  package init(
    projection: Int, kind: Projection.Kind, weights: Int, shifts: [UInt8], pool: PoolGeometry?,
    convolution: ConvolutionGeometry, delay: Int, sourceShape: MapShape, group: Int, gateStart: Int, gatePeriod: Int,
    gateRestarts: Bool, gate: GateRule
  ) {
    self.projection = projection
    self.kind = kind
    self.weights = weights
    self.shifts = shifts
    self.pool = pool
    self.convolution = convolution
    self.delay = delay
    self.sourceShape = sourceShape
    self.group = group
    self.gateStart = gateStart
    self.gatePeriod = gatePeriod
    self.gateRestarts = gateRestarts
    self.gate = gate
  }
}

/// The input axon table: axon `a` has entries `offsets[a]..<offsets[a + 1]`, each naming a synapse block and the position
/// of the source neuron in that block's source map.
package struct InputAxons: Sendable, Equatable {
  package var offsets: [UInt32]
  package var blocks: [UInt32]
  package var sources: [UInt32]
  package init(offsets: [UInt32] = [0], blocks: [UInt32] = [], sources: [UInt32] = []) {
    self.offsets = offsets
    self.blocks = blocks
    self.sources = sources
  }
  package var count: Int { offsets.count - 1 }
  @inlinable package func entries(of axon: Int) -> Range<Int> { Int(offsets[axon])..<Int(offsets[axon + 1]) }
}

/// The output axon table: slot `n` sends its spikes along entries `offsets[n]..<offsets[n + 1]`, each naming a route and
/// the input axon at its end.
package struct OutputAxons: Sendable, Equatable {
  package var offsets: [UInt32]
  package var routes: [UInt32]
  package var axons: [UInt32]
  package init(offsets: [UInt32] = [0], routes: [UInt32] = [], axons: [UInt32] = []) {
    self.offsets = offsets
    self.routes = routes
    self.axons = axons
  }
  package var count: Int { routes.count }
  @inlinable package func entries(of slot: Int) -> Range<Int> { Int(offsets[slot])..<Int(offsets[slot + 1]) }
}
