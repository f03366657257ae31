import ChipModel

/// Files that commands write.
enum OutputFile {
  /// Replaces the file atomically.
  static func write(_ bytes: [UInt8], to path: String) throws(CommandError) {
    do throws(FileError) { try AtomicFile.write(bytes, to: path) } catch { throw CommandError(error) }
  }

  /// Ends a command before its work where its result could not be written.
  static func check(_ path: String) throws(CommandError) {
    if path == "-" { return }
    do throws(FileError) { try AtomicFile.check(path) } catch { throw CommandError(error) }
  }

  /// The same for a file that a later run believes: it ends with its checksum.
  static func write(sealed document: JSONOutput, to path: String, _ terminal: Terminal? = nil) throws(CommandError) {
    let bytes: [UInt8]
    do throws(JSONWriteError) { bytes = try JSONSeal.bytes(of: document) } catch {
      throw CommandError(.software, problem: error.description)
    }
    if path == "-" {
      terminal?.print(String(decoding: bytes, as: UTF8.self))
    } else {
      try write(bytes, to: path)
    }
  }

  /// Writes a JSON document to a file, or to standard output for `-`.
  static func write(_ document: JSONOutput, to path: String, _ terminal: Terminal) throws(CommandError) {
    let text = try text(of: document)
    if path == "-" {
      terminal.print(text)
    } else {
      try write(Array(text.utf8), to: path)
    }
  }
}

extension OutputFile {
  /// A document as text.
  static func text(of document: JSONOutput) throws(CommandError) -> String {
    do throws(JSONWriteError) { return try JSONWriter.text(of: document) } catch {
      throw CommandError(.software, problem: error.description)
    }
  }
}

extension ParsedArguments {
  /// The terminal for tables: none where `--json -` takes standard output for the document.
  func tables(_ terminal: Terminal) -> Terminal {
    var terminal = terminal
    if string(command.option("json")?.name ?? "output") == "-" { terminal.isQuiet = true }
    return terminal
  }
}
