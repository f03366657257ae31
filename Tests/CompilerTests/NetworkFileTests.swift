import ChipModel
import Foundation
import Testing

@testable import Compiler

@Suite("Network file")
struct NetworkFileTests {
  @Test("a network and its tensors are written back byte for byte")
  func roundTrip() throws {
    try NetworkFixtures.withFolder { folder in
      let path = folder + "/model.json"
      try NetworkFixtures.withTensors.write(to: path)
      let file = try NetworkFile(reading: path)
      #expect(file.network == NetworkFixtures.withTensors)
      #expect(file.tensorsFile == "model.safetensors")
      #expect(file.resolve("images.npy") == folder + "/images.npy")
      _ = try file.checked()

      try FileManager.default.createDirectory(atPath: folder + "/copy", withIntermediateDirectories: true)
      try file.network.write(to: folder + "/copy/model.json")
      for name in ["model.json", "model.safetensors"] {
        let first = try FileReader.bytes(of: folder + "/" + name)
        #expect(try FileReader.bytes(of: folder + "/copy/" + name) == first)
      }
    }
  }

  @Test("the bundled example is read, checked, and keeps its meaning when written")
  func digits() throws {
    let path = NetworkFixtures.root.appending(path: "Examples/digits/net.json").path()
    let checked = try NetworkFile(reading: path).checked()
    #expect(checked.populations.map(\.depth) == [0, 0, 1, 2, 3])
    #expect(checked.layers == 4)
    #expect(checked.output == 4)
    #expect(checked.projections.map(\.source) == [0, 1, 1, 2, 3])
    let text = try checked.network.jsonBytes(tensorsFile: "net.safetensors")
    var again = try NetworkDocument(parsing: text).network
    again.tensors = checked.network.tensors
    #expect(again == checked.network)
  }

  @Test("every truncation of the tensor file is refused")
  func truncatedTensors() throws {
    try NetworkFixtures.withFolder { folder in
      let path = folder + "/net.json"
      try NetworkFixtures.withTensors.write(to: path)
      let tensors = folder + "/net.safetensors"
      let bytes = try FileReader.bytes(of: tensors)
      for count in 0..<bytes.count {
        let cut = Array(bytes[..<count])
        let expected = message { try NetworkFile.parseTensors(cut, path: tensors) }
        #expect(expected.hasPrefix(tensors + ": "), "\(count) of \(bytes.count) bytes")
        // Through the file system in steps: opening files is slow.
        guard count % 16 == 0 else { continue }
        try Data(cut).write(to: URL(filePath: tensors))
        #expect(message { try NetworkFile(reading: path) } == expected)
      }
    }
  }

  @Test("what is missing is named with its place")
  func missing() throws {
    try NetworkFixtures.withFolder { folder in
      let path = folder + "/net.json"
      #expect(message { try NetworkFile(reading: path) } == "\(path): no such file; check the path")
      var network = NetworkFixtures.withTensors
      try network.write(to: path)
      let text = try String(contentsOfFile: path, encoding: .utf8)
        .replacing("\"second.weight\"", with: "\"second.weigth\"")
      try Data(text.utf8).write(to: URL(filePath: path))
      #expect(
        message { try NetworkFile(reading: path).checked() }
          == "\(path): line 50, column 18: projection 'second': weights refers to the tensor 'second.weigth',"
          + " which the tensor file does not have; did you mean 'second.weight'?")
      try FileManager.default.removeItem(atPath: folder + "/net.safetensors")
      #expect(message { try NetworkFile(reading: path) } == "\(folder)/net.safetensors: no such file; check the path")

      network.populations[0].bias = .uniform(.nan)
      #expect(
        message { try network.write(to: path) }
          == "\(path): populations[0].bias is nan, which JSON cannot hold; only thresholds may be infinite")
      #expect(
        message { try NetworkFixtures.withTensors.write(to: folder + "/none/net.json") }
          == "\(folder)/none/net.safetensors: cannot be written: its folder does not exist; make the folder first")
    }
  }

  @Test(
    "names beside a network",
    arguments: [
      ("net.json", ".", "net.safetensors"), ("a/b/x.json", "a/b", "x.safetensors"), ("/net", "/", "net.safetensors"),
      (".json", ".", ".json.safetensors"), ("./a.b.json", ".", "a.b.safetensors"),
    ])
  func names(path: String, folder: String, tensors: String) {
    #expect(PathText.folder(of: path) == folder)
    #expect(NetworkFile.tensorsName(for: path) == tensors)
  }

  private func message<Result>(_ body: () throws -> Result) -> String {
    do {
      _ = try body()
      return "accepted"
    } catch {
      return "\(error)"
    }
  }
}
