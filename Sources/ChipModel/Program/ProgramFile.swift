/// Why a program's file could not be read or written.
package enum ProgramFileError: Error, Sendable, Equatable, CustomStringConvertible {
  case file(FileError)
  case program(ProgramError, path: String)

  /// One line, `PATH: what is wrong; what to do`.
  package var description: String {
    switch self {
    case .file(let error): "\(error)"
    case .program(let error, let path): "\(escaped(path)): \(error)"
    }
  }
}

/// A compiled program as it lies on disk.
package struct ProgramFile: Sendable, Equatable {
  package let program: CompiledProgram
  /// The program's identity, 64 hexadecimal digits: the SHA-256 that ends the file.
  package let hash: String

  /// Largest file, bytes: what a program of 2^30 weights and as many axons takes.
  package static let maximumBytes = 16 << 30

  /// - Throws: `ProgramFileError`.
  package init(reading path: String) throws(ProgramFileError) {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try FileReader.bytes(of: path, limit: ProgramFile.maximumBytes)
    } catch {
      throw .file(error)
    }
    do throws(ProgramError) {
      program = try CompiledProgram(decoding: bytes)
    } catch {
      throw .program(error, path: path)
    }
    hash = ProgramFile.hash(of: bytes)
  }

  /// Writes atomically: a reader sees the old file or the new one.
  /// - Returns: the program's hash.
  /// - Throws: `FileError`.
  @discardableResult
  package static func write(_ program: CompiledProgram, to path: String) throws(FileError) -> String {
    let bytes = program.encoded()
    try AtomicFile.write(bytes, to: path)
    return hash(of: bytes)
  }

  /// The identity of an encoded program.
  package static func hash(of bytes: [UInt8]) -> String {
    SHA256.hexadecimal(Array(bytes.suffix(ProgramFormat.checksumBytes)))
  }
}

extension CompiledProgram {
  /// Whether a file's bytes begin as a program's do.
  package static func isProgram(_ bytes: [UInt8]) -> Bool { ProgramFormat.isProgram(bytes) }
}
