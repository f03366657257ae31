// Reads the arguments, runs one command, ends with its status.
Process.ignoreBrokenPipes()
Process.end(
  with: Dispatch.run(Array(CommandLine.arguments.dropFirst()), table: .shipped, terminal: .standard()).rawValue)
