// Reads the arguments, runs one command, ends with its status.
ProcessControl.ignoreBrokenPipes()
let status = Dispatch.run(Array(CommandLine.arguments.dropFirst()), table: .shipped, terminal: .standard())
ProcessControl.end(with: status.rawValue)
