extension ChipDescription {
  /// Refuses values that are each allowed but contradict one another, and a description without its widths.
  /// - Throws: `ChipError.inconsistent`.
  package func check(file: String) throws(ChipError) {
    if let problem = inconsistency { throw .inconsistent(problem, chip: name, file: file) }
  }

  private var inconsistency: String? {
    for number in ChipNumber.allCases where numbers[number] == nil && number.row.absent == .refused {
      return "missing '\(number.section.rawValue).\(number.rawValue)'; state it, or extend a chip that has it"
    }
    for number in ChipNumber.allCases {
      guard let value = numbers.value(number), !number.range.contains(value) else { continue }
      return "'\(number.section.rawValue).\(number.rawValue)' is \(value); allowed is "
        + "\(number.range.lowerBound) to \(number.range.upperBound)"
    }
    return widthProblem ?? meshProblem ?? coreTypeProblem ?? listProblem ?? costProblem ?? clockProblem
  }

  private var widthProblem: String? {
    if defaultWeightBits > weightBits {
      return "'defaultWeightBits' is \(defaultWeightBits), more than 'weightBits', \(weightBits); lower it"
    }
    if accumulatorBits < weightBits {
      return "'accumulatorBits' is \(accumulatorBits), less than 'weightBits', \(weightBits); raise it"
    }
    return nil
  }

  private var meshProblem: String? {
    let (width, height) = (value(.width), value(.height))
    guard let width, let height else {
      return width == nil && height == nil
        ? nil : "'mesh' has one of 'width' and 'height'; state both, or neither for one tile a chip"
    }
    let cores = width * height * coresPerTile
    if let perChip = coresPerChip, perChip > cores {
      return "'coresPerChip' is \(perChip), but \(width) x \(height) tiles of \(coresPerTile) hold \(cores); "
        + "enlarge the mesh"
    }
    return nil
  }

  private var coreTypeProblem: String? {
    guard let types = coreTypes?.value else { return nil }
    let sum = types.reduce(0) { $0 + $1.count }
    guard let perChip = coresPerChip, perChip == sum else {
      return "'coreTypes' describes \(sum) cores, 'coresPerChip' is "
        + "\(coresPerChip.map(String.init) ?? "not stated"); make them equal"
    }
    return nil
  }

  private var listProblem: String? {
    if let models = neuronModels?.value {
      if models.isEmpty { return "'neuronModels' is empty; name at least one, or leave it out for all" }
      for (index, model) in models.enumerated() where models[..<index].contains(model) {
        return "'neuronModels' has '\(model)' twice; remove one"
      }
    }
    if let steps = barrier?.value {
      if steps.isEmpty { return "'barrier' is empty; leave it out where it is unknown" }
      for (a, b) in zip(steps, steps.dropFirst()) where a.tiles >= b.tiles {
        return "'barrier' has \(b.tiles) tiles after \(a.tiles); sort it by rising 'tiles'"
      }
    }
    return nil
  }

  private var clockProblem: String? {
    power[.perMegahertz] != nil && value(.clockHertz) == nil
      ? "'power.perMegahertz' needs 'time.clockHertz'; state the clock" : nil
  }

  private var costProblem: String? {
    for action in energy.known {
      if case .access = energy[action], memoryEnergy == nil {
        return "'energy.\(action.rawValue)' is an access to a memory, and 'energy.memory' does not say what one costs"
      }
    }
    for (section, table) in [("energy", energy), ("time", time)] {
      for action in table.known {
        guard case .included(let target) = table[action] else { continue }
        if target.value == action {
          return "'\(section).\(action.rawValue)' is included in itself; give it a value or leave it out"
        }
        if case .included = table[target.value] {
          return "'\(section).\(action.rawValue)' is included in '\(target.value.rawValue)', which is itself included "
            + "in another; name the one that has a value"
        }
      }
    }
    return nil
  }
}
