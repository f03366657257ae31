/// The `.nmsim` file: a program as bytes.
///
/// ```
/// magic     8 bytes   89 'N' 'M' 'S' 'I' 'M' 0D 0A: seven-bit and line-end transfers break it visibly
/// version   4 bytes   8: parts of a source, axons of a projection, populations once more
/// length    8 bytes   of the whole file
/// sections            NETW CHIP DATA POPS PROJ WGTS CORE ROUT PORT FALT: tag (4), length (8), content
/// checksum  32 bytes  SHA-256 of everything before
/// ```
///
/// Numbers are little endian, integers 64 bits unless an array's elements are smaller; an array is its count and its
/// elements. The chip is its canonical JSON. Equal programs give equal bytes, on every machine.
enum ProgramFormat {
  /// Whether a file's bytes begin as a program's do.
  static func isProgram(_ bytes: [UInt8]) -> Bool { bytes.starts(with: magic) }

  static let magic: [UInt8] = [0x89, 0x4E, 0x4D, 0x53, 0x49, 0x4D, 0x0D, 0x0A]
  /// The only one that is read.
  static let version: UInt32 = 9
  static let headerBytes = 20
  static let checksumBytes = 32
}

extension CompiledProgram {
  /// The program as the bytes of a `.nmsim` file.
  /// - Complexity: one copy of every array and one SHA-256.
  package func encoded() -> [UInt8] {
    var writer = ByteWriter()
    writer.reserve(estimatedBytes)
    writer.raw(ProgramFormat.magic)
    writer.word32(ProgramFormat.version)
    let place = writer.bytes.count
    writer.word64(0)
    writer.section("NETW") { $0.network(network) }
    writer.section("CHIP") { $0.raw(chip.canonicalJSON()) }
    writer.section("DATA") {
      $0.choice(schedule)
      $0.int(lag)
      $0.int(fractionBits)
      $0.int(weightBits)
      $0.int(membraneBits)
      $0.int(output.population)
      $0.choice(output.readout)
      $0.choice(output.task)
      $0.list(output.spikeValue) { $0.double($1) }
      $0.optional(output.activation.negativeSlope) { $0.double($1) }
      $0.optional(output.activation.maximum) { $0.double($1) }
    }
    writer.section("POPS") { $0.list(populations) { $0.population($1) } }
    writer.section("PROJ") { $0.list(projections) { $0.projection($1) } }
    writer.section("WGTS") { $0.list(weights) { $0.weights($1) } }
    writer.section("CORE") { $0.list(cores) { $0.core($1) } }
    writer.section("ROUT") { $0.list(routes) { $0.route($1) } }
    writer.section("PORT") {
      $0.array(inputPort.offsets)
      $0.array(inputPort.cores)
      $0.array(inputPort.axons)
    }
    writer.section("FALT") { $0.optional(faults) { $0.faults($1) } }
    writer.patch64(UInt64(writer.bytes.count + ProgramFormat.checksumBytes), at: place)
    writer.raw(SHA256.hash(of: writer.bytes))
    return writer.bytes
  }

  /// The identity of the program, 64 hexadecimal digits: the checksum of its file, so that equal programs have equal
  /// ones. Encodes the program; where a file was read, ``ProgramFile/hash`` has it at no cost.
  package var hash: String { SHA256.hexadecimal(Array(encoded().suffix(ProgramFormat.checksumBytes))) }

  /// Bytes of the large arrays, to reserve once.
  private var estimatedBytes: Int {
    var total = 1 << 16
    for tensor in weights { total += 2 * tensor.count }
    for core in cores {
      total += 1024 + 4 * (core.inputAxons.offsets.count + 2 * core.inputAxons.blocks.count)
      total += 4 * (core.outputAxons.offsets.count + 2 * core.outputAxons.routes.count)
    }
    return total
  }
}

extension ByteWriter {
  fileprivate mutating func network(_ network: ProgramNetwork) {
    text(network.name)
    optional(network.method) { $0.text($1) }
    double(network.preprocessing.scale)
    list(network.preprocessing.mean) { $0.double($1) }
    list(network.preprocessing.std) { $0.double($1) }
    optional(network.images) { $0.text($1) }
    optional(network.labels) { $0.text($1) }
    optional(network.ann.accuracy) { $0.double($1) }
    optional(network.ann.accuracyOn) { $0.text($1) }
    optional(network.ann.multiplyAccumulates) { $0.int($1) }
    optional(network.ann.parameters) { $0.int($1) }
    optional(network.ann.layers) {
      $0.list($1) {
        $0.int($1.inputs)
        $0.int($1.outputs)
        $0.list($1.weights) { $0.int($1) }
        $0.flag($1.hasBias)
      }
    }
    optional(network.ann.model) {
      $0.text($1.path)
      $0.text($1.hash)
      $0.optional($1.selection.output) { $0.text($1) }
      $0.optional($1.selection.inputShape) { $0.list($1) { $0.int($1) } }
    }
    optional(network.steps) { $0.int($1) }
    list(network.provenance) { $0.text($1) }
    optional(network.inputRange) {
      $0.double($1.low)
      $0.double($1.high)
    }
    optional(network.calibratedRange) {
      $0.double($1.low)
      $0.double($1.high)
    }
  }

  fileprivate mutating func model(_ model: NeuronModel) {
    byte(UInt8(truncatingIfNeeded: NeuronModel.Kind.all.firstIndex(of: model.kind) ?? 0))
    flag(model.hasNegativeThreshold)
    optional(model.codePeriod) { $0.int($1) }
    for parameter in model.kind.dynamics.parameters {
      optional(model.parameters[value: parameter]) { $0.value($1, of: parameter) }
    }
  }

  private mutating func value(_ value: ParameterValue, of parameter: Parameter) {
    switch value {
    case .integer(let value): int(value)
    case .number(let value): double(value)
    case .flag(let value): flag(value)
    case .choice(let list) where parameter.kind.isList: text(list)
    case .choice(let name):
      byte(UInt8(truncatingIfNeeded: parameter.kind.names.firstIndex(of: name) ?? parameter.kind.names.count))
    }
  }

  fileprivate mutating func population(_ population: Population) {
    text(population.name)
    list(population.dimensions) { $0.int($1) }
    model(population.model)
    array(population.threshold.values)
    array(population.negativeThreshold.values)
    levels(population.levels)
    array(population.bias.values)
    list(population.biasByStep) { $0.array($1.values) }
    array(population.initial.values)
    int(population.start)
    int(population.lag)
    int(population.gatedPeriods)
    list(population.unit) { $0.double($1) }
    flag(population.isRelay)
    optional(population.original) { $0.int($1) }
    int(population.accumulatorBits)
  }

  private mutating func levels(_ levels: PopulationLevels) {
    optional(levels.floor) { $0.array($1.values) }
    optional(levels.resetValue) { $0.array($1.values) }
  }

  fileprivate mutating func projection(_ projection: Projection) {
    text(projection.name)
    int(projection.source)
    optional(projection.sources) {
      $0.int($1.lowerBound)
      $0.int($1.upperBound)
    }
    int(Int(projection.axon))
    int(projection.target)
    choice(projection.kind)
    int(projection.weights)
    array(projection.shifts)
    optional(projection.pool) { $0.pool($1) }
    convolution(projection.convolution)
    int(projection.delay)
    int(projection.gatePeriod)
    flag(projection.gateRestarts)
    choice(projection.gate)
    double(projection.largestRoundingError)
  }

  fileprivate mutating func pool(_ pool: PoolGeometry) {
    choice(pool.kind)
    axes(pool)
  }

  fileprivate mutating func convolution(_ convolution: ConvolutionGeometry) {
    axes(convolution)
    int(convolution.groups)
  }

  private mutating func axes(_ windows: some WindowGeometry) {
    for axis in [windows.rowAxis, windows.columnAxis] {
      for value in [axis.kernel, axis.stride, axis.dilation, axis.before, axis.after] { int(value) }
    }
  }

  fileprivate mutating func weights(_ tensor: WeightTensor) {
    list(tensor.shape) { $0.int($1) }
    switch tensor.storage {
    case .int8(let values):
      byte(8)
      array(values)
    case .int16(let values):
      byte(16)
      array(values)
    }
  }

  fileprivate mutating func core(_ core: CoreImage) {
    int(core.place)
    list(core.groups) { $0.group($1) }
    list(core.blocks) { $0.block($1) }
    array(core.inputAxons.offsets)
    array(core.inputAxons.blocks)
    array(core.inputAxons.sources)
    array(core.outputAxons.offsets)
    array(core.outputAxons.routes)
    array(core.outputAxons.axons)
  }

  private mutating func shape(_ shape: MapShape) {
    int(shape.channels)
    int(shape.height)
    int(shape.width)
  }

  private mutating func group(_ group: NeuronGroup) {
    int(group.population)
    shape(group.populationShape)
    for range in [group.box.channels, group.box.rows, group.box.columns] {
      int(range.lowerBound)
      int(range.upperBound)
    }
    int(group.firstSlot)
    model(group.model)
    int(group.start)
    int(group.lag)
    int(group.gatedPeriods)
    array(group.threshold.values)
    array(group.negativeThreshold.values)
    levels(group.levels)
    array(group.bias.values)
    list(group.biasByStep) { $0.array($1.values) }
    array(group.initial.values)
    flag(group.takesInput)
  }

  private mutating func block(_ block: SynapseBlock) {
    int(block.projection)
    choice(block.kind)
    int(block.weights)
    array(block.shifts)
    optional(block.pool) { $0.pool($1) }
    convolution(block.convolution)
    int(block.delay)
    shape(block.sourceShape)
    int(block.group)
    int(block.gateStart)
    int(block.gatePeriod)
    flag(block.gateRestarts)
    choice(block.gate)
  }

  fileprivate mutating func faults(_ faults: ChipFaults) {
    word64(faults.seed)
    double(faults.deadCoreRate)
    list(faults.deadCores) { $0.int($1) }
    double(faults.deadLinkRate)
    list(faults.deadLinks) {
      $0.int($1.x)
      $0.int($1.y)
      $0.flag($1.isVertical)
    }
    double(faults.stuckWeightBits)
  }

  fileprivate mutating func route(_ route: Route) {
    int(route.from)
    int(route.to)
    array(route.steps.map(\.code))
  }
}

extension MeshDirection {
  /// The number that stands for it in files.
  var code: UInt8 {
    switch self {
    case .east: 0
    case .west: 1
    case .north: 2
    case .south: 3
    }
  }

  init?(code: UInt8) {
    guard let match = MeshDirection.allCases.first(where: { $0.code == code }) else { return nil }
    self = match
  }
}
