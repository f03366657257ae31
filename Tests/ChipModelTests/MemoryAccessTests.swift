import Testing

@testable import ChipModel

@Suite("Memories priced by their size")
struct MemoryAccessTests {
  private let curve = MemoryEnergy(
    bits: 64,
    sizes: [.init(bytes: 8_192, joules: 10e-12), .init(bytes: 32_768, joules: 20e-12), .init(bytes: 1_048_576, joules: 100e-12)])

  @Test("an access costs what its bits and the memory's size say, linear between the stated sizes")
  func byHand() {
    for (bits, bytes, picojoules) in [
      (64, 8_192, 10.0), (64, 4_096, 5), (8, 32_768, 2.5), (64, 20_480, 15), (64, 1 << 30, 100), (32, 0, 0),
    ] as [(Int, Int, Double)] {
      #expect(abs(curve.joules(bits: bits, bytes: Double(bytes)) * 1e12 - picojoules) < 1e-9, "\(bits) \(bytes)")
    }
  }

  @Test("a narrow weight costs less than a wide one, a small memory less than a large one")
  func widths() throws {
    func each(_ bits: Int, _ memory: Int? = nil) throws -> Double {
      var chip = try ChipLibrary.builtIn("generic-45nm")
      if let memory { chip.numbers[.synapseMemoryBitsPerCore] = .assumed(memory, "test") }
      return try #require(chip.prices(weightBits: bits, membraneBits: 32).each(.weightRead))
    }
    #expect(abs(try each(4) * 2 - each(8)) < 1e-24)
    #expect(try each(8, 65_536) < each(8, 262_144))
    // 64 Kibit are 8 KiB: 10 pJ for 64 bits.
    #expect(abs(try each(8, 65_536) - 1.25e-12) < 1e-24)
  }

  @Test("descriptions are written as they were read")
  func roundTrip() throws {
    let chip = try ChipLibrary.builtIn("generic-45nm")
    let again = try ChipDescription(json: JSONWriter.bytes(of: chip.document, style: .compact), file: "again")
    #expect(again.energy == chip.energy)
    #expect(again.memoryEnergy == chip.memoryEnergy)
  }

  @Test("an access without a price of memories is refused")
  func refused() throws {
    let text = """
      {"format": "nmsim-chip/1", "extends": "ideal", "name": "x", "source": "test", "certainty": "assumed",
       "energy": {"weightRead": {"access": {"memory": "synapses"}}}}
      """
    #expect {
      _ = try ChipDescription(json: Array(text.utf8), file: "x.json")
    } throws: {
      "\($0)".contains("'energy.weightRead' is an access to a memory, and 'energy.memory' does not say what one costs")
    }
  }
}
