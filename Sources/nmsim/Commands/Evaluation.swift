import ChipModel
import Compiler
import Runtime

/// What an ANN made of some samples.
struct Evaluation: Sendable {
  var samples = 0
  /// Row-major, one sample after the other; empty unless they are kept.
  var outputs: [Float] = []
  var correct: Int?
  /// Mean squared and absolute distance from targets that are values.
  var error: (squared: Double, absolute: Double)?
  /// The largest from what was expected, relative.
  var difference: Double?
  var seconds = 0.0

  init(
    _ model: ImportedModel, _ data: Dataset, _ path: String, _ count: Int, _ preprocessing: Preprocessing,
    keepsOutputs: Bool, expected: ExpectedOutputs?, threads: Int, _ terminal: Terminal
  ) throws(CommandError) {
    let evaluator = try told(.software) { () throws(AnalogNetworkError) in try FloatEvaluator(model.network) }
    let progress = ProgressLine("evaluate", total: count, unit: "samples", terminal: terminal)
    defer { progress.finish() }
    samples = count
    if data.labels != nil { correct = 0 }
    var (squared, absolute) = (0.0, 0.0)
    let portion = max(16 * threads, min(4_096, (1 << 24) / max(1, model.network.inputCount)) / 16 * 16)
    let start = ContinuousClock.now
    for first in stride(from: 0, to: count, by: portion) {
      let range = first..<min(count, first + portion)
      let values = try told(.badData, path) { () throws(DatasetError) in
        try FloatSamples(data, range, preprocessing: preprocessing, threads: threads)
      }
      for (index, raw) in evaluator.outputs(values, threads: threads).enumerated() {
        let sample = first + index
        if let labels = data.labels { correct = correct.map { $0 + (Decision.of(raw) == labels[sample] ? 1 : 0) } }
        if let targets = data.targets(ofSamples: sample..<(sample + 1)) {
          for (value, target) in zip(raw, targets) {
            squared += (Double(value) - target) * (Double(value) - target)
            absolute += abs(Double(value) - target)
          }
        }
        guard keepsOutputs || expected != nil else { continue }
        let given = model.output.values(raw)
        if keepsOutputs { outputs += given }
        guard let expected else { continue }
        for (value, other) in zip(given, expected.values[(sample * expected.size)...]) {
          let distance = Double(value) == other || (value.isNaN && other.isNaN) ? 0 : abs(Double(value) - other)
          difference = max(difference ?? 0, distance.isNaN ? .infinity : distance / expected.scale)
        }
      }
      progress.advance(by: range.count)
    }
    seconds = start.duration(to: .now) / .seconds(1)
    if data.targets != nil {
      let total = Double(count * model.network.layers[model.network.output].count)
      error = (squared / total, absolute / total)
    }
  }
}

/// Outputs that another program computed.
struct ExpectedOutputs: Sendable {
  let values: [Double]
  /// Of a sample.
  let size: Int
  /// At least 1: what differences are relative to.
  let scale: Double

  init(reading path: String, samples: Int, of form: OutputForm) throws(CommandError) {
    let bytes = try InputFiles.bytes(path, limit: DatasetLoader.defaultMaximum)
    let tensor = try told(.badData, path) { () throws(FormatError) in try NumPy.decode(bytes) }
    size = form.shape.reduce(1, *)
    guard size > 0, tensor.count % size == 0, tensor.count / size >= samples,
      tensor.count == size || tensor.shape.first == tensor.count / size
    else {
      throw CommandError(
        .badData, subject: path,
        problem: "shape \(ProgramTables.shape(tensor.shape)), the outputs of \(samples) samples are "
          + ProgramTables.shape([samples] + form.sampleShape),
        remedy: "save the outputs of the same samples with numpy.save")
    }
    values = Array(tensor.doubles.prefix(samples * size))
    scale = values.reduce(1) { max($0, $1.isFinite ? abs($1) : 0) }
  }
}
