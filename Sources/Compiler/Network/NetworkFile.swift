import ChipModel

/// A network as it lies on disk: `net.json`, and beside it the safetensors file that it names.
package struct NetworkFile: Sendable {
  /// Path of the `net.json` as it was given.
  package let path: String
  /// Its folder; `.` where the path has none. Names in the network are relative to it.
  package let folder: String
  package let network: Network
  /// Name of the tensor file, relative to the folder; nil: none.
  package let tensorsFile: String?
  /// The text, to find the line of what the check finds.
  private let text: [UInt8]

  /// Largest tensor file, bytes: 2^30 weights of 32 bits.
  package static let maximumTensorBytes = 4 << 30

  /// Reads the text and its tensors.
  /// - Parameters:
  ///   - path: of the text.
  ///   - naming: who named it. Of a text that is none no word stands in an error where a file did.
  /// - Throws: `NetworkFileError`; every error of the text has line, column and path, a missing tensor too.
  package init(reading path: String, namedBy naming: FileReader.Naming = .user) throws(NetworkFileError) {
    let text: [UInt8]
    do throws(FileError) {
      text = try FileReader.bytes(of: path, limit: NetworkDocument.maximumBytes, namedBy: naming)
    } catch {
      throw .file(error)
    }
    do throws(NetworkFileError) { try self.init(text: text, path: path) } catch {
      guard naming != .user, case .text(let path, let error) = error else { throw error }
      throw .text(path: path, error.withoutContent)
    }
  }

  /// The files that belong to it: its own, the tensors, and the data that it names.
  package var files: [String] {
    [path] + [tensorsFile, network.input.images, network.input.labels].compactMap { $0 }.map(resolve)
  }

  /// The same for a text that is in memory; the tensor file is read from the path's folder.
  package init(text: [UInt8], path: String) throws(NetworkFileError) {
    self.path = path
    self.text = text
    folder = PathText.folder(of: path)
    var document: NetworkDocument
    do throws(JSONError) {
      document = try NetworkDocument(parsing: text)
    } catch {
      throw .text(path: path, error)
    }
    tensorsFile = document.tensorsFile
    if let tensorsFile {
      document.network.tensors = try Self.readTensors(PathText.joined(folder, tensorsFile), in: folder)
    }
    network = document.network
  }

  /// The checked network.
  /// - Throws: `NetworkFileError.check` with the line and column of what is wrong.
  package func checked() throws(NetworkFileError) -> CheckedNetwork {
    do throws(NetworkCheckError) {
      return try network.checked()
    } catch {
      throw .check(path: path, error, at: location(of: error.path))
    }
  }

  /// The path of a file that the network names, for example its test images.
  package func resolve(_ name: String) -> String {
    PathText.joined(folder, name)
  }

  /// Writes `net.json` and, where the network has tensors, a safetensors file of the same name beside it. Each is
  /// replaced atomically, the tensors first, so that a network never names tensors that are not there yet.
  package static func write(_ network: Network, to path: String) throws(NetworkFileError) {
    let tensorsFile = network.tensors.isEmpty ? nil : tensorsName(for: path)
    // Both are made before the first is written: a number that cannot be written must not leave half a network.
    let text: [UInt8]
    do throws(JSONWriteError) {
      text = try network.jsonBytes(tensorsFile: tensorsFile)
    } catch {
      throw .notWritable(path: path, error)
    }
    var tensors: (path: String, bytes: [UInt8])?
    if let tensorsFile {
      let path = PathText.joined(PathText.folder(of: path), tensorsFile)
      tensors = (path, try tensorBytes(network.tensors, path: path))
    }
    do throws(FileError) {
      if let tensors { try AtomicFile.write(tensors.bytes, to: tensors.path) }
      try AtomicFile.write(text, to: path)
    } catch {
      throw .file(error)
    }
  }

  // MARK: Paths

  /// Name of the tensors' file: `net.safetensors` for `folder/net.json`.
  package static func tensorsName(for path: String) -> String {
    let name = path.split(separator: "/").last.map { String($0) } ?? "net"
    return (name.hasSuffix(".json") && name.utf8.count > 5 ? String(name.dropLast(5)) : name) + ".safetensors"
  }

  // MARK: Places

  /// Where the value of a path begins in the text: of the longest part of it that is there.
  private func location(of path: [NetworkPathStep]) -> SourceLocation? {
    guard var value = try? JSONParser.parse(text) else { return nil }
    for step in path {
      switch (step, value.kind) {
      case (.key(let key), .object(let members)):
        guard let member = members.first(where: { $0.key == key }) else { return value.location }
        value = member.value
      case (.index(let index), .array(let elements)) where elements.indices.contains(index):
        value = elements[index]
      default: return value.location
      }
    }
    return value.location
  }
}

extension Network {
  /// Reads `net.json` and the tensors beside it.
  /// - Throws: `NmsimError`: a file is missing, or is no network.
  public init(file path: String) throws(NmsimError) {
    self = try NmsimError.from { try NetworkFile(reading: path).network }
  }

  /// Writes `net.json` and, beside it, its tensors: `net.safetensors`.
  /// - Throws: `NmsimError`: a file cannot be written, or a number is not finite.
  public func write(to path: String) throws(NmsimError) {
    try NmsimError.from { try NetworkFile.write(self, to: path) }
  }
}
