import ChipModel
import Testing

@Suite("JSON parser")
struct JSONParserTests {
  private func kind(_ text: String, _ options: JSONParser.Options = .strict) throws -> JSONValue.Kind {
    try JSONParser.parse(text, options: options).kind
  }

  private func message(_ text: String, _ options: JSONParser.Options = .strict) -> String {
    message(Array(text.utf8), options)
  }

  private func message(_ bytes: [UInt8], _ options: JSONParser.Options = .strict) -> String {
    do {
      _ = try JSONParser.parse(bytes, options: options)
      return "accepted"
    } catch {
      return error.description
    }
  }

  @Test(
    "integer literals within 64 bits stay integers",
    arguments: [
      ("0", 0), ("7", 7), ("-7", -7), ("9223372036854775807", Int64.max), ("-9223372036854775808", .min),
      ("9007199254740993", 9_007_199_254_740_993),
    ])
  func integers(text: String, value: Int64) throws {
    #expect(try kind(text) == .integer(value))
  }

  @Test(
    "other numbers are the nearest double",
    arguments: [
      "0.1", "-0.0", "1e3", "1E+3", "1e-7", "0.30000000000000004", "123456789012345678901234567890",
      "9223372036854775808", "-9223372036854775809", "1.7976931348623157e308", "5e-324", "1e-400",
      "2.2250738585072011e-308",
      "0.000000000000000000000000000000123456789", "100000000000000000000000e-1", "8.5e22", "9007199254740993e0",
      "0e999999999999999999", "10000000000000000000000000000000000000000e-40", "3.0", "99999999999999999999",
    ])
  func numbers(text: String) throws {
    let expected = try #require(Double(text))
    guard case .number(let value) = try kind(text) else {
      Issue.record("\(text) is not a number")
      return
    }
    #expect(value.bitPattern == expected.bitPattern)
  }

  @Test("negative zero keeps its sign")
  func negativeZero() throws {
    let value = try #require(try JSONParser.parse("-0").double)
    #expect(value.bitPattern == (-0.0).bitPattern)
  }

  @Test("random doubles read back bit for bit, in every digit count", arguments: [1, 2, 3] as [UInt64])
  func randomDoubles(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<5000 {
      let value = Double(bitPattern: random.next())
      guard value.isFinite else { continue }
      let single = Float(Double(Int64(truncatingIfNeeded: random.next())) * 1e-19)
      #expect(try JSONParser.parse("\(value)").double?.bitPattern == value.bitPattern, "seed \(seed)")
      #expect(try JSONParser.parse("\(single)").double == Double("\(single)"), "seed \(seed)")
    }
  }

  @Test("strings: escapes, surrogate pairs, other scripts")
  func strings() throws {
    #expect(try kind(#""a\"\\\/\b\f\n\r\tz""#) == .string("a\"\\/\u{8}\u{c}\n\r\tz"))
    #expect(try kind(#""\u00e9\ud83d\ude00\u0041""#) == .string("é😀A"))
    #expect(try kind("\"é😀 A\"") == .string("é😀 A"))
    #expect(try kind("\"\"") == .string(""))
  }

  @Test("locations count scalars, and begin after a byte order mark")
  func locations() throws {
    let root = try JSONParser.parse("\u{FEFF}{\"é😀\": 1,\r\n \"b\": [2,\n3]}")
    guard case .object(let members) = root.kind, case .array(let elements) = members[1].value.kind else {
      Issue.record("not the object")
      return
    }
    #expect(root.location == SourceLocation(line: 1, column: 1))
    #expect(members[0].value.location == SourceLocation(line: 1, column: 8))
    #expect(members[1].keyLocation == SourceLocation(line: 2, column: 2))
    #expect(elements.map(\.location) == [SourceLocation(line: 2, column: 8), SourceLocation(line: 3, column: 1)])
  }

  @Test("members keep their order")
  func order() throws {
    let names = (0..<40).map { "k\(($0 * 7) % 40)" }
    let text = "{" + names.map { "\"\($0)\":null" }.joined(separator: ",") + "}"
    guard case .object(let members) = try kind(text) else {
      Issue.record("not an object")
      return
    }
    #expect(members.map(\.key) == names)
  }

  @Test("comments and trailing commas only where they are allowed")
  func comments() throws {
    let text = "// é\n{ /* a\n b */ \"a\": [1, 2,], // end\n}\n/**/"
    guard case .object(let members) = try kind(text, .commented) else {
      Issue.record("not an object")
      return
    }
    #expect(members.map(\.key) == ["a"])
    #expect(members[0].keyLocation == SourceLocation(line: 3, column: 7))
    #expect(message(text) == "line 1, column 1: comments are not allowed in this file")
    #expect(message("[1,]") == "line 1, column 3: a trailing comma is not allowed here; remove it")
    #expect(message("[,]", .commented) == "line 1, column 2: expected a value, found ','")
    #expect(message("[1] /* x", .commented) == "line 1, column 5: this comment is never closed; add '*/'")
  }

  @Test(
    "what is wrong is said with line and column",
    arguments: [
      ("", "line 1, column 1: expected a value, found the end of the text"),
      ("{\"a\": 1\n \"b\": 2}", "line 2, column 2: expected ',' or '}' after a member, found '\"'"),
      ("[1 2]", "line 1, column 4: expected ',' or ']' after an element, found '2'"),
      ("[1", "line 1, column 3: expected ',' or ']' after an element, found the end of the text"),
      ("{a: 1}", "line 1, column 2: expected a key in double quotes, found 'a'"),
      ("{\"a\" 1}", "line 1, column 6: expected ':' after a key, found '1'"),
      ("{\"a\": 1, \"b\": 2, \"a\": 3}", "line 1, column 18: duplicate key 'a'; remove one of the two"),
      ("[1] x", "line 1, column 5: expected the end of the text, found 'x'"),
      ("tru", "line 1, column 1: expected a value, found 'tru'"),
      ("[NaN]", "line 1, column 2: NaN is not JSON; numbers must be finite"),
      ("[-Infinity]", "line 1, column 2: -Infinity is not JSON; numbers must be finite"),
      ("1e400", "line 1, column 1: the number is outside the range of a 64-bit float"),
      ("01", "line 1, column 1: a number must not begin with a needless 0"),
      ("-", "line 1, column 2: expected a digit after '-', found the end of the text"),
      ("1.", "line 1, column 3: expected a digit after the decimal point, found the end of the text"),
      ("1e+", "line 1, column 4: expected a digit in the exponent, found the end of the text"),
      ("+1", "line 1, column 1: expected a value, found '+'"),
      (".5", "line 1, column 1: expected a value, found '.'"),
      ("'a'", "line 1, column 1: strings are written in double quotes"),
      ("\"a", "line 1, column 1: this string is never closed; add '\"'"),
      ("\"a\nb\"", "line 1, column 3: a string must end on its line; close it with '\"' or write \\n"),
      ("\"\u{1}\"", "line 1, column 2: a control character (byte 1) in a string; write it as an escape"),
      (#""\x""#, "line 1, column 3: expected one of \" \\ / b f n r t u after '\\', found 'x'"),
      (#""\u12g4""#, "line 1, column 6: expected four hexadecimal digits after \\u, found 'g'"),
      (#""\ud800""#, "line 1, column 2: \\ud800 is half of a surrogate pair without its other half"),
      (#""\ud800\u0041""#, "line 1, column 2: \\ud800 is half of a surrogate pair without its other half"),
      (#""é\udc00""#, "line 1, column 3: \\udc00 is half of a surrogate pair without its other half"),
    ])
  func errors(text: String, expected: String) {
    #expect(message(text) == expected)
  }

  @Test(
    "bytes that are not UTF-8 are refused",
    arguments: [
      [0x80], [0xC0, 0x80], [0xC3], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80],
      [0xF0, 0x80, 0x80, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82, 0x41],
    ] as [[UInt8]])
  func invalidUTF8(bytes: [UInt8]) {
    let expected = "line 1, column 2: byte 0x\(String(bytes[0], radix: 16)) is not valid UTF-8; save the file as UTF-8"
    #expect(message([0x22] + bytes + [0x22]) == expected)
    let comment = "line 1, column 3: byte 0x\(String(bytes[0], radix: 16)) is not valid UTF-8; save the file as UTF-8"
    #expect(message([0x2F, 0x2F] + bytes + [0x0A, 0x31], .commented) == comment)
    #expect(message([0xFF]) == "line 1, column 1: expected a value, found byte 0xff")
  }

  @Test("nesting is limited at 64, size where the caller says")
  func limits() throws {
    let deepest = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
    #expect(message(deepest) == "accepted")
    #expect(message("[" + deepest + "]") == "line 1, column 65: arrays and objects are nested more than 64 deep")
    #expect(message(String(repeating: "{\"a\":", count: 100_000)).hasSuffix("nested more than 64 deep"))
    #expect(
      message("[1, 2]", .init(maximumBytes: 5)) == "line 1, column 1: the text has 6 bytes, the limit is 5")
    #expect(message("[1, 2]", .init(maximumValues: 3)) == "accepted")
    #expect(
      message("[1, 2]", .init(maximumValues: 2))
        == "line 1, column 5: the text has more than 2 values; put large arrays into a tensor file")
  }

  @Test("every truncation of a document is an error")
  func truncation() {
    let bytes = Array(#"{"a": [1, -2.5e3, "x\u00e9é", true], "b": {"c": null}}"#.utf8)
    for length in 0..<bytes.count {
      #expect(message(Array(bytes[..<length])) != "accepted", "\(length) bytes")
    }
    #expect(message(bytes) == "accepted")
  }
}
