import ChipModel
import Foundation
import Testing

@testable import Compiler

@Suite("Mapping and compile report")
struct MappingTests {
  private static func digits() throws -> CheckedNetwork {
    try NetworkFile(reading: NetworkFixtures.root.appending(path: "Examples/digits/net.json").path).checked()
  }

  /// The ideal chip with limits, for example `"neuronsPerCore": 64`.
  private static func chip(_ limits: String) throws -> ChipDescription {
    let text = """
      {"format": "nmsim-chip/1", "name": "small", "title": "Small", "extends": "ideal", "source": "test",
       "certainty": "assumed", "limits": {\(limits)}}
      """
    return try ChipDescription(json: Array(text.utf8), file: "small")
  }

  /// Cuts every population at random and deals the boxes to cores, in any order.
  private static func random(_ program: CompiledProgram, _ random: inout NetworkRandom) -> Mapping {
    var cores = (0..<Int.random(in: 1...12, using: &random)).map { _ in Mapping.Core(place: 0, parts: []) }
    for population in program.populations[program.placed] {
      var boxes = [Box(whole: population.shape)]
      for _ in 0..<Int.random(in: 0...6, using: &random) {
        boxes.append(contentsOf: cut(boxes.removeFirst(), &random))
      }
      for box in boxes {
        cores[Int.random(in: cores.indices, using: &random)].parts.append(
          Mapping.Part(population: population.name, box: box))
      }
    }
    cores.removeAll { $0.parts.isEmpty }
    let places = (0..<64).shuffled(using: &random)
    for index in cores.indices {
      cores[index].parts.shuffle(using: &random)
      cores[index].place = places[index]
    }
    return Mapping(cores: cores)
  }

  private static func cut(_ box: Box, _ random: inout NetworkRandom) -> [Box] {
    func halves(_ range: Range<Int>) -> [Range<Int>] {
      guard range.count > 1 else { return [range] }
      let middle = Int.random(in: (range.lowerBound + 1)..<range.upperBound, using: &random)
      return [range.lowerBound..<middle, middle..<range.upperBound]
    }
    switch Int.random(in: 0..<3, using: &random) {
    case 0: return halves(box.channels).map { Box(channels: $0, rows: box.rows, columns: box.columns) }
    case 1: return halves(box.rows).map { Box(channels: box.channels, rows: $0, columns: box.columns) }
    default: return halves(box.columns).map { Box(channels: box.channels, rows: box.rows, columns: $0) }
    }
  }

  @Test("any mapping compiles to what it says, and is written and read back", arguments: 1...12)
  func anyMapping(_ seed: Int) throws {
    var random = NetworkRandom(seed: UInt64(seed))
    let network = try Self.digits()
    let chip = try Self.chip("")
    let mapping = Self.random(try CompiledProgram.lower(network, chip: chip), &random)
    #expect(try MappingFile.parse(MappingFile.bytes(of: mapping)) == mapping, "seed \(seed)")
    let result = try CompiledProgram.compile(network, chip: chip, options: CompileOptions(mapping: mapping))
    #expect(Mapping(result.program) == mapping, "seed \(seed)")
    // The split's own account, and what the finished images hold.
    #expect(result.loads == result.report.cores.map(\.load), "seed \(seed)")
    #expect(result.program.cores.reduce(0) { $0 + $1.neuronCount } == 2698)
  }

  @Test("the account of the automatic split is that of the images", arguments: [
    "", "\"neuronsPerCore\": 64", "\"neuronsPerCore\": 300, \"inputAxonsPerCore\": 700",
    "\"synapseMemoryBitsPerCore\": 20000", "\"outputAxonsPerCore\": 900, \"sharedConvolutionWeights\": false",
  ])
  func automatic(_ limits: String) throws {
    let network = try Self.digits()
    let chip = try Self.chip(limits)
    let result = try CompiledProgram.compile(network, chip: chip)
    let report = result.report
    #expect(result.loads == report.cores.map(\.load))
    #expect(report.populations.map(\.headroom) == Array(result.headroom.dropFirst()))
    // The same cores by hand are the same program.
    let again = try CompiledProgram.compile(
      network, chip: chip, options: CompileOptions(mapping: Mapping(result.program)))
    #expect(again.program == result.program)
    #expect(again.loads == result.loads)
  }

  @Test("the report counts synapses, weights and limits as worked out by hand")
  func byHand() throws {
    let report = try CompiledProgram.compile(
      Self.digits(), chip: Self.chip("\"neuronsPerCore\": 1024, \"inputAxonsPerCore\": 1700")
    ).report
    // A 3 x 3 kernel on an 8 x 8 map, padded by 1, has 22 x 22 taps inside the map; the shortcut one synapse a neuron.
    #expect(report.populations.map(\.synapses) == [0, 16 * 16 * 22 * 22 + 1024, 16 * 40 * 10 * 10 * 4, 640 * 10])
    #expect(report.populations.map(\.weights) == [0, 16 * 16 * 9 + 16, 40 * 16 * 9, 10 * 160])
    #expect(report.populations.map(\.hostWeights) == [16 * 9, 0, 0, 0])
    #expect(report.depth == 4)
    #expect(report.extraTicks == 3)
    #expect(report.limiting == .init(resource: .neurons, core: 0, used: 1024, limit: 1024))
    #expect(report.cores.map(\.fullest?.resource) == [.neurons, .neurons, .inputAxons])
  }

  @Test("limits hold for a mapping too", arguments: [
    ("\"neuronsPerCore\": 2697", "core 0 needs 2,698 neurons, chip 'small' has 2,697 a core"),
    (
      "\"synapseMemoryBitsPerCore\": 77439",
      "core 0 needs 77,440 bits of synapse memory, chip 'small' has 77,439 a core"
    ),
    ("\"inputAxonsPerCore\": 2687", "core 0 needs 2,688 input axons, chip 'small' has 2,687 a core"),
    ("\"outputAxonsPerCore\": 2687", "core 0 needs 2,688 output axons, chip 'small' has 2,687 a core"),
  ])
  func limits(_ limits: String, _ message: String) throws {
    let network = try Self.digits()
    let whole = Mapping(try CompiledProgram.compile(network, chip: Self.chip("")).program)
    #expect(whole.cores.count == 1)
    let options = CompileOptions(mapping: whole)
    let error = #expect(throws: CompileError.self) {
      try CompiledProgram.compile(network, chip: Self.chip(limits), options: options)
    }
    #expect(error?.description == message + "; put fewer neurons on this core")
  }
}
