#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Paths as the file system sees them.
enum FileSystemPath {
  /// The absolute path without symbolic links, `.` and `..`; nil where nothing is there.
  static func resolved(_ path: String) -> String? {
    // A C string ends at its first zero: another path would be resolved.
    guard !path.utf8.contains(0), let real = unsafe realpath(path.isEmpty ? "." : path, nil) else { return nil }
    defer { unsafe free(real) }
    return unsafe String(cString: real)
  }
}
