extension CompiledProgram {
  /// The program in the bytes of a `.nmsim` file, checked: an accepted program runs on engine and interpreter without a
  /// trap, whoever made the bytes.
  ///
  /// Memory is bounded by the number of bytes.
  /// - Throws: `ProgramError`; wrong magic, another version, missing end, wrong checksum and wrong content are told
  /// apart.
  package init(decoding bytes: [UInt8]) throws(ProgramError) {
    try CompiledProgram.checkFrame(bytes)
    var reader = ByteReader(
      bytes, from: ProgramFormat.headerBytes, to: bytes.count - ProgramFormat.checksumBytes)
    let json: [UInt8]
    do throws(FormatError) {
      let network = try reader.section("NETW") { (r) throws(FormatError) in try r.network() }
      json = try reader.section("CHIP") { (r) throws(FormatError) in try r.rest() }
      self.init(
        network: network, chip: ChipDescription(name: ""), schedule: .windowed, fractionBits: 0, weightBits: 0,
        membraneBits: 0, populations: [], projections: [], weights: [],
        output: ProgramOutput(population: 0, readout: .potential))
      try readContent(&reader)
      faults = try reader.section("FALT") { (r) throws(FormatError) in
        try r.optional { (r) throws(FormatError) in try r.faults() }
      }
      try reader.finish()
    } catch {
      throw .malformed(error)
    }
    do throws(ChipError) {
      chip = try ChipDescription(json: json, file: "chip") { (name) throws(ChipError) in
        // A program carries its chip whole; what extends another would change with that one.
        throw .unknownChip(name, known: [])
      }
    } catch {
      throw .chip(error)
    }
    guard !cores.isEmpty else { throw .noCores }
    try check()
  }

  /// Magic, version, length and checksum.
  private static func checkFrame(_ bytes: [UInt8]) throws(ProgramError) {
    guard !bytes.isEmpty else { throw .empty }
    guard bytes.prefix(ProgramFormat.magic.count).elementsEqual(ProgramFormat.magic.prefix(bytes.count)) else {
      throw .notAProgram
    }
    guard bytes.count >= 12 else { throw .truncated(bytes: bytes.count, expected: nil) }
    let version = bytes.littleEndian32(at: 8)
    guard version >= 1 else { throw .notAProgram }
    guard version == ProgramFormat.version else {
      throw .otherVersion(found: Int(version), supported: Int(ProgramFormat.version))
    }
    guard bytes.count >= ProgramFormat.headerBytes else { throw .truncated(bytes: bytes.count, expected: nil) }
    let expected = bytes.littleEndian64(at: 12)
    let content = bytes.count - ProgramFormat.checksumBytes
    guard UInt64(bytes.count) >= expected, content >= ProgramFormat.headerBytes else {
      throw .truncated(bytes: bytes.count, expected: expected)
    }
    guard UInt64(bytes.count) == expected else { throw .trailing(bytes: Int(UInt64(bytes.count) - expected)) }
    var hasher = SHA256()
    hasher.update(bytes.span.extracting(0..<content))
    guard hasher.finalized().elementsEqual(bytes[content...]) else { throw .checksum }
  }

  private mutating func readContent(_ reader: inout ByteReader) throws(FormatError) {
    let data = try reader.section("DATA") { (r) throws(FormatError) in
      (
        schedule: try r.choice(of: Schedule.self), lag: try r.int(), fraction: try r.int(), weight: try r.int(),
        membrane: try r.int(), population: try r.int(), readout: try r.choice(of: Readout.self),
        task: try r.choice(of: OutputTask.self),
        spikeValue: try r.doubles(), slope: try r.optionalDouble(), maximum: try r.optionalDouble()
      )
    }
    schedule = data.schedule
    lag = data.lag
    fractionBits = data.fraction
    weightBits = data.weight
    membraneBits = data.membrane
    output = ProgramOutput(
      population: data.population, readout: data.readout, spikeValue: data.spikeValue,
      activation: OutputActivation(negativeSlope: data.slope, maximum: data.maximum),
      task: data.task)
    populations = try reader.section("POPS") { (r) throws(FormatError) in
      try r.list(size: 100) { (r) throws(FormatError) in try r.population() }
    }
    projections = try reader.section("PROJ") { (r) throws(FormatError) in
      try r.list(size: 100) { (r) throws(FormatError) in try r.projection() }
    }
    weights = try reader.section("WGTS") { (r) throws(FormatError) in
      try r.list(size: 17) { (r) throws(FormatError) in try r.weights() }
    }
    cores = try reader.section("CORE") { (r) throws(FormatError) in
      try r.list(size: 72) { (r) throws(FormatError) in try r.core() }
    }
    routes = try reader.section("ROUT") { (r) throws(FormatError) in
      try r.list(size: 24) { (r) throws(FormatError) in try r.route() }
    }
    inputPort = try reader.section("PORT") { (r) throws(FormatError) in
      InputPort(offsets: try r.array(UInt32.self), cores: try r.array(UInt32.self), axons: try r.array(UInt32.self))
    }
  }
}

extension ByteReader {
  fileprivate mutating func rest() throws(FormatError) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(left)
    while left > 0 { bytes.append(try byte()) }
    return bytes
  }

  /// A byte that stands for one of these, by its place.
  fileprivate mutating func choice<Value>(of values: [Value]) throws(FormatError) -> Value {
    let code = Int(try byte())
    guard values.indices.contains(code) else {
      throw wrong(at: position - 1, "\(code), expected the code of a known case")
    }
    return values[code]
  }

  fileprivate mutating func choice<Value: CaseIterable>(of type: Value.Type) throws(FormatError) -> Value {
    try choice(of: Array(type.allCases))
  }

  private mutating func texts() throws(FormatError) -> [String] {
    try list(size: 8) { (r) throws(FormatError) in try r.text() }
  }

  private mutating func ints() throws(FormatError) -> [Int] {
    try list(size: 8) { (r) throws(FormatError) in try r.int() }
  }

  fileprivate mutating func optionalDouble() throws(FormatError) -> Double? {
    try optional { (r) throws(FormatError) in try r.double() }
  }

  fileprivate mutating func doubles() throws(FormatError) -> [Double] {
    try list(size: 8) { (r) throws(FormatError) in try r.double() }
  }

  private mutating func optionalText() throws(FormatError) -> String? {
    try optional { (r) throws(FormatError) in try r.text() }
  }

  private mutating func optionalInt() throws(FormatError) -> Int? {
    try optional { (r) throws(FormatError) in try r.int() }
  }

  fileprivate mutating func network() throws(FormatError) -> ProgramNetwork {
    var network = ProgramNetwork(name: try text(), method: try optionalText())
    network.preprocessing = Preprocessing(scale: try double(), mean: try doubles(), std: try doubles())
    network.images = try optionalText()
    network.labels = try optionalText()
    network.ann = ANNFacts(
      accuracy: try optionalDouble(), accuracyOn: try optionalText(),
      multiplyAccumulates: try optionalInt(), parameters: try optionalInt(),
      layers: try optional { (r) throws(FormatError) in
        try r.list(size: 25) { (r) throws(FormatError) in
          ANNLayer(
            inputs: try r.int(), outputs: try r.int(),
            weights: try r.list(size: 8) { (r) throws(FormatError) in try r.int() }, hasBias: try r.flag())
        }
      },
      model: try optional { (r) throws(FormatError) in try r.modelFile() })
    network.steps = try optionalInt()
    network.provenance = try texts()
    func range(_ reader: inout ByteReader) throws(FormatError) -> InputRange? {
      try reader.optional { (r) throws(FormatError) in InputRange(low: try r.double(), high: try r.double()) }
    }
    network.inputRange = try range(&self)
    network.calibratedRange = try range(&self)
    return network
  }

  private mutating func modelFile() throws(FormatError) -> ModelFile {
    let (path, hash, output) = (try text(), try text(), try optionalText())
    let shape = try optional { (r) throws(FormatError) in
      try r.list(size: 8) { (r) throws(FormatError) in try r.int() }
    }
    return ModelFile(path: path, hash: hash, selection: ModelSelection(output: output, inputShape: shape))
  }

  private mutating func model() throws(FormatError) -> NeuronModel {
    var model = NeuronModel(
      kind: try choice(of: NeuronModel.Kind.all), hasNegativeThreshold: try flag(), period: try optionalInt())
    for parameter in model.kind.dynamics.parameters {
      model.parameters[value: parameter] = try optional { (r) throws(FormatError) in try r.value(of: parameter) }
    }
    return model
  }

  private mutating func value(of parameter: Parameter) throws(FormatError) -> ParameterValue {
    switch parameter.kind {
    case .integer: .integer(try int())
    case .number: .number(try double())
    case .flag: .flag(try flag())
    case .choice(let names): .choice(try choice(of: names))
    case .list: .choice(try text())
    // No neuron has one.
    case .choiceOrNumber: throw FormatError("a parameter '\(parameter.key)' of a neuron is of no kind that programs hold")
    }
  }

  private mutating func values() throws(FormatError) -> UnitValues { UnitValues(try array(Int32.self)) }

  private mutating func tables() throws(FormatError) -> [UnitValues] {
    try list(size: 12) { (r) throws(FormatError) in try r.values() }
  }

  private mutating func levels() throws(FormatError) -> PopulationLevels {
    PopulationLevels(
      floor: try optional { (r) throws(FormatError) in try r.values() },
      resetValue: try optional { (r) throws(FormatError) in try r.values() })
  }

  fileprivate mutating func population() throws(FormatError) -> Population {
    Population(
      name: try text(), dimensions: try ints(), model: try model(), threshold: try values(),
      negativeThreshold: try values(), levels: try levels(), bias: try values(), biasByStep: try tables(), initial: try values(),
      start: try int(), lag: try int(), gatedPeriods: try int(), unit: try doubles(), isRelay: try flag(),
      original: try optional { (r) throws(FormatError) in try r.int() },
      accumulatorBits: try int())
  }

  fileprivate mutating func projection() throws(FormatError) -> Projection {
    Projection(
      name: try text(), source: try int(), sources: try optional { (r) throws(FormatError) in try r.range() },
      axon: try axonNumber(), target: try int(), kind: try choice(of: Projection.Kind.self), weights: try int(), shifts: try array(UInt8.self),
      pool: try optionalPool(), convolution: try convolution(), delay: try int(), gatePeriod: try int(),
      gateRestarts: try flag(), gate: try choice(of: GateRule.self), largestRoundingError: try double())
  }

  private mutating func axonNumber() throws(FormatError) -> UInt8 {
    let number = try int()
    guard let axon = UInt8(exactly: number) else { throw wrong(at: position - 8, "\(number), expected 0 to 255") }
    return axon
  }

  private mutating func optionalPool() throws(FormatError) -> PoolGeometry? {
    try optional { (r) throws(FormatError) in
      PoolGeometry(kind: try r.choice(of: PoolGeometry.Kind.self), rowAxis: try r.axis(), columnAxis: try r.axis())
    }
  }

  private mutating func convolution() throws(FormatError) -> ConvolutionGeometry {
    ConvolutionGeometry(rowAxis: try axis(), columnAxis: try axis(), groups: try int())
  }

  private mutating func axis() throws(FormatError) -> WindowAxis {
    WindowAxis(
      kernel: try int(), stride: try int(), dilation: try int(), before: try int(), after: try int())
  }

  fileprivate mutating func weights() throws(FormatError) -> WeightTensor {
    let start = position
    let shape = try ints()
    let storage: WeightTensor.Storage
    switch try byte() {
    case 8: storage = .int8(try array(Int8.self))
    case 16: storage = .int16(try array(Int16.self))
    case let width: throw wrong(at: position - 1, "\(Int(width)), expected 8 or 16 bits")
    }
    guard let tensor = WeightTensor(shape: shape, storage: storage) else {
      throw wrong(at: start, "\(shape.count), expected a shape with as many weights as follow")
    }
    return tensor
  }

  fileprivate mutating func core() throws(FormatError) -> CoreImage {
    CoreImage(
      place: try int(),
      groups: try list(size: 100) { (r) throws(FormatError) in try r.group() },
      blocks: try list(size: 100) { (r) throws(FormatError) in try r.block() },
      inputAxons: InputAxons(
        offsets: try array(UInt32.self), blocks: try array(UInt32.self), sources: try array(UInt32.self)),
      outputAxons: OutputAxons(
        offsets: try array(UInt32.self), routes: try array(UInt32.self), axons: try array(UInt32.self)))
  }

  private mutating func shape() throws(FormatError) -> MapShape {
    MapShape(channels: try int(), height: try int(), width: try int())
  }

  private mutating func range() throws(FormatError) -> Range<Int> {
    let low = try int()
    let high = try int()
    guard low <= high else { throw wrong(at: position - 8, "\(high), expected at least \(low)") }
    return low..<high
  }

  private mutating func group() throws(FormatError) -> NeuronGroup {
    NeuronGroup(
      population: try int(), populationShape: try shape(),
      box: Box(channels: try range(), rows: try range(), columns: try range()), firstSlot: try int(),
      model: try model(), start: try int(), lag: try int(), gatedPeriods: try int(), threshold: try values(),
      negativeThreshold: try values(), levels: try levels(), bias: try values(), biasByStep: try tables(),
      initial: try values(), takesInput: try flag())
  }

  private mutating func block() throws(FormatError) -> SynapseBlock {
    SynapseBlock(
      projection: try int(), kind: try choice(of: Projection.Kind.self), weights: try int(),
      shifts: try array(UInt8.self), pool: try optionalPool(), convolution: try convolution(), delay: try int(),
      sourceShape: try shape(), group: try int(), gateStart: try int(), gatePeriod: try int(),
      gateRestarts: try flag(), gate: try choice(of: GateRule.self))
  }

  fileprivate mutating func faults() throws(FormatError) -> ChipFaults {
    ChipFaults(
      seed: try word64(), deadCoreRate: try double(),
      deadCores: try list(size: 8) { (r) throws(FormatError) in try r.int() },
      deadLinkRate: try double(),
      deadLinks: try list(size: 17) { (r) throws(FormatError) in
        let tile = TileCoordinate(x: try r.int(), y: try r.int())
        return DeadLink(from: tile, try r.flag() ? .north : .east)
      },
      stuckWeightBits: try double())
  }

  fileprivate mutating func route() throws(FormatError) -> Route {
    let (from, to) = (try int(), try int())
    let codes = try array(UInt8.self)
    var steps: [MeshDirection] = []
    steps.reserveCapacity(codes.count)
    for code in codes {
      guard let step = MeshDirection(code: code) else {
        throw wrong(at: position - codes.count, "\(Int(code)), expected directions 0 to 3")
      }
      steps.append(step)
    }
    return Route(from: from, to: to, steps: steps)
  }
}
