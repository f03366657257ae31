#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Claims of this process on numbered pieces of work that other processes, on other machines too, share in a folder.
///
/// Each claim is a lock on one byte of one file. The system gives it back when the process ends, however it ends, so a
/// killed process never blocks anybody. Where a file system knows no locks every claim succeeds: claims save double work,
/// they are not what keeps results whole. A process is no rival of itself.
package final class FileClaims: Sendable {
  /// -1: none.
  private let number: CInt

  /// Opens the file and makes it where it is missing. A file that cannot be opened claims nothing and refuses nothing.
  package init(path: String) {
    guard !path.utf8.contains(0) else {
      number = -1
      return
    }
    number = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
  }

  deinit { if number >= 0 { _ = close(number) } }

  /// Claims a piece of work.
  /// - Parameter piece: 0 or more, below 2^62.
  /// - Returns: false where another process has claimed it and lives.
  package func take(_ piece: Int) -> Bool {
    guard number >= 0 else { return true }
    var lock = Self.lock(piece, F_WRLCK)
    if unsafe fcntl(number, F_SETLK, &lock) == 0 { return true }
    return errno != EACCES && errno != EAGAIN
  }

  /// Gives a claim back.
  package func giveBack(_ piece: Int) {
    guard number >= 0 else { return }
    var lock = Self.lock(piece, F_UNLCK)
    _ = unsafe fcntl(number, F_SETLK, &lock)
  }

  /// Number of the process that has claimed it, 0 where it is unknown, on another machine for example; nil: none has.
  package func holder(of piece: Int) -> Int? {
    guard number >= 0 else { return nil }
    var lock = Self.lock(piece, F_WRLCK)
    guard unsafe fcntl(number, F_GETLK, &lock) == 0, Int32(lock.l_type) != Int32(F_UNLCK) else { return nil }
    return max(0, Int(lock.l_pid))
  }

  private static func lock(_ piece: Int, _ type: some BinaryInteger) -> flock {
    var lock = flock()
    lock.l_type = Int16(truncatingIfNeeded: type)
    lock.l_whence = Int16(SEEK_SET)
    lock.l_start = off_t(piece & (1 << 62 - 1))
    lock.l_len = 1
    return lock
  }
}
