/// Files of Prophesee's sensors: `.dat` and `.raw` in the encodings EVT2 and EVT3.
///
/// Source: Prophesee's documentation of its data formats.
enum Prophesee {
  private enum Encoding { case dat, evt2, evt3 }

  static func decode(_ bytes: [UInt8], named name: String) throws(FormatError) -> [Event] {
    var encoding: Encoding? = name.hasSuffix(".dat") ? .dat : nil
    var position = 0
    // Lines of text, each after a per cent sign.
    while position < bytes.count, bytes[position] == UInt8(ascii: "%") {
      let end = bytes[position...].firstIndex(of: 0x0A) ?? bytes.count
      let line = String(decoding: bytes[position..<end].prefix(200), as: UTF8.self).lowercased()
      position = min(end + 1, bytes.count)
      if line.contains("evt 2.1") || line.contains("evt21") || line.contains("evt 4") || line.contains("evt4") {
        throw FormatError("the encoding is none of EVT2 and EVT3; convert the file with metavision_file_to_csv")
      }
      if line.contains("evt 2") || line.contains("evt2") { encoding = .evt2 }
      if line.contains("evt 3") || line.contains("evt3") { encoding = .evt3 }
      if line.hasPrefix("% end") { break }
    }
    switch encoding {
    case .dat: return try dat(bytes, from: position)
    case .evt2: return try evt2(bytes, from: position)
    case .evt3: return try evt3(bytes, from: position)
    case nil:
      throw FormatError(
        "the header does not say whether it is EVT2 or EVT3; convert the file with metavision_file_to_csv")
    }
  }

  private static func whole(_ bytes: [UInt8], from start: Int, by size: Int) throws(FormatError) -> StrideTo<Int> {
    guard (bytes.count - start) % size == 0 else {
      throw FormatError(
        "\(bytes.count - start) bytes after the header are no whole number of \(size)-byte words; copy the file again")
    }
    return stride(from: start, to: bytes.count, by: size)
  }

  /// Two bytes of type and size, then a time and a place of 32 bits each.
  private static func dat(_ bytes: [UInt8], from start: Int) throws(FormatError) -> [Event] {
    guard bytes.count - start >= 2 else { throw FormatError("the .dat file ends after its header; copy it again") }
    guard bytes[start + 1] == 8 else {
      throw FormatError(
        "events of \(bytes[start + 1]) bytes, of .dat files with change detection they have 8; give such a file")
    }
    return try whole(bytes, from: start + 2, by: 8).map { word in
      let place = bytes.littleEndian32(at: word + 4)
      return Event(
        time: Int64(bytes.littleEndian32(at: word)), x: Int(place & 0x3FFF), y: Int(place >> 14 & 0x3FFF),
        polarity: Int(place >> 28 & 1))
    }
  }

  /// Words of 32 bits: the upper bits of the time, and events with its lower 6.
  private static func evt2(_ bytes: [UInt8], from start: Int) throws(FormatError) -> [Event] {
    var events: [Event] = []
    var high: Int64 = 0
    for at in try whole(bytes, from: start, by: 4) {
      let word = bytes.littleEndian32(at: at)
      switch word >> 28 {
      case 0, 1:
        events.append(
          Event(
            time: high << 6 | Int64(word >> 22 & 0x3F), x: Int(word >> 11 & 0x7FF), y: Int(word & 0x7FF),
            polarity: Int(word >> 28)))
      case 8: high = Int64(word & 0x0FFF_FFFF)
      default: break
      }
    }
    return events
  }

  /// Words of 16 bits that set the time, the row or the column, or are masks of events from a column on.
  private static func evt3(_ bytes: [UInt8], from start: Int) throws(FormatError) -> [Event] {
    var events: [Event] = []
    var (epoch, high, low): (Int64, Int64, Int64) = (0, 0, 0)
    var (row, base, polarity) = (0, 0, 0)
    for at in try whole(bytes, from: start, by: 2) {
      let word = Int(bytes.littleEndian16(at: at))
      let value = word & 0xFFF
      switch word >> 12 {
      case 0: row = word & 0x7FF
      case 2:
        events.append(Event(time: epoch | high << 12 | low, x: word & 0x7FF, y: row, polarity: word >> 11 & 1))
      case 3: (base, polarity) = (word & 0x7FF, word >> 11 & 1)
      case 4, 5:
        let width = word >> 12 == 4 ? 12 : 8
        for bit in 0..<width where value >> bit & 1 == 1 {
          events.append(Event(time: epoch | high << 12 | low, x: base + bit, y: row, polarity: polarity))
        }
        base += width
      case 6: low = Int64(value)
      case 8:
        // 24 bits of microseconds begin again after 16.8 s.
        if Int64(value) < high, high - Int64(value) > 0x800 { epoch += 1 << 24 }
        high = Int64(value)
      default: break
      }
    }
    return events
  }
}
