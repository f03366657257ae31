import ChipModel
import Testing

@Suite("Safetensors")
struct SafetensorsTests {
  private typealias Contents = SafetensorsContents

  private func tensor(_ shape: [Int], _ storage: Tensor.Storage) throws -> Tensor {
    try #require(Tensor(shape: shape, storage: storage))
  }

  /// A file of a header and data, the header as it is.
  private func file(_ header: String, _ data: [UInt8] = []) -> [UInt8] {
    let length = header.utf8.count
    return (0..<8).map { UInt8(length >> (8 * $0) & 0xFF) } + Array(header.utf8) + data
  }

  private func message(_ bytes: [UInt8]) -> String {
    do {
      _ = try Safetensors.read(bytes)
      return "accepted"
    } catch {
      return error.description
    }
  }

  private func sample() throws -> SafetensorsContents {
    Contents(
      tensors: [
        .init(name: "a", tensor: try tensor([2], .float64([1.5, -.infinity]))),
        .init(name: "z", tensor: try tensor([1], .int64([.min]))),
        .init(name: "b", tensor: try tensor([2, 1], .float32([0.1, -0.0]))),
        .init(name: "empty", tensor: try tensor([0, 3], .float32([]))),
        .init(name: "i", tensor: try tensor([3], .int32([1, -2, .max]))),
        .init(name: "h", tensor: try tensor([], .int16([-300]))),
        .init(name: "c", tensor: try tensor([2], .int8([-128, 127]))),
        .init(name: "é", tensor: try tensor([1, 3], .uint8([0, 128, 255]))),
      ],
      metadata: [.init(key: "format", value: "pt"), .init(key: "made", value: "x\n")])
  }

  @Test("the written bytes, by hand")
  func bytes() throws {
    let contents = Contents(tensors: [
      .init(name: "w", tensor: try tensor([2], .int8([1, -1]))),
      .init(name: "b", tensor: try tensor([], .float32([1]))),
    ])
    let header =
      #"{"b":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"w":{"dtype":"I8","shape":[2],"data_offsets":[4,6]}}"#
    let padded = header + String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
    #expect(try Safetensors.bytes(of: contents) == file(padded, [0, 0, 0x80, 0x3F, 1, 0xFF]))
  }

  @Test("what is written is read back; order of the input does not matter")
  func roundTrip() throws {
    let contents = try sample()
    let bytes = try Safetensors.bytes(of: contents)
    let read = try Safetensors.read(bytes)
    #expect(read == contents)
    #expect(read["i"]?.integers == [1, -2, .max])
    #expect(read["absent"] == nil)
    let reversed = Contents(tensors: contents.tensors.reversed(), metadata: contents.metadata.reversed())
    #expect(try Safetensors.bytes(of: reversed) == bytes)
    #expect(try Safetensors.bytes(of: Contents()) == file("{}      "))
    #expect(try Safetensors.read(file("{}")) == Contents())
  }

  @Test("half and brain floats are widened exactly")
  func halves() throws {
    let values: [(UInt16, Float)] = [
      (0x3C00, 1), (0xC000, -2), (0x7BFF, 65504), (0x0001, 0x1p-24), (0x83FF, -0x1.ff8p-15), (0x0400, 0x1p-14),
      (0x7C00, .infinity), (0xFC00, -.infinity), (0x8000, -0.0), (0x3555, 0.333251953125),
    ]
    let data = values.flatMap { [UInt8($0.0 & 0xFF), UInt8($0.0 >> 8)] }
    let read = try Safetensors.read(
      file(#"{"x":{"dtype":"F16","shape":[10],"data_offsets":[0,20]}}"#, data))
    guard case .float32(let floats) = read["x"]?.storage else {
      Issue.record("no float32")
      return
    }
    #expect(floats.map(\.bitPattern) == values.map(\.1.bitPattern))
    let brain = try Safetensors.read(
      file(#"{"x":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}"#, [0x80, 0x3F, 0x40, 0xC0]))
    #expect(brain["x"]?.storage == .float32([1, -3]))
    let nan = try Safetensors.read(file(#"{"x":{"dtype":"F16","shape":[1],"data_offsets":[0,2]}}"#, [1, 0x7C]))
    #expect(nan["x"]?.doubles[0].isNaN == true)
  }

  @Test(
    "what is not a safetensors file is refused in words",
    arguments: [
      (
        #"{"x":{"dtype":"BOOL","shape":[1],"data_offsets":[0,1]}}"#, 1,
        "safetensors header: line 1, column 15: x.dtype: type 'BOOL' is not supported; "
          + "convert it to one of F64, F32, F16, BF16, I64, I32, I16, I8, U8"
      ),
      (
        #"{"x":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}"#, 2,
        "tensor 'x': nothing names the data from 0 to 1 before it"
      ),
      (
        #"{"x":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"y":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}"#,
        3,
        "tensor 'y' begins at 1, within the one before it, which ends at 2"
      ),
      (
        #"{"x":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}"#, 3,
        "the safetensors file goes on after its last tensor (trailing bytes: 1); copy or write it again"
      ),
      (
        #"{"x":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}"#, 1,
        "tensor 'x' ends at 2 but the data end at 1; copy the file again"
      ),
      (
        #"{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, 4,
        "tensor 'x' has 4 bytes of data, which F32 of shape [2] has not"
      ),
      (
        #"{"x":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,4]}}"#, 4,
        "tensor 'x' has 4 bytes of data, which F32 of shape [4611686018427387904, 4] has not"
      ),
      (
        #"{"x":{"dtype":"F64","shape":[2305843009213693952],"data_offsets":[0,0]}}"#, 0,
        "tensor 'x' has 0 bytes of data, which F64 of shape [2305843009213693952] has not"
      ),
      (
        #"{"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#,
        1,
        "safetensors header: line 1, column 54: duplicate key 'x'; remove one of the two"
      ),
      (
        #"{"x":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}}"#, 1,
        "safetensors header: line 1, column 29: x.shape[0]: -1 is out of range; expected an integer of at least 0"
      ),
      (
        #"{"x":{"dtype":"U8","shape":[1],"data_offsets":[2,1]}}"#, 1,
        "safetensors header: line 1, column 47: x.data_offsets: the data end at 1, before they begin at 2"
      ),
      (
        #"{"__metadata__":{"a":1}}"#, 0,
        "safetensors header: line 1, column 22: __metadata__.a: expected a string, found 1"
      ),
      (" {}", 0, "not a safetensors file: the header does not begin with '{'"),
      ("", 0, "not a safetensors file: the header does not begin with '{'"),
    ])
  func refusals(header: String, dataBytes: Int, expected: String) {
    #expect(message(file(header, Array(repeating: 0, count: dataBytes))) == expected)
  }

  @Test("lengths that lie are refused before anything is allocated")
  func lyingLengths() {
    #expect(message([1, 2]) == "not a safetensors file: 2 bytes, the header's length alone takes 8")
    #expect(
      message(Array(repeating: 0xFF, count: 9))
        == "not a safetensors file: its header would have 18446744073709551615 bytes, the limit is 100000000")
    #expect(
      message([3, 0, 0, 0, 0, 0, 0, 0, 0x7B, 0x7D])
        == "the safetensors header has 3 bytes but only 2 are there; copy the file again")
  }

  @Test("names that cannot be written are refused")
  func unwritable() throws {
    let one = try tensor([], .uint8([1]))
    for (contents, message) in [
      (
        Contents(tensors: [.init(name: "a", tensor: one), .init(name: "a", tensor: one)]),
        "'a' is there twice; a safetensors file needs distinct names"
      ),
      (
        Contents(tensors: [.init(name: "__metadata__", tensor: one)]),
        "a tensor cannot be named '__metadata__', which safetensors reserves; rename it"
      ),
      (
        Contents(metadata: [.init(key: "k", value: ""), .init(key: "k", value: "")]),
        "'k' is there twice; a safetensors file needs distinct names"
      ),
    ] {
      #expect {
        try Safetensors.bytes(of: contents)
      } throws: {
        "\($0)" == message
      }
    }
  }

  @Test("every truncation is an error, and every added byte")
  func truncation() throws {
    let bytes = try Safetensors.bytes(of: try sample())
    for length in 0..<bytes.count { #expect(message(Array(bytes[..<length])) != "accepted", "\(length) bytes") }
    #expect(message(bytes + [0]) != "accepted")
    #expect(message(bytes) == "accepted")
  }

  @Test("no flipped bit traps, and what is still accepted can be written again")
  func flips() throws {
    let bytes = try Safetensors.bytes(of: try sample())
    for index in bytes.indices {
      for bit in 0..<8 {
        var flipped = bytes
        flipped[index] ^= 1 << UInt8(bit)
        guard let contents = try? Safetensors.read(flipped) else { continue }
        #expect(throws: Never.self) { try Safetensors.bytes(of: contents) }
      }
    }
  }
}
