import ChipModel
import Compiler

/// Options that mean the same in several commands.
extension OptionSpec {
  /// Options that override numbers of the chip.
  static func chipNumbers(in group: String) -> [OptionSpec] {
    ChipNumber.overridable.compactMap(\.parameter).map { OptionSpec($0, group: group) }
  }

  static func scale(in group: String) -> OptionSpec { OptionSpec(.scale, group: group) }

  static func chip(
    in group: String, _ help: String = "Chip description: a name of 'nmsim chips', or a file.",
    standard: OptionSpec.Standard? = .value(ChipLibrary.defaultName)
  ) -> OptionSpec {
    option("chip", .choiceOrFile(ChipsCommand.names, .chip), "NAME|FILE", standard: standard, group: group, help)
  }

  static func schedule(in group: String) -> OptionSpec { OptionSpec(.compiledSchedule, group: group) }

  static func seed(in group: String, _ help: String) -> OptionSpec {
    option("seed", .integer(0...Int.max), "N", standard: .value("0"), group: group, help)
  }

  /// Samples and their labels: those of the network unless they are named.
  static func data(
    in group: String, _ images: String = "Images: IDX, .npy, .npz or CIFAR.",
    labels: String = "Labels; without any, accuracies are unknown."
  ) -> [OptionSpec] {
    [
      option(
        "input", .file(FileKind.samples), "DATA", standard: .described("what the network names"), group: group, images),
      self.labels("labels", in: group, labels),
    ]
  }

  static func labels(_ name: String, in group: String, _ help: String = "Their labels.") -> OptionSpec {
    option(
      name, .file([.labels, .array, .archive]), "LABELS", standard: .described("found by the name of the images"),
      group: group, help)
  }

  static func samples(_ name: String = "samples", in group: String, standard: String) -> OptionSpec {
    option(
      name, .integer(1...Int.max), "N", standard: .described(standard), group: group,
      "How many samples, from the first.")
  }

  /// Calibration data with their labels.
  static func calibration(in group: String, _ help: String, standard: String) -> [OptionSpec] {
    [
      option("calibration", .file(FileKind.samples), "DATA", group: group, help),
      labels("calibration-labels", in: group),
      samples("calibration-samples", in: group, standard: standard),
    ]
  }

  /// How a trained network's file is read, where the file leaves it open.
  static func model(in group: String) -> [OptionSpec] {
    let rules = MergeRule.allCases.map(\.rawValue)
    return [
      option(
        "output-name", .text, "NAME", standard: .described("the first output"), group: group,
        "Which output of the model is the answer; another value that a node computes will do too."),
      option(
        "input-shape", .shape, "SHAPE", standard: .described("the model's"), group: group,
        "Sizes of the model's input without the batch axis, such as 3x224x224, where it leaves them open."),
      option(
        "merge", .choice(rules), rules.joined(separator: "|"), standard: .value(MergeRule.auto.rawValue), group: group,
        "Whether linear layers that follow one another become one layer: where that costs less than relay neurons between "
          + "them, never, or always."),
    ]
  }

  /// What is done with raw values before the network takes them.
  static func preprocessing(in group: String) -> [OptionSpec] {
    [
      option(
        "input-scale", .ratio, "X", standard: .described("1"), group: group,
        "Factor of the raw values, such as 1/255."),
      option("mean", .numbers, "X,...", group: group, "Subtracted after scaling, for each channel."),
      option("std", .numbers, "X,...", group: group, "Divided by after that, for each channel."),
    ]
  }

  /// The ANN beside a run.
  static func ann(in group: String) -> [OptionSpec] {
    [
      option(
        "model", .file([.model]), "MODEL", standard: .described("the one that the network was converted from"),
        group: group,
        "The ANN, an .onnx file: its accuracy on the same samples is shown beside the run's. Decisions are kept beside the "
          + "network, as NET.ann, for later runs."),
      flag("no-ann", group: group, "Do not evaluate the ANN."),
    ]
  }

  static func steps(in group: String) -> OptionSpec {
    var option = option(
      "ticks", .integer(ActiveWindow.steps), "T",
      standard: .described("the network's, else \(RunInputs.standardSteps)"), group: group, "Time steps per inference.")
    option.synonyms = ["steps"]
    return option
  }

  /// The JSON document of a command that shows tables.
  static func json(
    _ help: String, placeholder: String = "FILE", standard: Standard? = nil, group: String = "Options"
  ) -> OptionSpec {
    var option = option(
      "output", short: "o", .newDocument, placeholder, standard: standard, group: group, help)
    option.synonyms = ["json"]
    return option
  }

  static func threads(in group: String = "Options") -> OptionSpec {
    .option(
      "threads", .integer(1...1024), "N", standard: .described("$SLURM_CPUS_PER_TASK, else all cores allowed"),
      group: group, "Threads, at most 1024.")
  }

  static let memory: OptionSpec = .option(
    "memory", .number(NumberRange(lower: 0.001, upper: 1_048_576)), "GIB", standard: .value("4"),
    "Most memory, in GiB. A small file can describe a very large network; one that needs more than this is refused.")
}
