import ChipModel
import Testing

@Suite("JSON writer")
struct JSONWriterTests {
  @Test("the indented form")
  func indented() throws {
    let document = JSONOutput.object([
      ("format", .string("nmsim-run/1")), ("empty", .object([])), ("none", .array([])),
      ("shape", .integers([1, 28, 28])), ("items", .array([.object([("a", .null), ("b", .bool(true))])])),
      ("rows", .array([.integers([1, 2]), .array([])])),
    ])
    let expected = """
      {
        "format": "nmsim-run/1",
        "empty": {},
        "none": [],
        "shape": [1, 28, 28],
        "items": [
          {
            "a": null,
            "b": true
          }
        ],
        "rows": [
          [1, 2],
          []
        ]
      }

      """
    #expect(try JSONWriter.text(of: document) == expected)
    #expect(
      try JSONWriter.text(of: document, style: .compact)
        == #"{"format":"nmsim-run/1","empty":{},"none":[],"shape":[1,28,28],"#
        + #""items":[{"a":null,"b":true}],"rows":[[1,2],[]]}"# + "\n")
  }

  @Test("long arrays of scalars fill lines of at most 100 columns", arguments: 20...60)
  func wrapping(count: Int) throws {
    let text = try JSONWriter.text(of: .object([("é", .integers((0..<count).map { $0 * 37 }))]))
    let lines = text.split(separator: "\n")
    #expect(lines.allSatisfy { $0.unicodeScalars.count <= 100 })
    // Each line is full: the next line's first number would not have fitted.
    for (line, next) in zip(lines.dropFirst(2), lines.dropFirst(3)) where next.hasPrefix("    ") {
      let first = next.drop { $0 == " " }.prefix { $0 != " " }
      #expect(line.unicodeScalars.count + 1 + first.count > 100)
    }
    guard case .object(let members) = try JSONParser.parse(text).kind else {
      Issue.record("not an object")
      return
    }
    #expect(try JSONNode(root: members[0].value).ints() == (0..<count).map { $0 * 37 })
  }

  @Test(
    "numbers in their shortest form",
    arguments: [
      (0.0, "0"), (-0.0, "-0.0"), (3, "3"), (-1e15, "-1000000000000000"), (0x1p53, "9007199254740992"),
      (1e16, "1e+16"), (0.1, "0.1"), (.leastNonzeroMagnitude, "5e-324"), (1e-12, "1e-12"),
      (1.0 / 3, "0.3333333333333333"),
    ])
  func numbers(value: Double, expected: String) throws {
    #expect(JSONOutput.numberText(value) == expected)
    #expect(try JSONParser.parse(expected).double?.bitPattern == value.bitPattern)
  }

  @Test("random doubles and strings come back the same", arguments: [11, 12] as [UInt64])
  func roundTrip(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let doubles = (0..<2000).map { _ in Double(bitPattern: random.next()) }.filter(\.isFinite)
    let strings = (0..<200).map { _ in
      let scalars = (0..<8).compactMap { _ in Unicode.Scalar(UInt32.random(in: 0..<0x800, using: &random)) }
      return String(String.UnicodeScalarView(scalars))
    }
    let text = try JSONWriter.text(of: .array([.doubles(doubles), .strings(strings)]))
    let parts = try JSONNode(root: try JSONParser.parse(text)).array()
    #expect(try parts[0].doubles().map(\.bitPattern) == doubles.map(\.bitPattern), "seed \(seed)")
    #expect(try parts[1].strings() == strings, "seed \(seed)")
  }

  @Test("what is not finite is refused with its path, or null by choice")
  func notFinite() throws {
    let document = JSONOutput.object([
      ("energy", .array([.double(1), .object([("joules", .double(.nan))])]))
    ])
    #expect(throws: JSONWriteError.notFinite(path: "energy[1].joules", value: "nan")) {
      try JSONWriter.bytes(of: document)
    }
    #expect(throws: JSONWriteError.notFinite(path: "[1]", value: "-inf")) {
      try JSONWriter.bytes(of: .doubles([0, -.infinity]))
    }
    #expect(
      JSONWriteError.notFinite(path: "energy[1].joules", value: "nan").description
        == "energy[1].joules is nan, which JSON cannot hold")
    #expect(try JSONWriter.text(of: .array([.number(.infinity), .number(nil), .number(2)])) == "[null, null, 2]\n")
  }

  @Test("strings are escaped as little as JSON allows")
  func escapes() throws {
    let text = try JSONWriter.text(of: .string("a\"\\/\u{8}\u{c}\n\r\t\u{1}\u{1f}é😀"))
    #expect(text == #""a\"\\/\b\f\n\r\t\u0001\u001fé😀""# + "\n")
  }

  @Test("a key that stands twice is refused")
  func repeatedKey() {
    let document = JSONOutput.object([("a", .object([("chip", .int(1)), ("b", .null), ("chip", .object([]))]))])
    #expect(throws: JSONWriteError.repeatedKey(path: "a.chip")) { try JSONWriter.text(of: document) }
  }

  @Test("a sealed document reads as JSON, and every change of a byte is found")
  func seal() throws {
    let text = try JSONSeal.bytes(of: .object([("format", .string("x/1")), ("list", .integers(0..<9))]))
    var object = try JSONNode(root: JSONParser.parse(text)).object()
    #expect(try object.required("checksum").string().count == 64)
    #expect(JSONSeal.isWhole(text))
    for index in text.indices {
      for bit in 0..<8 {
        var changed = text
        changed[index] ^= 1 << bit
        #expect(!JSONSeal.isWhole(changed))
      }
      #expect(!JSONSeal.isWhole(Array(text[..<index])))
    }
    #expect(!JSONSeal.isWhole(text + text))
  }
}
