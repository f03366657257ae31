#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Writes whole files so that a reader sees the old one or the new one, never a part.
package enum AtomicFile {
  /// How the names of files begin and end that are not finished.
  static let temporaryPrefix = ".nmsim-"
  static let temporarySuffix = ".tmp"

  /// Writes beside the target, flushes to the disk, renames. An existing file is replaced and keeps its permissions; a
  /// symbolic link keeps pointing to the file, which is replaced. What is not a regular file (`/dev/null`, a pipe) is
  /// written straight into.
  /// - Throws: `FileError`; nothing is left behind then, and an existing file is as it was.
  package static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
    try write([bytes], to: path)
  }

  /// The same of parts that follow one another.
  package static func write(_ parts: [[UInt8]], to path: String) throws(FileError) {
    guard let target = try target(of: path) else { return try writeInto(path, parts) }
    try replace(target.path, named: path, with: parts, mode: target.mode)
  }

  /// The same for a text, as UTF-8.
  package static func write(_ text: String, to path: String) throws(FileError) {
    try write(Array(text.utf8), to: path)
  }

  /// Whether `write` has a chance: for before long work. A disk that is full is noticed only by writing.
  /// - Throws: the `FileError` that `write` would end with, as far as it can be told beforehand.
  package static func check(_ path: String) throws(FileError) {
    guard let target = try target(of: path) else {
      guard unsafe access(path, W_OK) == 0 else { throw FileError.writing(path, code: errno) }
      return
    }
    // Of an existing file the folder counts too: the file is replaced, not written into.
    let folder = self.folder(of: target.path)
    var status = stat()
    guard unsafe stat(folder, &status) == 0 else { throw FileError.writing(path, code: errno) }
    guard status.st_mode & S_IFMT == S_IFDIR else { throw FileError.writing(path, code: ENOTDIR) }
    guard unsafe access(folder, W_OK | X_OK) == 0 else { throw FileError.writing(path, code: errno) }
  }

  /// The file that is replaced, links followed, and its permissions where it exists; nil: what is there is no regular
  /// file and is written straight into.
  private static func target(of path: String) throws(FileError) -> (path: String, mode: mode_t?)? {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw .writeFailed(path: path, reason: "the path is empty or holds a zero byte; name a file")
    }
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return (path, nil) }
    let type = status.st_mode & S_IFMT
    if type == S_IFDIR { throw FileError.writing(path, code: EISDIR) }
    return type == S_IFREG ? (FileSystemPath.resolved(path) ?? path, status.st_mode & 0o7777) : nil
  }

  private static func replace(
    _ target: String, named path: String, with parts: [[UInt8]], mode: mode_t?
  ) throws(FileError) {
    let folder = self.folder(of: target)
    let (temporary, number) = try createTemporary(in: folder, for: path)
    do throws(FileError) {
      let file = FileDescriptor(number: number)
      if let mode { _ = fchmod(file.number, mode) }
      for part in parts { try writeAll(part, to: file.number, path: path) }
      // A file system without it (EINVAL) still gets the rename.
      if fsync(file.number) != 0, errno != EINVAL { throw FileError.writing(path, code: errno) }
    } catch {
      _ = unsafe unlink(temporary)
      throw error
    }
    guard unsafe rename(temporary, target) == 0 else {
      let code = errno
      _ = unsafe unlink(temporary)
      throw FileError.writing(path, code: code)
    }
    // The rename itself survives a power cut only with the folder flushed; where that is refused nothing is lost.
    if let handle = try? FileDescriptor(reading: folder) { _ = fsync(handle.number) }
  }

  /// A new file in the folder: short name, so that a target's long one fits, never an existing one.
  private static func createTemporary(
    in folder: String, for path: String
  ) throws(FileError) -> (name: String, number: CInt) {
    let process = getpid()
    for attempt in 0..<1000 {
      let name = "\(folder)/\(temporaryPrefix)\(process)-\(attempt)\(temporarySuffix)"
      let number = unsafe open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      if number >= 0 { return (name, number) }
      guard errno == EEXIST else { throw FileError.writing(path, code: errno) }
    }
    throw .writeFailed(path: path, reason: "its folder is full of '.nmsim-*.tmp' files; remove them")
  }

  private static func writeInto(_ path: String, _ parts: [[UInt8]]) throws(FileError) {
    let number = unsafe open(path, O_WRONLY | O_CLOEXEC)
    guard number >= 0 else { throw FileError.writing(path, code: errno) }
    let file = FileDescriptor(number: number)
    for part in parts { try writeAll(part, to: file.number, path: path) }
  }

  private static func writeAll(_ bytes: [UInt8], to number: CInt, path: String) throws(FileError) {
    var done = 0
    while done < bytes.count {
      let count = unsafe bytes.withUnsafeBytes {
        unsafe systemWrite(number, $0.baseAddress.map { unsafe $0 + done }, $0.count - done)
      }
      if count > 0 {
        done += count
      } else if count == 0 || errno != EINTR {
        throw FileError.writing(path, code: count == 0 ? ENOSPC : errno)
      }
    }
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    let folder = String(path[..<slash])
    // "/name" is in the root, not in the folder of no name.
    return folder.isEmpty ? "/." : folder
  }
}

/// `write` of the C library, which the method of the same name hides.
private func systemWrite(_ file: CInt, _ buffer: UnsafeRawPointer?, _ count: Int) -> Int {
  unsafe write(file, buffer, count)
}
