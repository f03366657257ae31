import ChipModel
import Foundation
import Runtime
import Testing

@testable import nmsim

@Suite("run --trace")
struct RunTracesTests {
  private let run = "run DIR/net.nmsim --input DIGITS/test-images.npy --ticks 10 --samples 3"

  private func with(_ body: (TemporaryFolder) throws -> Void) throws {
    try TemporaryFolder.with { folder in
      let result = folder.invoke("compile DIGITS/net.json -o DIR/net.nmsim -q")
      try #require(result.status == .success, "\(result.error)")
      try body(folder)
    }
  }

  @Test("writes every trace into a new folder and says so; a second run replaces them")
  func writes() throws {
    try with { folder in
      let line = "\(run) --trace DIR/a/b --trace-samples 2 --probe conv1:0 --probe output:3 --probe conv1:0 --json DIR/r.json"
      let first = folder.invoke(line)
      #expect(first.status == .success && first.error.isEmpty, "\(first.error)")
      #expect(first.output.contains("Wrote 6 traces of 2 images to DIR/a/b ("))
      let names = ["messages.csv", "perf.csv", "potential.csv", "probes.vcd", "spikes.csv", "trace.json"]
      let files = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/a/b").sorted()
      #expect(files == names)
      // A row a tick: 13 ticks an inference, twice, under the header.
      #expect(try folder.text("a/b/perf.csv").split(separator: "\n").count == 27)
      #expect(try folder.text("a/b/potential.csv").hasPrefix("timestep,neuron conv1.0,neuron output.3,sample\n"))
      #expect(try folder.text("a/b/probes.vcd").contains("n3_potential"))
      let before = try names.map { try folder.data("a/b/\($0)") }
      #expect(folder.invoke(line).status == .success)
      #expect(try names.map { try folder.data("a/b/\($0)") } == before)
      // The traces are of the samples that the run counted.
      let one = folder.invoke("\(run) --trace DIR/c --trace-samples 3 --json -")
      var document = try JSONNode(root: JSONParser.parse(Array(one.output.utf8))).object()
      var totals = try document.required("totals").object()
      let spikes = try folder.text("c/spikes.csv").split(separator: "\n").count - 1
      #expect(try totals.required("spikes").int() == spikes && spikes > 100)
      #expect(!folder.has("c/potential.csv"))
    }
  }

  @Test("the raster of a result has the spikes of the first sample's traces")
  func raster() throws {
    try with { folder in
      #expect(folder.invoke("\(run) --trace DIR/t -o DIR/run.json -q").status == .success)
      var ticks: [String: [Int]] = [:]
      for line in try folder.text("t/spikes.csv").split(separator: "\n").dropFirst() {
        let cells = line.split(separator: ",")
        ticks[String(cells[0]), default: []].append(try #require(Int(cells[1])))
      }
      let details = try #require(RunResult(reading: Array(try folder.data("run.json"))).details)
      #expect(details.populations.map(\.raster.count) == [8, 8, 8])
      var spikes = 0
      for population in details.populations {
        #expect(Set(population.raster.map(\.neuron)).count == 8)
        // A layer's first step is the tick of its depth.
        let isEqual = (0...4).contains { depth in
          population.raster.allSatisfy { row in
            row.steps.map { $0 + depth } == ticks["\(population.name).\(row.neuron)", default: []].sorted()
          }
        }
        #expect(isEqual, "\(population.name)")
        spikes += population.raster.reduce(0) { $0 + $1.steps.count }
      }
      #expect(spikes > 10)
    }
  }

  @Test("what is wrong is said before anything runs")
  func errors() throws {
    try with { folder in
      func expect(_ more: String, _ status: ExitStatus, _ error: String) {
        let result = folder.invoke("\(run) \(more) --json DIR/none.json")
        #expect(result.status == status && result.error == error + "\n", "\(result.error)")
        #expect(!folder.has("none.json"))
      }
      expect(
        "--trace DIR/t --probe conv9:1", .usage,
        "nmsim: run: probe: no population 'conv9': use one of conv1, conv2, conv3, output")
      expect(
        "--trace DIR/t --trace-samples 4", .usage,
        "nmsim: run: --trace-samples 4, the run has 3 samples: use --trace-samples 3 or fewer")
      expect("--probe conv1:0", .usage, "nmsim: run: --probe without a folder for traces: add --trace FOLDER")
      expect(
        "--trace DIR/net.nmsim", .cannotWrite,
        "nmsim: DIR/net.nmsim: the folder cannot be made: a file of that name is in the way: name another folder")
    }
  }

  @Test("the command line in the result is what a shell reads again")
  func command() throws {
    try with { folder in
      let result = folder.invoke("\(run) --json -")
      var document = try JSONNode(root: JSONParser.parse(Array(result.output.utf8))).object()
      var simulation = try document.required("simulation").object()
      let line = "run DIR/net.nmsim --input DIGITS/test-images.npy --ticks 10 --samples 3 --json -"
      #expect(try simulation.required("command").string() == "nmsim " + line)
      var provenance = try document.required("provenance").object()
      let images = try FileReader.bytes(of: TemporaryFolder.digits + "/test-images.npy")
      #expect(try provenance.required("imagesHash").string() == SHA256.hexadecimal(of: images))
    }
    let captured = try ArgumentParser(table: .shipped).parse(["run", "a b.nmsim", "--labels", "it's", "--input", "x_1.npy"])
    guard case .command(_, let arguments) = captured else { return #expect(Bool(false)) }
    #expect(arguments.line == #"nmsim run 'a b.nmsim' --labels 'it'\''s' --input x_1.npy"#)
  }
}
