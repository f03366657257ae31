import ChipModel
@testable import Runtime
import Testing

@testable import nmsim

@Suite("Sweep plans")
struct PlanTests {
  private func error(_ text: String) -> String {
    do throws(JSONError) {
      _ = try Plan(reading: Array(text.utf8))
      return "none"
    } catch {
      return error.description
    }
  }

  @Test("what is wrong has its line, column and member")
  func errors() {
    #expect(
      error("{\"format\": \"nmsim-plan/2\"}")
        == "line 1, column 12: format: not a plan of this version; expected 'nmsim-plan/1'")
    func plan(_ members: String) -> String { error("{\"format\": \"nmsim-plan/1\",\n\(members)}") }
    #expect(plan("\"chip\": []") == "line 2, column 1: unknown key 'chip'; did you mean 'chips'?")
    #expect(
      plan("\"networks\": [\"a\"], \"weightBits\": [4, 17]")
        == "line 2, column 38: weightBits[1]: 17 is out of range; expected an integer from 2 to 16")
    #expect(
      plan("\"networks\": [\"a\", \"a\"]")
        == "line 2, column 19: networks[1]: stands in the list before; remove one of the two")
    #expect(plan("\"networks\": []") == "line 2, column 13: networks: expected 1 to 1000 elements, found 0")
    #expect(
      plan("\"networks\": [\"a\"], \"methods\": [\"rmp\"]")
        == "line 2, column 31: methods: goes with 'model'; 'networks' are converted already")
    #expect(
      plan("\"model\": \"m\", \"data\": \"x\", \"methods\": [\"max-nrom\"], \"calibration\": \"x\"")
        == "line 2, column 40: methods[0]: unknown value 'max-nrom'; did you mean 'max-norm'?")
    #expect(
      plan("\"model\": \"m\", \"data\": \"x\", \"methods\": [{\"name\": \"rmp\", \"apha\": 1}], \"calibration\": \"x\"")
        == "line 2, column 56: methods[0]: unknown key 'apha'; did you mean 'alpha'?")
    #expect(
      plan("\"model\": \"m\", \"data\": \"x\", \"methods\": [\"rmp\"]")
        == "line 1, column 1: missing key 'calibration': method 'rmp' takes its thresholds from data")
    #expect(
      plan("\"model\": \"m\", \"methods\": [\"aug-mapping\"]")
        == "line 1, column 1: missing key 'data': the samples that every point runs on")
    #expect(
      plan("\"networks\": [\"a\"], \"faults\": {\"loseSpikes\": [0.1, 1.5]}")
        == "line 2, column 51: faults.loseSpikes[1]: 1.5 is out of range; expected a number from 0 to 1")
    #expect(
      plan("\"networks\": [\"a\"], \"faults\": [{\"lostSpikes\": 0.1}]")
        == "line 2, column 32: faults[0]: unknown key 'lostSpikes'; did you mean 'loseSpikes'?")
    let many = (0..<400).map { "\($0)" }.joined(separator: ",")
    #expect(
      plan("\"networks\": [\"a\"], \"seeds\": [\(many)], \"steps\": [\(many.dropFirst(2))]")
        == "line 1, column 1: the plan has more than 100,000 points; divide it")
  }

  @Test("methods are crossed with their options in the plan's order")
  func methods() throws {
    let plan = try Plan(
      reading: Array(
        """
        {"format": "nmsim-plan/1", "model": "m.onnx", "calibration": "c.npy", "data": ["a.npy", "b.npy"],
         "methods": ["max-norm", {"name": "rmp", "alpha": [0.7, 0.9], "reset": ["soft", "hard"]}],
         "preprocessing": {"scale": "1/255"}, "weightBits": [4, null]}
        """.utf8))
    #expect(plan.source.methods.map { $0.givenOptions.joined(separator: ", ") } == [
      "", "alpha 0.7, reset soft", "alpha 0.7, reset hard", "alpha 0.9, reset soft", "alpha 0.9, reset hard",
    ])
    #expect(plan.parameters["weightBits"] == [.integer(4), nil])
    #expect(plan.count == 20)
    guard case .model(let model) = plan.source else { return }
    #expect(model.preprocessing.scale == 1.0 / 255)
  }

  @Test("faults are crossed with their seeds; rates of zero are one whole chip, whatever the seed")
  func faults() throws {
    let plan = try Plan(
      reading: Array(
        """
        {"format": "nmsim-plan/1", "networks": ["a"],
         "faults": [{"loseSpikes": [0, 0.1], "seed": [1, 2]}, {"deadCores": [0, 0.5], "stuckWeightBits": 1e-3}, {}]}
        """.utf8))
    let faults: [String?] = plan.faults.map { faults in faults.map { "\($0.text); \($0.seed)" } }
    #expect(
      faults == [
        nil, "lost spikes 0.1; 1", "lost spikes 0.1; 2", "stuck weight bits 0.001; 0",
        "dead cores 0.5, stuck weight bits 0.001; 0",
      ])
    #expect(plan.count == 5)
    #expect(plan.faults[1]?.chip == nil && plan.faults[1]?.run == FaultSettings(seed: 1, loseSpikes: 0.1))
    #expect(plan.faults[3]?.chip == ChipFaults(stuckWeightBits: 1e-3) && plan.faults[3]?.run == FaultSettings.none)
    for fault in plan.faults.compactMap({ $0 }) {
      let text = try JSONWriter.text(of: fault.document)
      #expect(try PlanFaults(JSONNode(root: JSONParser.parse(Array(text.utf8)))) == fault)
    }
  }

  @Test("plans that are damaged anywhere are errors, never traps")
  func damaged() throws {
    let text = Array(
      """
      {"format": "nmsim-plan/1", "model": "m.onnx", "calibration": {"images": "c.npy", "samples": 3}, "data": "a.npy",
       "methods": [{"name": "rmp", "alpha": [0.7, 0.9]}], "steps": [16, null], "chips": ["ideal"], "seeds": [1]}
      """.utf8)
    var random = SplitMix64(seed: 7)
    for _ in 0..<2_000 {
      var bytes = text
      for _ in 0...Int.random(in: 0...2, using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 32...126, using: &random)
      }
      _ = try? Plan(reading: bytes)
    }
    for count in 0..<text.count { #expect(throws: JSONError.self) { try Plan(reading: Array(text.prefix(count))) } }
  }

  @Test("shards cover the whole in order, and differ by one at most", arguments: [0, 1, 7, 64, 1_000])
  func shards(total: Int) throws {
    for count in [1, 2, 3, 8, 100] {
      let ranges = try (1...count).map { try Shard("\($0)/\(count)", command: "run").range(of: total) }
      #expect(ranges.flatMap { Array($0) } == Array(0..<total))
      let sizes = ranges.map(\.count)
      #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
    }
  }

  @Test("auto is the task of a Slurm array, wherever its numbers begin")
  func auto() throws {
    func shard(_ values: [String: String]) throws -> Shard {
      try Shard("auto", command: "sweep", environment: { values[$0] })
    }
    let plain = ["SLURM_ARRAY_TASK_ID": "3", "SLURM_ARRAY_TASK_MIN": "1", "SLURM_ARRAY_TASK_COUNT": "8"]
    #expect(try shard(plain) == Shard("3/8", command: "run"))
    let gaps = [
      "SLURM_ARRAY_TASK_ID": "14", "SLURM_ARRAY_TASK_MIN": "10", "SLURM_ARRAY_TASK_COUNT": "4",
      "SLURM_ARRAY_TASK_STEP": "2",
    ]
    #expect(try shard(gaps) == Shard("3/4", command: "run"))
    #expect(throws: CommandError.self) { try shard([:]) }
    #expect(throws: CommandError.self) { try shard(["SLURM_ARRAY_TASK_ID": "9", "SLURM_ARRAY_TASK_COUNT": "4"]) }
    for text in ["", "0/4", "5/4", "1", "1/", "a/b", "1/4/2", "-1/4", "1/99999999999"] {
      #expect(throws: CommandError.self) { try Shard(text, command: "run") }
    }
    #expect(
      invoke("run x.nmsim --shard 5/4").error.hasPrefix("nmsim: x.nmsim: no such file"))
  }
}
