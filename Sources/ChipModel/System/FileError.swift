#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Why a file could not be read or written.
package enum FileError: Error, Sendable, Equatable, CustomStringConvertible {
  case missing(path: String)
  case isDirectory(path: String)
  /// A disk or a source without an end, such as `/dev/urandom`: nothing that holds data of this kind.
  case isDevice(path: String)
  /// A file names it, and it is a pipe, a socket or a device.
  case notRegular(path: String)
  /// A file names it, and it lies outside that file's folder, where it must not.
  case outside(path: String)
  case notPermitted(path: String)
  case tooLarge(path: String, bytes: Int, limit: Int)
  /// `count` bytes from `start` on are needed.
  case tooShort(path: String, bytes: Int, start: Int, count: Int)
  case readFailed(path: String, reason: String)
  case folderMissing(path: String)
  case diskFull(path: String)
  case readOnly(path: String)
  case writeFailed(path: String, reason: String)

  /// The path as it was given.
  package var path: String {
    switch self {
    case .missing(let path), .isDirectory(let path), .isDevice(let path), .notRegular(let path), .outside(let path),
      .notPermitted(let path), .tooLarge(let path, _, _), .tooShort(let path, _, _, _), .readFailed(let path, _),
      .folderMissing(let path), .diskFull(let path), .readOnly(let path), .writeFailed(let path, _):
      path
    }
  }

  /// True where the file was to be written: the command line has another exit status for those.
  package var isAboutWriting: Bool {
    switch self {
    case .folderMissing, .diskFull, .readOnly, .writeFailed: true
    case .missing, .isDirectory, .isDevice, .notRegular, .outside, .notPermitted, .tooLarge, .tooShort, .readFailed:
      false
    }
  }

  /// What is wrong and what to do, without the path.
  package var message: String {
    switch self {
    // What the system gave as a name that is not UTF-8 has this character instead, and is another name.
    case .missing(let path) where path.unicodeScalars.contains("\u{FFFD}"):
      "no such file, or its name is not UTF-8, which nmsim needs; check the path, or rename the file"
    case .missing: "no such file; check the path"
    case .isDirectory: "is a folder; name a file"
    case .isDevice: "is a device; name a file"
    case .notRegular: "is a pipe or a device, which no file may name; name a regular file"
    case .outside: "leads out of the folder of the file that names it; put it into that folder"
    case .notPermitted: "permission denied; check the permissions of the file and its folder"
    case .tooLarge(_, let bytes, let limit): "has \(bytes) bytes or more, the limit is \(limit); give a smaller file"
    case .tooShort(_, let bytes, let start, let count):
      "has \(bytes) bytes, \(count) from byte \(start) are needed; copy the file again"
    case .readFailed(_, let reason): "cannot be read: \(reason)"
    case .folderMissing: "cannot be written: its folder does not exist; make the folder first"
    case .diskFull: "cannot be written: the disk is full or the quota used up; free some space"
    case .readOnly: "cannot be written: the file system is read-only; choose another folder"
    case .writeFailed(_, let reason): "cannot be written: \(reason)"
    }
  }

  /// One line, `PATH: what is wrong; what to do`.
  package var description: String { "\(path): \(message)" }

  static func reading(_ path: String, code: CInt) -> FileError {
    switch code {
    case ENOENT, ENOTDIR: .missing(path: path)
    case EACCES, EPERM: .notPermitted(path: path)
    case EISDIR: .isDirectory(path: path)
    default: .readFailed(path: path, reason: systemText(code))
    }
  }

  static func writing(_ path: String, code: CInt) -> FileError {
    switch code {
    case ENOENT, ENOTDIR: .folderMissing(path: path)
    case EACCES, EPERM: .writeFailed(path: path, reason: "permission denied; check the permissions of its folder")
    case EISDIR: .writeFailed(path: path, reason: "it is a folder; name a file")
    case ENOSPC, EDQUOT: .diskFull(path: path)
    case EROFS: .readOnly(path: path)
    case EFBIG: .writeFailed(path: path, reason: "it is larger than this process may write; raise 'ulimit -f'")
    default: .writeFailed(path: path, reason: systemText(code))
    }
  }

  /// The C library's words for an error number.
  private static func systemText(_ code: CInt) -> String {
    guard let text = unsafe strerror(code) else { return "error \(code)" }
    return unsafe String(cString: text)
  }
}
