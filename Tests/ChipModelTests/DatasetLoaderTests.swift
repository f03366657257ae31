import ChipModel
import Foundation
import Testing

/// A folder of files that is gone after the test.
private final class Folder {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("nmsim-data-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  @discardableResult
  func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    try AtomicFile.write(bytes, to: "\(path)/\(name)")
    return "\(path)/\(name)"
  }
}

@Suite("Data set loader")
struct DatasetLoaderTests {
  private let folder: Folder
  /// Two images of 2 x 3.
  private let pixels: [UInt8] = [0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15]
  private var expected: Dataset? { Dataset(shape: [1, 2, 3], values: .uint8(pixels), labels: [7, 3]) }

  init() throws { folder = try Folder() }

  /// The message without the folder.
  private func message(_ images: String, labels: String? = nil, _ shape: [Int], classes: Int? = nil) -> String {
    do {
      _ = try DatasetLoader.load(images: images, labels: labels, expectedShape: shape, classes: classes)
      return "accepted"
    } catch {
      return error.description.replacingOccurrences(of: folder.path + "/", with: "")
    }
  }

  private func npy(_ shape: String) -> [UInt8] { FileBuilders.npy("|u1", shape, pixels) }

  @Test("IDX with its labels, plain, compressed and mixed", arguments: [false, true], [false, true])
  func idx(compressedImages: Bool, compressedLabels: Bool) throws {
    let images = FileBuilders.idx(8, [2, 2, 3], pixels)
    let labels = FileBuilders.idx(8, [2], [7, 3])
    let path = try folder.write(
      "t-images-idx3-ubyte" + (compressedImages ? ".gz" : ""), compressedImages ? FileBuilders.gzip(images) : images)
    try folder.write(
      "t-labels-idx1-ubyte" + (compressedLabels ? ".gz" : ""), compressedLabels ? FileBuilders.gzip(labels) : labels)
    #expect(try DatasetLoader.load(images: path, expectedShape: [1, 2, 3]) == expected)
    #expect(try DatasetLoader.load(images: path, expectedShape: [6]).shape == [6])
  }

  @Test("npy with labels beside it", arguments: [("images.npy", "labels.npy"), ("a-images.npy", "a-labels.npy")])
  func npy(images: String, labels: String) throws {
    let path = try folder.write(images, npy("(2, 1, 2, 3)"))
    #expect(try DatasetLoader.load(images: path, expectedShape: [1, 2, 3]).labels == nil)
    try folder.write(labels, FileBuilders.npy("<i8", "(2, 1)", [7, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0]))
    #expect(try DatasetLoader.load(images: path, expectedShape: [1, 2, 3]) == expected)
  }

  @Test("npz: usual names, a named array, labels in the archive or elsewhere")
  func npz() throws {
    let path = try folder.write("d.npz", ReferenceVectors.npzCompressed)
    let dataset = Dataset(shape: [3], values: .uint8([0, 1, 2, 3, 4, 5]), labels: [1, 0])
    #expect(try DatasetLoader.load(images: path, expectedShape: [3]) == dataset)
    #expect(try DatasetLoader.load(images: path + ":x", labels: path + ":y", expectedShape: [3]) == dataset)
    let text = try folder.write("l.txt", Array("# two\r\n5\r\n\r\n 6 ".utf8))
    #expect(try DatasetLoader.load(images: path, labels: text, expectedShape: [3]).labels == [5, 6])
    #expect(
      message(path + ":z", [3]) == "d.npz:z: no array 'z' in the .npz file, it has 'x', 'y'; name one of these")
    let names = try folder.write(
      "n.npz",
      FileBuilders.zip([.init(name: "a.npy", data: npy("(2, 6)")), .init(name: "b.npy", data: npy("(2, 6)"))]))
    #expect(message(names, [6]) == "n.npz: no array for images among 'a', 'b'; name one as FILE.npz:NAME")
    #expect(try DatasetLoader.load(images: names + ":b", expectedShape: [6]).labels == nil)
    let torch = try folder.write("m.pt", FileBuilders.zip([.init(name: "m/data.pkl", data: [1])]))
    #expect(
      message(torch, [6])
        == "m.pt: ZIP file without .npy arrays (a PyTorch file?); save the arrays with numpy.savez")
  }

  /// The data deflated in blocks of 50,000 bytes, of which the seventh is damaged.
  private func deflated(_ data: [UInt8]) -> [UInt8] {
    var body = DeflateBuilder()
    for start in stride(from: 0, to: data.count, by: 50_000) {
      body.stored(Array(data[start..<min(data.count, start + 50_000)]), final: start + 50_000 >= data.count)
    }
    var bytes = body.bytes
    bytes[6 * 50_005 + 1] ^= 1
    return bytes
  }

  @Test("compressed data are inflated only as far as samples are asked for")
  func beginnings() throws {
    let pixels = (0..<614_400).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    let labels = (0..<200).map { UInt8($0 % 10) }
    let idx = FileBuilders.idx(8, [200, 48, 64], pixels)
    let images = try folder.write("i-images-idx3-ubyte.gz", FileBuilders.gzip(idx, deflated: deflated(idx)))
    let labelFile = FileBuilders.gzip(FileBuilders.idx(8, [200], labels))
    try folder.write("i-labels-idx1-ubyte.gz", labelFile)
    let npy = FileBuilders.npy("|u1", "(200, 1, 48, 64)", pixels)
    let array = try folder.write("i.npy.gz", FileBuilders.gzip(npy, deflated: deflated(npy)))
    let archive = try folder.write(
      "i.npz",
      FileBuilders.zip([
        .init(name: "x.npy", data: npy, deflated: deflated(npy)),
        .init(name: "y.npy", data: FileBuilders.npy("|u1", "(200,)", labels)),
      ]))
    var records: [UInt8] = []
    for number in 0..<200 { records += [labels[number]] + pixels[(number * 3072)..<(number * 3072 + 3072)] }
    let cifar = try folder.write("i.bin.gz", FileBuilders.gzip(records, deflated: deflated(records)))
    for (path, shape, isLabelled) in [
      (images, [1, 48, 64], true), (array, [1, 48, 64], false), (archive, [1, 48, 64], true), (cifar, [3, 32, 32], true),
    ] {
      for samples in [1, 3] {
        let data = try DatasetLoader.load(images: path, expectedShape: shape, samples: samples)
        #expect(data.values == .uint8(Array(pixels[..<(samples * 3072)])), "\(path)")
        #expect(data.labels == (isLabelled ? labels[..<samples].map(Int.init) : nil), "\(path)")
      }
      // All of it, and more than there is in front of the damage, is refused.
      #expect(throws: DataError.self) { try DatasetLoader.load(images: path, expectedShape: shape) }
      #expect(throws: DataError.self) { try DatasetLoader.load(images: path, expectedShape: shape, samples: 150) }
    }
    // Labels as text end where the last sample has its label.
    let lines = labels.map { "\($0)\n# \(String(repeating: "x", count: 3_000))\n" }.joined()
    let text = try folder.write("text.gz", FileBuilders.gzip(Array(lines.utf8), deflated: deflated(Array(lines.utf8))))
    for samples in [1, 3] {
      let data = try DatasetLoader.load(images: images, labels: text, expectedShape: [1, 48, 64], samples: samples)
      #expect(data.labels == labels[..<samples].map(Int.init))
    }
    #expect(throws: DataError.self) {
      try DatasetLoader.load(images: images, labels: text, expectedShape: [1, 48, 64], samples: 90)
    }
    // Labels of other data are told by what their file announces.
    let others = try folder.write("others.gz", FileBuilders.gzip(FileBuilders.idx(8, [199], Array(labels.dropLast()))))
    let error = #expect(throws: DataError.self) {
      try DatasetLoader.load(images: images, labels: others, expectedShape: [1, 48, 64], samples: 2)
    }
    #expect(error?.problem == .labelCount(labels: 199, samples: 200))
  }

  @Test("CIFAR records bring their labels; one that looks like IDX is told by its size")
  func cifar() throws {
    // Label 0, then 0, 8, 3: the magic number of IDX.
    let record: [UInt8] = [0, 0, 8, 3] + (0..<3069).map { UInt8(truncatingIfNeeded: $0) }
    let path = try folder.write("c.bin", record + [9] + record[1...])
    let dataset = try DatasetLoader.load(images: path, expectedShape: [3, 32, 32])
    #expect(dataset.labels == [0, 9])
    #expect(dataset.count == 2)
    #expect(
      message(path, [3, 32, 32], classes: 9)
        == "c.bin: label of sample 1 is 9, the network has classes 0 to 8; give matching labels")
  }

  @Test(
    "shapes: what is row-major already is taken",
    arguments: [
      ("(2, 2, 3)", [1, 2, 3]), ("(2, 1, 2, 3)", [1, 2, 3]), ("(2, 2, 3, 1)", [1, 2, 3]), ("(2, 6)", [1, 2, 3]),
      ("(2, 6)", [6]), ("(2, 2, 3)", [6]), ("(2, 1, 2, 3)", [6]), ("(2, 3, 2, 1)", [3, 2, 1]),
    ])
  func shapes(text: String, shape: [Int]) throws {
    let path = try folder.write("x.npy", npy(text))
    let dataset = try DatasetLoader.load(images: path, expectedShape: shape)
    #expect(dataset == Dataset(shape: shape, values: .uint8(pixels)))
  }

  @Test("shapes: one sample of exactly the input's shape is taken", arguments: [("(3, 2, 2)", [3, 2, 2]), ("(12,)", [12]), ("(3, 4)", [1, 3, 4])])
  func oneSample(text: String, shape: [Int]) throws {
    let path = try folder.write("x.npy", npy(text))
    #expect(try DatasetLoader.load(images: path, expectedShape: shape) == Dataset(shape: shape, values: .uint8(pixels)))
  }

  @Test(
    "shapes: channels that can only come last are moved, height 1 is added",
    arguments: [
      ("(1, 2, 2, 3)", [3, 2, 2], [0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11]),
      ("(2, 3, 2)", [2, 1, 3], [0, 2, 4, 1, 3, 5, 6, 8, 10, 7, 9, 11]),
      ("(2, 1, 3, 2)", [2, 1, 3], [0, 2, 4, 1, 3, 5, 6, 8, 10, 7, 9, 11]),
      ("(2, 2, 3)", [2, 1, 3], Array(0..<12)), ("(3, 2, 2)", [2, 1, 2], Array(0..<12)),
    ])
  func channelsLast(text: String, shape: [Int], order: [Int]) throws {
    let path = try folder.write("x.npy", npy(text))
    let dataset = try DatasetLoader.load(images: path, expectedShape: shape)
    #expect(dataset == Dataset(shape: shape, values: .uint8(order.map { pixels[$0] })))
  }

  @Test(
    "shapes: the rest is refused with the remedy",
    arguments: [
      ("(1, 3, 4, 1)", [4, 1, 3], "give data of shape [1, 4, 1, 3], or convert a network for this data"),
      ("(2, 6)", [3, 1, 2], "say which order the flat values have with x.reshape(-1, 3, 1, 2)"),
      ("(2, 3, 2)", [1, 2, 3], "give data of shape [2, 1, 2, 3], or convert a network for this data"),
      ("(2, 6)", [5], "give data with 5 values per sample"),
    ])
  func remedies(text: String, shape: [Int], remedy: String) throws {
    let path = try folder.write("x.npy", npy(text))
    let found = "[" + text.split { "(,) ".contains($0) }.joined(separator: ", ") + "]"
    #expect(
      message(path, shape) == "x.npy: data of shape \(found) do not fit the network's input \(shape); \(remedy)")
  }

  @Test("label files that do not belong are refused")
  func labels() throws {
    let path = try folder.write("x.npy", npy("(2, 6)"))
    func refusal(_ bytes: [UInt8], classes: Int? = nil) throws -> String {
      message(path, labels: try folder.write("y", bytes), [6], classes: classes)
    }
    #expect(
      try refusal(Array("1\n2\n3\n".utf8))
        == "y: 3 labels for 2 samples; give the label file that belongs to the images")
    #expect(try refusal([]) == "y: 0 labels for 2 samples; give the label file that belongs to the images")
    #expect(
      try refusal(Array("1\n-2\n".utf8))
        == "y: label of sample 1 is -2, class indices start at 0; correct the label file")
    #expect(
      try refusal(FileBuilders.idx(8, [2], [9, 10]), classes: 10)
        == "y: label of sample 1 is 10, the network has classes 0 to 9; give matching labels")
    #expect(
      try refusal(Array("1\ncat\u{7}\n".utf8)) == "y: line 2 is not a class index; write one integer per line")
    #expect(
      try refusal(FileBuilders.npy("<f4", "(2,)", [0, 0, 0, 0, 0, 0, 0, 0]))
        == "y: labels are not whole numbers; convert them with labels.astype('i8')")
    #expect(
      try refusal(FileBuilders.npy("|u1", "(2, 2)", [0, 1, 1, 0]))
        == "y: labels of shape [2, 2], one class index per sample is needed; "
        + "convert one-hot labels with labels.argmax(1)")
    #expect(
      message(path, labels: folder.path + "/none", [6]) == "none: no such file; check the path")
  }

  @Test("files that are no data are refused")
  func refused() throws {
    #expect(message(folder.path + "/none", [6]) == "none: no such file; check the path")
    let text = try folder.write("x.txt", Array("hello".utf8))
    #expect(
      message(text, [6])
        == "x.txt: unknown data format (5 bytes); read are IDX (also gzip), .npy, .npz and CIFAR-10/100 binary (.bin)")
    #expect(
      message(try folder.write("e.npy", FileBuilders.npy("|u1", "(0, 6)", [])), [6])
        == "e.npy: no samples in the file; give a file with at least one")
    let nan = FileBuilders.npy("<f4", "(2, 1)", [0, 0, 0, 0, 0, 0, 0xC0, 0x7F])
    #expect(
      message(try folder.write("n.npy", nan), [1])
        == "n.npy: sample 1 contains NaN or infinity; remove it from the data")
    for shape in [[], [0], [1, 2], [Int.max, Int.max, 2]] {
      #expect(message(text, shape).contains("is neither [N] nor [C, H, W]"))
    }
  }

  @Test("the bound holds for compressed files")
  func bound() throws {
    let path = try folder.write("z.gz", FileBuilders.gzip(ReferenceVectors.runsText, deflated: ReferenceVectors.runs))
    #expect {
      try DatasetLoader.load(images: path, expectedShape: [1], maximum: 20_000)
    } throws: {
      "\($0)" == "\(path): decompressed data are larger than the limit of 20000 bytes; split the file"
    }
  }
}
