/// Files of Prophesee's sensors: `.dat` and `.raw` in the encodings EVT2 and EVT3.
///
/// Source: Prophesee's documentation of its data formats.
enum Prophesee {
  private enum Encoding { case dat, evt2, evt3 }

  static func decoder(_ head: [UInt8], named name: String, total: Int) throws(FormatError) -> BegunDecoder {
    var encoding: Encoding? = name.hasSuffix(".dat") ? .dat : nil
    var position = 0
    // Lines of text, each after a per cent sign.
    while position < head.count, head[position] == UInt8(ascii: "%") {
      let end = head[position...].firstIndex(of: 0x0A) ?? head.count
      let line = String(decoding: head[position..<end].prefix(200), as: UTF8.self).lowercased()
      position = min(end + 1, head.count)
      if line.contains("evt 2.1") || line.contains("evt21") || line.contains("evt 4") || line.contains("evt4") {
        throw FormatError("the encoding is none of EVT2 and EVT3; convert the file with metavision_file_to_csv")
      }
      if line.contains("evt 2") || line.contains("evt2") { encoding = .evt2 }
      if line.contains("evt 3") || line.contains("evt3") { encoding = .evt3 }
      if line.hasPrefix("% end") { break }
    }
    if head.count - position < 2, head.count < total { return nil }
    switch encoding {
    case .dat:
      guard total - position >= 2 else { throw FormatError("the .dat file ends after its header; copy it again") }
      guard head[position + 1] == 8 else {
        throw FormatError(
          "events of \(head[position + 1]) bytes, of .dat files with change detection they have 8; give such a file")
      }
      return try begun(Records(), position + 2, total)
    case .evt2: return try begun(EVT2(), position, total)
    case .evt3: return try begun(EVT3(), position, total)
    case nil:
      throw FormatError(
        "the header does not say whether it is EVT2 or EVT3; convert the file with metavision_file_to_csv")
    }
  }

  private static func begun<Words: EventWordDecoder>(
    _ words: Words, _ start: Int, _ total: Int
  ) throws(FormatError) -> BegunDecoder {
    guard (total - start) % Words.size == 0 else {
      throw FormatError(
        "\(total - start) bytes after the header are no whole number of \(Words.size)-byte words; copy the file again")
    }
    return (words, start)
  }

  /// Two bytes of type and size, then a time and a place of 32 bits each.
  private struct Records: EventWordDecoder {
    static let size = 8

    func take(_ bytes: [UInt8], at place: Int, into events: inout [Event]) {
      let pixel = bytes.littleEndian32(at: place + 4)
      events.append(
        Event(
          time: Int64(bytes.littleEndian32(at: place)), x: Int(pixel & 0x3FFF), y: Int(pixel >> 14 & 0x3FFF),
          polarity: Int(pixel >> 28 & 1)))
    }
  }

  /// Words of 32 bits: the upper bits of the time, and events with its lower 6.
  private struct EVT2: EventWordDecoder {
    static let size = 4
    private var high: Int64 = 0

    mutating func take(_ bytes: [UInt8], at place: Int, into events: inout [Event]) {
      let word = bytes.littleEndian32(at: place)
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
  }

  /// Words of 16 bits that set the time, the row or the column, or are masks of events from a column on.
  private struct EVT3: EventWordDecoder {
    static let size = 2
    private var (epoch, high, low): (Int64, Int64, Int64) = (0, 0, 0)
    private var (row, base, polarity) = (0, 0, 0)

    mutating func take(_ bytes: [UInt8], at place: Int, into events: inout [Event]) {
      let word = Int(bytes.littleEndian16(at: place))
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
  }
}
