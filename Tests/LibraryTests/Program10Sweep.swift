import ChipModel
import Compiler
import Runtime
import Testing

@Suite("Library: sweep in a loop")
struct SweepProgram {
  @Test("more bits and more steps are not worse, and cost more")
  func program() throws {
    let examples = Repository.examples
    // snippet
    let network = try Network(file: "\(examples)/digits/net.json")
    let digits = try Dataset(images: "\(examples)/digits/test-images.npy", shape: network.inputShape, samples: 100)
    var points: [(bits: Int, steps: Int, run: CountedRun)] = []
    for bits in [3, 5, 8] {
      let program = try network.compiled(for: "loihi", with: [.weightBits: bits])
      for steps in [8, 32] {
        points.append((bits, steps, try program.run(digits, steps: steps)))
      }
    }
    for (bits, steps, run) in points {
      print(bits, steps, run.accuracy ?? 0, run.account("chip")?.joulesPerInference ?? 0)
    }
    // end
    #expect(points.count == 6)
    let accuracies = points.map { $0.run.accuracy ?? 0 }
    #expect(accuracies[5] >= 0.95 && accuracies[5] > accuracies[0])
    for pair in stride(from: 0, to: 6, by: 2) {
      let joules = points[pair..<pair + 2].map { $0.run.account("chip")?.joulesPerInference ?? 0 }
      #expect(joules[0] > 0 && joules[1] > joules[0])
    }
  }
}
