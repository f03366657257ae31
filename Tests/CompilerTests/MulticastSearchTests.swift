import ChipModel
import Runtime
import Testing

@testable import Compiler

@Suite("Placement for multicast")
struct MulticastSearchTests {
  private func chip(multicast: Bool) throws -> ChipDescription {
    let text = """
      {"format": "nmsim-chip/1", "name": "mesh", "title": "8 x 8", "extends": "generic-45nm", "source": "test",
       "certainty": "assumed", "limits": {"neuronsPerCore": 256, "coresPerChip": 64, "chips": 1},
       "mesh": {"width": 8, "height": 8, "coresPerTile": 1, "multicast": \(multicast)}}
      """
    return try ChipDescription(json: Array(text.utf8), file: "chip")
  }

  /// Packets over links as a run counts them, every neuron firing once: their sum and the busiest.
  private func links(_ program: CompiledProgram) -> (sum: Int, busiest: Int) {
    let traffic = Traffic(program: program, spikes: program.populations.map { [UInt64](repeating: 1, count: $0.shape.count) })
    return (traffic.linkPackets.reduce(0, +), traffic.linkPackets.max() ?? 0)
  }

  @Test("a network with two convolutions passes fewer links than placed message by message, the busiest carries no more")
  func fewer() throws {
    let network = try CoreMemoryTests.mnist().checked()
    // The same search without multicast gives the places that it starts from.
    let single = try CompiledProgram.compile(network, chip: chip(multicast: false)).program
    let tree = try CompiledProgram.compile(network, chip: chip(multicast: true)).program
    var before = single
    before.chip = tree.chip
    let (a, b) = (links(before), links(tree))
    print("union hops \(a.sum) to \(b.sum), busiest link \(a.busiest) to \(b.busiest)")
    #expect(b.sum * 100 <= a.sum * 85 && b.busiest <= a.busiest)
    // What the search counts is what a run counts.
    let search = MulticastSearch(
      traffic: MulticastTraffic(cores: tree.cores, routes: tree.routes, spikes: nil), mesh: Mesh(tree.chip),
      usable: Array(0..<64), places: tree.cores.map(\.place), seed: 0)
    #expect(search.cost == Int64(b.sum))
  }

  @Test("ways between chips that count as 65,536 hops each cost no memory of that many links")
  func longWays() throws {
    var chip = try chip(multicast: true)
    chip.numbers[.coresPerChip] = .assumed(1, "test")
    chip.numbers[.chips] = .assumed(4096, "test")
    chip.numbers[.chipColumns] = .assumed(8, "test")
    chip.numbers[.linkHops] = .assumed(65_536, "test")
    chip.numbers[.width] = .assumed(1, "test")
    chip.numbers[.height] = .assumed(1, "test")
    let program = try CompiledProgram.compile(CoreMemoryTests.mnist().checked(), chip: chip).program
    #expect(program.cores.count > 40 && Set(program.cores.map(\.place)).count == program.cores.count)
  }

  @Test("never more links and never a busier one than placed message by message", arguments: 0..<30)
  func neverWorse(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed &+ 77)
    var chain = Network(
      name: "random", input: NetworkInput(shape: [1]), populations: [], projections: [],
      output: NetworkOutput(population: "p3"))
    var last: (name: String?, count: Int) = (nil, 1)
    for layer in 0..<4 {
      let count = 200 + Int(random.next() % 900)
      let name = "p\(layer)"
      chain.populations.append(
        NetworkPopulation(name: name, shape: [count], neuron: NetworkNeuron(model: .integrateFire, threshold: .uniform(1))))
      let values = [Int8](repeating: 1, count: count * last.count)
      chain.projections.append(
        NetworkProjection(
          name: "to-\(name)", from: last.name, to: name, kind: .dense,
          weights: Tensor(shape: [count, last.count], storage: .int8(values)).map { .inline($0) }))
      last = (name, count)
    }
    let network = try chain.checked()
    let options = CompileOptions(seed: seed, placementEffort: 0.05)
    var before = try CompiledProgram.compile(network, chip: chip(multicast: false), options: options).program
    let after = try CompiledProgram.compile(network, chip: chip(multicast: true), options: options).program
    before.chip = after.chip
    let (a, b) = (links(before), links(after))
    #expect(b.sum <= a.sum && b.busiest <= a.busiest, "\(a) \(b)")
  }
}
