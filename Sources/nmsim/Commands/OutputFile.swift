import ChipModel

/// Outputs of commands: written beside and renamed, errors as one line with their exit status.
enum OutputFile {
  static func write(_ bytes: [UInt8], to path: String) throws(CommandError) {
    do throws(FileError) {
      try AtomicFile.write(bytes, to: path)
    } catch {
      throw CommandError(.cannotWrite, subject: error.path, problem: error.message)
    }
  }

  /// A document as text.
  static func text(of document: JSONOutput) throws(CommandError) -> String {
    do throws(JSONWriteError) {
      return try JSONWriter.text(of: document)
    } catch {
      throw CommandError(.software, wrapping: error)
    }
  }
}
