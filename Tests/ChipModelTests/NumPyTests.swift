import ChipModel
import Testing

@Suite("NumPy arrays")
struct NumPyTests {
  private func error(_ bytes: [UInt8]) -> String? {
    do {
      _ = try NumPy.decode(bytes)
      return nil
    } catch {
      return error.description
    }
  }

  @Test("column-major, big-endian, as NumPy wrote it")
  func columnMajor() throws {
    let tensor = try NumPy.decode(ReferenceVectors.npyColumnMajor)
    #expect(tensor == Tensor(shape: [2, 3], storage: .float32([0, 1, 2, 3, 4, 5])))
  }

  @Test("halves are widened exactly")
  func halves() throws {
    let tensor = try NumPy.decode(ReferenceVectors.npyHalf)
    #expect(tensor.storage == .float32([1.5, -0.0999755859375, 65504, 0x1p-24, .infinity]))
    // Every half: against the value computed from its fields.
    let data = (0..<65536).flatMap { FileBuilders.little(UInt64($0), 2) }
    guard case .float32(let values) = try NumPy.decode(FileBuilders.npy("<f2", "(65536,)", data)).storage else {
      Issue.record("halves are not 32-bit floats")
      return
    }
    for (bits, value) in values.enumerated() {
      let exponent = bits >> 10 & 31
      let fraction = Double(bits & 1023)
      let sign = bits >> 15 == 1 ? -1.0 : 1.0
      if exponent == 31 {
        #expect(fraction == 0 ? Double(value) == sign * .infinity : value.isNaN)
      } else {
        let significand = exponent == 0 ? fraction * 2 : fraction + 1024
        let expected = sign * significand * Double(sign: .plus, exponent: exponent - 25, significand: 1)
        if Double(value) != expected { Issue.record("half \(bits): \(value) instead of \(expected)") }
      }
    }
  }

  @Test(
    "element types in both byte orders",
    arguments: [
      ("i1", 1, [UInt64(0xFF), 5], Tensor.Storage.int8([-1, 5])),
      ("u1", 1, [0xFF, 5], .uint8([255, 5])),
      ("b1", 1, [1, 0], .uint8([1, 0])),
      ("i2", 2, [0xFFFE, 0x0102], .int16([-2, 0x0102])),
      ("u2", 2, [0xFFFE, 0x0102], .int32([65534, 0x0102])),
      ("i4", 4, [0xFFFF_FFFD, 0x0102_0304], .int32([-3, 0x0102_0304])),
      ("u4", 4, [0xFFFF_FFFD, 1], .int64([0xFFFF_FFFD, 1])),
      ("i8", 8, [UInt64.max, 0x0102_0304_0506_0708], .int64([-1, 0x0102_0304_0506_0708])),
      ("f4", 4, [0x3FC0_0000, 0xC000_0000], .float32([1.5, -2])),
      ("f8", 8, [0x3FF8_0000_0000_0000, 0x8000_0000_0000_0000], .float64([1.5, -0.0])),
    ] as [(String, Int, [UInt64], Tensor.Storage)])
  func types(type: String, size: Int, words: [UInt64], storage: Tensor.Storage) throws {
    let little = words.flatMap { FileBuilders.little($0, size) }
    let big = words.flatMap { FileBuilders.big($0, size) }
    #expect(try NumPy.decode(FileBuilders.npy("<" + type, "(2,)", little)).storage == storage)
    #expect(try NumPy.decode(FileBuilders.npy(">" + type, "(2,)", big)).storage == storage)
    for version in [2, 3] as [UInt8] {
      #expect(try NumPy.decode(FileBuilders.npy("<" + type, "(1, 2)", little, version: version)).shape == [1, 2])
    }
  }

  @Test("header forms: keys in any order, double quotes, scalar, Python 2 dimensions")
  func headers() throws {
    for header in [
      "{'shape': (2L, 1L), \"descr\": \"|u1\", 'fortran_order': True}",
      "{'descr':'|u1','fortran_order':False,'shape':(2,1,),}",
    ] {
      let tensor = try NumPy.decode(FileBuilders.npy(header: header, [4, 5]))
      #expect(tensor == Tensor(shape: [2, 1], storage: .uint8([4, 5])))
    }
    #expect(try NumPy.decode(FileBuilders.npy("|u1", "()", [7])) == Tensor(shape: [], storage: .uint8([7])))
    #expect(try NumPy.decode(FileBuilders.npy("<f4", "(0, 3)", [])).shape == [0, 3])
  }

  @Test("column-major reordering against index arithmetic, ranks 1 to 4")
  func reordering() throws {
    for shape in [[5], [2, 3], [3, 1, 2], [2, 3, 4, 5]] {
      let count = shape.reduce(1, *)
      let text = "(" + shape.map { "\($0)," }.joined() + ")"
      let data = (0..<count).map { UInt8($0) }
      let tensor = try NumPy.decode(FileBuilders.npy("|u1", text, data, order: "True"))
      let expected = (0..<count).map { position -> UInt8 in
        var rest = position
        var index = [Int](repeating: 0, count: shape.count)
        for axis in shape.indices.reversed() {
          index[axis] = rest % shape[axis]
          rest /= shape[axis]
        }
        return UInt8(shape.indices.reversed().reduce(0) { $0 * shape[$1] + index[$1] })
      }
      #expect(tensor.storage == .uint8(expected), "shape \(shape)")
    }
  }

  @Test("objects and records are refused by name")
  func refused() {
    #expect(
      error(FileBuilders.npy("|O", "(1,)", [0]))
        == ".npy elements are Python objects (|O), which are not read; convert with array.astype('f4')")
    #expect(
      error(FileBuilders.npy("<U3", "(1,)", [0]))
        == ".npy element type is '<U3', read are f2 f4 f8 i1 i2 i4 i8 u1 u2 u4 b1; convert with array.astype('f4')")
    let record = "{'descr': [('x', '<i4')], 'fortran_order': False, 'shape': (2,), }"
    #expect(
      error(FileBuilders.npy(header: record, [0]))?.hasPrefix(".npy elements are records ([('x'") == true)
    for type in ["<c8", "<u8", "=f4", "|f4", "f4", "<f16", "<M8", ""] {
      #expect(error(FileBuilders.npy(type, "(1,)", [0])) 
          == ".npy element type is '\(type)', read are f2 f4 f8 i1 i2 i4 i8 u1 u2 u4 b1; "
          + "convert with array.astype('f4')")
    }
  }

  @Test("sizes that lie are refused before anything is allocated")
  func lies() {
    #expect(
      error(FileBuilders.npy("<f4", "(1000000000000,)", [0, 0, 0, 0]))
        == ".npy shape [1000000000000] does not fit the 4 bytes of data; the file is damaged, copy it again")
    #expect(error(FileBuilders.npy("<f8", "(2305843009213693952,)", [])) != nil)
    #expect(error(FileBuilders.npy("<f4", "(9223372036854775807, 9223372036854775807)", [])) != nil)
    #expect(error(FileBuilders.npy("<f4", "(99999999999999999999,)", [])) 
        == ".npy header at character 51: dimension too large; write it with numpy.save")
    #expect(error(FileBuilders.npy("|u1", "(1,)", [0, 0])) 
        == ".npy shape [1] does not fit the 2 bytes of data; the file is damaged, copy it again")
    #expect(error(FileBuilders.npy("|u1", "(\(String(repeating: "1,", count: 65)))", [0])) != nil)
  }

  @Test("what is written is what NumPy writes, and reads back")
  func writing() throws {
    let storages: [Tensor.Storage] = [
      .float32([1.5, -2, .infinity, 0]), .float64([1e300, -0.0, 1, 2]), .int8([-128, 0, 1, 127]),
      .uint8([0, 1, 2, 255]), .int16([-32768, 0, 1, 2]), .int32([.min, 0, 1, .max]), .int64([.min, 0, 1, .max]),
    ]
    for storage in storages {
      for shape in [[4], [2, 2], [1, 4, 1]] {
        let tensor = try #require(Tensor(shape: shape, storage: storage))
        let bytes = NumPy.encode(tensor)
        #expect(try NumPy.decode(bytes) == tensor)
        #expect(bytes.count % 64 == storage.count * width(storage) % 64)
      }
    }
    let archive = try NumPyArchive(ReferenceVectors.npz)
    let zip = try ZipArchive(ReferenceVectors.npz)
    for (name, entry) in Swift.zip(archive.names, zip.entries) {
      let original = try zip.contents(of: entry, maximum: 1000)
      #expect(NumPy.encode(try archive.tensor(name, maximum: 1000)) == original, "array \(name)")
    }
  }

  private func width(_ storage: Tensor.Storage) -> Int {
    switch storage {
    case .int8, .uint8: 1
    case .int16: 2
    case .int32, .float32: 4
    case .int64, .float64: 8
    }
  }

  @Test("archives, plain and compressed, in archive order")
  func archives() throws {
    for bytes in [ReferenceVectors.npz, ReferenceVectors.npzCompressed] {
      let tensors = try NumPyArchive(bytes).tensors(maximum: 1000)
      #expect(tensors.map(\.name) == ["x", "y"])
      #expect(tensors[0].tensor == Tensor(shape: [2, 3], storage: .uint8([0, 1, 2, 3, 4, 5])))
      #expect(tensors[1].tensor == Tensor(shape: [2], storage: .int64([1, 0])))
      Damage.expectEveryTruncationRefused(bytes) { _ = try NumPyArchive($0).tensors(maximum: 1000) }
      #expect {
        try NumPyArchive(bytes).tensors(maximum: 200)
      } throws: {
        "\($0)" == "ZIP entry 'y.npy' expands to 144 bytes, limit 66; split it"
      }
      #expect {
        try NumPyArchive(bytes).tensor("z", maximum: 1000)
      } throws: {
        "\($0)" == "no array 'z' in the .npz file, it has 'x', 'y'; name one of these"
      }
    }
  }

  @Test("every truncation is refused, random damage never traps")
  func damage() {
    let files = [ReferenceVectors.npyColumnMajor, ReferenceVectors.npyHalf, FileBuilders.npy("|u1", "(2, 1)", [1, 2])]
    for file in files { Damage.expectEveryTruncationRefused(file) { _ = try NumPy.decode($0) } }
    Damage.mutate(files, seed: 6) { _ = try NumPy.decode($0) }
    Damage.mutate([ReferenceVectors.npz, ReferenceVectors.npzCompressed], seed: 7) {
      _ = try NumPyArchive($0).tensors(maximum: 10_000)
    }
  }
}
