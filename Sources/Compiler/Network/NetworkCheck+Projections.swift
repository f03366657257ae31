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
      if !projection.kind.traits.isElementwise {
        throw NetworkCheckError(
          subject, "there are no weights; \(projection.kind.rawValue) needs them, add \"weights\"")
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
      isInteger: false, pool: pool,
      gate: try checkGate(projection.pool, subject, ends: ends), sourceShape: source, pooledShape: pooled,
      targetShape: target,
      convolution: convolution, delay: projection.delay)
  }

  // MARK: Parameters

  func checkParameters(
    _ projection: NetworkProjection, _ subject: NetworkCheckError.Subject, fromInput: Bool
  ) throws(NetworkCheckError) {
    try checkList("stride", projection.stride, count: 2, low: 1, "[y, x]", subject)
    try checkList("padding", projection.padding, count: 4, low: 0, "[top, left, bottom, right]", subject)
    try checkList("dilation", projection.dilation, count: 2, low: 1, "[y, x]", subject)
    if !projection.kind.traits.slides {
      let given = [
        ("stride", projection.stride != [1, 1]), ("padding", projection.padding != [0, 0, 0, 0]),
        ("dilation", projection.dilation != [1, 1]), ("groups", projection.groups != 1),
      ]
      for (key, isGiven) in given where isGiven {
        throw NetworkCheckError(
          subject, key, "\(key) is not for \(projection.kind.rawValue), only for conv2d; remove it")
      }
    }
    if let delay = projection.delay {
      if fromInput, network.input.kind != .spikes {
        throw NetworkCheckError(
          subject, "delay",
          "delay does not apply to an input of currents, which flow from the first step on; remove it")
      }
      // A spike of the input may arrive in the tick in which it is sent.
      let range = (fromInput ? 0 : ActiveWindow.delays.lowerBound)...ActiveWindow.delays.upperBound
      if !range.contains(delay) {
        throw NetworkCheckError(subject, "delay", range: delay, range.lowerBound, range.upperBound)
      }
    }
  }

  func checkList(
    _ key: String, _ values: [Int], count: Int, low: Int, _ form: String, _ subject: NetworkCheckError.Subject
  ) throws(NetworkCheckError) {
    guard values.count == count else {
      throw wrongCount(subject, key, values.count, expected: form)
    }
    for value in values where !(low...NetworkLimits.kernel).contains(value) {
      throw NetworkCheckError(subject, key, range: value, low, NetworkLimits.kernel)
    }
  }

  private func doesNotFit(
    _ subject: NetworkCheckError.Subject, _ key: String, _ kernel: [Int], _ shape: MapShape, _ padding: [Int]
  ) -> NetworkCheckError {
    NetworkCheckError(
      subject, key,
      "\(key) \(listText(kernel)) does not fit into \(listText(shape.list)) with padding \(listText(padding));"
        + " use a smaller kernel or more padding")
  }

  private func weightShape(
    _ subject: NetworkCheckError.Subject, _ weights: Tensor, _ what: String
  ) -> NetworkCheckError {
    NetworkCheckError(subject, "weights", "weights have shape \(listText(weights.shape)); \(what)")
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
      throw NetworkCheckError(
        subject, "pool",
        "pool.padding \(padding) is not smaller than the kernel's \(pool.kernel[side % 2]), so a window could lie outside"
          + " the source; lower the padding")
    }
    let geometry = PoolGeometry(
      kind: pool.kind, kernelY: pool.kernel[0], kernelX: pool.kernel[1],
      strideY: pool.stride[0], strideX: pool.stride[1], top: pool.padding[0], left: pool.padding[1],
      bottom: pool.padding[2], right: pool.padding[3])
    guard let pooled = geometry.output(of: source) else {
      throw doesNotFit(subject, "pool.kernel", pool.kernel, source, pool.padding)
    }
    return (geometry, pooled)
  }

  /// The rule of a pool's gate: period codes have one, rate codes two.
  private func checkGate(
    _ pool: NetworkPool?, _ subject: NetworkCheckError.Subject, ends: ProjectionEnds
  ) throws(NetworkCheckError) -> GateRule {
    let traits =
      ends.source > 0 ? network.populations[ends.source - 1].neuron.model.traits : network.input.coding?.kind.traits
    let isPeriodic = traits?.isPeriodic ?? false
    guard let given = pool?.gate else { return isPeriodic ? .winner : .count }
    if pool?.kind != .max { throw NetworkCheckError(subject, "pool.gate", "gate is for max pools alone; remove it") }
    if traits == nil {
      throw NetworkCheckError(subject, "pool.gate", "the input is pooled by its values, without a gate; remove it")
    }
    if given == .count, isPeriodic {
      throw NetworkCheckError(subject, "pool.gate", "gate is \"count\" behind a period code; use \"winner\"")
    }
    if given == .winner, traits?.code == .switches {
      throw NetworkCheckError(subject, "pool.gate", "gate is \"winner\" behind a switch code; use \"count\"")
    }
    return given
  }

  // MARK: Kinds

  func checkDense(
    _ weights: Tensor?, _ subject: NetworkCheckError.Subject, source: MapShape, target: MapShape
  ) throws(NetworkCheckError) {
    guard let weights else { return }
    let inputs = source.count
    let neurons = target.count
    if weights.shape != [neurons, inputs] {
      throw weightShape(
        subject, weights,
        "dense from \(groupedText(inputs)) values to \(groupedText(neurons)) neurons needs \(listText([neurons, inputs]))")
    }
  }

  func checkConvolution(
    _ projection: NetworkProjection, _ weights: Tensor?, _ subject: NetworkCheckError.Subject, source: MapShape,
    target: MapShape
  ) throws(NetworkCheckError) -> ConvolutionGeometry {
    guard let weights else { return ConvolutionGeometry(kernelY: 1, kernelX: 1) }
    guard weights.shape.count == 4 else {
      throw weightShape(subject, weights, "conv2d needs [outputChannels, inputChannels / groups, height, width]")
    }
    let groups = projection.groups
    guard groups >= 1, source.channels % groups == 0, target.channels % groups == 0 else {
      throw NetworkCheckError(
        subject, "groups",
        "groups is \(groups), which does not divide both \(source.channels) source channels and \(target.channels) target"
          + " channels")
    }
    let kernel = [weights.shape[2], weights.shape[3]]
    for size in kernel where !(1...NetworkLimits.kernel).contains(size) {
      throw NetworkCheckError(subject, "kernel", range: size, 1, NetworkLimits.kernel)
    }
    let expected = [target.channels, source.channels / groups, kernel[0], kernel[1]]
    if weights.shape != expected {
      let grouping = groups == 1 ? "" : " in \(groups) groups"
      throw weightShape(
        subject, weights,
        "conv2d from \(source.channels) to \(target.channels) channels\(grouping) needs \(listText(expected))")
    }
    let padding = projection.padding
    let geometry = ConvolutionGeometry(
      kernelY: kernel[0], kernelX: kernel[1], strideY: projection.stride[0], strideX: projection.stride[1],
      top: padding[0], left: padding[1], bottom: padding[2], right: padding[3], dilationY: projection.dilation[0],
      dilationX: projection.dilation[1], groups: groups)
    guard let result = geometry.output(of: source, channels: target.channels) else {
      throw doesNotFit(subject, "kernel", kernel, source, padding)
    }
    if result != target {
      throw NetworkCheckError(
        subject,
        "the convolution gives \(listText(result.list)), population '\(shownName(projection.to))' has"
          + " \(listText(target.list)); change its shape or the kernel, stride, padding or dilation")
    }
    return geometry
  }

  func checkIdentity(
    _ weights: Tensor?, _ subject: NetworkCheckError.Subject, source: MapShape, target: MapShape
  ) throws(NetworkCheckError) {
    if source != target {
      throw NetworkCheckError(
        subject,
        "the source gives \(listText(source.list)), the target has \(listText(target.list)); identity needs equal shapes")
    }
    guard let weights else { return }
    if weights.shape.count > 1 || (weights.count != 1 && weights.count != source.channels) {
      throw weightShape(subject, weights, "identity takes one number or [\(source.channels)], one a channel")
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
    case .uint8, .int64:
      var type = "U8"
      if case .int64 = weights.storage { type = "I64" }
      throw NetworkCheckError(
        subject, "weights", "weights have type \(type); use F32 or F64, or I8, I16 or I32 for chip integers")
    }
    if let fault {
      throw NetworkCheckError(
        subject, "weights",
        "weights have \(numberText(fault.value)) at element \(groupedText(fault.index)); weights are finite numbers")
    }
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
            "\(isInteger ? "integer" : "real") weights, but projection"
              + " '\(shownName(network.projections[known.projection].name))' into the same population has"
              + " \(known.isInteger ? "integer" : "real") ones; give both the same kind")
        }
      }
      integer[population] = first?.isInteger ?? false
    }
    return integer
  }
}
