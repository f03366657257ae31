import ChipModel
import Compiler
import Runtime

/// The ANN of a spiking network, to be asked about the samples of a run: the file that `convert` noted, or that of `--model`.
struct SourceANN: Sendable {
  let network: AnalogNetwork
  /// SHA-256 of what it was read from.
  let hash: String

  init(_ network: AnalogNetwork, hash: String) {
    self.network = network
    self.hash = hash
  }

  /// What a run compares with; nil where the network notes no file or `--no-ann` leaves it out.
  ///
  /// A file that is gone or another one is said in one line and left out; one of `--model` must be there.
  /// - Parameters:
  ///   - noted: what the network or program names.
  ///   - folder: that it is named from.
  ///   - shapes: of the network's input and its number of outputs.
  init?(
    _ arguments: ParsedArguments, noted: ModelFile?, in folder: String, _ shapes: (input: [Int], outputs: Int),
    _ terminal: Terminal
  ) throws(CommandError) {
    if arguments.flag("no-ann") { return nil }
    if let path = arguments.string("model") {
      let (model, hash) = try ConvertCommand.readHashedModel(
        path, ImportOptions(selection: noted?.selection ?? ModelSelection()))
      try arguments.checkFiles(reads: model.files(beside: path))
      self.init(model.network, hash: hash)
      guard fits(shapes) else {
        throw CommandError(
          .badData, subject: path,
          problem: "takes \(ShapeText.of(network.inputShape)) and has \(network.layers[network.output].count) outputs, the "
            + "network takes \(ShapeText.of(shapes.input)) and has \(shapes.outputs)",
          remedy: "name the model that was converted")
      }
      return
    }
    guard let noted else { return nil }
    let path = PathText.joined(folder, noted.path)
    try arguments.checkFiles(reads: [path])
    guard let ann = SourceANN(noted, at: path, shapes) else {
      terminal.warn(
        "\(arguments.command.name): \(Self.absence(path)): name the model with --model, or leave it out with --no-ann")
      return nil
    }
    self = ann
  }

  /// The noted file; nil where it is gone or another one.
  init?(_ noted: ModelFile, at path: String, _ shapes: (input: [Int], outputs: Int)) {
    guard let read = try? ConvertCommand.readHashedModel(
      path, ImportOptions(selection: noted.selection), namedBy: .file), read.hash == noted.hash
    else { return nil }
    self.init(read.model.network, hash: read.hash)
    if !fits(shapes) { return nil }
  }

  /// That a noted file cannot be compared with, in words.
  static func absence(_ path: String) -> String {
    let what = FolderFiles.isFile(path) ? "is not the model that was converted" : "the model that was converted is gone"
    return "\(path): \(what), so the ANN's accuracy on these samples is unknown"
  }

  private func fits(_ shapes: (input: [Int], outputs: Int)) -> Bool {
    network.inputShape == shapes.input && network.layers[network.output].count == shapes.outputs
  }

  // MARK: Decisions

  /// Samples that are evaluated between two looks at the wish to stop.
  private static let portion = 1_024

  /// Its class of each sample, or its outputs where they are values, taken from what an earlier run kept of the same
  /// model and data, else found and kept.
  ///
  /// - Parameters:
  ///   - kept: where decisions are kept; nil: nowhere.
  ///   - progress: called from any thread with the number of samples that finished since its last call.
  ///   - stop: asked now and then.
  /// - Returns: nil where it was stopped.
  func answers(
    on data: Dataset, _ path: String, _ samples: Range<Int>, _ preprocessing: Preprocessing, _ task: OutputTask,
    keptIn kept: String?, threads: Int, progress: @Sendable (Int) -> Void = { _ in }, stop: @Sendable () -> Bool = { false }
  ) throws(CommandError) -> ANNAnswers? {
    var record = KeptDecisions(model: hash, preprocessing: preprocessing)
    if let kept, let known = KeptDecisions(reading: kept, like: record, data), known.samples >= samples.upperBound,
      task == .values ? !known.outputs.isEmpty : !known.decisions.isEmpty
    {
      return known.answers.part(samples, of: known.samples)
    }
    let evaluator = try told(.software) { () throws(AnalogNetworkError) in try FloatEvaluator(network) }
    var found = ANNAnswers(model: hash)
    for first in stride(from: samples.lowerBound, to: samples.upperBound, by: Self.portion) {
      if stop() { return nil }
      let portion = first..<min(samples.upperBound, first + Self.portion)
      let values = try told(.badData, path) { () throws(DatasetError) in
        try FloatSamples(data, portion, preprocessing: preprocessing, threads: threads)
      }
      if task == .values {
        found.outputs += evaluator.outputs(values, threads: threads).joined().map(Double.init)
        progress(portion.count)
      } else {
        found.decisions += evaluator.predictions(values, threads: threads, progress: progress)
      }
    }
    if let kept, samples.lowerBound == 0 {
      (record.samples, record.decisions, record.outputs) = (samples.count, found.decisions, found.outputs)
      record.keep(in: kept, data)
    }
    return found
  }
}

/// What an ANN decided on the first samples of some data, kept beside a program so that no later run evaluates it again.
struct KeptDecisions: JSONDocument {
  static let format = "nmsim-ann/1"
  static let kind = (name: "an ANN's decisions", writer: "nmsim run")

  var model = ""
  var data = ""
  var preprocessing = Preprocessing.identity
  var samples = 0
  var decisions: [Int] = []
  var outputs: [Double] = []

  init() {}

  init(model: String, preprocessing: Preprocessing) {
    self.model = model
    self.preprocessing = preprocessing
  }

  static let fields: [JSONField<KeptDecisions>] = [
    .required("model", \.model, .text, "SHA-256 of the model"),
    .required("data", \.data, .text, "SHA-256 of the samples that were decided"),
    .member("preprocessing", \.preprocessing, .object, "what was done with their values"),
    .required("samples", \.samples, .length("N", in: 0...Int(Int32.max)), "how many, from the first"),
    .required("decisions", \.decisions, .counts, "the class of each; empty where outputs are values"),
    .required("outputs", \.outputs, .numbers(in: -.infinity ... .infinity), "the outputs of each; empty for classes"),
  ]

  var answers: ANNAnswers { ANNAnswers(model: model, decisions: decisions, outputs: outputs) }

  /// Beside a program or network: its name with another ending.
  static func path(beside file: String) -> String {
    let name = PathText.baseName(of: PathText.baseName(of: file, without: ".nmsim"), without: ".json")
    return PathText.joined(PathText.folder(of: file), name + ".ann")
  }

  /// What was kept of the same model and data; nil: nothing, or something that was changed.
  init?(reading path: String, like other: KeptDecisions, _ data: Dataset) {
    guard FolderFiles.isFile(path), let bytes = try? FileReader.bytes(of: path, limit: 1 << 28, namedBy: .file),
      JSONSeal.isWhole(bytes), let record = try? KeptDecisions(reading: bytes), record.model == other.model,
      record.preprocessing == other.preprocessing, record.samples <= data.count,
      record.decisions.isEmpty || record.decisions.count == record.samples, record.samples > 0,
      record.outputs.count % record.samples == 0, record.data == data.contentHash(samples: record.samples)
    else { return nil }
    self = record
  }

  /// Keeps the decisions where the folder lets it; a file of another kind stays.
  mutating func keep(in path: String, _ data: Dataset) {
    let start = Array("{\n  \"format\": \"nmsim-ann/".utf8)
    if FileIdentity(path)?.exists ?? true {
      guard FolderFiles.isFile(path),
        let head = try? FileReader.bytes(of: path, from: 0, count: start.count, namedBy: .file), head == start
      else { return }
    }
    self.data = data.contentHash(samples: samples)
    guard let bytes = try? JSONSeal.bytes(of: document) else { return }
    try? AtomicFile.write(bytes, to: path)
  }
}
