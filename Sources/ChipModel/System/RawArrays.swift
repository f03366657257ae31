/// Whole arrays of numbers to and from little-endian bytes in one copy: what makes a program of a hundred megabytes load
/// as fast as memory allows.
enum RawArrays {
  /// Appends the elements as little-endian bytes.
  static func append<Element: FixedWidthInteger & BitwiseCopyable>(_ elements: [Element], to bytes: inout [UInt8]) {
    if Element(1).littleEndian != 1 {
      // A big-endian machine writes the same file.
      let swapped = elements.map(\.littleEndian)
      unsafe swapped.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
      return
    }
    unsafe elements.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
  }

  /// Elements out of `count * size` bytes from `start`; nil where they are not all there.
  static func read<Element: FixedWidthInteger & BitwiseCopyable>(
    _ type: Element.Type, _ bytes: [UInt8], at start: Int, count: Int
  ) -> [Element]? {
    let size = MemoryLayout<Element>.size
    guard start >= 0, start <= bytes.count, count >= 0, count <= (bytes.count - start) / size else { return nil }
    let elements = unsafe [Element](unsafeUninitializedCapacity: count) { buffer, initialised in
      unsafe bytes.withUnsafeBytes { source in
        let target = UnsafeMutableRawBufferPointer(buffer)
        unsafe target.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[start..<(start + count * size)]))
      }
      initialised = count
    }
    return Element(1).littleEndian == 1 ? elements : elements.map(\.littleEndian)
  }
}
