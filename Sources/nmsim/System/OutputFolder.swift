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
      if isFolder(part) == true { continue }
      throw error(path, "the folder cannot be made", code)
    }
    guard unsafe access(path, W_OK | X_OK) == 0 else {
      throw error(path, "nothing can be written into the folder", errno)
    }
  }

  /// Whether `make` has a chance: for before long work.
  static func check(_ path: String) throws(CommandError) {
    // The longest part that is there: the folder itself, or the one that it would be made in.
    var part = path
    while isFolder(part) == nil, !part.isEmpty { part = parent(of: part) }
    let there = part.isEmpty ? "." : part
    guard isFolder(there) == true else { throw error(path, "the folder cannot be made", ENOTDIR) }
    guard unsafe access(there, W_OK | X_OK) == 0 else {
      throw error(path, part == path ? "nothing can be written into the folder" : "the folder cannot be made", errno)
    }
  }

  /// Nil: nothing is there.
  private static func isFolder(_ path: String) -> Bool? {
    var status = stat()
    guard !path.utf8.contains(0), unsafe stat(path, &status) == 0 else { return nil }
    return status.st_mode & S_IFMT == S_IFDIR
  }

  /// Of `a/b/`, `a`; of `/a`, `/`; of `a`, nothing.
  private static func parent(of path: String) -> String {
    var rest = path[...]
    while rest.count > 1, rest.last == "/" { rest.removeLast() }
    guard rest != "/", let slash = rest.lastIndex(of: "/") else { return "" }
    return slash == rest.startIndex ? "/" : String(rest[..<slash])
  }

  private static func error(_ path: String, _ what: String, _ code: CInt) -> CommandError {
    let reason =
      switch code {
      case EACCES, EPERM: "permission denied"
      case EEXIST, ENOTDIR: "a file of that name is in the way"
      case EROFS: "the file system is read-only"
      case ENOSPC, EDQUOT: "the disk is full or the quota used up"
      default: "error \(code)"
      }
    return CommandError(.cannotWrite, subject: path, problem: "\(what): \(reason)", remedy: "name another folder")
  }
}
