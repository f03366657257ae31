import ChipModel

extension HDF5Reader {
  /// What chunks went through before they were stored.
  enum Filter: Int {
    case deflate = 1
    case shuffle, checksum

    /// The bytes before the filter.
    func undo(_ bytes: [UInt8], at offset: Int, most: Int, elementSize: Int) throws(HDF5Error) -> [UInt8] {
      switch self {
      case .deflate: return try Self.inflated(bytes, at: offset, most: most)
      case .shuffle:
        // The first bytes of all elements, then the second ones; what is left over stands as it is.
        let count = bytes.count / elementSize
        var result = bytes
        for element in 0..<count {
          for byte in 0..<elementSize { result[element * elementSize + byte] = bytes[byte * count + element] }
        }
        return result
      case .checksum:
        guard bytes.count >= 4 else { throw .malformed(offset: offset, what: "a chunk has no checksum") }
        return bytes.dropLast(4)
      }
    }

    /// A zlib stream (RFC 1950), its checksum tested.
    private static func inflated(_ bytes: [UInt8], at offset: Int, most: Int) throws(HDF5Error) -> [UInt8] {
      guard bytes.count >= 6, bytes[0] & 15 == 8, (Int(bytes[0]) << 8 | Int(bytes[1])) % 31 == 0, bytes[1] & 32 == 0
      else {
        throw .malformed(offset: offset, what: "a chunk is not compressed by deflate")
      }
      var output: [UInt8] = []
      let end: Int
      do throws(FormatError) {
        end = try Inflate.decode(bytes, from: 2, appendingTo: &output, maximum: most)
      } catch {
        throw .malformed(offset: offset, what: "a chunk of compressed data does not expand to its size")
      }
      var (low, high): (UInt32, UInt32) = (1, 0)
      for byte in output {
        low = (low + UInt32(byte)) % 65_521
        high = (high + low) % 65_521
      }
      guard bytes.count - end >= 4, bytes[end..<(end + 4)].reduce(0, { $0 << 8 | UInt32($1) }) == high << 16 | low
      else {
        throw .malformed(offset: offset, what: "a chunk's checksum does not match")
      }
      return output
    }
  }

  func filters(_ data: Range<Int>) throws(HDF5Error) -> [Filter] {
    let version = try file.byte(data.lowerBound, "filters")
    guard version == 1 || version == 2 else { throw .unsupported("filters of version \(version)") }
    var position = data.lowerBound + (version == 1 ? 8 : 2)
    var filters: [Filter] = []
    for _ in 0..<(try file.byte(data.lowerBound + 1, "filters")) {
      let id = try file.number(position, 2, "a filter")
      guard let filter = Filter(rawValue: id) else {
        let names = [4: "szip", 5: "nbit", 6: "scaleoffset", 32000: "lzf"]
        throw .unsupported(
          what: "data compressed by \(names[id] ?? "filter \(id)")", remedy: "write the file with gzip, or uncompressed"
        )
      }
      let name = version == 1 ? try file.number(position + 2, 2, "a filter") : 0
      let valuesAt = position + (version == 1 ? 6 : 4)
      let values = try file.number(valuesAt, 2, "a filter")
      position = valuesAt + 2 + (name + 7) / 8 * 8 + 4 * values + (version == 1 && values % 2 == 1 ? 4 : 0)
      filters.append(filter)
    }
    return filters
  }
}
