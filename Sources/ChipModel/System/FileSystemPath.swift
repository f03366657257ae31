#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Paths as the file system sees them.
package enum FileSystemPath {
  /// The absolute path without symbolic links, `.` and `..`; nil where nothing is there.
  package static func resolved(_ path: String) -> String? {
    // A C string ends at its first zero: another path would be resolved.
    guard !path.utf8.contains(0), let real = unsafe realpath(path.isEmpty ? "." : path, nil) else { return nil }
    defer { unsafe free(real) }
    return unsafe String(cString: real)
  }
}

/// Which file a path leads to: equal for all paths of one file, whatever links lie between.
package struct FileIdentity: Hashable, Sendable {
  private let device: UInt64
  private let number: UInt64
  /// Of a file that is still to be made: its name; the numbers are its folder's.
  private let name: String?

  /// Nil for what a write does not replace, pipes and devices, and where not even the folder is there.
  package init?(_ path: String) {
    guard !path.utf8.contains(0) else { return nil }
    var status = stat()
    if unsafe stat(path, &status) == 0 {
      guard [S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT) else { return nil }
      name = nil
    } else {
      guard unsafe stat(PathText.folder(of: path), &status) == 0 else { return nil }
      name = PathText.baseName(of: path, without: "")
    }
    device = UInt64(truncatingIfNeeded: status.st_dev)
    number = UInt64(truncatingIfNeeded: status.st_ino)
  }

  /// Whether the file is there.
  package var exists: Bool { name == nil }
}
