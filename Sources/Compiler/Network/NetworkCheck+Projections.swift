import ChipModel

extension NetworkCheck {
  /// Parameters, shapes and weights of one projection; whether its weights are integers is found later.
  func checkProjection(
    _ projection: NetworkProjection, at index: Int, ends: ProjectionEnds, shapes: [MapShape]
  ) throws(NetworkCheckError) -> CheckedProjection {
    let subject = NetworkCheckError.Subject.projection(index, projection.name)
    let (source, target) = (shapes[ends.source], shapes[ends.target])
    try checkParameters(projection, subject, fromInput: ends.source == 0)
    let (pool, pooled) = try checkPool(projection.pool, subject, source: source)

    var weights: Tensor?
    switch projection.weights {
    case nil:
      if projection.kind != .identity {
        throw NetworkCheckError(subject, .weightsMissing(kind: projection.kind.rawValue))
      }
    case .tensor(let name): weights = try tensor(name, "weights", subject)
    case .inline(let tensor): weights = tensor
    }
    if let weights { try checkWeightNumbers(weights, subject) }

    var convolution = ConvolutionGeometry(kernelY: 1, kernelX: 1)
    switch projection.kind {
    case .dense: try checkDense(weights, subject, source: pooled, target: target)
    case .convolution:
      convolution = try checkConvolution(projection, weights, subject, source: pooled, target: target)
    case .identity: try checkIdentity(weights, subject, source: pooled, target: target)
    }
    return CheckedProjection(
      name: projection.name, source: ends.source, target: ends.target, kind: projection.kind, weights: weights,
      isInteger: false, pool: pool, sourceShape: source, pooledShape: pooled, targetShape: target,
      convolution: convolution, delay: projection.delay)
  }

  // MARK: Parameters

  func checkParameters(
    _ projection: NetworkProjection, _ subject: NetworkCheckError.Subject, fromInput: Bool
  ) throws(NetworkCheckError) {
    try checkList("stride", projection.stride, count: 2, low: 1, "[y, x]", subject)
    try checkList("padding", projection.padding, count: 4, low: 0, "[top, left, bottom, right]", subject)
    try checkList("dilation", projection.dilation, count: 2, low: 1, "[y, x]", subject)
    if projection.kind != .convolution {
      let given = [
        ("stride", projection.stride != [1, 1]), ("padding", projection.padding != [0, 0, 0, 0]),
        ("dilation", projection.dilation != [1, 1]), ("groups", projection.groups != 1),
      ]
      for (key, isGiven) in given where isGiven {
        throw NetworkCheckError(
          subject, .keyOfAnotherKind(key: key, kind: projection.kind.rawValue, allowed: "conv2d"))
      }
    }
    if let delay = projection.delay {
      if fromInput { throw NetworkCheckError(subject, .delayFromInput) }
      if !ActiveWindow.delays.contains(delay) {
        let range = ActiveWindow.delays
        throw NetworkCheckError(
          subject, .parameterRange(key: "delay", value: delay, low: range.lowerBound, high: range.upperBound))
      }
    }
  }

  func checkList(
    _ key: String, _ values: [Int], count: Int, low: Int, _ form: String, _ subject: NetworkCheckError.Subject
  ) throws(NetworkCheckError) {
    guard values.count == count else {
      throw NetworkCheckError(subject, .parameterCount(key: key, count: values.count, expected: form))
    }
    for value in values where !(low...NetworkLimits.kernel).contains(value) {
      throw NetworkCheckError(
        subject, .parameterRange(key: key, value: value, low: low, high: NetworkLimits.kernel))
    }
  }

  func checkPool(
    _ pool: NetworkPool?, _ subject: NetworkCheckError.Subject, source: MapShape
  ) throws(NetworkCheckError) -> (pool: PoolGeometry?, pooled: MapShape) {
    guard let pool else { return (nil, source) }
    try checkList("pool.kernel", pool.kernel, count: 2, low: 1, "[y, x]", subject)
    try checkList("pool.stride", pool.stride, count: 2, low: 1, "[y, x]", subject)
    try checkList("pool.padding", pool.padding, count: 4, low: 0, "[top, left, bottom, right]", subject)
    // A window with nothing of the source in it would have no winner and no sum.
    for (side, padding) in pool.padding.enumerated() where padding >= pool.kernel[side % 2] {
      throw NetworkCheckError(subject, .poolPadding(padding: padding, kernel: pool.kernel[side % 2]))
    }
    let geometry = PoolGeometry(
      kind: pool.kind, kernelY: pool.kernel[0], kernelX: pool.kernel[1],
      strideY: pool.stride[0], strideX: pool.stride[1], top: pool.padding[0], left: pool.padding[1],
      bottom: pool.padding[2], right: pool.padding[3])
    guard let pooled = geometry.output(of: source) else {
      throw NetworkCheckError(
        subject,
        .kernelDoesNotFit(key: "pool.kernel", kernel: pool.kernel, shape: source.list, padding: pool.padding))
    }
    return (geometry, pooled)
  }

  // MARK: Kinds

  func checkDense(
    _ weights: Tensor?, _ subject: NetworkCheckError.Subject, source: MapShape, target: MapShape
  ) throws(NetworkCheckError) {
    guard let weights else { return }
    let inputs = source.count
    let neurons = target.count
    if weights.shape != [neurons, inputs] {
      throw NetworkCheckError(
        subject,
        .weightShape(
          shape: weights.shape, expected: [neurons, inputs],
          why: "dense from \(groupedText(inputs)) values to \(groupedText(neurons)) neurons"))
    }
  }

  func checkConvolution(
    _ projection: NetworkProjection, _ weights: Tensor?, _ subject: NetworkCheckError.Subject, source: MapShape,
    target: MapShape
  ) throws(NetworkCheckError) -> ConvolutionGeometry {
    guard let weights else { return ConvolutionGeometry(kernelY: 1, kernelX: 1) }
    guard weights.shape.count == 4 else { throw NetworkCheckError(subject, .weightRank(shape: weights.shape)) }
    let groups = projection.groups
    guard groups >= 1, source.channels % groups == 0, target.channels % groups == 0 else {
      throw NetworkCheckError(
        subject, .groups(groups: groups, sourceChannels: source.channels, targetChannels: target.channels))
    }
    let kernel = [weights.shape[2], weights.shape[3]]
    for size in kernel where !(1...NetworkLimits.kernel).contains(size) {
      throw NetworkCheckError(
        subject, .parameterRange(key: "kernel", value: size, low: 1, high: NetworkLimits.kernel))
    }
    let expected = [target.channels, source.channels / groups, kernel[0], kernel[1]]
    if weights.shape != expected {
      let grouping = groups == 1 ? "" : " in \(groups) groups"
      throw NetworkCheckError(
        subject,
        .weightShape(
          shape: weights.shape, expected: expected,
          why: "conv2d from \(source.channels) to \(target.channels) channels\(grouping)"))
    }
    let padding = projection.padding
    let geometry = ConvolutionGeometry(
      kernelY: kernel[0], kernelX: kernel[1], strideY: projection.stride[0], strideX: projection.stride[1],
      top: padding[0], left: padding[1], bottom: padding[2], right: padding[3], dilationY: projection.dilation[0],
      dilationX: projection.dilation[1], groups: groups)
    guard let result = geometry.output(of: source, channels: target.channels) else {
      throw NetworkCheckError(
        subject, .kernelDoesNotFit(key: "kernel", kernel: kernel, shape: source.list, padding: padding))
    }
    if result != target {
      throw NetworkCheckError(
        subject, .convolutionShape(result: result.list, target: target.list, targetName: projection.to))
    }
    return geometry
  }

  func checkIdentity(
    _ weights: Tensor?, _ subject: NetworkCheckError.Subject, source: MapShape, target: MapShape
  ) throws(NetworkCheckError) {
    if source != target {
      throw NetworkCheckError(subject, .identityShape(source: source.list, target: target.list))
    }
    guard let weights else { return }
    if weights.shape.count > 1 || (weights.count != 1 && weights.count != source.channels) {
      throw NetworkCheckError(subject, .identityWeights(shape: weights.shape, channels: source.channels))
    }
  }

  // MARK: Weights

  func checkWeightNumbers(
    _ weights: Tensor, _ subject: NetworkCheckError.Subject
  ) throws(NetworkCheckError) {
    var fault: (index: Int, value: Double)?
    switch weights.storage {
    case .float32(let values):
      fault = values.firstIndex { !$0.isFinite }.map { ($0, Double(values[$0])) }
    case .float64(let values):
      fault = values.firstIndex { !$0.isFinite }.map { ($0, values[$0]) }
    case .int8, .int16, .int32: break
    case .uint8: throw NetworkCheckError(subject, .weightType(type: "U8"))
    case .int64: throw NetworkCheckError(subject, .weightType(type: "I64"))
    }
    if let fault { throw NetworkCheckError(subject, .weightNotFinite(index: fault.index, value: fault.value)) }
  }

  /// Integer weights have scale 1 and real ones the scale that quantisation finds, so one population takes one kind. An
  /// identity without weights is 1 in either.
  /// - Returns: for each population whether its weights are integers.
  func checkWeightKinds(weights: [Tensor?], incoming: [[Int]]) throws(NetworkCheckError) -> [Bool] {
    var integer = [Bool](repeating: false, count: incoming.count)
    for (population, projections) in incoming.enumerated() {
      var first: (projection: Int, isInteger: Bool)?
      for projection in projections {
        guard let tensor = weights[projection] else { continue }
        let isInteger =
          switch tensor.storage {
          case .int8, .int16, .int32: true
          default: false
          }
        guard let known = first else {
          first = (projection, isInteger)
          continue
        }
        if known.isInteger != isInteger {
          throw NetworkCheckError(
            .projection(projection, network.projections[projection].name),
            .mixedWeights(
              other: network.projections[known.projection].name, otherIsInteger: known.isInteger))
        }
      }
      integer[population] = first?.isInteger ?? false
    }
    return integer
  }
}
