/// Bytes of text lines, which grow by appending: traces have millions of short fields.
@safe struct LineBuffer: ~Copyable {
  private var start: UnsafeMutablePointer<UInt8>
  private var room: Int
  private(set) var count = 0

  init(room: Int = 1 << 16) {
    self.room = max(64, room)
    unsafe start = .allocate(capacity: self.room)
  }

  deinit { unsafe start.deallocate() }

  var bytes: [UInt8] { unsafe Array(UnsafeBufferPointer(start: start, count: count)) }

  private mutating func reserve(_ more: Int) {
    guard count + more > room else { return }
    let larger = max(2 * room, count + more)
    let moved = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
    unsafe moved.update(from: start, count: count)
    unsafe start.deallocate()
    unsafe start = moved
    room = larger
  }

  @inline(__always)
  mutating func append(_ byte: UInt8) {
    reserve(1)
    unsafe start[count] = byte
    count += 1
  }

  @inline(__always)
  mutating func append(_ text: [UInt8]) {
    reserve(text.count)
    unsafe text.withUnsafeBufferPointer { text in
      guard let from = text.baseAddress else { return }
      unsafe (start + count).update(from: from, count: text.count)
    }
    count += text.count
  }

  /// Appends the number in decimal digits.
  mutating func append(decimal number: Int) {
    reserve(20)
    var rest = number.magnitude
    if number < 0 { append(UInt8(ascii: "-")) }
    var digits = 1
    var power: UInt = 10
    while digits < 20, rest >= power {
      digits += 1
      power = power &* 10
    }
    for place in stride(from: count + digits - 1, through: count, by: -1) {
      unsafe start[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    }
    count += digits
  }

  /// Appends the number's shortest text.
  @inline(__always)
  mutating func append(_ number: Double, _ texts: inout NumberTexts) {
    reserve(NumberTexts.longest)
    unsafe count += texts.copy(number, to: start + count)
  }
}

/// Shortest texts of numbers, the last ones kept: most numbers of a trace stand in many lines.
struct NumberTexts: Sendable {
  /// Of a text: a double has at most 24 bytes.
  static let longest = 32
  private static let kept = 1 << 14
  private var bits = [UInt64](repeating: UInt64.max, count: kept)
  private var lengths = [UInt8](repeating: 0, count: kept)
  private var texts = [UInt8](repeating: 0, count: kept * longest)

  /// Copies ``longest`` bytes, the first of them as `"\(number)"`, and returns how many those are.
  @inline(__always)
  fileprivate mutating func copy(_ number: Double, to end: UnsafeMutablePointer<UInt8>) -> Int {
    let pattern = number.bitPattern
    let slot = Int(truncatingIfNeeded: (pattern &* 0x9e37_79b9_7f4a_7c15) >> 50)
    if bits[slot] != pattern || lengths[slot] == 0 { keep(number, slot) }
    unsafe texts.withUnsafeBufferPointer { texts in
      guard let from = texts.baseAddress else { return }
      unsafe end.update(from: from + slot * NumberTexts.longest, count: NumberTexts.longest)
    }
    return Int(lengths[slot])
  }

  private mutating func keep(_ number: Double, _ slot: Int) {
    bits[slot] = number.bitPattern
    var text = number.description
    text.withUTF8 { bytes in
      let length = min(bytes.count, NumberTexts.longest)
      lengths[slot] = UInt8(length)
      unsafe texts.withUnsafeMutableBufferPointer { texts in
        guard let from = bytes.baseAddress, let to = texts.baseAddress else { return }
        unsafe (to + slot * NumberTexts.longest).update(from: from, count: length)
      }
    }
  }
}
