extension DatasetLoader {
  /// Class indices out of an integer array `[N]` or `[N, 1]`.
  static func labelValues(_ tensor: Tensor, file: String) throws(DataError) -> [Int] {
    guard tensor.shape.count == 1 || (tensor.shape.count == 2 && tensor.shape[1] == 1) else {
      throw DataError(file: file, .labelShape(tensor.shape))
    }
    switch tensor.storage {
    case .int8(let values): return values.map(Int.init)
    case .uint8(let values): return values.map(Int.init)
    case .int16(let values): return values.map(Int.init)
    case .int32(let values): return values.map(Int.init)
    case .int64(let values): return values.map(Int.init)
    case .float32, .float64: throw DataError(file: file, .labelType)
    }
  }

  /// One label per sample, each a class.
  /// - Parameters:
  ///   - count: how many there are in all; `labels` may be the first of them only.
  ///   - outputs: of the network, where known.
  static func check(labels: [Int], of count: Int, samples: Int, outputs: Int?, file: String) throws(DataError) {
    guard count == samples else { throw DataError(file: file, .labelCount(labels: count, samples: samples)) }
    let classes = outputs.map { Decision.classes(outputs: $0) }
    let limit = classes ?? Int.max
    if let sample = labels.firstIndex(where: { $0 < 0 || $0 >= limit }) {
      throw DataError(file: file, .labelRange(sample: sample, labels[sample], classes: classes))
    }
  }
}

/// Which names of files and arrays go together.
enum LabelNames {
  /// Array names of images and their labels, the likeliest first.
  static let pairs: [(images: String, labels: String)] = [
    ("x_test", "y_test"), ("x", "y"), ("images", "labels"), ("data", "target"),
  ]

  /// Label files that may belong to an image file, by its name; the folder is never changed.
  static func candidates(forImages path: String) -> [String] {
    let slash = path.lastIndex(of: "/")
    let folder = slash.map { path[...$0] } ?? ""
    let name = slash.map { path[path.index(after: $0)...] } ?? path[...]
    if let labels = replaceLast("images-idx3", in: name, with: "labels-idx1") {
      let other = labels.hasSuffix(".gz") ? String(labels.dropLast(3)) : labels + ".gz"
      return [folder + labels, folder + other]
    }
    if name == "images.npy" || name.hasSuffix("-images.npy") || name.hasSuffix("_images.npy") {
      return [folder + String(name.dropLast("images.npy".count)) + "labels.npy"]
    }
    return []
  }

  /// The images of an archive: the first usual name, or the only array there is.
  static func imageArray(among names: [String]) -> String? {
    if let pair = pairs.first(where: { names.contains($0.images) }) { return pair.images }
    return names.count == 1 ? names.first : nil
  }

  /// The labels that go with an image array, where the archive has them.
  static func labelArray(forImages images: String, among names: [String]) -> String? {
    let known = pairs + [("x_train", "y_train")]
    guard let pair = known.first(where: { $0.images == images }) else { return nil }
    return names.contains(pair.labels) ? pair.labels : nil
  }

  /// The labels of an archive named as label file.
  static func onlyLabelArray(among names: [String]) -> String? {
    if let pair = pairs.first(where: { names.contains($0.labels) }) { return pair.labels }
    return names.count == 1 ? names.first : nil
  }

  private static func replaceLast(_ part: String, in name: Substring, with other: String) -> String? {
    var start = name.endIndex
    while start > name.startIndex {
      start = name.index(before: start)
      if name[start...].hasPrefix(part) {
        return name[..<start] + other + name[name.index(start, offsetBy: part.count)...]
      }
    }
    return nil
  }
}

/// Labels as text: one integer per line; blank lines and lines that start with `#` do not count.
enum LabelText {
  static func parse(_ bytes: [UInt8], file: String) throws(DataError) -> [Int] {
    // Lines are cut as bytes: in a String a carriage return and a line feed are one character.
    var labels: [Int] = []
    var line = 0
    for part in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
      line += 1
      let text = trimmed(part)
      guard let first = text.first, first != UInt8(ascii: "#") else { continue }
      guard text.count <= 20, let value = Int(String(decoding: text, as: UTF8.self)) else {
        throw DataError(file: file, .labelText(line: line))
      }
      labels.append(value)
    }
    return labels
  }

  /// Where the line of the label number `count` ends; nil where there are fewer whole lines with labels.
  static func end(ofFirst count: Int, in bytes: [UInt8]) -> Int? {
    var (found, start) = (0, 0)
    while found < count, let end = bytes[start...].firstIndex(of: 0x0A) {
      if let first = trimmed(bytes[start..<end]).first, first != UInt8(ascii: "#") { found += 1 }
      start = end + 1
    }
    return found == count ? start : nil
  }

  private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let blank: [UInt8] = [0x20, 0x09, 0x0D]
    let start = text.firstIndex { !blank.contains($0) } ?? text.endIndex
    let end = text.lastIndex { !blank.contains($0) }.map { $0 + 1 } ?? start
    return text[start..<end]
  }
}
