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
  /// - Throws: `FormatError`; bytes after the last member are an error.
  package static func decode(_ bytes: [UInt8], maximum: Int) throws(FormatError) -> [UInt8] {
    var output: [UInt8] = []
    var position = 0
    repeat {
      if position > 0, !(bytes.count - position >= 2 && bytes[position] == 0x1F && bytes[position + 1] == 0x8B) {
        throw FormatError(
          "\(bytes.count - position) bytes after the end of the gzip data at byte \(position); "
            + "remove them or copy the file again")
      }
      position = try decodeMember(bytes, at: position, into: &output, maximum: maximum - output.count)
    } while position < bytes.count
    return output
  }

  /// The first `count` bytes of what a file expands to, or all where there are fewer; what comes behind is not looked at.
  static func beginning(_ bytes: [UInt8], count: Int) throws(FormatError) -> [UInt8] {
    var output: [UInt8] = []
    var position = 0
    while position < bytes.count, output.count < count {
      do throws(FormatError) {
        position = try decodeMember(bytes, at: position, into: &output, maximum: Inflate.reach(count - output.count))
      } catch {
        guard error.isTooLarge else { throw error }
        break
      }
    }
    return output.count > count ? Array(output[..<count]) : output
  }

  private static func decodeMember(
    _ bytes: [UInt8], at start: Int, into output: inout [UInt8], maximum: Int
  ) throws(FormatError) -> Int {
    let dataStart = try skipHeader(bytes, at: start)
    let outputStart = output.count
    let dataEnd = try Inflate.decode(bytes, from: dataStart, appendingTo: &output, maximum: maximum)
    guard bytes.count - dataEnd >= 8 else { throw .cutGzip(bytes.count) }
    let storedChecksum = bytes.littleEndian32(at: dataEnd)
    let storedSize = bytes.littleEndian32(at: dataEnd + 4)
    let checksum = CRC32.checksum(of: output, in: outputStart..<output.count)
    guard checksum == storedChecksum else {
      throw FormatError("gzip checksum at byte \(dataEnd) does not match the data; the file is damaged, copy it again")
    }
    guard UInt32(truncatingIfNeeded: output.count - outputStart) == storedSize else {
      throw FormatError(
        "gzip file says \(storedSize) bytes but holds \(output.count - outputStart); "
          + "the file is damaged, copy it again")
    }
    return dataEnd + 8
  }

  /// Section 2.3: ten fixed bytes, then what the flags announce.
  fileprivate static func skipHeader(_ bytes: [UInt8], at start: Int) throws(FormatError) -> Int {
    let end = bytes.count
    guard end - start >= 2 else { throw .cutGzip(end) }
    guard bytes[start] == 0x1F, bytes[start + 1] == 0x8B else {
      throw FormatError(
        "not a gzip file: it does not begin with the bytes 1f 8b; give a gzip file or an uncompressed one")
    }
    guard end - start >= 10 else { throw .cutGzip(end) }
    guard bytes[start + 2] == 8 else {
      throw FormatError(
        "gzip compression method is \(bytes[start + 2]), only 8 (deflate) exists; compress it with gzip")
    }
    let flags = bytes[start + 3]
    guard flags & 0xE0 == 0 else {
      throw FormatError("gzip flags are \(flags), reserved bits must be 0; compress it with gzip")
    }
    var position = start + 10
    if flags & 4 != 0 {  // extra field
      guard end - position >= 2 else { throw .cutGzip(end) }
      let length = Int(bytes[position]) | Int(bytes[position + 1]) << 8
      guard end - position - 2 >= length else { throw .cutGzip(end) }
      position += 2 + length
    }
    for flag in [8, 16] as [UInt8] where flags & flag != 0 {  // file name, comment: zero-terminated
      guard let terminator = bytes[position...].firstIndex(of: 0) else { throw .cutGzip(end) }
      position = terminator + 1
    }
    if flags & 2 != 0 {  // header checksum
      guard end - position >= 2 else { throw .cutGzip(end) }
      let stored = UInt32(bytes[position]) | UInt32(bytes[position + 1]) << 8
      guard CRC32.checksum(of: bytes, in: start..<position) & 0xFFFF == stored else {
        throw FormatError("gzip header checksum does not match; the file is damaged, copy it again")
      }
      position += 2
    }
    return position
  }
}

extension FormatError {
  fileprivate static func cutGzip(_ size: Int) -> FormatError {
    FormatError("gzip file ends early, after \(size) bytes; it is cut short, copy it again")
  }
}

/// A gzip file that comes piece by piece; each member is checked when it ends.
package struct GzipStream {
  private enum State { case header, data, trailer, end }
  private var state = State.header
  private var data = InflateStream()
  /// Bytes of a header or a trailer that is not all there.
  private var waiting: [UInt8] = []
  private var (checksum, size, members) = (CRC32(), 0, 0)

  /// Longest header: names and comments have no limit of their own.
  private static let longestHeader = 1 << 18

  package init() {}

  package var isAtEnd: Bool { state == .end }

  /// Takes some bytes more and gives some; none where it needs more, or has ended.
  /// - Parameter isLast: no more will come.
  package mutating func advance(_ more: [UInt8], isLast: Bool) throws(FormatError) -> [UInt8] {
    var more = more
    while true {
      switch state {
      case .end: return []
      case .header:
        waiting += more
        if waiting.isEmpty, members > 0, isLast {
          state = .end
          return []
        }
        guard waiting.count >= 2 || isLast else { return [] }
        guard members == 0 || Gzip.isGzip(waiting) else {
          throw FormatError("bytes after the end of the gzip data; remove them or copy the file again")
        }
        do throws(FormatError) {
          more = Array(waiting[(try Gzip.skipHeader(waiting, at: 0))...])
        } catch {
          guard !isLast, waiting.count < Self.longestHeader else { throw error }
          return []
        }
        (state, data, waiting, checksum, size) = (.data, InflateStream(), [], CRC32(), 0)
      case .data:
        let piece = try data.advance(more, isLast: isLast)
        more = []
        checksum.update(piece)
        size += piece.count
        guard piece.isEmpty else { return piece }
        guard data.isAtEnd else { return [] }
        (state, waiting) = (.trailer, data.rest)
      case .trailer:
        waiting += more
        more = []
        guard waiting.count >= 8 else {
          if isLast { throw FormatError("gzip file ends early; it is cut short, copy it again") }
          return []
        }
        guard waiting.littleEndian32(at: 0) == checksum.value,
          waiting.littleEndian32(at: 4) == UInt32(truncatingIfNeeded: size)
        else {
          throw FormatError("gzip checksum or length does not match the data; the file is damaged, copy it again")
        }
        waiting.removeFirst(8)
        (state, members) = (.header, members + 1)
      }
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
