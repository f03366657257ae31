/// SHA-256 (FIPS 180-4): identities of files and programs.
///
/// ```swift
/// SHA256.hexadecimal(of: bytes)  // "e3b0c442..."
/// ```
package struct SHA256: Sendable {
  private var state: State
  /// Bytes that do not fill a block yet.
  private var pending: [UInt8] = []
  /// Bytes taken so far; the length field is bits modulo 2^64.
  private var byteCount: UInt64 = 0

  typealias State = (UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32)

  package init() {
    // First 32 bits of the fractions of the square roots of the first 8 primes (FIPS 180-4, 5.3.3).
    state = (
      0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19
    )
    pending.reserveCapacity(64)
  }

  /// The 32 bytes of the hash.
  package static func hash(of bytes: [UInt8]) -> [UInt8] {
    var hasher = SHA256()
    hasher.update(bytes.span)
    return hasher.finalized()
  }

  /// The hash as 64 lower-case hexadecimal digits.
  package static func hexadecimal(of bytes: [UInt8]) -> String {
    hexadecimal(hash(of: bytes))
  }

  /// Bytes as lower-case hexadecimal digits.
  package static func hexadecimal(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(2 * bytes.count)
    for byte in bytes { text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
    return String(decoding: text, as: UTF8.self)
  }

  /// Appends to the message.
  package mutating func update(_ bytes: [UInt8]) {
    update(bytes.span)
  }

  /// Appends to the message.
  package mutating func update(_ bytes: Span<UInt8>) {
    byteCount &+= UInt64(bytes.count)
    var index = 0
    var state = self.state
    defer { self.state = state }
    if !pending.isEmpty {
      while index < bytes.count, pending.count < 64 {
        pending.append(bytes[index])
        index += 1
      }
      guard pending.count == 64 else { return }
      Self.compress(&state, pending.span, blockAt: 0)
      pending.removeAll(keepingCapacity: true)
    }
    index += Self.compressFast(&state, bytes.extracting(index..<bytes.count))
    while bytes.count - index >= 64 {
      Self.compress(&state, bytes, blockAt: index)
      index += 64
    }
    while index < bytes.count {
      pending.append(bytes[index])
      index += 1
    }
  }

  /// The 32 bytes of the hash of all that was taken so far; the hasher may go on.
  package func finalized() -> [UInt8] {
    var state = self.state
    var tail = pending
    tail.append(0x80)
    while tail.count % 64 != 56 { tail.append(0) }
    let bits = byteCount &* 8
    for shift in stride(from: UInt64(56), through: 0, by: -8) { tail.append(UInt8(truncatingIfNeeded: bits >> shift)) }
    for start in stride(from: 0, to: tail.count, by: 64) { Self.compress(&state, tail.span, blockAt: start) }
    var hash: [UInt8] = []
    for word in [state.0, state.1, state.2, state.3, state.4, state.5, state.6, state.7] {
      for shift in stride(from: UInt32(24), through: 0, by: -8) {
        hash.append(UInt8(truncatingIfNeeded: word >> shift))
      }
    }
    return hash
  }

  /// One block of 64 bytes (FIPS 180-4, 6.2.2). The message schedule is a ring of 16 words.
  static func compress(_ state: inout State, _ bytes: Span<UInt8>, blockAt start: Int) {
    let block = bytes.extracting(start..<(start + 64))
    var w = InlineArray<16, UInt32>(repeating: 0)
    for i in 0..<16 {
      w[i] =
        UInt32(block[4 * i]) << 24 | UInt32(block[4 * i + 1]) << 16 | UInt32(block[4 * i + 2]) << 8
        | UInt32(block[4 * i + 3])
    }
    var (a, b, c, d, e, f, g, h) = state
    // Eight rounds a turn: after eight, every word is back in its variable, so nothing is moved about.
    for start in stride(from: 0, to: 64, by: 8) {
      if start >= 16 {
        for i in start..<(start &+ 8) {
          let w15 = w[(i &- 15) & 15]
          let w2 = w[(i &- 2) & 15]
          let s0 = rotate(w15, 7) ^ rotate(w15, 18) ^ (w15 >> 3)
          let s1 = rotate(w2, 17) ^ rotate(w2, 19) ^ (w2 >> 10)
          w[i & 15] = w[i & 15] &+ s0 &+ w[(i &- 7) & 15] &+ s1
        }
      }
      let i = start & 15
      round(a, b, c, &d, e, f, g, &h, roundConstants[start] &+ w[i])
      round(h, a, b, &c, d, e, f, &g, roundConstants[start &+ 1] &+ w[i &+ 1])
      round(g, h, a, &b, c, d, e, &f, roundConstants[start &+ 2] &+ w[i &+ 2])
      round(f, g, h, &a, b, c, d, &e, roundConstants[start &+ 3] &+ w[i &+ 3])
      round(e, f, g, &h, a, b, c, &d, roundConstants[start &+ 4] &+ w[i &+ 4])
      round(d, e, f, &g, h, a, b, &c, roundConstants[start &+ 5] &+ w[i &+ 5])
      round(c, d, e, &f, g, h, a, &b, roundConstants[start &+ 6] &+ w[i &+ 6])
      round(b, c, d, &e, f, g, h, &a, roundConstants[start &+ 7] &+ w[i &+ 7])
    }
    state = (
      state.0 &+ a, state.1 &+ b, state.2 &+ c, state.3 &+ d, state.4 &+ e, state.5 &+ f, state.6 &+ g,
      state.7 &+ h
    )
  }

  /// One round; `kw` is the sum of its constant and its word of the schedule.
  @inline(__always)
  private static func round(
    _ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: inout UInt32, _ e: UInt32, _ f: UInt32, _ g: UInt32,
    _ h: inout UInt32, _ kw: UInt32
  ) {
    let s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
    let t1 = h &+ s1 &+ ((e & f) ^ (~e & g)) &+ kw
    let s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
    d = d &+ t1
    h = t1 &+ s0 &+ ((a & b) ^ (a & c) ^ (b & c))
  }

  @inline(__always)
  private static func rotate(_ word: UInt32, _ count: UInt32) -> UInt32 {
    word &>> count | word &<< (32 &- count)
  }

  /// First 32 bits of the fractions of the cube roots of the first 64 primes (FIPS 180-4, 4.2.2).
  static let roundConstants: InlineArray<64, UInt32> = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
    0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
    0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
    0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
    0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
    0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
    0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
  ]
}
