/// Events as columns t, x, y, p, in this order unless names say another one.
enum EventTable {
  static let columns = ["t", "x", "y", "p"]
  private static let synonyms = [
    "timestamp": "t", "timestamps": "t", "time": "t", "ts": "t", "polarity": "p", "pol": "p",
  ]

  private static func column(_ name: some StringProtocol) -> String {
    let name = name.lowercased().filter { !$0.isWhitespace }
    return synonyms[name] ?? name
  }

  /// Arrays of one column each, or the first one with a row an event.
  static func events(_ arrays: [Tensor], named names: [String]) throws(FormatError) -> [Event] {
    let named = names.map { column($0) }
    let places = columns.compactMap { named.firstIndex(of: $0) }
    if places.count == columns.count {
      let parts = places.map { arrays[$0].doubles }
      guard parts.allSatisfy({ $0.count == parts[0].count }) else {
        throw FormatError("the arrays t, x, y and p have different lengths; save one of each for every event")
      }
      return try (0..<parts[0].count).map { (row) throws(FormatError) in
        try event(parts.map { $0[row] }, row: row)
      }
    }
    guard let table = arrays.first(where: { $0.shape.count == 2 && $0.shape[1] == columns.count }) else {
      throw FormatError("no arrays t, x, y and p, and none with a row of these an event; save them with numpy.savez")
    }
    let values = table.doubles
    return try (0..<table.shape[0]).map { (row) throws(FormatError) in
      try event(Array(values[(row * 4)..<(row * 4 + 4)]), row: row)
    }
  }

  /// Lines of numbers between commas or blanks; lines that begin with a letter name the columns, with `#` or `%` are
  /// no rows.
  static func events(ofText bytes: [UInt8]) throws(FormatError) -> [Event] {
    var events: [Event] = []
    var order = [0, 1, 2, 3]
    for (number, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
      guard line.count <= 1000 else {
        throw FormatError("line \(number + 1) is longer than 1,000 bytes; give a table of t, x, y, p")
      }
      let fields = line.split { [0x2C, 0x3B, 0x20, 0x09, 0x0D].contains($0) }.map {
        String(decoding: $0, as: UTF8.self)
      }
      guard let first = fields.first?.unicodeScalars.first, !"#%".unicodeScalars.contains(first) else { continue }
      if first.properties.isAlphabetic, events.isEmpty {
        let names = fields.map { column($0) }
        let places = columns.compactMap { names.firstIndex(of: $0) }
        guard places.count == columns.count else {
          throw FormatError("line \(number + 1) does not name t, x, y and p; name these columns")
        }
        order = places
        continue
      }
      let values = order.compactMap { $0 < fields.count ? Double(fields[$0]) : nil }
      guard values.count == columns.count else {
        throw FormatError("line \(number + 1) has no numbers t, x, y and p; write four numbers a line")
      }
      events.append(try event(values, row: number))
    }
    return events
  }

  private static func event(_ values: [Double], row: Int) throws(FormatError) -> Event {
    let whole = values.compactMap { Int64(exactly: $0.rounded(.down)) }
    guard whole.count == 4, whole[0].magnitude < 1 << 52, (0..<65_536).contains(whole[1]),
      (0..<65_536).contains(whole[2])
    else {
      throw FormatError(
        "row \(row + 1) has t, x, y, p \(values.map { numberText($0) }.joined(separator: ", ")); write microseconds, a column, a row, "
          + "and 0 or 1")
    }
    // Darker is 0, or -1.
    return Event(time: whole[0], x: Int(whole[1]), y: Int(whole[2]), polarity: whole[3] > 0 ? 1 : 0)
  }
}
