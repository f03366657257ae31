import Foundation
import Testing

@testable import ChipModel

@Suite("Events")
struct EventTests {
  private func little(_ value: Int, _ size: Int) -> [UInt8] {
    (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
  private func big(_ value: Int, _ size: Int) -> [UInt8] { little(value, size).reversed() }
  private func events(_ bytes: [UInt8], _ name: String) throws -> [Event] {
    try EventRecording.decode(bytes, named: name, maximum: 1 << 20)
  }
  private func message(_ bytes: [UInt8], _ name: String) -> String? {
    do throws(FormatError) {
      _ = try EventRecording.decode(bytes, named: name, maximum: 1 << 20)
      return nil
    } catch { return error.description }
  }
  private let two = [Event(time: 5, x: 3, y: 7, polarity: 1), Event(time: 70_000, x: 30, y: 2, polarity: 0)]

  @Test("N-MNIST: 5 bytes, 23 bits of time, rows that mark overflows")
  func nmnist() throws {
    let bytes: [UInt8] = [3, 7, 0x80, 0, 5, 0, 240, 0, 0, 0, 30, 2, 0x01, 0x11, 0x70]
    #expect(try events(bytes, "a.bs2") == [two[0], Event(time: 70_000 + 8192, x: 30, y: 2, polarity: 0)])
    #expect(
      message(Array(bytes.dropLast()), "a.bin")
        == "14 bytes are no whole number of N-MNIST events of 5; copy the file again")
  }

  @Test("EVT2: upper bits of the time in words of their own")
  func evt2() throws {
    func word(_ type: Int, _ rest: Int) -> [UInt8] { little(type << 28 | rest, 4) }
    func event(_ event: Event) -> [UInt8] {
      word(8, Int(event.time >> 6)) + word(event.polarity, Int(event.time & 63) << 22 | event.x << 11 | event.y)
    }
    let bytes = Array("% evt 2.0\n% end\n".utf8) + two.flatMap(event) + word(10, 1)
    #expect(try events(bytes, "a.raw") == two)
    #expect(
      message(Array("% nothing\n".utf8), "a.raw")?.hasPrefix("the header does not say whether it is EVT2 or EVT3")
        == true)
  }

  @Test("EVT3: single events, masks of events, a time that begins again")
  func evt3() throws {
    let words: [Int] = [
      0x8FFF, 0x6005, 0x0007, 0x2803,  // time, row 7, column 3 brighter
      0x8000, 0x6001, 0x3010, 0x4801, 0x5080,  // time begins again; darker from column 16 on
    ]
    let bytes = Array("% format EVT3;height=720;width=1280\n".utf8) + words.flatMap { little($0, 2) }
    let later = Int64(1 << 24) + 1
    #expect(
      try events(bytes, "a.raw") == [
        Event(time: 0xFFF005, x: 3, y: 7, polarity: 1), Event(time: later, x: 16, y: 7, polarity: 0),
        Event(time: later, x: 27, y: 7, polarity: 0), Event(time: later, x: 35, y: 7, polarity: 0),
      ])
  }

  @Test(".dat, AEDAT 2, AEDAT 3.1, arrays and tables")
  func others() throws {
    let dat =
      Array("% Version 2\n".utf8) + [0, 8]
      + two.flatMap { little(Int($0.time), 4) + little($0.x | $0.y << 14 | $0.polarity << 28, 4) }
    #expect(try events(dat, "a.dat") == two)
    let old =
      Array("#!AER-DAT2.0\r\n# comment\r\n".utf8)
      + two.flatMap { big($0.polarity | $0.x << 1 | $0.y << 8, 4) + big(Int($0.time), 4) }
    #expect(try events(old, "a.aedat") == two)
    let header = little(1, 2) + little(0, 2) + [8, 4, 0, 2, 2, 2].flatMap { little($0, 4) }
    let packet =
      [header[0], header[1], 0, 0] + little(8, 4) + little(4, 4) + little(0, 4) + little(3, 4) + little(3, 4)
      + little(2, 4)
    let new =
      Array("#!AER-DAT3.1\r\nFormat: RAW\r\n#!END-HEADER\r\n".utf8) + packet
      + (two + [two[0]]).enumerated().flatMap { index, event in
        // The last one is marked as filtered out.
        little((index < 2 ? 1 : 0) | event.polarity << 1 | event.y << 2 | event.x << 17, 4) + little(Int(event.time), 4)
      }
    #expect(try events(new, "a.aedat") == two)
    let text = "# made by hand\nx,y,p,t\n3,7,1,5\n30,2,0,70000\n"
    #expect(try events(Array(text.utf8), "a.csv") == two)
    #expect(try events(Array("5 3 7 1\r\n70000 30 2 -1\r\n".utf8), "a.txt") == two)
    let table = try #require(Tensor(shape: [2, 4], storage: .int64([5, 3, 7, 1, 70_000, 30, 2, 0])))
    #expect(try events(NumPy.encode(table), "a.npy") == two)
  }

  /// As the loader does it: pieces, and what is left of one before the next.
  private func inPieces(_ bytes: [UInt8], of size: Int, named name: String) -> Result<[Event], FormatError>? {
    do throws(FormatError) {
      guard case (var decoder, let start)? = try EventRecording.decoder(bytes, named: name, total: bytes.count) else {
        return nil
      }
      var events: [Event] = []
      var (piece, place, end) = (Array(bytes[..<start]), start, start)
      repeat {
        let more = min(bytes.count, end + size)
        piece = Array(piece[place...]) + bytes[end..<more]
        end = more
        place = try decoder.decode(piece, from: 0, isLast: end == bytes.count, into: &events)
      } while end < bytes.count
      return .success(events)
    } catch { return .failure(error) }
  }

  @Test("every format gives the same events in pieces of any size, and the same refusal")
  func pieces() throws {
    func packet(_ type: UInt8, size: Int, capacity: Int, _ events: [[UInt8]]) -> [UInt8] {
      let head: [UInt8] = [type, 0, 0, 0] + little(size, 4) + little(4, 4) + little(0, 4) + little(capacity, 4)
      let body = events.flatMap { $0 + [UInt8](repeating: 9, count: size - $0.count) }
      return head + little(events.count, 4) + little(0, 4) + body
        + [UInt8](repeating: 7, count: (capacity - events.count) * size)
    }
    let camera = (0..<9).map { little(1 | $0 << 2 | $0 << 17, 4) + little($0 * 100, 4) }
    let aedat =
      Array("#!AER-DAT3.1\r\n#!END-HEADER\r\n".utf8) + packet(1, size: 8, capacity: 4, Array(camera[..<3]))
      + packet(2, size: 20, capacity: 2, []) + packet(1, size: 11, capacity: 3, Array(camera[3..<6]))
      + packet(1, size: 8, capacity: 5, []) + packet(1, size: 8, capacity: 3, Array(camera[6...]))
    let table = try #require(
      Tensor(shape: [7, 4], storage: .int16((0..<28).map { Int16($0) })))
    let text = "# by hand\nx y p t\n" + (0..<12).map { "\($0) 2 1 \($0 * 50)\n" }.joined()
    let evt3: [Int] = [0x8FFF, 0x6005, 0x0007, 0x2803, 0x8000, 0x6001, 0x3010, 0x4801, 0x5080]
    let evt2: [Int] = [8 << 28 | 5, 1 << 28 | 77, 3]
    var (pixels, records, addresses): ([UInt8], [UInt8], [UInt8]) = ([], [0, 8], [])
    for event in 0..<20 {
      let row: UInt8 = event == 9 ? 240 : 3
      pixels += [UInt8(event), row, UInt8(event % 2) << 7, 0, UInt8(event)]
      records += little(event * 9, 4)
      records += little(event | 3 << 14, 4)
      addresses += big(event << 1, 4)
      addresses += big(event, 4)
    }
    func file(_ head: String, _ rest: [UInt8] = []) -> [UInt8] { Array(head.utf8) + rest }
    let files: [(String, [UInt8])] = [
      ("a.aedat", aedat), ("a.npy", NumPy.encode(table)), ("a.csv", file(text)), ("a.csv", file(String(text.dropLast()))),
      ("a.bin", pixels), ("a.raw", file("% evt 3.0\n", evt3.flatMap { little($0, 2) })),
      ("a.raw", file("% evt 2.0\n% end\n", evt2.flatMap { little($0, 4) })), ("a.dat", file("% Version 2\n", records)),
      ("a.aedat", file("#!AER-DAT2.0\r\n", addresses)),
      // Damaged ones.
      ("a.aedat", Array(aedat.dropLast())), ("a.aedat", aedat + [1, 0]), ("a.csv", file(text + "1 2\n3")),
      ("a.csv", file(text + String(repeating: "1", count: 1001))),
    ]
    for (name, bytes) in files {
      let whole: Result<[Event], FormatError>
      do throws(FormatError) {
        whole = .success(try EventRecording.decode(bytes, named: name, maximum: 1 << 20))
      } catch { whole = .failure(error) }
      if case .success(let events) = whole { #expect(events.count >= 2, "\(name)") }
      for size in [1, 2, 3, 7, 29, 64, 4096] {
        let found = try #require(inPieces(bytes, of: size, named: name))
        switch (whole, found) {
        case (.success(let all), .success(let some)): #expect(all == some, "\(name), pieces of \(size)")
        case (.failure(let one), .failure(let other)): #expect(one.description == other.description, "\(name), \(size)")
        default: Issue.record("\(name), pieces of \(size): \(whole), \(found)")
        }
      }
    }
    // What cannot be had in pieces.
    #expect(inPieces(Array("PK\u{3}\u{4}".utf8), of: 1, named: "a.npz") == nil)
  }

  @Test("counts taken in piece by piece are those of the whole recording")
  func countedInPieces() throws {
    var random = SeededGenerator(seed: 5)
    let events = (0..<3000).map { _ in
      Event(time: Int64(random.next() % 9000), x: Int(random.next() % 4), y: Int(random.next() % 3), polarity: Int(random.next() % 2))
    }
    for rule in [EventBinning.Rule.timeWindow(1000), .eventCount(70), .timeBins(6), .eventBins(11)] {
      var binning = EventBinning()
      (binning.rule, binning.steps) = (rule, 7)
      var longest = 1
      let whole = try binning.counts(events, shape: [2, 3, 4], longest: &longest)
      // By hand: each event's step and neuron, counted one by one.
      var extent = EventExtent()
      extent.add(events)
      let last = binning.fixedSteps ?? 7
      var table = [Int](repeating: 0, count: last * 24)
      for (number, event) in events.enumerated() {
        let step = binning.step(event, number: number, extent)
        if step < last { table[step * 24 + (event.polarity * 3 + event.y) * 4 + event.x] += 1 }
      }
      #expect(whole.map { [Int($0.place), Int($0.count)] } == table.indices.filter { table[$0] > 0 }.map { [$0, table[$0]] })
      for size in [1, 100, 2999] {
        var counter = EventCounter(binning, shape: [2, 3, 4], extent, together: 64)
        for start in stride(from: 0, to: events.count, by: size) { try counter.add(Array(events[start...].prefix(size))) }
        #expect(counter.counts().map { [$0.place, UInt64($0.count)] } == whole.map { [$0.place, UInt64($0.count)] })
        #expect(counter.longest == longest)
      }
    }
  }

  @Test("AEDAT4 and HDF5 are refused with what to do instead")
  func refused() {
    #expect(message(Array("#!AER-DAT4.0\r\n".utf8), "a.aedat4")?.contains("dv_processing") == true)
    // Found as a trap: 2^32 - 1 events of 2^32 - 1 bytes do not fit 63 bits.
    let huge = [UInt8](repeating: 0xFF, count: 4)
    let packet = [1, 0, 0, 0] + huge + little(4, 4) + little(0, 4) + huge + little(1, 4) + little(1, 4)
    #expect(
      message(Array("#!AER-DAT3.1\r\n#!END-HEADER\r\n".utf8) + packet, "a.aedat")
        == "a packet of AEDAT 3 at byte 56 goes beyond the file; copy it again")
    #expect(message([0x89, 0x48, 0x44, 0x46], "a.h5")?.contains("numpy.savez") == true)
    #expect(
      message([1, 2, 3], "a.xyz")?.hasPrefix("no file of events that is known; read are N-MNIST .bin and .bs2") == true)
    #expect(message(Array("1,2,x\n".utf8), "a.csv") == "line 1 has no numbers t, x, y and p; write four numbers a line")
  }

  @Test("the four binnings, counts and at most one")
  func binning() throws {
    let events = [0, 400, 900, 1000, 1700, 3999].map { Event(time: $0, x: 1, y: 0, polarity: $0 == 400 ? 1 : 0) }
    func counts(_ rule: EventBinning.Rule, atMostOne: Bool = false, steps: Int? = nil) throws -> (
      counts: [[UInt64]], longest: Int
    ) {
      var binning = EventBinning()
      (binning.rule, binning.atMostOne, binning.steps) = (rule, atMostOne, steps)
      var longest = 1
      return (
        try binning.counts(events, shape: [2, 1, 2], longest: &longest).map { [$0.place, UInt64($0.count)] }, longest
      )
    }
    // Place: 4 values a step; darker at 1, brighter at 3.
    var found = try counts(.timeWindow(1000))
    #expect(found.counts == [[1, 2], [3, 1], [5, 2], [13, 1]] && found.longest == 4)
    found = try counts(.timeWindow(1000), atMostOne: true, steps: 2)
    #expect(found.counts == [[1, 1], [3, 1], [5, 1]] && found.longest == 2)
    #expect(try counts(.eventCount(3)).counts == [[1, 2], [3, 1], [5, 3]])
    #expect(try counts(.timeBins(2)).counts == [[1, 4], [3, 1], [5, 1]])
    #expect(try counts(.eventBins(2)).counts == [[1, 2], [3, 1], [5, 3]])
  }

  @Test("arrays, tables and archives of more events than a piece has, packed or not, are counted as the whole is")
  func sources() throws {
    let root = FileManager.default.temporaryDirectory.appending(path: "sources-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: root) }
    let count = 20_000
    let (t, x, y, p) = (
      (0..<count).map { Int64($0 * 3) }, (0..<count).map { UInt8($0 * $0 % 4) }, (0..<count).map { Int16($0 / 7 % 3) },
      (0..<count).map { Float($0 % 2) }
    )
    func array(_ shape: [Int], _ storage: Tensor.Storage) throws -> [UInt8] {
      NumPy.encode(try #require(Tensor(shape: shape, storage: storage)))
    }
    func columnMajor(_ bytes: [UInt8]) -> [UInt8] {
      var text = bytes
      let (from, to) = (Array("False".utf8), Array("True ".utf8))
      let place = text.indices.first { text[$0...].starts(with: from) } ?? 0
      text.replaceSubrange(place..<(place + from.count), with: to)
      return text
    }
    func deflated(_ data: [UInt8]) -> [UInt8] {
      var body = DeflateBuilder()
      for start in stride(from: 0, to: data.count, by: 60_000) {
        body.stored(Array(data[start...].prefix(60_000)), final: start + 60_000 >= data.count)
      }
      return body.bytes
    }
    func entry(_ name: String, _ data: [UInt8], _ isDeflated: Bool) -> FileBuilders.ZipEntry {
      FileBuilders.ZipEntry(name: name, data: data, deflated: isDeflated ? deflated(data) : nil)
    }
    let named = [
      ("t", try array([count], .int64(t))), ("x", try array([count], .uint8(x))), ("y", try array([count, 1], .int16(y))),
      ("p", try array([count], .float32(p))),
    ]
    let rows = try array([count, 4], .float64((0..<count).flatMap { [Double(t[$0]), Double(x[$0]), Double(y[$0]), Double(p[$0])] }))
    let columns = columnMajor(
      try array([count, 4], .float64(t.map { Double($0) } + x.map { Double($0) } + y.map { Double($0) } + p.map { Double($0) })))
    let text = "t,x,y,p\n" + (0..<count).map { "\(t[$0]),\(x[$0]),\(y[$0]),\(Int(p[$0]))\n" }.joined()
    let csv = Array(text.utf8)
    // As NumPy saves records, with a gap.
    let description =
      "{'descr': [('x', '<i2'), ('', '|V2'), ('y', '>i4'), ('t', '<i8'), ('p', '|b1'), ('w', '<f4')], "
      + "'fortran_order': False, 'shape': (\(count),), }\n"
    var records: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0, UInt8(description.utf8.count), 0]
    records += Array(description.utf8)
    for event in 0..<count {
      records += little(Int(x[event]), 2)
      records += [9, 9]
      records += big(Int(y[event]), 4)
      records += little(Int(t[event]), 8)
      records += [UInt8(p[event]), 1, 2, 3, 4]
    }
    let files: [(String, [UInt8])] = [
      ("records.npy", records), ("records.npz", FileBuilders.zip([entry("events.npy", records, true)])),
      ("rows.npy", rows), ("columns.npy", columns), ("text.csv", csv),
      ("text.csv.gz", FileBuilders.gzip(csv, deflated: deflated(csv))),
      ("rows.npy.gz", FileBuilders.gzip(rows, deflated: deflated(rows))),
      ("stored.npz", FileBuilders.zip(named.map { entry("\($0.0).npy", $0.1, false) })),
      ("packed.npz", FileBuilders.zip(named.reversed().map { entry("\($0.0).npy", $0.1, true) })),
      ("rows.npz", FileBuilders.zip([entry("events.npy", rows, true)])),
      ("columns.npz", FileBuilders.zip([entry("events.npy", columns, true)])),
    ]
    var binning = EventBinning()
    binning.rule = .eventBins(7)
    var longest = 1
    let expected = try binning.counts(events(csv, "a.csv"), shape: [2, 3, 4], longest: &longest)
    for (name, bytes) in files {
      let path = root.appending(path: name).path
      try Data(bytes).write(to: URL(filePath: path))
      let source = try #require(try DatasetLoader.eventSource(path, .user), "\(name)")
      var (pieces, found): (Int, [Event]) = (0, [])
      while let some = try source.next() { (pieces, found) = (pieces + 1, found + some) }
      #expect(pieces > 2 && found.count == count && found.last == Event(time: 59_997, x: 1, y: 1, polarity: 1), "\(name)")
      let data = try DatasetLoader.load(images: path, expectedShape: [2, 3, 4], classes: nil, recorded: binning)
      #expect(try data.values(ofSample: 0, preprocessing: .identity).reduce(0, +) == Double(count), "\(name)")
      var (sparse, long) = (SparseSamples(), 1)
      sparse.append(try binning.counts(found, shape: [2, 3, 4], longest: &long))
      #expect(sparse.places == expected.map(\.place) && sparse.values == expected.map(\.count), "\(name)")
      // One byte of an array that is another one: the checksum of the entry says so.
      guard name.hasSuffix("d.npz") else { continue }
      var damaged = bytes
      damaged[bytes.count / 3] ^= 1
      try Data(damaged).write(to: URL(filePath: path))
      let error = #expect(throws: DataError.self, "\(name)") {
        try DatasetLoader.load(images: path, expectedShape: [2, 3, 4], classes: nil, recorded: binning)
      }
      #expect(error.map { "\($0)".contains("copy the file again") || "\($0)".contains("row") || "\($0)".contains("column") } == true)
    }
    // Read as a whole: packed twice, and from a pipe, which has no name that tells what it is.
    for (name, bytes) in files {
      let packed = root.appending(path: name + ".gz")
      let pipe = root.appending(path: "pipe of \(name)".replacing(".", with: " "))
      try Data(FileBuilders.gzip(bytes, deflated: deflated(bytes))).write(to: packed)
      try Process.run(URL(filePath: "/usr/bin/mkfifo"), arguments: [pipe.path]).waitUntilExit()
      Thread.detachNewThread { try? FileHandle(forWritingTo: pipe).write(contentsOf: Data(bytes)) }
      for path in name.hasSuffix(".npz") ? [packed.path, pipe.path] : [pipe.path] {
        let data = try DatasetLoader.load(images: path, expectedShape: [2, 3, 4], classes: nil, recorded: binning)
        #expect(try data.values(ofSample: 0, preprocessing: .identity).reduce(0, +) == Double(count), "\(path)")
      }
    }
    #expect(
      message(Array(records.dropLast()), "a.npy")
        == ".npy shape [20000] does not fit the 419999 bytes of data; the file is damaged, copy it again")
    // A single recording has one label.
    let (one, list) = (root.appending(path: "rows.npy").path, root.appending(path: "label.txt"))
    for (text, label) in [("3\n", 3), ("3\n1\n", nil)] {
      try Data(text.utf8).write(to: list)
      let data = try? DatasetLoader.load(
        images: one, labels: list.path, expectedShape: [2, 3, 4], classes: 10, recorded: binning)
      #expect(data?.labels == label.map { [$0] })
    }
    let names: [([UInt8], String?)] = [
      (Array("% evt 3.0\n".utf8), ".raw"), (Array("% Version 2\n".utf8), ".dat"),
      (Array("#!AER-DAT2.0\r\n".utf8), ".aedat"),
      ([0x89, 0x48, 0x44, 0x46], ".aedat"), ([3, 7, 0x80, 0, 5], nil), ([], nil),
    ]
    for (bytes, suffix) in names { #expect(EventRecording.suffix(of: bytes, for: [2, 3, 4]) == suffix) }
  }

  @Test("a folder: a list of labels, a folder a class, neither; samples come one by one")
  func folders() throws {
    let root = FileManager.default.temporaryDirectory.appending(path: "events-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: root) }
    func write(_ name: String, _ bytes: [UInt8]) throws {
      let file = root.appending(path: name)
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(bytes).write(to: file)
    }
    func event(_ x: UInt8, at milliseconds: Int) -> [UInt8] { [x, 0] + big(milliseconds * 1000, 3) }
    func load(_ folder: String, steps: Int? = nil, samples: Int? = nil) throws -> Dataset {
      var binning = EventBinning()
      binning.steps = steps
      return try DatasetLoader.load(
        images: root.appending(path: folder).path, expectedShape: [1, 1, 3], classes: 10, samples: samples,
        recorded: binning)
    }
    try write("listed/10.bs2", event(2, at: 1))
    try write("listed/9.bs2", event(0, at: 0) + event(0, at: 0) + event(1, at: 2))
    try write("plain/10.bin", event(2, at: 1))
    try write("plain/9.bin", event(1, at: 0))
    try write("plain/notes.md", [1])
    try write("classes/7/a.bin", event(2, at: 1))
    try write("classes/3/b.bin", event(1, at: 0))
    try write("listed/labels.txt", Array("# recording class\r\n9 4\r\n10 0\r\n".utf8))
    var data = try load("listed")
    #expect(data.shape == [3, 1, 1, 3] && data.count == 2 && data.labels == [4, 0])
    #expect(try data.values(ofSample: 0, preprocessing: .identity) == [2, 0, 0, 0, 0, 0, 0, 1, 0])
    #expect(try data.values(ofSample: 1, preprocessing: .identity) == [0, 0, 0, 0, 0, 1, 0, 0, 0])
    #expect(data.prefix(1)?.count == 1)
    #expect(try load("listed", samples: 1).labels == [4])
    data = try load("plain", steps: 5)
    #expect(data.shape == [5, 1, 1, 3] && data.labels == nil)
    #expect(try data.values(ofSample: 0, preprocessing: .identity)[1] == 1)
    #expect(try load("classes").labels == [3, 7])
    #expect(data.contentHash(samples: 1) != data.contentHash(samples: 2))
    try write("listed/labels.txt", Array("9 4\n11 0\n".utf8))
    let error = #expect(throws: DataError.self) { try load("listed") }
    #expect(
      error?.description.hasSuffix("line 2 names the recording '11', of which there is no file; correct the list")
        == true)
  }
}
