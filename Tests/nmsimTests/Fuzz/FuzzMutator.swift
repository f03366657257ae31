import ChipModel

@testable import nmsim

/// Changes valid files at random, seeded: the same generator gives the same bytes.
struct FuzzMutator {
  let shape: FuzzShape
  var random: SeededGenerator

  /// Numbers at the edges of their types, and sizes that overflow when multiplied.
  static let integers: [Int64] = [
    0, 1, -1, 2, 3, 4, 7, 8, 15, 16, 63, 64, 100, 127, 128, 255, 256, 257, 1000, 4095, 4096, 32767, 32768, 65535, 65536,
    1 << 20, 1 << 24, 1 << 26, (1 << 31) - 1, 1 << 31, (1 << 32) - 1, 1 << 32, 1 << 40, 1 << 53, 1 << 62, .max, .min,
    -2, -128, -32768, -(1 << 31),
  ]
  static let numbers = [
    "0", "-0", "-1", "1", "0.5", "1e-400", "5e-324", "1e308", "-1e308", "1e309", "1e18", "9223372036854775807",
    "9223372036854775808", "-9223372036854775808", "4294967296", "2147483648", "65536", "00", "1.", ".5", "1e", "3.0",
    "67108864", "67108865", "0.1e1", "1E+2", "NaN", "Infinity", "true", "null",
  ]
  static let texts = [
    "", " ", "\u{FEFF}", "\u{0}", "\\u0000", "\\ud800", "é", "e\u{301}", "層", "🧠", "\u{202E}", "\"", "\\", "\n",
    "'", "../", "/", "%s", "\u{7F}",
  ]

  mutating func pick(_ count: Int) -> Int { Int.random(in: 0..<max(1, count), using: &random) }

  /// True once in `count` times.
  mutating func chance(_ count: Int) -> Bool { pick(count) == 0 }

  mutating func choose<Element>(_ elements: [Element]) -> Element { elements[pick(elements.count)] }

  /// One input: a valid file, changed, and mended where the shape asks for it.
  mutating func input() -> [UInt8] {
    let seed = choose(shape.seeds)
    var bytes: [UInt8]? = nil
    if !chance(3) {
      switch shape.form {
      case .json: bytes = mutatedJSON(seed)
      case .protobuf: bytes = mutatedProtobuf(seed)
      case .binary, .text: break
      }
    }
    var result = bytes ?? seed
    if bytes == nil || chance(8) {
      // Few changes keep the rest of the file meaningful; many reach combinations.
      for _ in 0..<(1 << pick(4)) { change(&result) }
    }
    if result.count > FuzzReader.maximumInput { result.removeLast(result.count - FuzzReader.maximumInput) }
    return shape.mended.map { $0(result) } ?? result
  }

  /// One change of raw bytes.
  mutating func change(_ bytes: inout [UInt8]) {
    guard !bytes.isEmpty else {
      bytes = inserted()
      return
    }
    let place = pick(bytes.count)
    // Binary files keep their length in most changes: a shifted byte makes everything after it meaningless.
    switch shape.form == .binary ? pick(11) : pick(16) {
    case 0, 1: bytes[place] ^= 1 << UInt8(pick(8))
    case 2: bytes[place] = choose([0, 1, 0x7F, 0x80, 0xFF, 0x20, 0x30])
    case 3: bytes[place] = UInt8(truncatingIfNeeded: random.next())
    case 4, 5, 6: overwrite(&bytes, at: place, with: integerBytes())
    case 7: copy(&bytes)
    case 8: cut(&bytes, at: place)
    case 9:
      let other = choose(shape.seeds)
      guard !other.isEmpty else { return }
      // The start of one file, the end of another.
      let from = chance(2) ? place : pick(other.count)
      bytes = Array(bytes.prefix(place)) + other.dropFirst(from)
    case 10 where shape.form == .binary: bytes.insert(contentsOf: inserted(), at: place)
    case 10, 11, 12, 13: bytes.insert(contentsOf: inserted(), at: place)
    default: overwrite(&bytes, at: place, with: inserted())
    }
  }

  private mutating func integerBytes() -> [UInt8] {
    let value = UInt64(bitPattern: choose(Self.integers))
    let little = (0..<choose([1, 2, 4, 8])).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
    return chance(3) ? little.reversed() : little
  }

  private func overwrite(_ bytes: inout [UInt8], at place: Int, with new: [UInt8]) {
    let count = min(new.count, bytes.count - place)
    bytes.replaceSubrange(place..<(place + count), with: new.prefix(count))
  }

  /// Doubles a range, or writes it over another place.
  private mutating func copy(_ bytes: inout [UInt8]) {
    let start = pick(bytes.count)
    let part = Array(bytes[start..<min(bytes.count, start + 1 + pick(chance(4) ? bytes.count : 40))])
    let place = pick(bytes.count)
    if shape.form == .binary, !chance(4) {
      overwrite(&bytes, at: place, with: part)
    } else {
      bytes.insert(contentsOf: part, at: place)
    }
  }

  /// Takes away a range, or everything from a place on.
  private mutating func cut(_ bytes: inout [UInt8], at place: Int) {
    let end = chance(4) ? bytes.count : min(bytes.count, place + 1 + pick(chance(4) ? bytes.count : 12))
    bytes.removeSubrange(place..<end)
  }

  /// What is put in: a word of the format, a number, a text, a nest, random bytes.
  private mutating func inserted() -> [UInt8] {
    switch pick(8) {
    case 0...2 where !shape.tokens.isEmpty: return Array(choose(shape.tokens).utf8)
    case 3: return shape.form == .binary ? integerBytes() : Array(choose(Self.numbers).utf8)
    case 4: return Array(choose(Self.texts).utf8)
    case 5 where shape.form != .binary:
      let nest = Array(choose(["[", "{\"a\":", "[[", "(", "{", "//", "/*", "-", "9"]).utf8)
      return Array(repeatElement(nest, count: choose([2, 63, 64, 65, 1000, 20_000])).joined())
    case 6: return integerBytes()
    default: return (0..<(1 + pick(16))).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    }
  }
}
