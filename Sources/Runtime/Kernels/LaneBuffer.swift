import ChipModel

/// `Int16` lanes that start on a cache line, so that a row of 32 lanes is one load.
///
/// The start is found when the lanes are stored; a copy of the array elsewhere would be slower, never wrong.
struct LaneBuffer: Sendable {
  private var storage: [Int16]
  private let offset: Int
  let count: Int

  init(repeating value: Int16, count: Int) {
    storage = [Int16](repeating: value, count: count + 32)
    self.count = count
    offset = unsafe storage.withUnsafeBufferPointer { buffer in
      let address = UInt(bitPattern: buffer.baseAddress)
      return Int((64 &- address % 64) % 64 / 2)
    }
  }

  /// Two bytes a lane, the first one low.
  init(bytes: [UInt8]) {
    self.init(repeating: 0, count: bytes.count / 2)
    for lane in 0..<count {
      storage[offset + lane] = Int16(bytes[2 * lane]) | Int16(truncatingIfNeeded: UInt16(bytes[2 * lane + 1]) << 8)
    }
  }

  subscript(index: Int) -> Int16 {
    get { storage[offset + index] }
    set { storage[offset + index] = newValue }
  }

  @inline(__always)
  func withLanes(_ body: (UnsafePointer<Int16>) -> Void) {
    unsafe storage.withUnsafeBufferPointer { buffer in
      if let base = buffer.baseAddress { unsafe body(base + offset) }
    }
  }
}
