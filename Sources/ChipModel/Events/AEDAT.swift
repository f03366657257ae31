/// Files of iniVation's cameras, AEDAT 2 of jAER and AEDAT 3.1 of cAER.
///
/// Source: iniVation's documentation of its file formats; addresses of AEDAT 2 are those of the DVS128.
enum AEDAT {
  /// Lines that begin with `#`, then pairs of an address and a time, 32 bits each, big-endian.
  static func version2(_ head: [UInt8], total: Int) throws(FormatError) -> BegunDecoder {
    var position = 0
    while position < head.count, head[position] == UInt8(ascii: "#") {
      position = (head[position...].firstIndex(of: 0x0A) ?? head.count - 1) + 1
    }
    if position == head.count, head.count < total { return nil }
    guard (total - position) % Addresses.size == 0 else {
      throw FormatError(
        "\(total - position) bytes after the header are no whole number of AEDAT 2 events of 8; "
          + "copy the file again"
      )
    }
    return (Addresses(), position)
  }

  private struct Addresses: EventWordDecoder {
    static let size = 8

    func take(_ bytes: [UInt8], at place: Int, into events: inout [Event]) {
      let address = bytes.littleEndian32(at: place).byteSwapped
      events.append(
        Event(
          time: Int64(bytes.littleEndian32(at: place + 4).byteSwapped), x: Int(address >> 1 & 0x7F),
          y: Int(address >> 8 & 0x7F), polarity: Int(address & 1)))
    }
  }

  /// After the header, packets: 28 bytes that say what is in them, then events.
  static func version3(_ head: [UInt8], total: Int) throws(FormatError) -> BegunDecoder {
    let end = Array("#!END-HEADER\r\n".utf8)
    var position = 0
    while head.count - position >= end.count, !head[position...].starts(with: end) {
      guard let line = head[position...].firstIndex(of: 0x0A) else { break }
      position = line + 1
    }
    guard head[position...].starts(with: end) else {
      if head.count < total { return nil }
      throw FormatError("the AEDAT 3 header has no end; copy the file again")
    }
    position += end.count
    return (Packets(total: total, offset: position), position)
  }

  private struct Packets: EventDecoder {
    /// Bytes of the file.
    let total: Int
    /// In the file, of the first byte that was not used.
    var offset: Int
    /// Bytes until the next event or packet.
    var skipped = 0
    /// Events that are left of the packet, and the size of one.
    var events = 0
    var size = 0
    /// Upper bits of their times.
    var overflow: Int64 = 0
    /// Bytes behind the last one.
    var rest = 0

    init(total: Int, offset: Int) { (self.total, self.offset) = (total, offset) }

    mutating func decode(
      _ bytes: [UInt8], from start: Int, isLast: Bool, into result: inout [Event]
    ) throws(FormatError) -> Int {
      var place = start
      defer { offset += place - start }
      while true {
        let step = min(skipped, bytes.count - place)
        (place, skipped) = (place + step, skipped - step)
        if skipped > 0 || place == bytes.count { return place }
        if events > 0 {
          guard bytes.count - place >= 8 else { return place }
          let data = bytes.littleEndian32(at: place)
          // Events that were filtered out are marked.
          if data & 1 == 1 {
            result.append(
              Event(
                time: overflow << 31 | Int64(bytes.littleEndian32(at: place + 4)), x: Int(data >> 17),
                y: Int(data >> 2 & 0x7FFF), polarity: Int(data >> 1 & 1)))
          }
          (place, events, skipped) = (place + 8, events - 1, size - 8)
          if events == 0 { skipped += rest }
          continue
        }
        guard bytes.count - place >= 28 else {
          if isLast { throw cut(at: offset + place - start) }
          return place
        }
        try begin(bytes, at: place, offset + place - start + 28)
        place += 28
      }
    }

    /// - Parameter data: where in the file the packet's events begin.
    private mutating func begin(_ bytes: [UInt8], at place: Int, _ data: Int) throws(FormatError) {
      size = Int(bytes.littleEndian32(at: place + 4))
      overflow = Int64(bytes.littleEndian32(at: place + 12))
      let (capacity, count) = (
        Int(bytes.littleEndian32(at: place + 16)), Int(bytes.littleEndian32(at: place + 20))
      )
      guard overflow < 1 << 20, count <= capacity, capacity *| size <= total - data else { throw cut(at: data) }
      guard bytes.littleEndian16(at: place) == 1 else {
        skipped = capacity * size
        return
      }
      guard size >= 8 else {
        throw FormatError("polarity events of \(size) bytes at byte \(data); copy the file again")
      }
      (events, rest) = (count, (capacity - count) * size)
      if count == 0 { skipped = rest }
    }

    private func cut(at position: Int) -> FormatError {
      FormatError("a packet of AEDAT 3 at byte \(position) goes beyond the file; copy it again")
    }
  }
}
