import ChipModel
import Compiler
import Testing

@testable import Runtime

@Suite("Chip time of a run")
struct RunTimeTests {
  /// One neuron that fires in every step, and one that adds up what it sends, on one core.
  private func pair(chip: String) throws -> CompiledProgram {
    let network = """
      {"format": "nmsim-network/1", "name": "pair", "input": {"shape": [1]},
       "populations": [
         {"name": "a", "shape": [1], "neuron": {"model": "if", "threshold": 1}},
         {"name": "out", "shape": [1], "neuron": {"model": "accumulator"}}],
       "projections": [
         {"name": "in", "from": "input", "to": "a", "kind": "dense", "weights": [[1]]},
         {"name": "out", "from": "a", "to": "out", "kind": "dense", "weights": [[1]]}],
       "output": {"population": "out"}}
      """
    return try CompiledProgram.compile(
      try NetworkFile(text: Array(network.utf8), path: "net.json").checked(), chip: try ChipLibrary.builtIn(chip)
    ).program
  }

  private func observe(
    _ program: CompiledProgram, _ inputs: [[Double]], steps: Int, _ change: (inout RunObserver.Options) -> Void = { _ in }
  ) throws -> Observation {
    var options = RunObserver.Options()
    options.countsTicks = true
    change(&options)
    let observer = try RunObserver(program, steps: steps, samples: inputs.count, options: options)
    var runner = LayerRunner(plan: EnginePlan(program), steps: steps)
    runner.countsUpdates = true
    for (index, input) in inputs.enumerated() {
      runner.keepsUpdates = index < observer.tracedSamples
      observer.observe(index, runner.run(input), SampleTrains(runner))
    }
    return observer.observation
  }

  @Test("a pair of neurons, by hand")
  func byHand() throws {
    let program = try pair(chip: "loihi-sanafe")
    try #require(program.cores.count == 1)
    let observation = try observe(program, [[1], [0]], steps: 4) { $0.timeModel = .simple }
    // With input 1: visit 6, update 3.7, fire 30, send 5.1: 44.8 ns in tick 0; with the other's visit and update (it is
    // reached) 54.5 in ticks 1 to 3; 9.7 in tick 4. Receiving takes 19.8 ns. With input 0: visits only, 6, 12, 12,
    // 12, 6. The barrier of one tile is 600 ns.
    let ns = 1_000_000
    let femtoseconds = [44_800_000, 54_500_000, 54_500_000, 54_500_000, 9_700_000]
    let idle = [6 * ns, 12 * ns, 12 * ns, 12 * ns, 6 * ns]
    #expect(observation.time.femtosecondsByTick == zip(femtoseconds, idle).map { $0 + $1 + 1_200 * ns })
    #expect(observation.time.samples == 2)
    #expect(observation.time.barrierFemtoseconds == 10 * 600 * ns)
    let sum = Double(observation.time.femtosecondsByTick.reduce(0, +))
    #expect(observation.time.secondsPerInference == sum / 1e15 / 2)
    #expect(observation.time.secondsPerTick == sum / 1e15 / 2 / 5)
    #expect(observation.time.seconds(ticks: 5) == observation.time.secondsPerInference)
    #expect(observation.ticks.map(\.[.updates]) == [1, 2, 2, 2, 1])
    #expect(observation.ticks.map(\.[.visits]) == [2, 4, 4, 4, 2])
    #expect(observation.ticks.map(\.[.spikes]) == [1, 1, 1, 1, 0])
    // Only the first of them.
    let first = try observe(program, [[1], [0]], steps: 4) {
      $0.timeModel = .simple
      $0.timeSamples = 1
    }
    #expect(first.time.femtosecondsByTick == femtoseconds.map { $0 + 600 * ns })
    #expect(first.ticks == observation.ticks)
  }

  @Test("times are the tick timer's on random networks, with the interpreter's updates; without a barrier they follow it")
  func timer() throws {
    for seed in 0..<20 as Range<UInt64> {
      var random = RandomNetworks(seed: 40 + seed)
      let network = try random.network(maximumPools: true)
      var chip = try random.smallCores("loihi-sanafe")
      chip.time[.link] = .known(Sourced(20e-9, source: "test", certainty: .assumed))
      let program = try CompiledProgram.compile(network, chip: chip).program
      let steps = 8
      let inputs = (0..<3).map { _ in random.input(program) }
      for model in [TimingModel.simple, .analytic, .detailed] {
        let time = try observe(program, inputs, steps: steps) { $0.timeModel = model }.time
        let timer = TickTimer(program)
        var sums = [Int](repeating: 0, count: program.ticksPerInference(steps: steps))
        var free = 0
        var messages = 0
        for input in inputs {
          var runner = LayerRunner(plan: EnginePlan(program), steps: steps)
          _ = runner.run(input)
          var interpreter = ChipInterpreter(program, steps: steps)
          interpreter.recordsUpdates = true
          _ = interpreter.run(input)
          let activity = timer.activity(SampleTrains(runner), steps: steps, updated: interpreter.updates)
          let sample = try #require(timer.time(activity, model: model))
          for tick in sums.indices { sums[tick] += Int((sample.ticks[tick].seconds * 1e15).rounded()) }
          free += Int(((sample.barrierFreeSeconds ?? 0) * 1e15).rounded())
          messages += sample.ticks.reduce(0) { $0 + $1.messages }
        }
        #expect(time.femtosecondsByTick == sums, "seed \(seed), \(model)")
        #expect(time.barrierFreeFemtoseconds == (model == .analytic ? free : nil))
        #expect(time.delay?.messages == (model == .detailed ? messages : nil))
        if let delay = time.delay {
          #expect(delay.longestSeconds >= delay.meanSeconds && delay.meanSeconds >= delay.meanWaitingSeconds)
        }
      }
      let free = try observe(program, inputs, steps: steps) { $0.isBarrierFree = true }.time
      #expect(free.model == .analytic && free.secondsPerInference == free.barrierFreeSeconds)
      #expect(try #require(free.barrierFreeSeconds) <= (try #require(free.withBarrierSeconds)))
    }
  }

  @Test("the model: the chip's tick, else analytic, else unknown with what is missing; what is asked for and impossible is refused")
  func models() throws {
    let fixed = try observe(try pair(chip: "generic-45nm"), [[1]], steps: 4)
    #expect(fixed.time.model == .fixed && fixed.time.secondsPerInference == 5e-3 && fixed.time.samples == 0)
    #expect(fixed.time.seconds(ticks: 2) == 2e-3)
    #expect(try observe(try pair(chip: "loihi-sanafe"), [[1]], steps: 4).time.model == .analytic)
    let unknown = try observe(try pair(chip: "loihi"), [[1]], steps: 4).time
    #expect(unknown.model == nil && unknown.secondsPerInference == nil)
    #expect(unknown.missing == ["time of a tick", "time of spike", "time of axonOut", "time of axonIn"])
    func refused(_ chip: String, _ change: (inout RunObserver.Options) -> Void) throws -> String? {
      let program = try pair(chip: chip)
      let error = #expect(throws: TimeModelError.self) { try observe(program, [[1]], steps: 4, change) }
      return error.map { "\($0)" }
    }
    #expect(
      try refused("loihi") { $0.timeModel = .detailed }
        == "time model 'detailed': the description of chip 'loihi' does not know the time of spike, time of axonOut, "
        + "time of axonIn: choose another model or a chip that states them")
    #expect(
      try refused("loihi-sanafe") { $0.timeModel = .fixed }
        == "time model 'fixed': the description of chip 'loihi-sanafe' does not know the time of a tick: choose another "
        + "model or a chip that states them")
    #expect(
      try refused("loihi-sanafe") {
        $0.timeModel = .simple
        $0.isBarrierFree = true
      } == "time model 'simple' has no barrier-free time: use model 'analytic'")
  }

  @Test("1, 2 and 3 threads and the interpreter find the same")
  func threads() throws {
    let (program, data) = try DigitsTests().program(chip: "loihi-sanafe")
    var texts: [[UInt8]] = []
    for (threads, engine) in [(1, Run.Engine.fast), (2, .fast), (3, .fast), (2, .interpreter)] {
      var options = RunObserver.Options()
      options.timeModel = .detailed
      options.timeSamples = 5
      options.rule = .stable(steps: 4)
      let observer = try RunObserver(program, steps: 12, samples: 9, options: options)
      var run = Run(steps: 12, samples: 9, threads: threads, engine: engine)
      run.tracedSamples = observer.tracedSamples
      let record = try run(program, data: data, observe: observer.observe)
      let result = try RunResult(program: program, record: record, observation: observer.observation)
      texts.append(try JSONWriter.bytes(of: result.document))
      let read = try RunResult(reading: texts[texts.count - 1])
      #expect(read == result)
      #expect(read.time.model == "detailed" && read.time.samples == 5)
      #expect(read.time.femtosecondsByTick == observer.observation.time.femtosecondsByTick)
      #expect(read.time.delay != nil && read.earlyDecision?.joulesPerInference != nil)
      #expect(read.bill?.joulesByTick != nil && read.bill?.joulesByCore != nil && read.totals.neuronUpdates != nil)
    }
    #expect(Set(texts).count == 1)
  }
}
