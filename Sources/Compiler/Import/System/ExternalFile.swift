#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Why a file beside a model cannot be read.
enum ExternalFileError: Error, Equatable {
  case missing
  case outside
  case notAFile
  case tooShort(size: Int)
  case unreadable
}

/// Reads `count` bytes at `offset` of the file `path` in `folder`.
///
/// Both are resolved first: a symbolic link may point elsewhere inside the folder, never out of it. Only regular files
/// are read (opening does not wait on a pipe), and memory is taken only after the size is known to suffice.
func readExternalFile(
  folder: String, path: String, offset: Int, count: Int
) throws(ExternalFileError) -> [UInt8] {
  guard let root = resolved(folder.isEmpty ? "." : folder), let full = resolved(root + "/" + path) else {
    throw .missing
  }
  guard full.hasPrefix(root == "/" ? "/" : root + "/") else { throw .outside }
  let descriptor = unsafe open(full, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW)
  guard descriptor >= 0 else { throw .unreadable }
  defer { close(descriptor) }
  var status = stat()
  guard unsafe fstat(descriptor, &status) == 0 else { throw .unreadable }
  guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFile }
  let size = Int(status.st_size)
  guard offset >= 0, count >= 0, offset <= size, count <= size - offset else { throw .tooShort(size: size) }
  var done = 0
  let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialised in
    while done < count {
      guard let base = buffer.baseAddress else { break }
      let got = unsafe pread(descriptor, base + done, count - done, off_t(offset + done))
      if got < 0 && errno == EINTR { continue }
      guard got > 0 else { break }
      done += got
    }
    initialised = done
  }
  guard bytes.count == count else { throw .unreadable }
  return bytes
}

/// The absolute path with every symbolic link followed; nil where it does not exist.
private func resolved(_ path: String) -> String? {
  guard let pointer = unsafe realpath(path, nil) else { return nil }
  defer { unsafe free(pointer) }
  return unsafe String(cString: pointer)
}
