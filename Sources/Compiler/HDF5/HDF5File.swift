import ChipModel

/// An HDF5 file as a tree of groups and data sets, read whole.
///
/// Read are superblocks 0 to 3, object headers 1 and 2, groups of symbol tables or of links in the header or a fractal
/// heap, and data sets that are compact, contiguous or in chunks by any index, plain or through deflate, shuffle and
/// Fletcher-32: what h5py writes. Numbers are integers and IEEE floats of either byte order, enumerations as their
/// numbers; texts are of fixed or variable length. Attributes are passed over.
///
/// An object is read once: cycles, and objects with two names, are refused. What is read in all is bounded by the file's
/// size, what is decompressed by the caller.
///
/// Source: HDF5 File Format Specification, version 3.0 (The HDF Group).
package struct HDF5File: Sendable, Equatable {
  package let root: HDF5Group

  /// - Parameters:
  ///   - bytes: the whole file.
  ///   - maximum: most bytes that all data sets together may have.
  package init(_ bytes: [UInt8], maximum: Int = 1 << 30) throws(HDF5Error) {
    var reader = HDF5Reader(file: HDF5Bytes(bytes: bytes), maximum: maximum)
    root = try reader.root()
  }
}

/// Members in the order of the file.
package struct HDF5Group: Sendable, Equatable {
  package var members: [(name: String, object: HDF5Object)] = []

  package init(_ members: [(name: String, object: HDF5Object)] = []) { self.members = members }

  package subscript(name: String) -> HDF5Object? { members.first { $0.name == name }?.object }

  package static func == (a: HDF5Group, b: HDF5Group) -> Bool {
    a.members.elementsEqual(b.members) { $0.name == $1.name && $0.object == $1.object }
  }
}

package enum HDF5Object: Sendable, Equatable {
  case group(HDF5Group)
  /// A scalar has shape `[]`.
  case numbers(Tensor)
  case texts([String], shape: [Int])
}
