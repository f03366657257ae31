import ChipModel
import Compiler
import Foundation
import Runtime
import Testing

@testable import nmsim

/// Count gates, lags, the separated schedule and biases by step, from the command line.
@Suite("few steps")
struct FewStepsTests {
  /// A hidden layer of one `if` (or another model) between the input and an accumulator, a shortcut around it.
  private static func network(_ more: String = "", neuron: String = #""model": "if", "threshold": 1"#, bias: String = "") -> String {
    """
    {"format": "nmsim-network/1", "name": "n", "input": {"shape": [2], "range": [0, 1]}, "populations": [
      {"name": "a", "shape": [2], "neuron": {\(neuron)}\(bias)},
      {"name": "b", "shape": [2], "neuron": {"model": "if", "threshold": 1}},
      {"name": "y", "shape": [2], "neuron": {"model": "accumulator"}}],
     "projections": [
      {"name": "i", "from": "input", "to": "a", "kind": "identity"},
      {"name": "p", "from": "a", "to": "b", "kind": "identity"},
      {"name": "q", "from": "b", "to": "y", "kind": "identity"},
      {"name": "s", "from": "a", "to": "y", "kind": "identity"}],
     "output": {"population": "y", "readout": "potential"}\(more)}
    """
  }

  private static func compile(_ folder: TemporaryFolder, _ text: String, _ options: String = "") throws -> String? {
    try folder.write(text, "net.json")
    let result = folder.invoke("compile DIR/net.json --chip ideal \(options) -o DIR/net.nmsim -q")
    return result.status == .success ? nil : result.error
  }

  @Test("what leaves a count gate is the largest count, at every number of steps")
  func largestCount() throws {
    try TemporaryFolder.with { folder in
      let file = try NetworkFile(reading: "\(LossTests.cases)/max-pool-tie.json")
      let chip = try ChipLibrary.builtIn("ideal")
      let options = CompileOptions(weightBits: 16)
      let program = try CompiledProgram.compile(try file.checked(), chip: chip, options: options).program
      let inputs = try LossTests.inputs("max-pool-tie")
      for steps in [1, 7, 32, 64, 255, 256, 257, 600] {
        for first in stride(from: 0, to: inputs.count, by: 2) {
          let pair = Array(inputs[first..<(first + 2)])
          var runner = LayerRunner(plan: EnginePlan(program), steps: steps)
          let outcome = runner.run(pair)
          let counts = runner.counters
          let most = counts.spikes[1].max() ?? 0
          #expect(counts.gatedSpikes.joined().reduce(0, +) == most)
          let output = program.populations[2].value(ofPotential: outcome.outputs[0], index: 0, fractionBits: 0)
          #expect(abs(output / Double(steps) - (pair.max() ?? 0)) <= 1 / Double(steps), "\(pair) \(steps)")
        }
      }
    }
  }

  @Test("a lag takes ticks, and a separated schedule has one number of steps")
  func schedules() throws {
    try TemporaryFolder.with { folder in
      for (options, more, lag, steps) in [
        ("", #", "lag": 2"#, 2, 8), ("--lag 3", "", 3, 8), ("--lag 0", #", "lag": 2"#, 0, 8),
        ("--schedule separated --steps 6", "", 5, 6), ("", #", "schedule": "separated", "provenance": {"steps": 7}"#, 6, 7),
        ("--schedule windowed", #", "schedule": "separated""#, 0, 8),
      ] {
        #expect(try Self.compile(folder, Self.network(more), options) == nil, "\(options)\(more)")
        let program = try CompiledProgram(file: "\(folder.path)/net.nmsim")
        #expect(program.lag == lag)
        // Three layers: T + (D - 1)(1 + g).
        #expect(program.ticksPerInference(steps: steps) == steps + 2 * (1 + lag))
        #expect(program.projections.map(\.delay) == [1, 1, 1, 1 + 1 + lag])
        var runner = LayerRunner(plan: EnginePlan(program), steps: steps)
        let outcome = runner.run([0.3, 0.9])
        #expect(outcome.decisions.count == steps)
        let counts = OperationCounts(program: program, counters: runner.counters, steps: steps)
        #expect(counts.neuronVisits == 2 * (2 * (steps + lag) + steps))
        if lag == steps - 1 {
          // All is added before the first spike: 0.3 and 0.9 of the steps, rounded down.
          #expect(runner.counters.spikes[1] == [UInt64(0.3 * Double(steps)), UInt64(0.9 * Double(steps))])
        }
      }
    }
  }

  @Test("plans that are shipped have the points that they promise")
  func plans() throws {
    try TemporaryFolder.with { folder in
      for plan in ["plan", "balancings"] {
        let list = folder.invoke("sweep \(TemporaryFolder.digits)/../tutorial/\(plan).json --list")
        #expect(list.status == .success && list.output.split(separator: "\n").count == 61, "\(list)")
      }
    }
  }

  @Test("a population may have a lag of its own: those after it begin later, and a shortcut waits as long", arguments: ["a", "b"])
  func ownLag(_ population: String) throws {
    try TemporaryFolder.with { folder in
      let own = Self.network().replacing(
        #"{"name": "\#(population)", "shape": [2],"#, with: #"{"name": "\#(population)", "shape": [2], "lag": 2,"#)
      #expect(own != Self.network())
      #expect(try Self.compile(folder, own) == nil)
      let program = try CompiledProgram(file: "\(folder.path)/net.nmsim")
      #expect(program.lag == 2)
      #expect(program.ticksPerInference(steps: 8) == 8 + 2 + 2)
      // The shortcut of what leaves `a` waits for `b`.
      #expect(program.projections.map(\.delay) == [1, 1, 1, population == "a" ? 2 : 4])
      var runner = LayerRunner(plan: EnginePlan(program), steps: 8)
      let outcome = runner.run([0.3, 0.9])
      var interpreter = ChipInterpreter(program, steps: 8)
      #expect(interpreter.run([0.3, 0.9]).decisions == outcome.decisions)
      #expect(folder.invoke("compile DIR/net.json --chip ideal --lag 0 -o DIR/none.nmsim -q").status == .success)
      #expect(try CompiledProgram(file: "\(folder.path)/none.nmsim").ticksPerInference(steps: 8) == 8 + 2)
      #expect(folder.invoke("inspect DIR/net.json").output.contains("at most 2 ticks, of their own in 1 population\n"))
    }
  }

  @Test(
    "runs and schedules that cannot be are refused in one line",
    arguments: [
      ("--lag 2", "", nil, "2", "2 steps asked for, with a lag of 2 ticks nothing fires before step 3; run more steps, or "
        + "compile with a lower --lag"),
      ("--schedule separated --steps 6", "", nil, "5", "5 steps asked for, the separated schedule was compiled for 6; run 6, "
        + "or compile with --steps 5"),
      ("", #", "bias": {"byStep": [[1, 2, 3], [0, 0, 0]]}"#, nil, "4", "4 steps asked for, population 'a' has biases for 3; run "
        + "at most 3, or convert for more --steps"),
      ("--schedule separated", "", "the separated --schedule is for one number of steps, which the network does not say; give "
        + "--steps", "", ""),
      ("--schedule continuous --lag 1", "", "a --lag goes with the windowed --schedule alone; leave one of the two out", "", ""),
      ("--steps 5", "", "--steps goes with the separated --schedule alone, every other runs any number of steps; leave it out", "", ""),
      ("--schedule separated --steps 3", #", "bias": {"byStep": [[1, 2, 3], [0, 0, 0]]}"#,
        "population 'a' has biases by step, which a separated --schedule adds up to one; convert with a constant bias", "", ""),
    ] as [(String, String, String?, String, String)])
  func refusals(_ options: String, _ bias: String, _ refused: String?, _ ticks: String, _ run: String) throws {
    try TemporaryFolder.with { folder in
      let error = try Self.compile(folder, Self.network(bias: bias), options)
      // The last part of a line, what to do, follows a colon.
      #expect(error == refused.map { "nmsim: DIR/net.json: \($0.replacing("; ", with: ": "))\n" })
      if refused != nil { return }
      let sample = try #require(Tensor(shape: [1, 2], storage: .float64([0.3, 0.9])))
      try Data(NumPy.encode(sample)).write(to: URL(filePath: folder.path + "/x.npy"))
      let result = folder.invoke("run DIR/net.nmsim --input DIR/x.npy --ticks \(ticks) --no-ann -q")
      #expect(result.status == .usage && result.error == "nmsim: run: \(run.replacing("; ", with: ": "))\n", "\(result.error)")
    }
  }

  @Test("what a network may not say is refused with its place")
  func networks() throws {
    let shown = Self.network()
    for (old, new, message) in [
      (#""output": {"#, #""lag": -1, "output": {"#, "lag: -1 is out of range; expected an integer from 0 to 999999"),
      (#""name": "b", "#, #""name": "b", "lag": 1000000, "#, "lag: 1000000 is out of range; expected an integer from 0 to 999999"),
      (#""name": "y", "#, #""name": "y", "lag": 1, "#,
        "population 'y': neurons of model 'accumulator' never fire, so that they need not wait; remove it"),
      (#""output": {"#, #""lag": 1, "schedule": "separated", "output": {"#,
        "network: lag is 1, but the schedule is separated; remove one of the two"),
      (#""threshold": 1}}"#, #""threshold": 1}, "bias": {"byStep": [[1, 2]]}}"#,
        "population 'a': byStep has shape [1, 2]; it takes [2, T], T values a channel"),
      (#""threshold": 1}}"#, #""threshold": 1}, "bias": {"byStep": {"tensor": "t"}}}"#,
        #"byStep refers to the tensor 't', but there is no tensor file; add "tensors": "FILE""#),
      (#""model": "if", "threshold": 1}}"#, #""model": "signed", "threshold": 1, "negativeThreshold": 0.5}}"#,
        "population 'a': negativeThreshold is 0.5; write a finite number of at most 0"),
      (#""model": "if", "threshold": 1}}"#, #""model": "signed", "threshold": 1, "reset": "hard"}}"#,
        "population 'a': reset is not for model 'signed', only for if, phase, lif and cuba; remove it"),
      (#""to": "b", "kind": "identity""#, #""to": "b", "kind": "identity", "pool": {"kind": "average", "kernel": 1, "gate": "count"}"#,
        "projection 'p': gate is for max pools alone; remove it"),
      (#""to": "a", "kind": "identity""#, #""to": "a", "kind": "identity", "pool": {"kind": "max", "kernel": 1, "gate": "count"}"#,
        "projection 'i': the input is pooled by its values, without a gate; remove it"),
    ] {
      let text = shown.replacing(old, with: new)
      #expect(text != shown)
      let error = #expect(throws: NetworkFileError.self) {
        try NetworkFile(text: Array(text.utf8), path: "net.json").checked()
      }
      #expect(error?.message.hasSuffix(message) == true, "\(error?.message ?? "")")
    }
  }

  @Test("neurons that forget what was added take no lag")
  func models() throws {
    try TemporaryFolder.with { folder in
      for neuron in [#""model": "if", "threshold": 1, "reset": "hard""#, #""model": "lif", "threshold": 1, "leakShift": 3"#] {
        let error = try Self.compile(folder, Self.network(neuron: neuron), "--lag 1")
        #expect(error?.contains("cannot add first and fire later, as a --lag asks") == true, "\(error ?? "")")
        // What the network itself asks for is a fault of the file.
        let own = Self.network(neuron: neuron).replacing(#""name": "b", "#, with: #""name": "b", "lag": 1, "#)
        for text in [own, Self.network(#", "lag": 1"#, neuron: neuron)] {
          try folder.write(text, "net.json")
          let result = folder.invoke("compile DIR/net.json --chip ideal -o DIR/net.nmsim -q")
          #expect(result.status == .badData && result.error.contains(#"as a "lag" asks"#), "\(result.error)")
        }
      }
    }
  }

  @Test("biases by step take memory of a core")
  func memory() throws {
    let network = Self.network(bias: #", "bias": {"byStep": [[1, 2, 3], [0, 0, 0]]}"#)
    let checked = try NetworkFile(text: Array(network.utf8), path: "net.json").checked()
    var chip = try ChipLibrary.builtIn("ideal")
    let need = 2 * 3 * 32
    chip.numbers[.biasMemoryBitsPerCore] = .assumed(need, "test")
    let program = try CompiledProgram.compile(checked, chip: chip).program
    #expect(CompileReport(program).biasTableBits == need)
    chip.numbers[.biasMemoryBitsPerCore] = .assumed(need - 1, "test")
    #expect(throws: CompileError.self) { try CompiledProgram.compile(checked, chip: chip) }
  }
}
