import ChipModel
import Foundation
import Runtime
import Testing

@testable import nmsim

@Suite("faults on the command line")
struct FaultCommandTests {
  private let data = "--input DIGITS/test-images.npy"

  private func bytes(_ folder: TemporaryFolder, _ name: String) throws -> [UInt8] {
    try FileReader.bytes(of: folder.path + "/" + name)
  }

  @Test("rates of zero write the same program and the same run.json as no faults at all")
  func zero() throws {
    try TemporaryFolder.with { folder in
      #expect(folder.invoke("compile DIGITS/net.json --chip loihi -o DIR/a.nmsim -q").status == .success)
      let b = folder.invoke(
        "compile DIGITS/net.json --chip loihi --dead-cores 0.0 --dead-links 0 --stuck-weight-bits 0 --fault-seed 9 "
          + "-o DIR/b.nmsim -q")
      #expect(b.status == .success, "\(b.error)")
      let (without, zero) = (try bytes(folder, "a.nmsim"), try bytes(folder, "b.nmsim"))
      #expect(without == zero)
      let run = "run DIR/a.nmsim \(data) --ticks 12 --samples 6 --no-timing --json - "
      let plain = folder.invoke(run)
      #expect(plain.status == .success && !plain.output.contains("faults"))
      #expect(
        folder.invoke(run + "--flip-membrane-bits 0 --lose-spikes 0.0 --duplicate-spikes 0 --fault-seed 9").output
          == plain.output)
    }
  }

  @Test("threads 1, 2, 3 and both engines write the same bytes under faults; another seed writes others")
  func same() throws {
    try TemporaryFolder.with { folder in
      let made = folder.invoke(
        "compile DIGITS/net.json --chip loihi --dead-cores 0.2 --dead-links 0.1 --stuck-weight-bits 1e-3 "
          + "--fault-seed 4 -o DIR/net.nmsim")
      #expect(made.status == .success, "\(made.error)")
      #expect(made.output.contains("dead cores 0.2, dead links 0.1, stuck weight bits 0.001; seed 4"), "\(made.output)")
      let run = "run DIR/net.nmsim \(data) --ticks 12 --samples 7 --no-timing --json - "
        + "--flip-membrane-bits 1e-4 --lose-spikes 0.05 --duplicate-spikes 0.02 "
      let one = folder.invoke(run + "--threads 1")
      #expect(one.status == .success, "\(one.error)")
      for threads in [2, 3] { #expect(folder.invoke(run + "--threads \(threads)").output == one.output) }
      let slow = folder.invoke(run + "--engine interpreter")
      #expect(slow.output.replacingOccurrences(of: "\"interpreter\"", with: "\"fast\"") == one.output)
      #expect(folder.invoke(run + "--fault-seed 1").output != one.output)
      let document = try RunResult(reading: Array(one.output.utf8))
      let faults = try #require(document.faults)
      #expect(faults.kinds == FaultRates.Kind.allCases)
      #expect(FaultRates.Kind.allCases.map(faults.rate) == [0.2, 0.1, 1e-3, 1e-4, 0.05, 0.02])
    }
  }

  @Test(
    "wrong faults are refused in one line",
    arguments: [
      (
        "--dead-cores 0", ExitStatus.usage,
        "nmsim: compile: --dead-cores 0 could be a rate or core 0: write 0.0 for the rate, 0-0 for the core\n"
      ),
      (
        "--dead-cores 1.5", .usage,
        "nmsim: compile: --dead-cores '1.5': not a number from 0 to 1: give a rate with a point, such as 0.05, or core "
          + "numbers, such as 3,8-11\n"
      ),
      (
        "--dead-cores 3,9-4", .usage,
        "nmsim: compile: --dead-cores '3,9-4': '9-4' is neither a core nor a range of cores: give a rate with a point, "
          + "such as 0.05, or core numbers, such as 3,8-11\n"
      ),
      (
        "--dead-cores 0-99999999999", .usage,
        "nmsim: compile: --dead-cores '0-99999999999': '0-99999999999' is neither a core nor a range of cores: give a "
          + "rate with a point, such as 0.05, or core numbers, such as 3,8-11\n"
      ),
      (
        "--dead-links 1:2:up", .usage,
        "nmsim: compile: --dead-links '1:2:up': '1:2:up' is neither a rate nor a link: give a rate from 0 to 1, or links "
          + "such as 0:3:east,2:2:north\n"
      ),
      (
        "--dead-links 0:2:west", .usage,
        "nmsim: compile: --dead-links: tile 0:2 has no link to the west: columns and rows begin at 0, east and north "
          + "lead to higher ones\n"
      ),
    ])
  func refused(options: String, status: ExitStatus, error: String) throws {
    try TemporaryFolder.with { folder in
      let result = folder.invoke("compile DIGITS/net.json --chip loihi \(options) -o DIR/n.nmsim")
      #expect(result.status == status)
      #expect(result.error == error)
    }
  }

  @Test("too few live cores, dead places of a mapping and crossbars are named")
  func limits() throws {
    try TemporaryFolder.with { folder in
      let all = folder.invoke("compile DIGITS/net.json --chip dynapcnn --dead-cores 1.0 -o DIR/n.nmsim")
      #expect(all.status == .doesNotFit && all.error.split(separator: "\n").count == 1, "\(all.error)")
      #expect(folder.invoke("compile DIGITS/net.json --chip loihi --write-mapping DIR/map.json -o DIR/n.nmsim -q").status == .success)
      let dead = folder.invoke(
        "compile DIGITS/net.json --chip loihi --mapping DIR/map.json --dead-cores 0-127 -o DIR/n.nmsim")
      #expect(dead.status == .doesNotFit)
      #expect(dead.error.contains("the mapping uses dead cores of chip 'loihi': "), "\(dead.error)")
    }
  }

  @Test("the report draws accuracy and energy against the rate of a fault that differs, and not else")
  func report() throws {
    try TemporaryFolder.with { folder in
      #expect(folder.invoke("compile DIGITS/net.json --chip loihi -o DIR/net.nmsim -q").status == .success)
      var files = ""
      for (index, rate) in ["0", "0.01", "0.1", "0.5"].enumerated() {
        let result = folder.invoke(
          "run DIR/net.nmsim \(data) --ticks 16 --samples 40 --lose-spikes \(rate) --json DIR/\(index).json -q")
        #expect(result.status == .success, "\(result.error)")
        files += "DIR/\(index).json "
      }
      let page = folder.invoke("report \(files) -o -")
      #expect(page.status == .success, "\(page.error)")
      #expect(page.output.contains("<h3>Lost spikes</h3>"))
      #expect(page.output.components(separatedBy: "data-fault=\"loseSpikes\"").count - 1 == 6)
      #expect(page.output.contains("lost spikes 0.01") && page.output.contains("no faults"))
      #expect(Markup(page.output).problems.isEmpty)
      #expect(!folder.invoke("report DIR/0.json DIR/0.json -o -").output.contains("<h2>Faults</h2>"))
    }
  }
}
