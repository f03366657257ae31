import ChipModel
import Foundation
import Runtime
import Testing

@testable import nmsim

/// Recordings of events through `run`, `merge` and `sweep`.
@Suite("Recordings")
struct RecordingTests {
  private static let network = """
    {"format": "nmsim-network/1", "name": "n", "input": {"kind": "spikes", "coding": "events", "shape": [1, 1, 3]},
     "populations": [{"name": "a", "shape": [2], "neuron": {"model": "if", "threshold": 1, "reset": "hard"}},
       {"name": "y", "shape": [2], "neuron": {"model": "accumulator"}}],
     "projections": [{"name": "i", "from": "input", "to": "a", "kind": "dense", "weights": [[1, 0, 0.5], [0, 1, 0.5]]},
       {"name": "o", "from": "a", "to": "y", "kind": "dense", "weights": [[1, 0], [0, 1]]}],
     "output": {"population": "y", "readout": "potential"}}
    """

  /// A compiled network and four recordings of up to 8 ms, one of them with twenty times the events of the others.
  private func withRecordings(_ body: (TemporaryFolder) throws -> Void) throws {
    try TemporaryFolder.with { folder in
      try folder.write(Self.network, "net.json")
      for recording in 0..<4 {
        let events = (0..<(recording == 2 ? 100 : 5)).map { "\($0 * 7919 % 8000),\(($0 + recording) % 3),0,1\n" }
        try folder.write("t,x,y,p\n" + events.joined(), "recordings/\(recording % 2)/\(recording).csv")
      }
      #expect(folder.invoke("compile DIR/net.json --chip spinnaker2 -o DIR/net.nmsim -q").status == .success)
      try body(folder)
    }
  }

  @Test("parts of a run keep the time of the input: merged they are the whole run's bytes")
  func merged() throws {
    try withRecordings { folder in
      let run = "run DIR/net.nmsim --input DIR/recordings --ticks 8 --no-timing -q"
      #expect(folder.invoke("\(run) -o DIR/whole.json").status == .success)
      for part in 1...2 { #expect(folder.invoke("\(run) --shard \(part)/2 -o DIR/\(part).json").status == .success) }
      #expect(folder.invoke("merge DIR/1.json DIR/2.json -o DIR/merged.json").status == .success)
      #expect(try folder.text("merged.json") == folder.text("whole.json"))
      let real = try #require(RunResult(reading: Array(folder.data("whole.json"))).realTime)
      #expect(real.secondsOfInput == 0.008 && real.idleJoules.map { $0 > 0 } == true && real.wattsBySecond != nil)
      // Another length of a step is another run.
      #expect(folder.invoke("\(run) --input-step 0.5 --shard 2/2 -o DIR/2.json").status == .success)
      #expect(
        folder.invoke("merge DIR/1.json DIR/2.json -o DIR/merged.json").error.contains("not the same length of a step"))
    }
  }

  @Test("a sweep says what its points cost while the input lasts")
  func swept() throws {
    try withRecordings { folder in
      #expect(folder.invoke("run DIR/net.nmsim --input DIR/recordings --ticks 8 -o DIR/run.json -q").status == .success)
      try folder.write(
        """
        {"format": "nmsim-plan/1", "networks": ["net.json"], "chips": ["spinnaker2"], "steps": [8],
         "data": {"images": "recordings"}}
        """, "plan.json")
      let sweep = folder.invoke("sweep DIR/plan.json -o DIR/out -q")
      #expect(sweep.status == .success, "\(sweep.error)")
      let real = try #require(RunResult(reading: Array(folder.data("run.json"))).realTime)
      let document = try SweepDocument(reading: Array(folder.data("out/sweep.json")))
      guard case .finished(let figures)? = document.entries.first?.outcome else {
        Issue.record("no point is finished")
        return
      }
      #expect(figures.realTimeJoules == real.joulesPerInference && figures.realTimeJoules != nil)
      #expect(figures.speed == real.speed)
    }
  }

  @Test("each recording has an energy of its own, static power included")
  func energies() throws {
    try withRecordings { folder in
      let line = "run DIR/net.nmsim --input DIR/recordings --ticks 8 -o DIR/run.json --sample-costs DIR/costs.csv -q"
      #expect(folder.invoke(line).status == .success)
      let rows = try folder.text("costs.csv").split(separator: "\n").map {
        $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      }
      #expect(rows[0].last == "realTimeJoules" && rows.count == 5)
      let joules = rows.dropFirst().compactMap { Double($0[6]) }
      let real = try #require(RunResult(reading: Array(folder.data("run.json"))).realTime)
      let mean = try #require(real.joulesPerInference)
      #expect(abs(joules.reduce(0, +) / 4 - mean) <= 1e-9 * mean && Set(joules).count > 1)
      #expect(joules.allSatisfy { $0 > (real.idleJoules ?? .infinity) })
    }
  }

  /// 40 million events in 200 MB would take 1.3 GB as events, and 10 million of arrays 0.9 GB; the limit is 700 MB of
  /// addresses, most of them of libraries.
  @Test("a recording longer than the memory that a run may have is binned piece by piece")
  func long() throws {
    guard let nmsim = Program.nmsim, let shell = Program.find("sh") else {
      print("skipped: needs the nmsim binary and a shell")
      return
    }
    try withRecordings { folder in
      // N-MNIST: column, row, polarity and 23 bits of microseconds.
      let block = (0..<200_000).flatMap { event -> [UInt8] in
        let time = event % 8000
        return [UInt8(event % 3), 0, 0, UInt8(time >> 8), UInt8(time & 0xFF)]
      }
      let file = folder.path + "/long.bin"
      #expect(FileManager.default.createFile(atPath: file, contents: nil))
      let handle = try #require(FileHandle(forWritingAtPath: file))
      for _ in 0..<200 { try handle.write(contentsOf: Data(block)) }
      try handle.close()
      let run = "\(nmsim) run \(folder.path)/net.nmsim --ticks 8 --threads 1 --at-most-one -q --no-ann --no-timing"
      let limited = try Program.run(
        shell, ["-c", "ulimit -v 700000; exec \(run) --input \(file) -o \(folder.path)/long.json"])
      #expect(limited.status == 0, "\(limited.text)")
      try Data(block).write(to: URL(filePath: folder.path + "/short.bin"))
      // The same in other forms: through gzip, as columns one behind the other, and as arrays of an archive.
      var files = ["columns.npy", "arrays.npz"]
      let blocks = 50
      let times = (0..<200_000).flatMap { [UInt8($0 % 8000 & 0xFF), UInt8($0 % 8000 >> 8)] }
      let pixels = (0..<200_000).map { UInt8($0 % 3) }
      let zeros = [UInt8](repeating: 0, count: 200_000 * blocks)
      func header(_ type: String, _ shape: String, isColumnMajor: Bool) -> [UInt8] {
        let text = "{'descr': '\(type)', 'fortran_order': \(isColumnMajor ? "True" : "False"), 'shape': \(shape), }\n"
        return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(text.utf8.count), 0] + Array(text.utf8)
      }
      func repeated(_ block: [UInt8]) -> [UInt8] { (0..<blocks).flatMap { _ in block } }
      let rows = 200_000 * blocks
      let wide = repeated(pixels.flatMap { [$0, 0] })
      try Data(
        header("<i2", "(\(rows), 4)", isColumnMajor: true) + repeated(times) + wide + zeros + zeros + zeros + zeros
      ).write(to: URL(filePath: folder.path + "/columns.npy"))
      let arrays = [
        ("t.npy", header("<i2", "(\(rows),)", isColumnMajor: false) + repeated(times)),
        ("x.npy", header("|u1", "(\(rows),)", isColumnMajor: false) + repeated(pixels)),
        ("y.npy", header("|u1", "(\(rows),)", isColumnMajor: false) + zeros),
        ("p.npy", header("|u1", "(\(rows),)", isColumnMajor: false) + zeros),
      ]
      try Data(FuzzSeeds.zip(arrays.map { (name: $0.0, data: $0.1, deflated: nil) }))
        .write(to: URL(filePath: folder.path + "/arrays.npz"))
      if let gzip = Program.find("gzip") {
        #expect(try Program.run(gzip, ["-1", "-k", file]).status == 0)
        files.append("long.bin.gz")
      }
      for name in files {
        let limited = try Program.run(
          shell, ["-c", "ulimit -v 700000; exec \(run) --input \(folder.path)/\(name) -o \(folder.path)/\(name).json"])
        #expect(limited.status == 0, "\(name): \(limited.text)")
        let (one, other) = try (
          RunResult(reading: Array(folder.data("\(name).json"))), RunResult(reading: Array(folder.data("long.json")))
        )
        #expect(one.totals.spikes == other.totals.spikes, "\(name)")
      }
      let short = try Program.run(shell, ["-c", "exec \(run) --input \(folder.path)/short.bin -o \(folder.path)/short.json"])
      #expect(short.status == 0, "\(short.text)")
      // Every pixel spikes in every step of both.
      let (long, brief) = (
        try RunResult(reading: Array(folder.data("long.json"))), try RunResult(reading: Array(folder.data("short.json")))
      )
      #expect(long.totals.spikes == brief.totals.spikes && long.totals.spikes.map { $0 > 0 } == true)
    }
  }
}
