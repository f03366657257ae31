#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A regular file, read piece by piece, as often as is needed.
struct FilePieces: ~Copyable {
  /// Bytes of a piece.
  static let piece = 1 << 16

  /// Bytes of the file.
  let size: Int
  private let file: FileDescriptor
  private let path: String
  private let before: FileDescriptor.State
  private var position = 0

  /// - Throws: `FileError`, `tooLarge` above `limit` bytes.
  init(of path: String, limit: Int, namedBy naming: FileReader.Naming) throws(FileError) {
    let opened = try FileDescriptor(reading: path, namedBy: naming)
    let state = try opened.state(path: path)
    guard state.size <= limit else { throw .tooLarge(path: path, bytes: state.size, limit: limit) }
    file = opened
    (before, size, self.path) = (state, state.size, path)
  }

  var isAtEnd: Bool { position == size }

  /// What follows; the last piece, and of an empty file the only one, may be shorter.
  /// - Throws: `readFailed` where another program changed the file since the first piece.
  mutating func next() throws(FileError) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: min(FilePieces.piece, size - position))
    var done = 0
    while done < result.count {
      let count = try file.read(into: &result, from: done, path: path)
      guard count > 0 else { throw changed }
      done += count
    }
    position += done
    if isAtEnd, try file.state(path: path) != before { throw changed }
    return result
  }

  mutating func rewind() throws(FileError) {
    guard lseek(file.number, 0, SEEK_SET) >= 0 else { throw FileError.reading(path, code: errno) }
    position = 0
  }

  private var changed: FileError {
    .readFailed(path: path, reason: "it changed while it was read; run again when it is complete")
  }
}
