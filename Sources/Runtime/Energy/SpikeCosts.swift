import ChipModel

/// What one spike of each neuron makes the chip do: from it and the spike trains follows what happens in every tick.
///
/// Neurons whose spikes do the same form a class, so that a spike is counted with one addition.
struct SpikeCosts: Sendable {
  private let program: CompiledProgram
  private var classes: [ActionEvents] = []
  /// By population, then by projection behind a max-pool gate: the class of each neuron, at `pixel * channels + channel`;
  /// one entry: of all of them.
  private var neurons: [[UInt32]] = []
  private var passed: [[UInt32]] = []

  /// - Complexity: linear in neurons, axons and weights.
  init(_ program: CompiledProgram) {
    self.program = program
    var costs = program.populations.map { population in
      var each = ActionEvents()
      each[.spikes] = population.model.isInput ? 0 : 1
      return [ActionEvents](repeating: each, count: population.model.fires ? population.shape.count : 0)
    }
    var passes: [[ActionEvents]] = program.projections.map { _ in [] }
    for (index, projection) in program.projections.enumerated() where !program.isHostCurrent(projection) {
      let source = projection.source
      let isGated = program.isGated(projection)
      let total = program.synapses(index).fanOut.byNeuron
      if isGated { passes[index] = [ActionEvents](repeating: ActionEvents(), count: total.count) }
      for neuron in total.indices {
        if isGated {
          passes[index][neuron].addOperations(projection.kind.traits.operation, total[neuron])
        } else if neuron < costs[source].count {
          costs[source][projection.firstSource + neuron].addOperations(projection.kind.traits.operation, total[neuron])
        }
      }
    }
    var ways = PacketWays(program)
    for sender in program.cores.indices.lazy.flatMap(program.placedNeurons) where !costs[sender.population].isEmpty {
      ways.begin()
      for route in program.routes(of: sender) {
        costs[sender.population][sender.neuron].addWay(program.routes[route], ways.next(route: route), 1)
        costs[sender.population][sender.neuron][.messagesIn] += 1
      }
    }
    for neuron in 0..<program.inputPort.neurons {
      costs[0][neuron][.messagesIn] += program.inputPort.entries(of: neuron).count
    }
    // Only looked up, never iterated.
    var known: [ActionEvents: UInt32] = [:]
    func number(_ costs: [ActionEvents]) -> [UInt32] {
      let numbers = costs.map { cost -> UInt32 in
        if let number = known[cost] { return number }
        let number = UInt32(truncatingIfNeeded: classes.count)
        classes.append(cost)
        known[cost] = number
        return number
      }
      guard let first = numbers.first, numbers.allSatisfy({ $0 == first }) else { return numbers }
      return [first]
    }
    /// As trains are ordered: by pixel, then channel.
    func reordered(_ numbers: [UInt32], _ shape: MapShape) -> [UInt32] {
      guard numbers.count == shape.count, numbers.count > 1 else { return numbers }
      return (0..<shape.count).map { numbers[$0 % shape.channels * shape.pixels + $0 / shape.channels] }
    }
    neurons = zip(costs.map(number), program.populations).map { reordered($0, $1.shape) }
    passed = zip(passes.map(number), program.projections).map { numbers, projection in
      guard program.isGated(projection),
        let shape = projection.pool?.output(of: program.sourceShape(projection))
      else { return numbers }
      return reordered(numbers, shape)
    }
  }

  /// What happened in each tick of a sample.
  ///
  /// - Parameter trains: of `steps` steps; without `updates` every visited neuron counts as updated.
  func ticks(_ trains: SampleTrains, steps: Int) -> [ActionEvents] {
    var result = [ActionEvents](repeating: ActionEvents(), count: program.ticksPerInference(steps: steps))
    var tally = [Int](repeating: 0, count: classes.count)
    var units = tally
    for (index, population) in program.populations.enumerated() {
      let each = program.compartments(index)
      let count = population.neurons *| each
      for step in 0..<population.windowTicks(steps: steps) {
        let tick = min(population.start + step, result.count - 1)
        result[tick][.visits] += count
        result[tick][.updates] += trains.updates.map { $0.byStep[index][step] *| each } ?? count
      }
      add(trains.populations[index], neurons[index], from: population.firstFiringTick, steps, &tally, &units, to: &result)
    }
    for (index, projection) in program.projections.enumerated() {
      guard let train = trains.gated[index] else { continue }
      let start = program.populations[projection.source].firstFiringTick
      add(train, passed[index], from: start, steps, &tally, &units, to: &result)
    }
    return result
  }

  private func add(
    _ train: SpikeTrain, _ numbers: [UInt32], from start: Int, _ steps: Int, _ tally: inout [Int],
    _ units: inout [Int], to result: inout [ActionEvents]
  ) {
    guard let first = numbers.first else { return }
    let repeats = train.hasPayload && program.chip.spikePayloadBits == 0
    var touched: [Int] = []
    for step in 0..<min(steps, train.steps) {
      let spikes = train.spikeCount(step: step)
      if spikes == 0 { continue }
      let tick = min(start + step, result.count - 1)
      if numbers.count == 1 && !repeats {
        result[tick].add(classes[Int(first)], times: spikes)
        continue
      }
      if numbers.count == 1 {
        var magnitude = 0
        train.forEachSpike(step: step) { magnitude += Int($1.magnitude) }
        result[tick].add(classes[Int(first)], times: spikes, units: magnitude)
        continue
      }
      train.tally(step: step, classes: numbers, counts: &tally, units: &units, touched: &touched)
      for number in touched {
        result[tick].add(classes[number], times: tally[number], units: repeats ? units[number] : nil)
        tally[number] = 0
        units[number] = 0
      }
      touched.removeAll(keepingCapacity: true)
    }
  }
}
