extension DatasetLoader {
  /// Recordings of events as counts by step, `[T, C, H, W]` or `[T, N]`: a file of events, or a folder of such files.
  ///
  /// In a folder `labels.txt` has a line a recording, its name (without the end) and its class; else a folder in it is
  /// a
  /// class, in the order of their names; else there are no labels. Recordings without a list are in the order of their
  /// names, numbers by value. One file is read after the other, piece by piece where its format allows that; what is kept
  /// is 10 bytes for each pair of neuron and step that has events.
  ///
  /// - Parameters:
  ///   - path: a file or a folder.
  ///   - labels: a list in another place; nil: that of the folder.
  ///   - piped: the recording, where it came from a pipe and is read already, and the end of a name for it.
  ///   - shape: the network's input. Of `[1, H, W]` polarities count together, of `[N]` the column is the neuron.
  /// - Throws: `DataError`.
  static func loadEvents(
    _ path: String, piped: (bytes: [UInt8], suffix: String)? = nil, labels: String?, _ shape: [Int], classes: Int?,
    _ binning: EventBinning, samples: Int?, namedBy naming: FileReader.Naming, maximum: Int
  ) throws(DataError) -> Dataset {
    let all = try recordings(path, labels: labels, naming)
    let files = samples.map { Array(all.prefix($0)) } ?? all
    let known = files.compactMap(\.label)
    if !known.isEmpty {
      let list = labels ?? path
      guard known.count == files.count else {
        throw DataError(file: list, .labelCount(labels: known.count, samples: files.count))
      }
      try check(labels: known, of: known.count, samples: known.count, outputs: classes, file: list)
    }
    var counts = SparseSamples()
    var longest = 1
    for file in files {
      let naming = FolderFiles.exists(path) ? .file : naming
      if piped == nil, let source = try eventSource(file.path, naming) {
        counts.append(try counted(source, file.path, binning, shape, longest: &longest))
        continue
      }
      let bytes = if let piped { piped.bytes } else { try whole(file.path, naming, maximum) }
      counts.append(
        try decode(file.path) { () throws(FormatError) in
          let name = piped?.suffix ?? (file.path.hasSuffix(".gz") ? String(file.path.dropLast(3)) : file.path)
          let events = try EventRecording.decode(bytes, named: name, maximum: maximum)
          return try binning.counts(events, shape: shape, longest: &longest)
        })
    }
    let steps = binning.fixedSteps ?? binning.steps ?? longest
    guard let size = Tensor.elementCount([steps] + shape), size <= mostValues else {
      throw DataError(file: path, .tooManySteps(steps, values: shape.reduce(1, *)))
    }
    guard
      let data = Dataset(shape: [steps] + shape, values: .sparse(counts), labels: known.isEmpty ? nil : known)
    else { throw DataError(file: path, .noSamples) }
    return data
  }

  /// Values of one sample, which a run spreads out: 4 GiB.
  private static let mostValues = 1 << 29

  /// A recording that is never there as a whole: read once for its extent, then again for its counts.
  private static func counted(
    _ source: any EventSource, _ path: String, _ binning: EventBinning, _ shape: [Int], longest: inout Int
  ) throws(DataError) -> [(place: UInt64, count: UInt16)] {
    var extent = EventExtent()
    while let events = try source.next() { extent.add(events) }
    try source.rewind()
    var counter = EventCounter(binning, shape: shape, extent)
    while let events = try source.next() { try decode(path) { () throws(FormatError) in try counter.add(events) } }
    longest = max(longest, counter.longest)
    return counter.counts()
  }

  /// The bytes of a file, inflated.
  static func whole(_ path: String, _ naming: FileReader.Naming, _ maximum: Int) throws(DataError) -> [UInt8] {
    let bytes: [UInt8]
    do { bytes = try FileReader.bytes(of: path, limit: maximum, namedBy: naming) } catch {
      throw DataError(file: path, .unreadable(error))
    }
    guard Gzip.isGzip(bytes) else { return bytes }
    return try decode(path) { () throws(FormatError) in try Gzip.decode(bytes, maximum: maximum) }
  }

  /// Whether a path is a folder, or a file of events: by its name, of arrays by their shape or names, because frames
  /// are arrays too.
  /// - Parameters:
  ///   - expected: the network's input.
  ///   - maximum: most bytes of an archive that went through gzip.
  static func isRecording(_ path: String, _ expected: [Int], maximum: Int) -> Bool {
    if FolderFiles.exists(path) { return true }
    let name = path.hasSuffix(".gz") ? String(path.dropLast(3)) : path
    guard name.hasSuffix(".npy") || name.hasSuffix(".npz") else {
      return (EventRecording.suffixes + [".aedat4", ".h5", ".hdf5"]).contains { name.hasSuffix($0) }
    }
    // What cannot be looked at is named where it is read.
    guard FolderFiles.isFile(path), let (head, size) = try? FileReader.head(of: path, count: 1 << 16) else {
      return false
    }
    if ZipArchive.isZip(head) {
      // The directory lies at the end, before a comment of at most 64 KiB.
      let from = max(0, size - 1 << 20)
      let end = try? FileReader.bytes(of: path, from: from, count: size - from, namedBy: .file)
      return end.map { EventRecording.isArchive($0, before: from) } ?? false
    }
    guard Gzip.isGzip(head) else { return EventRecording.isArray(head, for: expected) }
    var stream = GzipStream()
    guard let first = try? stream.advance(head, isLast: head.count == size) else { return false }
    guard ZipArchive.isZip(first) else { return EventRecording.isArray(first, for: expected) }
    guard let packed = try? FileReader.bytes(of: path, limit: maximum, namedBy: .file),
      let whole = try? Gzip.decode(packed, maximum: maximum)
    else { return false }
    return EventRecording.isArchive(whole, before: 0)
  }

  // MARK: Folders

  private struct Recording {
    var path: String
    var label: Int?
  }

  private static func recordings(
    _ path: String, labels: String?, _ naming: FileReader.Naming
  ) throws(DataError) -> [Recording] {
    guard FolderFiles.exists(path) else {
      let classes = try labels.map { (list) throws(DataError) in
        try self.labels(whole(list, naming, 1 << 28), named: list)
      }
      guard classes?.count ?? 1 == 1 else {
        throw DataError(file: labels ?? path, .labelCount(labels: classes?.count ?? 0, samples: 1))
      }
      return [Recording(path: path, label: classes?.first)]
    }
    let names = FolderFiles.names(in: path).filter { !$0.hasPrefix(".") }
    let list = labels ?? (names.contains("labels.txt") ? path + "/labels.txt" : nil)
    if let list {
      let bytes: [UInt8]
      do { bytes = try FileReader.bytes(of: list, limit: 1 << 28, namedBy: labels == nil ? .file : naming) } catch {
        throw DataError(file: list, .unreadable(error))
      }
      return try listed(bytes, file: list, in: path, names)
    }
    let classes = inOrder(names.filter { FolderFiles.exists("\(path)/\($0)") })
    guard !classes.isEmpty else {
      return inOrder(names.filter { isEventFile($0) }).map { Recording(path: "\(path)/\($0)") }
    }
    // Folders named by numbers say the class.
    let numbers = classes.compactMap { Int($0) }
    return classes.enumerated().flatMap { index, folder in
      inOrder(FolderFiles.names(in: "\(path)/\(folder)").filter { isEventFile($0) }).map {
        Recording(path: "\(path)/\(folder)/\($0)", label: numbers.count == classes.count ? numbers[index] : index)
      }
    }
  }

  private static func isEventFile(_ name: String) -> Bool {
    EventRecording.suffixes.contains { name.hasSuffix($0) || name.hasSuffix($0 + ".gz") }
  }

  /// Names by their leading number, then as text.
  private static func inOrder(_ names: [String]) -> [String] {
    names.map { (name: $0, number: Int($0.prefix { $0.isASCII && $0.isNumber }) ?? Int.max) }
      .sorted { ($0.number, $0.name) < ($1.number, $1.name) }.map(\.name)
  }

  /// Lines of a recording's name and its class.
  private static func listed(
    _ bytes: [UInt8], file: String, in folder: String, _ names: [String]
  ) throws(DataError) -> [Recording] {
    var byStem: [Substring: String] = [:]
    for name in names where isEventFile(name) {
      byStem[name[...]] = name
      if let point = name.firstIndex(of: ".") { byStem[name[..<point]] = name }
    }
    var recordings: [Recording] = []
    for (number, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
      let fields = line.split { [0x20, 0x09, 0x0D, 0x2C].contains($0) }
      guard let first = fields.first, first.first != UInt8(ascii: "#") else { continue }
      guard fields.count == 2, fields[1].count <= 19, let label = Int(String(decoding: fields[1], as: UTF8.self)) else {
        throw DataError(file: file, .recordingLine(number + 1))
      }
      let name = String(decoding: first.prefix(256), as: UTF8.self)
      guard let found = byStem[name[...]] else { throw DataError(file: file, .noRecording(name, line: number + 1)) }
      recordings.append(Recording(path: "\(folder)/\(found)", label: label))
    }
    return recordings
  }
}
