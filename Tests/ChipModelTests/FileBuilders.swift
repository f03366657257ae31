import ChipModel
import Testing

/// Writes bits lowest first and Huffman codes highest first, as deflate wants them: a tiny encoder of its own.
struct DeflateBuilder {
  private(set) var bytes: [UInt8] = []
  private var used = 8

  mutating func bits(_ value: Int, _ count: Int) {
    for bit in 0..<count {
      if used == 8 {
        bytes.append(0)
        used = 0
      }
      bytes[bytes.count - 1] |= UInt8(value >> bit & 1) << UInt8(used)
      used += 1
    }
  }

  mutating func code(_ value: Int, _ count: Int) {
    for bit in stride(from: count - 1, through: 0, by: -1) { bits(value >> bit & 1, 1) }
  }

  mutating func stored(_ data: [UInt8], final: Bool = true) {
    bits(final ? 1 : 0, 1)
    bits(0, 2)
    used = 8
    let length = UInt16(data.count)
    bytes += [UInt8(length & 0xFF), UInt8(length >> 8), UInt8(~length & 0xFF), UInt8(~length >> 8)]
    bytes += data
  }

  mutating func beginFixed(final: Bool = true) {
    bits(final ? 1 : 0, 1)
    bits(1, 2)
  }

  /// A literal or length symbol of the fixed code.
  mutating func symbol(_ symbol: Int) {
    switch symbol {
    case ..<144: code(0x30 + symbol, 8)
    case ..<256: code(0x190 + symbol - 144, 9)
    case ..<280: code(symbol - 256, 7)
    default: code(0xC0 + symbol - 280, 8)
    }
  }

  /// A distance symbol with its extra bits.
  mutating func distance(_ symbol: Int, extra: Int = 0, bits count: Int = 0) {
    code(symbol, 5)
    bits(extra, count)
  }
}

/// Builders of small files, written from the formats' definitions and independent of the readers.
enum FileBuilders {
  /// CRC-32, one bit at a time.
  static func checksum(_ bytes: [UInt8]) -> UInt32 {
    var crc: UInt32 = 0xFFFF_FFFF
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
    }
    return ~crc
  }

  static func little(_ value: UInt64, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
  }

  static func big(_ value: UInt64, _ count: Int) -> [UInt8] { little(value, count).reversed() }

  static func gzip(_ data: [UInt8], deflated: [UInt8]? = nil, flags: UInt8 = 0, fields: [UInt8] = []) -> [UInt8] {
    var body = DeflateBuilder()
    if deflated == nil { body.stored(data) }
    return [0x1F, 0x8B, 8, flags, 0, 0, 0, 0, 0, 255] + fields + (deflated ?? body.bytes)
      + little(UInt64(checksum(data)), 4) + little(UInt64(data.count), 4)
  }

  struct ZipEntry {
    var name: String
    var data: [UInt8]
    /// Compressed form; nil: stored.
    var deflated: [UInt8]?
    var flags: UInt64 = 0
    var size: UInt64?
    var zip64 = false
  }

  static func zip(_ entries: [ZipEntry], comment: String = "") -> [UInt8] {
    var file: [UInt8] = []
    var directory: [UInt8] = []
    for entry in entries {
      let offset = UInt64(file.count)
      let body = entry.deflated ?? entry.data
      let method: UInt64 = entry.deflated == nil ? 0 : 8
      let name = Array(entry.name.utf8)
      let size = entry.size ?? UInt64(entry.data.count)
      let common = little(entry.flags, 2) + little(method, 2) + little(0, 4) + little(UInt64(checksum(entry.data)), 4)
      file += little(0x0403_4B50, 4) + little(45, 2) + common + little(0, 8)
      file += little(UInt64(name.count), 2) + little(0, 2) + name + body
      let extra =
        entry.zip64
        ? little(1, 2) + little(24, 2) + little(size, 8) + little(UInt64(body.count), 8) + little(offset, 8) : []
      directory += little(0x0201_4B50, 4) + little(45, 2) + little(45, 2) + common
      directory += little(entry.zip64 ? 0xFFFF_FFFF : UInt64(body.count), 4)
      directory += little(entry.zip64 ? 0xFFFF_FFFF : size, 4)
      directory += little(UInt64(name.count), 2) + little(UInt64(extra.count), 2) + little(0, 10)
      directory += little(entry.zip64 ? 0xFFFF_FFFF : offset, 4) + name + extra
    }
    let start = UInt64(file.count)
    let count = UInt64(entries.count)
    file += directory
    if entries.contains(where: \.zip64) {
      let record = UInt64(file.count)
      file += little(0x0606_4B50, 4) + little(44, 8) + little(45, 4) + little(0, 8) + little(count, 8)
      file += little(count, 8) + little(UInt64(directory.count), 8) + little(start, 8)
      file += little(0x0706_4B50, 4) + little(0, 4) + little(record, 8) + little(1, 4)
      file += little(0x0605_4B50, 4) + little(0, 4) + little(0xFFFF, 2) + little(0xFFFF, 2)
      file += little(0xFFFF_FFFF, 4) + little(0xFFFF_FFFF, 4)
    } else {
      file += little(0x0605_4B50, 4) + little(0, 4) + little(count, 2) + little(count, 2)
      file += little(UInt64(directory.count), 4) + little(start, 4)
    }
    return file + little(UInt64(comment.utf8.count), 2) + Array(comment.utf8)
  }

  static func npy(
    _ descriptor: String, _ shape: String, _ data: [UInt8], version: UInt8 = 1, order: String = "False"
  ) -> [UInt8] {
    npy(header: "{'descr': '\(descriptor)', 'fortran_order': \(order), 'shape': \(shape), }\n", data, version: version)
  }

  static func npy(header: String, _ data: [UInt8], version: UInt8 = 1) -> [UInt8] {
    let text = Array(header.utf8)
    return [0x93] + Array("NUMPY".utf8) + [version, 0] + little(UInt64(text.count), version == 1 ? 2 : 4) + text + data
  }

  static func idx(_ type: UInt8, _ shape: [Int], _ data: [UInt8]) -> [UInt8] {
    [0, 0, type, UInt8(shape.count)] + shape.flatMap { big(UInt64($0), 4) } + data
  }
}

/// What every reader of untrusted bytes must survive.
enum Damage {
  /// Calls `read` on every proper prefix; it must throw on each.
  static func expectEveryTruncationRefused(
    _ bytes: [UInt8], sourceLocation: Testing.SourceLocation = #_sourceLocation, _ read: ([UInt8]) throws -> Void
  ) {
    for length in 0..<bytes.count {
      #expect(throws: (any Error).self, "cut to \(length) bytes", sourceLocation: sourceLocation) {
        try read(Array(bytes[..<length]))
      }
    }
  }

  /// Calls `read` on randomly changed copies for at most 3,000 rounds or a quarter of a second; any trap ends the test
  /// run, and an error's text must be one line.
  static func mutate(
    _ originals: [[UInt8]], seed: UInt64, sourceLocation: Testing.SourceLocation = #_sourceLocation,
    _ read: ([UInt8]) throws -> Void
  ) {
    var random = SeededGenerator(seed: seed)
    let clock = ContinuousClock()
    let end = clock.now + .milliseconds(250)
    for round in 0..<3000 where clock.now < end {
      var bytes = originals[Int.random(in: 0..<originals.count, using: &random)]
      for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
        let index = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 1: bytes[index] = [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &random) ?? 0
        case 2: bytes.remove(at: index)
        case 3: bytes.insert(UInt8.random(in: 0...255, using: &random), at: index)
        default: bytes[index] = UInt8.random(in: 0...255, using: &random)
        }
      }
      do {
        try read(bytes)
      } catch {
        let text = "\(error)"
        #expect(!text.contains("\n") && !text.isEmpty, "seed \(seed), round \(round)", sourceLocation: sourceLocation)
      }
    }
  }
}
