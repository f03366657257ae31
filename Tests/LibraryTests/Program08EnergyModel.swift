import ChipModel
import Compiler
import Foundation
import Runtime
import Testing

@Suite("Library: price a run by an own energy model")
struct EnergyModelProgram {
  @Test("its account stands beside the others', in the run and in run.json")
  func program() throws {
    let examples = Repository.examples
    // snippet
    struct WireModel: EnergyModel {
      let name = "wires"
      let source = "measured on our board, March 2026"
      let formula = "joules = messages x 2.5 pJ"
      let leavesOut = "cores, memory, static power"

      func account(of run: CountedRun) -> EnergyAccount {
        EnergyAccount(
          [EnergyItem(unit: "network", action: "message", count: run.counts.messages, joulesEach: 2.5e-12)], of: run)
      }
    }
    let program = try Network(file: "\(examples)/digits/net.json").compiled(for: "loihi")
    let digits = try Dataset(images: "\(examples)/digits/test-images.npy", shape: program.inputShape, samples: 20)
    let run = try program.run(digits, steps: 32)
    print(run.account(by: WireModel()).joulesPerInference ?? 0, run.account("chip")?.joulesPerInference ?? 0)
    // end
    #expect(run.counts.messages > 0)
    let joules = try #require(run.account(by: WireModel()).joulesPerInference)
    #expect(abs(joules / (Double(run.counts.messages) * 2.5e-12 / 20) - 1) < 1e-12)
    try Repository.withFolder { folder in
      try run.write(to: "\(folder)/run.json", models: [WireModel(), Unpriced()])
      let data = try Data(contentsOf: URL(filePath: "\(folder)/run.json"))
      let result = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
      let energy = try #require(result["energy"] as? [String: Any])
      #expect(Set(energy.keys) == ["spike", "operation", "lemaire", "quantisedTwin", "wires", "unpriced", "chip"])
      let wires = try #require(energy["wires"] as? [String: Any])
      #expect(Set(wires.keys) == ["source", "items", "joulesPerInference", "missing"])
      // As it is written: a number of 17 digits is not read back to the last bit.
      #expect(String(decoding: data, as: UTF8.self).contains("\"joulesPerInference\": \(joules)"))
      let unpriced = try #require(energy["unpriced"] as? [String: Any])
      #expect(unpriced["missing"] as? [String] == ["energy of spike"] && unpriced["joulesPerInference"] is NSNull)
      // The three are what they are without it.
      try run.write(to: "\(folder)/plain.json")
      let plain = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: "\(folder)/plain.json")))
      let others = try #require((plain as? [String: Any])?["energy"] as? [String: Any])
      for name in ["spike", "operation", "chip"] {
        #expect(energy[name] as? NSDictionary == others[name] as? NSDictionary && others[name] is NSDictionary)
      }
    }
  }

  /// Spikes whose price nobody knows.
  private struct Unpriced: EnergyModel {
    let name = "unpriced"
    let source = "nobody"
    let formula = "none"
    let leavesOut = "all"
    func account(of run: CountedRun) -> EnergyAccount {
      EnergyAccount(
        [EnergyItem(unit: "soma", action: "spike", count: run.counts.spikes, joulesEach: nil)], of: run)
    }
  }
}
