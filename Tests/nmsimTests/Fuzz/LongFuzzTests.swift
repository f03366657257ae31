import ChipModel
import Foundation
import Testing

@testable import nmsim

/// A search as long as the environment asks for; `Tests/Scripts/fuzz` sets the variables.
@Suite("Long fuzzing", .serialized, .enabled(if: FuzzRequest.current != nil, "Tests/Scripts/fuzz runs it"))
struct LongFuzzTests {
  @Test("no input ends or harms a reader", arguments: FuzzRequest.current?.readers ?? [])
  func search(_ name: String) async throws {
    let (request, reader) = (try #require(FuzzRequest.current), try #require(FuzzReader.named(name)))
    if let file = request.input {
      let outcome = reader.read(try FileReader.bytes(of: file))
      print("\(name): \(file): \(outcome), peak memory \(ResourceUsage.peakMemory >> 20) MiB")
      #expect(outcome == .accepted || outcome == .refused)
      return
    }
    let share = request.seconds.map { $0 / Double(request.readers.count) }
    let search = FuzzSearch(
      reader: reader, seed: request.seed, inputs: 0..<request.inputs, memory: request.memory << 20, seconds: share)
    let (counts, findings) = try await search.run()
    print(
      "\(name): \(counts.inputs) inputs, \(counts.accepted) accepted, slowest \(counts.slowestMicroseconds) us, "
        + "peak \(counts.peakBytes >> 20) MiB, found \(findings.count)")
    let source = FuzzInputs(reader, seed: request.seed)
    for finding in findings {
      let file = "\(request.folder)/fuzz-\(name)-\(request.seed)-\(finding.number).bin"
      try AtomicFile.write(source[finding.number], to: file)
      Issue.record("\(file) \(finding.text): read it again with 'Tests/Scripts/fuzz \(name) --input \(file)'")
    }
  }
}

/// What a long search is to do.
private struct FuzzRequest {
  let readers: [String]
  let inputs: Int
  let seed: UInt64
  /// Of all readers together.
  let seconds: Double?
  /// MiB that reading may take, the test program included.
  let memory: Int
  /// Where inputs that are findings are written.
  let folder: String
  /// A file to read instead.
  let input: String?

  /// Nil where none is asked for.
  static let current: FuzzRequest? = {
    let environment = ProcessInfo.processInfo.environment
    func value(_ name: String) -> String? { environment["NMSIM_FUZZ_\(name)"].flatMap { $0.isEmpty ? nil : $0 } }
    guard let names = environment["NMSIM_FUZZ"] else { return nil }
    let readers = names.split(separator: " ").map { String($0) }
    return FuzzRequest(
      readers: readers.isEmpty ? FuzzReader.all.map(\.name) : readers, inputs: value("INPUTS").flatMap { Int($0) } ?? 10_000,
      seed: value("SEED").flatMap { UInt64($0) } ?? 1, seconds: value("SECONDS").flatMap { Double($0) },
      memory: value("MEMORY").flatMap { Int($0) } ?? 512, folder: value("OUT") ?? ".", input: value("INPUT"))
  }()
}
