import ChipModel
import Testing

/// Seeded mutations of well-formed files: nothing may trap, and an accepted JSON text must survive a round trip.
@Suite("Format fuzzing")
struct FormatFuzzTests {
  /// One to four edits: a byte changed, removed, doubled, a piece copied elsewhere, the end cut off, a token put in.
  private func mutated(_ bytes: [UInt8], tokens: [String], _ random: inout SeededGenerator) -> [UInt8] {
    var result = bytes
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      guard !result.isEmpty else { break }
      let place = Int.random(in: 0..<result.count, using: &random)
      switch Int.random(in: 0..<6, using: &random) {
      case 0: result[place] = UInt8.random(in: 0...255, using: &random)
      case 1: result.remove(at: place)
      case 2: result.insert(result[place], at: place)
      case 3:
        let end = min(result.count, place + Int.random(in: 1...20, using: &random))
        let piece = Array(result[place..<end])
        result.insert(contentsOf: piece, at: Int.random(in: 0...result.count, using: &random))
      case 4: result.removeSubrange(place...)
      default:
        let token = tokens[Int.random(in: 0..<tokens.count, using: &random)]
        result.insert(contentsOf: Array(token.utf8), at: place)
      }
    }
    return result
  }

  private func output(_ value: JSONValue) -> JSONOutput {
    switch value.kind {
    case .null: .null
    case .bool(let value): .bool(value)
    case .integer(let value): .int(Int(value))
    case .number(let value): .double(value)
    case .string(let value): .string(value)
    case .array(let elements): .array(elements.map(output))
    case .object(let members): .object(members.map { ($0.key, output($0.value)) })
    }
  }

  @Test("mutated JSON never traps; accepted texts have a fixed canonical form", arguments: [1, 2] as [UInt64])
  func json(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let tokens = [
      "{", "}", "[", "]", ",", ":", "\"", "\\u", "\\ud83d", "\\ude00", "null", "tru", "-", "1e", "1e999", ".", "0", "9",
      "99999999999999999999", "//", "/*", "*/", "\n", "é", "\u{FEFF}", "NaN",
    ]
    let text = Array(
      ("// x\n" + #"{"a": [1, -2.5e-3, 9223372036854775807, "x\u00e9\ud83d\ude00é", true,], "b": {"c": null, "d": []}}"#)
        .utf8)
    var accepted = 0
    for _ in 0..<20_000 {
      let bytes = mutated(text, tokens: tokens, &random)
      for options in [JSONParser.Options.strict, .commented] {
        do {
          let value = try JSONParser.parse(bytes, options: options)
          accepted += 1
          let canonical = try JSONWriter.bytes(of: output(value))
          let again = try JSONWriter.bytes(of: output(try JSONParser.parse(canonical)))
          if again != canonical { Issue.record("seed \(seed): \(String(decoding: bytes, as: UTF8.self))") }
        } catch let error as JSONError {
          let isPlaced = error.location.line >= 1 && error.location.column >= 1
          let isLine = !error.description.unicodeScalars.contains { $0.value < 0x20 }
          if !isPlaced || !isLine { Issue.record("seed \(seed): \(error)") }
        }
      }
    }
    // Else the mutations are too wild to test the accepting side.
    #expect(accepted > 500, "seed \(seed)")
  }

  @Test(
    "mutated safetensors files never trap; accepted ones can be written and read again", arguments: [3, 4] as [UInt64])
  func safetensors(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let contents = SafetensorsContents(
      tensors: [
        .init(name: "w", tensor: try #require(Tensor(shape: [2, 3], storage: .float32([1, 2, 3, 4, 5, 6])))),
        .init(name: "b", tensor: try #require(Tensor(shape: [2], storage: .int16([1, -1])))),
        .init(name: "q", tensor: try #require(Tensor(shape: [], storage: .uint8([7])))),
      ], metadata: [.init(key: "k", value: "v")])
    let whole = try Safetensors.bytes(of: contents)
    let header = Array(whole[8..<(8 + Int(whole[0]) + Int(whole[1]) << 8)])
    let data = Array(whole[(8 + header.count)...])
    let tokens = ["[", "]", "0", "-", "1e18", "9223372036854775807", "\"F16\"", "\"I64\"", "\"BOOL\"", ",", "{}", "4"]
    var accepted = 0
    for round in 0..<10_000 {
      // Half with a true header length, so that the mutation gets past the first check.
      var bytes = mutated(whole, tokens: tokens, &random)
      if round % 2 == 0 {
        let text = mutated(header, tokens: tokens, &random)
        bytes = (0..<8).map { UInt8(text.count >> (8 * $0) & 0xFF) } + text + data
      }
      guard let read = try? Safetensors.read(bytes) else { continue }
      accepted += 1
      let written = try Safetensors.bytes(of: read)
      if try Safetensors.bytes(of: Safetensors.read(written)) != written { Issue.record("seed \(seed) round \(round)") }
    }
    #expect(accepted > 30, "seed \(seed)")
  }
}
