import ChipModel
import Foundation
import Runtime
import Testing

@testable import nmsim

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite("sweep and merge")
struct SweepCommandTests {
  /// Four runs of the bundled network, three numbers of steps each.
  private static let plan = """
    {
      "format": "nmsim-plan/1", "name": "small", "networks": ["\(TemporaryFolder.digits)/net.json"],
      "data": {
        "images": "\(TemporaryFolder.digits)/test-images.npy", "labels": "\(TemporaryFolder.digits)/test-labels.npy",
        "samples": 12
      },
      "steps": [5, 9, 20], "weightBits": [4, 8], "chips": ["ideal", "loihi"]
    }
    """

  /// Names and contents of a sweep's files.
  private func files(_ folder: TemporaryFolder, _ name: String) throws -> [String: Data] {
    let path = "\(folder.path)/\(name)"
    var result: [String: Data] = [:]
    for file in try FileManager.default.subpathsOfDirectory(atPath: path) where file.hasSuffix(".json") {
      result[file] = try Data(contentsOf: URL(filePath: "\(path)/\(file)"))
    }
    return result
  }

  @Test("a point is the run of the same options, step by step the same")
  func sameAsRun() throws {
    try TemporaryFolder.with { folder in
      try folder.write(Self.plan, "plan.json")
      let swept = folder.invoke("sweep DIR/plan.json --output DIR/out")
      #expect(swept.status == .success, "\(swept.error)")
      #expect(swept.output.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(swept.output)")
      let document = try SweepDocument(reading: FileReader.bytes(of: "\(folder.path)/out/sweep.json"))
      #expect(document.entries.count == 12 && document.missing.isEmpty)
      for chip in ["ideal", "loihi"] {
        let compiled = folder.invoke("compile DIGITS/net.json --chip \(chip) --weight-bits 4 -o DIR/net.nmsim -q")
        #expect(compiled.status == .success)
        for entry in document.entries where entry.point.chip == chip && entry.point.parameters["weightBits"] == .integer(4) {
          let run = folder.invoke(
            "run DIR/net.nmsim --input DIGITS/test-images.npy --labels DIGITS/test-labels.npy --samples 12 "
              + "--ticks \(entry.point.steps ?? 0) --no-timing --json -")
          // Where its data lie is part of a compiled program and of a run's provenance, not of a point.
          var alone = try RunResult(reading: Array(run.output.utf8))
          var point = try RunResult(reading: Array(try folder.text("out/points/\(entry.point.id).json").utf8))
          #expect(point.fit != nil && point.provenance == nil)
          alone.details = nil
          alone.provenance = nil
          (alone.program.hash, point.program.hash) = (nil, nil)
          #expect(alone == point)
        }
      }
    }
  }

  @Test("a point with faults is the run with the same faults, for every number of steps; the others keep their names")
  func faults() throws {
    try TemporaryFolder.with { folder in
      let plan = Self.plan.replacingOccurrences(of: "\"ideal\", ", with: "")
        .replacingOccurrences(of: "[4, 8]", with: "4")
      try folder.write(plan, "whole.json")
      let faults = """
        "faults": [{"loseSpikes": [0, 0.05], "duplicateSpikes": 0.02, "seed": 3}, {"loseSpikes": [0, 0.1]},
         {"stuckWeightBits": 0.01, "flipMembraneBits": 1e-3, "seed": [1, 4]}], "steps"
        """
      try folder.write(plan.replacingOccurrences(of: "\"steps\"", with: faults), "plan.json")
      let swept = folder.invoke("sweep DIR/plan.json --output DIR/out")
      #expect(swept.status == .success, "\(swept.error)")
      #expect(swept.output.contains("compared with those of the same faults"))
      let document = try SweepDocument(reading: FileReader.bytes(of: "\(folder.path)/out/sweep.json"))
      #expect(document.entries.count == 6 * 3 && document.missing.isEmpty)
      let names = document.points.filter { $0.faults == nil }.map(\.id)
      let listed = folder.invoke("sweep DIR/whole.json --list").output.split(separator: "\n").dropFirst()
      #expect(names == listed.map { String($0.prefix(16)) })
      for entry in document.entries {
        let faults = entry.point.faults ?? PlanFaults()
        let compiled = folder.invoke(
          "compile DIGITS/net.json --chip loihi --weight-bits 4 --stuck-weight-bits \(faults.rate(.stuckWeightBits)) "
            + "--fault-seed \(faults.seed) -o DIR/net.nmsim -q")
        #expect(compiled.status == .success, "\(compiled.error)")
        let run = folder.invoke(
          "run DIR/net.nmsim --input DIGITS/test-images.npy --labels DIGITS/test-labels.npy --samples 12 "
            + "--ticks \(entry.point.steps ?? 0) --no-timing --json - --lose-spikes \(faults.rate(.loseSpikes)) "
            + "--duplicate-spikes \(faults.rate(.duplicateSpikes)) --fault-seed \(faults.seed) "
            + "--flip-membrane-bits \(faults.rate(.flipMembraneBits))")
        var alone = try RunResult(reading: Array(run.output.utf8))
        var point = try RunResult(reading: Array(try folder.text("out/points/\(entry.point.id).json").utf8))
        #expect((point.faults == nil) == (entry.point.faults == nil))
        alone.details = nil
        alone.provenance = nil
        (alone.program.hash, point.program.hash) = (nil, nil)
        #expect(alone == point, "\(entry.point)")
      }
      // Lost spikes cost nothing: a front that compared them with whole chips would hold nothing else.
      for front in SweepFront.all(document.entries) {
        for stairs in front.stairs {
          let faults = Set(stairs.map { document.points[$0].faults })
          #expect(faults.count == 1)
        }
      }
      let page = folder.invoke("report DIR/out/sweep.json -o -")
      #expect(page.output.contains("<h3>Lost spikes</h3>") && page.output.contains("<a href=\"#faults\">"))
      #expect(page.output.components(separatedBy: "data-fault=\"loseSpikes\"").count - 1 == 2 * 3)
      #expect(Markup(page.output).problems.isEmpty)
    }
  }

  @Test("finished points are skipped; missing and damaged ones are made again, to the same bytes")
  func resume() throws {
    try TemporaryFolder.with { folder in
      try folder.write(Self.plan, "plan.json")
      #expect(folder.invoke("sweep DIR/plan.json --output DIR/out -q").status == .success)
      let whole = try files(folder, "out")
      #expect(whole.count == 14)
      let points = whole.keys.filter { $0.hasPrefix("points/") }.sorted()
      try folder.write("{\"format\": \"nmsim-run/2\"", "out/\(points[0])")
      try folder.write("", "out/\(points[1])")
      try FileManager.default.removeItem(atPath: "\(folder.path)/out/\(points[2])")
      try FileManager.default.removeItem(atPath: "\(folder.path)/out/sweep.json")
      let status = folder.invoke("sweep DIR/plan.json --output DIR/out --status")
      #expect(
        status.output
          == "small: 12 points\nfinished       9\ncannot be run  0\nbeing run      0\nmissing        3\n")
      let merge = folder.invoke("merge DIR/out")
      #expect(merge.status == .missingInput)
      let ids = points.prefix(3).map { String($0.dropFirst(7).dropLast(5)) }
      #expect(merge.error.contains("3 of 12 points have no result: "))
      for id in ids { #expect(merge.error.contains(id)) }
      #expect(folder.invoke("merge DIR/out --partial -q").status == .success)
      let summary = try SweepDocument(reading: FileReader.bytes(of: "\(folder.path)/out/sweep.json"))
      #expect(Set(summary.missing) == Set(ids))
      #expect(folder.invoke("sweep DIR/plan.json --output DIR/out -q").status == .success)
      #expect(try files(folder, "out") == whole)
    }
  }

  @Test("shards and their merge write what one process writes, byte for byte", arguments: [2, 3, 7])
  func shards(count: Int) throws {
    try TemporaryFolder.with { folder in
      try folder.write(Self.plan, "plan.json")
      #expect(folder.invoke("sweep DIR/plan.json --output DIR/single --threads 2 -q").status == .success)
      for index in (1...count).reversed() {
        let result = folder.invoke("sweep DIR/plan.json --output DIR/parts --shard \(index)/\(count) --threads 1 -q")
        #expect(result.status == .success, "\(result.error)")
      }
      #expect(!folder.has("parts/sweep.json"))
      #expect(folder.invoke("merge DIR/parts -q").status == .success)
      #expect(try files(folder, "parts") == files(folder, "single"))
    }
  }

  @Test("the plan of docs/plan-json.md runs as it stands, from a trained network")
  func documented() throws {
    let root = URL(filePath: TemporaryFolder.digits).deletingLastPathComponent().deletingLastPathComponent()
    let page = try String(contentsOf: root.appending(path: "docs/plan-json.md"), encoding: .utf8)
    let plan = try #require(page.components(separatedBy: "```json\n").dropFirst().first?.components(separatedBy: "```").first)
    try TemporaryFolder.with { folder in
      try folder.write(plan, "plan.json")
      try FileManager.default.copyItem(
        atPath: root.appending(path: "Tests/CompilerTests/Fixtures/mlp-ts.onnx").path, toPath: "\(folder.path)/model.onnx")
      var random = SplitMix64(seed: 1)
      for (name, count) in [("train.npy", 200), ("test.npy", 60)] {
        let values = (0..<(count * 12)).map { _ in UInt8.random(in: 0...255, using: &random) }
        let tensor = try #require(Tensor(shape: [count, 12], storage: .uint8(values)))
        try AtomicFile.write(NumPy.encode(tensor), to: "\(folder.path)/\(name)")
      }
      let labels = try #require(Tensor(shape: [60], storage: .uint8((0..<60).map { UInt8($0 % 3) })))
      try AtomicFile.write(NumPy.encode(labels), to: "\(folder.path)/labels.npy")
      let listed = folder.invoke("sweep DIR/plan.json --list")
      #expect(listed.output.split(separator: "\n").count == 1 + 32, "\(listed.output)\(listed.error)")
      let result = folder.invoke("sweep DIR/plan.json --output DIR/out --threads 2")
      #expect(result.status == .success, "\(result.error)")
      #expect(result.output.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(result.output)")
      let document = try SweepDocument(reading: FileReader.bytes(of: "\(folder.path)/out/sweep.json"))
      #expect(document.entries.count == 32 && document.missing.isEmpty)
      #expect(document.entries.contains { $0.figures?.annAccuracy != nil })
      // The reader takes all that the writer leaves.
      #expect(try JSONWriter.bytes(of: document.document) == FileReader.bytes(of: "\(folder.path)/out/sweep.json"))
    }
  }

  @Test("what no chip can run is a finding: it has a file, a line in the summary, and does not end the sweep")
  func refused() throws {
    try TemporaryFolder.with { folder in
      let plan = Self.plan.replacingOccurrences(of: "\"loihi\"", with: "\"truenorth\"")
      try folder.write(plan, "plan.json")
      let result = folder.invoke("sweep DIR/plan.json --output DIR/out")
      #expect(result.status == .success, "\(result.error)")
      #expect(result.output.contains("6 that cannot be run"), "\(result.output)")
      let whole = try files(folder, "out")
      #expect(folder.invoke("sweep DIR/plan.json --output DIR/out -q").status == .success)
      #expect(try files(folder, "out") == whole)
    }
  }

  @Test("a run in parts, merged, is the whole run byte for byte")
  func runs() throws {
    try TemporaryFolder.with { folder in
      _ = folder.invoke("compile DIGITS/net.json -o DIR/net.nmsim -q")
      let line = "run DIR/net.nmsim --input DIGITS/test-images.npy --ticks 11 --samples 23 --spike-profile truenorth"
      #expect(folder.invoke("\(line) --no-timing --json DIR/whole.json --predictions DIR/p.csv -q").status == .success)
      for index in 1...3 {
        let part = folder.invoke("\(line) --shard \(index)/3 --json DIR/part-\(index).json")
        #expect(part.status == .success, "\(part.error)")
      }
      let merged = folder.invoke(
        "merge DIR/part-3.json DIR/part-1.json DIR/part-2.json -o DIR/merged.json --predictions DIR/q.csv")
      #expect(merged.status == .success, "\(merged.error)")
      for (joined, whole) in [("merged.json", "whole.json"), ("q.csv", "p.csv")] {
        let (joined, whole) = (try folder.data(joined), try folder.data(whole))
        #expect(joined == whole)
      }

      func error(_ line: String) -> String { folder.invoke(line).error }
      #expect(
        error("merge DIR/part-1.json DIR/part-3.json")
          == "nmsim: DIR/part-3.json: samples 7 to 14 are in no part: give the part that has them, or run it\n")
      #expect(
        error("merge DIR/part-1.json DIR/part-1.json")
          == "nmsim: DIR/part-1.json: has samples from 0 on, which another part has too: give every part once\n")
      #expect(
        error("merge DIR/part-1.json DIR/part-2.json")
          == "nmsim: merge: samples 15 to 22 are in no part: give the part that has them, or run it\n")
      _ = folder.invoke("\(line) --ticks 11 --shard 2/3 --target 0.5 --json DIR/other.json")
      _ = folder.invoke(line.replacingOccurrences(of: "11", with: "12") + " --shard 2/3 --json DIR/other.json -q")
      #expect(
        error("merge DIR/part-1.json DIR/other.json DIR/part-3.json")
          == "nmsim: DIR/other.json: is a part of another run than DIR/part-1.json: not the same ticks: "
          + "merge parts of one run\n")
      _ = folder.invoke("compile DIGITS/net.json --weight-bits 4 -o DIR/net.nmsim -q")
      #expect(
        error("merge DIR/part-1.json DIR/part-2.json DIR/part-3.json")
          == "nmsim: DIR/net.nmsim: is not the program that was run, its hash differs: "
          + "name the right one with --program\n")
      #expect(
        error("merge DIR/whole.json")
          == "nmsim: DIR/whole.json: is a run's result, not a part of a run: give parts, which 'nmsim run --shard' "
          + "writes\n")
      #expect(error("merge DIR DIR/part-1.json").hasPrefix("nmsim: merge: folders of a sweep and parts of a run"))
    }
  }

  @Test("parts that are damaged anywhere are errors, never traps")
  func damagedParts() throws {
    try TemporaryFolder.with { folder in
      try folder.write(SmallFiles.network, "net.json")
      try folder.write("", "data/none")
      let x = try #require(Tensor(shape: [4, 2], storage: .float32([0, 1, 1, 0, 0.5, 0.25, 1, 1])))
      try AtomicFile.write(NumPy.encode(x), to: "\(folder.path)/data/x.npy")
      let y = try #require(Tensor(shape: [4], storage: .uint8([0, 1, 0, 1])))
      try AtomicFile.write(NumPy.encode(y), to: "\(folder.path)/data/y.npy")
      #expect(folder.invoke("compile DIR/net.json -o DIR/net.nmsim -q").status == .success)
      #expect(folder.invoke("run DIR/net.nmsim --ticks 3 --shard 1/1 --json DIR/part.json -q").status == .success)
      let text = Array(try folder.data("part.json"))
      var random = SplitMix64(seed: 3)
      for _ in 0..<300 {
        var bytes = text
        for _ in 0...Int.random(in: 0...1, using: &random) {
          bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 44...57, using: &random)
        }
        if bytes == text { continue }
        try Data(bytes).write(to: URL(filePath: "\(folder.path)/bad.json"))
        #expect(folder.invoke("merge DIR/bad.json -o DIR/out.json -q").status == .badData)
      }
    }
  }

  @Test("a point's file that was changed anywhere is run again")
  func damagedPoints() throws {
    try TemporaryFolder.with { folder in
      try folder.write(Self.plan, "plan.json")
      #expect(folder.invoke("sweep DIR/plan.json --output DIR/out -q").status == .success)
      let document = try SweepDocument(reading: FileReader.bytes(of: "\(folder.path)/out/sweep.json"))
      let id = document.points[0].id
      let sweep = SweepFolder(reading: "\(folder.path)/out")
      let text = try FileReader.bytes(of: sweep.file(id))
      #expect(sweep.outcome(id) == document.entries[0].outcome && sweep.outcome(id) != .missing)
      var random = SplitMix64(seed: 5)
      for _ in 0..<400 {
        var bytes = text
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 32...126, using: &random)
        if bytes == text { continue }
        try Data(bytes).write(to: URL(filePath: sweep.file(id)))
        #expect(sweep.outcome(id) == .missing)
      }
      // A point of version 1 has no checksum and is believed.
      var former = String(decoding: text, as: UTF8.self).replacingOccurrences(of: "nmsim-run/2", with: "nmsim-run/1")
      former = former.components(separatedBy: ",\n  \"checksum\"")[0] + "\n}\n"
      try folder.write(former, "out/points/\(id).json")
      #expect(sweep.outcome(id) == document.entries[0].outcome)
    }
  }

  @Test("a run keeps what another one left when it was interrupted, and continues its own")
  func otherPartials() throws {
    try TemporaryFolder.with { folder in
      _ = folder.invoke("compile DIGITS/net.json -o DIR/net.nmsim -q")
      let line = "run DIR/net.nmsim --input DIGITS/test-images.npy --samples 20 --no-timing -q"
      #expect(folder.invoke("\(line) --ticks 9 --json DIR/whole.json").status == .success)
      #expect(folder.invoke("\(line) --ticks 9 --shard 1/2 -o DIR/r.json.partial").status == .success)
      let part = try folder.text("r.json.partial")
      let other = folder.invoke("\(line) --ticks 8 --json DIR/r.json")
      #expect(other.status == .success)
      #expect(
        other.error == "nmsim: run: DIR/r.json.partial has 10 samples of another run (not the same ticks): it is kept\n")
      #expect(try folder.text("r.json.partial") == part)
      #expect(folder.invoke("\(line) --ticks 9 --json DIR/r.json").error.isEmpty)
      #expect(try folder.text("r.json") == folder.text("whole.json") && !folder.has("r.json.partial"))
      // A damaged one, and one of version 1, are run again, with a line.
      for (old, new) in [("\"count\": 10", "\"count\": 9"), ("nmsim-partial/3", "nmsim-partial/1"), ("nmsim-partial/3", "nmsim-partial/2")] {
        try folder.write(part.replacingOccurrences(of: old, with: new), "r.json.partial")
        let again = folder.invoke("\(line) --ticks 9 --json DIR/r.json")
        #expect(again.status == .success && again.error.hasSuffix("its samples are run again\n"), "\(again.error)")
        #expect(try folder.text("r.json") == folder.text("whole.json"))
      }
    }
  }

  @Test("a result is written before traces, predictions and outputs, which may fail")
  func resultFirst() throws {
    try TemporaryFolder.with { folder in
      _ = folder.invoke("compile DIGITS/net.json -o DIR/net.nmsim -q")
      try folder.write("", "traces/perf.csv/in-the-way")
      let run = folder.invoke(
        "run DIR/net.nmsim --input DIGITS/test-images.npy --samples 3 --ticks 4 -q --json DIR/r.json --trace DIR/traces")
      #expect(run.status == .cannotWrite && folder.has("r.json"), "\(run.error)")
    }
  }

  @Test("outputs that cannot be written end with 73 and one line")
  func unwritable() throws {
    try TemporaryFolder.with { folder in
      try folder.write(Self.plan, "plan.json")
      try folder.write("", "file")
      let inTheWay = folder.invoke("sweep DIR/plan.json --output DIR/file")
      #expect(inTheWay.status == .cannotWrite)
      #expect(
        inTheWay.error
          == "nmsim: DIR/file/points: the folder cannot be made: a file of that name is in the way: name another folder\n")
      #expect(folder.invoke("sweep DIR/plan.json --output /proc/none").status == .cannotWrite)
      #expect(
        folder.invoke("merge DIR").error
          == "nmsim: DIR/points.json: no such file: name the folder of a sweep, as 'nmsim sweep' makes it\n")
      #expect(folder.invoke("sweep DIR/none.json").status == .missingInput)
    }
  }

  @Test("scripts are sound shell and name every part", arguments: ["slurm", "parallel"])
  func emitted(engine: String) throws {
    try TemporaryFolder.with { folder in
      try folder.write(Self.plan, "plan.json")
      let result = folder.invoke("sweep DIR/plan.json --output DIR/it's --emit \(engine) --tasks 3")
      #expect(result.status == .success && result.output.contains("merge"))
      let path = try folder.write(result.output, "script.sh")
      #expect(try Program.run(try #require(Program.find("sh")), ["-n", path]).status == 0)
      #expect(result.output.contains(engine == "slurm" ? "--array=1-3" : "seq 3"))
    }
  }
}

/// Names of files and plans in scripts.
@Suite("Scripts of sweeps")
struct ClusterScriptTests {
  @Test("a name is one word of the shell, whatever is in it", arguments: ["slurm", "parallel"])
  func quoted(engine: String) throws {
    try TemporaryFolder.with { folder in
      let sh = try #require(Program.find("sh"))
      for name in ["it's", "a b", "$(touch DIR/hurt)", "`touch DIR/hurt`", "{}", "{.} {#}", "%a%%", "-x", "a;touch DIR/hurt", "\"", "\\", "~"] {
        let name = name.replacingOccurrences(of: "DIR", with: folder.path)
        let script = try ClusterScript(plan: name, folder: name, name: name, tasks: 2, threads: nil)
        // The programs that the script runs say what they were given, one argument a line.
        let path = try folder.write(
          """
          mkdir() { printf '%s\\n' "$@"; }
          sbatch() { printf '%s\\n' "$@" >&2; cat >&2; echo 1; }
          parallel() { for last; do :; done; printf '%s\\n' "$last"; sh -c "$(printf %s "$last" | sed 's/{}/1/')"; }
          NMSIM=\(folder.path)/nmsim
          \(script.text(engine))
          """, "script.sh")
        try folder.write("#!/bin/sh\nprintf '%s\\n' \"$@\"\n", "nmsim")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(folder.path)/nmsim")
        let result = try Program.run(sh, [path])
        #expect(result.status == 0, "\(result.text)")
        #expect(!folder.has("hurt"))
        let word = name.hasPrefix("-") ? "./" + name : name
        let lines = result.text.split(separator: "\n").map { String($0) }
        // The folder that is made, and what 'merge' is given or would be.
        #expect(lines.count { $0 == word } >= 1, "\(result.text)")
        #expect(engine != "slurm" || lines.contains("--job-name=nmsim-\(name)"), "\(result.text)")
      }
    }
  }

  @Test("a name with a line of its own is refused: it could end what the shell reads")
  func lines() throws {
    try TemporaryFolder.with { folder in
      for name in ["a\nTASK\ntouch hurt\n", "a\u{7}", "a\u{2028}b"] {
        #expect(throws: CommandError.self) { try ClusterScript(plan: name, folder: "f", name: "n", tasks: 1, threads: nil) }
        #expect(throws: CommandError.self) { try ClusterScript(plan: "p", folder: name, name: "n", tasks: 1, threads: nil) }
        let error = #expect(throws: CommandError.self) {
          try ClusterScript(plan: "p", folder: "f", name: name, tasks: 1, threads: nil)
        }
        let line = ErrorText.line(for: try #require(error))
        #expect(line.hasPrefix("nmsim: sweep: the sweep's name 'a") && !line.contains { $0.isNewline }, "\(line)")
      }
    }
  }
}

/// Claims of processes that do not go on.
@Suite("Claims", .enabled(if: Program.find("python3") != nil, "python3 is not there"))
struct ClaimTests {
  private static let plan = """
    {"format": "nmsim-plan/1", "networks": ["\(TemporaryFolder.digits)/net.json"],
     "data": {"images": "\(TemporaryFolder.digits)/test-images.npy", "samples": 2}, "steps": [4]}
    """

  /// Starts a process that claims every point, does what `then` says, and is killed at the end.
  private func withClaims(_ then: String, _ body: (TemporaryFolder) throws -> Void) throws {
    try TemporaryFolder.with { folder in
      try folder.write(Self.plan, "plan.json")
      try folder.write("", "out/points/.claims")
      let holder = Foundation.Process()
      holder.executableURL = URL(filePath: try #require(Program.find("python3")))
      holder.arguments = [
        "-c",
        """
        import fcntl, os, signal, time
        file = open("\(folder.path)/out/points/.claims", "r+b")
        fcntl.lockf(file, fcntl.LOCK_EX, 0, 0)
        open("\(folder.path)/ready", "w").close()
        \(then)
        """,
      ]
      try holder.run()
      defer {
        kill(holder.processIdentifier, SIGKILL)
        holder.waitUntilExit()
      }
      for _ in 0..<500 where !folder.has("ready") { usleep(20_000) }
      #expect(folder.has("ready"))
      usleep(200_000)
      try body(folder)
    }
  }

  @Test("a stopped process holds nobody up")
  func stopped() throws {
    try withClaims("os.kill(os.getpid(), signal.SIGSTOP)") { folder in
      let result = folder.invoke("sweep DIR/plan.json -o DIR/out -q")
      #expect(result.status == .success, "\(result.error)")
      #expect(folder.has("out/sweep.json"))
    }
  }

  @Test("a wait for others is said, once")
  func waiting() throws {
    try withClaims("time.sleep(9)") { folder in
      let result = folder.invoke("sweep DIR/plan.json -o DIR/out -q")
      #expect(result.status == .success, "\(result.error)")
      #expect(result.error.hasPrefix("nmsim: sweep: waiting for 1 point, "), "\(result.error)")
      #expect(result.error.contains(", which process "))
      #expect(result.error.split(separator: "\n").count == 1)
    }
  }
}

/// The built program under signals and limits.
@Suite("Interruption", .enabled(if: Program.nmsim != nil && Program.find("bash") != nil, "nmsim or bash is not there"))
struct InterruptionTests {
  private func bash(_ script: String, _ folder: TemporaryFolder) throws -> (status: Int32, text: String) {
    try Program.run(
      try #require(Program.find("bash")),
      ["-c", "cd \"$2\"; " + script, "bash", try #require(Program.nmsim), folder.path, TemporaryFolder.digits])
  }

  @Test("SIGTERM keeps whole samples, ends with 75, and the same command continues to the same bytes", arguments: ["INT", "TERM", "USR1", "HUP"])
  func stop(signal: String) throws {
    try TemporaryFolder.with { folder in
      let result = try bash(
        """
        "$1" compile "$3/net.json" -o net.nmsim -q || exit 90
        run() { "$1" run net.nmsim --input "$3/test-images.npy" --engine interpreter --samples 300 --ticks 24 --threads 1 \
          --no-timing -q --json "$4"; }
        run "$@" whole.json || exit 91
        "$1" run net.nmsim --input "$3/test-images.npy" --engine interpreter --samples 300 --ticks 24 --threads 1 \
          --no-timing -q --json part.json 2>error.txt & child=$!
        # Until it listens.
        for i in 1 2 3 4 5 6 7 8 9 10; do sleep 0.1; grep -q '^SigCgt:.*[1-9a-f]' /proc/$child/status 2>/dev/null && break; done
        sleep 0.2; kill -\(signal) $child; wait $child; status=$?
        if [ $status = 0 ]; then echo finished; else [ $status = 75 ] || exit 92; cat error.txt; fi
        run "$@" part.json || exit 93
        [ ! -e part.json.partial ] || exit 94
        cmp whole.json part.json
        """, folder)
      #expect(result.status == 0, "\(result.text)")
      #expect(result.text == "finished\n" || result.text.contains("stopped after"), "\(result.text)")
      #expect(result.text.split(separator: "\n").count == 1)
    }
  }

  @Test("a file size limit and a full disk are one line and status 73, and leave nothing")
  func limits() throws {
    try TemporaryFolder.with { folder in
      let result = try bash(
        """
        "$1" compile "$3/net.json" -o net.nmsim -q || exit 90
        (ulimit -f 4; "$1" run net.nmsim --input "$3/test-images.npy" --samples 4 --ticks 4 -q)
        [ $? = 73 ] || exit 91
        "$1" run net.nmsim --input "$3/test-images.npy" --samples 4 --ticks 4 -q --json /dev/full
        [ $? = 73 ] || exit 92
        ls -A
        """, folder)
      #expect(
        result.text == """
          nmsim: run.json: cannot be written: it is larger than this process may write: raise 'ulimit -f'
          nmsim: /dev/full: cannot be written: the disk is full or the quota used up: free some space
          net.nmsim

          """)
      #expect(result.status == 0)
    }
  }

  @Test("killed again and again, a sweep and a run end with the results of undisturbed ones")
  func kills() throws {
    let script = URL(filePath: TemporaryFolder.digits).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Tests/Scripts/kill-loop").path
    let result = try Program.run(try #require(Program.find("bash")), [script, try #require(Program.nmsim), "3"])
    #expect(result.status == 0, "\(result.text)")
  }
}
