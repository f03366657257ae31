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
    if let places = places(named: names) {
      let parts = places.map { arrays[$0].doubles }
      guard parts.allSatisfy({ $0.count == parts[0].count }) else {
        throw FormatError("the arrays t, x, y and p have different lengths; save one of each for every event")
      }
      return try events(parts, from: 0)
    }
    guard let table = arrays.first(where: { $0.shape.count == 2 && $0.shape[1] == columns.count }) else {
      throw FormatError("no arrays t, x, y and p, and none with a row of these an event; save them with numpy.savez")
    }
    var events: [Event] = []
    try append(table.doubles, from: 0, to: &events)
    return events
  }

  /// Where t, x, y and p are among names; nil: not all are.
  static func places(named names: [String]) -> [Int]? {
    let named = names.map { column($0) }
    let places = columns.compactMap { named.firstIndex(of: $0) }
    return places.count == columns.count ? places : nil
  }

  /// - Parameters:
  ///   - columns: as many of t, x, y and p.
  ///   - first: row of the first of them.
  static func events(_ columns: [[Double]], from first: Int) throws(FormatError) -> [Event] {
    try columns[0].indices.map { (row) throws(FormatError) in
      try event(columns[0][row], columns[1][row], columns[2][row], columns[3][row], row: first + row)
    }
  }

  /// - Parameters:
  ///   - values: four an event.
  ///   - first: row of the first of them.
  private static func append(_ values: [Double], from first: Int, to events: inout [Event]) throws(FormatError) {
    for row in 0..<(values.count / 4) {
      events.append(
        try event(values[row * 4], values[row * 4 + 1], values[row * 4 + 2], values[row * 4 + 3], row: first + row))
    }
  }

  /// An array of rows of four, in row-major order.
  struct Rows: EventDecoder {
    let type: ElementType
    private var row = 0

    /// Nil where the head is of another array, or one that is not all there.
    static func begun(_ head: [UInt8], total: Int) -> BegunDecoder {
      guard let (header, start) = try? NumPy.header(head), header.shape.count == 2, header.shape[1] == 4,
        !header.isColumnMajor, let count = Tensor.elementCount(header.shape),
        total - start == count *| header.type.size
      else { return nil }
      return (Rows(type: header.type), start)
    }

    private init(type: ElementType) { self.type = type }

    mutating func decode(
      _ bytes: [UInt8], from start: Int, isLast: Bool, into events: inout [Event]
    ) throws(FormatError) -> Int {
      var place = start
      while true {
        let rows = min(4096, (bytes.count - place) / (4 * type.size))
        guard rows > 0, let values = Tensor.Storage(bytes, at: place, count: rows * 4, as: type),
          let table = Tensor(shape: [rows, 4], storage: values)
        else { return place }
        try EventTable.append(table.doubles, from: row, to: &events)
        (row, place) = (row + rows, place + rows * 4 * type.size)
      }
    }
  }

  /// An array of records with fields t, x, y and p, as tonic makes them, and others perhaps.
  struct Records: EventDecoder {
    private let columns: [NumPyRecords.Field]
    private let size: Int
    private var row = 0

    /// Nil where the head is of another array.
    /// - Throws: `FormatError` where the array is not all there.
    static func begun(_ head: [UInt8], total: Int) throws(FormatError) -> BegunDecoder {
      guard let (records, columns, start) = fields(of: head) else { return nil }
      guard total - start == records.rows *| records.size else {
        throw .numPySize([records.rows], actual: total - start)
      }
      return (Records(columns: columns, size: records.size), start)
    }

    /// The fields t, x, y, p of an array of records, and where its data begin; nil: it is another one.
    static func fields(of head: [UInt8]) -> (NumPyRecords, [NumPyRecords.Field], start: Int)? {
      guard let (text, start) = try? NumPy.headerText(head), let records = try? NumPyRecords(text),
        let places = EventTable.places(named: records.fields.map(\.name))
      else { return nil }
      return (records, places.map { records.fields[$0] }, start)
    }

    private init(columns: [NumPyRecords.Field], size: Int) { (self.columns, self.size) = (columns, size) }

    mutating func decode(
      _ bytes: [UInt8], from start: Int, isLast: Bool, into events: inout [Event]
    ) throws(FormatError) -> Int {
      var place = start
      while true {
        let rows = min(4096, (bytes.count - place) / size)
        guard rows > 0 else { return place }
        var values: [[Double]] = []
        for column in columns {
          var own: [UInt8] = []
          own.reserveCapacity(rows * column.type.size)
          for record in 0..<rows {
            let first = place + record * size + column.offset
            own += bytes[first..<(first + column.type.size)]
          }
          guard let storage = Tensor.Storage(own, at: 0, count: rows, as: column.type),
            let tensor = Tensor(shape: [rows], storage: storage)
          else { return place }
          values.append(tensor.doubles)
        }
        events += try EventTable.events(values, from: row)
        (row, place) = (row + rows, place + rows * size)
      }
    }
  }

  /// Lines of numbers between commas or blanks; lines that begin with a letter name the columns, with `#` or `%` are
  /// no rows.
  struct Lines: EventDecoder {
    private var number = 0
    private var order = [0, 1, 2, 3]
    private var hasEvents = false

    mutating func decode(
      _ bytes: [UInt8], from start: Int, isLast: Bool, into events: inout [Event]
    ) throws(FormatError) -> Int {
      var place = start
      while true {
        let end = bytes[place...].firstIndex(of: 0x0A)
        guard (end ?? bytes.count) - place <= 1000 else {
          throw FormatError("line \(number + 1) is longer than 1,000 bytes; give a table of t, x, y, p")
        }
        if end == nil, !isLast { return place }
        try take(bytes[place..<(end ?? bytes.count)], into: &events)
        number += 1
        guard let end else { return bytes.count }
        place = end + 1
      }
    }

    private mutating func take(_ line: ArraySlice<UInt8>, into events: inout [Event]) throws(FormatError) {
      let fields = line.split { [0x2C, 0x3B, 0x20, 0x09, 0x0D].contains($0) }.map {
        String(decoding: $0, as: UTF8.self)
      }
      guard let first = fields.first?.unicodeScalars.first, !"#%".unicodeScalars.contains(first) else { return }
      if first.properties.isAlphabetic, !hasEvents {
        guard let places = places(named: fields) else {
          throw FormatError("line \(number + 1) does not name t, x, y and p; name these columns")
        }
        order = places
        return
      }
      let values = order.compactMap { $0 < fields.count ? Double(fields[$0]) : nil }
      guard values.count == columns.count else {
        throw FormatError("line \(number + 1) has no numbers t, x, y and p; write four numbers a line")
      }
      events.append(try event(values[0], values[1], values[2], values[3], row: number))
      hasEvents = true
    }
  }

  private static func event(
    _ t: Double, _ x: Double, _ y: Double, _ p: Double, row: Int
  ) throws(FormatError) -> Event {
    func whole(_ value: Double) -> Int64? { Int64(exactly: value.rounded(.down)) }
    guard let time = whole(t), let column = whole(x), let line = whole(y), let polarity = whole(p),
      time.magnitude < 1 << 52, (0..<65_536).contains(column), (0..<65_536).contains(line)
    else {
      throw FormatError(
        "row \(row + 1) has t, x, y, p \([t, x, y, p].map { numberText($0) }.joined(separator: ", ")); write microseconds, a column, a row, "
          + "and 0 or 1")
    }
    // Darker is 0, or -1.
    return Event(time: time, x: Int(column), y: Int(line), polarity: polarity > 0 ? 1 : 0)
  }
}
