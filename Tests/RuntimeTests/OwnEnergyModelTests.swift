import ChipModel
import Runtime
import Testing

/// A model from outside: 1 pJ for each hop, and for each spike nobody knows.
private struct WireModel: EnergyModel {
  let name = "wire"
  let title = "Wire model"
  let source = "this test"
  let formula = "joules = messages x 1 pJ"
  let leavesOut = "everything but wires"

  func account(of run: CountedRun) -> EnergyAccount {
    let joules = Double(run.counts.messages) * 1e-12
    return EnergyAccount(
      name: name, source: source,
      items: [
        EnergyItem(unit: "network", action: "message", count: run.counts.messages, joulesEach: 1e-12, joules: joules),
        EnergyItem(unit: "soma", action: "spike", count: run.counts.spikes, joulesEach: nil, joules: nil),
      ], joulesPerInference: joules / Double(run.samples), missing: ["energy of spike"])
  }
}

@Suite("Own energy models")
struct OwnEnergyModelTests {
  @Test("a model of one's own prices a run beside the others, and its account is written and read")
  func wire() throws {
    let (program, data) = try DigitsTests().program(chip: "loihi")
    let record = try Run(steps: 8, samples: 4)(program, data: data)
    let result = try RunResult(program: program, record: record, models: EnergyModels.all() + [WireModel()])
    #expect(result.accounts.map(\.name) == ["spike", "operation", "wire", "chip"])
    let messages = try #require(result.totals.messages)
    #expect(messages > 0)
    let account = try #require(result.energy.others.first)
    #expect(account.joulesPerInference == Double(messages) * 1e-12 / 4)
    let text = try JSONWriter.bytes(of: result.document)
    #expect(try RunResult(reading: text) == result)
    // The members that the contract names, no others.
    var object = try JSONNode(root: JSONParser.parse(text)).object()
    var energy = try object.required("energy").object()
    var wire = try energy.required("wire").object()
    #expect(wire.allMembers().map(\.key) == ["source", "items", "joulesPerInference", "missing"])
    // The three are what they are without it.
    let plain = try RunResult(program: program, record: record)
    #expect(plain.spike == result.spike && plain.operation == result.operation && plain.bill == result.bill)
  }
}
