extension ProgramCheck {
  mutating func checkPopulations() throws(ProgramError) {
    var neurons = 0
    for (index, population) in program.populations.enumerated() {
      let place = ProgramPlace.population(index, population.name)
      try name(population.name, place)
      guard let shape = MapShape(population.dimensions) else {
        throw .invalid(place, .rule("shape \(ShapeText.of(population.dimensions)) is not [C, H, W] or [N]"))
      }
      neurons += shape.count
      try range("number of neurons up to here", neurons, 1...ProgramLimits.neurons, place)
      try rule(
        population.model.isInput == (index == 0), index == 0 ? "is not an input" : "is a second input", place)
      try checkModel(population.model, place)
      try rule(
        population.model[.inputSigns] != true || (population.dimensions.first ?? 0) % 2 == 0,
        "has a channel without one of the other sign", place)
      try checkParameters(
        threshold: population.threshold, negative: population.negativeThreshold, levels: population.levels,
        bias: population.bias,
        table: population.biasByStep, initial: population.initial, model: population.model, shape: shape, place)
      try range("first tick", population.start, 0...ProgramLimits.start, place)
      try rule(
        program.schedule != .continuous || population.start == 0 || population.isRelay,
        "begins at tick \(population.start) of a continuous schedule", place)
      try rule(
        population.lag == 0
          || population.lag > 0 && population.lag <= program.lag && population.model.takesLag && population.model.fires,
        "has a lag of \(population.lag) ticks", place)
      try range("number of gated periods", population.gatedPeriods, 0...ProgramLimits.start, place)
      // The engine looks at them whatever the model is, the scalar rule of a rate neuron does not.
      try rule(
        population.gatedPeriods == 0 || population.model.code == .pairs || !population.model.fires,
        "model '\(population.model.name)' has no gated periods", place)
      try count("unit", population.unit.count, [1, shape.channels], place)
      for unit in population.unit where !(unit.isFinite && unit > 0) {
        throw .invalid(place, .number(what: "unit", value: unit, expected: "a finite number above 0"))
      }
      try rule(
        [16, 32, 64].contains(population.accumulatorBits),
        "accumulator has \(population.accumulatorBits) bits, expected 16, 32 or 64", place)
      shapes.append(shape)
    }
    takesInput = [Bool](repeating: false, count: shapes.count)
  }

  /// Features belong to their models: the engine reads them whatever the model is, the scalar rule does not.
  private func checkModel(_ model: NeuronModel, _ place: ProgramPlace) throws(ProgramError) {
    func has(_ what: String, _ isUsed: Bool, _ isAllowed: Bool) throws(ProgramError) {
      try rule(!isUsed || isAllowed, "model '\(model.name)' has no \(what)", place)
    }
    try has("period", model.codePeriod != nil, model.isPeriodic || !model.fires)
    try has("negative threshold", model.hasNegativeThreshold, model.negativeThreshold != .none)
    if model.isPeriodic || model.codePeriod != nil {
      try range("period", model.codePeriod ?? 0, 1...ProgramLimits.period, place)
    }
    switch model.parameters.fault(taking: model.kind.dynamics.parameters) {
    case nil: break
    case .foreign(let key): try has(key, true, false)
    case .missing(let parameter): try rule(false, "\(parameter.key) is missing", place)
    case .range(let parameter, let value):
      try rule(false, "\(parameter.key) is \(value.text), allowed is \(parameter.allowedText)", place)
    }
  }

  /// Integer parameters over a shape: their numbers and their ranges.
  func checkParameters(
    threshold: UnitValues, negative: UnitValues, levels: PopulationLevels, bias: UnitValues, table: [UnitValues],
    initial: UnitValues,
    model: NeuronModel, shape: MapShape, _ place: ProgramPlace
  ) throws(ProgramError) {
    let counts = [1, shape.channels, shape.count]
    try count("threshold", threshold.values.count, counts, place)
    try count("negative threshold", negative.values.count, counts, place)
    try count("bias", bias.values.count, counts, place)
    try range("number of steps with a bias", table.count, 0...ActiveWindow.steps.upperBound, place)
    for bias in table { try count("bias of a step", bias.values.count, [1, shape.channels], place) }
    try count("initial potential", initial.values.count, counts, place)
    // The engine compares with threshold plus one where the model is strict; that must not become the flag.
    let most = Int(NeuronModel.infinite) - (model.strict ? 2 : 1)
    for value in threshold.values where value != NeuronModel.infinite {
      try range("threshold", Int(value), 1...most, place)
    }
    // The engine compares with one less where 0 is allowed.
    let negatives = model.negativeThreshold == .upToZero ? Int(Int32.min) + 1...0 : Int(Int32.min) ... -1
    for value in negative.values { try range("negative threshold", Int(value), negatives, place) }
    let low = Int(FixedPoint.lowest(bits: program.membraneBits))
    let high = Int(FixedPoint.highest(bits: program.membraneBits))
    for (what, values, isTaken, most) in [
      ("floor", levels.floor, model.takesFloor, 0), ("reset value", levels.resetValue, model.takesResetValue, high),
    ] {
      guard let values else { continue }
      try rule(isTaken, "model '\(model.name)' has no \(what)", place)
      try count(what, values.values.count, counts, place)
      for value in values.values { try range(what, Int(value), low...most, place) }
    }
    for value in ([bias] + table).flatMap(\.values) { try range("bias", Int(value), low...high, place) }
    for value in initial.values { try range("initial potential", Int(value), low...high, place) }
  }
}
