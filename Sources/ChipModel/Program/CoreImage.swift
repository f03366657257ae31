/// Everything one core holds: neurons, synapse memory, input axons, output axons.
///
/// The chip interpreter executes core images and routes and nothing else, so an image is complete: parameters are copied
/// into it and geometry is spelled out. `population` and `projection` only attribute counts.
public struct CoreImage: Sendable, Equatable {
  /// Which physical core it is: its place on the mesh.
  public var place: Int
  public var groups: [NeuronGroup]
  public var blocks: [SynapseBlock]
  public var inputAxons: InputAxons
  public var outputAxons: OutputAxons

  public init(
    place: Int, groups: [NeuronGroup] = [], blocks: [SynapseBlock] = [], inputAxons: InputAxons = InputAxons(),
    outputAxons: OutputAxons = OutputAxons()
  ) {
    self.place = place
    self.groups = groups
    self.blocks = blocks
    self.inputAxons = inputAxons
    self.outputAxons = outputAxons
  }

  public var neuronCount: Int { groups.reduce(0) { $0 + $1.box.count } }
}

/// A rectangular part of a population: a range of channels, of rows and of columns.
public struct Box: Sendable, Hashable {
  public var channels: Range<Int>
  public var rows: Range<Int>
  public var columns: Range<Int>

  public init(channels: Range<Int>, rows: Range<Int>, columns: Range<Int>) {
    self.channels = channels
    self.rows = rows
    self.columns = columns
  }

  public init(whole shape: MapShape) {
    self.init(channels: 0..<shape.channels, rows: 0..<shape.height, columns: 0..<shape.width)
  }

  public var count: Int { channels.count * rows.count * columns.count }
  public var shape: MapShape { MapShape(channels: channels.count, height: rows.count, width: columns.count) }

  /// Position of `(c, y, x)` of the population within the box, row-major; nil outside.
  @inline(__always)
  public func localIndex(_ c: Int, _ y: Int, _ x: Int) -> Int? {
    guard channels.contains(c), rows.contains(y), columns.contains(x) else { return nil }
    return ((c &- channels.lowerBound) &* rows.count &+ y &- rows.lowerBound) &* columns.count
      &+ x &- columns.lowerBound
  }

  /// Index in the population of the box's neuron `local`.
  @inline(__always)
  public func populationIndex(_ local: Int, in shape: MapShape) -> Int {
    let column = local % columns.count
    let row = local / columns.count % rows.count
    let channel = local / (columns.count * rows.count)
    return shape.index(channel + channels.lowerBound, row + rows.lowerBound, column + columns.lowerBound)
  }
}

/// Neurons of one population on one core: consecutive slots from `firstSlot`, row-major over `box`.
public struct NeuronGroup: Sendable, Equatable {
  public var population: Int
  public var populationShape: MapShape
  public var box: Box
  public var firstSlot: Int
  public var model: NeuronModel
  public var start: Int
  public var gatedPeriods: Int
  /// Parameters over the box's shape: one, one per channel of the box, or one per slot.
  public var threshold: UnitValues
  public var negativeThreshold: UnitValues
  public var bias: UnitValues
  public var initial: UnitValues
  /// Whether the host adds an input current to these neurons.
  public var takesInput: Bool

  public init(
    population: Int, populationShape: MapShape, box: Box, firstSlot: Int, model: NeuronModel, start: Int,
    gatedPeriods: Int, threshold: UnitValues, negativeThreshold: UnitValues, bias: UnitValues, initial: UnitValues,
    takesInput: Bool
  ) {
    self.population = population
    self.populationShape = populationShape
    self.box = box
    self.firstSlot = firstSlot
    self.model = model
    self.start = start
    self.gatedPeriods = gatedPeriods
    self.threshold = threshold
    self.negativeThreshold = negativeThreshold
    self.bias = bias
    self.initial = initial
    self.takesInput = takesInput
  }
}

/// Synapse memory of one projection on one core, with the address rule that finds a spike's synapses.
public struct SynapseBlock: Sendable, Equatable {
  public var projection: Int
  public var kind: Projection.Kind
  /// Weight tensor; this core stores the rows of its group's channels (dense: neurons).
  public var weights: Int
  /// One value, or one per channel of the target group's box.
  public var shifts: [UInt8]
  public var pool: PoolGeometry?
  public var convolution: ConvolutionGeometry
  public var delay: Int
  public var sourceShape: MapShape
  /// Index into the core's groups.
  public var group: Int
  /// What a max-pooling gate must know of the source: first tick, period, and whether counts restart every period.
  public var gateStart: Int
  public var gatePeriod: Int
  public var gateRestarts: Bool

  public init(
    projection: Int, kind: Projection.Kind, weights: Int, shifts: [UInt8], pool: PoolGeometry?,
    convolution: ConvolutionGeometry, delay: Int, sourceShape: MapShape, group: Int, gateStart: Int, gatePeriod: Int,
    gateRestarts: Bool
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
  }
}

/// The input axon table: axon `a` has entries `offsets[a]..<offsets[a + 1]`, each naming a synapse block and the position
/// of the source neuron in that block's source map.
public struct InputAxons: Sendable, Equatable {
  public var offsets: [UInt32]
  public var blocks: [UInt32]
  public var sources: [UInt32]
  public init(offsets: [UInt32] = [0], blocks: [UInt32] = [], sources: [UInt32] = []) {
    self.offsets = offsets
    self.blocks = blocks
    self.sources = sources
  }
  public var count: Int { offsets.count - 1 }
}

/// The output axon table: slot `n` sends its spikes along entries `offsets[n]..<offsets[n + 1]`, each naming a route and
/// the input axon at its end.
public struct OutputAxons: Sendable, Equatable {
  public var offsets: [UInt32]
  public var routes: [UInt32]
  public var axons: [UInt32]
  public init(offsets: [UInt32] = [0], routes: [UInt32] = [], axons: [UInt32] = []) {
    self.offsets = offsets
    self.routes = routes
    self.axons = axons
  }
  public var count: Int { routes.count }
}
