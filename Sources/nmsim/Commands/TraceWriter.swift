import ChipModel
import Runtime

/// `run --trace`: the first samples once more, message by message, into files.
struct TraceWriter: Sendable {
  static let group = "Traces"

  let folder: String
  let samples: Int
  let probes: [NeuronProbe]
  private let model: TimingModel?
  private let says: Bool

  /// More neurons than anyone watches, and few enough for a viewer.
  private static let mostProbes = 1_000

  /// Nil without `--trace`. Probes are looked up at once, so that a wrong one costs no run.
  init?(_ arguments: ParsedArguments, _ inputs: RunInputs) throws(CommandError) {
    let texts = arguments.strings("probe")
    guard let folder = arguments.string("trace") else {
      if let option = ["probe", "trace-samples"].first(where: arguments.isGiven) {
        throw CommandError(
          .usage, subject: "run", problem: "--\(option) without a folder for traces", remedy: "add --trace FOLDER")
      }
      return nil
    }
    guard texts.count <= Self.mostProbes else {
      throw CommandError(
        .usage, subject: "run", problem: "\(texts.count) probes, the limit is \(Self.mostProbes)",
        remedy: "give fewer --probe")
    }
    let count = arguments.int("trace-samples") ?? 1
    guard count <= inputs.samples else {
      throw CommandError(
        .usage, subject: "run",
        problem: "--trace-samples \(count), the run has \(NumberFormat.count(inputs.samples)) samples",
        remedy: "use --trace-samples \(inputs.samples) or fewer")
    }
    try arguments.checkFiles(
      reads: [inputs.programPath] + DataPaths(arguments, inputs.program, beside: inputs.programPath).files,
      writes: Traces.fileNames.map { ("trace", PathText.joined(folder, $0)) })
    self.folder = folder
    model = arguments.string("time-model").flatMap(TimingModel.init(rawValue:))
    says = arguments.string("output") != "-"
    samples = count
    var probes: [NeuronProbe] = []
    for text in texts {
      let probe = try told(.usage, "run") { () throws(ProbeError) in try NeuronProbe(text, in: inputs.program) }
      if !probes.contains(probe) { probes.append(probe) }
    }
    self.probes = probes
  }

  /// Traces the samples and replaces the files in the folder, each atomically.
  func write(_ inputs: RunInputs, _ terminal: Terminal) throws(CommandError) {
    try OutputFolder.make(folder)
    var traces = Traces(program: inputs.program, steps: inputs.steps, probes: probes, timeModel: model)
    let progress = ProgressLine("trace", total: samples, unit: "images", terminal: terminal)
    defer { progress.finish() }
    let together = 2 * Processors.available
    for first in stride(from: 0, to: samples, by: together) {
      var batch: [[Double]] = []
      for sample in first..<min(first + together, samples) {
        batch.append(
          try told(.badData, inputs.dataPath) { () throws(DatasetError) in
            try inputs.program.values(of: inputs.data, sample: sample)
          })
      }
      traces.add(batch)
      for _ in batch { progress.advance() }
    }
    let files = traces.files
    for file in files { try OutputFile.write(file.parts, to: folder + "/" + file.name) }
    for remark in traces.remarks { terminal.warn("run: \(folder)/\(remark)") }
    // Standard output is the result's alone with `--json -`.
    if !says { return }
    let bytes = files.reduce(0) { $0 + $1.parts.reduce(0) { $0 + $1.count } }
    terminal.say(
      "Wrote \(files.count) traces of \(samples) image\(samples == 1 ? "" : "s") to \(ErrorText.escaped(folder)) "
        + "(\(NumberFormat.count((bytes + 999) / 1_000)) kB).\n")
  }
}
