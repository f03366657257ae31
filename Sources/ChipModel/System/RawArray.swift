/// Arrays of integers as little-endian bytes and back, in one copy.
enum RawArray {
  /// The elements' bytes, little endian.
  static func append<T: FixedWidthInteger & BitwiseCopyable>(_ values: [T], to bytes: inout [UInt8]) {
    #if _endian(little)
      unsafe values.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    #else
      for value in values { withUnsafeBytes(of: value.littleEndian) { unsafe bytes.append(contentsOf: $0) } }
    #endif
  }

  /// `count` elements from `bytes[start...]`; nil where there are too few bytes.
  static func values<T: FixedWidthInteger & BitwiseCopyable>(
    _ type: T.Type, count: Int, from bytes: [UInt8], at start: Int
  ) -> [T]? {
    let size = MemoryLayout<T>.size
    guard count >= 0, start >= 0, start <= bytes.count, count <= (bytes.count - start) / size else { return nil }
    if count == 0 { return [] }
    return unsafe bytes.withUnsafeBytes { raw -> [T] in
      unsafe [T](unsafeUninitializedCapacity: count) { buffer, initialized in
        unsafe UnsafeMutableRawBufferPointer(buffer).copyMemory(
          from: UnsafeRawBufferPointer(rebasing: raw[start..<(start + count * size)]))
        #if _endian(big)
          for index in 0..<count { unsafe buffer[index] = T(littleEndian: buffer[index]) }
        #endif
        initialized = count
      }
    }
  }
}
