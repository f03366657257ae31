/// Why bytes are not an HDF5 file that nmsim reads: what, where, and what to do.
package enum HDF5Error: Error, Sendable, Equatable, CustomStringConvertible {
  /// No HDF5 file at all.
  case notHDF5
  /// The bytes at this offset contradict the format, or the file ends there.
  case malformed(offset: Int, what: String)
  /// A part of the format that is not read.
  case unsupported(what: String, remedy: String)
  /// Reading takes more bytes than are allowed.
  case tooLarge(what: String, bytes: Int, limit: Int)

  package var description: String {
    switch self {
    case .notHDF5: "not an HDF5 file; give a file that 'nir.write' or h5py made"
    case .malformed(let offset, let what): "damaged HDF5 file at byte \(offset): \(what); copy or write the file again"
    case .unsupported(let what, let remedy): "\(what); \(remedy)"
    case .tooLarge(let what, let bytes, let limit):
      "\(what) takes \(bytes) bytes, allowed are \(limit); store less in the file"
    }
  }

  /// What h5py writes unless told otherwise is read.
  static func unsupported(_ what: String) -> HDF5Error {
    .unsupported(what: what, remedy: "write the file again with h5py and its standard settings")
  }
}
