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
  ///   - classes: Number of classes, where known: larger labels are an error. Of values, how many each sample has.
  ///   - task: What labels are: classes, or what the outputs should be; nil: by the file, values where they are floats.
  ///   - cifar: Which CIFAR form, for a size that both divide; also makes any file be read as that.
  ///   - samples: How many are needed, from the first: compressed files are inflated only so far, and the data set then
  ///     has no more. Nil: all.
  ///   - recorded: How events become steps, where each sample is a recording, one map of `expectedShape` for each step; nil:
  ///     it is one map.
  ///   - naming: Who named the images.
  ///   - labelNaming: Who named the labels.
  ///   - maximum: Most bytes of one decompressed file.
  /// - Throws: `DataError`.
  package static func load(
    images: String, labels: String? = nil, expectedShape: [Int], classes: Int? = nil, task: OutputTask? = .classes,
    cifar: CIFAR.Variant? = nil, samples: Int? = nil, recorded: EventBinning? = nil,
    namedBy naming: FileReader.Naming = .user, labelsNamedBy labelNaming: FileReader.Naming = .user,
    maximum: Int = defaultMaximum
  ) throws(DataError) -> Dataset {
    guard isInput(expectedShape) else { throw DataError(file: images, .expectedShape(expectedShape)) }
    let source = ArrayPath(images)
    if let recorded, isRecording(source.file, expectedShape, maximum: maximum) {
      return try loadEvents(
        images, labels: labels, expectedShape, classes: classes, recorded, samples: samples, namedBy: naming,
        maximum: maximum)
    }
    var limits = Limits(maximum: maximum, samples: samples, task: task)
    let file: Content
    // What a pipe brings has no name that tells what it is, and comes once.
    let nameless = source.file.hasPrefix("/dev/") || !FolderFiles.isFile(source.file)
    if let recorded, nameless {
      file = Content(bytes: try whole(source.file, naming, maximum), cifar: cifar)
      if let suffix = EventRecording.suffix(of: file.bytes, for: expectedShape) {
        return try loadEvents(
          images, piped: (file.bytes, suffix), labels: labels, expectedShape, classes: classes, recorded,
          samples: samples, namedBy: naming, maximum: maximum)
      }
    } else {
      file = try read(source.file, limits, naming, cifar: cifar)
    }
    let content: Images
    do throws(DataError) { content = try decodeImages(file, source, readsLabels: labels == nil, limits) } catch {
      guard case .unknownFormat(let size) = error.problem, size > 0, nameless, recorded != nil else { throw error }
      throw DataError(file: images, .nameless)
    }
    // Labels are cut where the images are.
    if content.rows == nil { limits.samples = nil }
    return try assemble(content, source, expectedShape, classes: classes, isRecorded: recorded != nil) {
      () throws(DataError) in
      if let labels { return try readLabels(labels, limits, labelNaming) }
      if let inside = content.labels { return inside }
      return try labelsBeside(source.file, limits)
    }
  }

  /// Files that `load` reads or looks for: the one of a path, and those that the labels may be in.
  package static func files(of path: String) -> [String] {
    let file = ArrayPath(path).file
    return [file] + LabelNames.candidates(forImages: file)
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
    let limits = Limits(maximum: maximum, samples: nil)
    let plain = try decompressed(bytes, path: source.file, limits, cifar: cifar)
    let content = try decodeImages(plain, source, readsLabels: true, limits)
    return try assemble(content, source, expectedShape, classes: classes) { () throws(DataError) in content.labels }
  }

  /// The labels in the bytes of a label file.
  package static func labels(
    _ bytes: [UInt8], named path: String, maximum: Int = defaultMaximum
  ) throws(DataError) -> [Int] {
    let source = ArrayPath(path)
    let limits = Limits(maximum: maximum, samples: nil)
    return try decodeLabels(decompressed(bytes, path: source.file, limits), source, limits).values
  }

  private static func isInput(_ shape: [Int]) -> Bool {
    (shape.count == 1 || shape.count == 3) && !shape.contains { $0 < 1 } && Tensor.elementCount(shape) != nil
  }

  /// Fits the images to the network's input and gives them their labels.
  private static func assemble(
    _ content: Images, _ source: ArrayPath, _ expected: [Int], classes: Int?, isRecorded: Bool = false,
    labels: () throws(DataError) -> Labels?
  ) throws(DataError) -> Dataset {
    let file = source.description
    let (samples, shape) =
      isRecorded
      ? try recorded(content.tensor, expected, file: file) : (try arrange(content.tensor, expected, file: file), expected)
    let count = try sampleCount(samples, shape, file: file)
    let found = try labels()
    var targets: [Double]?
    if let found, let reals = found.reals {
      let (outputs, total) = (max(1, classes ?? 1), content.rows ?? count)
      guard reals.count % outputs == 0, (found.rows ?? reals.count / outputs) == total, reals.count >= count * outputs
      else {
        throw DataError(file: found.file, .targetCount(values: reals.count, outputs: outputs, samples: total))
      }
      if let index = reals.firstIndex(where: { !$0.isFinite }) {
        throw DataError(file: found.file, .notFinite(sample: index / outputs))
      }
      targets = Array(reals.prefix(count * outputs))
    } else if let found {
      try check(
        labels: found.values, of: found.hasMore ? content.rows ?? count : found.rows ?? found.values.count,
        samples: content.rows ?? count, outputs: classes, file: found.file)
    }
    let classes = targets == nil ? found.map { Array($0.values.prefix(count)) } : nil
    guard let dataset = Dataset(shape: shape, values: samples, labels: classes, targets: targets) else {
      throw DataError(file: file, .noSamples)
    }
    return dataset
  }

  /// How much is read, and what labels are taken for.
  private struct Limits {
    /// Most bytes of a file or an array.
    let maximum: Int
    /// From the first; nil: all.
    var samples: Int?
    /// Nil: by the file.
    var task: OutputTask? = .classes
  }

  /// The bytes of a file, inflated.
  private struct Content {
    var bytes: [UInt8]
    /// Samples that the whole file has, where these are its first ones only.
    var rows: Int?
    /// Whether the file goes on, nobody knows how far.
    var hasMore = false
    /// Where the file can be nothing else.
    var cifar: CIFAR.Variant?
  }

  private struct Images {
    var tensor: Tensor
    var labels: Labels?
    /// Samples that the whole file has, where these are its first ones only.
    var rows: Int?
  }

  /// Labels and where they came from.
  private struct Labels {
    var file: String
    var values: [Int]
    /// What the outputs should be, instead of classes.
    var reals: [Double]?
    /// Labels that the whole file has, where these are its first ones only.
    var rows: Int?
    /// Whether the file goes on, nobody knows how far.
    var hasMore = false

    init(file: String, values: [Int], reals: [Double]? = nil, rows: Int? = nil, hasMore: Bool = false) {
      (self.file, self.values, self.reals, self.rows, self.hasMore) = (file, values, reals, rows, hasMore)
    }

    /// The numbers of an array.
    init(_ tensor: Tensor, file: String, rows: Int?, _ limits: Limits, hasMore: Bool = false) throws(DataError) {
      let isReal = limits.task == .values || (limits.task == nil && tensor.isFloat)
      self.init(
        file: file, values: isReal ? [] : try DatasetLoader.labelValues(tensor, file: file),
        reals: isReal ? tensor.doubles : nil, rows: rows, hasMore: hasMore)
    }
  }

  /// The bytes of a file, decompressed where it is a gzip file.
  private static func read(
    _ path: String, _ limits: Limits, _ naming: FileReader.Naming, cifar: CIFAR.Variant? = nil, asLabels: Bool = false
  ) throws(DataError) -> Content {
    let bytes: [UInt8]
    do {
      bytes = try FileReader.bytes(of: path, limit: limits.maximum, namedBy: naming)
    } catch {
      throw DataError(file: path, .unreadable(error))
    }
    return try decompressed(bytes, path: path, limits, cifar: cifar, asLabels: asLabels)
  }

  private static func decompressed(
    _ bytes: [UInt8], path: String, _ limits: Limits, cifar: CIFAR.Variant? = nil, asLabels: Bool = false
  ) throws(DataError) -> Content {
    guard Gzip.isGzip(bytes) else { return Content(bytes: bytes, cifar: cifar) }
    return try decode(path) { () throws(FormatError) in
      if let samples = limits.samples, let content = try beginning(bytes, path, samples, limits.maximum, cifar) {
        return content
      }
      if asLabels, let samples = limits.samples, let text = try beginning(ofText: bytes, samples, limits.maximum) {
        return Content(bytes: text, hasMore: true)
      }
      return Content(bytes: try Gzip.decode(bytes, maximum: limits.maximum), cifar: cifar)
    }
  }

  /// The first samples of a gzip file; nil where all of it is needed.
  private static func beginning(
    _ bytes: [UInt8], _ path: String, _ samples: Int, _ maximum: Int, _ cifar: CIFAR.Variant?
  ) throws(FormatError) -> Content? {
    guard cifar != nil || ArrayPath(path).isNamedBinary else {
      return try DataBeginning(samples: samples, maximum: maximum) { (count) throws(FormatError) in
        try Gzip.beginning(bytes, count: count)
      }.map { Content(bytes: $0.bytes, rows: $0.rows) }
    }
    // Records have no header; the size that the file says it expands to tells which form they have.
    let size = bytes.count >= 8 ? Int(bytes.littleEndian32(at: bytes.count - 4)) : 0
    let possible = CIFAR.variants(ofSize: size)
    guard let form = cifar ?? possible.first, possible.contains(form), cifar != nil || possible.count == 1,
      samples < size / form.recordSize
    else { return nil }
    let part = try Gzip.beginning(bytes, count: samples * form.recordSize)
    guard part.count == samples * form.recordSize else { return nil }
    return Content(bytes: part, rows: size / form.recordSize, cifar: form)
  }

  /// The lines of a gzip file that hold its first labels; nil where all of it is needed.
  private static func beginning(ofText bytes: [UInt8], _ samples: Int, _ maximum: Int) throws(FormatError) -> [UInt8]? {
    var size = 1 << 16
    while size < maximum {
      let part = try Gzip.beginning(bytes, count: size)
      guard part.count == size, !part.contains(0), !NumPy.isArray(part) else { return nil }
      if let end = LabelText.end(ofFirst: samples, in: part) { return Array(part[..<end]) }
      size *= 2
    }
    return nil
  }

  /// The first label file that exists of those that belong to the image file by name.
  private static func labelsBeside(_ images: String, _ limits: Limits) throws(DataError) -> Labels? {
    for candidate in LabelNames.candidates(forImages: images) {
      do {
        return try readLabels(candidate, limits, .file)
      } catch {
        if case .unreadable(.missing) = error.problem { continue }
        throw error
      }
    }
    return nil
  }

  /// Recognises the format by content, then by name, and decodes the images and the labels that come with them.
  private static func decodeImages(
    _ content: Content, _ source: ArrayPath, readsLabels: Bool, _ limits: Limits
  ) throws(DataError) -> Images {
    let file = source.description
    let (bytes, rows) = (content.bytes, content.rows)
    if content.cifar != nil { return try decodeCIFAR(content, file: file) }
    if ZipArchive.isZip(bytes) { return try decodeArchive(bytes, source, readsLabels: readsLabels, limits) }
    if source.entry != nil { throw DataError(file: file, .notArchive) }
    if NumPy.isArray(bytes) {
      return Images(tensor: try decode(file) { () throws(FormatError) in try NumPy.decode(bytes) }, rows: rows)
    }
    // A CIFAR file whose first image starts with a black pixel can have the magic number of IDX; the size decides.
    let isCIFAR = !CIFAR.variants(ofSize: bytes.count).isEmpty && source.isNamedBinary
    if IDX.hasExactSize(bytes) || (IDX.hasMagic(bytes) && !isCIFAR) {
      return Images(tensor: try decode(file) { () throws(FormatError) in try IDX.decode(bytes) }, rows: rows)
    }
    if isCIFAR || source.isNamedBinary { return try decodeCIFAR(content, file: file) }
    throw DataError(file: file, .unknownFormat(size: bytes.count))
  }

  private static func decodeArchive(
    _ bytes: [UInt8], _ source: ArrayPath, readsLabels: Bool, _ limits: Limits
  ) throws(DataError) -> Images {
    let archive = try openArchive(bytes, file: source.description)
    guard let name = source.entry ?? LabelNames.imageArray(among: archive.names) else {
      throw DataError(file: source.description, .noArray(purpose: "images", present: archive.names))
    }
    let file = "\(source.file):\(printable(name))"
    let (tensor, rows) = try array(name, of: archive, file: file, limits)
    var images = Images(tensor: tensor, rows: rows)
    guard readsLabels, let labelName = LabelNames.labelArray(forImages: name, among: archive.names) else { return images }
    var limits = limits
    if rows == nil { limits.samples = nil }
    images.labels = try archivedLabels(labelName, of: archive, file: "\(source.file):\(printable(labelName))", limits)
    return images
  }

  private static func archivedLabels(
    _ name: String, of archive: NumPyArchive, file: String, _ limits: Limits
  ) throws(DataError) -> Labels {
    let (tensor, rows) = try array(name, of: archive, file: file, limits)
    return try Labels(tensor, file: file, rows: rows, limits)
  }

  /// Labels out of a file of their own.
  private static func readLabels(
    _ path: String, _ limits: Limits, _ naming: FileReader.Naming
  ) throws(DataError) -> Labels {
    let source = ArrayPath(path)
    return try decodeLabels(read(source.file, limits, naming, asLabels: true), source, limits)
  }

  private static func decodeLabels(
    _ content: Content, _ source: ArrayPath, _ limits: Limits
  ) throws(DataError) -> Labels {
    let file = source.description
    let bytes = content.bytes
    if ZipArchive.isZip(bytes) {
      let archive = try openArchive(bytes, file: file)
      guard let name = source.entry ?? LabelNames.onlyLabelArray(among: archive.names) else {
        throw DataError(file: file, .noArray(purpose: "labels", present: archive.names))
      }
      return try archivedLabels(name, of: archive, file: "\(source.file):\(printable(name))", limits)
    }
    if source.entry != nil { throw DataError(file: file, .notArchive) }
    let isArray = NumPy.isArray(bytes)
    guard isArray || bytes.starts(with: [0, 0]) else {
      let values = try LabelText.parse(bytes, file: file)
      return Labels(
        file: file, values: values, reals: limits.task == .values ? values.map(Double.init) : nil, rows: content.rows,
        hasMore: content.hasMore)
    }
    let tensor = try decode(file) { () throws(FormatError) in try isArray ? NumPy.decode(bytes) : IDX.decode(bytes) }
    return try Labels(tensor, file: file, rows: content.rows, limits, hasMore: content.hasMore)
  }

  private static func openArchive(_ bytes: [UInt8], file: String) throws(DataError) -> NumPyArchive {
    let archive = try decode(file) { () throws(FormatError) in try NumPyArchive(bytes) }
    if archive.names.isEmpty { throw DataError(file: file, .torch) }
    return archive
  }

  private static func array(
    _ name: String, of archive: NumPyArchive, file: String, _ limits: Limits
  ) throws(DataError) -> (tensor: Tensor, rows: Int?) {
    try decode(file) { () throws(FormatError) in
      try archive.array(name, samples: limits.samples, maximum: limits.maximum)
    }
  }

  private static func decodeCIFAR(_ content: Content, file: String) throws(DataError) -> Images {
    let (images, labels) = try decode(file) { () throws(FormatError) in
      try CIFAR.decode(content.bytes, variant: content.cifar)
    }
    return Images(tensor: images, labels: Labels(file: file, values: labels, rows: content.rows), rows: content.rows)
  }

  /// What is wrong with the bytes of `file` is said with its name.
  static func decode<Value>(
    _ file: String, _ read: () throws(FormatError) -> Value
  ) throws(DataError) -> Value {
    do {
      return try read()
    } catch {
      throw DataError(file: file, .format(error))
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
