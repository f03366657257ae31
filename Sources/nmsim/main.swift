// Reads the arguments, runs one command, ends with its status.
let arguments = Array(CommandLine.arguments.dropFirst())
ProcessControl.ignoreWriteSignals()
if let name = arguments.first, CommandTable.shipped.command(name) != nil, let error = ProcessControl.missingResource {
  Terminal.standard().error.write(ErrorText.line(for: error) + "\n")
  ProcessControl.end(with: error.status.rawValue)
}
// Commands that can be continued stop in good order; the others lose nothing when a signal ends them.
if let name = arguments.first, CommandTable.shipped.command(name)?.spec.exits.contains(.resumable) == true {
  StopSignal.listen()
}
let status = Dispatch.run(arguments, table: .shipped, terminal: .standard())
ProcessControl.end(with: status.rawValue)
