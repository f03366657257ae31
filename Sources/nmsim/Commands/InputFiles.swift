import ChipModel
import Compiler

/// What several commands read in the same way: networks, numbers of samples.
enum InputFiles {
  static func bytes(
    _ path: String, limit: Int, namedBy: FileReader.Naming = .user
  ) throws(CommandError) -> [UInt8] {
    try told(by: CommandError.init) { () throws(FileError) in
      try FileReader.bytes(of: path, limit: limit, namedBy: namedBy)
    }
  }

  /// A network's file, and the network, checked.
  static func network(
    _ path: String, namedBy: FileReader.Naming = .user
  ) throws(CommandError) -> (file: NetworkFile, network: CheckedNetwork) {
    try told(by: CommandError.init) { () throws(NetworkFileError) in
      let file = try NetworkFile(reading: path, namedBy: namedBy)
      return (file, try file.checked())
    }
  }

  /// Samples with their labels.
  static func dataset(
    _ images: String, labels: String? = nil, shape: [Int], classes: Int? = nil, task: OutputTask? = .classes,
    samples: Int?, recorded: EventBinning? = nil, namedBy: FileReader.Naming = .user, labelsNamedBy: FileReader.Naming = .user
  ) throws(CommandError) -> Dataset {
    try told(by: CommandError.init) { () throws(DataError) in
      try DatasetLoader.load(
        images: images, labels: labels, expectedShape: shape, classes: classes, task: task, samples: samples, recorded: recorded,
        namedBy: namedBy,
        labelsNamedBy: labelsNamedBy)
    }
  }

  /// The first samples as the ANN takes them.
  static func floats(
    _ data: Dataset, _ path: String, samples: Int, _ preprocessing: Preprocessing
  ) throws(CommandError) -> [Float] {
    try told(.badData, path) { () throws(DatasetError) in
      try data.floats(samples: samples, preprocessing: preprocessing)
    }
  }

  /// The ANN's accuracy on the first samples; nil without labels.
  static func accuracy(
    of analog: AnalogNetwork, on data: Dataset, _ path: String, samples: Int, _ preprocessing: Preprocessing,
    threads: Int, progress: @Sendable (Int) -> Void = { _ in }
  ) throws(CommandError) -> Double? {
    guard let labels = data.labels else { return nil }
    let values = try told(.badData, path) { () throws(DatasetError) in
      try FloatSamples(data, 0..<samples, preprocessing: preprocessing, threads: threads)
    }
    let evaluator = try told(.software) { () throws(AnalogNetworkError) in try FloatEvaluator(analog) }
    return evaluator.accuracy(values, labels: labels, threads: threads, progress: progress)
  }

  /// `--samples`, else the standard number, or all where there are fewer.
  static func samples(
    _ arguments: ParsedArguments, of data: Dataset, _ path: String, standard: Int = .max
  ) throws(CommandError) -> Int {
    let count = arguments.int("samples") ?? min(standard, data.count)
    guard count <= data.count else {
      throw CommandError(
        .badData, subject: path,
        problem: "\(NumberFormat.count(count)) samples asked for, the file has \(NumberFormat.count(data.count))",
        remedy: "use --samples \(data.count) or fewer")
    }
    return count
  }
}
