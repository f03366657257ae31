import Foundation
import Testing

@testable import nmsim

/// Scripts that are kept for use by hand, in the form that is quick enough for every day.
@Suite("Scripts", .enabled(if: Program.nmsim != nil && Program.find("bash") != nil, "nmsim or bash is not there"))
struct ScriptTests {
  /// Runs a script of `Tests/Scripts`, at most so many seconds, and prints what it skips.
  private func script(_ name: String, seconds: Int) throws -> (status: Int32, text: String) {
    let path = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Scripts/\(name)").path
    let bash = try #require(Program.find("bash"))
    let nmsim = try #require(Program.nmsim)
    let result =
      if let timeout = Program.find("timeout") {
        try Program.run(timeout, ["-k", "20", "\(seconds)", bash, path, nmsim])
      } else {
        try Program.run(bash, [path, nmsim])
      }
    for line in result.text.split(separator: "\n") where line.contains("skipped") { print("\(name): \(line)") }
    return result
  }

  @Test("when the machine fails: one line, the named status, whole files")
  func machineFaults() throws {
    let result = try script("machine-faults", seconds: 300)
    #expect(result.status == 0, "\(result.text)")
    #expect(result.text.split(separator: "\n").count { $0.hasPrefix("ok ") } >= 10, "\(result.text)")
  }

  @Test("Tools/install, Tools/archive and Tools/wheel give a program that runs the example, and remove it again")
  func installation() throws {
    let result = try script("installation", seconds: 300)
    #expect(result.status == 0, "\(result.text)")
    #expect(result.text.contains("ok Tools/install") && result.text.contains("ok Tools/archive"), "\(result.text)")
  }

  /// Half a minute, and daemons: only where it is asked for.
  @Test("a Slurm array with a killed task, and GNU parallel, make what one process makes")
  func slurm() throws {
    guard ProcessInfo.processInfo.environment["NMSIM_SLURM"] != nil else {
      print("skipped: a Slurm of its own takes half a minute and root; set NMSIM_SLURM=1")
      return
    }
    let result = try script("slurm-array", seconds: 600)
    #expect(result.status == 0, "\(result.text)")
    #expect(result.text.contains("merged summary identical") || result.text.contains("skipped"), "\(result.text)")
  }

  private static let onnx = Program.python(with: ["numpy", "onnx", "onnxruntime"], named: "NMSIM_ONNX")

  @Test(
    "linear operators and activations give what onnxruntime gives",
    .enabled(if: ScriptTests.onnx != nil, "no Python with numpy, onnx and onnxruntime (NMSIM_ONNX)"))
  func linearOperators() throws {
    let path = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Scripts/linear_operators.py").path
    let result = try Program.run(try #require(Self.onnx), [path, try #require(Program.nmsim)])
    #expect(result.status == 0 && result.text.contains(" 0 failures"), "\(result.text)")
  }

  private static let frameworks = Program.python(
    with: ["numpy", "onnx", "onnxruntime", "torch", "sklearn"], named: "NMSIM_FRAMEWORKS")

  @Test(
    "networks of PyTorch, Keras and scikit-learn go from their exporters to a run",
    .enabled(
      if: ScriptTests.frameworks != nil,
      "no Python with numpy, onnx, onnxruntime, torch and sklearn (NMSIM_FRAMEWORKS)"))
  func frameworkNetworks() throws {
    let path = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Scripts/frameworks.py").path
    let result = try Program.run(try #require(Self.frameworks), [path, try #require(Program.nmsim)])
    print(result.text)
    #expect(result.status == 0 && result.text.contains("ok torch-autoencoder"), "\(result.text)")
  }
}
