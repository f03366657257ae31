import Foundation

@testable import nmsim

/// A folder of a test's own, removed with the value's last use by `withFolder`.
struct TemporaryFolder {
  let path: String

  /// Runs the body with a fresh folder.
  static func with<Result>(_ body: (TemporaryFolder) throws -> Result) throws -> Result {
    let url = FileManager.default.temporaryDirectory.appending(path: "nmsim-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: url) }
    // Without symbolic links, as nmsim sees it.
    return try body(TemporaryFolder(path: url.resolvingSymlinksInPath().path))
  }

  /// The bundled example.
  static let digits = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Examples/digits").path

  @discardableResult
  func write(_ text: String, _ name: String) throws -> String {
    let file = URL(filePath: path).appending(path: name)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
    return file.path
  }

  func data(_ name: String) throws -> Data { try Data(contentsOf: URL(filePath: path).appending(path: name)) }
  func text(_ name: String) throws -> String { String(decoding: try data(name), as: UTF8.self) }
  func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: "\(path)/\(name)") }

  /// Runs a command line in which `DIR/` is this folder and `DIGITS/` the example; what it says has `DIR` and `DIGITS`
  /// again.
  func invoke(_ line: String) -> (status: ExitStatus, output: String, error: String) {
    let line = line.replacingOccurrences(of: "DIR", with: path).replacingOccurrences(of: "DIGITS", with: Self.digits)
    let result = nmsimTests.invoke(line)
    return (result.status, shown(result.output), shown(result.error))
  }

  private func shown(_ text: String) -> String {
    text.replacingOccurrences(of: path, with: "DIR").replacingOccurrences(of: Self.digits, with: "DIGITS")
  }
}

/// Small networks and chips for the commands' tests.
enum SmallFiles {
  /// Two inputs, four integrate-and-fire neurons, two accumulators.
  static let network = """
    {
      "format": "nmsim-network/1",
      "name": "tiny",
      "input": {"kind": "current", "shape": [2], "images": "data/x.npy", "labels": "data/y.npy"},
      "populations": [
        {"name": "hidden", "shape": [4], "neuron": {"model": "if", "threshold": 1}},
        {"name": "out", "shape": [2], "neuron": {"model": "accumulator"}}
      ],
      "projections": [
        {"name": "a", "from": "input", "to": "hidden", "kind": "dense", "weights": [[1, 0], [0, 1], [1, 1], [-1, 0.5]]},
        {"name": "b", "from": "hidden", "to": "out", "kind": "dense", "weights": [[1, 0, 1, 0], [0, 1, 0, -1]]}
      ],
      "output": {"population": "out", "readout": "potential"}
    }
    """

  /// A chain of three with a shortcut over the middle one.
  static let shortcut = """
    {
      "format": "nmsim-network/1",
      "name": "shortcut",
      "input": {"kind": "current", "shape": [2]},
      "populations": [
        {"name": "first", "shape": [2], "neuron": {"model": "if", "threshold": 1}},
        {"name": "second", "shape": [2], "neuron": {"model": "if", "threshold": 1}},
        {"name": "out", "shape": [2], "neuron": {"model": "accumulator"}}
      ],
      "projections": [
        {"name": "a", "from": "input", "to": "first", "kind": "dense", "weights": [[1, 0], [0, 1]]},
        {"name": "b", "from": "first", "to": "second", "kind": "dense", "weights": [[1, 0.5], [0.5, 1]]},
        {"name": "c", "from": "second", "to": "out", "kind": "dense", "weights": [[1, 0], [0, 1]]},
        {"name": "d", "from": "first", "to": "out", "kind": "identity"}
      ],
      "output": {"population": "out", "readout": "potential"}
    }
    """

  /// The ideal chip with limits.
  static func chip(_ limits: String) -> String {
    """
    {"format": "nmsim-chip/1", "name": "small", "title": "Small", "extends": "ideal", "source": "test",
     "certainty": "assumed", "limits": {\(limits)}}
    """
  }

  /// The network's neurons on two cores.
  static let mapping = """
    {"format": "nmsim-mapping/1", "cores": [
      {"place": 1, "parts": [{"population": "hidden", "channels": [0, 3]}]},
      {"place": 0, "parts": [{"population": "out", "channels": [0, 2]}, {"population": "hidden", "channels": [3, 4]}]}
    ]}
    """
}
