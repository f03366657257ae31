import ChipModel

// What a part of a run keeps of its observer: integers, by name or by position.

extension RunObserver.Options {
  var document: JSONOutput {
    .object([
      ("timeModel", timeModel.map { .string($0.rawValue) } ?? .null), ("timeSamples", .int(timeSamples)),
      ("barrierFree", .bool(isBarrierFree)), ("perTick", .bool(countsTicks)), ("rule", rule.map { .string($0.text) } ?? .null),
    ])
  }

  init(_ node: JSONNode) throws(JSONError) {
    self.init()
    var o = try node.object()
    let model = try o.required("timeModel")
    if !model.isNull { timeModel = try model.choice() as TimingModel }
    timeSamples = try o.required("timeSamples").int(in: 1...Int.max)
    isBarrierFree = try o.required("barrierFree").bool()
    countsTicks = try o.required("perTick").bool()
    let text = try o.required("rule")
    guard !text.isNull else { return }
    let words = try text.string()
    do throws(StopRuleError) { rule = try StopRule(words) } catch { throw text.error(error.description) }
  }
}

extension Observation {
  var document: JSONOutput {
    .object([
      ("ticks", .array(ticks.map { .integers($0.numbers) })),
      ("timedSamples", .int(time.samples)),
      ("femtosecondsByTick", .integers(time.femtosecondsByTick)),
      (
        "femtoseconds",
        .integers(ChipTime.sums.map { time[keyPath: $0] } + [time.barrierFreeFemtoseconds ?? 0])
      ),
      (
        "delay",
        time.delay.map { delay in .integers(ChipTime.Delay.numbers.map { delay[keyPath: $0] }) } ?? .null
      ),
      ("deadlockTick", time.deadlockTick.map { .int($0) } ?? .null),
      (
        "stops",
        stops.map { stops in
          .object([
            ("steps", .integers(stops.steps)), ("predictions", .integers(stops.predictions)),
            ("spent", .integers(stops.spent.numbers)),
          ])
        } ?? .null
      ),
      ("operations", operations.map { .integers([$0.multiplyAccumulates, $0.accumulates]) } ?? .null),
    ])
  }
}

extension PartialRunFile {
  /// Femtoseconds of a run may reach the largest integer, where they stay.
  private static let mostFemtoseconds = Int.max

  func observation(of program: CompiledProgram, _ node: JSONNode) throws(JSONError) -> Observation {
    var result: Observation
    do throws(TimeModelError) {
      result = try RunObserver(
        program, steps: identity.ticks, first: first, samples: count, options: identity.options
      ).observation
    } catch {
      throw node.error(error.description)
    }
    var o = try node.object()
    let ticks = result.ticks.count
    for (index, tick) in try o.required("ticks").array(count: ticks...ticks).enumerated() {
      result.ticks[index] = try events(tick)
    }
    result.time.samples = try o.required("timedSamples").int(in: 0...count)
    let timed = result.time.femtosecondsByTick.count
    let byTick = try o.required("femtosecondsByTick")
    result.time.femtosecondsByTick = try byTick.ints(in: 0...Self.mostFemtoseconds, count: timed...timed)
    let sums = try o.required("femtoseconds").ints(in: 0...Self.mostFemtoseconds, count: 4...4)
    for (path, sum) in zip(ChipTime.sums, sums) { result.time[keyPath: path] = sum }
    if result.time.barrierFreeFemtoseconds != nil { result.time.barrierFreeFemtoseconds = sums[3] }
    let delay = try o.required("delay")
    if var values = result.time.delay {
      let n = try delay.ints(in: 0...Self.mostFemtoseconds, count: 5...5)
      for (path, number) in zip(ChipTime.Delay.numbers, n) { values[keyPath: path] = number }
      result.time.delay = values
    }
    let deadlock = try o.required("deadlockTick")
    if result.time.delay != nil, !deadlock.isNull {
      result.time.deadlockTick = try deadlock.int(in: 0...max(0, result.time.ticks - 1))
    }
    let stops = try o.required("stops")
    if var values = result.stops {
      var o = try stops.object()
      let outputs = program.populations[program.output.population].shape.count
      values.steps = try o.required("steps").ints(in: 1...identity.ticks, count: count...count)
      values.predictions = try o.required("predictions").ints(in: Decision.range(outputs: outputs), count: count...count)
      values.spent = try events(o.required("spent"))
      result.stops = values
    }
    let operations = try o.required("operations")
    if result.operations != nil {
      let numbers = try operations.ints(in: 0...Int.max, count: 2...2)
      result.operations = LayerOperations(multiplyAccumulates: numbers[0], accumulates: numbers[1])
    }
    return result
  }

  private func events(_ node: JSONNode) throws(JSONError) -> ActionEvents {
    let numbers = try node.ints(in: 0...(1 << 52), count: ActionEvents.count...ActionEvents.count)
    guard let events = ActionEvents(numbers: numbers) else { throw node.error("not the counts of a tick") }
    return events
  }
}
