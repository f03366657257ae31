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
    let arrays = try NumPyArchive(bytes).tensors(maximum: maximum)
    return try EventTable.events(arrays.map(\.tensor), named: arrays.map(\.name))
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
    if head.starts(with: [0x89, 0x48, 0x44, 0x46]) {
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
      return EventTable.Rows.begun(head, total: total) ?? EventTable.Records.begun(head, total: total)
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
