import ChipModel
import Runtime
import Compiler

/// What happens to a trained network before it runs, stage by stage: import, calibration, compilation, storing, loading.
struct FrontEndBench {
  struct Row: Sendable {
    var stage: String
    var timing: Timing
    /// What the stage worked on, in words.
    var detail: String
  }
  private(set) var rows: [Row] = []
  private(set) var program: CompiledProgram

  /// An ONNX model: converted by `robust-norm` and compiled for `ideal`, each stage `runs` times.
  init(model path: String, arguments: ParsedArguments, steps: Int, runs: Int) throws(CommandError) {
    var stages = Stages()
    var imported: ImportedModel?
    for _ in 0..<runs {
      imported = try stages.importing.measure { () throws(CommandError) in try ConvertCommand.readModel(path) }
    }
    guard let network = imported?.network else {
      throw CommandError(.software, subject: path, problem: "the model was not read")
    }
    let preprocessing = ConvertCommand.preprocessing(arguments)
    let settings = ConversionSettings(.robustNorm).with(.steps, steps)
    let calibration = try ConvertCommand.calibrationData(
      arguments, network: network, task: nil, standard: settings.standardSamples)
    var converted: ConversionResult?
    for _ in 0..<runs {
      converted = try stages.calibration.measure { () throws(CommandError) in
        try told(by: { CommandError($0, model: path, data: arguments.string("calibration")) }) {
          () throws(ConversionError) in
          try Conversion.run(
            network, settings, preprocessing: preprocessing, calibration: calibration,
            threads: RunInputs.standardThreads)
        }
      }
    }
    guard let result = converted?.network else {
      throw CommandError(.software, subject: path, problem: "the model was not converted")
    }
    let checked = try told(.badData, path) { () throws(NetworkCheckError) in try result.checked() }
    try self.init(checked: checked, path: path, memory: arguments.memory, runs: runs, stages: stages)
    rows[1].detail = NumberFormat.count(Processors.available, of: "thread")
  }

  /// A network file, compiled for `ideal`.
  init(network path: String, memory: MemoryBudget, runs: Int) throws(CommandError) {
    try self.init(checked: try InputFiles.network(path).network, path: path, memory: memory, runs: runs, stages: Stages())
  }

  /// A compiled program.
  init(program path: String, memory: MemoryBudget, runs: Int) throws(CommandError) {
    program = try ProgramStore.read(path, toRunWithin: memory).program
    try load(path: path, runs: runs)
  }

  private struct Stages {
    var importing = Timing()
    var calibration = Timing()
  }

  private init(
    checked network: CheckedNetwork, path: String, memory: MemoryBudget, runs: Int, stages: Stages
  ) throws(CommandError) {
    let chip = try ChipsCommand.load("ideal")
    var compiling = Timing()
    program = try FrontEndBench.compile(network, chip: chip, memory: memory, path: path)
    for _ in 0..<max(1, runs) {
      program = try compiling.measure { () throws(CommandError) in
        try FrontEndBench.compile(network, chip: chip, memory: memory, path: path)
      }
    }
    if stages.importing.runs > 0 {
      rows.append(Row(stage: "import", timing: stages.importing, detail: ""))
      rows.append(Row(stage: "calibrate", timing: stages.calibration, detail: ""))
    }
    rows.append(
      Row(stage: "compile", timing: compiling, detail: NumberFormat.count(program.cores.count, of: "core")))
    try load(path: path, runs: runs)
  }

  private mutating func load(path: String, runs: Int) throws(CommandError) {
    var storing = Timing()
    var loading = Timing()
    var planning = Timing()
    var size = 0
    for _ in 0..<max(1, runs) {
      let bytes = storing.measure { () throws(Never) in program.encoded() }
      size = bytes.count
      program = try loading.measure { () throws(CommandError) in try ProgramStore.decode(bytes, path: path) }
      _ = planning.measure { () throws(Never) in EnginePlan(program) }
    }
    let bytes = NumberFormat.si(Double(size), unit: "B")
    rows.append(Row(stage: "store", timing: storing, detail: bytes))
    rows.append(Row(stage: "load", timing: loading, detail: bytes))
    rows.append(Row(stage: "plan", timing: planning, detail: ""))
  }

  static func compile(
    _ network: CheckedNetwork, chip: ChipDescription, memory: MemoryBudget, path: String
  ) throws(CommandError) -> CompiledProgram {
    try told(by: { CommandError($0, network: path, mapping: nil) }) { () throws(CompileError) in
      try CompiledProgram.compile(network, chip: chip, options: CompileOptions(memory: memory)).program
    }
  }

  static func table(_ rows: [Row]) -> Table {
    Table(
      rows,
      [
        .text("Stage") { .text($0.stage) }, .number("Median") { .text(NumberFormat.seconds($0.timing.median)) },
        .number("Processor") { .text(NumberFormat.seconds($0.timing.processorMedian)) },
        .text("Of") { .text($0.detail) },
      ])
  }

  static func document(_ rows: [Row]) -> JSONOutput {
    .array(
      rows.map { row in
        .object([
          ("stage", .string(row.stage)), ("runs", .int(row.timing.runs)), ("medianSeconds", .double(row.timing.median)),
          ("medianProcessorSeconds", .double(row.timing.processorMedian)),
        ])
      })
  }
}
