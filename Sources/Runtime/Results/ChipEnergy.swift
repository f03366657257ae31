import ChipModel

/// The chip's bill, shared out: joules by population, by core and by tick, and up to the target accuracy. Static power is
/// in the last only.
package struct ChipEnergy: Sendable, Equatable {
  /// In the result's order, over all samples; nil: nothing has a price.
  package var joulesByPopulation: [Double]?
  package var joulesByCore: [Double]?
  /// By tick of an inference, over all samples; nil also where ticks were not observed.
  package var joulesByTick: [Double]?
  /// An inference that stops when its output is read after the step that reaches the target: the same step as the spike
  /// model's. Nil: not reached or not observed.
  package var joulesToTarget: Double?

  init(
    program: CompiledProgram, shares: BillShares, bill: ChipBill, time: RunTime, samples: Int, stepsToTarget: Int?
  ) {
    guard bill.isPriced else { return }
    let prices = program.chip.energy
    joulesByPopulation = shares.populations.map { $0.joules(prices) }
    joulesByCore = shares.cores.map { $0.joules(prices) }
    guard let ticks = shares.ticks else { return }
    joulesByTick = ticks.map { $0.joules(prices) }
    guard let stepsToTarget, samples > 0 else { return }
    let count = program.populations[program.output.population].start + stepsToTarget
    var spent = ActionEvents()
    for tick in ticks.prefix(count) { spent.add(tick) }
    let power = bill.staticJoules == nil ? 0 : ChipBill.staticWatts(program) ?? 0
    joulesToTarget = spent.joules(prices) / Double(samples) + power * (time.seconds(ticks: count) ?? 0)
  }

  var members: [(String, JSONOutput)] {
    func list(_ values: [Double]?) -> JSONOutput { values.map { .doubles($0) } ?? .null }
    return [
      ("joulesByPopulation", list(joulesByPopulation)), ("joulesByCore", list(joulesByCore)),
      ("joulesByTick", list(joulesByTick)), ("joulesToTarget", .number(joulesToTarget)),
    ]
  }
}

extension RunTime {
  /// `time` of `run.json`.
  ///
  /// - Parameter steps: `T`: under a tick of fixed length a new inference may start every `T` ticks.
  func document(steps: Int) -> JSONOutput {
    var members: [(String, JSONOutput)] = [
      ("secondsPerTick", .number(secondsPerTick)), ("secondsPerInference", .number(secondsPerInference)),
      ("model", model.map { .string($0.rawValue) } ?? .null), ("missing", .strings(missing)),
      ("inferencesPerSecond", .number(inferencesPerSecond)),
      (
        "pipelinedInferencesPerSecond",
        .number(fixedTick.flatMap { $0 > 0 ? 1 / ($0 * Double(steps)) : nil })
      ),
    ]
    guard model != nil, model != .fixed else { return .object(members) }
    members += [
      ("samples", .int(samples)), ("barrierFree", .bool(isBarrierFree)),
      ("withBarrierSeconds", .number(withBarrierSeconds)), ("barrierFreeSeconds", .number(barrierFreeSeconds)),
      ("barrierSeconds", .number(barrierSeconds)), ("slowestCoreSeconds", .number(coreSeconds)),
      ("busiestLinkSeconds", .number(linkSeconds)), ("femtosecondsByTick", .integers(femtosecondsByTick)),
    ]
    if let delay {
      members.append(
        (
          "delay",
          .object([
            ("messages", .int(delay.messages)), ("meanSeconds", .double(delay.meanSeconds)),
            ("longestSeconds", .double(delay.longestSeconds)),
            ("meanWaitingSeconds", .double(delay.meanWaitingSeconds)), ("overtaken", .int(delay.overtaken)),
          ])
        ))
    }
    return .object(members)
  }
}

extension EarlyDecision {
  /// `earlyDecision` of `run.json`.
  var document: JSONOutput {
    .object([
      ("rule", .string(stops.rule.text)), ("accuracy", .number(accuracy)), ("fullAccuracy", .number(fullAccuracy)),
      ("meanSteps", .double(meanSteps)), ("samplesByStep", .integers(samplesByStep)), ("ticks", .int(ticks)),
      ("fullTicks", .int(fullTicks)), ("joulesPerInference", .number(joules)),
      ("fullJoulesPerInference", .number(fullJoules)), ("energySaved", .number(saved)),
      ("secondsPerInference", .number(seconds)),
    ])
  }
}
