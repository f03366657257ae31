import ChipModel
import Foundation
import Testing

@testable import Compiler

@Suite("Network text")
struct NetworkRoundTripTests {
  @Test("the documented networks are read, checked and written back byte for byte")
  func documentation() throws {
    let texts = try NetworkFixtures.documentedNetworks()
    #expect(texts.count == 2)
    for text in texts {
      let file = try NetworkFile(text: Array(text.utf8), path: "net.json")
      _ = try file.checked()
      let written = try file.network.jsonBytes(tensorsFile: file.tensorsFile)
      #expect(String(decoding: written, as: UTF8.self) == text)
    }
  }

  @Test("the documentation names every key that the reader knows")
  func documentedKeys() throws {
    let page = try String(contentsOf: NetworkFixtures.root.appending(path: "docs/net-json.md"), encoding: .utf8)
    let keys = [
      "format", "name", "tensors", "input", "populations", "projections", "output", "ann", "provenance", "kind",
      "shape", "range", "preprocessing", "images", "labels", "scale", "mean", "std", "neuron", "bias", "model",
      "threshold",
      "negativeThreshold", "spikeValue", "initial", "reset", "strict", "maximumPayload", "period", "leakShift", "from",
      "to", "pool", "weights", "stride", "padding", "dilation", "groups", "delay", "kernel", "population", "readout",
      "accuracy", "accuracyOn", "multiplyAccumulates", "parameters",
    ]
    for key in keys where !["input", "ann", "provenance"].contains(key) {
      #expect(page.contains("| `\(key)` |"), "no row for \(key)")
    }
  }

  @Test("random networks: reading what was written gives the network, writing it again the bytes", arguments: 1...200)
  func randomNetworks(seed: UInt64) throws {
    var random = NetworkRandom(seed: seed)
    let network = RandomNetworkText(&random).network
    let file = "net.safetensors"
    let text = try network.jsonBytes(tensorsFile: file)
    let document = try NetworkDocument(parsing: text)
    #expect(document.tensorsFile == file, "seed \(seed)")
    #expect(document.network == network, "seed \(seed)")
    #expect(try document.network.jsonBytes(tensorsFile: file) == text, "seed \(seed)")
  }

  @Test("every truncation that removes more than blanks is refused")
  func truncations() throws {
    let texts = try NetworkFixtures.documentedNetworks() + [NetworkErrorTests.base]
    for text in texts {
      let bytes = Array(text.utf8)
      let end = (bytes.lastIndex { !" \n".utf8.contains($0) } ?? -1) + 1
      #expect(throws: Never.self) { try NetworkDocument(parsing: Array(bytes[..<end])) }
      for count in 0..<end {
        #expect(throws: JSONError.self, "\(count) bytes") { try NetworkDocument(parsing: Array(bytes[..<count])) }
      }
    }
  }

  @Test("changed texts never crash, and what is accepted is written back the same (2 seconds)")
  func mutations() throws {
    let texts = try NetworkFixtures.documentedNetworks() + [NetworkErrorTests.base]
    let pieces = [
      "0", "-1", "1e308", "-1e-308", "9223372036854775807", "-9223372036854775808", "67108864", "1073741824", "\"\"",
      "null", "true", "[]", "{}", "[[]]", "\"infinity\"", "\"input\"", "{\"tensor\": \"x\"}", ",", "]", "}", "\u{e9}",
      "\"a\"", "\"phase\"", "\"period\": 3, ", "\"bistable\"", "\"max\"", "\"conv2d\"", "\"dense\"", "0.5", "4097",
    ]
    let numbers = [
      "0", "1", "2", "3", "4", "8", "36", "-1", "0.5", "-0.5", "1e308", "4096", "67108864", "9223372036854775807",
      "\"infinity\"",
    ]
    let deadline = ContinuousClock.now + .milliseconds(1500)
    var accepted = 0
    for seed in UInt64(1)...10_000 {
      if ContinuousClock.now > deadline { break }
      var random = NetworkRandom(seed: seed)
      var bytes = Array((texts.randomElement(using: &random) ?? "").utf8)
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let start = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<8, using: &random) {
        case 0: bytes[start] = UInt8.random(in: 0...255, using: &random)
        case 1:
          let end = min(bytes.count, start + Int.random(in: 1...40, using: &random))
          bytes.removeSubrange(start..<end)
          if bytes.isEmpty { bytes = [0x20] }
        case 2: bytes.insert(contentsOf: (pieces.randomElement(using: &random) ?? "").utf8, at: start)
        default:
          // A number in place of another: the text stays JSON.
          let isNumber = { (byte: UInt8) in "-.0123456789".utf8.contains(byte) }
          guard let first = bytes[start...].firstIndex(where: isNumber) else { continue }
          let last = bytes[first...].firstIndex { !isNumber($0) } ?? bytes.count
          bytes.replaceSubrange(first..<last, with: (numbers.randomElement(using: &random) ?? "").utf8)
        }
      }
      let file: NetworkFile
      let checked: CheckedNetwork
      do throws(NetworkFileError) {
        file = try NetworkFile(text: bytes, path: "/nonexistent/net.json")
        checked = try file.checked()
      } catch {
        #expect(!error.description.contains("\n"), "seed \(seed)")
        continue
      }
      accepted += 1
      // What lowering will index must be there.
      for population in checked.populations {
        for index in [0, population.shape.count - 1] {
          _ = population.threshold?.value(at: index, shape: population.shape)
          _ = population.bias?.value(at: index, shape: population.shape)
        }
      }
      let again = try NetworkDocument(parsing: try file.network.jsonBytes(tensorsFile: nil))
      #expect(again.network == file.network, "seed \(seed)")
    }
    #expect(accepted > 0)
  }
}
