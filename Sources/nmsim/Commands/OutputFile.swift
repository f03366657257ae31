import ChipModel

/// Files that commands write.
enum OutputFile {
  /// Replaces the file atomically.
  static func write(_ bytes: [UInt8], to path: String) throws(CommandError) {
    try write([bytes], to: path)
  }

  /// Writes parts that follow one another.
  static func write(_ parts: [[UInt8]], to path: String) throws(CommandError) {
    try told(by: CommandError.init) { () throws(FileError) in try AtomicFile.write(parts, to: path) }
  }

  /// Ends a command before its work where its result could not be written.
  static func check(_ path: String) throws(CommandError) {
    if path == "-" { return }
    try told(by: CommandError.init) { () throws(FileError) in try AtomicFile.check(path) }
  }

  /// The same for a file that a later run believes: it ends with its checksum.
  static func write(sealed document: JSONOutput, to path: String, _ terminal: Terminal? = nil) throws(CommandError) {
    try write(try told(.software) { () throws(JSONWriteError) in try JSONSeal.bytes(of: document) }, to: path, terminal)
  }

  /// Writes a JSON document to a file, or to standard output for `-`.
  static func write(_ document: JSONOutput, to path: String, _ terminal: Terminal) throws(CommandError) {
    try write(Array(try text(of: document).utf8), to: path, terminal)
  }

  /// Replaces the file, or prints the text for `-`.
  static func write(_ bytes: [UInt8], to path: String, _ terminal: Terminal?) throws(CommandError) {
    if path == "-" { terminal?.print(String(decoding: bytes, as: UTF8.self)) } else { try write(bytes, to: path) }
  }

  /// A document as text.
  static func text(of document: JSONOutput) throws(CommandError) -> String {
    try told(.software) { () throws(JSONWriteError) in try JSONWriter.text(of: document) }
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
