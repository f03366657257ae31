import ChipModel
import Compiler

/// The files of a command line. No output may replace an input, or be another output as well, whatever links lie between.
struct CommandFiles {
  /// What is read, with what belongs to it by name: the tensors of a network, the labels of images.
  private var inputs: [String] = []
  /// Folders that are written into.
  private var folders: Set<String> = []
  /// What is written, and the option that says so.
  private var outputs: [(option: String, path: String)] = []

  /// Those that the command table declares.
  init(_ arguments: ParsedArguments) {
    let command = arguments.command
    for positional in command.positionals where positional.value.isInput {
      for path in arguments.positionals(positional.name) { read(path) }
    }
    for option in command.options {
      guard let kind = option.value, let path = kind.takesFile ? arguments.string(option.name) : nil else { continue }
      if kind.isInput { read(path) } else { outputs.append((option.name, path)) }
      if kind == .newFolder { folders.insert(path) }
    }
  }

  mutating func read(_ path: String) {
    inputs += DatasetLoader.files(of: path)
    guard path.hasSuffix(".json"), FolderFiles.isFile(path) else { return }
    inputs += ChipLibrary.files(of: path)
    inputs.append(PathText.joined(PathText.folder(of: path), NetworkFile.tensorsName(for: path)))
  }

  mutating func write(_ path: String, by option: String) { outputs.append((option, path)) }

  /// - Throws: for the first output that would replace an input or another output.
  func check(_ command: String) throws(CommandError) {
    let read = Set(inputs.compactMap { FileIdentity($0) }.filter(\.exists))
    var written: [FileIdentity: String] = [:]
    var standardOutput: String?
    for (option, path) in outputs {
      if path == "-" {
        if let other = standardOutput, other != option {
          throw CommandError(
            .usage, subject: command, problem: "--\(other) and --\(option) both go to standard output",
            remedy: "give one of them a file name")
        }
        standardOutput = option
        continue
      }
      guard let file = FileIdentity(path) else { continue }
      // A file in the way of a folder is told as that.
      if read.contains(file), !(folders.contains(path) && FolderFiles.isFile(path)) {
        throw CommandError(
          .usage, subject: path, problem: "is read by this command, and --\(option) would replace it",
          remedy: "give --\(option) another name")
      }
      // Several options may write into one folder.
      if folders.contains(path) { continue }
      if let other = written.updateValue(option, forKey: file), other != option {
        throw CommandError(
          .usage, subject: path, problem: "is written by --\(other) and by --\(option)",
          remedy: "give one of them another name")
      }
    }
  }
}

extension ParsedArguments {
  /// Ends a command before its work where an output cannot be written, or would replace an input, another output, or weights
  /// that no option writes.
  ///
  /// `Dispatch` asks for what the command line names. A command asks again as soon as it knows what else it reads and
  /// writes: what a network or a plan names, outputs that have names of their own.
  /// - Parameters:
  ///   - reads: files that the command line does not name.
  ///   - writes: files that it does not name, with the option that would name them otherwise.
  func checkFiles(
    reads: [String] = [], writes: [(option: String, path: String)] = []
  ) throws(CommandError) {
    var files = CommandFiles(self)
    for path in reads { files.read(path) }
    for (option, path) in writes { files.write(path, by: option) }
    try files.check(command.name)
    for option in command.options {
      guard let path = option.value?.takesFile == true ? string(option.name) : nil else { continue }
      switch option.value {
      case .newFile, .newDocument:
        if let kind = FileKind(of: path), FileKind.kept.contains(kind) {
          throw CommandError(
            .usage, subject: path, problem: "is \(kind.name), which --\(option.name) would replace",
            remedy: "give --\(option.name) another name")
        }
        try OutputFile.check(path)
      case .newFolder: try OutputFolder.check(path)
      default: break
      }
    }
    // What lies in a folder of the command's own needs that folder only.
    for (name, path) in writes where command.option(name)?.value != .newFolder { try OutputFile.check(path) }
  }
}
