#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Environment variables.
enum Environment {
  /// The value of a variable, nil where it is not set.
  static func value(_ name: String) -> String? {
    guard let text = unsafe getenv(name) else { return nil }
    return unsafe String(cString: text)
  }
}
