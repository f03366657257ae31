import Foundation
import Testing

@testable import ChipModel

@Suite struct ChipDescriptionTests {
  private static let minimal = """
    "format": "nmsim-chip/1", "name": "mine", "title": "t", "source": "my measurement", "certainty": "measured",
    "datapath": { "weightBits": 4, "membraneBits": 16, "accumulatorBits": 16 }
    """

  private func read(_ text: String) throws(ChipError) -> ChipDescription {
    try ChipDescription(json: Array(text.utf8), file: "mine.json")
  }

  private func message(_ text: String) -> String {
    do {
      _ = try read(text)
      return "accepted"
    } catch {
      return "\(error)"
    }
  }

  // MARK: Built-in descriptions

  @Test(arguments: ChipLibrary.names)
  func `every constant has a source`(name: String) throws {
    let chip = try ChipLibrary.builtIn(name)
    var sources: [String] = []
    for key in ChipNumber.allCases { if let found = chip.numbers[key] { sources.append(found.source) } }
    for key in ChipRule.allCases { if let found = chip.rules[key] { sources.append(found.source) } }
    for key in StaticPower.allCases { if let found = chip.power[key] { sources.append(found.source) } }
    for table in [chip.energy, chip.time] {
      for action in table.known { if let cost = table[action] { sources.append(cost.source) } }
    }
    sources += [
      chip.neuronModels?.source, chip.crossbar?.source, chip.convolutionCore?.source, chip.coreTypes?.source,
      chip.tickSeconds?.source, chip.barrier?.source,
    ].compactMap(\.self)
    #expect(sources.count >= 10)
    for source in sources { #expect(source.count >= 3 && !source.hasPrefix("@"), "\(source)") }
  }

  @Test(arguments: ChipLibrary.names)
  func `the canonical text reads back as the same chip and writes the same bytes`(name: String) throws {
    let chip = try ChipLibrary.builtIn(name)
    let bytes = chip.canonicalJSON()
    #expect(bytes.count > 500)
    let again = try ChipDescription(json: bytes, file: "canonical")
    #expect(again == chip)
    #expect(again.canonicalJSON() == bytes)
  }

  @Test func `the contract's figures for ideal, and a default chip that exists`() throws {
    let ideal = try ChipLibrary.builtIn("ideal")
    #expect(ideal.coresPerChip == nil && ideal.neuronsPerCore == nil && ideal.maximumDelay == nil)
    #expect(ideal.defaultWeightBits == 8 && ideal.membraneBits == 32 && ideal.maximumWeightShift == 15)
    let standard = try ChipLibrary.builtIn(ChipLibrary.defaultName)
    #expect(standard.weightBits == 8 && standard.neuronsPerCore == 1024 && standard.thresholdPerNeuron)
  }

  @Test func `what nobody published is unknown, and never zero`() throws {
    let loihi2 = try ChipLibrary.builtIn("loihi2")
    #expect(loihi2.energy.each(.synapticOperation) == nil)
    #expect(loihi2.energy.total(.synapticOperation, count: 1) == nil)
    #expect(loihi2.energy.total(.synapticOperation, count: 0) == 0)
    let standard = try ChipLibrary.builtIn("generic-45nm")
    #expect(standard.power.known.isEmpty && standard.energy.each(.link) == nil)
  }

  @Test func `SANA-FE's Loihi has the figures of its file`() throws {
    let chip = try ChipLibrary.builtIn("loihi-sanafe")
    #expect(chip.lineage == ["loihi"])
    let joules: [(ChipAction, Double)] = [
      (.synapticOperation, 35.5e-12), (.convolutionOperation, 24.0e-12), (.identityOperation, 33.6e-12),
      (.dendriteUpdate, 0), (.neuronAccess, 51.2e-12), (.neuronUpdate, 21.6e-12), (.spike, 69.3e-12),
      (.axonOut, 111e-12), (.axonIn, 0), (.hopEast, 3.0e-12), (.hopWest, 3.0e-12), (.hopNorth, 4.2e-12),
      (.hopSouth, 4.2e-12), (.weightRead, 0),
    ]
    for (action, value) in joules { #expect(chip.energy.each(action) == value, "\(action)") }
    #expect(
      [0, 1, 2, 3, 4, 28, 29, 32].map { chip.barrierSeconds(tiles: $0) } == [
        0, 0.6e-6, 1.0e-6, 1.0e-6, 1.4e-6, 1.4e-6, 1.8e-6, 1.8e-6,
      ])
    #expect(chip.inputAxonsPerCore == nil && chip.synapseMemoryBitsPerCore == nil)
    #expect(chip.mesh.coresPerChip == 128)
  }

  @Test func `an action without its own price takes its fallback's`() throws {
    let chip = try ChipLibrary.builtIn("loihi")
    #expect(chip.energy[.convolutionOperation] == nil)
    #expect(chip.energy.each(.convolutionOperation) == 23.6e-12)
  }

  // MARK: Extending

  @Test func `a short file extends a chip, adds, replaces and removes`() throws {
    let chip = try read(
      """
      { // my board
        "format": "nmsim-chip/1", "name": "big-loihi", "extends": "loihi",
        "sources": { "lab": "our lab" }, "source": "@lab, June", "certainty": "measured",
        "limits": { "neuronsPerCore": 2048, "inputAxonsPerCore": null },
        "energy": { "hop": "2.5 pJ", "link": { "value": "1 nJ", "source": "@lab", "certainty": "assumed" } },
      }
      """)
    let loihi = try ChipLibrary.builtIn("loihi")
    #expect(chip.name == "big-loihi" && chip.title == loihi.title && chip.lineage == ["loihi"])
    #expect(chip.numbers[.neuronsPerCore] == Sourced(2048, source: "our lab, June", certainty: .measured))
    #expect(chip.inputAxonsPerCore == nil)
    #expect(chip.outputAxonsPerCore == loihi.outputAxonsPerCore)
    #expect(MeshDirection.allCases.map { chip.energy.each($0.action) } == [2.5e-12, 2.5e-12, 2.5e-12, 2.5e-12])
    #expect(chip.energy[.link] == .known(Sourced(1e-9, source: "our lab", certainty: .assumed)))
    #expect(chip.time == loihi.time)
  }

  // MARK: Messages

  @Test func `refusals are one line with place, value and remedy`() {
    let m = Self.minimal
    #expect(message("{ \(m) }") == "accepted")
    #expect(
      message(#"{ \#(m), "limit": {} }"#)
        == "mine.json: line 2, column 77: unknown key 'limit'; did you mean 'limits'?")
    #expect(
      message(#"{ \#(m), "limits": { "neuronPerCore": 3 } }"#)
        == "mine.json: line 2, column 89: limits: unknown key 'neuronPerCore'; did you mean 'neuronsPerCore'?")
    #expect(
      message(#"{ \#(m), "limits": { "neuronsPerCore": 0 } }"#)
        == "mine.json: line 2, column 107: limits.neuronsPerCore: 0 is out of range; expected an integer from 1 to "
        + "16777216")
    #expect(
      message(#"{ \#(m), "energy": { "spike": 69.3 } }"#)
        == "mine.json: line 2, column 98: energy.spike: expected a number with its unit, as in \"23.6 pJ\"")
    #expect(
      message(#"{ \#(m), "energy": { "spike": "69.3 ps" } }"#)
        == "mine.json: line 2, column 98: energy.spike: expected a number with its unit, as in \"23.6 pJ\"")
    #expect(
      message(
        #"{ \#(m), "sources": { "davies": "D" }, "power": { "perChip": { "value": "1 W", "source": "@davis" } } }"#
      )
        == "mine.json: line 2, column 157: power.perChip.source: 'sources' has no entry 'davis'; did you mean 'davies'?"
    )
    #expect(
      message(#"{ \#(m), "energy": { "spike": { "value": "1 pJ", "certainty": "gessed" } } }"#)
        == "mine.json: line 2, column 130: energy.spike.certainty: unknown value 'gessed'; expected one of measured, "
        + "read, recalled, secondhand, assumed")
    #expect(
      message(#"{ \#(m), "mesh": { "topology": "torus" } }"#)
        == "mine.json: line 2, column 99: mesh.topology: unknown value 'torus'; expected one of xy")
    #expect(
      message(#"{ "format": "nmsim-chip/2" }"#)
        == "mine.json: line 1, column 13: format: not a format of this version; expected 'nmsim-chip/1'")
    #expect(
      message(
        #"{ "format": "nmsim-chip/1", "name": "a", "title": "t", "datapath": { "weightBits": 8 } }"#)
        == "mine.json: line 1, column 84: datapath.weightBits: has no source; write {\"value\": ..., \"source\": ..., "
        + "\"certainty\": ...}, or give the file a 'source' and a 'certainty'")
    #expect(
      message(#"{ "format": "nmsim-chip/1", "name": "a b" }"#).hasPrefix("mine.json: line 1, column 37: name:"))
    #expect(
      message(#"{ "format": "nmsim-chip/1", "name": "a", "extends": "loihi3" }"#)
        == "mine.json: line 1, column 53: extends: unknown chip 'loihi3'; did you mean 'loihi'?")
  }

  @Test func `values that contradict one another are refused`() {
    let m = Self.minimal
    let start = "mine.json: chip 'mine': "
    #expect(
      message(#"{ "format": "nmsim-chip/1", "name": "mine", "title": "t" }"#)
        == start + "missing 'datapath.weightBits'; state it, or extend a chip that has it")
    #expect(
      message(#"{ \#(m), "mesh": { "width": 2 } }"#)
        == start + "'mesh' has one of 'width' and 'height'; state both, or neither for one tile a chip")
    #expect(
      message(#"{ \#(m), "limits": { "coresPerChip": 9 }, "mesh": { "width": 2, "height": 4 } }"#)
        == start + "'coresPerChip' is 9, but 2 x 4 tiles of 1 hold 8; enlarge the mesh")
    #expect(
      message(#"{ \#(m), "energy": { "spike": { "includedIn": "spike" } } }"#)
        == start + "'energy.spike' is included in itself; give it a value or leave it out")
    #expect(
      message(
        #"{ \#(m), "energy": { "spike": { "includedIn": "axonOut" }, "axonOut": { "includedIn": "axonIn" } } }"#
      )
        == start + "'energy.spike' is included in 'axonOut', which is itself included in another; name the one that "
        + "has a value")
    #expect(
      message(
        #"{ \#(m), "time": { "barrier": [{ "tiles": 2, "time": "1 s" }, { "tiles": 2, "time": "1 s" }] } }"#
      )
        == start + "'barrier' has 2 tiles after 2; sort it by rising 'tiles'")
    #expect(
      message(
        #"{ \#(m), "limits": { "coreTypes": { "value": [{ "count": 2, "neurons": 1, "synapseMemoryBits": 1 }] } } }"#
      )
        == start + "'coreTypes' describes 2 cores, 'coresPerChip' is not stated; make them equal")
  }

  @Test func `damaged texts are refused or read, never a trap`() throws {
    let bytes = try ChipLibrary.builtIn("odin").canonicalJSON()
    for length in stride(from: 0, to: bytes.count - 2, by: 7) {
      #expect(throws: ChipError.self) { try ChipDescription(json: Array(bytes[..<length]), file: "cut") }
    }
    let seed: UInt64 = 20_261_121
    var random = SeededGenerator(seed: seed)
    for _ in 0..<600 {
      var damaged = bytes
      damaged[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
      do {
        let chip = try ChipDescription(json: damaged, file: "damaged")
        #expect(try ChipDescription(json: chip.canonicalJSON(), file: "again") == chip, "seed \(seed)")
      } catch {
        #expect(!error.description.contains("\n"), "seed \(seed)")
      }
    }
  }

  // MARK: Documentation

  @Test func `docs/chips.md names every key`() throws {
    let page = try String(contentsOf: BuiltInChipsTests.root.appending(path: "docs/chips.md"), encoding: .utf8)
    let keys =
      ChipNumber.allCases.map(\.rawValue) + ChipRule.allCases.map(\.rawValue) + ChipAction.allCases.map(\.rawValue)
      + StaticPower.allCases.map(\.rawValue) + ChipSection.allCases.map(\.rawValue)
      + Certainty.allCases.map(\.rawValue) + SpikeProfile.builtIn.map(\.name) + ChipLibrary.names
      + [
        "format", "name", "title", "extends", "notes", "lineage", "sources", "source", "certainty", "value",
        "includedIn", "neuronModels", "crossbar", "convolutionCore", "coreTypes", "topology", "hop", "tick", "barrier",
        "axons", "axonTypes", "binary", "maximumKernel", "strides", "maximumPadding", "poolSizes", "maximumChannels",
        "maximumInputSide", "maximumOutputSide", "fanOutLayers", "count", "neurons", "synapseMemoryBits", "tiles",
        "time",
      ]
    for key in keys { #expect(page.contains("`\(key)`"), "\(key)") }
    for number in ChipNumber.allCases {
      let absent =
        switch number.row.absent {
        case .refused: "required"
        case .standard(let value): "\(value)"
        case .described(let text): text
        }
      let row = "| `\(number.rawValue)` | \(number.range.boundsText) | \(absent) | \(number.row.meaning) |\n"
      #expect(page.contains(row), "\(row)")
    }
    // The page's example is a file that works.
    let blocks = page.components(separatedBy: "```")
    let example = try #require(blocks.first { $0.hasPrefix("json\n") })
    #expect(message(String(example.dropFirst(5))) == "accepted")
  }
}
