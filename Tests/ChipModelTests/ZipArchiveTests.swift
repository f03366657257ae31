import ChipModel
import Testing

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
    var padded = deflated
    padded.deflated = ReferenceVectors.mixed + [0]
    #expect(
      error(FileBuilders.zip([padded]))
        == .damaged("entry 'b' has bytes left over", offset: 31 + ReferenceVectors.mixed.count))
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
