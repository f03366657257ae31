import ChipModel

/// Programs on disk, with the errors and exit statuses of the command line.
enum ProgramStore {
  static func read(_ path: String) throws(CommandError) -> (program: CompiledProgram, hash: String) {
    do throws(ProgramFile.Failure) {
      return try ProgramFile.read(path)
    } catch {
      switch error {
      case .file(let error): throw CommandError(.missingInput, subject: error.path, problem: error.message)
      case .program(let path, let error): throw CommandError(.badData, subject: path, wrapping: error)
      }
    }
  }

  @discardableResult
  static func write(_ program: CompiledProgram, to path: String) throws(CommandError) -> String {
    do throws(FileError) {
      return try ProgramFile.write(program, to: path)
    } catch {
      throw CommandError(.cannotWrite, subject: error.path, problem: error.message)
    }
  }
}
