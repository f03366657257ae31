import ChipModel
import Testing

@Suite("Gzip")
struct GzipTests {
  private let hello = Array("hello hello hello\n".utf8)

  private func error(_ bytes: [UInt8], maximum: Int = 1 << 20) -> String? {
    do {
      _ = try Gzip.decode(bytes, maximum: maximum)
      return nil
    } catch {
      return error.description
    }
  }

  @Test("a file by gzip, two members, an empty one")
  func members() throws {
    let file = ReferenceVectors.gzip
    #expect(Gzip.isGzip(file))
    #expect(try Gzip.decode(file, maximum: 18) == hello)
    #expect(try Gzip.decode(file + FileBuilders.gzip([1, 2]) + FileBuilders.gzip([]), maximum: 100) == hello + [1, 2])
    #expect(error(file + file, maximum: 35) 
        == "decompressed data are larger than the limit of 17 bytes; split the file")
  }

  @Test("a file in pieces of any size is the whole one's bytes, and is refused where the whole one is")
  func pieces() throws {
    func inPieces(_ bytes: [UInt8], of size: Int) throws -> [UInt8] {
      var (stream, result, place) = (GzipStream(), [UInt8](), 0)
      var next: [UInt8] = []
      while !stream.isAtEnd {
        let piece = try stream.advance(next, isLast: place == bytes.count)
        (result, next) = (result + piece, [])
        // It goes on with what it has before it needs more.
        if piece.isEmpty {
          next = Array(bytes[place...].prefix(size))
          place += next.count
        }
      }
      return result
    }
    var file: [UInt8] = []
    for deflated in [ReferenceVectors.mixed, ReferenceVectors.runs, ReferenceVectors.skewed] {
      var data: [UInt8] = []
      _ = try Inflate.decode(deflated, appendingTo: &data, maximum: 1 << 22)
      file += FileBuilders.gzip(data, deflated: deflated)
    }
    // Copies from 32,768 bytes back, far beyond what is given at once.
    let block = (0..<32_768).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) }
    var far = DeflateBuilder()
    far.stored(block, final: false)
    far.beginFixed()
    for _ in 0..<1200 {
      far.symbol(285)
      far.distance(29, extra: 8191, bits: 13)
    }
    far.symbol(256)
    file += FileBuilders.gzip((0..<(32_768 + 1200 * 258)).map { block[$0 % 32_768] }, deflated: far.bytes)
    file += FileBuilders.gzip([7, 8], flags: 8, fields: Array("name\0".utf8)) + FileBuilders.gzip([])
    let whole = try Gzip.decode(file, maximum: 1 << 24)
    #expect(whole.count > 300_000)
    for size in [1, 7, 600, 4096, 1 << 16, 1 << 20] { #expect(try inPieces(file, of: size) == whole, "\(size)") }
    var random = SeededGenerator(seed: 4)
    var refused = 0
    for _ in 0..<200 {
      var damaged = file
      if random.unit() < 0.5 {
        damaged[Int(random.next() % UInt64(file.count))] ^= UInt8(1 << (random.next() % 8))
      } else {
        damaged.removeLast(1 + Int(random.next() % UInt64(file.count)))
      }
      let expected = try? Gzip.decode(damaged, maximum: 1 << 24)
      #expect((try? inPieces(damaged, of: 1 + Int(random.next() % 5000))) == expected)
      refused += expected == nil ? 1 : 0
    }
    #expect(refused > 100 && refused < 200)
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
    #expect(error(damaged) == "gzip header checksum does not match; the file is damaged, copy it again")
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
    let checksum = "gzip checksum at byte 18 does not match the data; the file is damaged, copy it again"
    #expect(error(changed(16)) == checksum)
    #expect(error(changed(18)) == checksum)
    #expect(error(changed(22)) 
        == "gzip file says 131 bytes but holds 3; the file is damaged, copy it again")
    #expect(error(file + [0x1F, 0x8B]) 
        == "gzip file ends early, after 28 bytes; it is cut short, copy it again")
    #expect(error(changed(2)) 
        == "gzip compression method is 136, only 8 (deflate) exists; compress it with gzip")
    #expect(error(changed(3)) 
        == "gzip flags are 128, reserved bits must be 0; compress it with gzip")
    #expect(error(changed(0)) 
        == "not a gzip file: it does not begin with the bytes 1f 8b; give a gzip file or an uncompressed one")
    #expect(error([]) == "gzip file ends early, after 0 bytes; it is cut short, copy it again")
    #expect(
      error(file + [0])
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
    var random = SeededGenerator(seed: 4)
    for size in 0..<40 {
      let data = (0..<size).map { _ in UInt8.random(in: 0...255, using: &random) }
      #expect(try Gzip.decode(FileBuilders.gzip(data), maximum: size) == data)
      #expect(try Gzip.decode(FileBuilders.gzip([7]) + FileBuilders.gzip(data), maximum: size + 1) == [7] + data)
    }
  }
}
