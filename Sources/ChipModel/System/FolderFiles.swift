#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Files in folders that results go into.
package enum FolderFiles {
  /// Seconds after which a temporary file belongs to nobody: writing one takes moments.
  private static let leftoverAge = 3600

  /// Whether a folder is there.
  package static func exists(_ path: String) -> Bool {
    guard !path.utf8.contains(0) else { return false }
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Whether a file is there that can be read again: no folder, pipe or device.
  package static func isFile(_ path: String) -> Bool {
    guard !path.utf8.contains(0) else { return false }
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  /// Removes a file; one that is not there is no error.
  package static func remove(_ path: String) {
    guard !path.utf8.contains(0) else { return }
    _ = unsafe unlink(path)
  }

  /// Names in a folder that end in `suffix` and are longer, hidden ones too, sorted; none where it cannot be read.
  package static func names(in folder: String, suffix: String = "") -> [String] {
    guard !folder.utf8.contains(0), let handle = unsafe opendir(folder) else { return [] }
    defer { unsafe closedir(handle) }
    var names: [String] = []
    while let entry = unsafe readdir(handle) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { tuple in
        unsafe tuple.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if name.hasSuffix(suffix), name != suffix { names.append(name) }
    }
    return names.sorted()
  }

  /// Removes what `AtomicFile` left where its process was killed: temporary files of more than an hour.
  package static func removeLeftovers(in folder: String) {
    let now = Int(time(nil))
    for name in names(in: folder, suffix: AtomicFile.temporarySuffix) where name.hasPrefix(AtomicFile.temporaryPrefix) {
      var status = stat()
      guard unsafe stat(folder + "/" + name, &status) == 0 else { continue }
      #if canImport(Darwin)
        let changed = Int(status.st_mtimespec.tv_sec)
      #else
        let changed = Int(status.st_mtim.tv_sec)
      #endif
      if now - changed > leftoverAge { _ = unsafe unlink(folder + "/" + name) }
    }
  }
}
