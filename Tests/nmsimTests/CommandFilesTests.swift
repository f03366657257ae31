import ChipModel
import Foundation
import Testing

@testable import nmsim

/// No command destroys what it reads, or writes two outputs into one file: it ends with 64 before its work.
@Suite("no output is an input or another output")
struct CommandFilesTests {
  /// A network with data of its own, its program, its result, links to some of them.
  private func withFiles(_ body: (TemporaryFolder) throws -> Void) throws {
    try TemporaryFolder.with { folder in
      let digits = TemporaryFolder.digits
      for name in ["net.json", "net.safetensors", "test-images.npy", "test-labels.npy"] {
        try FileManager.default.copyItem(atPath: "\(digits)/\(name)", toPath: "\(folder.path)/\(name)")
      }
      for (link, file) in [("link.json", "net.json"), ("link.npy", "test-images.npy")] {
        try FileManager.default.createSymbolicLink(atPath: "\(folder.path)/\(link)", withDestinationPath: file)
      }
      #expect(folder.invoke("compile DIR/net.json -o DIR/net.nmsim -q").status == .success)
      #expect(folder.invoke("run DIR/net.nmsim --samples 2 --ticks 4 -q --json DIR/run.json").status == .success)
      try folder.write(
        """
        {"format": "nmsim-plan/1", "networks": ["net.json"], "data": {"images": "test-images.npy", "samples": 2},
         "steps": [4]}
        """, "points.json")
      try body(folder)
    }
  }

  private func contents(_ folder: TemporaryFolder) throws -> [String: Data] {
    var result: [String: Data] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) { result[name] = try? folder.data(name) }
    return result
  }

  @Test(
    "an output that is an input is refused, and nothing is touched",
    arguments: [
      ("compile DIR/net.json -o DIR/net.safetensors", "net.safetensors"),
      ("compile DIR/net.json -o DIR/net.json", "net.json"),
      ("compile DIR/net.json -o DIR/link.json", "link.json"),
      ("compile DIR/net.json -o DIR/a --json DIR/test-images.npy", "test-images.npy"),
      ("compile DIR/net.json -o DIR/a --write-mapping DIR/test-labels.npy", "test-labels.npy"),
      ("compile DIR/net.json -o DIR/a --calibration DIR/link.npy --json DIR/test-images.npy", "test-images.npy"),
      ("run DIR/net.nmsim --json DIR/net.nmsim", "net.nmsim"),
      ("run DIR/net.nmsim --json DIR/test-images.npy", "test-images.npy"),
      ("run DIR/net.nmsim --json DIR/link.npy", "link.npy"),
      ("run DIR/net.nmsim --input DIR/test-images.npy --predictions DIR/test-labels.npy", "test-labels.npy"),
      ("run DIR/net.nmsim --json DIR/a --outputs DIR/../DIRNAME/test-labels.npy", "../DIRNAME/test-labels.npy"),
      ("energy DIR/run.json --json DIR/run.json", "run.json"),
      ("report DIR/run.json -o DIR/run.json", "run.json"),
      ("explain DIR/net.json --json DIR/net.safetensors", "net.safetensors"),
      ("compare DIR/net.json --chips ideal --json DIR/test-images.npy", "test-images.npy"),
      ("inspect DIR/net.json DIR/run.json --json DIR/run.json", "run.json"),
      ("inspect DIR/net.nmsim --json DIR/test-images.npy", "test-images.npy"),
      ("bench --quick --model DIR/net.nmsim --json DIR/test-images.npy", "test-images.npy"),
      ("sweep DIR/points.json -o DIR", "points.json"),
    ])
  func inputs(line: String, file: String) throws {
    try withFiles { folder in
      let name = URL(filePath: folder.path).lastPathComponent
      let before = try contents(folder)
      let result = folder.invoke(line.replacingOccurrences(of: "DIRNAME", with: name))
      let shown = file.replacingOccurrences(of: "DIRNAME", with: name)
      #expect(result.status == .usage, "\(result.error)")
      #expect(result.error.hasPrefix("nmsim: DIR/\(shown): is read by this command, and --"), "\(result.error)")
      #expect(try contents(folder).filter { $0.key != "points" } == before)
    }
  }

  @Test(
    "two outputs in one file are refused",
    arguments: [
      "compile DIR/net.json -o DIR/a --json DIR/a", "compile DIR/net.json -o DIR/a --json DIR/./a",
      "run DIR/net.nmsim --json DIR/r --predictions DIR/r", "run DIR/net.nmsim --json - --trace DIR --predictions DIR/spikes.csv",
    ])
  func twice(line: String) throws {
    try withFiles { folder in
      let before = try contents(folder)
      let result = folder.invoke(line)
      #expect(result.status == .usage && result.error.contains(": is written by --"), "\(result.error)")
      #expect(try contents(folder) == before)
    }
  }

  @Test("standard output takes one output, and only one that is text")
  func standardOutput() throws {
    try withFiles { folder in
      let binary = folder.invoke("run DIR/net.nmsim --samples 2 --ticks 4 --json - --outputs -")
      #expect(
        binary.error == "nmsim: run: --outputs '-' is standard output, where this does not go: give a file name\n")
      let both = folder.invoke("compile DIR/net.json -o DIR/a --json - --write-mapping -")
      #expect(both.status == .usage)
      #expect(
        both.error == "nmsim: compile: --write-mapping and --json both go to standard output: give one of them a file name\n"
          || both.error == "nmsim: compile: --json and --write-mapping both go to standard output: give one of them a file name\n")
      #expect(!folder.has("-") && !FileManager.default.fileExists(atPath: "-"))
    }
  }

  @Test("merge replaces no part and no point")
  func merge() throws {
    try withFiles { folder in
      #expect(folder.invoke("sweep DIR/points.json -o DIR/s -q").status == .success)
      let points = try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/s/points").filter { $0.hasSuffix(".json") }
      let point = try #require(points.first)
      for file in ["points.json", "points/\(point)"] {
        #expect(folder.invoke("merge DIR/s -o DIR/s/\(file)").status == .usage)
      }
      #expect(folder.invoke("merge DIR/s").status == .success)
      #expect(folder.invoke("report DIR/s -o DIR/s/sweep.json").status == .usage)
    }
  }

  @Test("what a chip extends is an input, too")
  func chips() throws {
    try withFiles { folder in
      try folder.write(SmallFiles.chip(""), "base.json")
      try folder.write(
        """
        {"format": "nmsim-chip/1", "name": "b", "title": "B", "extends": "base.json", "source": "test", "certainty": "assumed"}
        """, "b.json")
      #expect(folder.invoke("chips show DIR/b.json -q").status == .success)
      #expect(folder.invoke("chips show DIR/b.json --json DIR/base.json").status == .usage)
    }
  }

  @Test("a path that a file names is a regular file, and nothing of it is told")
  func named() throws {
    try withFiles { folder in
      let secret = try folder.write("secret-word and more\n", "secret")
      #expect(try Program.run(try #require(Program.find("mkfifo")), ["\(folder.path)/pipe"]).status == 0)
      let network = try folder.text("net.json")
      func refused(_ line: String, _ words: String) {
        let result = folder.invoke(line)
        #expect(result.status != .success && result.error.contains(words), "\(line): \(result.error)")
        #expect(!result.error.contains("secret-word"), "\(result.error)")
      }
      // Tensors that are a pipe or lead out of the folder.
      for (target, words) in [("../\(URL(filePath: folder.path).lastPathComponent)/pipe", "regular file"), ("/dev/zero", "leads out")] {
        try FileManager.default.removeItem(atPath: "\(folder.path)/net.safetensors")
        try FileManager.default.createSymbolicLink(atPath: "\(folder.path)/net.safetensors", withDestinationPath: target)
        refused("compile DIR/net.json -o DIR/a", words)
      }
      // Data that are a pipe, or somebody's text.
      try FileManager.default.removeItem(atPath: "\(folder.path)/net.safetensors")
      try FileManager.default.copyItem(atPath: "\(TemporaryFolder.digits)/net.safetensors", toPath: "\(folder.path)/net.safetensors")
      for (images, labels, words) in [
        ("pipe", "test-labels.npy", "regular file"), ("test-images.npy", "pipe", "regular file"),
        (secret, "test-labels.npy", "unknown data format"), ("test-images.npy", secret, "line 1 is not a class index"),
      ] {
        try folder.write(
          network.replacingOccurrences(of: "\"test-images.npy\"", with: "\"\(images)\"")
            .replacingOccurrences(of: "\"test-labels.npy\"", with: "\"\(labels)\""), "net.json")
        refused("explain DIR/net.json", words)
      }
      // A plan's paths, and what a chip extends.
      for (key, words) in [("networks", "not what is read here"), ("chips", "not what is read here"), ("mappings", "not what is read here")] {
        try folder.write("secret-word", "secret.json")
        let other = key == "networks" ? "" : "\"networks\": [\"\(TemporaryFolder.digits)/net.json\"], "
        try folder.write("{\"format\": \"nmsim-plan/1\", \(other)\"\(key)\": [\"secret.json\"]}", "plan.json")
        refused("sweep DIR/plan.json -o DIR/s", words)
        try FileManager.default.removeItem(atPath: "\(folder.path)/secret.json")
        try FileManager.default.createSymbolicLink(atPath: "\(folder.path)/secret.json", withDestinationPath: "pipe")
        refused("sweep DIR/plan.json -o DIR/s", "regular file")
        try FileManager.default.removeItem(atPath: "\(folder.path)/secret.json")
      }
      try folder.write("secret-word", "base.json")
      try folder.write("{\"format\": \"nmsim-chip/1\", \"name\": \"b\", \"extends\": \"base.json\"}", "b.json")
      refused("chips show DIR/b.json", "not what is read here")
    }
  }
}
