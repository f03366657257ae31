import ChipModel

/// Where a tensor's bytes lie outside the model file, checked before anything is opened.
///
/// The location is relative to the model's folder: absolute paths, `..`, backslashes and NUL are refused here, symbolic
/// links that lead out of the folder, and anything but a regular file, when the file is opened.
struct ExternalLocation: Equatable {
  let path: String
  let offset: Int
  let byteCount: Int

  /// - Parameters:
  ///   - entries: the tensor's `external_data` keys and values, all text.
  ///   - byteCount: what shape and element type need.
  init(entries: [(key: String, value: String)], tensor: String, byteCount: Int) throws(ImportError) {
    var location = ""
    var offset = 0
    var length = byteCount
    for entry in entries {
      switch entry.key {
      case "location": location = entry.value
      case "offset": offset = try ExternalLocation.number(entry, tensor)
      case "length": length = try ExternalLocation.number(entry, tensor)
      default: break
      }
    }
    guard length == byteCount else {
      throw .externalData(
        tensor: tensor, what: "external data has \(length) bytes, shape and type need \(byteCount)",
        remedy: "export the model again")
    }
    let parts = location.split(separator: "/", omittingEmptySubsequences: false)
    let isSafe =
      !location.isEmpty && !location.contains("\\") && !location.contains("\0") && !location.contains(":")
      && !parts.contains("..") && !parts.contains("")
    guard isSafe else {
      throw .externalData(
        tensor: tensor, what: "external data at '\(printable(location))' is outside the model's folder",
        remedy: "keep the data file beside the model, or export with external_data=False")
    }
    path = location
    self.offset = offset
    self.byteCount = byteCount
  }

  private static func number(_ entry: (key: String, value: String), _ tensor: String) throws(ImportError) -> Int {
    let digits = entry.value.utf8.allSatisfy { (48...57).contains($0) }
    guard digits, let value = Int(entry.value) else {
      throw .externalData(
        tensor: tensor, what: "external data \(entry.key) '\(printable(entry.value))' is not a whole number",
        remedy: "export the model again")
    }
    return value
  }

  /// Reads the bytes.
  /// - Parameter folder: the model's; nil where the model came from a pipe.
  func load(folder: String?, tensor: String) throws(ImportError) -> [UInt8] {
    guard let folder else {
      throw .externalData(
        tensor: tensor, what: "its weights are in '\(printable(path))', but a model read from a pipe has no folder",
        remedy: "give the model as a file, or export with external_data=False")
    }
    do throws(FileError) {
      return try FileReader.bytes(
        of: PathText.joined(folder, path), from: offset, count: byteCount, namedBy: .inside(folder: folder))
    } catch {
      let shown = printable(path)
      switch error {
      case .missing:
        throw .externalData(
          tensor: tensor, what: "its weights are in '\(shown)', which is not beside the model",
          remedy: "copy the data file into the model's folder, or export with external_data=False")
      case .outside:
        throw .externalData(
          tensor: tensor, what: "'\(shown)' leads out of the model's folder",
          remedy: "copy the data file into the model's folder, or export with external_data=False")
      case .isDirectory, .notRegular:
        throw .externalData(
          tensor: tensor, what: "'\(shown)' is not a regular file", remedy: "export the model again")
      case .tooShort(_, let size, _, _):
        throw .externalData(
          tensor: tensor,
          what: "'\(shown)' has \(size) bytes, \(byteCount) from byte \(offset) are needed",
          remedy: "copy the data file again, model and data must come from one export")
      default:
        throw .externalData(
          tensor: tensor, what: "'\(shown)' cannot be read", remedy: "check its permissions")
      }
    }
  }
}
