/// Files of iniVation's cameras, AEDAT 2 of jAER and AEDAT 3.1 of cAER.
///
/// Source: iniVation's documentation of its file formats; addresses of AEDAT 2 are those of the DVS128.
enum AEDAT {
  /// Lines that begin with `#`, then pairs of an address and a time, 32 bits each, big-endian.
  static func decode2(_ bytes: [UInt8]) throws(FormatError) -> [Event] {
    var position = 0
    while position < bytes.count, bytes[position] == UInt8(ascii: "#") {
      position = (bytes[position...].firstIndex(of: 0x0A) ?? bytes.count - 1) + 1
    }
    guard (bytes.count - position) % 8 == 0 else {
      throw FormatError(
        "\(bytes.count - position) bytes after the header are no whole number of AEDAT 2 events of 8; "
          + "copy the file again"
      )
    }
    return stride(from: position, to: bytes.count, by: 8).map { at in
      let address = bytes.littleEndian32(at: at).byteSwapped
      return Event(
        time: Int64(bytes.littleEndian32(at: at + 4).byteSwapped), x: Int(address >> 1 & 0x7F),
        y: Int(address >> 8 & 0x7F),
        polarity: Int(address & 1))
    }
  }

  /// After the header, packets: 28 bytes that say what is in them, then events.
  static func decode3(_ bytes: [UInt8]) throws(FormatError) -> [Event] {
    let end = Array("#!END-HEADER\r\n".utf8)
    var position = 0
    while bytes.count - position >= end.count, !bytes[position...].starts(with: end) {
      guard let line = bytes[position...].firstIndex(of: 0x0A) else { break }
      position = line + 1
    }
    guard bytes[position...].starts(with: end) else {
      throw FormatError("the AEDAT 3 header has no end; copy the file again")
    }
    position += end.count
    var events: [Event] = []
    while position < bytes.count {
      guard bytes.count - position >= 28 else { throw cut(at: position) }
      let type = bytes.littleEndian16(at: position)
      let size = Int(bytes.littleEndian32(at: position + 4))
      let overflow = Int64(bytes.littleEndian32(at: position + 12))
      let (capacity, count) = (
        Int(bytes.littleEndian32(at: position + 16)), Int(bytes.littleEndian32(at: position + 20))
      )
      position += 28
      guard overflow < 1 << 20, count <= capacity, capacity *| size <= bytes.count - position else {
        throw cut(at: position)
      }
      if type == 1 {
        guard size >= 8 else {
          throw FormatError("polarity events of \(size) bytes at byte \(position); copy the file again")
        }
        for index in 0..<count {
          let at = position + index * size
          let data = bytes.littleEndian32(at: at)
          // Events that were filtered out are marked.
          guard data & 1 == 1 else { continue }
          events.append(
            Event(
              time: overflow << 31 | Int64(bytes.littleEndian32(at: at + 4)), x: Int(data >> 17),
              y: Int(data >> 2 & 0x7FFF),
              polarity: Int(data >> 1 & 1)))
        }
      }
      position += capacity * size
    }
    return events
  }

  private static func cut(at position: Int) -> FormatError {
    FormatError("a packet of AEDAT 3 at byte \(position) goes beyond the file; copy it again")
  }
}
