/// A recording whose events come some at a time, as often as is needed.
protocol EventSource: AnyObject {
  func rewind() throws(DataError)
  /// Some events more; nil at the end.
  func next() throws(DataError) -> [Event]?
}

/// Events in the order of a file.
final class DecodedEvents: EventSource {
  private let pieces: DataPieces
  private let path: String
  private let begin: ([UInt8]) throws(DataError) -> BegunDecoder
  private var decoder: any EventDecoder
  private var bytes: [UInt8]
  private var place: Int
  private var isDone = false

  /// Nil where the file must be there as a whole.
  init?(_ pieces: DataPieces, path: String, named name: String) throws(DataError) {
    begin = { (head) throws(DataError) in
      do throws(FormatError) { return try EventRecording.decoder(head, named: name, total: pieces.size) } catch {
        throw DataError(file: path, .format(error))
      }
    }
    bytes = try pieces.next()
    guard case (let decoder, let place)? = try begin(bytes) else { return nil }
    (self.pieces, self.path, self.decoder, self.place) = (pieces, path, decoder, place)
  }

  func rewind() throws(DataError) {
    try pieces.rewind()
    bytes = try pieces.next()
    // What began once begins again.
    if case (let decoder, let place)? = try begin(bytes) { (self.decoder, self.place) = (decoder, place) }
    isDone = false
  }

  func next() throws(DataError) -> [Event]? {
    if isDone { return nil }
    var events: [Event] = []
    while events.isEmpty, !isDone {
      do throws(FormatError) {
        place = try decoder.decode(bytes, from: place, isLast: pieces.isAtEnd, into: &events)
      } catch { throw DataError(file: path, .format(error)) }
      isDone = pieces.isAtEnd
      if !isDone { (bytes, place) = (bytes[place...] + (try pieces.next()), 0) }
    }
    return events.isEmpty ? nil : events
  }
}

/// Events of four arrays, or of the columns of one.
final class ColumnEvents: EventSource {
  /// One of t, x, y, p: where its values are, behind how many bytes of what comes before.
  struct Column {
    let pieces: DataPieces
    let start: Int
    let type: ElementType
    fileprivate var bytes: [UInt8] = []
    fileprivate var place = 0

    init(_ pieces: DataPieces, from start: Int, _ type: ElementType) {
      (self.pieces, self.start, self.type) = (pieces, start, type)
    }

    fileprivate mutating func next(_ count: Int) throws(DataError) -> [Double]? {
      while bytes.count - place < count * type.size {
        let more = try pieces.next()
        if more.isEmpty { return nil }
        (bytes, place) = (bytes[place...] + more, 0)
      }
      defer { place += count * type.size }
      return Tensor.Storage(bytes, at: place, count: count, as: type).flatMap {
        Tensor(shape: [count], storage: $0)?.doubles
      }
    }
  }

  private var columns: [Column]
  private let path: String
  private let rows: Int
  private var row = 0

  /// - Parameter columns: t, x, y, p.
  init(_ columns: [Column], rows: Int, path: String) throws(DataError) {
    (self.columns, self.rows, self.path) = (columns, rows, path)
    try rewind()
  }

  func rewind() throws(DataError) {
    row = 0
    for index in columns.indices {
      try columns[index].pieces.rewind()
      columns[index].bytes = try columns[index].pieces.skip(columns[index].start)
      columns[index].place = 0
    }
  }

  func next() throws(DataError) -> [Event]? {
    let count = min(4096, rows - row)
    if count == 0 { return nil }
    var values: [[Double]] = []
    for index in columns.indices {
      guard let column = try columns[index].next(count) else {
        throw DataError(file: path, .format(FormatError("an array ends early; copy the file again")))
      }
      values.append(column)
    }
    do throws(FormatError) {
      let events = try EventTable.events(values, from: row)
      row += count
      return events
    } catch { throw DataError(file: path, .format(error)) }
  }
}
