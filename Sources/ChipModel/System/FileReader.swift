#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Reads files.
package enum FileReader {
  /// Who named a path.
  package enum Naming: Sendable, Equatable {
    /// The command line: pipes (`<(command)`) are read too.
    case user
    /// A file, from anywhere: only regular files are read, so that no pipe or device makes nmsim wait.
    case file
    /// A file that may name only what lies in this folder, links followed.
    case inside(folder: String)
  }

  /// 1 GiB.
  package static let defaultLimit = 1 << 30

  /// All bytes of a file, a pipe too (`<(command)`).
  ///
  /// Copied, never mapped: a mapped file that another program shortens kills the process that looks at it.
  /// - Throws: `FileError`, `tooLarge` as soon as there are more than `limit` bytes, `readFailed` where another program
  ///   changed the file meanwhile.
  package static func bytes(
    of path: String, limit: Int = defaultLimit, namedBy naming: Naming = .user
  ) throws(FileError) -> [UInt8] {
    let file = try FileDescriptor(reading: path, namedBy: naming)
    return try read(file, path: path, limit: limit)
  }

  /// `count` bytes of a regular file from `start` on; memory is taken only after the size is known to suffice.
  /// - Parameter naming: not `user`: a pipe has no places.
  package static func bytes(
    of path: String, from start: Int, count: Int, namedBy naming: Naming
  ) throws(FileError) -> [UInt8] {
    let file = try FileDescriptor(reading: path, namedBy: naming)
    let size = try file.state(path: path).size
    guard start >= 0, count >= 0, start <= size, count <= size - start else {
      throw .tooShort(path: path, bytes: size, start: start, count: count)
    }
    guard lseek(file.number, off_t(start), SEEK_SET) >= 0 else { throw FileError.reading(path, code: errno) }
    var result = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let got = try file.read(into: &result, from: done, path: path)
      guard got > 0 else {
        throw .readFailed(path: path, reason: "it changed while it was read; run again when it is complete")
      }
      done += got
    }
    return result
  }

  /// The first bytes of a regular file, at most `count`, and its size.
  package static func head(of path: String, count: Int) throws(FileError) -> (bytes: [UInt8], size: Int) {
    let size = try FileDescriptor(reading: path, namedBy: .file).state(path: path).size
    return (try bytes(of: path, from: 0, count: min(count, size), namedBy: .file), size)
  }

  private static func read(_ file: borrowing FileDescriptor, path: String, limit: Int) throws(FileError) -> [UInt8] {
    // The size is a hint (0 for a pipe, and the file may grow), the limit is not.
    let before = try file.state(path: path)
    let size = before.size
    guard size <= limit else { throw .tooLarge(path: path, bytes: size, limit: limit) }
    var result: [UInt8] = []
    result.reserveCapacity(size)
    var chunk = [UInt8](repeating: 0, count: min(max(size + 1, 1 << 16), 1 << 22))
    while true {
      let count = try file.read(into: &chunk, path: path)
      if count == 0 {
        // The beginning of one version and the end of another is a file that nobody wrote.
        guard try file.state(path: path) == before else {
          throw .readFailed(path: path, reason: "it changed while it was read; run again when it is complete")
        }
        return result
      }
      guard count <= limit - result.count else {
        throw .tooLarge(path: path, bytes: result.count + count, limit: limit)
      }
      result += chunk[..<count]
    }
  }
}

/// An open file that closes itself.
struct FileDescriptor: ~Copyable {
  let number: CInt

  init(reading path: String, namedBy naming: FileReader.Naming = .user) throws(FileError) {
    number = try Self.opened(path, namedBy: naming)
  }

  private static func opened(_ path: String, namedBy naming: FileReader.Naming) throws(FileError) -> CInt {
    // A C string ends at its first zero: another file would be opened.
    guard !path.utf8.contains(0) else { throw .missing(path: path) }
    var target = path
    var flags = O_RDONLY | O_CLOEXEC
    // Does not wait where it is a pipe.
    if naming != .user { flags |= O_NONBLOCK }
    if case .inside(let folder) = naming {
      guard let root = FileSystemPath.resolved(folder), let full = FileSystemPath.resolved(path) else {
        throw .missing(path: path)
      }
      guard full.hasPrefix(root == "/" ? "/" : root + "/") else { throw .outside(path: path) }
      (target, flags) = (full, flags | O_NOFOLLOW)
    }
    let number = unsafe open(target, flags)
    guard number >= 0 else { throw errno == ENXIO ? .notRegular(path: path) : FileError.reading(path, code: errno) }
    if naming == .user { return number }
    var status = stat()
    let isKnown = unsafe fstat(number, &status) == 0
    let type = status.st_mode & S_IFMT
    if isKnown, type == S_IFREG { return number }
    let code = errno
    close(number)
    guard isKnown else { throw FileError.reading(path, code: code) }
    throw type == S_IFDIR ? .isDirectory(path: path) : .notRegular(path: path)
  }

  init(number: CInt) {
    self.number = number
  }

  deinit {
    _ = close(number)
  }

  /// Size and time of the last change of a regular file, zeros for what is none; refuses a folder, which opens but
  /// cannot be read, and devices, which may never end.
  func state(path: String) throws(FileError) -> State {
    var status = stat()
    guard unsafe fstat(number, &status) == 0 else { throw FileError.reading(path, code: errno) }
    let type = status.st_mode & S_IFMT
    guard type != S_IFDIR else { throw .isDirectory(path: path) }
    guard type != S_IFCHR, type != S_IFBLK else { throw .isDevice(path: path) }
    // Files under /proc have no size and a new time at every look.
    guard type == S_IFREG, status.st_size > 0 else { return State() }
    #if canImport(Darwin)
      let time = status.st_mtimespec
    #else
      let time = status.st_mtim
    #endif
    return State(size: Int(status.st_size), seconds: Int(time.tv_sec), nanoseconds: Int(time.tv_nsec))
  }

  struct State: Equatable {
    /// Bytes.
    var size = 0
    var seconds = 0
    var nanoseconds = 0
  }

  /// Fills the buffer from `start` on as far as one call does.
  /// - Returns: bytes read; 0 at the end.
  func read(into buffer: inout [UInt8], from start: Int = 0, path: String) throws(FileError) -> Int {
    while true {
      let count = unsafe buffer.withUnsafeMutableBytes {
        unsafe systemRead(number, $0.baseAddress.map { unsafe $0 + start }, $0.count - start)
      }
      if count >= 0 { return count }
      guard errno == EINTR else { throw FileError.reading(path, code: errno) }
    }
  }
}

/// `read` of the C library, which the method of the same name hides.
private func systemRead(_ file: CInt, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
  unsafe read(file, buffer, count)
}
