import ChipModel

/// Programs on disk, with the errors and exit statuses of the command line.
enum ProgramStore {
  /// Largest program file, bytes.
  static let maximumBytes = ProgramFile.maximumBytes

  /// Replaces the file atomically.
  /// - Returns: bytes written.
  @discardableResult
  static func write(_ program: CompiledProgram, to path: String) throws(CommandError) -> Int {
    let bytes = program.encoded()
    try OutputFile.write(bytes, to: path)
    return bytes.count
  }

  /// Reads a program file and its SHA-256: exit status 66 where it cannot be read, 65 where it is no sound program.
  static func read(_ path: String) throws(CommandError) -> (program: CompiledProgram, hash: String) {
    do throws(ProgramFileError) {
      let file = try ProgramFile(reading: path)
      return (file.program, file.hash)
    } catch {
      switch error {
      case .file(let error): throw CommandError(error)
      case .program(let error, let path): throw CommandError(.badData, subject: path, message: error.description)
      }
    }
  }

  /// The same for a program that will run, which must not take more than `memory`.
  static func read(
    _ path: String, toRunWithin memory: MemoryBudget
  ) throws(CommandError) -> (program: CompiledProgram, hash: String) {
    let file = try read(path)
    try told(by: { CommandError($0, subject: path) }) { () throws(MemoryError) in
      try memory.check(file.program.memoryToRun)
    }
    return file
  }

  /// The same for bytes that were read already.
  static func decode(_ bytes: [UInt8], path: String) throws(CommandError) -> CompiledProgram {
    try told(.badData, path) { () throws(ProgramError) in try CompiledProgram(decoding: bytes) }
  }

  /// Whether the bytes begin as a program file does.
  static func isProgram(_ bytes: [UInt8]) -> Bool { CompiledProgram.isProgram(bytes) }
}
