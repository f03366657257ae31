import Testing

@testable import Compiler

@Suite("Protobuf reader")
struct ProtobufReaderTests {
  private func fields(_ bytes: [UInt8]) throws -> [ProtobufReader.Field] {
    var reader = ProtobufReader(bytes)
    var result: [ProtobufReader.Field] = []
    while let field = try reader.next() { result.append(field) }
    return result
  }

  private func message(_ bytes: [UInt8]) -> String? {
    do {
      _ = try fields(bytes)
      return nil
    } catch { return "\(error)" }
  }

  @Test("reads the four wire types, high field numbers and ten-byte numbers")
  func wireTypes() throws {
    let bytes: [UInt8] = [
      0x08, 0x96, 0x01, 0x11, 1, 2, 3, 4, 5, 6, 7, 8, 0x1a, 2, 0x68, 0x69, 0x25, 1, 0, 0, 0, 0xf8, 0x07, 0xff, 0xff,
      0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01,
    ]
    let read = try fields(bytes)
    #expect(read.map(\.number) == [1, 2, 3, 4, 127])
    #expect(try read[0].integer() == 150)
    #expect(read[1].value == .fixed64(0x0807_0605_0403_0201))
    #expect(try read[2].text(in: bytes) == "hi")
    #expect(read[3].value == .fixed32(1))
    #expect(try read[4].integer() == -1)
  }

  @Test("repeated numbers are the same packed and unpacked")
  func packed() throws {
    for bytes: [UInt8] in [[0x08, 1, 0x08, 0xac, 0x02], [0x0a, 3, 1, 0xac, 0x02]] {
      var list: [Int] = []
      for field in try fields(bytes) { try field.appendIntegers(to: &list, in: bytes) }
      #expect(list == [1, 300])
    }
    for bytes: [UInt8] in [[0x0d, 0, 0, 0x80, 0x3f, 0x0d, 0, 0, 0, 0xc0], [0x0a, 8, 0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]] {
      var list: [Float] = []
      for field in try fields(bytes) { try field.appendFloats(to: &list, in: bytes) }
      #expect(list == [1, -2])
    }
  }

  @Test("says where and why a message is broken")
  func broken() {
    let remedy = ": export the model again or copy the file again"
    let start = "not a complete ONNX file: at byte "
    #expect(message([0x08, 0x80]) == start + "1, the file ends inside a number" + remedy)
    #expect(message([0x0a, 5, 1]) == start + "0, field 1 says 5 bytes where 1 are left" + remedy)
    #expect(message([0x0b]) == start + "0, field 1 has wire type 3, which ONNX does not use" + remedy)
    #expect(message([0x0d, 1, 2]) == start + "1, the file ends inside a 4-byte value" + remedy)
    #expect(message([0x00, 0]) == start + "0, field number 0 is not in 1...536870911" + remedy)
    #expect(message([0x08] + [UInt8](repeating: 0xff, count: 11)) == start + "1, a number runs over ten bytes" + remedy)
    let huge: [UInt8] = [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]
    #expect(message(huge) == start + "0, field 1 says 18446744073709551615 bytes where 0 are left" + remedy)
  }
}

@Suite("ONNX tensors")
struct ONNXTensorTests {
  @Test("halves are exact for every bit pattern that is a number")
  func halves() {
    #expect(Float(halfBits: 0x3c00) == 1)
    #expect(Float(halfBits: 0xc000) == -2)
    #expect(Float(halfBits: 0x7bff) == 65504)
    #expect(Float(halfBits: 0x0001) == 0x1p-24)
    #expect(Float(halfBits: 0x83ff) == -0x1.ff8p-15)
    #expect(Float(halfBits: 0x7c00) == .infinity)
    #expect(Float(halfBits: 0x7e00).isNaN)
  }

  @Test("shape arithmetic refuses negative sizes and overflow")
  func counts() {
    #expect(ONNXTensor.elementCount([]) == 1)
    #expect(ONNXTensor.elementCount([3, 0]) == 0)
    #expect(ONNXTensor.elementCount([3, -1]) == nil)
    #expect(ONNXTensor.elementCount([1 << 40, 1 << 40]) == nil)
  }

  @Test("reshape copies, computes and keeps zeros, and drops a baked batch size")
  func reshape() {
    func shape(_ target: [Int], zero: Bool = false, batch: Int? = nil) -> [Int]? {
      ConstantFolder.reshape([1, 6, 2], to: target, keepsZero: zero, bakedBatch: batch)
    }
    #expect(shape([0, -1]) == [1, 12])
    #expect(shape([3, -1]) == [3, 4])
    #expect(shape([5, -1]) == nil)
    #expect(shape([0, 12], zero: true) == nil)
    #expect(shape([-1, -1]) == nil)
    #expect(shape([8, -1], batch: 8) == [1, 12])
    #expect(shape([8, 12], batch: 8) == [1, 12])
    #expect(shape([-2, -6]) == nil)
    #expect(shape([0, 0, 0, 0]) == nil)
  }
}
