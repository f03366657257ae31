import Foundation

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Another program, run by the tests.
enum Program {
  /// Its path, where it is installed.
  static func find(_ name: String) -> String? {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    return path.split(separator: ":").map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  /// A Python that has packages: the one that an environment variable names, or `python3`.
  static func python(with packages: [String], named variable: String) -> String? {
    let list = packages.map { "'\($0)'" }.joined(separator: ", ")
    return [ProcessInfo.processInfo.environment[variable], find("python3")].compactMap { $0 }.first { path in
      let search = "import importlib.util as u, sys; sys.exit(not all(map(u.find_spec, [\(list)])))"
      return (try? run(path, ["-c", search]))?.status == 0
    }
  }

  /// The nmsim binary beside the test binary.
  static var nmsim: String? {
    guard let tests = CommandLine.arguments.first else { return nil }
    let path = URL(filePath: tests).deletingLastPathComponent().appending(path: "nmsim").path
    return FileManager.default.isExecutableFile(atPath: path) ? path : nil
  }

  /// Runs it; standard output and standard error come back as one text.
  /// - Parameters:
  ///   - folder: nil: this process's own.
  ///   - environment: added to this process's own.
  static func run(
    _ path: String, _ arguments: [String], in folder: URL? = nil, environment: [String: String] = [:]
  ) throws -> (status: Int32, text: String) {
    let process = Foundation.Process()
    if let folder { process.currentDirectoryURL = folder }
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let pipe = Pipe()
    process.executableURL = URL(filePath: path)
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = pipe
    process.standardError = pipe
    // A test's thread blocks signals, and what it starts would too.
    var (all, own) = (sigset_t(), sigset_t())
    unsafe sigfillset(&all)
    unsafe pthread_sigmask(SIG_UNBLOCK, &all, &own)
    defer { unsafe pthread_sigmask(SIG_SETMASK, &own, nil) }
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: data, as: UTF8.self))
  }

  /// Calls the closure with the path of a file that holds the text.
  static func withFile<Result>(_ text: String, _ body: (String) throws -> Result) throws -> Result {
    let file = FileManager.default.temporaryDirectory.appending(path: "nmsim-\(UUID().uuidString)")
    try Data(text.utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    return try body(file.path)
  }
}
