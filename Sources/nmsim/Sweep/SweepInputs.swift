import ChipModel
import Compiler
import Runtime

/// What a plan names, read once: networks, chips, mappings and data, each with the hash of its content.
struct SweepInputs: Sendable {
  /// Where programs come from.
  struct Source: Sendable {
    var name: String
    var hash: String
    var content: Content
    /// What its points are compared with; nil: unknown.
    var ann: SourceANN?
    /// The data of this source's points, in the plan's order.
    var data: [Samples]
  }

  enum Content: Sendable {
    case model(AnalogNetwork)
    case network(CheckedNetwork)
  }

  struct Samples: Sendable {
    /// Base name of the images.
    var name: String
    var path: String
    var hash: String
    var count: Int
    var dataset: Dataset
    /// That a step lasts; nil: the data have no time of their own.
    var secondsPerStep: Double?
  }

  struct Chip: Sendable {
    /// Before the changes of the plan.
    var name: String
    /// Nil: none.
    var changes: [PlanChip.Change]?
    var hash: String
    var description: ChipDescription
  }

  struct MappingChoice: Sendable {
    /// Name of the placement, or base name of the file.
    var name: String
    var hash: String
    var placement: CompileOptions.Placement
    var mapping: Mapping?
  }

  let plan: Plan
  let sources: [Source]
  let chips: [Chip]
  let mappings: [MappingChoice]
  let calibration: Samples?
  let profile: SpikeProfile
  /// What is to be said before the points are run, one line each.
  let remarks: [String]
  /// Every file that the plan leads to.
  let files: [String]

  /// Samples of the calibration data that a hash is of, where the plan does not say how many: no method looks at more.
  private static let mostCalibration = 1_000

  /// - Parameter path: of the plan; what it names is relative to its folder.
  init(_ plan: Plan, path: String) throws(CommandError) {
    let folder = PathText.folder(of: path)
    var files: [String] = []
    var remarks: [String] = []
    func resolved(_ name: String) -> String {
      files.append(PathText.joined(folder, name))
      return files[files.count - 1]
    }
    self.plan = plan
    var sources: [Source] = []
    var calibration: Samples?
    switch plan.source {
    case .model(let model):
      let analog = try ConvertCommand.readModel(resolved(model.path), namedBy: .file).network
      let classes = analog.layers[analog.output].count
      let task = model.methods.lazy.compactMap { $0[.task] }.first.map { $0 == .regression ? OutputTask.values : .classes }
      if let data = model.calibration {
        calibration = try Self.samples(
          data, resolved, shape: analog.inputShape, classes: classes, task: task, most: Self.mostCalibration)
      }
      let data = try plan.data.map { (item) throws(CommandError) in
        try Self.samples(item, resolved, shape: analog.inputShape, classes: classes, task: task)
      }
      sources = [
        Source(
          name: analog.name, hash: analog.contentHash, content: .model(analog),
          ann: SourceANN(analog, hash: analog.contentHash), data: data)
      ]
    case .networks(let paths):
      for path in paths {
        let (file, network) = try InputFiles.network(resolved(path), namedBy: .file)
        files += file.files
        let input = network.network.input
        let classes = network.populations[network.output].shape.count
        let recorded = input.coding == .events ? EventBinning() : nil
        var data = try plan.data.map { (item) throws(CommandError) in
          try Self.samples(
            item, resolved, shape: input.shape, classes: classes, task: network.network.output.task, recorded: recorded)
        }
        if plan.data.isEmpty {
          guard let images = input.images else {
            throw CommandError(
              .badData, subject: resolved(path), problem: "the network names no data of its own",
              remedy: "add \"data\" to the plan")
          }
          let own = Plan.Data(images: file.resolve(images), labels: input.labels.map(file.resolve), samples: nil)
          data = [
            try Self.samples(
              own, { $0 }, shape: input.shape, classes: classes, task: network.network.output.task, recorded: recorded)
          ]
        }
        var source = Source(
          name: network.network.name, hash: network.network.contentHash, content: .network(network), data: data)
        if let model = network.network.ann?.model {
          files.append(file.resolve(model.path))
          source.ann = SourceANN(model, at: file.resolve(model.path), (input.shape, classes))
          if source.ann == nil { remarks.append(SourceANN.absence(file.resolve(model.path))) }
        }
        sources.append(source)
      }
    }
    self.sources = sources
    self.calibration = calibration
    chips = try plan.chips.map { (choice) throws(CommandError) in
      // A built-in name stays one; everything else is a path.
      let isFile = ChipLibrary.text(choice.base) == nil && choice.base.contains(".json")
      let base = try ChipsCommand.load(isFile ? resolved(choice.base) : choice.base, namedBy: .file)
      let chip = try told(by: CommandError.init) { () throws(ChipError) in try choice.applied(to: base) }
      return Chip(
        name: base.name, changes: choice.changes.isEmpty ? nil : choice.changes, hash: try Self.hash(chip.document),
        description: chip)
    }
    mappings = try plan.mappings.map { (name) throws(CommandError) in
      if let placement = CompileOptions.Placement(rawValue: name) {
        return MappingChoice(name: name, hash: name, placement: placement, mapping: nil)
      }
      let mapping = try CompileCommand.readMapping(resolved(name), namedBy: .file)
      return MappingChoice(
        name: PathText.baseName(of: name, without: ""), hash: SHA256.hexadecimal(of: MappingFile.bytes(of: mapping)),
        placement: .optimised, mapping: mapping)
    }
    self.files = files
    self.remarks = remarks
    profile = try RunCommand.spikeProfile(plan.spikeProfile)
  }

  private static func samples(
    _ data: Plan.Data, _ resolved: (String) -> String, shape: [Int], classes: Int, task: OutputTask?,
    most: Int? = nil, recorded: EventBinning? = nil
  ) throws(CommandError) -> Samples {
    let path = resolved(data.images)
    let all = try InputFiles.dataset(
      path, labels: data.labels.map(resolved), shape: shape, classes: classes, task: task,
      samples: data.samples ?? most, recorded: recorded, namedBy: .file, labelsNamedBy: .file)
    let count = data.samples ?? min(all.count, most ?? all.count)
    guard let dataset = all.prefix(count) else {
      throw CommandError(
        .badData, subject: path,
        problem: "\(NumberFormat.count(count)) samples asked for, the file has \(NumberFormat.count(all.count))",
        remedy: "lower 'samples' in the plan to \(all.count) or fewer")
    }
    let isOfEvents = if case .sparse = dataset.values { true } else { false }
    return Samples(
      name: PathText.baseName(of: data.images, without: ""), path: path, hash: dataset.contentHash(samples: count),
      count: count, dataset: dataset, secondsPerStep: isOfEvents ? recorded?.secondsPerStep : nil)
  }

  static func hash(_ document: JSONOutput) throws(CommandError) -> String {
    try told(.software) { () throws(JSONWriteError) in
      SHA256.hexadecimal(of: try JSONWriter.bytes(of: document, style: .compact))
    }
  }
}
