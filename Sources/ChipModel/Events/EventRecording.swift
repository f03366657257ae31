/// One event of a vision sensor.
package struct Event: Sendable, Equatable {
  /// Microseconds.
  package var time: Int64
  /// Column and row, from the upper left.
  package var x: Int
  package var y: Int
  /// 0: darker, 1: brighter.
  package var polarity: Int

  package init(time: Int64, x: Int, y: Int, polarity: Int) {
    (self.time, self.x, self.y, self.polarity) = (time, x, y, polarity)
  }
}

/// Reading of files of events, in the order of the file.
///
/// Read are N-MNIST (`.bin`, `.bs2`), Prophesee's EVT2 and EVT3 (`.raw`) and `.dat`, AEDAT 2 and 3.1, and arrays or
/// tables of t, x, y, p (`.npy`, `.npz`, `.csv`), all of them piece by piece, also through gzip.
package enum EventRecording {
  /// Ends of the names of files of events.
  package static let suffixes = [".bin", ".bs2", ".raw", ".dat", ".aedat", ".npy", ".npz", ".csv", ".txt"]

  /// - Parameters:
  ///   - bytes: a whole file.
  ///   - name: what it is called: formats without a mark of their own are told by its end.
  ///   - maximum: most bytes of an array of an archive.
  /// - Throws: `FormatError`.
  package static func decode(_ bytes: [UInt8], named name: String, maximum: Int) throws(FormatError) -> [Event] {
    var events: [Event] = []
    if case (var decoder, let start)? = try Self.decoder(bytes, named: name, total: bytes.count) {
      _ = try decoder.decode(bytes, from: start, isLast: true, into: &events)
      return events
    }
    if NumPy.isArray(bytes) { return try EventTable.events([NumPy.decode(bytes)], named: ["events"]) }
    let archive = try NumPyArchive(bytes)
    if let records = try archive.first(maximum: maximum, where: { EventTable.Records.fields(of: $0) != nil }) {
      return try decode(records, named: "events.npy", maximum: maximum)
    }
    let arrays = try archive.tensors(maximum: maximum)
    return try EventTable.events(arrays.map(\.tensor), named: arrays.map(\.name))
  }

  /// The end that a recording's name would have, for bytes that come without a name, from a pipe; nil: they are told
  /// by their name alone, or are no recording.
  /// - Parameters:
  ///   - bytes: a whole file.
  ///   - input: shape of the network's input: frames are arrays too.
  package static func suffix(of bytes: [UInt8], for input: [Int]) -> String? {
    if ZipArchive.isZip(bytes) { return isArchive(bytes, before: 0) ? ".npz" : nil }
    if NumPy.isArray(bytes) { return isArray(bytes, for: input) ? ".npy" : nil }
    if bytes.starts(with: "#!AER-DAT".utf8) || isHDF5(bytes) { return ".aedat" }
    let line = bytes.prefix(1000).prefix { $0 != 0x0A }
    guard !line.isEmpty, line.allSatisfy({ (0x20...0x7E).contains($0) || $0 == 0x09 || $0 == 0x0D }) else { return nil }
    guard line.first == UInt8(ascii: "%") else { return ".csv" }
    // Headers of EVT2 and EVT3 name them, those of .dat files do not.
    return String(decoding: bytes.prefix(1000), as: UTF8.self).lowercased().contains("evt") ? ".raw" : ".dat"
  }

  private static func isHDF5(_ head: [UInt8]) -> Bool { head.starts(with: [0x89, 0x48, 0x44, 0x46]) }

  /// Whether an array is events: records, or rows of four. Frames have an axis of steps beside those of the input.
  static func isArray(_ head: [UInt8], for input: [Int]) -> Bool {
    if EventTable.Records.fields(of: head) != nil { return true }
    guard let sizes = NumPy.shape(head)?.sizes, sizes.count == 2 else { return false }
    return sizes[1] == EventTable.columns.count && input != [sizes[1]]
  }

  /// Whether an archive is events, by the names of its arrays.
  /// - Parameters:
  ///   - end: its last bytes, with its directory.
  ///   - before: bytes of the file before these.
  static func isArchive(_ end: [UInt8], before: Int) -> Bool {
    guard let entries = try? ZipArchive.entries(atEnd: end, before: before) else { return false }
    let arrays = entries.map(\.name).filter { $0.hasSuffix(".npy") }.map { String($0.dropLast(4)) }
    return EventTable.places(named: arrays) != nil || arrays.contains("events")
  }

  /// What decodes a file piece by piece; nil: it must be there as a whole.
  /// - Parameters:
  ///   - head: how it begins.
  ///   - name: what it is called.
  ///   - total: bytes of the file.
  static func decoder(_ head: [UInt8], named name: String, total: Int) throws(FormatError) -> BegunDecoder {
    let name = name.lowercased()
    if head.starts(with: Array("#!AER-DAT4".utf8)) || name.hasSuffix(".aedat4") {
      throw FormatError(
        "AEDAT4 files are not read; save t, x, y, p with numpy: dv_processing's MonoCameraRecording, then numpy.savez")
    }
    if isHDF5(head) {
      throw FormatError(
        "recordings in HDF5 are not read; save t, x, y, p with h5py and numpy.savez(FILE, t=t, x=x, y=y, p=p)")
    }
    if head.starts(with: Array("#!AER-DAT3".utf8)) { return try AEDAT.version3(head, total: total) }
    if head.starts(with: Array("#!AER-DAT2".utf8)) || name.hasSuffix(".aedat") {
      return try AEDAT.version2(head, total: total)
    }
    if head.first == UInt8(ascii: "%"), !name.hasSuffix(".csv") {
      return try Prophesee.decoder(head, named: name, total: total)
    }
    if NumPy.isArray(head) {
      if let rows = EventTable.Rows.begun(head, total: total) { return rows }
      return try EventTable.Records.begun(head, total: total)
    }
    if ZipArchive.isZip(head) { return nil }
    if name.hasSuffix(".csv") || name.hasSuffix(".txt") { return (EventTable.Lines(), 0) }
    if name.hasSuffix(".bin") || name.hasSuffix(".bs2") { return (try NMNIST(total: total), 0) }
    throw FormatError(
      "no file of events that is known; read are N-MNIST .bin and .bs2, EVT2 and EVT3 .raw, .dat, AEDAT 2 and 3.1, and "
        + ".npy, .npz and .csv of t, x, y, p")
  }
}

/// The files of N-MNIST (Orchard et al. 2015): 5 bytes an event, x, y, then polarity and 23 bits of microseconds,
/// big-endian.
struct NMNIST: EventWordDecoder {
  static let size = 5
  /// A row that no sensor has marks an overflow of the time.
  private static let overflowRow: UInt8 = 240
  private static let overflow: Int64 = 1 << 13
  private var epoch: Int64 = 0

  init(total: Int) throws(FormatError) {
    guard total % Self.size == 0 else {
      throw FormatError("\(total) bytes are no whole number of N-MNIST events of 5; copy the file again")
    }
  }

  mutating func take(_ bytes: [UInt8], at place: Int, into events: inout [Event]) {
    if bytes[place + 1] == Self.overflowRow {
      epoch += Self.overflow
      return
    }
    let time = Int64(bytes[place + 2] & 0x7F) << 16 | Int64(bytes[place + 3]) << 8 | Int64(bytes[place + 4])
    events.append(
      Event(
        time: time + epoch, x: Int(bytes[place]), y: Int(bytes[place + 1]), polarity: Int(bytes[place + 2] >> 7)))
  }
}
