import ChipModel
import Compiler
import Foundation
import Testing

@Suite("Program file")
struct ProgramFileTests {
  private func message(_ bytes: [UInt8]) -> String {
    do throws(ProgramError) {
      _ = try CompiledProgram(decoding: bytes)
      return "accepted"
    } catch {
      return error.description
    }
  }

  @Test("is read back as an equal program and written as the same bytes", arguments: ProgramFixtures.allCases)
  func roundTrip(fixture: ProgramFixtures) throws {
    let program = try fixture.program()
    #expect(program.cores.count > 1 || fixture == .dense)
    let bytes = program.encoded()
    let again = try CompiledProgram(decoding: bytes)
    #expect(again == program)
    #expect(again.encoded() == bytes)
    #expect(again.hash == program.hash)
    #expect(program.hash == SHA256.hexadecimal(of: Array(bytes.dropLast(32))))
  }

  @Test("holds both schedules")
  func continuous() throws {
    var program = try ProgramFixtures.dense.program()
    program.schedule = .continuous
    for index in program.populations.indices { program.populations[index].start = 0 }
    for core in program.cores.indices {
      for group in program.cores[core].groups.indices { program.cores[core].groups[group].start = 0 }
      for block in program.cores[core].blocks.indices { program.cores[core].blocks[block].gateStart = 0 }
    }
    let again = try CompiledProgram(decoding: program.encoded())
    #expect(again == program)
  }

  @Test("holds the bundled network on every built-in chip that takes it")
  func bundled() throws {
    let network = try NetworkFile(reading: packageFolder() + "/Examples/digits/net.json").checked()
    var compiled = 0
    for name in ChipLibrary.names {
      guard let result = try? CompiledProgram.compile(network, chip: ChipLibrary.builtIn(name)) else { continue }
      compiled += 1
      let bytes = result.program.encoded()
      let again = try CompiledProgram(decoding: bytes)
      #expect(again == result.program, "\(name)")
      #expect(again.encoded() == bytes, "\(name)")
    }
    #expect(compiled >= 2)
  }

  @Test("a file cut off anywhere is refused")
  func truncation() throws {
    let bytes = try ProgramFixtures.dense.program().encoded()
    for count in bytes.indices {
      let text = message(Array(bytes.prefix(count)))
      if count == 0 { #expect(text == "is empty; compile the network again") }
      let total = count < 20 ? "" : " of \(bytes.count)"
      if count > 0, text != "is cut off: it has \(count) bytes\(total); copy it again or compile the network again" {
        Issue.record("\(count) bytes: \(text)")
      }
    }
  }

  @Test("a single changed byte anywhere is refused")
  func changedByte() throws {
    var bytes = try ProgramFixtures.dense.program().encoded()
    #expect(bytes.count < 8192)
    var random = SeededGenerator(seed: 1)
    for index in bytes.indices {
      let before = bytes[index]
      bytes[index] ^= UInt8.random(in: 1...255, using: &random)
      if message(bytes) == "accepted" { Issue.record("byte \(index)") }
      bytes[index] = before
    }
    #expect(message(bytes) == "accepted")
  }

  @Test("a file of another version is refused, and the line says what to do")
  func otherVersions() throws {
    var bytes = try ProgramFixtures.dense.program().encoded()
    for version: UInt8 in 1...8 {
      bytes[8] = version
      #expect(
        message(resealed(bytes))
          == "is a program of format version \(version), this nmsim reads version 9; compile the network again")
    }
    bytes[8] = 10
    #expect(
      message(bytes)
        == "is a program of format version 10, this nmsim reads version 9; "
        + "use the nmsim that compiled it, or compile the network again")
  }

  @Test("says what is wrong with the file")
  func messages() throws {
    let bytes = try ProgramFixtures.dense.program().encoded()
    func changed(_ index: Int, _ value: UInt8) -> [UInt8] {
      var result = bytes
      result[index] = value
      return result
    }
    #expect(message(Array("{}".utf8)) == "is not a compiled program; give a file that 'nmsim compile' wrote")
    #expect(message(changed(6, 10)) == "is not a compiled program; give a file that 'nmsim compile' wrote")
    #expect(message(changed(8, 0)) == "is not a compiled program; give a file that 'nmsim compile' wrote")
    #expect(
      message(bytes + [0]) == "goes on after its end (trailing bytes: 1); copy it again or compile the network again")
    #expect(
      message(changed(100, bytes[100] ^ 1))
        == "is damaged: its checksum does not match; copy it again or compile the network again")
    #expect(
      message(resealed(changed(20, 0)))
        == "is not a program of this version: at byte 20: section 'NETW' expected; compile the network again")
    var huge = bytes
    for index in 32..<40 { huge[index] = 0x7F }
    #expect(
      message(resealed(huge))
        == "is not a program of this version: at byte 32: a count of 9187201950435737471 with \(left(bytes)) bytes left; "
        + "compile the network again")
  }

  /// Bytes of the first section after its first count.
  private func left(_ bytes: [UInt8]) -> Int { Int(bytes[24]) + 256 * Int(bytes[25]) - 8 }

  @Test("is written whole and read with its hash; errors name the file")
  func file() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("nmsim-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.path + "/net.nmsim"
    let program = try ProgramFixtures.maxPool.program()
    let hash = try ProgramFile.write(program, to: path)
    let file = try ProgramFile(reading: path)
    #expect(file.program == program)
    #expect(file.hash == hash && hash == program.hash)

    try AtomicFile.write(program.encoded().dropLast(), to: path)
    do throws(ProgramFileError) {
      _ = try ProgramFile(reading: path)
      Issue.record("accepted")
    } catch {
      #expect(error.description.hasPrefix("\(path): is cut off: it has "))
    }
    do throws(ProgramFileError) {
      _ = try ProgramFile(reading: folder.path + "/none")
      Issue.record("accepted")
    } catch {
      #expect(error.description == "\(folder.path)/none: no such file; check the path")
    }
  }
}

extension AtomicFile {
  fileprivate static func write(_ bytes: ArraySlice<UInt8>, to path: String) throws(FileError) {
    try write(Array(bytes), to: path)
  }
}
