extension ProgramCheck {
  mutating func checkProjections() throws(ProgramError) {
    for (number, projection) in program.projections.enumerated() {
      let place = ProgramPlace.projection(number, projection.name)
      try name(projection.name, place)
      try index("source", projection.source, below: shapes.count, place)
      try index("target", projection.target, below: shapes.count, place)
      try rule(!program.populations[projection.target].model.isInput, "it ends at the input", place)
      try index("weight tensor", projection.weights, below: program.weights.count, place)
      if program.isHostCurrent(projection) {
        takesInput[projection.target] = true
      } else {
        try rule(
          program.populations[projection.source].model.fires,
          "its source, population \(projection.source), is an accumulator and never fires", place)
      }
      let target = shapes[projection.target]
      try count("weight shift", projection.shifts.count, [1, target.channels], place)
      try range("weight shift", Int(projection.shifts.max() ?? 0), 0...ProgramLimits.weightShift, place)
      try range(
        "delay", projection.delay,
        (program.populations[projection.source].model.isInput ? 0 : 1)...ActiveWindow.delays.upperBound, place)
      try range("gate period", projection.gatePeriod, 1...ProgramLimits.period, place)
      try rule(
        projection.gate == .winner || projection.gatePeriod == 1 && !projection.gateRestarts,
        "its gate counts spikes of a period code", place)
      let error = projection.largestRoundingError
      guard error.isFinite, error >= 0 else {
        throw .invalid(
          place, .number(what: "largest rounding error", value: error, expected: "a finite number, 0 or more"))
      }
      try checkGeometry(projection.convolution, place)
      try checkPart(projection, of: shapes[projection.source], place)
      let source = program.sourceShape(projection)
      let pooled = try checkPool(projection.pool, of: source, place)
      try checkShapes(projection, pooled: pooled, target: target, place)
      try checkTaps(projection, source: source, target: target, place)
    }
  }

  /// The part of the source that it reads.
  private func checkPart(_ projection: Projection, of source: MapShape, _ place: ProgramPlace) throws(ProgramError) {
    guard let part = projection.sources else { return }
    try rule(
      part.lowerBound >= 0 && part.upperBound <= source.count && !part.isEmpty && !program.isHostCurrent(projection),
      "it reads neurons \(part.lowerBound)..<\(part.upperBound), not a part of the spikes of 0..<\(source.count)", place)
    try rule(
      part.lowerBound % source.pixels == 0 && part.count % source.pixels == 0
        || projection.kind.traits.isFull && projection.pool == nil,
      "it reads parts of channels, which only dense projections without a pool do", place)
  }

  private func checkGeometry(_ c: ConvolutionGeometry, _ place: ProgramPlace) throws(ProgramError) {
    let most = ProgramLimits.kernel
    for size in [c.kernelY, c.kernelX] { try range("kernel", size, 1...most, place) }
    for size in [c.strideY, c.strideX] { try range("stride", size, 1...most, place) }
    for size in [c.dilationY, c.dilationX] { try range("dilation", size, 1...most, place) }
    for size in [c.top, c.left, c.bottom, c.right] { try range("padding", size, 0...most, place) }
    try range("number of groups", c.groups, 1...MapShape.maximumCount, place)
  }

  /// The map behind the pool.
  private func checkPool(
    _ pool: PoolGeometry?, of source: MapShape, _ place: ProgramPlace
  ) throws(ProgramError) -> MapShape {
    guard let pool else { return source }
    let most = ProgramLimits.kernel
    for size in [pool.kernelY, pool.kernelX] { try range("pool kernel", size, 1...most, place) }
    for size in [pool.strideY, pool.strideX] { try range("pool stride", size, 1...most, place) }
    // A window with nothing of the source in it would have no winner.
    for size in [pool.top, pool.bottom] { try range("pool padding", size, 0...(pool.kernelY - 1), place) }
    for size in [pool.left, pool.right] { try range("pool padding", size, 0...(pool.kernelX - 1), place) }
    guard let pooled = pool.output(of: source) else {
      throw .invalid(
        place, .rule("a pool of [\(pool.kernelY), \(pool.kernelX)] does not fit a source of \(text(source))"))
    }
    try range("number of pooled neurons", pooled.count, 1...MapShape.maximumCount, place)
    return pooled
  }

  private func checkShapes(
    _ projection: Projection, pooled: MapShape, target: MapShape, _ place: ProgramPlace
  ) throws(ProgramError) {
    let shape = program.weights[projection.weights].shape
    let traits = projection.kind.traits
    guard traits.positions != .own || pooled == target else {
      throw .invalid(
        place, .shape(what: "the source of an \(traits.name)", shape: list(pooled), expected: list(target)))
    }
    let groups = traits.groups(projection.convolution, channels: pooled.channels)
    try rule(
      pooled.channels % groups == 0 && target.channels % groups == 0,
      "\(groups) groups do not divide \(pooled.channels) and \(target.channels) channels", place)
    let expected = Synapses(
      kind: projection.kind, pool: nil, convolution: projection.convolution, source: pooled, target: target
    ).weightShape
    let hasParallel = traits.isElementwise && shape.count == 2 && shape[0] == expected[0] && shape[1] >= 1
    guard shape == expected || hasParallel else {
      throw .invalid(place, .weights(shape: shape, kind: traits.name, expected: expected))
    }
    guard let window = projection.window else { return }
    guard let result = window.output(of: pooled, channels: target.channels) else {
      throw .invalid(
        place, .rule("a kernel of [\(window.kernelY), \(window.kernelX)] does not fit a source of \(text(pooled))"))
    }
    guard result == target else {
      throw .invalid(place, .shape(what: "its target", shape: list(target), expected: list(result)))
    }
  }

  /// The engine's tap table must be countable.
  private func checkTaps(
    _ projection: Projection, source: MapShape, target: MapShape, _ place: ProgramPlace
  ) throws(ProgramError) {
    let taps = Synapses(
      projection, weights: program.weights[projection.weights], source: source, target: target
    ).mostTaps
    try range("number of unrolled taps", taps, 0...ProgramLimits.taps, place)
  }

  private func list(_ shape: MapShape) -> [Int] { [shape.channels, shape.height, shape.width] }

  private func text(_ shape: MapShape) -> String { ShapeText.of(list(shape)) }
}
