// The parts of a JSON text that are read byte by byte: space and comments, numbers, strings.

extension JSONParser {
  /// Passes white space and, where allowed, comments.
  @inline(__always)
  mutating func skipSpace() throws(JSONError) {
    while index < bytes.count {
      switch bytes[index] {
      case 0x20, 0x09, 0x0D:
        index += 1
      case 0x0A:
        index += 1
        line += 1
        columnOrigin = index
      case UInt8(ascii: "/"):
        try skipComment()
      default:
        return
      }
    }
  }

  private mutating func skipComment() throws(JSONError) {
    let start = location
    let next = index + 1 < bytes.count ? bytes[index + 1] : 0
    guard next == UInt8(ascii: "/") || next == UInt8(ascii: "*") else {
      throw JSONError(.expected("a value", found: found), at: location)
    }
    guard options.allowsComments else {
      throw JSONError(.malformed("comments are not allowed in this file"), at: location)
    }
    index += 2
    let isLine = next == UInt8(ascii: "/")
    while index < bytes.count {
      let byte = bytes[index]
      if byte == 0x0A {
        if isLine { return }
        index += 1
        line += 1
        columnOrigin = index
      } else if byte == UInt8(ascii: "*"), !isLine, index + 1 < bytes.count,
        bytes[index + 1] == UInt8(ascii: "/")
      {
        index += 2
        return
      } else if byte < 0x80 {
        index += 1
      } else {
        try skipMultibyteScalar()
      }
    }
    if !isLine { throw JSONError(.malformed("this comment is never closed; add '*/'"), at: start) }
  }

  // MARK: Numbers

  /// Reads `-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?`.
  ///
  /// Up to 19 digits are gathered in 64 bits. Where they stay within 2^53 and the power of ten within 22, one exact
  /// multiplication or division gives the correctly rounded double (Clinger 1990); else the standard library does it.
  mutating func parseNumber() throws(JSONError) -> JSONValue.Kind {
    let start = index
    let startLocation = location
    let isNegative = current == UInt8(ascii: "-")
    if isNegative { index += 1 }
    var mantissa: UInt64 = 0
    var digits = 0
    let firstDigit = index
    parseDigits(into: &mantissa, count: &digits)
    guard index > firstDigit else {
      var end = index
      while end < bytes.count, end - index < 32, isWordByte(bytes[end]) { end += 1 }
      let word = String(decoding: bytes[index..<end], as: UTF8.self)
      if ["Infinity", "infinity", "inf", "NaN", "nan"].contains(word) {
        throw JSONError(.malformed("-\(word) is not JSON; numbers must be finite"), at: startLocation)
      }
      throw JSONError(.expected("a digit after '-'", found: found), at: location)
    }
    if bytes[firstDigit] == UInt8(ascii: "0"), index - firstDigit > 1 {
      throw JSONError(.malformed("a number must not begin with a needless 0"), at: startLocation)
    }
    var isInteger = true
    var exponent = 0
    if current == UInt8(ascii: ".") {
      isInteger = false
      index += 1
      let firstFraction = index
      parseDigits(into: &mantissa, count: &digits)
      guard index > firstFraction else {
        throw JSONError(.expected("a digit after the decimal point", found: found), at: location)
      }
      exponent = firstFraction - index
    }
    if current | 0x20 == UInt8(ascii: "e") {
      isInteger = false
      index += 1
      let isDown = current == UInt8(ascii: "-")
      if isDown || current == UInt8(ascii: "+") { index += 1 }
      let firstExponent = index
      var power = 0
      while case let digit = current &- UInt8(ascii: "0"), digit < 10 {
        // Beyond this it is 0 or infinite whatever follows, and the slow path decides.
        if power < 1_000_000 { power = power * 10 + Int(digit) }
        index += 1
      }
      guard index > firstExponent else {
        throw JSONError(.expected("a digit in the exponent", found: found), at: location)
      }
      exponent += isDown ? -power : power
    }
    if isInteger, digits <= 19, !(isNegative && mantissa == 0) {
      if !isNegative, let value = Int64(exactly: mantissa) { return .integer(value) }
      // -2^63 has no positive twin.
      if isNegative, mantissa <= 1 << 63 { return .integer(Int64(truncatingIfNeeded: 0 &- mantissa)) }
    }
    if digits <= 19, mantissa <= 1 << 53, exponent >= -22, exponent <= 22 {
      let scale = Self.powersOfTen[abs(exponent)]
      let value = exponent < 0 ? Double(mantissa) / scale : Double(mantissa) * scale
      return .number(isNegative ? -value : value)
    }
    guard let value = Double(String(decoding: bytes[start..<index], as: UTF8.self)), value.isFinite else {
      throw JSONError(.malformed("the number is outside the range of a 64-bit float"), at: startLocation)
    }
    return .number(value)
  }

  /// Gathers decimal digits; `count` leaves out leading zeros, and from the 20th on `mantissa` is no longer the value.
  @inline(__always)
  private mutating func parseDigits(into mantissa: inout UInt64, count: inout Int) {
    while index < bytes.count {
      let digit = bytes[index] &- UInt8(ascii: "0")
      guard digit < 10 else { return }
      mantissa = mantissa &* 10 &+ UInt64(digit)
      if mantissa != 0 || count > 0 { count += 1 }
      index += 1
    }
  }

  /// 10^0 to 10^22: those that a double holds exactly.
  private static let powersOfTen: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
  ]

  // MARK: Strings

  mutating func parseString() throws(JSONError) -> String {
    let startLocation = location
    index += 1
    var pieceStart = index
    var text: [UInt8] = []
    while index < bytes.count {
      let byte = bytes[index]
      switch byte {
      case UInt8(ascii: "\""):
        defer { index += 1 }
        if text.isEmpty { return String(decoding: bytes[pieceStart..<index], as: UTF8.self) }
        text += bytes[pieceStart..<index]
        return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"):
        text += bytes[pieceStart..<index]
        try parseEscape(into: &text)
        pieceStart = index
      case 0..<0x20:
        throw JSONError(
          .malformed(
            byte == 0x0A
              ? "a string must end on its line; close it with '\"' or write \\n"
              : "a control character (byte \(byte)) in a string; write it as an escape"), at: location)
      case 0x80...:
        try skipMultibyteScalar()
      default:
        index += 1
      }
    }
    throw JSONError(.malformed("this string is never closed; add '\"'"), at: startLocation)
  }

  /// Passes one scalar of two to four bytes; refuses what is not UTF-8 (overlong forms and surrogates too, RFC 3629).
  private mutating func skipMultibyteScalar() throws(JSONError) {
    let byte = bytes[index]
    let length =
      switch byte {
      case 0xC2...0xDF: 2
      case 0xE0...0xEF: 3
      case 0xF0...0xF4: 4
      default: 0
      }
    var isValid = length > 0 && bytes.count - index >= length
    if isValid {
      let second = bytes[index + 1]
      isValid =
        switch byte {
        case 0xE0: (0xA0...0xBF).contains(second)
        case 0xED: (0x80...0x9F).contains(second)
        case 0xF0: (0x90...0xBF).contains(second)
        case 0xF4: (0x80...0x8F).contains(second)
        default: second & 0xC0 == 0x80
        }
      for offset in 2..<max(length, 2) where bytes[index + offset] & 0xC0 != 0x80 { isValid = false }
    }
    guard isValid else {
      throw JSONError(
        .malformed("byte 0x\(String(byte, radix: 16)) is not valid UTF-8; save the file as UTF-8"), at: location)
    }
    index += length
    columnOrigin += length - 1
  }

  private mutating func parseEscape(into text: inout [UInt8]) throws(JSONError) {
    let startLocation = location
    index += 1
    let escape = current
    switch escape {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(escape)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"):
      index += 1
      var value = try parseHex()
      if value & 0xFC00 == 0xD800, current == UInt8(ascii: "\\"), index + 1 < bytes.count,
        bytes[index + 1] == UInt8(ascii: "u")
      {
        index += 2
        let low = try parseHex()
        // Anything else is refused below: `value` is still a surrogate then.
        if low & 0xFC00 == 0xDC00 { value = 0x10000 + (value & 0x3FF) << 10 + (low & 0x3FF) }
      }
      guard let scalar = Unicode.Scalar(value) else {
        throw JSONError(
          .malformed("\\u\(String(value, radix: 16)) is half of a surrogate pair without its other half"),
          at: startLocation)
      }
      text += Array(String(Character(scalar)).utf8)
      return
    default:
      throw JSONError(.expected("one of \" \\ / b f n r t u after '\\'", found: found), at: location)
    }
    index += 1
  }

  private mutating func parseHex() throws(JSONError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      let digit: UInt8
      switch current {
      case let byte where byte &- UInt8(ascii: "0") < 10: digit = byte - UInt8(ascii: "0")
      case let byte where (byte | 0x20) &- UInt8(ascii: "a") < 6: digit = (byte | 0x20) - UInt8(ascii: "a") + 10
      default: throw JSONError(.expected("four hexadecimal digits after \\u", found: found), at: location)
      }
      value = value << 4 | UInt32(digit)
      index += 1
    }
    return value
  }
}
