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
/// tables of t, x, y, p (`.npy`, `.npz`, `.csv`). Memory is proportional to the file.
package enum EventRecording {
  /// Ends of the names of files of events.
  package static let suffixes = [".bin", ".bs2", ".raw", ".dat", ".aedat", ".npy", ".npz", ".csv", ".txt"]

  /// - Parameters:
  ///   - bytes: a whole file.
  ///   - name: what it is called: formats without a mark of their own are told by its end.
  ///   - maximum: most bytes of an array of an archive.
  /// - Throws: `FormatError`.
  package static func decode(_ bytes: [UInt8], named name: String, maximum: Int) throws(FormatError) -> [Event] {
    let name = name.lowercased()
    if bytes.starts(with: Array("#!AER-DAT4".utf8)) || name.hasSuffix(".aedat4") {
      throw FormatError(
        "AEDAT4 files are not read; save t, x, y, p with numpy: dv_processing's MonoCameraRecording, then numpy.savez")
    }
    if bytes.starts(with: [0x89, 0x48, 0x44, 0x46]) {
      throw FormatError(
        "recordings in HDF5 are not read; save t, x, y, p with h5py and numpy.savez(FILE, t=t, x=x, y=y, p=p)")
    }
    if bytes.starts(with: Array("#!AER-DAT3".utf8)) { return try AEDAT.decode3(bytes) }
    if bytes.starts(with: Array("#!AER-DAT2".utf8)) || name.hasSuffix(".aedat") { return try AEDAT.decode2(bytes) }
    if bytes.first == UInt8(ascii: "%"), !name.hasSuffix(".csv") { return try Prophesee.decode(bytes, named: name) }
    if NumPy.isArray(bytes) { return try EventTable.events([NumPy.decode(bytes)], named: ["events"]) }
    if ZipArchive.isZip(bytes) {
      let arrays = try NumPyArchive(bytes).tensors(maximum: maximum)
      return try EventTable.events(arrays.map(\.tensor), named: arrays.map(\.name))
    }
    if name.hasSuffix(".csv") || name.hasSuffix(".txt") { return try EventTable.events(ofText: bytes) }
    if name.hasSuffix(".bin") || name.hasSuffix(".bs2") { return try NMNIST.decode(bytes) }
    throw FormatError(
      "no file of events that is known; read are N-MNIST .bin and .bs2, EVT2 and EVT3 .raw, .dat, AEDAT 2 and 3.1, and "
        + ".npy, .npz and .csv of t, x, y, p")
  }
}

/// The files of N-MNIST (Orchard et al. 2015): 5 bytes an event, x, y, then polarity and 23 bits of microseconds,
/// big-endian.
enum NMNIST {
  /// A row that no sensor has marks an overflow of the time.
  private static let overflowRow: UInt8 = 240
  private static let overflow: Int64 = 1 << 13

  static func decode(_ bytes: [UInt8]) throws(FormatError) -> [Event] {
    guard bytes.count % 5 == 0 else {
      throw FormatError("\(bytes.count) bytes are no whole number of N-MNIST events of 5; copy the file again")
    }
    var events: [Event] = []
    events.reserveCapacity(bytes.count / 5)
    var epoch: Int64 = 0
    for start in stride(from: 0, to: bytes.count, by: 5) {
      let time = Int64(bytes[start + 2] & 0x7F) << 16 | Int64(bytes[start + 3]) << 8 | Int64(bytes[start + 4])
      if bytes[start + 1] == overflowRow {
        epoch += overflow
        continue
      }
      events.append(
        Event(time: time + epoch, x: Int(bytes[start]), y: Int(bytes[start + 1]), polarity: Int(bytes[start + 2] >> 7)))
    }
    return events
  }
}
