import ChipModel
import Compiler
import Runtime

/// What a file is by its first bytes: one of another kind is named as what it is, in the same words by every command.
struct FileKind: Sendable, Equatable {
  /// Of a JSON document the word in its format, `run` of `nmsim-run/2`.
  let key: String
  /// `a run's result`
  let name: String
  /// What to give where one is needed: `a run.json, which 'nmsim run' writes`; empty: no command takes one.
  let wanted: String

  init(_ key: String, _ name: String, wanted: String = "") { (self.key, self.name, self.wanted) = (key, name, wanted) }

  static let model = FileKind("onnx", "a trained network", wanted: "an .onnx file, which torch.onnx.export writes")
  static let graph = FileKind("hdf5", "a NIR graph (HDF5)", wanted: "a .nir file")
  static let network = FileKind("network", "a spiking network", wanted: "a net.json, which 'nmsim convert' writes")
  static let program = FileKind("nmsim", "a compiled program", wanted: "a .nmsim file, which 'nmsim compile' writes")
  static let chip = FileKind("chip", "a chip description", wanted: "a chip's file, or a name of 'nmsim chips'")
  static let mapping = FileKind("mapping", "a mapping", wanted: "a file of 'nmsim compile --write-mapping'")
  static let run = FileKind("run", "a run's result", wanted: "a run.json, which 'nmsim run' writes")
  static let part = FileKind("partial", "a part of a run", wanted: "parts, which 'nmsim run --shard' writes")
  static let explanation = FileKind("explain", "an explanation", wanted: "a file of 'nmsim explain -o'")
  static let comparison = FileKind("compare", "a comparison", wanted: "a file of 'nmsim compare -o'")
  static let sweep = FileKind("sweep", "a sweep's summary", wanted: "a sweep.json, which 'nmsim sweep' writes")
  static let plan = FileKind("plan", "a plan of a sweep", wanted: "a plan, as docs/plan-json.md describes it")
  static let array = FileKind("npy", "an array", wanted: "a .npy file, which numpy.save writes")
  static let archive = FileKind("npz", "an archive of arrays (.npz)", wanted: "a .npz file")
  static let images = FileKind("images", "a file of images", wanted: "images, for example .npy, .npz, IDX or CIFAR")
  static let labels = FileKind("labels", "a file of labels", wanted: "labels, one whole number per sample")

  /// Documents that no command reads but `inspect`.
  private static let others = [
    FileKind("energy", "an energy breakdown"), FileKind("compile", "the tables of 'nmsim compile'"),
    FileKind("bench", "figures of 'nmsim bench'"), FileKind("nir", "an account of a NIR graph"),
    FileKind("chips", "a list of chips"), FileKind("ann", "an ANN's decisions"), FileKind("points", "a list of points"),
    FileKind("refusal", "a point that no chip runs"), FileKind("inspect", "a list of 'nmsim inspect'"),
  ]
  private static let checkpoint = FileKind("pt", "a PyTorch checkpoint")
  private static let keras = FileKind("keras", "a Keras model")
  private static let tensors = FileKind("safetensors", "a file of weights alone (.safetensors)")
  private static let page = FileKind("html", "a page (HTML)")
  private static let empty = FileKind("empty", "an empty file")

  static let documents = [network, chip, mapping, run, part, explanation, comparison, sweep, plan] + others

  /// What no option writes: an output never takes its place, whichever command it is of.
  static let kept = [model, tensors, checkpoint, keras]

  /// Samples; recordings of events are known to their readers alone.
  static let samples = [images, array, archive, graph]

  /// What makes one kind of another.
  private static let steps: [(from: FileKind, to: FileKind, remedy: String)] = [
    (model, network, "make one of it with 'nmsim convert"), (graph, network, "make one of it with 'nmsim convert"),
    (network, program, "make one of it with 'nmsim compile"), (program, run, "make one with 'nmsim run"),
    (part, run, "join the parts with 'nmsim merge"), (plan, sweep, "make one of it with 'nmsim sweep"),
  ]

  /// Bytes that are looked at.
  private static let headSize = 4_096

  /// - Parameter path: a regular file; nil for all else, for what cannot be read and for what has no sign of its own.
  init?(of path: String) {
    guard FolderFiles.isFile(path), let head = try? FileReader.head(of: path, count: Self.headSize) else { return nil }
    self.init(head.bytes, size: head.size, path: path)
  }

  /// - Parameters:
  ///   - head: the first bytes.
  ///   - size: bytes of the whole file.
  private init?(_ head: [UInt8], size: Int, path: String) {
    let name = path.lowercased()
    if size == 0 {
      self = .empty
    } else if ProgramStore.isProgram(head) || name.hasSuffix(".nmsim") {
      self = .program
    } else if NIRGraph.isGraph(head) {
      self = .graph
    } else if let shape = NumPy.shape(head) {
      let text = shape.sizes.map(String.init).joined(separator: "x")
      let key = !shape.isWhole ? "npy" : shape.sizes.count == 1 ? "labels" : shape.sizes.count > 2 ? "images" : "npy"
      self = FileKind(key, key == "labels" ? Self.labels.name : "an array of \(text) numbers")
    } else if let count = IDX.dimensions(head, fileSize: size) {
      self = count == 1 ? .labels : .images
    } else if name.contains("labels-idx1") || name.contains("images-idx3") {
      self = name.contains("labels-idx1") ? .labels : .images
    } else if head.starts(with: Array("PK\u{3}\u{4}".utf8)) {
      guard let kind = FileKind(archive: String(decoding: head.prefix(256), as: UTF8.self)) else { return nil }
      self = kind
    } else if name.hasSuffix(".onnx") {
      self = .model
    } else if head.dropFirst(8).first == UInt8(ascii: "{"), name.hasSuffix(".safetensors") {
      self = .tensors
    } else if let kind = FileKind(text: String(decoding: head, as: UTF8.self)) {
      self = kind
    } else {
      return nil
    }
  }

  /// What stands where a document is needed and is none: neither an object nor a list.
  static func noDocument(_ path: String) -> FileKind? {
    guard FolderFiles.isFile(path), let head = try? FileReader.head(of: path, count: headSize) else { return nil }
    if head.bytes.starts(with: [0x1F, 0x8B]) { return FileKind("gzip", "a gzip archive") }
    let first = String(decoding: head.bytes, as: UTF8.self).first { !$0.isWhitespace && $0 != "\u{FEFF}" }
    return first.map { "{[/".contains($0) } == true ? nil : FileKind("text", "a file of another kind (no JSON)")
  }

  /// By the name of the first file in a zip archive.
  private init?(archive head: String) {
    if head.contains("data.pkl") || head.contains(".format_version") {
      self = .checkpoint
    } else if head.contains("metadata.json") {
      self = .keras
    } else if head.contains(".npy") {
      self = .archive
    } else {
      return nil
    }
  }

  private init?(text: String) {
    if text.lowercased().hasPrefix("<!doctype html") {
      self = .page
      return
    }
    guard let first = text.first(where: { !$0.isWhitespace && $0 != "\u{FEFF}" }), first == "{" || first == "/",
      let match = text.firstMatch(of: /"format"\s*:\s*"nmsim-([a-z]+)\//),
      let kind = Self.documents.first(where: { $0.key == match.1 })
    else { return nil }
    self = kind
  }

  /// The error of a file that is none of those wanted, of which there is one at least.
  func error(_ path: String, wanted: [FileKind]) -> CommandError {
    if wanted.count > 4 {
      return CommandError(
        .badData, subject: path, problem: "is \(name), which this command does not show",
        remedy: "give a network, a program, a result, a chip or a NIR graph")
    }
    let step = Self.steps.first { step in step.from.key == key && wanted.contains { $0.key == step.to.key } }
    // Samples and labels come in many forms, which the remedy tells.
    let names = wanted.prefix(wanted[0] == .images || wanted[0] == .labels ? 1 : 2).map(\.name)
    return CommandError(
      .badData, subject: path, problem: "is \(name), not \(ErrorText.alternatives(names))",
      remedy: step.map { "\($0.remedy) \(ShellWord.path(path))'" } ?? "give \(wanted[0].wanted)")
  }
}

extension ValueKind {
  /// Ends a command before its work where a file is known to be of another kind than the command table names.
  func check(_ path: String) throws(CommandError) {
    let wanted: [FileKind] =
      switch self {
      case .file(let kinds): kinds
      case .choiceOrFile(_, let kind): [kind]
      default: []
      }
    if case .choiceOrFile(let names, .mapping) = self, !FolderFiles.isFile(path), !names.contains(path),
      let meant = closest(to: path, in: names)
    {
      throw CommandError(
        .usage, subject: path, problem: "is neither a file nor one of \(names.joined(separator: ", "))",
        remedy: "did you mean '\(meant)'?")
    }
    if case .choiceOrFile(let names, let kind) = self, !names.contains(path), FolderFiles.exists(path) {
      throw CommandError(.usage, subject: path, problem: "is a folder", remedy: "give \(kind.wanted)")
    }
    guard !wanted.isEmpty else { return }
    guard path != "-" else {
      throw CommandError(
        .usage, subject: path, problem: "the standard input is not read here", remedy: "give a file's name")
    }
    let isDocument = wanted.allSatisfy { kind in FileKind.documents.contains { $0.key == kind.key } }
    guard let kind = FileKind(of: path) ?? (isDocument ? FileKind.noDocument(path) : nil),
      !wanted.contains(where: { $0.key == kind.key })
    else { return }
    throw kind.error(path, wanted: wanted)
  }
}

extension ParsedArguments {
  /// Every file that the command line names is of a kind that the command table names, as far as its first bytes tell.
  func checkKinds() throws(CommandError) {
    for positional in command.positionals where positional.value.isInput {
      let other = positional.kindsWithFlag.first { flag($0.key) }.map { ValueKind.file($0.value) }
      for path in positionals(positional.name) { try (other ?? positional.value).check(path) }
    }
    for option in command.options where option.value?.isInput == true {
      if let path = string(option.name) { try option.value?.check(path) }
    }
  }
}
