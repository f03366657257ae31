/// What `nmsim --version` says.
enum Version {
  /// Semantic version of the command line and the file formats together.
  static let number = "2.0.0"
  /// Date of the man page: of the last change to the command table, so that the page is the same on every build.
  static let manualDate = "November 29, 2026"

  #if os(Linux)
    private static let system = "linux"
  #elseif os(macOS)
    private static let system = "macos"
  #else
    private static let system = "other"
  #endif

  #if arch(x86_64)
    private static let architecture = "x86_64"
  #elseif arch(arm64)
    private static let architecture = "arm64"
  #else
    private static let architecture = "other"
  #endif

  #if DEBUG
    private static let build = "debug"
  #else
    private static let build = "release"
  #endif

  static let line = "nmsim \(number)\n"
  static let json = """
    {
      "format": "nmsim-version/1",
      "version": "\(number)",
      "system": "\(system)",
      "architecture": "\(architecture)",
      "build": "\(build)"
    }

    """
}
