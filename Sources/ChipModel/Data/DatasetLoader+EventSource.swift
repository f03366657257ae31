extension DatasetLoader {
  /// Bytes of a file of events that is read piece by piece, and of what it expands to: what is longer takes hours.
  /// 64 GiB.
  private static let longestStream = 1 << 36

  /// A recording that is never there as a whole; nil: it is a pipe, which is read once, packed twice, or damaged in a
  /// way that is named when it is read as a whole.
  static func eventSource(_ path: String, _ naming: FileReader.Naming) throws(DataError) -> (any EventSource)? {
    guard FolderFiles.isFile(path) else { return nil }
    func pieces(_ part: Range<Int>? = nil, _ packing: DataPieces.Packing = .none) throws(DataError) -> DataPieces {
      try DataPieces(path, part: part, packing, limit: longestStream, namedBy: naming)
    }
    let plain = try pieces()
    let head = try plain.next()
    if Gzip.isGzip(head) {
      let name = path.hasSuffix(".gz") ? String(path.dropLast(3)) : path
      return try DecodedEvents(pieces(nil, .gzip), path: path, named: name)
    }
    if ZipArchive.isZip(head) { return try archived(path, naming, size: plain.size, pieces) }
    if let (header, start) = columns(of: head, total: plain.size) {
      return try ColumnEvents(
        EventTable.columns.indices.map { (column) throws(DataError) in
          let size = header.shape[0] * header.type.size
          return ColumnEvents.Column(
            try pieces((start + column * size)..<(start + (column + 1) * size)), from: 0, header.type)
        }, rows: header.shape[0], path: path)
    }
    try plain.rewind()
    return try DecodedEvents(plain, path: path, named: path)
  }

  /// The header of an array of columns t, x, y and p, one behind the other, that is all there.
  private static func columns(of head: [UInt8], total: Int) -> (NumPyHeader, start: Int)? {
    guard let (header, start) = try? NumPy.header(head), header.isColumnMajor, header.shape.count == 2,
      header.shape[1] == EventTable.columns.count, isWhole(header, start, total)
    else { return nil }
    return (header, start)
  }

  private static func isWhole(_ header: NumPyHeader, _ start: Int, _ total: Int) -> Bool {
    Tensor.elementCount(header.shape).map { total - start == $0 *| header.type.size } ?? false
  }

  /// Of an `.npz` file: its arrays t, x, y and p, or the first with a row of them an event.
  private static func archived(
    _ path: String, _ naming: FileReader.Naming, size: Int,
    _ pieces: @escaping (Range<Int>?, DataPieces.Packing) throws(DataError) -> DataPieces
  ) throws(DataError) -> (any EventSource)? {
    // The directory lies at the end, before a comment of at most 64 KiB.
    let from = max(0, size - 1 << 20)
    let file = naming == .user ? .file : naming
    let end: [UInt8]
    do {
      end = try FileReader.bytes(of: path, from: from, count: size - from, namedBy: file)
    } catch { throw DataError(file: path, .unreadable(error)) }
    // Of more arrays some are no events.
    guard let entries = try? ZipArchive.entries(atEnd: end, before: from), entries.count <= 64 else { return nil }
    struct Array {
      var name: String
      var header: NumPyHeader
      var start: Int
      var open: () throws(DataError) -> DataPieces
    }
    var arrays: [Array] = []
    for entry in entries where entry.name.hasSuffix(".npy") {
      guard
        let local = try? FileReader.bytes(
          of: path, from: entry.headerOffset, count: ZipArchive.Entry.headSize, namedBy: file),
        let start = entry.dataStart(local), start <= size, entry.compressedSize <= size - start
      else { return nil }
      let open = { () throws(DataError) in
        try pieces(
          start..<(start + entry.compressedSize),
          entry.isDeflated ? .deflate(size: entry.size, checksum: entry.checksum) : .stored(checksum: entry.checksum))
      }
      let head = try open().next()
      if EventTable.Records.fields(of: head) != nil {
        return try DecodedEvents(open(), path: path, named: "events.npy")
      }
      guard let (header, first) = try? NumPy.header(head) else { continue }
      let isTable = header.shape.count == 2 && header.shape[1] == EventTable.columns.count
      guard isWhole(header, first, entry.size), isTable || header.shape.count == 1 || !header.isColumnMajor else {
        return nil
      }
      arrays.append(Array(name: String(entry.name.dropLast(4)), header: header, start: first, open: open))
    }
    if let places = EventTable.places(named: arrays.map(\.name)) {
      let rows = Tensor.elementCount(arrays[places[0]].header.shape) ?? 0
      guard places.allSatisfy({ Tensor.elementCount(arrays[$0].header.shape) == rows }) else { return nil }
      return try ColumnEvents(
        places.map { (place) throws(DataError) in
          ColumnEvents.Column(try arrays[place].open(), from: arrays[place].start, arrays[place].header.type)
        }, rows: rows, path: path)
    }
    guard
      let table = arrays.first(where: { $0.header.shape.count == 2 && $0.header.shape[1] == EventTable.columns.count })
    else { return nil }
    if !table.header.isColumnMajor { return try DecodedEvents(table.open(), path: path, named: table.name + ".npy") }
    let rows = table.header.shape[0]
    return try ColumnEvents(
      EventTable.columns.indices.map { (column) throws(DataError) in
        ColumnEvents.Column(
          try table.open(), from: table.start + column * rows * table.header.type.size, table.header.type)
      }, rows: rows, path: path)
  }
}
