import ChipModel
import Compiler
import Foundation
import Runtime
import Testing

@Suite("Library: run a data set")
struct RunProgram {
  @Test("accuracy, outputs, counts and energy are there, and run.json has the same")
  func program() throws {
    let examples = Repository.examples
    // snippet
    let program = try Network(file: "\(examples)/digits/net.json").compiled(for: "loihi")
    let digits = try Dataset(images: "\(examples)/digits/test-images.npy", shape: program.inputShape, samples: 100)
    let run = try program.run(digits, steps: 64)
    print(run.accuracy ?? 0, run.predictions[0], run.outputs[0])
    for population in program.populationNames {
      print(population, try run.counts(of: population).spikes)
    }
    print(run.account("chip")?.joulesPerInference ?? 0)
    // end
    let labels = try #require(digits.labels)
    let right = zip(run.predictions, labels).count { $0 == $1 }
    #expect(run.accuracy == Double(right) / 100 && right >= 95)
    #expect(run.accuracyByStep?.count == 64 && run.accuracyByStep?.last == run.accuracy)
    for (outputs, prediction) in zip(run.outputs, run.predictions) {
      #expect(outputs.count == 10 && outputs[prediction] == outputs.max())
    }
    let spikes = try program.populationNames.map { try run.counts(of: $0).spikes }
    #expect(spikes.reduce(0, +) == run.counts.spikes && spikes[0] > 0)
    let joules = try #require(run.account("chip")?.joulesPerInference)
    #expect(joules > 0 && run.secondsPerInference == nil)
    let timed = try Network(file: "\(examples)/digits/net.json").compiled(for: "loihi-sanafe")
    #expect(try timed.run(digits, steps: 4, samples: 2).secondsPerInference ?? 0 > 0)
    try Repository.withFolder { folder in
      try run.write(to: "\(folder)/run.json")
      let object = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: "\(folder)/run.json")))
      let result = try #require(object as? [String: Any])
      #expect(result["accuracy"] as? Double == run.accuracy)
      let chip = try #require((result["energy"] as? [String: [String: Any]])?["chip"])
      #expect(chip["joulesPerInference"] as? Double == joules)
      try program.write(to: "\(folder)/net.nmsim")
      #expect(try CompiledProgram(file: "\(folder)/net.nmsim") == program)
    }
  }

  @Test("what does not fit is one line")
  func refusals() throws {
    let program = try Network(file: "\(Repository.examples)/digits/net.json").compiled(for: "ideal")
    let other = try Dataset([[1, 2]], shape: [2])
    let blank = try Dataset([[Double](repeating: 0, count: 64)], shape: [1, 8, 8])
    func line(_ body: () throws -> Void) -> String {
      do { try body() } catch { return "\(error)" }
      return ""
    }
    #expect(
      line { _ = try program.run(other, steps: 4) }
        == "samples of shape [2] do not fit the input of 'digits', [1, 8, 8]; give data of its shape")
    #expect(
      line { _ = try program.run(blank, steps: 0) } == "0 steps asked for; give a whole number from 1 to 1,000,000")
    #expect(
      line { _ = try program.run(blank, steps: 4, samples: 2) }
        == "2 samples asked for, the data has 1; ask for fewer")
    #expect(line { _ = try program.run(blank, steps: 4).counts(of: "cnv1") }.contains("did you mean 'conv1'?"))
    #expect(
      line { _ = try program.spikes(of: "conv1", in: blank, sample: 1, steps: 4) }.hasPrefix("sample 1 asked for"))
    #expect(line { _ = try program.interpreter(steps: -1) }.hasPrefix("-1 steps asked for"))
    #expect(line { _ = try Dataset([[1, 2], [3]], shape: [2]) }.hasPrefix("2 samples do not fit the shape [2]"))
    #expect(line { _ = try Dataset([[1]], labels: [0, 1], shape: [1]) }.hasPrefix("1 samples do not fit"))
  }
}
