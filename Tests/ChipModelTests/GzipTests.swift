import ChipModel
import Testing

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
    var random = SeededGenerator(seed: 4)
    for size in 0..<40 {
      let data = (0..<size).map { _ in UInt8.random(in: 0...255, using: &random) }
      #expect(try Gzip.decode(FileBuilders.gzip(data), maximum: size) == data)
      #expect(try Gzip.decode(FileBuilders.gzip([7]) + FileBuilders.gzip(data), maximum: size + 1) == [7] + data)
    }
  }
}
