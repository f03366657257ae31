/// Sizes that a program may have. They bound the work that a hostile file can cause and keep products far from overflow;
/// what the compiler makes stays within them.
enum ProgramLimits {
  static let populations = 1 << 20
  static let projections = 1 << 20
  /// Neurons of all populations and values of the input together.
  static let neurons = 1 << 28
  /// Kernel, stride, padding and dilation, each axis.
  static let kernel = 4096
  static let period = 16
  static let weightShift = 30
  /// First ticks and gated periods.
  static let start = ActiveWindow.latestStart
  /// (source pixel, target pixel, tap) triples of one projection: the engine's table counts them in 32 bits.
  static let taps = 1 << 31
  /// Sums that the cores keep for delayed arrivals: neurons times ticks.
  static let delayedSums = 1 << 31
  /// Physical cores, where the chip does not say.
  static let places = 1 << 31
  static let nameBytes = 4096
}

extension CompiledProgram {
  /// Checks everything that the engine, the interpreter and the accounting rely on: after it neither traps on this
  /// program.
  ///
  /// It proves safety, not meaning: a core image whose weights or axons are those of another network passes.
  /// - Complexity: linear in the program's size.
  /// - Throws: `ProgramError.invalid`, the first fault found.
  package func check() throws(ProgramError) {
    var check = ProgramCheck(program: self)
    try check.checkSettings()
    try check.checkPopulations()
    try check.checkProjections()
    try check.checkOrder()
    try check.checkOutput()
    if !cores.isEmpty || !routes.isEmpty { try check.checkCores() }
    try check.checkFaults()
  }
}

/// The state of one check: what the steps before have established.
struct ProgramCheck {
  let program: CompiledProgram
  /// Of the populations checked so far.
  var shapes: [MapShape] = []
  /// Whether the input feeds the population.
  var takesInput: [Bool] = []

  init(program: CompiledProgram) {
    self.program = program
  }

  // MARK: - Tools

  func range(
    _ what: String, _ value: Int, _ allowed: ClosedRange<Int>, _ place: ProgramPlace
  ) throws(ProgramError) {
    guard allowed.contains(value) else {
      throw .invalid(place, .range(what: what, value: value, low: allowed.lowerBound, high: allowed.upperBound))
    }
  }

  /// An index into `count` things.
  func index(_ what: String, _ value: Int, below count: Int, _ place: ProgramPlace) throws(ProgramError) {
    guard value >= 0, value < count else {
      throw .invalid(place, .range(what: what, value: value, low: 0, high: count - 1))
    }
  }

  func count(_ what: String, _ count: Int, _ expected: [Int], _ place: ProgramPlace) throws(ProgramError) {
    guard expected.contains(count) else {
      throw .invalid(place, .count(what: what, count: count, expected: expected))
    }
  }

  func rule(_ holds: Bool, _ text: @autoclosure () -> String, _ place: ProgramPlace) throws(ProgramError) {
    guard holds else { throw .invalid(place, .rule(text())) }
  }

  func name(_ name: String, _ place: ProgramPlace) throws(ProgramError) {
    try range("length of the name", name.utf8.count, 0...ProgramLimits.nameBytes, place)
    let isPrintable = name.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7f...0x9f).contains($0.value) }
    try rule(isPrintable, "the name has control characters", place)
  }

  // MARK: - The whole

  mutating func checkSettings() throws(ProgramError) {
    try range("number of fraction bits", program.fractionBits, 0...15, .program)
    try range("number of weight bits", program.weightBits, 2...16, .program)
    try range("number of membrane bits", program.membraneBits, 2...32, .program)
    try range("lag", program.lag, 0...(ActiveWindow.steps.upperBound - 1), .program)
    try rule(
      program.schedule != .continuous || program.lag == 0, "a continuous schedule has no lag", .program)
    try range("number of populations", program.populations.count, 2...ProgramLimits.populations, .program)
    try range("number of projections", program.projections.count, 0...ProgramLimits.projections, .program)
    let network = program.network
    try name(network.name, .program)
    do throws(PreprocessingError) {
      try network.preprocessing.check(shape: program.inputShape)
    } catch {
      throw .invalid(.program, .rule("\(error)"))
    }
    for range in [network.inputRange, network.calibratedRange].compactMap({ $0 }) where !range.isSound {
      throw .invalid(.program, .rule("input range \(range.low) to \(range.high) is not two finite numbers in order"))
    }
    if let accuracy = network.ann.accuracy, !(accuracy >= 0 && accuracy <= 1) {
      throw .invalid(.program, .number(what: "accuracy of the ANN", value: accuracy, expected: "0 to 1"))
    }
    if let count = network.ann.multiplyAccumulates {
      try range("number of the ANN's multiply-accumulates", count, 0...Int.max, .program)
    }
    if let count = network.ann.parameters {
      try range("number of the ANN's parameters", count, 0...Int.max, .program)
    }
    if let layers = network.ann.layers, !layers.allSatisfy(\.isSound) {
      throw .invalid(.program, .rule("a layer of the ANN has sizes that are not of a matrix or a convolution"))
    }
    if let steps = network.steps { try range("number of steps", steps, ActiveWindow.steps, .program) }
    try checkWeightValues()
  }

  /// Every weight fits the chip's weight bits.
  private func checkWeightValues() throws(ProgramError) {
    let bits = program.widestWeightBits
    let low = -(1 << (bits - 1))
    let high = (1 << (bits - 1)) - 1
    for (number, tensor) in program.weights.enumerated() {
      var least = 0
      var most = 0
      switch tensor.storage {
      case .int8(let values):
        if low <= -128 { continue }
        (least, most) = (Int(values.min() ?? 0), Int(values.max() ?? 0))
      case .int16(let values):
        (least, most) = (Int(values.min() ?? 0), Int(values.max() ?? 0))
      }
      try range("lowest weight of tensor \(number)", least, low...max(high, least), .program)
      try range("highest weight of tensor \(number)", most, min(low, most)...high, .program)
    }
  }

  func checkOutput() throws(ProgramError) {
    let output = program.output
    try index("population", output.population, below: program.populations.count, .output)
    try rule(!program.populations[output.population].model.isInput, "the input is no answer", .output)
    try rule(
      output.readout == .potential || program.populations[output.population].model.fires,
      "spikes are counted, but population \(output.population) is an accumulator and has none", .output)
    let shape = program.populations[output.population].shape
    try count("value of a spike", output.spikeValue.count, [1, shape.channels, shape.count], .output)
    try rule(output.spikeValue.allSatisfy(\.isFinite), "a spike has no finite value", .output)
    try rule(output.activation.isSound, "slope or maximum of the outputs is none", .output)
    try rule(
      output.readout == .potential || program.lag == 0, "spikes are counted, but the lag is \(program.lag)", .output)
  }

  /// In a circle what a neuron sends reaches none of it in the same step, and is a spike.
  func checkOrder() throws(ProgramError) {
    let order = program.forwardOrder
    let incoming = program.incoming
    for part in order.parts where order.isCyclic[part[0]] {
      let place = ProgramPlace.population(part[0], program.populations[part[0]].name)
      for index in part {
        let population = program.populations[index]
        try rule(
          population.model.code == .rate && !population.model.hasPayload && population.lag == 0,
          "is in a circle of projections, but its neurons send counts or period codes, or wait",
          .population(index, population.name))
      }
      let inside = Set(part)
      for number in part.flatMap({ incoming[$0] }).sorted() where inside.contains(program.projections[number].source) {
        let projection = program.projections[number]
        try rule(
          program.offset(of: projection) >= 0 && !program.isGated(projection),
          "is in a circle, but has a max pool or is shorter than its way", .projection(number, projection.name))
      }
      try rule(program.orderWithinStep(part, incoming: incoming) != nil, "is in a circle of projections that takes no time", place)
    }
  }
}
