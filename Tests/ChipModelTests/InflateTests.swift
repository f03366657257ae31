import ChipModel
import Testing

@Suite("Inflate")
struct InflateTests {
  private func inflate(_ bytes: [UInt8], maximum: Int = 1 << 20) throws(FormatError) -> [UInt8] {
    var output: [UInt8] = []
    _ = try Inflate.decode(bytes, appendingTo: &output, maximum: maximum)
    return output
  }

  private func error(_ bytes: [UInt8], maximum: Int = 1 << 20) -> String? {
    do {
      _ = try inflate(bytes, maximum: maximum)
      return nil
    } catch {
      return error.description
    }
  }

  @Test("dynamic blocks written by zlib, codes of every length")
  func zlib() throws {
    #expect(try inflate(ReferenceVectors.skewed) == ReferenceVectors.skewedText)
    #expect(try inflate(ReferenceVectors.mixed) == ReferenceVectors.mixedText)
    #expect(try inflate(ReferenceVectors.runs) == ReferenceVectors.runsText)
  }

  @Test("stored blocks of every small size, several in a row")
  func stored() throws {
    for size in [0, 1, 2, 255, 256, 65535] {
      let data = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
      var builder = DeflateBuilder()
      builder.stored(data, final: false)
      builder.stored([1, 2, 3])
      #expect(try inflate(builder.bytes) == data + [1, 2, 3])
    }
  }

  @Test("fixed block: every literal, the longest copy, overlap, the longest distance")
  func fixed() throws {
    var builder = DeflateBuilder()
    var expected = (0...255).map { UInt8($0) }
    builder.beginFixed()
    for literal in 0...255 { builder.symbol(literal) }
    builder.symbol(285)  // 258 bytes, distance 1: a run
    builder.distance(0)
    expected += [UInt8](repeating: 255, count: 258)
    while expected.count < 32768 {  // 258 bytes from 256 back
      builder.symbol(285)
      builder.distance(15, extra: 63, bits: 6)
      for _ in 0..<258 { expected.append(expected[expected.count - 256]) }
    }
    builder.symbol(257)  // 3 bytes from 32768 back
    builder.distance(29, extra: 8191, bits: 13)
    for _ in 0..<3 { expected.append(expected[expected.count - 32768]) }
    builder.symbol(284)  // 227 + 30 = 257 bytes
    builder.bits(30, 5)
    builder.distance(4, extra: 1, bits: 1)  // distance 6
    for _ in 0..<257 { expected.append(expected[expected.count - 6]) }
    builder.symbol(256)
    #expect(try inflate(builder.bytes) == expected)
  }

  @Test("returns the index after the last byte used and keeps what the output held")
  func end() throws {
    var output: [UInt8] = [9, 9]
    let bytes = [7, 7] + ReferenceVectors.mixed + [1, 2, 3]
    let end = try Inflate.decode(bytes, from: 2, appendingTo: &output, maximum: 2000)
    #expect(end == 2 + ReferenceVectors.mixed.count)
    #expect(output == [9, 9] + ReferenceVectors.mixedText)
  }

  @Test("a copy never reaches what the output held before")
  func history() {
    var builder = DeflateBuilder()
    builder.beginFixed()
    builder.symbol(65)
    builder.symbol(257)
    builder.distance(1)
    var output: [UInt8] = [1, 2, 3, 4]
    #expect {
      try Inflate.decode(builder.bytes, appendingTo: &output, maximum: 100)
    } throws: {
      "\($0)" == "damaged compressed data at byte 2: copy from 2 bytes back with 1 written; copy the file again"
    }
    #expect(output == [1, 2, 3, 4, 65])
  }

  @Test("the bound is exact, and what expands without end stops at it")
  func bound() throws {
    #expect(try inflate(ReferenceVectors.mixed, maximum: 2000).count == 2000)
    #expect(error(ReferenceVectors.mixed, maximum: 1999) 
        == "decompressed data are larger than the limit of 1999 bytes; split the file")
    var bomb = DeflateBuilder()
    bomb.beginFixed()
    bomb.symbol(0)
    for _ in 0..<100_000 {
      bomb.symbol(285)
      bomb.distance(0)
    }
    bomb.symbol(256)
    var output: [UInt8] = []
    #expect {
      try Inflate.decode(bomb.bytes, appendingTo: &output, maximum: 5000)
    } throws: {
      "\($0)".hasPrefix("decompressed data are larger than the limit of 5000 bytes")
    }
    #expect(output.capacity < 20_000)
  }

  @Test("damage is named")
  func damage() {
    #expect(error([7]) == "damaged compressed data at byte 0: block type 3 does not exist; copy the file again")
    #expect(error([1, 5, 0, 0, 0]) 
        == "damaged compressed data at byte 0: stored length and its complement differ; copy the file again")
    #expect(error([]) == "compressed data end early at byte 0; the file is cut short, copy it again")
    var unused = DeflateBuilder()
    unused.beginFixed()
    unused.symbol(286)
    unused.bits(0, 16)
    #expect(error(unused.bytes) == "damaged compressed data at byte 1: unused code; copy the file again")
    var distance = DeflateBuilder()
    distance.beginFixed()
    distance.symbol(65)
    distance.symbol(257)
    distance.distance(30)
    distance.bits(0, 16)
    #expect(error(distance.bytes) == "damaged compressed data at byte 2: unused code; copy the file again")
    // A dynamic block whose code-length code is over-subscribed: all 19 lengths are 1.
    var code = DeflateBuilder()
    code.bits(1, 1)
    code.bits(2, 2)
    code.bits(0, 10)
    code.bits(15, 4)
    for _ in 0..<19 { code.bits(1, 3) }
    #expect(error(code.bytes + [0, 0]) 
        == "damaged compressed data at byte 9: code lengths form no Huffman code; copy the file again")
  }

  @Test("every truncation is refused")
  func truncation() {
    for vector in [ReferenceVectors.skewed, ReferenceVectors.mixed, ReferenceVectors.runs] {
      Damage.expectEveryTruncationRefused(vector) { _ = try inflate($0) }
    }
  }

  @Test("random damage never traps", arguments: [1, 2] as [UInt64])
  func mutation(seed: UInt64) {
    Damage.mutate([ReferenceVectors.skewed, ReferenceVectors.mixed, ReferenceVectors.runs], seed: seed) {
      _ = try inflate($0, maximum: 100_000)
    }
  }
}
