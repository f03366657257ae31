import ChipModel
import Foundation
import Testing

@testable import Runtime

/// A program and one sample as plain lists of neurons and synapses, for another simulator: `Tests/Scripts/sanafe_run.py`
/// reads it. Made from populations and projections; nothing of the runtime is used.
struct SanaFEExport {
  private var text = ""

  /// - Parameters:
  ///   - input: one sample, after preprocessing; its currents become biases.
  ///   - model: of the time. For `detailed` times are whole femtoseconds, so that sums are exact and equal times are equal.
  init(_ program: CompiledProgram, input: [Double], ticks: Int, model: TimingModel = .simple) throws {
    let quantised = input.map(InputEncoder.quantise)
    var core = program.populations.map { [Int](repeating: 0, count: $0.shape.count) }
    var slot = core
    for (index, image) in program.cores.enumerated() {
      for group in image.groups {
        for local in 0..<group.box.count {
          let neuron = group.box.populationIndex(local, in: group.populationShape)
          core[group.population][neuron] = index
          slot[group.population][neuron] = group.firstSlot + local
        }
      }
    }
    let chip = try Self.chip(program.chip, perSecond: model == .detailed ? ActionTimes.perSecond : 1)
    text = "{\"ticks\": \(ticks), \"model\": \"\(model.rawValue)\", \"chip\": \(chip),\n\"cores\": [\n"
    let currents = program.populations.indices.map { index in
      program.projections.contains { $0.target == index && $0.source == 0 }
        ? ChipInterpreter.currents(of: index, in: program, quantised: quantised) : []
    }
    for (index, image) in program.cores.enumerated() {
      var neurons = [String](repeating: "", count: image.neuronCount)
      for group in image.groups {
        let population = program.populations[group.population]
        // Fires at v > threshold; an initial potential is not among its attributes.
        try #require(population.model.kind == .accumulator || population.model.strict)
        try #require(population.initial.values.allSatisfy { $0 == 0 } && !population.model.hardReset)
        for local in 0..<group.box.count {
          let neuron = group.box.populationIndex(local, in: group.populationShape)
          let threshold = population.threshold.value(at: neuron, shape: population.shape)
          let bias = Int64(population.bias.value(at: neuron, shape: population.shape))
            + (currents[group.population].isEmpty ? 0 : currents[group.population][neuron])
          neurons[group.firstSlot + local] = "[\(threshold == NeuronModel.infinite ? "1e30" : "\(threshold)"), \(bias)]"
        }
      }
      text += "{\"place\": \(image.place), \"neurons\": [\(neurons.joined(separator: ", "))]}"
      text += index + 1 < program.cores.count ? ",\n" : "],\n"
    }
    text += "\"synapses\": [\n" + Self.synapses(program, core, slot) + "]}\n"
  }

  func write(to path: String) throws { try Data(text.utf8).write(to: URL(filePath: path)) }

  private static func chip(_ chip: ChipDescription, perSecond: Double) throws -> String {
    func joules(_ action: ChipAction) throws -> Double { try #require(chip.energy.each(action), "\(action)") }
    func scaled(_ seconds: Double) -> Double { perSecond == 1 ? seconds : (seconds * perSecond).rounded() }
    func seconds(_ action: ChipAction) throws -> Double { scaled(try #require(chip.time.each(action), "\(action)")) }
    let actions: [(String, ChipAction)] = [
      ("dense", .synapticOperation), ("convolution", .convolutionOperation), ("identity", .identityOperation),
      ("neuronAccess", .neuronAccess), ("neuronUpdate", .neuronUpdate), ("spike", .spike), ("axonOut", .axonOut),
      ("axonIn", .axonIn), ("hopEast", .hopEast), ("hopWest", .hopWest), ("hopNorth", .hopNorth),
      ("hopSouth", .hopSouth),
    ]
    let energy = try actions.map { "\"\($0.0)\": \(try joules($0.1))" }.joined(separator: ", ")
    let time = try actions.map { "\"\($0.0)\": \(try seconds($0.1))" }.joined(separator: ", ")
    let barrier = try #require(chip.barrier?.value).map { "[\($0.tiles), \(scaled($0.seconds))]" }.joined(separator: ", ")
    return "{\"width\": \(try #require(chip.value(.width))), \"height\": \(try #require(chip.value(.height))), "
      + "\"coresPerTile\": \(chip.coresPerTile), \"neuronsPerCore\": \(chip.neuronsPerCore ?? 1024), "
      + "\"barrier\": [\(barrier)], \"energy\": {\(energy)}, \"time\": {\(time)}}"
  }

  /// By source core, target core and kind: `[source core, target core, kind, sources, targets, weights]`.
  private static func synapses(_ program: CompiledProgram, _ core: [[Int]], _ slot: [[Int]]) -> String {
    struct Bundle {
      var head = ""
      var sources = ""
      var targets = ""
      var weights = ""
    }
    var bundles: [Bundle] = []
    var numbers: [Int: Int] = [:]
    for projection in program.projections {
      let source = projection.source
      if source == 0 { continue }
      let kind = projection.kind == .dense ? 0 : projection.kind == .convolution ? 1 : 2
      forEachSynapse(projection, program, source) { from, to, weight in
        let (a, b) = (core[source][from], core[projection.target][to])
        let key = (a * program.cores.count + b) * 3 + kind
        let number = numbers[key] ?? bundles.count
        if number == bundles.count {
          numbers[key] = number
          bundles.append(Bundle(head: "\(a), \(b), \(kind)"))
        }
        let comma = bundles[number].sources.isEmpty ? "" : ","
        bundles[number].sources += "\(comma)\(slot[source][from])"
        bundles[number].targets += "\(comma)\(slot[projection.target][to])"
        bundles[number].weights += "\(comma)\(weight)"
      }
    }
    return bundles.map { "[\($0.head), [\($0.sources)], [\($0.targets)], [\($0.weights)]]" }.joined(separator: ",\n")
  }

  /// Calls `body(source neuron, target neuron, weight)` for every synapse of the map, pools unrolled.
  private static func forEachSynapse(
    _ projection: Projection, _ program: CompiledProgram, _ source: Int, _ body: (Int, Int, Int) -> Void
  ) {
    let from = program.populations[source].shape
    let to = program.populations[projection.target].shape
    let weights = program.weights[projection.weights]
    let pooled = projection.pool?.output(of: from) ?? from
    func connect(_ c: Int, _ y: Int, _ x: Int, _ target: Int, _ weight: Int32) {
      let value = Int(weight) << projection.shift(channel: target / to.pixels)
      for row in projection.pool?.rows(of: y, height: from.height) ?? y..<(y + 1) {
        for column in projection.pool?.columns(of: x, width: from.width) ?? x..<(x + 1) {
          body(from.index(c, row, column), target, value)
        }
      }
    }
    for target in 0..<to.count {
      let (o, ty, tx) = to.position(target)
      switch projection.kind {
      case .dense:
        for position in 0..<pooled.count {
          let (c, y, x) = pooled.position(position)
          connect(c, y, x, target, weights[target * pooled.count + position])
        }
      case .identity:
        for part in 0..<weights.shape[1] { connect(o, ty, tx, target, weights[o * weights.shape[1] + part]) }
      case .convolution:
        let g = projection.convolution
        let sources = pooled.channels / g.groups
        let first = o / (to.channels / g.groups) * sources
        for c in 0..<sources {
          for ky in 0..<g.kernelY {
            let y = ty * g.strideY + ky * g.dilationY - g.top
            guard (0..<pooled.height).contains(y) else { continue }
            for kx in 0..<g.kernelX {
              let x = tx * g.strideX + kx * g.dilationX - g.left
              guard (0..<pooled.width).contains(x) else { continue }
              connect(first + c, y, x, target, weights[((o * sources + c) * g.kernelY + ky) * g.kernelX + kx])
            }
          }
        }
      }
    }
  }
}
