import Foundation
import Testing

@testable import nmsim

/// What cannot be written is said before the work: the inputs of these command lines are not there, and nobody has
/// looked for them yet.
@Suite("outputs are checked before work")
struct OutputCheckTests {
  @Test(
    "every output option of every command, and where it has one its default",
    arguments: CommandTable.shipped.commands.flatMap { command in
      command.spec.options.filter { [.newFile, .newDocument, .newFolder].contains($0.value) }.map { (command.spec, $0) }
    })
  func everyOption(command: CommandSpec, option: OptionSpec) throws {
    try TemporaryFolder.with { folder in
      try folder.write("a file", "file")
      let positionals = command.positionals.map { positional in
        if case .choice(let names) = positional.value { names[0] } else { "none" }
      }
      let words = [command.name] + positionals + ["--\(option.name)", "DIR/file/x"]
      let result = folder.invoke(words.joined(separator: " "))
      #expect(result.status == .cannotWrite)
      #expect(result.error.hasPrefix("nmsim: DIR/file/x: "), "\(result.error)")
      #expect(result.error.split(separator: "\n").count == 1)
    }
  }

  @Test("a folder in the way, a missing folder, and the outputs that have names of their own")
  func defaults() throws {
    try TemporaryFolder.with { folder in
      #expect(folder.invoke("compile DIGITS/net.json -o DIR/net.nmsim -q").status == .success)
      for name in ["a", "n.safetensors"] {
        try FileManager.default.createDirectory(atPath: "\(folder.path)/\(name)", withIntermediateDirectories: true)
      }
      let run = "run DIR/net.nmsim --input DIGITS/test-images.npy"
      func error(_ line: String) -> String {
        let result = folder.invoke(line)
        #expect(result.status == .cannotWrite)
        return result.error
      }
      #expect(error("\(run) --json DIR/a") == "nmsim: DIR/a: cannot be written: it is a folder: name a file\n")
      let missing = "cannot be written: its folder does not exist: make the folder first\n"
      #expect(error("\(run) --json DIR/b/run.json") == "nmsim: DIR/b/run.json: \(missing)")
      #expect(error("\(run) --predictions DIR/b/p.csv") == "nmsim: DIR/b/p.csv: \(missing)")
      #expect(error("convert none.onnx -o DIR/n.json").hasPrefix("nmsim: DIR/n.safetensors: "))
      #expect(
        error("\(run) --trace DIR/net.nmsim/traces")
          == "nmsim: DIR/net.nmsim/traces: the folder cannot be made: a file of that name is in the way: name another "
          + "folder\n")
    }
  }

  @Test("weights beside a model are inputs, whatever their file is called")
  func externalWeights() throws {
    try TemporaryFolder.with { folder in
      let fixtures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "CompilerTests/Fixtures/residual-ext.onnx")
      var model = try Data(contentsOf: fixtures)
      // A name of the same length, which is that of the tensors of the network to be written.
      let place = try #require(model.range(of: Data("residual-ext.onnx.data".utf8)))
      while let place = model.range(of: Data("residual-ext.onnx.data".utf8)) {
        model.replaceSubrange(place, with: Data("residual-x.safetensors".utf8))
      }
      #expect(place.count == 22)
      try model.write(to: URL(filePath: folder.path + "/model.onnx"))
      let weights = try Data(contentsOf: fixtures.appendingPathExtension("data"))
      try weights.write(to: URL(filePath: folder.path + "/residual-x.safetensors"))
      let result = folder.invoke(
        "convert DIR/model.onnx --method max-norm --calibration DIGITS/test-images.npy -o DIR/residual-x.json -q")
      #expect(
        result.error
          == "nmsim: DIR/residual-x.safetensors: is read by this command, and --output would replace it: give --output "
          + "another name\n")
      #expect(try Data(contentsOf: URL(filePath: folder.path + "/residual-x.safetensors")) == weights)
    }
  }

  @Test("weights and trained networks are never replaced, and a folder is no chip")
  func kept() throws {
    try TemporaryFolder.with { folder in
      _ = try folder.write(String(repeating: "\0", count: 8) + "{}", "net.safetensors")
      #expect(folder.invoke("compile DIGITS/net.json -o DIR/net.nmsim -q").status == .success)
      let run = "run DIR/net.nmsim --input DIGITS/test-images.npy --samples 2 --ticks 3 -q"
      let result = folder.invoke("\(run) --predictions DIR/net.safetensors")
      #expect(
        result.error
          == "nmsim: DIR/net.safetensors: is a file of weights alone (.safetensors), which --predictions would replace: give "
          + "--predictions another name\n")
      #expect(try Data(contentsOf: URL(filePath: folder.path + "/net.safetensors")).count == 10)
      #expect(folder.invoke("\(run) --predictions DIR/other.safetensors").status == .success)
      let chip = folder.invoke("compile DIGITS/net.json --chip DIR -o DIR/other.nmsim")
      #expect(chip.error == "nmsim: DIR: is a folder: give a chip's file, or a name of 'nmsim chips'\n")
    }
  }

  @Test("devices, standard output and folders that are still to be made are no obstacle")
  func allowed() throws {
    try TemporaryFolder.with { folder in
      #expect(folder.invoke("compile DIGITS/net.json -o DIR/net.nmsim --json /dev/null -q").status == .success)
      let run = "run DIR/net.nmsim --input DIGITS/test-images.npy --samples 2 --ticks 3 -q --json"
      #expect(folder.invoke("\(run) - --predictions /dev/null").status == .success)
      #expect(folder.invoke("\(run) /dev/null --trace DIR/a/b/c").status == .success)
      #expect(folder.has("a/b/c/spikes.csv"))
    }
  }

  @Test("a device is no data, and a pipe is")
  func inputs() throws {
    try TemporaryFolder.with { folder in
      #expect(folder.invoke("compile DIGITS/net.json -o DIR/net.nmsim -q").status == .success)
      let device = folder.invoke("run DIR/net.nmsim --input /dev/zero --json -")
      #expect(device.status == .missingInput)
      #expect(device.error == "nmsim: /dev/zero: is a device: name a file\n")
      guard let bash = Program.find("bash"), let nmsim = Program.nmsim else { return }
      let line = "\"$1\" run \"$2/net.nmsim\" --input <(cat \"$3/test-images.npy\") --samples 2 --ticks 3 -q "
        + "--json /dev/stdout | cat"
      let pipe = try Program.run(bash, ["-c", line, "bash", nmsim, folder.path, TemporaryFolder.digits])
      #expect(pipe.status == 0 && pipe.text.hasPrefix("{"), "\(pipe.text)")
      #expect(pipe.text.contains("\"imagesHash\": null"))
      let nothing = "\"$1\" run \"$2/net.nmsim\" --input <(true) -q --json -"
      let empty = try Program.run(bash, ["-c", nothing, "bash", nmsim, folder.path, TemporaryFolder.digits])
      #expect(empty.status != 0 && empty.text.contains("(0 bytes)") && !empty.text.contains("MNIST"), "\(empty.text)")
      // A named one has nobody at its other end a second time.
      let named = "mkfifo \"$2/pipe\" && { cat \"$3/test-images.npy\" > \"$2/pipe\" & } && "
        + "\"$1\" run \"$2/net.nmsim\" --input \"$2/pipe\" --samples 2 --ticks 3 -q --json -"
      let timeout = try #require(Program.find("timeout"))
      let words = [bash, "-c", named, "bash", nmsim, folder.path, TemporaryFolder.digits]
      let again = try Program.run(timeout, ["60"] + words)
      #expect(again.status == 0 && again.text.hasPrefix("{"), "\(again.text)")
    }
  }
}
