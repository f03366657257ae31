import ChipModel
import Foundation
import Runtime
import Testing

@testable import nmsim

@Suite("run and energy")
struct RunCommandTests {
  /// The bundled network, compiled for a chip with small cores, in a folder of its own.
  private func with(
    chip: String = "generic-45nm", more: String = "", _ body: (TemporaryFolder) throws -> Void
  ) throws {
    try TemporaryFolder.with { folder in
      let result = folder.invoke("compile DIGITS/net.json --chip \(chip) \(more) -o DIR/net.nmsim -q")
      try #require(result.status == .success, "\(result.error)")
      try body(folder)
    }
  }

  private let data = "--input DIGITS/test-images.npy"

  @Test("the bundled network reaches the ANN within half a point at 200 steps and from step 32 on", arguments: ["ideal", "generic-45nm"])
  func digits(chip: String) throws {
    try with(chip: chip) { folder in
      let result = folder.invoke("run DIR/net.nmsim \(data) --ticks 200 --json - --threads 2")
      #expect(result.status == .success, "\(result.error)")
      var run = try JSONNode(root: JSONParser.parse(Array(result.output.utf8))).object()
      #expect(try run.required("format").string() == "nmsim-run/2")
      #expect(try run.required("ticksPerInference").int(in: 0...1000) == 203)
      var ann = try run.required("ann").object()
      let accuracy = try ann.required("accuracy").double()
      #expect(accuracy >= 0.985)
      let steps = try run.required("accuracyByStep").doubles()
      #expect(steps.count == 200)
      for step in 31..<200 { #expect(abs(steps[step] - accuracy) <= 0.005, "step \(step + 1)") }
    }
  }

  @Test("1, 2, 3 and 8 threads and both engines write the same bytes")
  func sameBytes() throws {
    try with { folder in
      var texts: [String] = []
      for threads in [1, 2, 3, 8] {
        let result = folder.invoke(
          "run DIR/net.nmsim \(data) --ticks 12 --samples 9 --threads \(threads) --no-timing --json - ")
        #expect(result.status == .success, "\(result.error)")
        texts.append(result.output)
      }
      #expect(Set(texts).count == 1)
      let slow = folder.invoke(
        "run DIR/net.nmsim \(data) --ticks 12 --samples 9 --engine interpreter --no-timing --json -")
      #expect(slow.output.replacingOccurrences(of: "\"interpreter\"", with: "\"fast\"") == texts[0])
    }
  }

  @Test("a run of many steps ends with how few are enough, one of few steps, few samples or a lag does not")
  func fewerSteps() throws {
    try with { folder in
      func says(_ options: String, _ program: String = "net") -> String {
        let run = folder.invoke("run DIR/\(program).nmsim \(data) --no-ann -o DIR/run.json \(options)")
        #expect(run.status == .success, "\(run.error)")
        return run.output.split(separator: "\n").drop { !$0.hasPrefix("Fewer steps") }.joined(separator: " ")
      }
      let text = says("--ticks 200")
      let parts = text.split(separator: " ")
      #expect(text.hasPrefix("Fewer steps are enough: after ") && text.contains("the ANN 907 nJ)"), "\(text)")
      let step = try #require(Int(parts[5]))
      let short = folder.invoke("run DIR/net.nmsim \(data) --ticks \(step) -o -").output
      let run = try RunResult(reading: Array(short.utf8))
      // What is said of the shorter run is what it gives; its accumulates are those of the spikes in proportion.
      #expect(text.contains("the accuracy is \(NumberFormat.percent(run.accuracy))"), "\(text)")
      let long = try RunResult(reading: [UInt8](folder.data("run.json")))
      let fewer = try #require(FewerSteps(long))
      let (joules, told) = (try #require(run.operation.snn?.joulesPerInference), try #require(fewer.joules))
      #expect(abs(told / joules - 1) < 0.1)
      #expect(fewer.shareOfSpikes < 0.1)
      #expect(says("--ticks 4").isEmpty && says("--ticks 200 --samples 10").isEmpty)
      #expect(folder.invoke("compile DIGITS/net.json --lag 2 -o DIR/lag.nmsim -q").status == .success)
      #expect(says("--ticks 200", "lag").isEmpty)
    }
  }

  @Test("the three commands find what the one before them left, and work again")
  func again() throws {
    try with { folder in
      for _ in 1...2 {
        let run = folder.invoke("run DIR/net.nmsim \(data) --ticks 20 --json DIR/run.json")
        #expect(run.status == .success, "\(run.error)")
        #expect(run.output.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(run.output)")
        let energy = folder.invoke("energy DIR/run.json --baseline DIR/run.json --explain")
        #expect(energy.status == .success, "\(energy.error)")
        #expect(energy.output.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(energy.output)")
        #expect(energy.output.contains("1.0000"))
      }
    }
  }

  @Test("times by model and an early decision are in the result, the summary and the bill, at 80 columns")
  func times() throws {
    try with(chip: "loihi-sanafe") { folder in
      for model in ["simple", "analytic", "detailed"] {
        let run = folder.invoke(
          "run DIR/net.nmsim \(data) --ticks 20 --samples 30 --time-model \(model) --time-samples 3 --early-decision stable:5 "
            + "--target 0.5 --json DIR/run.json")
        #expect(run.status == .success, "\(run.error)")
        #expect(run.output.contains("per inference, \(model), mean of 3 samples"), "\(run.output)")
        #expect(run.output.contains("stable:5: after "))
        #expect(run.output.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(run.output)")
        let energy = folder.invoke("energy DIR/run.json --baseline DIR/run.json --explain")
        #expect(energy.output.contains("per inference, \(model), mean of 3 samples"), "\(energy.output)")
        #expect(energy.output.contains("stable:5: after "))
        #expect(energy.output.contains("to 50.0 % accuracy"))
        #expect(energy.output.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(energy.output)")
      }
      let free = folder.invoke("run DIR/net.nmsim \(data) --ticks 20 --samples 3 --barrier-free --json DIR/run.json")
      #expect(free.output.contains(" with it, "), "\(free.output)")
    }
  }

  @Test("saturation is reached on purpose, counted and reported")
  func saturation() throws {
    try with(chip: "ideal", more: "--membrane-bits 13") { folder in
      let result = folder.invoke("run DIR/net.nmsim \(data) --ticks 100 --samples 20 --json DIR/run.json")
      #expect(result.output.contains("saturations"), "\(result.output)")
      let node = try JSONNode(root: JSONParser.parse(FileReader.bytes(of: folder.path + "/run.json")))
      var run = try node.object()
      var total = 0
      for population in try run.required("populations").array() {
        var object = try population.object()
        total += try object.required("saturations").int(in: 0...Int.max)
      }
      #expect(total > 0)
    }
  }

  @Test("predictions and outputs have a row a sample")
  func files() throws {
    try with { folder in
      let result = folder.invoke(
        "run DIR/net.nmsim \(data) --ticks 30 --samples 5 --predictions DIR/p.csv --outputs DIR/o.npy --json DIR/r.json -q")
      #expect(result.status == .success, "\(result.error)")
      let rows = String(decoding: try FileReader.bytes(of: folder.path + "/p.csv"), as: UTF8.self).split(separator: "\n")
      #expect(rows.count == 6)
      #expect(rows[0] == "index,label,prediction,decisionStep")
      let outputs = try NumPy.decode(FileReader.bytes(of: folder.path + "/o.npy"))
      #expect(outputs.shape == [5, 10])
      // The largest output is the decision.
      for (index, row) in rows.dropFirst().enumerated() {
        let values = Array(outputs.doubles[(index * 10)..<(index * 10 + 10)])
        let best = values.indices.max { values[$0] < values[$1] }
        #expect(row.split(separator: ",")[2] == "\(best ?? -1)")
      }
    }
  }

  @Test("what is wrong is one line and its exit status")
  func errors() throws {
    try with { folder in
      func expect(_ line: String, _ status: ExitStatus, _ error: String) {
        let result = folder.invoke(line)
        #expect(result.status == status, "\(line)")
        #expect(result.error == error + "\n", "\(line)")
      }
      expect(
        "run DIR/other.nmsim", .missingInput, "nmsim: DIR/other.nmsim: no such file: check the path")
      expect(
        "run DIR/net.nmsim \(data) --samples 401 --json DIR/r.json", .badData,
        "nmsim: DIGITS/test-images.npy: 401 samples asked for, the file has 400: use --samples 400 or fewer")
      expect(
        "run DIR/net.nmsim \(data) --ticks 2 --samples 50 --min-accuracy 0.999 --json DIR/r.json -q", .checkFailed,
        "nmsim: run: accuracy 68.00 % is below --min-accuracy 99.90 %")
      expect(
        "run DIR/net.nmsim \(data) --early-decision soon --json DIR/r.json", .usage,
        "nmsim: run: early decision 'soon' is no rule: write stable:N, margin:M or both, for example stable:10 or "
          + "stable:5,margin:100")
      expect(
        "run DIR/net.nmsim \(data) --time-model simple --barrier-free --json DIR/r.json", .usage,
        "nmsim: run: time model 'simple' has no barrier-free time: use model 'analytic'")
      expect("energy DIR/none.json", .missingInput, "nmsim: DIR/none.json: no such file: check the path")
    }
  }
}
