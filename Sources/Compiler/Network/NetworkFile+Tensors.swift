import ChipModel

extension NetworkFile {
  static func readTensors(_ path: String, in folder: String) throws(NetworkFileError) -> [String: Tensor] {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try FileReader.bytes(of: path, limit: maximumTensorBytes, namedBy: .inside(folder: folder))
    } catch {
      throw .file(error)
    }
    return try parseTensors(bytes, path: path)
  }

  static func parseTensors(_ bytes: [UInt8], path: String) throws(NetworkFileError) -> [String: Tensor] {
    let contents: SafetensorsContents
    do throws(FormatError) {
      contents = try Safetensors.read(bytes)
    } catch {
      throw .tensors(path: path, error)
    }
    // Names are distinct in the file; two that differ only in Unicode normal form are one key here.
    return Dictionary(contents.tensors.map { ($0.name, $0.tensor) }, uniquingKeysWith: { first, _ in first })
  }

  /// The bytes of a tensor file: equal tensors give equal bytes, whatever their order in the dictionary.
  static func tensorBytes(_ tensors: [String: Tensor], path: String) throws(NetworkFileError) -> [UInt8] {
    let entries = tensors.map { SafetensorsContents.Entry(name: $0.key, tensor: $0.value) }
    do throws(FormatError) {
      return try Safetensors.bytes(of: SafetensorsContents(tensors: entries))
    } catch {
      throw .tensors(path: path, error)
    }
  }
}
