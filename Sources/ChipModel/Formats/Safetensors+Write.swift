extension Safetensors {
  /// The file in one canonical form: equal contents, in whatever order, give equal bytes.
  ///
  /// Wider elements come first, equal ones sorted by name, so that every tensor is aligned to its element (torch needs
  /// that); metadata are sorted by key, and the header is padded with spaces to 8 bytes.
  /// - Throws: `SafetensorsError` for a name or key that is there twice, the reserved name `__metadata__`, or a header
  ///   beyond the limit.
  package static func bytes(of contents: SafetensorsContents) throws(SafetensorsError) -> [UInt8] {
    let tensors = contents.tensors.sorted { a, b in
      let (first, second) = (a.tensor.storage.elementType.size, b.tensor.storage.elementType.size)
      return first != second ? first > second : precedes(a.name, b.name)
    }
    let metadata = contents.metadata.sorted { precedes($0.key, $1.key) }
    if let key = firstRepeated(metadata.map(\.key)) { throw .repeated(key) }
    if let name = firstRepeated(tensors.map(\.name)) { throw .repeated(name) }

    var members: [(String, JSONOutput)] = []
    if !metadata.isEmpty {
      members.append(("__metadata__", .object(metadata.map { ($0.key, .string($0.value)) })))
    }
    var end = 0
    for entry in tensors {
      guard entry.name != "__metadata__" else { throw .reservedName }
      let type = entry.tensor.storage.elementType
      // Cannot overflow: these bytes are in memory already.
      let start = end
      end += entry.tensor.count * type.size
      members.append(
        (
          entry.name,
          .object([
            ("dtype", .string(type.rawValue)), ("shape", .integers(entry.tensor.shape)),
            ("data_offsets", .integers([start, end])),
          ])
        ))
    }
    var header = try headerBytes(.object(members))
    while header.count % 8 != 0 { header.append(0x20) }
    guard header.count <= maximumHeader else {
      throw .headerTooLarge(bytes: UInt64(header.count), limit: maximumHeader)
    }

    var result: [UInt8] = []
    result.reserveCapacity(8 + header.count + end)
    append(UInt64(header.count), to: &result)
    result += header
    for entry in tensors {
      switch entry.tensor.storage {
      case .float32(let values): for value in values { append(value.bitPattern, to: &result) }
      case .float64(let values): for value in values { append(value.bitPattern, to: &result) }
      case .int8(let values): for value in values { result.append(UInt8(bitPattern: value)) }
      case .uint8(let values): result += values
      case .int16(let values): for value in values { append(UInt16(bitPattern: value), to: &result) }
      case .int32(let values): for value in values { append(UInt32(bitPattern: value), to: &result) }
      case .int64(let values): for value in values { append(UInt64(bitPattern: value), to: &result) }
      }
    }
    return result
  }

  /// Compact JSON without the newline.
  private static func headerBytes(_ header: JSONOutput) throws(SafetensorsError) -> [UInt8] {
    do {
      return try JSONWriter.bytes(of: header, style: .compact).dropLast()
    } catch {
      // Strings and integers only: the writer refuses nothing of it.
      preconditionFailure("a safetensors header with \(error)")
    }
  }

  @inline(__always)
  private static func append<Bits: FixedWidthInteger>(_ bits: Bits, to bytes: inout [UInt8]) {
    for offset in 0..<(Bits.bitWidth / 8) {
      bytes.append(UInt8(truncatingIfNeeded: bits &>> Bits(truncatingIfNeeded: 8 * offset)))
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

extension Tensor.Storage {
  fileprivate var elementType: Safetensors.ElementType {
    switch self {
    case .float32: .f32
    case .float64: .f64
    case .int8: .i8
    case .uint8: .u8
    case .int16: .i16
    case .int32: .i32
    case .int64: .i64
    }
  }
}
