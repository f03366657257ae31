/// Opens a data set by path: recognises the format, finds the labels, fits the samples to the network's input.
///
/// Images: IDX (plain or gzip), `.npy`, `.npz`, CIFAR-10/100 binary; any of them may be gzip-compressed. Labels: the
/// file named, else the one that belongs to the image file by name, else the ones inside (CIFAR, `.npz`), else none.
package enum DatasetLoader {
  /// Most bytes that one file may expand to, unless told otherwise: 2 GiB.
  package static let defaultMaximum = 1 << 31

  /// Loads images and, where there are any, labels.
  ///
  /// - Parameters:
  ///   - images: Path of the image file; `FILE.npz:NAME` names an array of an archive.
  ///   - labels: Path of the label file (IDX, `.npy`, `.npz`, `FILE.npz:NAME`, or text with one integer per line); nil:
  ///     found as described above.
  ///   - expectedShape: The network's input, `[C, H, W]` or `[N]`.
  ///   - classes: Number of classes, where known: larger labels are an error.
  ///   - cifar: Which CIFAR form, for a size that both divide; also makes any file be read as that.
  ///   - maximum: Most bytes of one decompressed file.
  /// - Throws: `DataError`.
  package static func load(
    images: String, labels: String? = nil, expectedShape: [Int], classes: Int? = nil, cifar: CIFAR.Variant? = nil,
    maximum: Int = defaultMaximum
  ) throws(DataError) -> Dataset {
    guard isInput(expectedShape) else { throw DataError(file: images, .expectedShape(expectedShape)) }
    let source = ArrayPath(images)
    let bytes = try read(source.file, maximum: maximum)
    let content = try decodeImages(bytes, source, cifar: cifar, readsLabels: labels == nil, maximum: maximum)
    return try assemble(content, source, expectedShape, classes: classes) { () throws(DataError) in
      if let labels { return try readLabels(labels, maximum: maximum) }
      if let inside = content.labels { return inside }
      return try labelsBeside(source.file, maximum: maximum)
    }
  }

  /// The same for bytes in memory; labels are those inside.
  /// - Parameters:
  ///   - bytes: a whole image file, gzip allowed.
  ///   - path: what the bytes are called: the name helps to recognise the format and stands in errors.
  ///   - expectedShape: the network's input, `[C, H, W]` or `[N]`.
  ///   - classes: number of classes, where known: larger labels are an error.
  ///   - cifar: which CIFAR form, for a size that both divide; also makes any bytes be read as that.
  ///   - maximum: most bytes after decompression.
  package static func decode(
    _ bytes: [UInt8], named path: String, expectedShape: [Int], classes: Int? = nil, cifar: CIFAR.Variant? = nil,
    maximum: Int = defaultMaximum
  ) throws(DataError) -> Dataset {
    guard isInput(expectedShape) else { throw DataError(file: path, .expectedShape(expectedShape)) }
    let source = ArrayPath(path)
    let plain = try decompressed(bytes, path: source.file, maximum: maximum)
    let content = try decodeImages(plain, source, cifar: cifar, readsLabels: true, maximum: maximum)
    return try assemble(content, source, expectedShape, classes: classes) { () throws(DataError) in content.labels }
  }

  /// The labels in the bytes of a label file.
  package static func labels(
    _ bytes: [UInt8], named path: String, maximum: Int = defaultMaximum
  ) throws(DataError) -> [Int] {
    let source = ArrayPath(path)
    return try decodeLabels(decompressed(bytes, path: source.file, maximum: maximum), source, maximum: maximum).values
  }

  private static func isInput(_ shape: [Int]) -> Bool {
    (shape.count == 1 || shape.count == 3) && !shape.contains { $0 < 1 } && Tensor.elementCount(shape) != nil
  }

  /// Fits the images to the network's input and gives them their labels.
  private static func assemble(
    _ content: (images: Tensor, labels: Labels?), _ source: ArrayPath, _ shape: [Int], classes: Int?,
    labels: () throws(DataError) -> Labels?
  ) throws(DataError) -> Dataset {
    let file = source.description
    let samples = try arrange(content.images, shape, file: file)
    let count = try sampleCount(samples, shape, file: file)
    let found = try labels()
    if let found { try check(labels: found.values, samples: count, classes: classes, file: found.file) }
    guard let dataset = Dataset(shape: shape, values: samples, labels: found?.values) else {
      throw DataError(file: file, .noSamples)
    }
    return dataset
  }

  /// Labels and where they came from.
  struct Labels: Sendable, Equatable {
    let file: String
    let values: [Int]
  }

  /// All bytes of a file, decompressed where it is a gzip file.
  private static func read(_ path: String, maximum: Int) throws(DataError) -> [UInt8] {
    let bytes: [UInt8]
    do {
      bytes = try FileReader.bytes(of: path, limit: maximum)
    } catch {
      throw DataError(file: path, .unreadable(error))
    }
    return try decompressed(bytes, path: path, maximum: maximum)
  }

  private static func decompressed(_ bytes: [UInt8], path: String, maximum: Int) throws(DataError) -> [UInt8] {
    guard Gzip.isGzip(bytes) else { return bytes }
    do {
      return try Gzip.decode(bytes, maximum: maximum)
    } catch {
      throw DataError(file: path, .gzip(error))
    }
  }

  /// The first label file that exists of those that belong to the image file by name.
  private static func labelsBeside(_ images: String, maximum: Int) throws(DataError) -> Labels? {
    for candidate in LabelNames.candidates(forImages: images) {
      do {
        return try readLabels(candidate, maximum: maximum)
      } catch {
        if case .unreadable(.missing) = error.problem { continue }
        throw error
      }
    }
    return nil
  }

  /// Recognises the format by content, then by name, and decodes the images and the labels that come with them.
  static func decodeImages(
    _ bytes: [UInt8], _ source: ArrayPath, cifar: CIFAR.Variant?, readsLabels: Bool, maximum: Int
  ) throws(DataError) -> (images: Tensor, labels: Labels?) {
    let file = source.description
    if let cifar { return try decodeCIFAR(bytes, cifar, file: file) }
    if ZipArchive.isZip(bytes) {
      return try decodeArchive(bytes, source, readsLabels: readsLabels, maximum: maximum)
    }
    if source.entry != nil { throw DataError(file: file, .numPy(.zip(.notZip))) }
    if NumPy.isArray(bytes) { return (try decodeNumPy(bytes, file: file), nil) }
    // A CIFAR file whose first image starts with a black pixel can have the magic number of IDX; the size decides.
    let isCIFAR = !CIFAR.variants(ofSize: bytes.count).isEmpty && source.isNamedBinary
    if IDX.hasExactSize(bytes) || (IDX.hasMagic(bytes) && !isCIFAR) {
      return (try decodeIDX(bytes, file: file), nil)
    }
    if isCIFAR || source.isNamedBinary { return try decodeCIFAR(bytes, nil, file: file) }
    throw DataError(file: file, .unknownFormat(size: bytes.count))
  }

  private static func decodeArchive(
    _ bytes: [UInt8], _ source: ArrayPath, readsLabels: Bool, maximum: Int
  ) throws(DataError) -> (images: Tensor, labels: Labels?) {
    let archive = try openArchive(bytes, file: source.description)
    guard let name = source.entry ?? LabelNames.imageArray(among: archive.names) else {
      throw DataError(file: source.description, .noArray(purpose: "images", present: archive.names))
    }
    let file = "\(source.file):\(name)"
    let images = try array(name, of: archive, file: file, maximum: maximum)
    guard readsLabels, let labelName = LabelNames.labelArray(forImages: name, among: archive.names) else {
      return (images, nil)
    }
    let labelFile = "\(source.file):\(labelName)"
    let labels = try array(labelName, of: archive, file: labelFile, maximum: maximum)
    return (images, Labels(file: labelFile, values: try labelValues(labels, file: labelFile)))
  }

  /// Labels out of a file of their own.
  static func readLabels(_ path: String, maximum: Int) throws(DataError) -> Labels {
    let source = ArrayPath(path)
    return try decodeLabels(read(source.file, maximum: maximum), source, maximum: maximum)
  }

  static func decodeLabels(_ bytes: [UInt8], _ source: ArrayPath, maximum: Int) throws(DataError) -> Labels {
    let file = source.description
    if ZipArchive.isZip(bytes) {
      let archive = try openArchive(bytes, file: file)
      guard let name = source.entry ?? LabelNames.onlyLabelArray(among: archive.names) else {
        throw DataError(file: file, .noArray(purpose: "labels", present: archive.names))
      }
      let entry = "\(source.file):\(name)"
      let tensor = try array(name, of: archive, file: entry, maximum: maximum)
      return Labels(file: entry, values: try labelValues(tensor, file: entry))
    }
    if source.entry != nil { throw DataError(file: file, .numPy(.zip(.notZip))) }
    let values: [Int]
    if NumPy.isArray(bytes) {
      values = try labelValues(decodeNumPy(bytes, file: file), file: file)
    } else if bytes.starts(with: [0, 0]) {
      values = try labelValues(decodeIDX(bytes, file: file), file: file)
    } else {
      values = try LabelText.parse(bytes, file: file)
    }
    return Labels(file: file, values: values)
  }

  private static func openArchive(_ bytes: [UInt8], file: String) throws(DataError) -> NumPyArchive {
    let archive: NumPyArchive
    do {
      archive = try NumPyArchive(bytes)
    } catch {
      throw DataError(file: file, .numPy(error))
    }
    if archive.names.isEmpty { throw DataError(file: file, .torch) }
    return archive
  }

  private static func array(
    _ name: String, of archive: NumPyArchive, file: String, maximum: Int
  ) throws(DataError) -> Tensor {
    do {
      return try archive.tensor(name, maximum: maximum)
    } catch {
      throw DataError(file: file, .numPy(error))
    }
  }

  private static func decodeNumPy(_ bytes: [UInt8], file: String) throws(DataError) -> Tensor {
    do {
      return try NumPy.decode(bytes)
    } catch {
      throw DataError(file: file, .numPy(error))
    }
  }

  private static func decodeIDX(_ bytes: [UInt8], file: String) throws(DataError) -> Tensor {
    do {
      return try IDX.decode(bytes)
    } catch {
      throw DataError(file: file, .idx(error))
    }
  }

  private static func decodeCIFAR(
    _ bytes: [UInt8], _ variant: CIFAR.Variant?, file: String
  ) throws(DataError) -> (images: Tensor, labels: Labels?) {
    do {
      let (images, labels) = try CIFAR.decode(bytes, variant: variant)
      return (images, Labels(file: file, values: labels))
    } catch {
      throw DataError(file: file, .cifar(error))
    }
  }
}

/// A path, or `FILE.npz:NAME`: one array of an archive.
struct ArrayPath: Sendable, Equatable, CustomStringConvertible {
  let file: String
  let entry: String?

  init(_ path: String) {
    // The last ".npz:" with something behind it; no other colon means anything.
    var split: String.Index?
    var rest = path[...]
    while let index = rest.firstIndex(of: ":") {
      let next = path.index(after: index)
      if path[..<index].hasSuffix(".npz"), next < path.endIndex { split = index }
      rest = path[next...]
    }
    if let split {
      file = String(path[..<split])
      entry = String(path[path.index(after: split)...])
    } else {
      file = path
      entry = nil
    }
  }

  var description: String { entry.map { "\(file):\($0)" } ?? file }
  var isNamedBinary: Bool { file.hasSuffix(".bin") || file.hasSuffix(".bin.gz") }
}
