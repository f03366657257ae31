#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Reads whole files.
package enum FileReader {
  /// 1 GiB.
  package static let defaultLimit = 1 << 30

  /// All bytes of a file, a pipe too (`<(command)`).
  ///
  /// Copied, never mapped: a mapped file that another program shortens kills the process that looks at it.
  /// - Throws: `FileError`, `tooLarge` as soon as there are more than `limit` bytes, `readFailed` where another program
  ///   changed the file meanwhile.
  package static func bytes(of path: String, limit: Int = defaultLimit) throws(FileError) -> [UInt8] {
    let file = try FileDescriptor(reading: path)
    return try read(file, path: path, limit: limit)
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

  init(reading path: String) throws(FileError) {
    // A C string ends at its first zero: another file would be opened.
    guard !path.utf8.contains(0) else { throw .missing(path: path) }
    let opened = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard opened >= 0 else { throw FileError.reading(path, code: errno) }
    number = opened
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

  /// Bytes read; 0 at the end.
  func read(into buffer: inout [UInt8], path: String) throws(FileError) -> Int {
    while true {
      let count = unsafe buffer.withUnsafeMutableBytes { unsafe systemRead(number, $0.baseAddress, $0.count) }
      if count >= 0 { return count }
      guard errno == EINTR else { throw FileError.reading(path, code: errno) }
    }
  }
}

/// `read` of the C library, which the method of the same name hides.
private func systemRead(_ file: CInt, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
  unsafe read(file, buffer, count)
}
