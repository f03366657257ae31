/// CRC-32 as in gzip, ZIP and PNG (ISO 3309; reflected polynomial 0xEDB88320).
///
/// Eight bytes at a time by eight tables (Kounavis and Berry 2005, "slicing-by-8").
package struct CRC32: Sendable {
  private var remainder: UInt32 = 0xFFFF_FFFF

  package init() {}

  /// The checksum of all that was taken so far.
  package var value: UInt32 { ~remainder }

  package static func checksum(of bytes: [UInt8]) -> UInt32 {
    var crc = CRC32()
    crc.update(bytes.span)
    return crc.value
  }

  package mutating func update(_ bytes: [UInt8]) {
    update(bytes.span)
  }

  package mutating func update(_ bytes: Span<UInt8>) {
    let tables = Self.tables
    var crc = remainder
    var index = 0
    while bytes.count - index >= 8 {
      let low =
        crc
        ^ (UInt32(bytes[index]) | UInt32(bytes[index + 1]) << 8 | UInt32(bytes[index + 2]) << 16
          | UInt32(bytes[index + 3]) << 24)
      crc =
        tables[1792 + Int(low & 0xFF)] ^ tables[1536 + Int(low >> 8 & 0xFF)] ^ tables[1280 + Int(low >> 16 & 0xFF)]
        ^ tables[1024 + Int(low >> 24)] ^ tables[768 + Int(bytes[index + 4])] ^ tables[512 + Int(bytes[index + 5])]
        ^ tables[256 + Int(bytes[index + 6])] ^ tables[Int(bytes[index + 7])]
      index += 8
    }
    while index < bytes.count {
      crc = crc >> 8 ^ tables[Int(UInt8(truncatingIfNeeded: crc) ^ bytes[index])]
      index += 1
    }
    remainder = crc
  }

  /// Eight tables of 256: table `k` moves a byte past `k` more bytes.
  private static let tables: [UInt32] = {
    var tables: [UInt32] = []
    tables.reserveCapacity(8 * 256)
    for byte in 0..<UInt32(256) {
      var crc = byte
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
      tables.append(crc)
    }
    for position in 256..<(8 * 256) {
      let before = tables[position - 256]
      tables.append(before >> 8 ^ tables[Int(before & 0xFF)])
    }
    return tables
  }()
}
