#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Folders that commands write into.
enum OutputFolder {
  /// Makes the folder where it is not there yet, with the folders above it.
  static func make(_ path: String) throws(CommandError) {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw CommandError(.cannotWrite, subject: path, problem: "the path is empty or holds a zero byte", remedy: "name a folder")
    }
    var end = path.startIndex
    while end < path.endIndex {
      // Up to the next separator; the first may be the root's.
      end = path[path.index(after: end)...].firstIndex(of: "/") ?? path.endIndex
      let part = String(path[..<end])
      if unsafe mkdir(part, 0o777) == 0 { continue }
      let code = errno
      var status = stat()
      if unsafe stat(part, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { continue }
      let reason =
        switch code {
        case EACCES, EPERM: "permission denied"
        case EEXIST, ENOTDIR: "a file of that name is in the way"
        case EROFS: "the file system is read-only"
        case ENOSPC, EDQUOT: "the disk is full or the quota used up"
        default: "error \(code)"
        }
      throw CommandError(
        .cannotWrite, subject: path, problem: "the folder cannot be made: \(reason)", remedy: "name another folder")
    }
  }
}
