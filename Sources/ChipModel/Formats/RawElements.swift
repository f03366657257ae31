/// Unsigned words out of bytes at any alignment, in either byte order; what npy and IDX files are made of.
///
/// Not generic on purpose: an unspecialised generic costs a hundred times as much per element in a debug build.
/// The caller has checked that the range lies inside the array.
enum RawElements {
  static func words16(_ bytes: [UInt8], at start: Int, count: Int, bigEndian: Bool) -> [UInt16] {
    var words = [UInt16](repeating: 0, count: count)
    for index in 0..<count {
      let word = UInt16(bytes[start + 2 * index]) | UInt16(bytes[start + 2 * index + 1]) << 8
      words[index] = bigEndian ? word.byteSwapped : word
    }
    return words
  }

  static func words32(_ bytes: [UInt8], at start: Int, count: Int, bigEndian: Bool) -> [UInt32] {
    var words = [UInt32](repeating: 0, count: count)
    for index in 0..<count {
      let word = bytes.littleEndian32(at: start + 4 * index)
      words[index] = bigEndian ? word.byteSwapped : word
    }
    return words
  }

  static func words64(_ bytes: [UInt8], at start: Int, count: Int, bigEndian: Bool) -> [UInt64] {
    var words = [UInt64](repeating: 0, count: count)
    for index in 0..<count {
      let word = bytes.littleEndian64(at: start + 8 * index)
      words[index] = bigEndian ? word.byteSwapped : word
    }
    return words
  }

  /// The value of an IEEE 754 half, exactly.
  static func float(half bits: UInt16) -> Float {
    let sign = UInt32(bits & 0x8000) << 16
    let exponent = UInt32(bits >> 10 & 0x1F)
    let fraction = UInt32(bits & 0x3FF)
    switch exponent {
    case 0:
      let magnitude = Float(fraction) * 0x1p-24
      return sign == 0 ? magnitude : -magnitude
    case 31: return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
    default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
  }
}

extension [UInt8] {
  @inline(__always)
  func littleEndian16(at index: Int) -> UInt16 {
    UInt16(self[index]) | UInt16(self[index + 1]) << 8
  }

  @inline(__always)
  func littleEndian32(at index: Int) -> UInt32 {
    UInt32(self[index]) | UInt32(self[index + 1]) << 8 | UInt32(self[index + 2]) << 16
      | UInt32(self[index + 3]) << 24
  }

  @inline(__always)
  func littleEndian64(at index: Int) -> UInt64 {
    UInt64(littleEndian32(at: index)) | UInt64(littleEndian32(at: index + 4)) << 32
  }
}
