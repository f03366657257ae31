#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A regular file, or a part of one, read piece by piece, as often as is needed.
struct FilePieces: ~Copyable {
  /// Bytes of a piece.
  static let piece = 1 << 16

  /// Bytes of the file, or of the part.
  let size: Int
  private let start: Int
  private let file: FileDescriptor
  private let path: String
  private let before: FileDescriptor.State
  private var position = 0

  /// - Parameter part: of the file; nil: all of it.
  /// - Throws: `FileError`, `tooLarge` above `limit` bytes, `tooShort` where the part is not there.
  init(
    of path: String, part: Range<Int>? = nil, limit: Int, namedBy naming: FileReader.Naming
  ) throws(FileError) {
    let opened = try FileDescriptor(reading: path, namedBy: naming)
    let state = try opened.state(path: path)
    guard state.size <= limit else { throw .tooLarge(path: path, bytes: state.size, limit: limit) }
    let part = part ?? 0..<state.size
    guard part.lowerBound >= 0, part.upperBound <= state.size else {
      throw .tooShort(path: path, bytes: state.size, start: part.lowerBound, count: part.count)
    }
    guard lseek(opened.number, off_t(part.lowerBound), SEEK_SET) >= 0 else {
      throw FileError.reading(path, code: errno)
    }
    file = opened
    (before, start, size, self.path) = (state, part.lowerBound, part.count, path)
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
    guard lseek(file.number, off_t(start), SEEK_SET) >= 0 else { throw FileError.reading(path, code: errno) }
    position = 0
  }

  private var changed: FileError {
    .readFailed(path: path, reason: "it changed while it was read; run again when it is complete")
  }
}
