/// An `.npz` file: a ZIP archive of `.npy` arrays, read one by one.
package struct NumPyArchive: Sendable {
  /// Names as `numpy.savez` was given them (without `.npy`), in archive order.
  package let names: [String]
  private let zip: ZipArchive
  private let entries: [ZipArchive.Entry]

  /// Reads the directory only.
  /// An archive without any array (a PyTorch `.pt` file, for example) has no `names`.
  package init(_ bytes: [UInt8]) throws(FormatError) {
    zip = try ZipArchive(bytes)
    entries = zip.entries.filter { $0.name.hasSuffix(".npy") }
    names = entries.map { String($0.name.dropLast(4)) }
  }

  /// One array.
  /// - Parameters:
  ///   - name: One of `names`.
  ///   - maximum: Most bytes that the entry may expand to.
  package func tensor(_ name: String, maximum: Int) throws(FormatError) -> Tensor {
    try array(name, samples: nil, maximum: maximum).tensor
  }

  /// The same for the first samples only, where `samples` says so and the array has more; and how many it has.
  func array(_ name: String, samples: Int?, maximum: Int) throws(FormatError) -> (tensor: Tensor, rows: Int?) {
    guard let index = names.firstIndex(of: name) else {
      throw FormatError(
        "no array '\(printable(name))' in the .npz file, it has \(ShapeText.list(names)); name one of these")
    }
    var beginning: DataBeginning?
    if let samples {
      beginning = try DataBeginning(samples: samples, maximum: maximum) { (count) throws(FormatError) in
        try zip.beginning(of: entries[index], count: count)
      }
    }
    let bytes = if let beginning { beginning.bytes } else { try zip.contents(of: entries[index], maximum: maximum) }
    do {
      return (try NumPy.decode(bytes), beginning?.rows)
    } catch {
      throw FormatError("array '\(printable(name))': \(error)")
    }
  }

  /// The bytes of the first array, of 64 at most, whose head is as wanted.
  func first(maximum: Int, where isWanted: ([UInt8]) -> Bool) throws(FormatError) -> [UInt8]? {
    for entry in entries.prefix(64) where isWanted(try zip.beginning(of: entry, count: 1 << 16)) {
      return try zip.contents(of: entry, maximum: maximum)
    }
    return nil
  }

  /// All arrays in archive order.
  /// - Parameter maximum: Most bytes that all entries together may expand to.
  package func tensors(maximum: Int) throws(FormatError) -> [(name: String, tensor: Tensor)] {
    var tensors: [(name: String, tensor: Tensor)] = []
    var left = maximum
    for (name, entry) in Swift.zip(names, entries) {
      tensors.append((name, try tensor(name, maximum: left)))
      left -= entry.size
    }
    return tensors
  }
}
