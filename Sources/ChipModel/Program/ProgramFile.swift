/// Compiled programs as files.
public enum ProgramFile {
  /// Largest program read: 4 GiB.
  public static let maximumBytes = 4 << 30

  /// Why a program cannot be read: the file system, or what the file holds.
  public enum Failure: Error, Sendable, Equatable, CustomStringConvertible {
    case file(FileError)
    case program(path: String, ProgramError)

    public var description: String {
      switch self {
      case .file(let error): "\(error)"
      case .program(let path, let error): "\(path): \(error)"
      }
    }
  }

  /// Reads and checks a program.
  /// - Returns: the program, and the SHA-256 of its file in hexadecimal.
  public static func read(_ path: String) throws(Failure) -> (program: CompiledProgram, hash: String) {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try FileReader.bytes(of: path, limit: maximumBytes)
    } catch {
      throw .file(error)
    }
    do throws(ProgramError) {
      return (try CompiledProgram(decoding: bytes), SHA256.hexadecimal(of: bytes))
    } catch {
      throw .program(path: path, error)
    }
  }

  /// Writes a program beside and renames it.
  /// - Returns: the SHA-256 of the file in hexadecimal.
  @discardableResult
  public static func write(_ program: CompiledProgram, to path: String) throws(FileError) -> String {
    let bytes = program.encoded()
    try AtomicFile.write(bytes, to: path)
    return SHA256.hexadecimal(of: bytes)
  }
}
