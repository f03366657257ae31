/// Whole arrays of numbers to and from the bytes of a file in one copy: what makes a program of a hundred megabytes load
/// as fast as memory allows.
enum RawArrays {
  private static var isBigEndianMachine: Bool { 1.littleEndian != 1 }

  /// Appends the elements as little-endian bytes.
  static func append<Element: BitwiseCopyable>(_ elements: [Element], to bytes: inout [UInt8]) {
    let start = bytes.count
    unsafe elements.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    guard isBigEndianMachine else { return }
    let size = MemoryLayout<Element>.size
    for first in stride(from: start, to: bytes.count, by: size) { bytes[first..<(first + size)].reverse() }
  }

  /// Elements out of `count * size` bytes from `start`; nil where they are not all there.
  static func read<Element: BitwiseCopyable>(
    _ type: Element.Type, _ bytes: [UInt8], at start: Int, count: Int, bigEndian: Bool = false
  ) -> [Element]? {
    let size = MemoryLayout<Element>.size
    guard start >= 0, start <= bytes.count, count >= 0, count <= (bytes.count - start) / size else { return nil }
    return unsafe [Element](unsafeUninitializedCapacity: count) { buffer, initialised in
      let target = UnsafeMutableRawBufferPointer(buffer)
      unsafe bytes.withUnsafeBytes { source in
        unsafe target.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[start..<(start + count * size)]))
      }
      if bigEndian != isBigEndianMachine, size > 1 {
        for first in stride(from: 0, to: count * size, by: size) { unsafe target[first..<(first + size)].reverse() }
      }
      initialised = count
    }
  }
}
