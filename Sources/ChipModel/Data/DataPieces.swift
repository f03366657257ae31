/// The bytes of a file, of what a gzip file expands to, or of an archive's entry, piece by piece, as often as is
/// needed.
final class DataPieces {
  enum Packing {
    case none, gzip
    case stored(checksum: UInt32)
    /// Deflate data that expand to so many bytes.
    case deflate(size: Int, checksum: UInt32)
  }

  /// Bytes after unpacking.
  private(set) var size: Int
  private var file: FilePieces
  private let path: String
  private let packing: Packing
  private var position = 0
  private var gzip = GzipStream()
  private var deflate = InflateStream()
  private var checksum = CRC32()

  /// - Parameters:
  ///   - part: of the file; nil: all of it.
  ///   - limit: most bytes of the file, and most after unpacking.
  init(
    _ path: String, part: Range<Int>? = nil, _ packing: Packing = .none, limit: Int, namedBy naming: FileReader.Naming
  ) throws(DataError) {
    file = try Self.opened(path, part, limit, naming)
    (self.path, self.packing) = (path, packing)
    switch packing {
    case .none, .stored: size = file.size
    case .deflate(let unpacked, _): size = unpacked
    case .gzip:
      // A gzip file says how long it is only modulo 2^32: it is read once to find out, and checked then.
      size = .max
      var total = 0
      while true {
        let piece = try unpacked()
        if piece.isEmpty { break }
        total += piece.count
        guard total <= limit else {
          throw damaged("decompressed data are larger than the limit of \(limit) bytes; split the file")
        }
      }
      size = total
    }
    if size > limit {
      throw damaged("data of \(size) bytes, the limit is \(limit); split the file")
    }
    try rewind()
  }

  private static func opened(
    _ path: String, _ part: Range<Int>?, _ limit: Int, _ naming: FileReader.Naming
  ) throws(DataError) -> FilePieces {
    do { return try FilePieces(of: path, part: part, limit: limit, namedBy: naming) } catch {
      throw DataError(file: path, .unreadable(error))
    }
  }

  var isAtEnd: Bool { position == size }

  func rewind() throws(DataError) {
    do { try file.rewind() } catch { throw DataError(file: path, .unreadable(error)) }
    (position, gzip, deflate, checksum) = (0, GzipStream(), InflateStream(), CRC32())
  }

  /// What follows; none only at the end.
  func next() throws(DataError) -> [UInt8] {
    if isAtEnd { return [] }
    let piece = try unpacked()
    guard !piece.isEmpty, piece.count <= size - position else {
      throw damaged("the packed data have another length than they say; copy the file again")
    }
    position += piece.count
    let expected: UInt32? =
      switch packing {
      case .none, .gzip: nil
      case .stored(let checksum), .deflate(_, let checksum): checksum
      }
    if expected != nil { checksum.update(piece) }
    if isAtEnd, expected != nil, checksum.value != expected {
      throw damaged("an array does not match its checksum; copy the file again")
    }
    return piece
  }

  /// Leaves out what follows.
  func skip(_ count: Int) throws(DataError) -> [UInt8] {
    var left = count
    while !isAtEnd {
      let piece = try next()
      if piece.count > left { return Array(piece[left...]) }
      left -= piece.count
    }
    return []
  }

  private func damaged(_ what: String) -> DataError { DataError(file: path, .format(FormatError(what))) }

  private func unpacked() throws(DataError) -> [UInt8] {
    switch packing {
    case .none, .stored: return try read()
    case .gzip, .deflate: break
    }
    var piece: [UInt8] = []
    while true {
      let isLast = file.isAtEnd
      do throws(FormatError) {
        switch packing {
        case .gzip:
          piece = try gzip.advance(piece, isLast: isLast)
          if gzip.isAtEnd { return piece }
        default:
          piece = try deflate.advance(piece, isLast: isLast)
          if deflate.isAtEnd { return piece }
        }
      } catch { throw DataError(file: path, .format(error)) }
      if !piece.isEmpty { return piece }
      piece = try read()
    }
  }

  private func read() throws(DataError) -> [UInt8] {
    do { return try file.next() } catch { throw DataError(file: path, .unreadable(error)) }
  }
}
