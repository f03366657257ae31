import Foundation
import Testing

@testable import Compiler

/// Nothing a file may hold makes the importer trap or hang. Set `NMSIM_FUZZ_SECONDS` to search longer.
@Suite("Import fuzzing")
struct ImportFuzzTests {
  /// Imports and, where that succeeds, evaluates one sample: the network must be consistent.
  private func attempt(_ bytes: [UInt8]) {
    guard let model = try? ONNXImporter.read(bytes, folder: nil, name: "fuzz") else { return }
    #expect(throws: Never.self) { try model.network.validate() }
    guard model.network.inputCount < 4096, model.report.multiplyAccumulates < 1_000_000 else { return }
    _ = try? FloatEvaluator(model.network).outputs([Float](repeating: 0.5, count: model.network.inputCount), threads: 1)
  }

  @Test("a model cut anywhere is refused or complete", arguments: ["mlp-dyn.onnx", "keras-helper.onnx"])
  func truncated(_ file: String) throws {
    let bytes = try ImportFiles.fixture(file)
    for length in 0..<bytes.count { attempt(Array(bytes.prefix(length))) }
  }

  @Test("mutated models are refused or consistent")
  func mutated() throws {
    let seconds = Double(ProcessInfo.processInfo.environment["NMSIM_FUZZ_SECONDS"] ?? "") ?? 1.5
    let seed = UInt64(ProcessInfo.processInfo.environment["NMSIM_FUZZ_SEED"] ?? "") ?? 1
    let folder = ImportFiles.fixtures.path(percentEncoded: false)
    var models: [[UInt8]] = []
    for name in try FileManager.default.contentsOfDirectory(atPath: folder).sorted() where name.hasSuffix(".onnx") {
      let bytes = try ImportFiles.fixture(name)
      if bytes.count < 8000 { models.append(bytes) }
    }
    var generator = SplitMix(state: seed)
    let clock = ContinuousClock()
    let end = clock.now + .seconds(seconds)
    var count = 0
    var slowest = Duration.zero
    while clock.now < end {
      var bytes = models[Int.random(in: models.indices, using: &generator)]
      let before = generator.state
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let position = Int.random(in: bytes.indices, using: &generator)
        switch Int.random(in: 0...5, using: &generator) {
        case 0: bytes[position] ^= 1 << UInt8(Int.random(in: 0...7, using: &generator))
        case 1: bytes[position] = UInt8(truncatingIfNeeded: generator.next())
        case 2: bytes[position] = [0, 1, 2, 0x7f, 0x80, 0xff][Int.random(in: 0...5, using: &generator)]
        case 3: bytes.remove(at: position)
        case 4: bytes.insert(UInt8(truncatingIfNeeded: generator.next()), at: position)
        default:
          let length = min(Int.random(in: 1...40, using: &generator), bytes.count - position)
          let other = Int.random(in: 0...(bytes.count - length), using: &generator)
          for i in 0..<length { bytes[position + i] = bytes[other + i] }
        }
        if bytes.isEmpty { bytes = [0] }
      }
      let time = clock.measure { attempt(bytes) }
      if time > slowest { slowest = time }
      if time > .seconds(5) { Issue.record("slow: \(time), generator state \(before)") }
      count += 1
    }
    print("import fuzzing: \(count) mutated models, slowest \(slowest), seed \(seed)")
    #expect(count > 100)
  }
}
