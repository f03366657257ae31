/// An `.npz` file: a ZIP archive of `.npy` arrays, read one by one.
package struct NumPyArchive: Sendable {
  /// Names as `numpy.savez` was given them (without `.npy`), in archive order.
  package let names: [String]
  private let zip: ZipArchive
  private let entries: [ZipArchive.Entry]

  /// Reads the directory only.
  /// - Throws: `NumPyError.zip`. An archive without any array (a PyTorch `.pt` file, for example) has no `names`.
  package init(_ bytes: [UInt8]) throws(NumPyError) {
    do {
      zip = try ZipArchive(bytes)
    } catch {
      throw .zip(error)
    }
    entries = zip.entries.filter { $0.name.hasSuffix(".npy") }
    names = entries.map { String($0.name.dropLast(4)) }
  }

  /// One array.
  /// - Parameters:
  ///   - name: One of `names`.
  ///   - maximum: Most bytes that the entry may expand to.
  /// - Throws: `NumPyError.noEntry`, or what is wrong with the entry.
  package func tensor(_ name: String, maximum: Int) throws(NumPyError) -> Tensor {
    guard let index = names.firstIndex(of: name) else { throw .noEntry(name, present: names) }
    let bytes: [UInt8]
    do {
      bytes = try zip.contents(of: entries[index], maximum: maximum)
    } catch {
      throw .zip(error)
    }
    do {
      return try NumPy.decode(bytes)
    } catch {
      throw .entry(ShapeText.printable(name), error)
    }
  }

  /// All arrays in archive order.
  /// - Parameter maximum: Most bytes that all entries together may expand to.
  package func tensors(maximum: Int) throws(NumPyError) -> [(name: String, tensor: Tensor)] {
    var tensors: [(name: String, tensor: Tensor)] = []
    var left = maximum
    for (name, entry) in Swift.zip(names, entries) {
      tensors.append((name, try tensor(name, maximum: left)))
      left -= entry.size
    }
    return tensors
  }
}
