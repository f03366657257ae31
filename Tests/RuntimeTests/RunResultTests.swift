import ChipModel
import Compiler
import Foundation
import Testing

@testable import Runtime

/// A run of the bundled example, as a document's text.
func digitsRun(chip: String, steps: Int, samples: Int) throws -> (result: RunResult, text: [UInt8]) {
  let (program, data) = try DigitsTests().program(chip: chip)
  let record = try Run(steps: steps, samples: samples, threads: 2)(program, data: data)
  let result = try RunResult(program: program, record: record, programHash: String(repeating: "0", count: 64))
  return (result, try JSONWriter.bytes(of: result.document))
}

@Suite("Run results")
struct RunResultTests {
  @Test("read back what a run wrote", arguments: ["generic-45nm", "loihi", "ideal"])
  func roundTrip(_ chip: String) throws {
    let (result, text) = try digitsRun(chip: chip, steps: 20, samples: 40)
    let read = try RunResult(reading: text)
    #expect(read == result)
    #expect(try JSONWriter.bytes(of: read.document) == text)
    #expect(read.chip == chip && read.accuracyByStep?.count == 20 && read.populations.count > 1)
    #expect(read.cores.allSatisfy { $0.x != nil && $0.neuronVisits != nil } && read.neurobench?.footprint != nil)
    #expect(read.accounts.map(\.name).starts(with: ["spike", "operation"]))
  }

  @Test("an account of a model that nmsim does not have is read back")
  func otherAccount() throws {
    var (result, _) = try digitsRun(chip: "loihi", steps: 2, samples: 1)
    let item = EnergyItem(unit: "network", action: "message", count: 3, joulesEach: 1e-12)
    result.energy.others = [EnergyAccount(name: "wire", source: "this test", items: [item], joulesPerInference: 3e-12)]
    #expect(result.accounts.map(\.name) == ["spike", "operation", "wire", "chip"])
    #expect(try RunResult(reading: JSONWriter.bytes(of: result.document)) == result)
  }

  @Test("version 1 is read by its former keys")
  func formerKeys() throws {
    var (result, _) = try digitsRun(chip: "loihi-sanafe", steps: 6, samples: 3)
    #expect(result.totals.neuronUpdates != nil)
    // Names operations by the words that are keys elsewhere.
    result.busiest = []
    for core in result.cores.indices { result.cores[core].bottleneck = nil }
    var former = try JSONWriter.text(of: result.document)
    for (key, old) in [("neuronUpdates", "updatedNeurons"), ("neuronVisits", "neuronUpdates"), ("nmsim-run/2", "nmsim-run/1")] {
      former = former.replacingOccurrences(of: "\"\(key)\"", with: "\"\(old)\"")
    }
    #expect(try RunResult(reading: Array(former.utf8)) == result)
  }

  @Test("loads of links add up to the hops of a run over many cores")
  func links() throws {
    var chip = try ChipLibrary.builtIn("loihi")
    chip.numbers[.neuronsPerCore] = .assumed(100, "to use many tiles")
    let network = try NetworkFile(reading: packageFolder() + "/Examples/digits/net.json").checked()
    let program = try CompiledProgram.compile(network, chip: chip).program
    let (_, data) = try DigitsTests().program(chip: "ideal")
    let record = try Run(steps: 8, samples: 4)(program, data: data)
    let counts = OperationCounts(program: program, counters: record.counters, steps: 8)
    #expect(counts.linkLoads.count > 4)
    #expect(counts.hops > 0 && counts.linkLoads.reduce(0) { $0 + $1.messages } == counts.hops)
    for direction in MeshDirection.allCases {
      let sum = counts.linkLoads.filter { $0.direction == direction }.reduce(0) { $0 + $1.messages }
      #expect(sum == counts.hopsByDirection[direction])
    }
  }

  @Test("need four members; everything else may be absent or null")
  func least() throws {
    let least = #"{"format": "nmsim-run/2", "network": "n", "chip": "c", "ticks": 3, "samples": 2}"#
    let document = try RunResult(reading: Array(least.utf8))
    #expect(document.accuracy == nil && document.spike == nil && document.bill == nil && document.cores.isEmpty)
    let nulls = """
      {"format": "nmsim-run/2", "network": "n", "chip": "c", "method": null, "ticks": 3, "samples": 2, "accuracy": null,
      "accuracyInterval": null, "accuracyByStep": null, "ann": null, "program": {"hash": null}, "populations": null,
      "totals": null, "cores": null, "mesh": null, "energy": {"spike": null, "operation": null, "chip": null},
      "time": {"secondsPerTick": null}, "neurobench": null, "simulation": null, "later": [1, 2]}
      """
    #expect(try RunResult(reading: Array(nulls.utf8)) == document)
  }

  @Test(
    "say what is wrong, and where",
    arguments: [
      (#""format": "nmsim-run/3""#,
        #"line 1, column 12: format: not a run's result; expected "nmsim-run/2", as 'nmsim run' writes it"#),
      (#""ticks": 0"#, "line 1, column 65: ticks: 0 is out of range; expected an integer from 1 to 1000000"),
      (#""accuracy": 1.5"#, "line 1, column 94: accuracy: 1.5 is out of range; expected a number from 0 to 1"),
      (#""accuracyByStep": [0.5]"#, "line 1, column 100: accuracyByStep: expected 3 elements, found 1"),
      (#""accuracyInterval": [0.9, 0.1]"#,
        "line 1, column 102: accuracyInterval: the lower bound 0.9 is above the upper 0.1"),
      (#""populations": [{"name": "a", "neurons": -1}]"#,
        "line 1, column 123: populations[0].neurons: -1 is out of range; expected an integer of at least 0"),
      (#""energy": {"chip": {"items": [{"unit": "u", "action": "a", "count": 1, "joules": "x"}]}}"#,
        "line 1, column 163: energy.chip.items[0].joules: expected a number, found the string 'x'"),
      (#""mesh": {"links": {"x": [1], "y": [1], "direction": ["up"], "messages": [1]}}"#,
        "line 1, column 135: mesh.links.direction[0]: unknown value 'up'; expected one of east, west, north, south"),
    ])
  func errors(_ member: String, _ message: String) throws {
    var members = [#""format": "nmsim-run/2""#, #""network": "n""#, #""chip": "c""#, #""ticks": 3"#, #""samples": 2"#]
    let key = member.prefix { $0 != ":" }
    if let index = members.firstIndex(where: { $0.hasPrefix(key) }) { members[index] = member } else { members.append(member) }
    let error = #expect(throws: JSONError.self) {
      try RunResult(reading: Array("{\(members.joined(separator: ", "))}".utf8))
    }
    #expect(error.map { "\($0)" } == message)
  }

  @Test("never trap on a damaged text")
  func damage() throws {
    let (_, text) = try digitsRun(chip: "loihi", steps: 4, samples: 2)
    var generator = SeededGenerator(seed: 6)
    for _ in 0..<1_500 {
      var bytes = text
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let index = Int.random(in: bytes.indices, using: &generator)
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: bytes[index] = UInt8(ascii: "9")
        case 1: bytes[index] = UInt8.random(in: 0...255, using: &generator)
        default: bytes.remove(at: index)
        }
      }
      _ = try? RunResult(reading: bytes)
    }
  }
}
