import ChipModel
import Testing

@Suite("SHA-256")
struct SHA256Tests {
  /// FIPS 180-4 examples and NIST's long message.
  @Test(
    "known messages",
    arguments: [
      ("", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
      ("a", 1_000_000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
    ])
  func known(text: String, repetitions: Int, hash: String) {
    let message = Array(String(repeating: text, count: repetitions).utf8)
    #expect(SHA256.hexadecimal(of: message) == hash)
  }

  @Test("pieces of any size give the hash of the whole", arguments: [1, 7, 63, 64, 65, 130])
  func pieces(size: Int) {
    for length in [0, 1, 55, 56, 63, 64, 119, 120, 300] {
      let message = (0..<length).map { UInt8($0 & 0xFF) }
      var hasher = SHA256()
      for start in stride(from: 0, to: length, by: size) {
        hasher.update(Array(message[start..<min(start + size, length)]))
        _ = hasher.finalized()
      }
      #expect(hasher.finalized() == SHA256.hash(of: message))
    }
  }
}

@Suite("CRC-32")
struct CRC32Tests {
  @Test(
    "known messages",
    arguments: [
      ("", 0), ("a", 0xE8B7_BE43), ("123456789", 0xCBF4_3926),
      ("The quick brown fox jumps over the lazy dog", 0x414F_A339),
    ] as [(String, UInt32)])
  func known(text: String, checksum: UInt32) {
    #expect(CRC32.checksum(of: Array(text.utf8)) == checksum)
  }

  @Test("equals the bitwise definition at every length and in pieces", arguments: [5] as [UInt64])
  func definition(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    for length in 0..<100 {
      let bytes = (0..<length).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      var crc = UInt32.max
      for byte in bytes {
        crc ^= UInt32(byte)
        for _ in 0..<8 { crc = (crc >> 1) ^ (crc & 1 == 1 ? 0xEDB8_8320 : 0) }
      }
      #expect(CRC32.checksum(of: bytes) == ~crc, "seed \(seed)")
      var pieces = CRC32()
      pieces.update(Array(bytes[..<(length / 3)]))
      pieces.update(Array(bytes[(length / 3)...]))
      #expect(pieces.value == ~crc, "seed \(seed)")
    }
  }
}
