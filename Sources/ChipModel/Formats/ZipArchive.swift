/// A ZIP file, read by its central directory: stored and deflated entries, zip64 sizes.
///
/// The container of `.npz` files. Local headers are only used to find an entry's data: NumPy writes
/// placeholder sizes there. Source: PKWARE APPNOTE 6.3.9.
package struct ZipArchive: Sendable {
  /// One file of the archive, as the central directory describes it.
  package struct Entry: Sendable, Equatable {
    package let name: String
    /// Bytes after decompression.
    package let size: Int
    package let compressedSize: Int
    package let isDeflated: Bool
    package let checksum: UInt32
    let headerOffset: Int

    /// Bytes of a local header before the name.
    static let headSize = 30

    /// Where the entry's data begin, from the beginning of its local header; nil where that is none.
    func dataStart(_ head: [UInt8]) -> Int? {
      guard head.count >= Self.headSize, head.littleEndian32(at: 0) == 0x0403_4B50 else { return nil }
      return headerOffset + Self.headSize + Int(head.littleEndian16(at: 26)) + Int(head.littleEndian16(at: 28))
    }
  }

  /// In the order of the central directory, which is the order of writing.
  package let entries: [Entry]
  private let bytes: [UInt8]

  /// Whether the bytes begin as a ZIP file with at least one entry does.
  package static func isZip(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0x50, 0x4B, 3, 4]) }

  /// Reads the directory; contents are decompressed on demand.
  /// - Throws: `FormatError`, also for encrypted entries, other compression methods, split archives, duplicate names.
  package init(_ bytes: [UInt8]) throws(FormatError) {
    entries = try Self.entries(bytes, ZipDirectory.find(in: bytes))
    self.bytes = bytes
  }

  /// The entries of an archive of which only the end is here: the directory must be in it.
  /// - Parameter before: bytes of the file before these.
  static func entries(atEnd bytes: [UInt8], before: Int) throws(FormatError) -> [Entry] {
    try entries(bytes, ZipDirectory.find(in: bytes, before: before))
  }

  private static func entries(_ bytes: [UInt8], _ directory: ZipDirectory) throws(FormatError) -> [Entry] {
    var entries: [Entry] = []
    var names: Set<String> = []
    var position = directory.start
    while position < directory.end {
      let (entry, next) = try Self.readEntry(bytes, at: position, directory)
      guard names.insert(entry.name).inserted else {
        throw FormatError("ZIP archive has two entries '\(printable(entry.name))'; remove one")
      }
      entries.append(entry)
      position = next
    }
    guard entries.count == directory.count else {
      throw .damagedZip("directory says \(directory.count) entries and holds \(entries.count)", offset: directory.start)
    }
    return entries
  }

  /// The contents of an entry, checked against its CRC-32.
  /// - Parameters:
  ///   - entry: Of this archive.
  ///   - maximum: Most bytes it may expand to; what is announced as larger is not even begun.
  package func contents(of entry: Entry, maximum: Int) throws(FormatError) -> [UInt8] {
    guard entry.size <= maximum else {
      throw .zipEntry(entry.name, "expands to \(entry.size) bytes, limit \(maximum); split it")
    }
    let (start, end) = try data(of: entry)
    var output: [UInt8] = []
    if entry.isDeflated {
      let used: Int
      do {
        used = try Inflate.decode(bytes, from: start, to: end, appendingTo: &output, maximum: entry.size)
      } catch {
        throw FormatError("ZIP entry '\(printable(entry.name))': \(error)")
      }
      guard used == end else { throw .damagedZip("entry '\(entry.name)' has bytes left over", offset: used) }
    } else {
      output = Array(bytes[start..<end])
    }
    guard output.count == entry.size else {
      throw .damagedZip("entry '\(entry.name)' has \(output.count) bytes instead of \(entry.size)", offset: start)
    }
    guard CRC32.checksum(of: output) == entry.checksum else {
      throw .zipEntry(entry.name, "does not match its checksum; copy the file again")
    }
    return output
  }

  /// The first `count` bytes of an entry, or all where there are fewer; what comes behind is not looked at.
  func beginning(of entry: Entry, count: Int) throws(FormatError) -> [UInt8] {
    let (start, end) = try data(of: entry)
    guard entry.isDeflated else { return Array(bytes[start..<end].prefix(count)) }
    var output: [UInt8] = []
    do throws(FormatError) {
      _ = try Inflate.decode(bytes, from: start, to: end, appendingTo: &output, maximum: Inflate.reach(count))
    } catch {
      guard error.isTooLarge else { throw FormatError("ZIP entry '\(printable(entry.name))': \(error)") }
    }
    return output.count > count ? Array(output[..<count]) : output
  }

  /// Where the entry's data lie, compressed or not.
  private func data(of entry: Entry) throws(FormatError) -> (start: Int, end: Int) {
    let header = entry.headerOffset
    guard bytes.count - header >= Entry.headSize,
      let start = entry.dataStart(Array(bytes[header..<(header + Entry.headSize)]))
    else { throw .damagedZip("no header of entry '\(entry.name)'", offset: header) }
    guard start <= bytes.count, entry.compressedSize <= bytes.count - start else {
      throw .damagedZip("data of entry '\(entry.name)' run past the end of the file", offset: header)
    }
    return (start, start + entry.compressedSize)
  }

  private static func readEntry(
    _ bytes: [UInt8], at position: Int, _ directory: ZipDirectory
  ) throws(FormatError) -> (Entry, next: Int) {
    guard directory.end - position >= 46, bytes.littleEndian32(at: position) == 0x0201_4B50 else {
      throw .damagedZip("no directory entry where one is due", offset: position)
    }
    let flags = bytes.littleEndian16(at: position + 8)
    let method = bytes.littleEndian16(at: position + 10)
    let nameLength = Int(bytes.littleEndian16(at: position + 28))
    let extraLength = Int(bytes.littleEndian16(at: position + 30))
    let commentLength = Int(bytes.littleEndian16(at: position + 32))
    let nameStart = position + 46
    let extraStart = nameStart + nameLength
    let next = extraStart + extraLength + commentLength
    guard next <= directory.end else { throw .damagedZip("directory entry runs past its end", offset: position) }
    let name = String(decoding: bytes[nameStart..<extraStart], as: UTF8.self)
    guard flags & 0x2041 == 0 else {
      throw .zipEntry(name, "is encrypted; write the archive without a password")
    }
    guard method == 0 || method == 8 else {
      throw .zipEntry(
        name, "has compression method \(method), only 0 (stored) and 8 (deflate) are read; write it with numpy.savez")
    }

    var size = UInt64(bytes.littleEndian32(at: position + 24))
    var compressedSize = UInt64(bytes.littleEndian32(at: position + 20))
    var offset = UInt64(bytes.littleEndian32(at: position + 42))
    // Zip64 (4.5.3): each value that is all ones is in the extra field instead, in this order.
    if size == 0xFFFF_FFFF || compressedSize == 0xFFFF_FFFF || offset == 0xFFFF_FFFF {
      guard var field = zip64Field(bytes, extraStart..<(extraStart + extraLength)) else {
        throw .damagedZip("entry '\(name)' lacks its zip64 sizes", offset: position)
      }
      func replace(_ value: inout UInt64) -> Bool {
        guard value == 0xFFFF_FFFF else { return true }
        guard field.count >= 8 else { return false }
        value = bytes.littleEndian64(at: field.lowerBound)
        field = (field.lowerBound + 8)..<field.upperBound
        return true
      }
      guard replace(&size), replace(&compressedSize), replace(&offset) else {
        throw .damagedZip("entry '\(name)' lacks its zip64 sizes", offset: position)
      }
    }
    guard bytes.littleEndian16(at: position + 34) == 0 else { throw .splitZip }
    guard let sizeValue = Int(exactly: size), let compressedValue = Int(exactly: compressedSize),
      let offsetValue = Int(exactly: offset), offsetValue < directory.before + directory.start
    else { throw .damagedZip("entry '\(name)' lies outside the file", offset: position) }
    guard method == 8 || sizeValue == compressedValue else {
      throw .damagedZip("stored entry '\(name)' has two sizes", offset: position)
    }
    let entry = Entry(
      name: name, size: sizeValue, compressedSize: compressedValue, isDeflated: method == 8,
      checksum: bytes.littleEndian32(at: position + 16), headerOffset: offsetValue)
    return (entry, next)
  }

  /// Where the zip64 values are among the (id, length, data) records of an extra field.
  private static func zip64Field(_ bytes: [UInt8], _ extra: Range<Int>) -> Range<Int>? {
    var position = extra.lowerBound
    while extra.upperBound - position >= 4 {
      let length = Int(bytes.littleEndian16(at: position + 2))
      guard extra.upperBound - position - 4 >= length else { return nil }
      if bytes.littleEndian16(at: position) == 1 { return (position + 4)..<(position + 4 + length) }
      position += 4 + length
    }
    return nil
  }
}

extension FormatError {
  fileprivate static var notZip: FormatError {
    FormatError("not a ZIP archive, or cut short: no end record; copy the file again")
  }
  fileprivate static var splitZip: FormatError {
    FormatError("ZIP archive split over several files; join it into one")
  }

  fileprivate static func damagedZip(_ what: String, offset: Int) -> FormatError {
    FormatError("damaged ZIP archive at byte \(offset): \(escaped(what)); copy the file again")
  }

  fileprivate static func zipEntry(_ name: String, _ what: String) -> FormatError {
    FormatError("ZIP entry '\(printable(name))' \(what)")
  }
}

/// Where the central directory is.
private struct ZipDirectory {
  /// Bytes of the file before those that are here.
  let before: Int
  let start: Int
  let end: Int
  let count: Int

  /// Finds the end record: it is the last thing in the file but for a comment of up to 65,535 bytes.
  static func find(in bytes: [UInt8], before: Int = 0) throws(FormatError) -> ZipDirectory {
    guard bytes.count >= 22 else { throw .notZip }
    var record = bytes.count - 22
    let lowest = max(0, record - 0xFFFF)
    while !(bytes.littleEndian32(at: record) == 0x0605_4B50
      && record + 22 + Int(bytes.littleEndian16(at: record + 20)) == bytes.count)
    {
      guard record > lowest else { throw .notZip }
      record -= 1
    }
    guard bytes.littleEndian16(at: record + 4) == 0, bytes.littleEndian16(at: record + 6) == 0 else { throw .splitZip }
    var end = record
    var count = UInt64(bytes.littleEndian16(at: record + 10))
    var size = UInt64(bytes.littleEndian32(at: record + 12))
    var offset = UInt64(bytes.littleEndian32(at: record + 16))
    if count == 0xFFFF || size == 0xFFFF_FFFF || offset == 0xFFFF_FFFF {
      // Zip64 (4.3.14, 4.3.15): a locator just before the end record points to a wider record.
      let locator = record - 20
      guard locator >= 0, bytes.littleEndian32(at: locator) == 0x0706_4B50,
        let absolute = Int(exactly: bytes.littleEndian64(at: locator + 8)), case let wide = absolute - before,
        wide >= 0, wide <= locator - 56,
        bytes.littleEndian32(at: wide) == 0x0606_4B50
      else { throw .damagedZip("no zip64 end record", offset: record) }
      guard bytes.littleEndian32(at: wide + 16) == 0, bytes.littleEndian32(at: wide + 20) == 0 else { throw .splitZip }
      end = wide
      count = bytes.littleEndian64(at: wide + 32)
      size = bytes.littleEndian64(at: wide + 40)
      offset = bytes.littleEndian64(at: wide + 48)
    }
    guard let absolute = Int(exactly: offset), let length = Int(exactly: size), case let start = absolute - before,
      start >= 0, start <= end, length == end - start,
      count <= UInt64(length / 46)
    else { throw .damagedZip("directory does not end where the end record begins", offset: record) }
    return ZipDirectory(before: before, start: start, end: end, count: Int(count))
  }
}
