@testable import ChipModel
import Testing

@testable import Compiler
@testable import Runtime

@Suite("Runs in parts")
struct RunPartTests {
  /// The network's samples as data, with labels.
  private func dataset(_ network: RandomNetwork, _ program: CompiledProgram) throws -> Dataset {
    let classes = program.populations[program.output.population].shape.count
    let data = Dataset(
      shape: (program.takesEvents ? [network.steps] : []) + program.input.dimensions, values: .float64(network.samples.flatMap { $0 }),
      labels: network.samples.indices.map { $0 % classes })
    return try #require(data)
  }

  @Test("one long run gives the record of every shorter one, whatever the network; where a membrane saturated, none")
  func steps() throws {
    var given = 0
    var withheld = 0
    for size in 1...9 {
      for seed in LongRun.seeds(40) {
        let (network, program) = try RandomNetwork.compiled(seed: UInt64(size) << 32 | seed, size: size)
        guard network.steps > 2 else { continue }
        let data = try dataset(network, program)
        let shorter = [1, network.steps / 2, network.steps - 1].filter { $0 < network.steps }
        let counts = Array(Set(shorter)).sorted()
        let records = try Run(steps: network.steps, samples: data.count, threads: 2).bySteps(counts, program, data: data)
        for (steps, record) in zip(counts + [network.steps], records) {
          let alone = try Run(steps: steps, samples: data.count)(program, data: data)
          if let record {
            given += 1
            #expect(record == alone, "size \(size), seed \(seed), \(steps) of \(network.steps) steps")
            if record != alone { return }
          } else {
            withheld += 1
          }
        }
      }
    }
    #expect(given > 200 && withheld > 10, "\(given) given, \(withheld) withheld")
  }

  @Test(
    "a delay shorter than the way takes spikes of later steps: shorter runs are runs of their own", arguments: [1, 2, 3])
  func delays(_ delay: Int) throws {
    func identity(_ name: String, _ from: String?, _ to: String, delay: Int? = nil) -> NetworkProjection {
      NetworkProjection(name: name, from: from, to: to, kind: .identity, delay: delay)
    }
    func population(_ name: String) -> NetworkPopulation {
      NetworkPopulation(name: name, shape: [2], neuron: NetworkNeuron(model: .integrateFire, threshold: .uniform(1)))
    }
    let network = Network(
      name: "ahead", input: NetworkInput(shape: [2]), populations: [population("a"), population("b"), population("c")],
      projections: [
        identity("in", nil, "a"), identity("ab", "a", "b"), identity("bc", "b", "c"),
        identity("ac", "a", "c", delay: delay),
      ], output: NetworkOutput(population: "c", readout: .spikes))
    let program = try CompiledProgram.compile(network.checked(), chip: .test([.width: 2, .height: 2])).program
    let data = try #require(Dataset(shape: [2], values: .float64([0.5, 0.7])))
    let run = Run(steps: 8, samples: 1)
    let shorter = try #require(try run.bySteps([3], program, data: data).first)
    #expect((shorter == nil) == (delay == 1))
    if let shorter { #expect(try shorter == Run(steps: 3, samples: 1)(program, data: data)) }
  }

  @Test("parts written, read and appended are the whole record, and stopping keeps a beginning")
  func parts() throws {
    for seed in 0..<UInt64(60) {
      let (network, program) = try RandomNetwork.compiled(seed: 5 << 32 | seed, size: 5)
      let data = try dataset(network, program)
      let whole = try Run(steps: network.steps, samples: data.count, threads: 2)(program, data: data)
      let middle = data.count / 2
      var joined: RunRecord?
      for range in [0..<middle, middle..<data.count] {
        var run = Run(steps: network.steps, samples: range.count)
        run.first = range.lowerBound
        var options = RunObserver.Options()
        options.countsTicks = seed % 2 == 0
        if seed % 3 == 0 { options.rule = .stable(steps: 2) }
        let identity = PartialRun.Identity(
          program: "p", data: data.contentHash(samples: data.count), engine: .fast, ticks: network.steps,
          samples: data.count, profile: "merolla2011", target: 0.9, images: "x.npy", options: options)
        let collector = LayerDetailsCollector(
          program: program, steps: network.steps, first: run.first, samples: run.samples)
        let observer = try RunObserver(
          program, steps: network.steps, first: run.first, samples: run.samples, options: identity.options)
        run.tracedSamples = observer.tracedSamples
        let record = try run(
          program, data: data,
          observe: { sample, outcome, trains in
            collector.observe(sample, outcome, trains)
            observer.observe(sample, outcome, trains)
          })
        let part = PartialRun(
          identity: identity, programPath: "net.nmsim", record: record, courses: collector.sums,
          observation: observer.observation)
        let file = try PartialRunFile(reading: JSONSeal.bytes(of: part.document))
        let read = try file.part(of: program)
        #expect(read == part, "seed \(seed)")
        if joined == nil { joined = read.record } else { joined?.append(read.record) }
      }
      #expect(joined == whole, "seed \(seed)")
      let none = try Run(steps: network.steps, samples: data.count)(program, data: data, stop: { true })
      #expect(none.samples == 0 && none.predictions.isEmpty)
    }
  }

  @Test("the hash of data is of what they are: kind, shape, labels and as many samples as asked for")
  func hashes() throws {
    let bytes = try #require(Dataset(shape: [2], values: .uint8([1, 2, 3, 4, 5, 6])))
    let floats = try #require(Dataset(shape: [2], values: .float32([1, 2, 3, 4, 5, 6])))
    let labelled = try #require(Dataset(shape: [2], values: .uint8([1, 2, 3, 4, 5, 6]), labels: [0, 1, 0]))
    let shorter = try #require(Dataset(shape: [2], values: .uint8([1, 2, 3, 4])))
    let all = [bytes, floats, labelled].map { $0.contentHash(samples: 3) } + [bytes.contentHash(samples: 2)]
    #expect(Set(all).count == 4)
    #expect(shorter.contentHash(samples: 2) == bytes.contentHash(samples: 2))
    #expect(shorter.contentHash(samples: 9) == shorter.contentHash(samples: 2))
  }
}
