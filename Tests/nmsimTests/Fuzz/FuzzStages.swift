import ChipModel
import Compiler
import Runtime

@testable import nmsim

/// What comes after reading: nothing that a reader accepts may trap there either. Work is bounded before it is begun.
enum FuzzStages {
  /// Neurons of all populations up to which a program is executed.
  private static let neurons = 4096
  /// Neurons times the ticks of the longest delay: what an execution keeps.
  private static let delayed = 1 << 20
  /// Synapses times neurons, roughly.
  private static let work = 1 << 22

  /// Compiles an accepted network.
  static func compile(_ network: CheckedNetwork, number: Int) -> FuzzOutcome {
    guard network.populations.allSatisfy({ $0.shape.count <= neurons }), network.populations.count <= 64,
      network.projections.count <= 64, network.inputShape.count <= neurons
    else { return .accepted }
    let names = ["ideal", ChipLibrary.defaultName, "loihi"]
    guard let chip = try? ChipLibrary.builtIn(names[number % names.count]) else { return .accepted }
    return compile(network, chip)
  }

  /// Compiles for any chip; what is made must pass its own check, and the two engines must agree on it.
  static func compile(_ network: CheckedNetwork, _ chip: ChipDescription, mapping: Mapping? = nil) -> FuzzOutcome {
    let program: CompiledProgram
    do throws(CompileError) {
      program = try CompiledProgram.compile(
        network, chip: chip, options: CompileOptions(placement: .rowMajor, mapping: mapping)
      ).program
    } catch {
      let outcome = FuzzOutcome.refusal(error)
      return outcome == .refused ? .accepted : outcome
    }
    do throws(ProgramError) { try program.check() } catch { return .wrong("compiled to a wrong program: \(error)") }
    guard let fast = record(of: program, .fast), let reference = record(of: program, .interpreter) else {
      return .accepted
    }
    guard fast.predictions == reference.predictions, fast.outputs == reference.outputs else {
      return .wrong("engine and interpreter differ")
    }
    return .accepted
  }

  /// Executes an accepted program by both engines, and prices the run.
  static func run(_ program: CompiledProgram) -> FuzzOutcome {
    guard let result = result(of: program, steps: 3, samples: 1) else { return .accepted }
    _ = record(of: program, .interpreter)
    do throws(JSONWriteError) {
      return page(of: try JSONWriter.bytes(of: result.document), mustRead: true)
    } catch {
      return .wrong("\(error)")
    }
  }

  /// The report, the bill and the plain page of a result.
  static func page(of text: [UInt8], mustRead: Bool = false) -> FuzzOutcome {
    let run: ReportRun
    do throws(JSONError) {
      run = try ReportRun(number: 1, file: "run.json", text: text)
    } catch {
      return mustRead ? .wrong("a result that cannot be read: \(error)") : FuzzOutcome.refusal(error)
    }
    _ = Report([run]).page
    let result = run.document
    _ = EnergyText(
      run: result, ratios: EnergyBill(result, baseline: result).ratios, explains: true, style: .plain
    ).text
    if let value = try? JSONParser.parse(text) { _ = DocumentText(value: value, style: .plain).page }
    return .accepted
  }

  /// The result of a short run; nil where the program is too large for that.
  static func result(of program: CompiledProgram, steps: Int, samples: Int) -> RunResult? {
    guard let record = record(of: program, .fast, steps: steps, samples: samples) else { return nil }
    return try? RunResult(program: program, record: record)
  }

  private static func record(
    of program: CompiledProgram, _ engine: Run.Engine, steps: Int = 3, samples: Int = 1
  ) -> RunRecord? {
    guard isSmall(program), let size = Tensor.elementCount(program.input.dimensions),
      let data = Dataset(
        shape: program.input.dimensions,
        values: .float32((0..<(size * samples)).map { Float($0 % 9) * 0.25 - 0.5 }),
        labels: [Int](repeating: 0, count: samples))
    else { return nil }
    let run = Run(steps: steps, samples: samples, threads: 1, engine: engine, keepsOutputs: true)
    return try? run(program, data: data)
  }

  private static func isSmall(_ program: CompiledProgram) -> Bool {
    var total = 0
    for population in program.populations {
      total += population.shape.count
      guard total <= neurons, population.start <= 64, population.gatedPeriods <= 8 else { return false }
    }
    let weights = program.weights.reduce(0) { $0 + $1.count }
    for projection in program.projections {
      let taps = projection.convolution.kernelY * projection.convolution.kernelX
      let pool = projection.pool.map { $0.kernelY * $0.kernelX } ?? 1
      guard total * (projection.delay + 1) <= delayed, (weights + total) * taps <= work, total * pool <= work else {
        return false
      }
    }
    return true
  }

  /// Evaluates one sample of an imported model.
  static func evaluate(_ model: ImportedModel) -> FuzzOutcome {
    do throws(AnalogNetworkError) { try model.network.validate() } catch { return .wrong("imported, but \(error)") }
    guard model.network.inputCount <= neurons, model.network.layerCost.multiplyAccumulates <= work,
      model.network.layers.allSatisfy({ $0.count <= 1 << 16 })
    else { return .accepted }
    if let evaluator = try? FloatEvaluator(model.network) {
      let outputs = evaluator.outputs([Float](repeating: 0.5, count: model.network.inputCount), threads: 1)
      for values in outputs where model.output.values(values).count != model.output.shape.reduce(1, *) {
        return .wrong("outputs of another shape")
      }
    }
    return .accepted
  }
}
