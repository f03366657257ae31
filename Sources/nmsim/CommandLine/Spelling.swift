import ChipModel

/// What people type for a name: British or American spelling, or the word of another tool.
enum Spelling {
  /// The name that the text means where only the spelling differs: `optimized` is `optimised`; nil: none.
  static func name(_ text: String, in names: some Sequence<String>) -> String? {
    names.first { $0 == text } ?? names.first { common($0) == common(text) }
  }

  private static func common(_ text: String) -> String {
    text.replacing("isation", with: "ization").replacing("ise", with: "ize").replacing("colour", with: "color")
  }

  /// Options of other tools, and what means the same here; of several names the first that a command has.
  private static let options: [(theirs: [String], ours: [String])] = [
    (["timesteps", "time-steps", "num-steps", "nb-steps", "T"], ["ticks", "steps"]),
    (["t"], ["ticks", "steps", "title"]),
    (["n", "num-samples", "limit", "num-images"], ["samples"]),
    (["bits", "num-bits", "quantize", "precision"], ["weight-bits"]),
    (["batch-size", "batch", "b", "workers", "num-workers", "jobs", "j"], ["threads"]),
    (["data", "images", "dataset", "i"], ["input"]),
    (["out", "output-file", "out-file", "output-dir", "outdir"], ["output"]),
    (["calib", "calibration-data"], ["calibration"]),
    (["hardware", "target-chip", "device"], ["chip", "chips"]),
    (["silent"], ["quiet"]),
    (["v"], ["version"]),
    (["pdf", "png", "figures"], ["svg"]),
  ]

  /// What to do where people look for an option that no command has.
  static func remedy(_ name: String) -> String? {
    switch name {
    case "resume", "continue": "the same command goes on where it was stopped"
    case "epochs", "lr", "learning-rate", "optimizer": "nmsim trains no network: train it in PyTorch or Keras"
    default:
      ChipNumber.allCases.first { $0.rawValue.lowercased() == name.replacing("-", with: "").lowercased() }.map {
        "it is a number of chips: write '\($0.rawValue)' into a chip's file, as docs/chips.md describes it"
      }
    }
  }

  /// Whether a word is what arguments without an option are called.
  static func namesArgument(_ name: String) -> Bool {
    ["input", "model", "network", "net", "program", "file", "plan", "run", "result"].contains(name)
  }

  /// The option of a command that has this name, or that the word of another tool means.
  static func synonym(_ name: String, in known: [String]) -> String? {
    known.contains(name) ? name : options.first { $0.theirs.contains(name) }?.ours.first(where: known.contains)
  }

  /// The option of a command that a word of another tool most likely means.
  /// - Parameters:
  ///   - name: without dashes.
  ///   - known: what the command has.
  static func option(_ name: String, in known: [String]) -> String? {
    // Of a letter the first option that begins with it: the common ones come first.
    synonym(name, in: known) ?? (name.count == 1 ? known.first { $0.hasPrefix(name) } : closest(to: name, in: known))
  }
}
