// Each part of a program as bytes, writer and reader side by side so that their order is seen to agree.

extension ProgramNetwork {
  func encode(_ w: inout ByteWriter) {
    w.append(name)
    w.append(optional: method) { $0.append($1) }
    w.append(ints: inputDimensions)
    w.append(preprocessing.scale)
    w.append(doubles: preprocessing.mean)
    w.append(doubles: preprocessing.std)
    w.append(optional: images) { $0.append($1) }
    w.append(optional: labels) { $0.append($1) }
    w.append(optional: ann.accuracy) { $0.append($1) }
    w.append(optional: ann.accuracyOn) { $0.append($1) }
    w.append(optional: ann.multiplyAccumulates) { $0.append($1) }
    w.append(optional: ann.parameters) { $0.append($1) }
    w.append(optional: steps) { $0.append($1) }
    w.append(each: provenance) { $0.append($1) }
  }

  init(_ r: inout ByteReader) throws(ByteReader.Failure) {
    typealias F = ByteReader.Failure
    name = try r.string()
    method = try r.optional { (r) throws(F) in try r.string() }
    inputDimensions = try r.ints()
    let scale = try r.double()
    let mean = try r.doubles()
    preprocessing = Preprocessing(scale: scale, mean: mean, std: try r.doubles())
    images = try r.optional { (r) throws(F) in try r.string() }
    labels = try r.optional { (r) throws(F) in try r.string() }
    let accuracy = try r.optional { (r) throws(F) in try r.double() }
    let accuracyOn = try r.optional { (r) throws(F) in try r.string() }
    let operations = try r.optional { (r) throws(F) in try r.int() }
    let parameters = try r.optional { (r) throws(F) in try r.int() }
    ann = ANNFacts(
      accuracy: accuracy, accuracyOn: accuracyOn, multiplyAccumulates: operations, parameters: parameters)
    steps = try r.optional { (r) throws(F) in try r.int() }
    provenance = try r.each { (r) throws(F) in try r.string() }
  }
}

extension NeuronModel {
  func encode(_ w: inout ByteWriter) {
    w.append(kind.rawValue)
    w.append(hardReset)
    w.append(strict)
    w.append(hasNegativeThreshold)
    w.append(optional: maximumPayload) { $0.append($1) }
    w.append(period)
    w.append(leakShift)
  }

  init(_ r: inout ByteReader) throws(ByteReader.Failure) {
    kind = try r.member(Kind.self, "neuron model")
    hardReset = try r.bool()
    strict = try r.bool()
    hasNegativeThreshold = try r.bool()
    maximumPayload = try r.optional { (r) throws(ByteReader.Failure) in try r.number(Int32.self) }
    period = try r.int()
    leakShift = try r.int()
  }
}

extension MapShape {
  func encode(_ w: inout ByteWriter) { w.append(ints: [channels, height, width]) }

  init(_ r: inout ByteReader) throws(ByteReader.Failure) {
    guard let shape = MapShape(try r.ints()) else { throw .value("a shape that is none") }
    self = shape
  }
}

extension Population {
  func encode(_ w: inout ByteWriter) {
    w.append(name)
    w.append(ints: dimensions)
    model.encode(&w)
    for values in [threshold, negativeThreshold, bias, initial] { w.append(array: values.values) }
    w.append(start)
    w.append(gatedPeriods)
    w.append(doubles: unit)
    w.append(isRelay)
    w.append(accumulatorBits)
  }

  init(_ r: inout ByteReader) throws(ByteReader.Failure) {
    name = try r.string()
    dimensions = try r.ints()
    model = try NeuronModel(&r)
    threshold = UnitValues(try r.array(Int32.self))
    negativeThreshold = UnitValues(try r.array(Int32.self))
    bias = UnitValues(try r.array(Int32.self))
    initial = UnitValues(try r.array(Int32.self))
    start = try r.int()
    gatedPeriods = try r.int()
    unit = try r.doubles()
    isRelay = try r.bool()
    accumulatorBits = try r.int()
  }
}

extension PoolGeometry {
  func encode(_ w: inout ByteWriter) {
    w.append(kind.rawValue)
    w.append(ints: [kernelY, kernelX, strideY, strideX, top, left, bottom, right])
  }

  init(_ r: inout ByteReader) throws(ByteReader.Failure) {
    let kind = try r.member(Kind.self, "pooling")
    let n = try r.ints()
    guard n.count == 8 else { throw .value("a pooling window that is none") }
    self.init(
      kind: kind, kernelY: n[0], kernelX: n[1], strideY: n[2], strideX: n[3], top: n[4], left: n[5], bottom: n[6],
      right: n[7])
  }
}

extension ConvolutionGeometry {
  func encode(_ w: inout ByteWriter) {
    w.append(
      ints: [kernelY, kernelX, strideY, strideX, top, left, bottom, right, dilationY, dilationX, groups])
  }

  init(_ r: inout ByteReader) throws(ByteReader.Failure) {
    let n = try r.ints()
    guard n.count == 11 else { throw .value("a convolution that is none") }
    self.init(
      kernelY: n[0], kernelX: n[1], strideY: n[2], strideX: n[3], top: n[4], left: n[5], bottom: n[6], right: n[7],
      dilationY: n[8], dilationX: n[9], groups: n[10])
  }
}

extension Projection {
  func encode(_ w: inout ByteWriter) {
    w.append(name)
    w.append(optional: source) { $0.append($1) }
    w.append(target)
    w.append(kind.rawValue)
    w.append(weights)
    w.append(array: shifts)
    w.append(optional: pool) { $1.encode(&$0) }
    convolution.encode(&w)
    w.append(delay)
    w.append(gatePeriod)
    w.append(gateRestarts)
    w.append(largestRoundingError)
  }

  init(_ r: inout ByteReader) throws(ByteReader.Failure) {
    typealias F = ByteReader.Failure
    name = try r.string()
    source = try r.optional { (r) throws(F) in try r.int() }
    target = try r.int()
    kind = try r.member(Kind.self, "projection kind")
    weights = try r.int()
    shifts = try r.array(UInt8.self)
    pool = try r.optional { (r) throws(F) in try PoolGeometry(&r) }
    convolution = try ConvolutionGeometry(&r)
    delay = try r.int()
    gatePeriod = try r.int()
    gateRestarts = try r.bool()
    largestRoundingError = try r.double()
  }
}

extension WeightTensor {
  func encode(_ w: inout ByteWriter) {
    w.append(ints: shape)
    switch storage {
    case .int8(let values):
      w.append(UInt8(8))
      w.append(array: values)
    case .int16(let values):
      w.append(UInt8(16))
      w.append(array: values)
    }
  }

  init(_ r: inout ByteReader) throws(ByteReader.Failure) {
    let shape = try r.ints()
    let storage: Storage
    switch try r.number(UInt8.self) {
    case 8: storage = .int8(try r.array(Int8.self))
    case 16: storage = .int16(try r.array(Int16.self))
    default: throw .value("weights of an unknown width")
    }
    guard let tensor = WeightTensor(shape: shape, storage: storage) else { throw .value("weights without a shape") }
    self = tensor
  }
}

extension Box {
  func encode(_ w: inout ByteWriter) { for range in [channels, rows, columns] { w.append(range) } }

  init(_ r: inout ByteReader) throws(ByteReader.Failure) {
    let channels = try r.range()
    let rows = try r.range()
    self.init(channels: channels, rows: rows, columns: try r.range())
  }
}

extension CoreImage {
  func encode(_ w: inout ByteWriter) {
    w.append(place)
    w.append(each: groups) { $1.encode(&$0) }
    w.append(each: blocks) { $1.encode(&$0) }
    for table in [inputAxons.offsets, inputAxons.blocks, inputAxons.sources] { w.append(array: table) }
    for table in [outputAxons.offsets, outputAxons.routes, outputAxons.axons] { w.append(array: table) }
  }

  init(_ r: inout ByteReader) throws(ByteReader.Failure) {
    typealias F = ByteReader.Failure
    place = try r.int()
    groups = try r.each { (r) throws(F) in try NeuronGroup(&r) }
    blocks = try r.each { (r) throws(F) in try SynapseBlock(&r) }
    let offsets = try r.array(UInt32.self)
    let axonBlocks = try r.array(UInt32.self)
    inputAxons = InputAxons(offsets: offsets, blocks: axonBlocks, sources: try r.array(UInt32.self))
    let outputOffsets = try r.array(UInt32.self)
    let outputRoutes = try r.array(UInt32.self)
    outputAxons = OutputAxons(offsets: outputOffsets, routes: outputRoutes, axons: try r.array(UInt32.self))
  }
}

extension NeuronGroup {
  func encode(_ w: inout ByteWriter) {
    w.append(population)
    populationShape.encode(&w)
    box.encode(&w)
    w.append(firstSlot)
    model.encode(&w)
    w.append(start)
    w.append(gatedPeriods)
    for values in [threshold, negativeThreshold, bias, initial] { w.append(array: values.values) }
    w.append(takesInput)
  }

  init(_ r: inout ByteReader) throws(ByteReader.Failure) {
    population = try r.int()
    populationShape = try MapShape(&r)
    box = try Box(&r)
    firstSlot = try r.int()
    model = try NeuronModel(&r)
    start = try r.int()
    gatedPeriods = try r.int()
    threshold = UnitValues(try r.array(Int32.self))
    negativeThreshold = UnitValues(try r.array(Int32.self))
    bias = UnitValues(try r.array(Int32.self))
    initial = UnitValues(try r.array(Int32.self))
    takesInput = try r.bool()
  }
}

extension SynapseBlock {
  func encode(_ w: inout ByteWriter) {
    w.append(projection)
    w.append(kind.rawValue)
    w.append(weights)
    w.append(array: shifts)
    w.append(optional: pool) { $1.encode(&$0) }
    convolution.encode(&w)
    w.append(delay)
    sourceShape.encode(&w)
    w.append(group)
    w.append(gateStart)
    w.append(gatePeriod)
    w.append(gateRestarts)
  }

  init(_ r: inout ByteReader) throws(ByteReader.Failure) {
    typealias F = ByteReader.Failure
    projection = try r.int()
    kind = try r.member(Projection.Kind.self, "projection kind")
    weights = try r.int()
    shifts = try r.array(UInt8.self)
    pool = try r.optional { (r) throws(F) in try PoolGeometry(&r) }
    convolution = try ConvolutionGeometry(&r)
    delay = try r.int()
    sourceShape = try MapShape(&r)
    group = try r.int()
    gateStart = try r.int()
    gatePeriod = try r.int()
    gateRestarts = try r.bool()
  }
}

extension Route {
  func encode(_ w: inout ByteWriter) {
    w.append(from)
    w.append(to)
    w.append(array: steps.map { UInt8(MeshDirection.allCases.firstIndex(of: $0) ?? 0) })
  }

  init(_ r: inout ByteReader) throws(ByteReader.Failure) {
    from = try r.int()
    to = try r.int()
    steps = []
    for step in try r.array(UInt8.self) {
      guard Int(step) < MeshDirection.allCases.count else { throw .value("a route into no direction") }
      steps.append(MeshDirection.allCases[Int(step)])
    }
  }
}
