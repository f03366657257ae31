import ChipModel
import Foundation
import Testing

@testable import Compiler

@Suite("Import errors")
struct ImportErrorTests {
  private func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "imported"
    } catch { return "\(error)" }
  }

  @Test(
    "name node, operator, cause and remedy in one line",
    arguments: [
      (
        "train_dropout",
        "node 'node_native_dropout__1' (Dropout): the model was exported in training mode: call model.eval() before "
          + "torch.onnx.export"
      ),
      (
        "train_bn",
        "node '/1/BatchNormalization' (BatchNormalization): the model was exported in training mode: call model.eval() "
          + "before torch.onnx.export"
      ),
      (
        "silu",
        "node 'node_Sigmoid_0' (Sigmoid): nn.Sigmoid, nn.SiLU, nn.Hardswish and gates (squeeze and excitation) have no "
          + "spiking counterpart: train with nn.ReLU, nn.ReLU6 or nn.LeakyReLU instead"
      ),
      (
        "gelu",
        "node 'node_gelu' (Gelu): this activation has no spiking counterpart: train with nn.ReLU, nn.ReLU6 or "
          + "nn.LeakyReLU instead"
      ),
    ])
  func refused(_ name: String, _ expected: String) {
    #expect(message { _ = try ImportFiles.importFixture("refused-\(name).onnx") } == expected)
  }

  @Test("recognise other files")
  func otherFiles() {
    func read(_ bytes: [UInt8]) -> String { message { _ = try ONNXImporter.read(bytes, folder: nil, name: "x") } }
    #expect(read([]) == "the file is empty: export the model again")
    #expect(
      read([0x50, 0x4b, 3, 4, 0])
        == "this is a PyTorch checkpoint or a zip file, not ONNX: load it in Python and write "
        + "it with torch.onnx.export(model.eval(), example, 'model.onnx')")
    #expect(read([0x89, 0x48, 0x44, 0x46]).hasPrefix("this is an HDF5 file (Keras), not ONNX: "))
    #expect(read(Array("version https://git-lfs.github.com".utf8)).hasSuffix(": run git lfs pull"))
    #expect(
      read([0x08, 0x07])
        == "the file holds 0 graphs, an ONNX model holds one: give a file written by torch.onnx.export")
  }

  @Test("names from files are shown without control characters, and shortened")
  func names() {
    #expect(printable("a\u{1b}[31m\nb\u{202e}") == "a\\u{1B}[31m\\nb\\u{202E}")
    #expect(printable(String(repeating: "x", count: 200)).count == 63)
  }
}

@Suite("External data")
struct ExternalDataTests {
  private func problem(_ entries: [(key: String, value: String)], bytes: Int = 8, folder: String? = "/") -> String {
    do {
      let location = try ExternalLocation(entries: entries, tensor: "w", byteCount: bytes)
      _ = try location.load(folder: folder, tensor: "w")
      return "read"
    } catch { return "\(error)" }
  }

  @Test(
    "a location may not leave the model's folder",
    arguments: [
      "/etc/passwd", "../w.data", "a/../../w", "a//b", "", "c:\\w", "a\\..\\w", "..",
    ])
  func outside(_ location: String) {
    #expect(
      problem([("location", location)])
        == "tensor 'w': external data at '\(location)' is outside the model's folder: keep the data file beside the "
        + "model, or export with external_data=False")
  }

  @Test("offset and length are whole numbers that fit the shape")
  func numbers() {
    #expect(
      problem([("location", "w"), ("offset", "-4")])
        == "tensor 'w': external data offset '-4' is not a whole number: export the model again")
    #expect(problem([("location", "w"), ("offset", "99999999999999999999")]).contains("is not a whole number"))
    #expect(
      problem([("location", "w"), ("length", "4")])
        == "tensor 'w': external data has 4 bytes, shape and type need 8: export the model again")
  }

  @Test("a model from a pipe has no folder")
  func pipe() throws {
    let bytes = try ImportFiles.fixture("conv_plain-ext.onnx")
    let error = #expect(throws: ImportError.self) { try ONNXImporter.read(bytes, folder: nil, name: "x") }
    let text = error.map { "\($0)" } ?? ""
    #expect(text.hasSuffix("' (a pipe)") == false)
    #expect(text.contains("but a model read from a pipe has no folder: give the model as a file, or export with"))
  }

  @Test("links out of the folder, folders, short and missing files are refused; links inside are followed")
  func files() throws {
    let manager = FileManager.default
    let root = manager.temporaryDirectory.appending(path: "nmsim-external-\(UInt64.random(in: 0...UInt64.max))")
    let inside = root.appending(path: "model")
    try manager.createDirectory(at: inside.appending(path: "folder"), withIntermediateDirectories: true)
    defer { try? manager.removeItem(at: root) }
    try Data([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]).write(to: root.appending(path: "secret"))
    try Data([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]).write(to: inside.appending(path: "w"))
    try manager.createSymbolicLink(
      at: inside.appending(path: "out"), withDestinationURL: root.appending(path: "secret"))
    try manager.createSymbolicLink(
      atPath: inside.appending(path: "in").path(percentEncoded: false), withDestinationPath: "w")
    let folder = inside.path(percentEncoded: false)
    func read(_ name: String, offset: String = "0") -> String {
      problem([("location", name), ("offset", offset)], folder: folder)
    }
    #expect(read("w", offset: "2") == "read")
    #expect(read("in") == "read")
    #expect(
      read("out")
        == "tensor 'w': 'out' leads out of the model's folder: copy the data file into the model's folder, or "
        + "export with external_data=False")
    #expect(read("folder") == "tensor 'w': 'folder' is not a regular file: export the model again")
    #expect(
      read("w", offset: "3")
        == "tensor 'w': 'w' has 10 bytes, 8 from byte 3 are needed: copy the data file again, model "
        + "and data must come from one export")
    #expect(
      read("none")
        == "tensor 'w': its weights are in 'none', which is not beside the model: copy the data file into the "
        + "model's folder, or export with external_data=False")
    let location = try ExternalLocation(
      entries: [("location", "w"), ("offset", "2")], tensor: "w", byteCount: 8)
    #expect(try location.load(folder: folder, tensor: "w") == [3, 4, 5, 6, 7, 8, 9, 10])
  }
}
