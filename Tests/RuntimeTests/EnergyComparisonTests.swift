import Testing

@testable import ChipModel
@testable import Compiler
@testable import Runtime

@Suite("The quantised twin, key figures and estimates")
struct EnergyComparisonTests {
  private func dense(_ name: String, _ from: String?, _ to: String, _ rows: Int, _ columns: Int) throws -> NetworkProjection {
    let ones = try #require(Tensor(shape: [rows, columns], storage: .int8([Int8](repeating: 1, count: rows * columns))))
    return NetworkProjection(name: name, from: from, to: to, kind: .dense, weights: .inline(ones))
  }

  /// Four inputs of current into two neurons that fire every other step, those into an accumulator: 4 steps.
  private func run(_ chip: ChipDescription) throws -> CountedRun {
    var network = Network(
      name: "n", input: NetworkInput(shape: [4]),
      populations: [
        NetworkPopulation(name: "a", shape: [2], neuron: NetworkNeuron(model: .integrateFire, threshold: .uniform(8))),
        NetworkPopulation(name: "y", shape: [3], neuron: NetworkNeuron(model: .accumulator)),
      ],
      projections: [try dense("p", nil, "a", 2, 4), try dense("q", "a", "y", 3, 2)], output: NetworkOutput(population: "y"))
    var ann = ANNFacts()
    ann.multiplyAccumulates = 14
    network.ann = ann
    let program = try CompiledProgram.compile(network.checked(), chip: chip).program
    let data = try #require(Dataset(shape: [1, 4], values: .float64([1, 1, 1, 1])))
    return try CountedRun(program, Run(steps: 4, samples: 1)(program, data: data))
  }

  @Test("the twin of a network counted by hand")
  func twin() throws {
    let run = try run(ChipLibrary.builtIn("ideal"))
    // Two neurons fire at steps 2 and 4.
    #expect(run.counts.populations.map(\.spikes) == [0, 4, 0])
    let account = run.account(by: QuantisedTwinModel())
    let twin = try #require(account.twin)
    #expect(twin.bits == 3)
    // 4 spikes at 3 synapses each; 5 neurons visited in 4 steps; no cores, so no ways. 14 products of 3 bits.
    #expect(account.items.map(\.count) == [12, 20, 0, 42, 0])
    let each = 0.05448e-12
    #expect(abs(try #require(account.joulesPerInference) - 32 * each) < 1e-20)
    #expect(abs(try #require(twin.joulesPerInference) - 42 * each) < 1e-20)
    #expect(abs(try #require(twin.ratio) - 32.0 / 42) < 1e-12)
    // Spikes cost 12 of the 32 additions, at a rate of 4 in 2 neurons and 4 steps; 22 may be spent until the twin is even.
    #expect(abs(try #require(twin.breakEvenSpikeRate) - 0.5 * 22 / 12) < 1e-12)
  }

  @Test(
    "an activation of the twin holds what a neuron can send",
    arguments: [
      ("if", 1, 1), ("if", 3, 2), ("if", 4, 3), ("if", 7, 3), ("if", 8, 4), ("if", 64, 7), ("signed", 4, 3), ("switch", 4, 3),
      // Counts up to 5; digits of one period and of two; the time of the first spike.
      ("augmented", 3, 4), ("phase", 4, 4), ("phase", 8, 5), ("phase", 2, 4), ("ttfs", 4, 3),
    ])
  func bits(_ name: String, _ steps: Int, _ bits: Int) throws {
    let model: NeuronModel.Kind = try #require(name == "ttfs" ? .phase : NeuronModel.Kind(named: name))
    var neuron = NetworkNeuron(model: model, threshold: .uniform(16))
    if name == "augmented" { neuron[.maximumPayload] = 5 }
    if model == .phase { neuron[.period] = 4 }
    if name == "ttfs" { neuron[.reset] = .hard }
    let readout = NetworkNeuron(model: model == .switching ? .integrator : .accumulator)
    var network = Network(
      name: "n", input: NetworkInput(shape: [4]),
      populations: [
        NetworkPopulation(name: "a", shape: [2], neuron: neuron), NetworkPopulation(name: "y", shape: [3], neuron: readout),
      ],
      projections: [try dense("p", nil, "a", 2, 4), try dense("q", "a", "y", 3, 2)], output: NetworkOutput(population: "y"))
    network.schedule = .separated
    let program = try CompiledProgram.compile(
      network.checked(), chip: ChipLibrary.builtIn("ideal"), options: CompileOptions(steps: steps)).program
    #expect(QuantisedTwin.bits(of: program, steps: steps) == bits)
  }

  @Test("key figures counted by hand")
  func figures() throws {
    let run = try run(ChipLibrary.builtIn("generic-45nm"))
    let bill = try #require(RunResult(program: run.program, record: run.record).bill)
    let figures = KeyFigures(run, bill: bill)
    #expect(figures.spikeRate == 4.0 / (2 * 4))
    #expect(figures.spikesPerSynapse == 12.0 / 6)
    #expect(figures.synapticOperationsPerMAC == 12.0 / 14)
    #expect(figures.idleJoules == nil)
    #expect(figures.activeJoules == bill.joulesPerInference)
    #expect(figures.dynamicJoules == bill.actionJoules)
    let seconds = try #require(run.time.secondsPerInference)
    #expect(figures.energyDelayProduct == (bill.joulesPerInference ?? 0) * seconds)
  }

  @Test("missing prices are estimated as ranges beside what is known; nothing else changes")
  func estimate() throws {
    var chip = try ChipLibrary.builtIn("generic-45nm")
    chip.numbers[.technologyNanometres] = .assumed(90, "test")
    let known = chip.energy
    chip.energy[.spike] = nil
    let run = try run(chip)
    let bill = ChipBill(program: run.program, counts: run.counts, steps: 4, samples: 1)
    #expect(bill.missing == ["energy of spike", "static power"])
    let estimate = EnergyEstimate(bill, samples: 1, secondsPerInference: nil)
    // 45 nm doubled: between twice and eight times 0.1 pJ for each of the 4 spikes.
    let each = try #require(known.each(.spike))
    #expect(estimate.items.map(\.action) == ["spike"])
    #expect(estimate.items.first?.joulesEach == each * 2...each * 8)
    #expect(estimate.joulesPerInference == bill.knownJoules + 4 * each * 2...bill.knownJoules + 4 * each * 8)
    #expect(estimate.missing == ["static power"])
    chip.numbers[.technologyNanometres] = nil
    let other = try self.run(chip)
    let unknown = EnergyEstimate(
      ChipBill(program: other.program, counts: other.counts, steps: 4, samples: 1), samples: 1, secondsPerInference: nil
    )
    #expect(unknown.joulesPerInference == nil)
    #expect(unknown.missing == ["static power", "energy of spike"])
  }

  @Test("static power that is missing is estimated by memory, between the chips that state it")
  func leakage() throws {
    let leak = try #require(EnergyEstimate.wattsPerBit)
    // ODIN: 27.3 uW for 64 Ki synapses of 4 bits; SpiNNaker 2: 75 mW for 148 cores of 512 Kibit.
    #expect(abs(leak.lowerBound - 27.3e-6 / 262_144) < 1e-15)
    #expect(abs(leak.upperBound - 75e-3 / (148 * 524_288)) < 1e-15)
    let run = try run(ChipLibrary.builtIn("generic-45nm"))
    let bill = ChipBill(program: run.program, counts: run.counts, steps: 4, samples: 1)
    let cores = run.program.cores.count
    #expect(
      bill.memoryBitsInUse == cores * 4_194_304 && bill.memoryBitsOfChips == 1024 * 4_194_304 && bill.staticWatts == nil
    )
    let estimate = EnergyEstimate(bill, samples: 1, secondsPerInference: 1e-3)
    #expect(estimate.missing.isEmpty && estimate.items.map(\.action) == ["static power"])
    let least = leak.lowerBound * Double(cores * 4_194_304) * 1e-3
    #expect(estimate.joulesPerInference?.lowerBound == bill.knownJoules + least)
    // A chip that states its power is not estimated.
    let loihi = try self.run(ChipLibrary.builtIn("loihi"))
    let stated = ChipBill(program: loihi.program, counts: loihi.counts, steps: 4, samples: 1)
    #expect(stated.memoryBitsInUse == nil && stated.staticWatts == 0.1044)
  }

  @Test("area is that of the cores and dies in use, where the description states it")
  func area() throws {
    var chip = try ChipLibrary.builtIn("generic-45nm")
    #expect(KeyFigures(try run(chip), bill: nil).coreSquareMillimetres == nil)
    chip.numbers[.coreSquareMicrometres] = .assumed(500_000, "test")
    chip.numbers[.neuronsPerCore] = .assumed(2, "test")
    chip.numbers[.coresPerChip] = .assumed(2, "test")
    chip.numbers[.dieSquareMicrometres] = .assumed(3_000_000, "test")
    // Cores of 2 neurons: one of `a`, two of `y`, on two chips.
    let run = try run(chip)
    let figures = KeyFigures(run, bill: nil)
    #expect(run.program.cores.count == 3)
    #expect(figures.coreSquareMillimetres == 1.5 && figures.dieSquareMillimetres == 6)
  }

  @Test("the ANN on other devices costs its multiply-accumulates times a published price")
  func devices() throws {
    let rows = ANNDevice.all(multiplyAccumulates: 1_000)
    #expect(rows.allSatisfy { $0.joulesPerInference == 1_000 * ($0.joulesPerMAC ?? 0) && $0.source != nil })
    #expect(ANNDevice.all(multiplyAccumulates: nil).allSatisfy { $0.joulesPerInference == nil })
  }
}
