/// Reading of gzip files (RFC 1952).
package enum Gzip {
  /// Whether the bytes begin as a gzip file does.
  package static func isGzip(_ bytes: [UInt8]) -> Bool {
    bytes.count >= 2 && bytes[0] == 0x1F && bytes[1] == 0x8B
  }

  /// Decompresses a whole file of one or more members. Header checksum, CRC-32 and length are checked.
  /// - Parameters:
  ///   - bytes: The whole file.
  ///   - maximum: Most bytes that all members together may expand to.
  /// - Throws: `GzipError`; bytes after the last member are an error.
  package static func decode(_ bytes: [UInt8], maximum: Int) throws(GzipError) -> [UInt8] {
    var output: [UInt8] = []
    var position = 0
    repeat {
      if position > 0, !(bytes.count - position >= 2 && bytes[position] == 0x1F && bytes[position + 1] == 0x8B) {
        throw .trailingBytes(offset: position, count: bytes.count - position)
      }
      position = try decodeMember(bytes, at: position, into: &output, maximum: maximum - output.count)
    } while position < bytes.count
    return output
  }

  /// The first `count` bytes of what a file expands to, or all where there are fewer; what comes behind is not looked at.
  static func beginning(_ bytes: [UInt8], count: Int) throws(GzipError) -> [UInt8] {
    var output: [UInt8] = []
    var position = 0
    while position < bytes.count, output.count < count {
      do throws(GzipError) {
        position = try decodeMember(bytes, at: position, into: &output, maximum: Inflate.reach(count - output.count))
      } catch {
        guard case .inflate(.tooLarge) = error else { throw error }
        break
      }
    }
    return output.count > count ? Array(output[..<count]) : output
  }

  private static func decodeMember(
    _ bytes: [UInt8], at start: Int, into output: inout [UInt8], maximum: Int
  ) throws(GzipError) -> Int {
    let dataStart = try skipHeader(bytes, at: start)
    let outputStart = output.count
    let dataEnd: Int
    do {
      dataEnd = try Inflate.decode(bytes, from: dataStart, appendingTo: &output, maximum: maximum)
    } catch {
      throw .inflate(error)
    }
    guard bytes.count - dataEnd >= 8 else { throw .truncated(size: bytes.count) }
    let storedChecksum = bytes.littleEndian32(at: dataEnd)
    let storedSize = bytes.littleEndian32(at: dataEnd + 4)
    let checksum = CRC32.checksum(of: output, in: outputStart..<output.count)
    guard checksum == storedChecksum else { throw .checksum(offset: dataEnd) }
    guard UInt32(truncatingIfNeeded: output.count - outputStart) == storedSize else {
      throw .size(stored: Int(storedSize), actual: output.count - outputStart)
    }
    return dataEnd + 8
  }

  /// Section 2.3: ten fixed bytes, then what the flags announce.
  private static func skipHeader(_ bytes: [UInt8], at start: Int) throws(GzipError) -> Int {
    let end = bytes.count
    guard end - start >= 2 else { throw .truncated(size: end) }
    guard bytes[start] == 0x1F, bytes[start + 1] == 0x8B else { throw .notGzip }
    guard end - start >= 10 else { throw .truncated(size: end) }
    guard bytes[start + 2] == 8 else { throw .method(bytes[start + 2]) }
    let flags = bytes[start + 3]
    guard flags & 0xE0 == 0 else { throw .reservedFlags(flags) }
    var position = start + 10
    if flags & 4 != 0 {  // extra field
      guard end - position >= 2 else { throw .truncated(size: end) }
      let length = Int(bytes[position]) | Int(bytes[position + 1]) << 8
      guard end - position - 2 >= length else { throw .truncated(size: end) }
      position += 2 + length
    }
    for flag in [8, 16] as [UInt8] where flags & flag != 0 {  // file name, comment: zero-terminated
      guard let terminator = bytes[position...].firstIndex(of: 0) else { throw .truncated(size: end) }
      position = terminator + 1
    }
    if flags & 2 != 0 {  // header checksum
      guard end - position >= 2 else { throw .truncated(size: end) }
      let stored = UInt32(bytes[position]) | UInt32(bytes[position + 1]) << 8
      guard CRC32.checksum(of: bytes, in: start..<position) & 0xFFFF == stored else {
        throw .headerChecksum
      }
      position += 2
    }
    return position
  }
}

/// Why a gzip file cannot be read.
package enum GzipError: Error, Sendable, Equatable, CustomStringConvertible {
  case notGzip
  case truncated(size: Int)
  case method(UInt8)
  case reservedFlags(UInt8)
  case headerChecksum
  case inflate(InflateError)
  case checksum(offset: Int)
  case size(stored: Int, actual: Int)
  case trailingBytes(offset: Int, count: Int)

  package var description: String {
    switch self {
    case .notGzip: "not a gzip file: it does not begin with the bytes 1f 8b; give a gzip file or an uncompressed one"
    case .truncated(let size): "gzip file ends early, after \(size) bytes; it is cut short, copy it again"
    case .method(let method): "gzip compression method is \(method), only 8 (deflate) exists; compress it with gzip"
    case .reservedFlags(let flags): "gzip flags are \(flags), reserved bits must be 0; compress it with gzip"
    case .headerChecksum: "gzip header checksum does not match; the file is damaged, copy it again"
    case .inflate(let error): "\(error)"
    case .checksum(let offset):
      "gzip checksum at byte \(offset) does not match the data; the file is damaged, copy it again"
    case .size(let stored, let actual):
      "gzip file says \(stored) bytes but holds \(actual); the file is damaged, copy it again"
    case .trailingBytes(let offset, let count):
      "\(count) bytes after the end of the gzip data at byte \(offset); remove them or copy the file again"
    }
  }
}

extension CRC32 {
  /// The checksum of a part, without copying it.
  fileprivate static func checksum(of bytes: [UInt8], in range: Range<Int>) -> UInt32 {
    var crc = CRC32()
    crc.update(bytes.span.extracting(range))
    return crc.value
  }
}
