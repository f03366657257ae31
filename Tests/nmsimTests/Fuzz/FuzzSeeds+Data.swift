import ChipModel

@testable import nmsim

/// Small valid files of the formats of others, written from the formats' definitions.
extension FuzzSeeds {
  static func little(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  private static func tensor(_ shape: [Int], _ storage: Tensor.Storage) -> [UInt8] {
    Tensor(shape: shape, storage: storage).map(NumPy.encode) ?? []
  }

  /// Images `[2, 1, 4, 4]` and others, every element type.
  static let arrays: [[UInt8]] = [
    tensor([2, 4, 4], .uint8([UInt8](0..<32))), tensor([2, 16], .float32((0..<32).map { Float($0) / 32 })),
    tensor([2, 1, 4, 4], .float64((0..<32).map(Double.init))), tensor([3], .int64([1, -2, 3])),
    tensor([2, 2], .int16([1, 2, 3, 4])), tensor([4], .int8([0, 1, -1, 2])), tensor([], .int32([7])),
    npy("{'descr': '>f2', 'fortran_order': True, 'shape': (3, 2), }", count: 12),
    npy("{'descr': '<u4', 'fortran_order': True, 'shape': (2L, 1, 2), }", count: 16, version: 2),
    npy("{'descr': '|b1', 'fortran_order': False, 'shape': (5,), }", count: 5, version: 3),
  ]

  private static func npy(_ header: String, count: Int, version: UInt8 = 1) -> [UInt8] {
    [0x93] + Array("NUMPY".utf8) + [version, 0] + little(header.utf8.count, version == 1 ? 2 : 4) + Array(header.utf8)
      + (0..<count).map { UInt8($0 & 1) }
  }

  /// A ZIP archive of stored entries; `deflated`: the data is deflate and expands to that.
  static func zip(_ entries: [(name: String, data: [UInt8], deflated: [UInt8]?)]) -> [UInt8] {
    var file: [UInt8] = []
    var directory: [UInt8] = []
    for (name, data, deflated) in entries {
      let offset = file.count
      let common =
        [0, 0] + little(deflated == nil ? 0 : 8, 2) + little(0, 4)
        + little(Int(CRC32.checksum(of: data)), 4) + little((deflated ?? data).count, 4) + little(data.count, 4)
        + little(name.utf8.count, 2)
      file += [0x50, 0x4B, 3, 4, 45, 0] + common + [0, 0] + Array(name.utf8) + (deflated ?? data)
      directory += [0x50, 0x4B, 1, 2, 45, 0, 45, 0] + common + little(0, 12) + little(offset, 4) + Array(name.utf8)
    }
    let start = file.count
    return file + directory + [0x50, 0x4B, 5, 6, 0, 0, 0, 0] + little(entries.count, 2) + little(entries.count, 2)
      + little(directory.count, 4) + little(start, 4) + [0, 0]
  }

  /// The bytes as deflate data in one stored block.
  static func stored(_ data: [UInt8]) -> [UInt8] {
    [1] + little(data.count, 2) + little(~data.count, 2) + data
  }

  static let archives: [[UInt8]] = [
    zip([("x_test.npy", arrays[0], nil), ("y_test.npy", arrays[3], nil)]),
    zip([("images.npy", arrays[1], stored(arrays[1])), ("labels.npy", arrays[5], nil)]),
    zip([("notes.txt", Array("text".utf8), nil), ("x.npy", arrays[0], nil)]),
  ]

  /// An array of records.
  private static let records: [UInt8] = {
    let head =
      "{'descr': [('x', '|u1'), ('', '|V1'), ('y', '>i2'), ('t', '<i4'), ('p', '|b1')], 'fortran_order': False, "
      + "'shape': (2,)}"
    var file: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0, UInt8(head.utf8.count), 0]
    file += Array(head.utf8)
    return file + [3, 0, 0, 7, 5, 0, 0, 0, 1, 4, 0, 0, 8, 9, 0, 0, 0, 0]
  }()

  /// Recordings in every form, a few events each.
  static let recordings: [[UInt8]] = [
    [3, 7, 0x80, 0, 5, 0, 240, 0, 0, 0, 30, 2, 0x01, 0x11, 0x70],
    Array("% evt 2.0\n% end\n".utf8) + little(8 << 28 | 9, 4) + little(1 << 28 | 5 << 22 | 3 << 11 | 7, 4),
    Array("% format EVT3;height=40;width=40\n".utf8)
      + [0x8FFF, 0x6005, 0x0007, 0x2803, 0x8000, 0x3010, 0x4801, 0x5080].flatMap { little($0, 2) },
    Array("% Version 2\n".utf8) + [0, 8] + little(70_000, 4) + little(3 | 7 << 14 | 1 << 28, 4),
    Array("#!AER-DAT2.0\r\n".utf8) + [0, 0, 7, 7, 0, 0, 1, 5],
    Array("#!AER-DAT3.1\r\n#!END-HEADER\r\n".utf8) + little(1, 2) + little(0, 2) + [8, 4, 0, 1, 1, 1].flatMap { little($0, 4) }
      + little(3 | 7 << 2 | 3 << 17, 4) + little(5, 4),
    tensor([2, 4], .int64([5, 3, 7, 1, 70_000, 30, 2, 0])),
    records, zip([("events.npy", records, nil)]),
    zip([
      ("t.npy", tensor([1], .int64([5])), nil), ("x.npy", tensor([1], .uint8([3])), nil), ("y.npy", tensor([1], .uint8([7])), nil),
      ("p.npy", tensor([1], .int8([1])), nil),
    ]),
  ]

  static let eventTables: [[UInt8]] = ["# x\nx,y,p,t\n3,7,1,5\n30,2,0,70000\n", "5 3 7 1\r\n70000 30 2 -1\r\n"].map { Array($0.utf8) }

  static let recordingTokens = [
    "% evt 3.0\n", "% end\n", "#!AER-DAT3.1\r\n", "#!END-HEADER\r\n", "#!AER-DAT2.0\r\n", "t,x,y,p\n", "1e300", "-1", "9223372036854775807",
    "nan",
  ]

  private static func idx(_ type: UInt8, _ shape: [Int], _ data: [UInt8]) -> [UInt8] {
    [0, 0, type, UInt8(truncatingIfNeeded: shape.count)] + shape.flatMap { little($0, 4).reversed() } + data
  }

  static let idxFiles: [[UInt8]] = [
    idx(8, [2, 4, 4], [UInt8](0..<32)), idx(8, [3], [0, 1, 2]), idx(9, [2, 2], [0, 255, 1, 127]),
    idx(0x0B, [2], [0, 1, 2, 3]), idx(0x0C, [1, 2], [0, 0, 0, 1, 255, 255, 255, 255]),
    idx(0x0D, [1], [0x3F, 0x80, 0, 0]), idx(0x0E, [1], [0x3F, 0xF0, 0, 0, 0, 0, 0, 0]),
  ]

  /// One record each of CIFAR-10 and CIFAR-100, and two.
  static let cifarFiles: [[UInt8]] = {
    let image = (0..<3072).map { UInt8(truncatingIfNeeded: $0) }
    return [[7] + image, [0] + image + [9] + image]
  }()

  /// The bytes in a gzip file.
  static func gzip(_ deflated: [UInt8], flags: UInt8 = 0, fields: [UInt8] = []) -> [UInt8] {
    let data = expanded(deflated)
    return [0x1F, 0x8B, 8, flags, 0, 0, 0, 0, 0, 255] + fields + deflated
      + little(Int(CRC32.checksum(of: data)), 4) + little(data.count, 4)
  }

  static let gzipFiles: [[UInt8]] = [
    gzip(deflated), gzip(stored(idxFiles[0])), gzip(fixed), gzip(fixed) + gzip(deflated),
    gzip(fixed, flags: 12, fields: [3, 0, 1, 2, 3] + Array("name".utf8) + [0]),
  ]

  /// Puts the right checksums and sizes behind the first deflate data of a gzip file, where it can be decompressed.
  static func mendedGzip(_ bytes: [UInt8]) -> [UInt8] {
    guard bytes.count > 18, bytes[0] == 0x1F, bytes[1] == 0x8B, bytes[3] == 0 else { return bytes }
    var output: [UInt8] = []
    guard let end = try? Inflate.decode(bytes, from: 10, appendingTo: &output, maximum: 1 << 24) else { return bytes }
    return bytes[..<end] + little(Int(CRC32.checksum(of: output)), 4) + little(output.count, 4)
  }

  private static func expanded(_ deflated: [UInt8]) -> [UInt8] {
    var output: [UInt8] = []
    _ = try? Inflate.decode(deflated, appendingTo: &output, maximum: 1 << 20)
    return output
  }

  /// A block of the fixed code: 100 times the same byte.
  private static let fixed: [UInt8] = [75, 76, 164, 61, 0, 0]

  /// A block with codes of its own, 410 letters (zlib, level 9).
  private static let deflated: [UInt8] = [
    173, 80, 201, 17, 3, 49, 8, 171, 85, 7, 216, 241, 122, 210, 255, 51, 98, 107, 200, 195, 30, 70, 128, 14, 208, 69,
    210, 5, 52, 11, 52, 62, 11, 208, 38, 8, 48, 111, 190, 150, 241, 237, 52, 189, 217, 166, 86, 75, 64, 17, 178, 73,
    149, 102, 208, 87, 1, 110, 169, 161, 79, 16, 29, 84, 47, 151, 52, 4, 8, 66, 77, 29, 246, 174, 234, 16, 165, 140,
    236, 64, 10, 119, 250, 175, 224, 202, 108, 167, 101, 216, 194, 83, 66, 20, 227, 139, 39, 59, 220, 153, 195, 66,
    31, 161, 31, 143, 176, 71, 59, 203, 29, 223, 188, 49, 229, 222, 92, 230, 13, 3, 54, 226, 103, 154, 74, 172, 120,
    70, 71, 89, 197, 148, 92, 73, 201, 234, 25, 203, 234, 229, 171, 185, 121, 214, 56, 241, 32, 67, 191, 207, 137,
    191, 103, 146, 142, 83, 222, 247, 10, 175, 222, 27, 8, 19, 104, 28, 20, 254, 124, 201, 31,
  ]

  static let labels: [[UInt8]] = [Array("0\n1\n2\n".utf8), Array("# classes\r\n3\r\n\r\n -1 \n".utf8)]

  static let safetensors: [[UInt8]] = {
    var contents = SafetensorsContents(
      tensors: FuzzSeeds.tensors.sorted { $0.key < $1.key }.map { .init(name: $0.key, tensor: $0.value) },
      metadata: [.init(key: "format", value: "pt")])
    let first = try? Safetensors.bytes(of: contents)
    contents.metadata = []
    contents.tensors = [
      (name: "i", [2, 2], Tensor.Storage.int8([1, 2, 3, 4])), ("j", [2], .int16([5, 6])), ("k", [], .int64([7])),
      ("d", [1], .float64([0.5])), ("u", [0, 3], .uint8([])),
    ].compactMap { name, shape, storage in
      Tensor(shape: shape, storage: storage).map { .init(name: name, tensor: $0) }
    }
    return [first, try? Safetensors.bytes(of: contents)].compactMap { $0 }
  }()

  /// The headers of the safetensors files: what the mutator of JSON works on.
  static let safetensorsHeaders: [[UInt8]] = safetensors.map { file in
    let length = file.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    return Array(file.dropFirst(8).prefix(length))
  }
}
