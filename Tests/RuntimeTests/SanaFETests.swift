import ChipModel
import Compiler
import Testing

@testable import Runtime

/// The rules of a public hardware simulator, written from their description, on explicit synapse lists: nothing of the
/// runtime is used, only the program's mapping.
private struct ReferenceChip {
  struct Synapse {
    var target: Int
    var weight: Double
    var kind: Projection.Kind
  }
  var neurons: [(core: Int, threshold: Double, bias: Double)] = []
  var synapses: [[Synapse]] = []
  /// Neurons of each core in slot order; tile of each core.
  var order: [[Int]]
  var tiles: [(x: Int, y: Int)]

  var fired = 0
  var updated = 0
  var visited = 0
  var events: [Projection.Kind: Int] = [:]
  var messages = 0
  var hops: (east: Int, west: Int, north: Int, south: Int) = (0, 0, 0, 0)
  var seconds = 0.0
  var firedByTick: [Int] = []

  init(_ network: Network, _ program: CompiledProgram, input: [Double]) throws {
    let chip = program.chip
    let height = try #require(chip.value(.height))
    order = program.cores.map { [Int](repeating: 0, count: $0.neuronCount) }
    tiles = program.cores.map { core in
      let tile = core.place / chip.coresPerTile
      return (tile / height, tile % height)
    }
    // The input has none.
    var first = [0]
    for population in program.populations[program.placed] {
      first.append(neurons.count)
      let source = try #require(network.populations.first { $0.name == population.name })
      var threshold = Double.infinity
      if case .uniform(let value)? = source.neuron.threshold { threshold = value }
      var bias = 0.0
      if case .uniform(let value)? = source.bias { bias = value }
      for _ in 0..<population.shape.count { neurons.append((0, threshold, bias)) }
    }
    synapses = neurons.map { _ in [] }
    for (index, core) in program.cores.enumerated() {
      for group in core.groups {
        for local in 0..<group.box.count {
          let neuron = first[group.population] + group.box.populationIndex(local, in: group.populationShape)
          neurons[neuron].core = index
          order[index][group.firstSlot + local] = neuron
        }
      }
    }
    let names = program.populations.map(\.name)
    var currents = [Double](repeating: 0, count: neurons.count)
    for projection in network.projections {
      let target = try #require(names.firstIndex(of: projection.to))
      let to = program.populations[target].shape
      let source = projection.from.flatMap { names.firstIndex(of: $0) }
      let from = source.map { program.populations[$0].shape } ?? program.input.shape
      guard case .inline(let tensor)? = projection.weights else { continue }
      let values = tensor.doubles
      let pool = projection.pool
      let (height, width) = pool == nil ? (from.height, from.width) : (from.height / 2, from.width / 2)
      func connect(_ c: Int, _ y: Int, _ x: Int, _ neuron: Int, _ weight: Double) {
        for dy in 0..<(pool == nil ? 1 : 2) {
          for dx in 0..<(pool == nil ? 1 : 2) {
            let (sy, sx) = pool == nil ? (y, x) : (2 * y + dy, 2 * x + dx)
            let index = (c * from.height + sy) * from.width + sx
            if let source {
              let kind: Projection.Kind =
                projection.kind == .dense ? .dense : projection.kind == .convolution ? .convolution : .identity
              synapses[first[source] + index].append(Synapse(target: first[target] + neuron, weight: weight, kind: kind))
            } else {
              currents[first[target] + neuron] += weight * input[index]
            }
          }
        }
      }
      for o in 0..<to.channels {
        for y in 0..<to.height {
          for x in 0..<to.width {
            let neuron = (o * to.height + y) * to.width + x
            switch projection.kind {
            case .identity: connect(o, y, x, neuron, values[values.count == 1 ? 0 : o])
            case .dense:
              for c in 0..<from.channels {
                for sy in 0..<height {
                  for sx in 0..<width {
                    let column = (c * height + sy) * width + sx
                    connect(c, sy, sx, neuron, values[o * from.channels * height * width + column])
                  }
                }
              }
            case .convolution:
              for c in 0..<from.channels {
                for ky in 0..<3 {
                  for kx in 0..<3 {
                    let (sy, sx) = (y + ky - 1, x + kx - 1)
                    guard (0..<height).contains(sy), (0..<width).contains(sx) else { continue }
                    connect(c, sy, sx, neuron, values[((o * from.channels + c) * 3 + ky) * 3 + kx])
                  }
                }
              }
            }
          }
        }
      }
    }
    for index in neurons.indices { neurons[index].bias += currents[index].rounded(.toNearestOrEven) }
  }

  /// `simple` time, counts and spikes of `ticks` ticks.
  mutating func run(_ ticks: Int) {
    var v = [Double](repeating: 0, count: neurons.count)
    var buffer = v
    var arrived = [Bool](repeating: false, count: neurons.count)
    let sync = tileCount >= 29 ? 1.8e-6 : tileCount >= 4 ? 1.4e-6 : tileCount >= 2 ? 1e-6 : 0.6e-6
    for _ in 0..<ticks {
      var sending = [Double](repeating: 0, count: order.count)
      var processing = sending
      var spikes: [Int] = []
      for (core, members) in order.enumerated() {
        for neuron in members {
          let (_, threshold, bias) = neurons[neuron]
          visited += 1
          sending[core] += 6e-9
          if v[neuron].magnitude > 0 || arrived[neuron] || bias != 0 {
            updated += 1
            sending[core] += 3.7e-9
          }
          v[neuron] += bias
          v[neuron] += buffer[neuron]
          buffer[neuron] = 0
          arrived[neuron] = false
          v[neuron] = (64 * v[neuron]).rounded(.towardZero) / 64
          guard v[neuron] > threshold else { continue }
          v[neuron] -= threshold
          fired += 1
          sending[core] += 30e-9
          spikes.append(neuron)
        }
      }
      firedByTick.append(spikes.count)
      for neuron in spikes {
        let core = neurons[neuron].core
        for target in order.indices {
          let delivered = synapses[neuron].filter { neurons[$0.target].core == target }
          guard !delivered.isEmpty else { continue }
          messages += 1
          sending[core] += 5.1e-9
          processing[target] += 16e-9
          let (dx, dy) = (tiles[target].x - tiles[core].x, tiles[target].y - tiles[core].y)
          hops.east += max(0, dx)
          hops.west += max(0, -dx)
          hops.north += max(0, dy)
          hops.south += max(0, -dy)
          for synapse in delivered {
            events[synapse.kind, default: 0] += 1
            processing[target] += synapse.kind == .dense ? 3.8e-9 : synapse.kind == .convolution ? 3.1e-9 : 4.7e-9
            buffer[synapse.target] += synapse.weight
            arrived[synapse.target] = true
          }
        }
      }
      seconds += max(sending.max() ?? 0, processing.max() ?? 0) + sync
    }
  }

  var tileCount: Int { Set(tiles.map { $0.x * 1000 + $0.y }).count }
}

@Suite("The rules of SANA-FE")
struct SanaFETests {
  static func near(_ a: Double, _ b: Double) -> Bool { abs(a - b) <= 1e-9 * max(abs(a), abs(b)) }

  @Test("spikes, messages, hops, five energies and the simple time of random networks")
  func random() throws {
    for seed in 0..<25 as Range<UInt64> {
      var random = RandomNetworks(seed: seed)
      // Fires at v > threshold, as that simulator's leaky unit does.
      var network = try random.network().network
      for index in network.populations.indices where network.populations[index].neuron.model == .integrateFire {
        network.populations[index].neuron[.strict] = true
      }
      var chip = try random.smallCores("loihi-sanafe")
      chip.numbers[.chips] = Sourced(1, source: "test", certainty: .assumed)
      let program = try CompiledProgram.compile(
        try network.checked(), chip: chip,
        options: CompileOptions(schedule: .continuous, placement: .random, seed: seed)
      ).program
      let input = random.input(program)
      let ticks = 12

      var runner = LayerRunner(plan: EnginePlan(program), steps: ticks)
      _ = runner.run(input)
      var interpreter = ChipInterpreter(program, steps: ticks)
      interpreter.recordsUpdates = true
      _ = interpreter.run(input)
      let counts = OperationCounts(program: program, counters: runner.counters, steps: ticks)
      let bill = ChipBill(
        program: program, counts: counts, steps: ticks, samples: 1, neuronUpdates: interpreter.updates.count)
      let timer = TickTimer(program)
      let activity = timer.activity(SampleTrains(runner), steps: ticks, updated: interpreter.updates)
      let time = try #require(timer.time(activity, model: .simple))

      var reference = try ReferenceChip(network, program, input: input)
      reference.run(ticks)
      #expect(activity.spikes.map(\.count) == reference.firedByTick, "seed \(seed)")
      #expect(counts.spikes == reference.fired)
      #expect(counts.neuronVisits == reference.visited)
      #expect(interpreter.updates.count == reference.updated, "seed \(seed)")
      #expect(timer.loads(activity).reduce(0) { $0 + $1.reduce(0) { $0 + $1.updates } } == reference.updated)
      for kind in Projection.Kind.allCases {
        #expect(counts.operationsByKind[kind.traits.operation] == reference.events[kind] ?? 0, "seed \(seed)")
      }
      #expect(counts.messages == reference.messages)
      #expect(counts.hopsByDirection[.east] == reference.hops.east)
      #expect(counts.hopsByDirection[.west] == reference.hops.west)
      #expect(counts.hopsByDirection[.north] == reference.hops.north)
      #expect(counts.hopsByDirection[.south] == reference.hops.south)
      func joules(_ unit: ChipUnit) -> Double {
        bill.items.filter { $0.unit == unit.rawValue }.reduce(0) { $0 + ($1.joules ?? .nan) }
      }
      let synapse =
        Double(reference.events[.dense] ?? 0) * 35.5e-12 + Double(reference.events[.convolution] ?? 0) * 24e-12
        + Double(reference.events[.identity] ?? 0) * 33.6e-12
      let soma =
        Double(reference.visited) * 51.2e-12 + Double(reference.updated) * 21.6e-12 + Double(reference.fired) * 69.3e-12
      let network4 =
        Double(reference.messages) * 111e-12 + Double(reference.hops.east + reference.hops.west) * 3e-12
        + Double(reference.hops.north + reference.hops.south) * 4.2e-12
      #expect(Self.near(joules(.synapse), synapse))
      #expect(joules(.dendrite) == 0)
      #expect(Self.near(joules(.soma), soma))
      #expect(Self.near(joules(.network), network4))
      #expect(joules(.memory) == 0)
      #expect(Self.near(ChipUnit.allCases.reduce(0) { $0 + joules($1) }, synapse + soma + network4))
      #expect(Self.near(time.seconds, reference.seconds), "seed \(seed): \(time.seconds), \(reference.seconds)")
      #expect(reference.fired > 0)
    }
  }
}
