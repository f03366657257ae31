extension Safetensors {
  /// The file in one canonical form: equal contents, in whatever order, give equal bytes.
  ///
  /// Wider elements come first, equal ones sorted by name, so that every tensor is aligned to its element (torch needs
  /// that); metadata are sorted by key, and the header is padded with spaces to 8 bytes.
  /// - Throws: `FormatError` for a name or key that is there twice, the reserved name `__metadata__`, or a header
  ///   beyond the limit.
  package static func bytes(of contents: SafetensorsContents) throws(FormatError) -> [UInt8] {
    let tensors = contents.tensors.sorted { a, b in
      let (first, second) = (a.tensor.storage.elementType.size, b.tensor.storage.elementType.size)
      return first != second ? first > second : precedes(a.name, b.name)
    }
    let metadata = contents.metadata.sorted { precedes($0.key, $1.key) }
    for names in [metadata.map(\.key), tensors.map(\.name)] {
      guard let name = firstRepeated(names) else { continue }
      throw FormatError("\(quotedForMessage(name)) is there twice; a safetensors file needs distinct names")
    }

    var members: [(String, JSONOutput)] = []
    if !metadata.isEmpty {
      members.append(("__metadata__", .object(metadata.map { ($0.key, .string($0.value)) })))
    }
    var end = 0
    for entry in tensors {
      guard entry.name != "__metadata__" else {
        throw FormatError("a tensor cannot be named '__metadata__', which safetensors reserves; rename it")
      }
      let type = entry.tensor.storage.elementType
      // Cannot overflow: these bytes are in memory already.
      let start = end
      end += entry.tensor.count * type.size
      members.append(
        (
          entry.name,
          .object([
            ("dtype", .string(name(of: type))), ("shape", .integers(entry.tensor.shape)),
            ("data_offsets", .integers([start, end])),
          ])
        ))
    }
    var header = try headerBytes(.object(members))
    while header.count % 8 != 0 { header.append(0x20) }
    guard header.count <= maximumHeader else { throw tooLarge(header: UInt64(header.count)) }

    var result: [UInt8] = []
    result.reserveCapacity(8 + header.count + end)
    RawArrays.append([UInt64(header.count)], to: &result)
    result += header
    for entry in tensors { entry.tensor.storage.append(to: &result) }
    return result
  }

  /// Compact JSON without the newline.
  private static func headerBytes(_ header: JSONOutput) throws(FormatError) -> [UInt8] {
    do {
      return try JSONWriter.bytes(of: header, style: .compact).dropLast()
    } catch {
      // Strings and integers only: the writer refuses nothing of it.
      preconditionFailure("a safetensors header with \(error)")
    }
  }

  /// By UTF-8 bytes, the order of every other implementation; Swift's own compares normalised text.
  private static func precedes(_ a: String, _ b: String) -> Bool {
    a.utf8.lexicographicallyPrecedes(b.utf8)
  }

  private static func firstRepeated(_ names: [String]) -> String? {
    var seen: Set<String> = []
    return names.first { !seen.insert($0).inserted }
  }
}
