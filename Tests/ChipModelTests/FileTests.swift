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
  @Test("what is written is read back, whole", arguments: [0, 1, 4095, 4096, 200_000])
  func roundTrip(count: Int) throws {
    let folder = try Folder()
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let path = folder.path + "/a.bin"
    try AtomicFile.write(bytes, to: path)
    #expect(try FileReader.bytes(of: path) == bytes)
    #expect(folder.names == ["a.bin"])
  }

  @Test("a file that is replaced keeps its permissions, a link stays a link")
  func replacement() throws {
    let folder = try Folder()
    let (path, link) = (folder.path + "/a", folder.path + "/link")
    try AtomicFile.write("old", to: path)
    try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "a")
    try AtomicFile.write("new text", to: link)
    #expect(try FileReader.bytes(of: path) == Array("new text".utf8))
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
    #expect(throws: FileError.missing(path: path + "/b")) { try FileReader.bytes(of: path + "/b") }
    #expect(throws: FileError.missing(path: path + "\0b")) { try FileReader.bytes(of: path + "\0b") }
    #expect(throws: FileError.isDirectory(path: folder.path)) { try FileReader.bytes(of: folder.path) }
    #expect(throws: FileError.tooLarge(path: path, bytes: 5, limit: 4)) { try FileReader.bytes(of: path, limit: 4) }
    #expect(try FileReader.bytes(of: path, limit: 5).count == 5)
    #expect(throws: FileError.isDevice(path: "/dev/zero")) { try FileReader.bytes(of: "/dev/zero", limit: 1000) }
    #expect(FileError.missing(path: "net.json").description == "net.json: no such file; check the path")
    #expect(FileError.isDevice(path: "/dev/zero").description == "/dev/zero: is a device; name a file")
    #expect(FileError.isDirectory(path: "data").description == "data: is a folder; name a file")
    #expect(
      FileError.tooLarge(path: "a", bytes: 5, limit: 4).description
        == "a: has 5 bytes or more, the limit is 4; give a smaller file")
  }

  private func error(_ body: () throws(FileError) -> Void) -> FileError? {
    do throws(FileError) { try body() } catch { return error }
    return nil
  }

  @Test("writing: each failure has its case, told beforehand too, and leaves nothing behind")
  func writeErrors() throws {
    let folder = try Folder()
    let missing = folder.path + "/none/a"
    #expect(throws: FileError.folderMissing(path: missing)) { try AtomicFile.write("x", to: missing) }
    #expect(throws: FileError.writeFailed(path: folder.path, reason: "it is a folder; name a file")) {
      try AtomicFile.write("x", to: folder.path)
    }
    #expect(throws: FileError.self) { try AtomicFile.write("x", to: "") }
    for path in [missing, folder.path, ""] {
      let before = error { () throws(FileError) in try AtomicFile.check(path) }
      let after = error { () throws(FileError) in try AtomicFile.write("x", to: path) }
      #expect(before != nil && before == after)
    }
    for path in [folder.path + "/a", "/dev/null"] { try AtomicFile.check(path) }
    #expect(folder.names.isEmpty)
    #expect(
      FileError.folderMissing(path: "out/a").description
        == "out/a: cannot be written: its folder does not exist; make the folder first")
    #expect(FileError.folderMissing(path: "a").isAboutWriting && !FileError.missing(path: "a").isAboutWriting)
  }

  @Test("devices are written into, not replaced")
  func devices() throws {
    try AtomicFile.write("x", to: "/dev/null")
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

  @Test("a file that changes or shrinks while it is read is an error, never a mixture or a trap")
  func changing() throws {
    let folder = try Folder()
    let path = folder.path + "/a"
    // Large enough to be read in several parts while another thread keeps changing it.
    let bytes = [UInt8](repeating: 1, count: 48 << 20)
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    let thread = Thread {
      guard let handle = FileHandle(forWritingAtPath: path) else { return }
      while !Thread.current.isCancelled {
        try? handle.truncate(atOffset: 1 << 20)
        try? handle.truncate(atOffset: 48 << 20)
      }
    }
    thread.start()
    defer { thread.cancel() }
    // The other thread may not have begun, and on a busy machine waits for its turn.
    let end = Date(timeIntervalSinceNow: 120)
    while Date() < end {
      do throws(FileError) {
        _ = try FileReader.bytes(of: path)
      } catch {
        #expect(error.description == "\(path): cannot be read: it changed while it was read; run again when it is complete")
        return
      }
      Thread.sleep(forTimeInterval: 0.001)
    }
    Issue.record("no change was noticed")
  }

  @Test("temporary files that a killed process left are removed when they are old")
  func leftovers() throws {
    let folder = try Folder()
    for name in [".nmsim-1-0.tmp", ".nmsim-2-0.tmp", "a.tmp"] { try AtomicFile.write("x", to: folder.path + "/" + name) }
    let old = Date(timeIntervalSinceNow: -7200)
    for name in [".nmsim-1-0.tmp", "a.tmp"] {
      try FileManager.default.setAttributes([.modificationDate: old], ofItemAtPath: folder.path + "/" + name)
    }
    FolderFiles.removeLeftovers(in: folder.path)
    #expect(folder.names == [".nmsim-2-0.tmp", "a.tmp"])
  }
}
