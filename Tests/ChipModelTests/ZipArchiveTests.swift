import ChipModel
import Testing

@Suite("ZIP archive")
struct ZipArchiveTests {
  private func contents(_ bytes: [UInt8], maximum: Int = 1 << 20) throws(FormatError) -> [[UInt8]] {
    let archive = try ZipArchive(bytes)
    var all: [[UInt8]] = []
    for entry in archive.entries { all.append(try archive.contents(of: entry, maximum: maximum)) }
    return all
  }

  private func error(_ bytes: [UInt8], maximum: Int = 1 << 20) -> String? {
    do {
      _ = try contents(bytes, maximum: maximum)
      return nil
    } catch {
      return error.description
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
    #expect(error(FileBuilders.zip([encrypted])) 
        == "ZIP entry 'a.txt' is encrypted; write the archive without a password")
    #expect(error(FileBuilders.zip([plain, plain])) == "ZIP archive has two entries 'a.txt'; remove one")
    #expect(error(FileBuilders.zip([plain]) + [0]) 
        == "not a ZIP archive, or cut short: no end record; copy the file again")
    var padded = deflated
    padded.deflated = ReferenceVectors.mixed + [0]
    #expect(
      error(FileBuilders.zip([padded]))
        == "damaged ZIP archive at byte \(31 + ReferenceVectors.mixed.count): entry 'b' has bytes left over; "
        + "copy the file again")
    var file = FileBuilders.zip([plain])
    file[35] ^= 1
    #expect(error(file) == "ZIP entry 'a.txt' does not match its checksum; copy the file again")
    #expect(
      error(FileBuilders.zip([deflated]), maximum: 1999)
        == "ZIP entry 'b' expands to 2000 bytes, limit 1999; split it")
    var other = FileBuilders.zip([deflated])
    let directory = Int(other[other.count - 6]) | Int(other[other.count - 5]) << 8
    other[directory + 10] = 12
    #expect(
      error(other)
        == "ZIP entry 'b' has compression method 12, only 0 (stored) and 8 (deflate) are read; "
        + "write it with numpy.savez")
  }

  @Test("sizes that lie cost nothing")
  func lies() {
    var small = deflated
    small.size = 10
    #expect(error(FileBuilders.zip([small])) 
        == "ZIP entry 'b': decompressed data are larger than the limit of 10 bytes; split the file")
    var large = deflated
    large.size = 1 << 40
    large.zip64 = true
    #expect(error(FileBuilders.zip([large]), maximum: 1 << 30) 
        == "ZIP entry 'b' expands to 1099511627776 bytes, limit 1073741824; split it")
    #expect(error(FileBuilders.zip([large]), maximum: 1 << 41)?.hasPrefix("damaged ZIP archive") == true)
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
