import ChipModel
import Testing

@testable import nmsim

@Suite("Fuzzing")
struct FuzzTests {
  /// A reader by name, so that a failure names it.
  private func reader(_ name: String) throws -> FuzzReader {
    try #require(FuzzReader.named(name))
  }

  @Test("every valid file that the tool makes is accepted", arguments: FuzzReader.all.map(\.name))
  func seeds(_ name: String) throws {
    let reader = try reader(name)
    let inputs = FuzzInputs(reader, seed: 1)
    #expect(!inputs.seeds.isEmpty)
    for (number, bytes) in inputs.seeds.enumerated() {
      let outcome = reader.read(bytes)
      #expect(outcome == .accepted, "file \(number): \(String(decoding: bytes.prefix(80), as: UTF8.self))")
    }
  }

  @Test("damaged and hostile input is refused or read, within memory", arguments: FuzzReader.all.map(\.name))
  func bounded(_ name: String) throws {
    let reader = try reader(name)
    let inputs = FuzzInputs(reader, seed: 3)
    let clock = ContinuousClock()
    let end = clock.now + .milliseconds(250)
    var counts = FuzzCounts()
    var number = 0
    // However busy the machine is: past the valid files, which come first.
    while number < 3000, clock.now < end || number < inputs.seeds.count + 20 {
      let outcome = reader.read(inputs[number])
      counts.inputs += 1
      if outcome == .accepted { counts.accepted += 1 }
      if case .wrong(let what) = outcome { Issue.record("\(name), seed 3, input \(number): \(what)") }
      number += 1
    }
    // Changes so wild that nothing is accepted, or so tame that nothing is refused, would test nothing.
    #expect(counts.accepted > 0 && counts.accepted < counts.inputs)
  }

  @Test("the same seed gives the same inputs, another one others", arguments: FuzzReader.all.map(\.name))
  func deterministic(_ name: String) throws {
    let reader = try reader(name)
    let (first, again, other) = (
      FuzzInputs(reader, seed: 5), FuzzInputs(reader, seed: 5), FuzzInputs(reader, seed: 6)
    )
    let range = (first.seeds.count)..<(first.seeds.count + 40)
    #expect(range.allSatisfy { first[$0] == again[$0] })
    #expect(range.contains { first[$0] != other[$0] })
    #expect(range.allSatisfy { first[$0].count <= FuzzReader.maximumInput })
  }

  @Test("a search finds traps, hangs, wrong answers and memory beyond the bound, and goes on behind them")
  func search() async throws {
    var search = FuzzSearch(reader: .harmful, seed: 1, inputs: 0..<6, memory: 256 << 20)
    search.hangSeconds = 15
    let (counts, findings) = try await search.run()
    #expect(findings.map(\.number) == [1, 3, 4, 5], "\(findings)")
    #expect(counts.inputs == 6 && counts.accepted == 1)
    guard findings.count == 4 else { return }
    if case .trap = findings[0].kind {} else { Issue.record("\(findings[0])") }
    #expect(findings[1...].map(\.kind) == [.hang, .wrong("four"), .memory])
  }

  @Test("an error of several lines is wrong, one of one line a refusal")
  func errors() {
    struct Text: Error, CustomStringConvertible { let description: String }
    #expect(FuzzOutcome.refusal(Text(description: "one")) == .refused)
    #expect(FuzzOutcome.refusal(Text(description: "one\ntwo")) == .wrong("an error of several lines: one\ntwo"))
    #expect(FuzzOutcome.refusal(Text(description: "")) == .wrong("an error without text"))
  }
}

/// Inputs that a search found, each made small.
@Suite("Found inputs")
struct FoundInputTests {
  private func outcome(_ reader: String, _ text: String) throws -> FuzzOutcome {
    try #require(FuzzReader.named(reader)).read(Array(text.utf8))
  }

  private func network(threshold: String, weight: String) -> String {
    """
    {"format":"nmsim-network/1","name":"n","input":{"kind":"current","shape":[1]},
     "populations":[{"name":"a","shape":[1],"neuron":{"model":"if","threshold":\(threshold)}},
                    {"name":"b","shape":[1],"neuron":{"model":"accumulator"}}],
     "projections":[{"name":"p","from":"input","to":"a","kind":"dense","weights":[[1]]},
                    {"name":"q","from":"a","to":"b","kind":"dense","weights":[[\(weight)]]}],
     "output":{"population":"b","readout":"potential"}}
    """
  }

  /// Found as a trap: infinity divided by infinity was converted to an integer.
  @Test("weights that overflow with the value of a spike are refused by the compiler")
  func infiniteWeight() throws {
    #expect(try outcome("network", network(threshold: "4095", weight: "1e308")) == .accepted)
    #expect(try outcome("network", network(threshold: "1e-300", weight: "1e-300")) == .accepted)
    #expect(try outcome("network", network(threshold: "5e-324", weight: "1")) == .accepted)
    #expect(try outcome("network", network(threshold: "1", weight: "1")) == .accepted)
  }

  /// Found as a trap: the least integer has no magnitude of its own type.
  @Test("the least integer is no time of an event")
  func leastTime() throws {
    #expect(try outcome("events", "t,x,y,p\n-9223372036854775808,0,0,1\n") == .refused)
    #expect(try outcome("events", "t,x,y,p\n5,0,0,1\n") == .accepted)
  }

  /// Found as an error of two lines: the entry's name stood in the message as it was in the file.
  @Test("a ZIP entry's name breaks no message")
  func entryName() throws {
    let name = "a\nb.npy"
    var bytes = FuzzSeeds.zip([(name, [1], nil)])
    let error = #expect(throws: FormatError.self) { try NumPyArchive(bytes).tensor("a\nb", maximum: 100) }
    #expect(
      "\(try #require(error))"
        == #"array 'a\nb': not an .npy array: it does not begin with \x93NUMPY; write it with numpy.save"#)
    // The offset of the entry, in the directory behind header (30), name (7) and data (1).
    let place = 38 + 42
    bytes[place] = 0xFF
    let damaged = #expect(throws: FormatError.self) { try NumPyArchive(bytes) }
    #expect(
      "\(try #require(damaged))"
        == #"damaged ZIP archive at byte 38: entry 'a\nb.npy' lies outside the file; copy the file again"#)
  }
}
