import ChipModel
import Testing

@testable import Runtime

@Suite("Layers over time")
struct LayerDetailsTests {
  private func details(
    steps: Int, samples: Int, threads: Int = 1, engine: Run.Engine = .fast
  ) throws -> (details: LayerDetails, record: RunRecord, program: CompiledProgram) {
    let (program, data) = try DigitsTests().program(chip: "generic-45nm")
    let collector = LayerDetailsCollector(program: program, steps: steps, samples: samples)
    let record = try Run(steps: steps, samples: samples, threads: threads, engine: engine)(
      program, data: data, observe: collector.observe)
    return (LayerDetails(program: program, record: record, courses: collector.sums), record, program)
  }

  @Test("is the same for every number of threads and both engines")
  func same() throws {
    let one = try details(steps: 9, samples: 7).0
    #expect(try details(steps: 9, samples: 7, threads: 3).0 == one)
    #expect(try details(steps: 9, samples: 7, engine: .interpreter).0 == one)
  }

  @Test("equals a count spike by spike, with every step and with intervals", arguments: [20, 140])
  func recount(steps: Int) throws {
    let samples = 2
    let (details, record, program) = try details(steps: steps, samples: samples)
    #expect(details.samples == samples && details.steps.last == steps && details.steps.count == min(steps, 128))
    #expect(zip(details.steps, details.steps.dropFirst()).allSatisfy { $0 < $1 })
    let (_, data) = try DigitsTests().program(chip: "ideal")
    var runner = LayerRunner(plan: EnginePlan(program), steps: steps)
    let names = program.populations.filter(\.model.fires).map(\.name)
    #expect(details.populations.map(\.name) == names)
    for (number, population) in zip(1..., details.populations) {
      let count = program.populations[number].shape.count
      var firsts = [Int](repeating: 0, count: details.steps.count)
      var never = 0
      // By sample and interval: the count of each neuron at its end.
      var counts: [[[Double]]] = []
      for sample in 0..<samples {
        var values: [Double] = []
        try data.values(ofSample: sample, preprocessing: program.network.preprocessing, into: &values)
        _ = runner.run(values)
        var last = [Double](repeating: 0, count: count)
        var hasFired = [Bool](repeating: false, count: count)
        var running: [[Double]] = []
        var start = 0
        for (interval, end) in details.steps.enumerated() {
          for step in start..<end {
            runner.trains[number].forEachSpike(step: step) { neuron, payload in
              if !hasFired[neuron] { firsts[interval] += 1 }
              hasFired[neuron] = true
              last[neuron] += Double(payload)
            }
          }
          start = end
          running.append(last)
        }
        never += hasFired.count { !$0 }
        counts.append(running)
      }
      #expect(population.firstSpikes == firsts && population.never == never, "\(population.name)")
      #expect(firsts.reduce(never, +) == count * samples)
      let total = record.counters.spikesByStep[number].reduce(0, +)
      #expect(population.spikes.reduce(0, +) == total && total > 0)
      #expect(population.rates.reduce(population.silent, +) == count)
      for (index, step) in details.steps.enumerated() {
        var (above, below) = (0.0, 0.0)
        for sample in counts {
          for (now, final) in zip(sample[index], sample[details.steps.count - 1]) {
            let (rate, last) = (now / Double(step), final / Double(steps))
            above += (rate - last) * (rate - last)
            below += last * last
          }
        }
        let distance = population.distance?[index] ?? -1
        #expect(abs(distance - above / below) <= 1e-9 * max(1, distance), "\(population.name) \(step)")
      }
      #expect(population.distance?.last == 0)
    }
  }

  @Test("rates fall into octaves: at most the edge, above the edge before")
  func bins() {
    let edges = LayerDetails.octaves
    #expect(edges.first == 1.0 / 2_048 && edges.last == 1 && edges.count == 12)
    for (count, places) in [(1, 1), (1, 2), (1, 3), (2, 3), (1, 2_048), (1, 2_049), (1, 1 << 40), (3, 4_096), (5, 10_000)] {
      let bin = LayerDetails.bin(count, of: places)
      let rate = Double(count) / Double(places)
      #expect(rate <= edges[bin] && (bin == 0 || rate > edges[bin - 1]), "\(count)/\(places)")
    }
  }

  @Test("intervals end at the last step and never repeat", arguments: [0, 1, 2, 127, 128, 129, 1_000, 1_000_000])
  func intervals(steps: Int) {
    let ends = LayerDetails.intervals(steps: steps)
    #expect(ends.count == min(steps, 128) && ends.last == (steps == 0 ? nil : steps))
    #expect(zip([0] + ends, ends).allSatisfy { $0 < $1 })
  }

  @Test("a course is the same from bits, with every compilation of the kernels, and from lists")
  func course() throws {
    var compared = 0
    for seed in LongRun.seeds(60) {
      guard let random = try? RandomProgram(seed: seed), let sample = random.samples.first else { continue }
      var runner = LayerRunner(plan: EnginePlan(random.program), steps: random.steps)
      _ = runner.run(quantised: sample)
      for ends in [LayerDetails.intervals(steps: random.steps), [max(1, random.steps / 3), random.steps + 2]] {
        for train in runner.trains where train.maskWords > 0 {
          let expected = train.trimmed().course(ends: ends)
          compared += expected.finals > 0 ? 1 : 0
          for level in KernelLevel.available {
            #expect(train.course(ends: ends, level: level) == expected, "seed \(seed), \(ends), \(level)")
          }
        }
      }
    }
    #expect(compared > 50, "\(compared)")
  }

  @Test("the document reads back what was written, and refuses what cannot be")
  func document() throws {
    let (details, record, program) = try details(steps: 6, samples: 4)
    var result = try RunResult(program: program, record: record)
    result.details = details
    var fit = RunResult.Fit()
    var population = RunResult.Fit.Population()
    (population.name, population.cores, population.sumBits, population.stepsToSaturation) = ("a", 2, 20, 7)
    (fit.populations, fit.synapseBits, fit.synapseBitsPerCore) = ([population], [8, 16], 64)
    result.fit = fit
    var provenance = RunResult.Provenance()
    (provenance.version, provenance.images, provenance.history) = ("1", "x.npy", ["method: m"])
    result.provenance = provenance
    let read = try RunResult(reading: JSONWriter.bytes(of: result.document))
    #expect(read == result)
    #expect(read.details?.steps == details.steps && read.details?.rateEdges == LayerDetails.octaves)
    func problem(_ members: String) -> String? {
      let head = #"{"format": "nmsim-run/2", "network": "n", "chip": "c", "ticks": 3, "samples": 2, "#
      do throws(JSONError) { _ = try RunResult(reading: Array((head + members + "}").utf8)) } catch { return "\(error)" }
      return nil
    }
    #expect(problem(#""details": {"samples": 1, "steps": [3], "rateEdges": [1], "populations": [{"name": "", "neurons": 1, "spikes": [1, 2], "rates": [1], "silent": 0, "firstSpikes": [1], "never": 0}]}"#) != nil)
  }
}
