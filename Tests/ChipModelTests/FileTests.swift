import ChipModel
import Foundation
import Testing

/// A folder of its own, removed at the end.
private final class Folder {
  let path: String
  init() throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("nmsim-files-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }
  deinit { try? FileManager.default.removeItem(atPath: path) }
  var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path).sorted()) ?? [] }
}

@Suite("Files")
struct FileTests {
  @Test("what is written is read back, whole and mapped", arguments: [0, 1, 4095, 4096, 200_000])
  func roundTrip(count: Int) throws {
    let folder = try Folder()
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let path = folder.path + "/a.bin"
    try AtomicFile.write(bytes, to: path)
    #expect(try FileReader.bytes(of: path) == bytes)
    let mapped = try MappedFile(path: path)
    #expect(mapped.count == count)
    #expect(mapped.bytes(in: 0..<count) == bytes)
    #expect(mapped.bytes(in: 0..<(count + 1)) == nil)
    #expect(mapped.bytes(in: -1..<0) == nil)
    let sum = mapped.withSpan { span in span.indices.reduce(0) { $0 + Int(span[$1]) } }
    #expect(sum == bytes.reduce(0) { $0 + Int($1) })
    if count > 0 { #expect(mapped[count - 1] == bytes[count - 1]) }
    #expect(folder.names == ["a.bin"])
  }

  @Test("a file that is replaced keeps its permissions, a link stays a link, a mapping keeps the old bytes")
  func replacement() throws {
    let folder = try Folder()
    let (path, link) = (folder.path + "/a", folder.path + "/link")
    try AtomicFile.write("old", to: path)
    try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "a")
    let mapped = try MappedFile(path: path)
    try AtomicFile.write("new text", to: link)
    #expect(try FileReader.bytes(of: path) == Array("new text".utf8))
    #expect(mapped.bytes(in: 0..<3) == Array("old".utf8))
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    #expect(attributes[.posixPermissions] as? Int == 0o640)
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "a")
    #expect(folder.names == ["a", "link"])
  }

  @Test("reading: each failure has its case and words")
  func readErrors() throws {
    let folder = try Folder()
    let path = folder.path + "/a"
    try AtomicFile.write("12345", to: path)
    let missing = folder.path + "/none"
    #expect(throws: FileError.missing(path: missing)) { try FileReader.bytes(of: missing) }
    #expect(throws: FileError.missing(path: missing)) { try MappedFile(path: missing) }
    #expect(throws: FileError.missing(path: path + "/b")) { try FileReader.bytes(of: path + "/b") }
    #expect(throws: FileError.missing(path: path + "\0b")) { try FileReader.bytes(of: path + "\0b") }
    #expect(throws: FileError.isDirectory(path: folder.path)) { try FileReader.bytes(of: folder.path) }
    #expect(throws: FileError.isDirectory(path: folder.path)) { try MappedFile(path: folder.path) }
    #expect(throws: FileError.tooLarge(path: path, bytes: 5, limit: 4)) { try FileReader.bytes(of: path, limit: 4) }
    #expect(try FileReader.bytes(of: path, limit: 5).count == 5)
    // A device without a size: the limit still holds.
    #expect(throws: FileError.self) { try FileReader.bytes(of: "/dev/zero", limit: 1000) }
    #expect(FileError.missing(path: "net.json").description == "net.json: no such file; check the path")
    #expect(FileError.isDirectory(path: "data").description == "data: is a folder; name a file")
    #expect(
      FileError.tooLarge(path: "a", bytes: 5, limit: 4).description
        == "a: has 5 bytes or more, the limit is 4; give a smaller file")
  }

  @Test("writing: each failure has its case, and leaves nothing behind")
  func writeErrors() throws {
    let folder = try Folder()
    let missing = folder.path + "/none/a"
    #expect(throws: FileError.folderMissing(path: missing)) { try AtomicFile.write("x", to: missing) }
    #expect(throws: FileError.writeFailed(path: folder.path, reason: "it is a folder; name a file")) {
      try AtomicFile.write("x", to: folder.path)
    }
    #expect(throws: FileError.self) { try AtomicFile.write("x", to: "") }
    #expect(folder.names.isEmpty)
    #expect(
      FileError.folderMissing(path: "out/a").description
        == "out/a: cannot be written: its folder does not exist; make the folder first")
    #expect(FileError.folderMissing(path: "a").isAboutWriting && !FileError.missing(path: "a").isAboutWriting)
  }

  @Test("devices are written into, not replaced")
  func devices() throws {
    try AtomicFile.write("x", to: "/dev/null")
    #expect(try FileReader.bytes(of: "/dev/null").isEmpty)
    #expect(throws: FileError.self) { try MappedFile(path: "/dev/null") }
    #if os(Linux)
      #expect(throws: FileError.diskFull(path: "/dev/full")) { try AtomicFile.write("x", to: "/dev/full") }
    #endif
  }

  @Test("long file names leave room for the temporary one")
  func longNames() throws {
    let folder = try Folder()
    let path = folder.path + "/" + String(repeating: "n", count: 250)
    try AtomicFile.write("x", to: path)
    #expect(try FileReader.bytes(of: path) == Array("x".utf8))
  }
}
