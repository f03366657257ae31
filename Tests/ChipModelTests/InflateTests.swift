import ChipModel
import Testing

@Suite("Inflate")
struct InflateTests {
  private func inflate(_ bytes: [UInt8], maximum: Int = 1 << 20) throws(InflateError) -> [UInt8] {
    var output: [UInt8] = []
    _ = try Inflate.decode(bytes, appendingTo: &output, maximum: maximum)
    return output
  }

  private func error(_ bytes: [UInt8], maximum: Int = 1 << 20) -> InflateError? {
    do {
      _ = try inflate(bytes, maximum: maximum)
      return nil
    } catch {
      return error
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
    #expect(throws: InflateError.distance(2, written: 1, offset: 2)) {
      try Inflate.decode(builder.bytes, appendingTo: &output, maximum: 100)
    }
    #expect(output == [1, 2, 3, 4, 65])
  }

  @Test("the bound is exact, and what expands without end stops at it")
  func bound() throws {
    #expect(try inflate(ReferenceVectors.mixed, maximum: 2000).count == 2000)
    #expect(error(ReferenceVectors.mixed, maximum: 1999) == .tooLarge(maximum: 1999))
    var bomb = DeflateBuilder()
    bomb.beginFixed()
    bomb.symbol(0)
    for _ in 0..<100_000 {
      bomb.symbol(285)
      bomb.distance(0)
    }
    bomb.symbol(256)
    var output: [UInt8] = []
    #expect(throws: InflateError.tooLarge(maximum: 5000)) {
      try Inflate.decode(bomb.bytes, appendingTo: &output, maximum: 5000)
    }
    #expect(output.capacity < 20_000)
  }

  @Test("damage is named")
  func damage() {
    #expect(error([7]) == .reservedBlockType(offset: 0))
    #expect(error([1, 5, 0, 0, 0]) == .storedLength(offset: 0))
    #expect(error([]) == .truncated(offset: 0))
    var unused = DeflateBuilder()
    unused.beginFixed()
    unused.symbol(286)
    unused.bits(0, 16)
    #expect(error(unused.bytes) == .badSymbol(offset: 1))
    var distance = DeflateBuilder()
    distance.beginFixed()
    distance.symbol(65)
    distance.symbol(257)
    distance.distance(30)
    distance.bits(0, 16)
    #expect(error(distance.bytes) == .badSymbol(offset: 2))
    // A dynamic block whose code-length code is over-subscribed: all 19 lengths are 1.
    var code = DeflateBuilder()
    code.bits(1, 1)
    code.bits(2, 2)
    code.bits(0, 10)
    code.bits(15, 4)
    for _ in 0..<19 { code.bits(1, 3) }
    #expect(error(code.bytes + [0, 0]) == .badCode(offset: 9))
    #expect(
      InflateError.distance(2, written: 1, offset: 3).description
        == "damaged compressed data at byte 3: copy from 2 bytes back with 1 written; copy the file again")
    #expect(
      InflateError.tooLarge(maximum: 5).description
        == "decompressed data are larger than the limit of 5 bytes; split the file")
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

@Suite("Gzip")
struct GzipTests {
  private let hello = Array("hello hello hello\n".utf8)

  private func error(_ bytes: [UInt8], maximum: Int = 1 << 20) -> GzipError? {
    do {
      _ = try Gzip.decode(bytes, maximum: maximum)
      return nil
    } catch {
      return error
    }
  }

  @Test("a file by gzip, two members, an empty one")
  func members() throws {
    let file = ReferenceVectors.gzip
    #expect(Gzip.isGzip(file))
    #expect(try Gzip.decode(file, maximum: 18) == hello)
    #expect(try Gzip.decode(file + FileBuilders.gzip([1, 2]) + FileBuilders.gzip([]), maximum: 100) == hello + [1, 2])
    #expect(error(file + file, maximum: 35) == .inflate(.tooLarge(maximum: 17)))
  }

  @Test("extra field, name, comment and header checksum")
  func header() throws {
    let fields = [3, 0, 1, 2, 3] + Array("name\0comment\0".utf8)
    let start: [UInt8] = [0x1F, 0x8B, 8, 31, 0, 0, 0, 0, 0, 255] + fields
    let checksum = FileBuilders.little(UInt64(FileBuilders.checksum(start) & 0xFFFF), 2)
    let file = FileBuilders.gzip(hello, flags: 31, fields: fields + checksum)
    #expect(try Gzip.decode(file, maximum: 100) == hello)
    var damaged = file
    damaged[11] = 1
    #expect(error(damaged) != nil)
    damaged = file
    damaged[13] ^= 1
    #expect(error(damaged) == .headerChecksum)
    Damage.expectEveryTruncationRefused(file) { _ = try Gzip.decode($0, maximum: 100) }
  }

  @Test("checksum, length, trailing bytes, method and flags are checked")
  func damage() {
    let file = FileBuilders.gzip([1, 2, 3])
    func changed(_ index: Int) -> [UInt8] {
      var bytes = file
      bytes[index] ^= 0x80
      return bytes
    }
    #expect(error(changed(16)) == .checksum(offset: 18))
    #expect(error(changed(18)) == .checksum(offset: 18))
    #expect(error(changed(22)) == .size(stored: 131, actual: 3))
    #expect(error(file + [0]) == .trailingBytes(offset: 26, count: 1))
    #expect(error(file + [0x1F, 0x8B]) == .truncated(size: 28))
    #expect(error(changed(2)) == .method(0x88))
    #expect(error(changed(3)) == .reservedFlags(0x80))
    #expect(error(changed(0)) == .notGzip)
    #expect(error([]) == .truncated(size: 0))
    #expect(
      GzipError.trailingBytes(offset: 26, count: 1).description
        == "1 bytes after the end of the gzip data at byte 26; remove them or copy the file again")
  }

  @Test("random damage never traps")
  func mutation() {
    Damage.mutate([ReferenceVectors.gzip, FileBuilders.gzip([1, 2, 3])], seed: 3) {
      _ = try Gzip.decode($0, maximum: 10_000)
    }
  }

  @Test("agrees with the bitwise checksum at every length and alignment")
  func checksum() throws {
    var random = SplitMix64(seed: 4)
    for size in 0..<40 {
      let data = (0..<size).map { _ in UInt8.random(in: 0...255, using: &random) }
      #expect(try Gzip.decode(FileBuilders.gzip(data), maximum: size) == data)
      #expect(try Gzip.decode(FileBuilders.gzip([7]) + FileBuilders.gzip(data), maximum: size + 1) == [7] + data)
    }
  }
}

@Suite("ZIP archive")
struct ZipArchiveTests {
  private func contents(_ bytes: [UInt8], maximum: Int = 1 << 20) throws(ZipError) -> [[UInt8]] {
    let archive = try ZipArchive(bytes)
    var all: [[UInt8]] = []
    for entry in archive.entries { all.append(try archive.contents(of: entry, maximum: maximum)) }
    return all
  }

  private func error(_ bytes: [UInt8], maximum: Int = 1 << 20) -> ZipError? {
    do {
      _ = try contents(bytes, maximum: maximum)
      return nil
    } catch {
      return error
    }
  }

  private let plain = FileBuilders.ZipEntry(name: "a.txt", data: [1, 2, 3])
  private let deflated = FileBuilders.ZipEntry(
    name: "b", data: ReferenceVectors.mixedText, deflated: ReferenceVectors.mixed)

  @Test("stored, deflated, zip64 and a comment that looks like an end record")
  func read() throws {
    let expected = [[1, 2, 3], ReferenceVectors.mixedText]
    #expect(try contents(FileBuilders.zip([plain, deflated])) == expected)
    var wide = deflated
    wide.zip64 = true
    #expect(try contents(FileBuilders.zip([plain, wide])) == expected)
    #expect(
      try contents(FileBuilders.zip([plain, deflated], comment: "PK\u{5}\u{6} and more of it, 22 bytes")) == expected)
    #expect(try contents(FileBuilders.zip([])) == [])
    #expect(try ZipArchive(FileBuilders.zip([plain, deflated])).entries.map(\.name) == ["a.txt", "b"])
  }

  @Test("what is not read is named")
  func refused() {
    var encrypted = plain
    encrypted.flags = 1
    #expect(error(FileBuilders.zip([encrypted])) == .encrypted("a.txt"))
    #expect(error(FileBuilders.zip([plain, plain])) == .duplicateName("a.txt"))
    #expect(error(FileBuilders.zip([plain]) + [0]) == .notZip)
    var file = FileBuilders.zip([plain])
    file[35] ^= 1
    #expect(error(file) == .checksum("a.txt"))
    #expect(
      error(FileBuilders.zip([deflated]), maximum: 1999) == .tooLarge("b", size: 2000, maximum: 1999))
    #expect(
      ZipError.method("b", 12).description
        == "ZIP entry 'b' has compression method 12, only 0 (stored) and 8 (deflate) are read; "
        + "write it with numpy.savez")
  }

  @Test("sizes that lie cost nothing")
  func lies() {
    var small = deflated
    small.size = 10
    #expect(error(FileBuilders.zip([small])) == .inflate("b", .tooLarge(maximum: 10)))
    var large = deflated
    large.size = 1 << 40
    large.zip64 = true
    #expect(error(FileBuilders.zip([large]), maximum: 1 << 30) == .tooLarge("b", size: 1 << 40, maximum: 1 << 30))
    guard case .damaged = error(FileBuilders.zip([large]), maximum: 1 << 41) else {
      Issue.record("a size beyond the data was not noticed")
      return
    }
    large.size = UInt64.max
    #expect(error(FileBuilders.zip([large])) != nil)
  }

  @Test("every truncation is refused, random damage never traps")
  func damage() {
    var wide = plain
    wide.zip64 = true
    let files = [FileBuilders.zip([plain, deflated]), FileBuilders.zip([wide]), ReferenceVectors.npz]
    for file in files { Damage.expectEveryTruncationRefused(file) { _ = try contents($0) } }
    Damage.mutate(files, seed: 5) { _ = try contents($0, maximum: 100_000) }
  }
}
