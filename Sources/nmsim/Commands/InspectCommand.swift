import ChipModel
import Compiler

/// `nmsim inspect`: what is in a network, a program or a result.
enum InspectCommand {
  static let spec = CommandSpec(
    name: "inspect", abstract: "Show what is in a network, a program or a result",
    positionals: [
      PositionalSpec(
        "files", "FILE", .file([.network, .program, .graph] + FileKind.documents), .list(minimum: 1),
        "Networks, programs, results, NIR graphs; told apart by content.")
    ],
    options: [
      .json("Also write what is shown as JSON; '-' is standard output."),
      .quiet, .color,
    ],
    examples: [
      ExampleSpec("nmsim inspect net.nmsim", "Populations, cores and routes of a program."),
      ExampleSpec("nmsim inspect net.json run.json", "A network, then a result."),
    ],
    exits: [.badData, .missingInput, .badConfiguration])

  static func run(_ arguments: ParsedArguments, _ terminal: Terminal) throws(CommandError) -> ExitStatus {
    let tables = arguments.tables(terminal)
    let paths = arguments.positionals("files")
    var documents: [JSONOutput] = []
    let contents = try paths.map { (path) throws(CommandError) in try Content(reading: path) }
    try arguments.checkFiles(reads: zip(paths, contents).flatMap { $1.files(beside: $0) })
    for (index, (path, content)) in zip(paths, contents).enumerated() {
      if index > 0 { tables.say("\n") }
      if paths.count > 1 { tables.say(tables.style.bold("\(ErrorText.escaped(path)): \(content.kind)") + "\n\n") }
      tables.say(content.text(tables.style))
      documents.append(
        .object([("file", .string(path)), ("kind", .string(content.kind)), ("content", content.document)]))
    }
    if let json = arguments.string("output") {
      let document = JSONOutput.object([("format", .string("nmsim-inspect/1")), ("files", .array(documents))])
      try OutputFile.write(document, to: json, terminal)
    }
    return .success
  }

  /// A file that was recognised by what is in it.
  enum Content: Sendable {
    case network(NetworkFile)
    case program(CompiledProgram)
    case chip(ChipDescription)
    case graph(NIRGraph)
    /// A result or another document of a known form: its `format` and the whole text.
    case document(format: String, JSONValue)

    /// Largest JSON file, bytes.
    private static let maximumBytes = 1 << 30

    /// Files that belong to it.
    func files(beside path: String) -> [String] {
      switch self {
      case .network(let file): file.files
      case .program(let program): program.dataFiles(beside: path)
      case .chip, .graph, .document: []
      }
    }

    init(reading path: String) throws(CommandError) {
      let bytes = try InputFiles.bytes(path, limit: ProgramStore.maximumBytes)
      if ProgramStore.isProgram(bytes) {
        self = .program(try ProgramStore.decode(bytes, path: path))
        return
      }
      if NIRGraph.isGraph(bytes) {
        do throws(ImportError) { self = .graph(try NIRGraph(bytes)) } catch {
          throw CommandError(.badData, subject: path, message: error.commandText)
        }
        return
      }
      let blanks: [UInt8] = [0x20, 0x09, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF]
      let first = bytes.first { !blanks.contains($0) }
      guard first == UInt8(ascii: "{") || first == UInt8(ascii: "/") else { throw .notRecognised(path) }
      let root = try told(.badData, path) { () throws(JSONError) in
        try JSONParser.parse(bytes, options: .init(allowsComments: true, maximumBytes: Self.maximumBytes))
      }
      switch root.format {
      case NetworkDocument.format?:
        self = try told(by: CommandError.init) { () throws(NetworkFileError) in
          let file = try NetworkFile(text: bytes, path: path)
          _ = try file.checked()
          return .network(file)
        }
      case ChipDescription.format?:
        // By path, so that 'extends' finds its file; a plain name would mean a built-in chip.
        self = .chip(try ChipsCommand.load(path.contains("/") ? path : "./" + path))
      case let format? where format.hasPrefix("nmsim-"): self = .document(format: format, root)
      default: throw .notRecognised(path)
      }
    }

    /// What it is, in a word or two.
    var kind: String {
      switch self {
      case .network: "network"
      case .program: "program"
      case .chip: "chip description"
      case .graph: "NIR graph"
      case .document(let format, _): format
      }
    }

    /// What is shown.
    func text(_ style: TextStyle) -> String {
      switch self {
      case .network(let file): NetworkText(network: file.network, style: style).page
      case .program(let program):
        ProgramTables(report: CompileReport(program), style: style).text
      case .chip(let chip): ChipText(chip: chip, style: style).page
      case .graph(let graph): NIRText(graph: graph, style: style).page
      case .document(_, let value): DocumentText(value: value, style: style).page
      }
    }

    /// The same for `--json`.
    var document: JSONOutput {
      switch self {
      case .network(let file): NetworkText.summary(file.network)
      case .program(let program): CompileReport(program).document
      case .chip(let chip): chip.document
      case .graph(let graph): NIRText.document(graph)
      case .document(_, let value): JSONOutput(value)
      }
    }
  }
}

extension CommandError {
  fileprivate static func notRecognised(_ path: String) -> CommandError {
    CommandError(
      .badData, subject: path, problem: "neither a network, a program, a result nor a chip description",
      remedy: "give a file that nmsim wrote")
  }
}

extension JSONValue {
  /// The `format` member of an object.
  var format: String? {
    guard case .object(let members) = kind, let member = members.first(where: { $0.key == "format" }),
      case .string(let text) = member.value.kind
    else { return nil }
    return text
  }
}
