import ChipModel
import Compiler

/// A network for people: input, populations, projections, output, the network it came from, its history.
struct NetworkText: Sendable {
  let network: Network
  let style: TextStyle

  /// The whole page.
  var page: String { [head, populations, projections].joined(separator: "\n") }

  private var head: String {
    var facts = FactList()
    facts.add("network", network.name)
    facts.add("input", "\(network.input.kind.rawValue) \(ProgramTables.shape(network.input.shape))")
    facts.add(
      "range",
      network.input.range.map { "\(NumberFormat.plain($0.low)) to \(NumberFormat.plain($0.high)) after preprocessing" })
    facts.add("preprocessing", preprocessing)
    facts.add("images", network.input.images)
    facts.add("labels", network.input.labels)
    if network.schedule != .windowed { facts.add("schedule", network.schedule.rawValue) }
    let own = network.populations.lazy.compactMap(\.lag)
    if let most = own.max() {
      facts.add("lag", "at most \(NumberFormat.count(max(most, network.lag), of: "tick")), of their own in \(NumberFormat.count(own.count, of: "population"))")
    } else if network.lag > 0 {
      facts.add("lag", NumberFormat.count(network.lag, of: "tick"))
    }
    facts.add("output", "\(network.output.readout.rawValue) of \(network.output.population)")
    let neurons = network.populations.reduce(0) { $0 + Self.count($1.shape) }
    let weights = network.projections.reduce(0) { $0 + (shape($1.weights).map(Self.count) ?? 0) }
    facts.add("size", "\(NumberFormat.count(neurons, of: "neuron")), \(NumberFormat.count(weights, of: "weight"))")
    if let ann = network.ann {
      let on = ann.accuracyOn.map { " on \($0)" } ?? ""
      facts.add("ann accuracy", NumberFormat.percent(ann.accuracy) + on)
      facts.add("ann size", annSize(ann))
    }
    for entry in network.provenance { facts.add(entry.key, entry.value.shown) }
    return facts.render(style)
  }

  private func annSize(_ ann: ANNFacts) -> String? {
    let parts = [
      ann.parameters.map { NumberFormat.count($0, of: "parameter") },
      ann.multiplyAccumulates.map { "\(NumberFormat.count($0)) multiply-accumulates" },
    ].compactMap(\.self)
    return parts.isEmpty ? nil : parts.joined(separator: ", ")
  }

  private var preprocessing: String? {
    let step = network.input.preprocessing
    if step == .identity { return nil }
    func list(_ values: [Double]) -> String { values.map(NumberFormat.plain).joined(separator: ", ") }
    var parts: [String] = []
    if step.scale != 1 { parts.append("times \(NumberFormat.plain(step.scale))") }
    if !step.mean.isEmpty { parts.append("minus \(list(step.mean))") }
    if !step.std.isEmpty { parts.append("over \(list(step.std))") }
    return parts.joined(separator: ", ")
  }

  private var populations: String {
    Table(
      network.populations,
      [
        .name("population", \.name), .text("shape") { .text(ProgramTables.shape($0.shape)) },
        .count("neurons") { Self.count($0.shape) }, .text("model") { .text(Self.model($0.neuron)) },
        .number("threshold") { .text(range($0.neuron.threshold)) },
        .number("initial") { .text(range($0.neuron.initial)) },
        .number("bias") { .text($0.biasByStep == nil ? range($0.bias) : "by step") },
      ]
    ).render(style)
  }

  private var projections: String {
    Table(
      network.projections,
      [
        .name("projection", \.name), .text("from") { .text($0.from ?? "input") }, .text("to") { .text($0.to) },
        .text("kind") { .text($0.kind.rawValue) },
        .text("weights") { .text(shape($0.weights).map(ProgramTables.shape) ?? "1") },
        .text("pool") { .text($0.pool.map { "\($0.kind.rawValue) \(ProgramTables.shape($0.kernel))" } ?? "-") },
        .text("delay") { .text($0.delay.map { "\($0)" } ?? "auto") },
      ]
    ).render(style)
  }

  /// The smallest and the largest value; `-` for none.
  private func range(_ values: Values?) -> String {
    let list: [Double] =
      switch values {
      case nil: []
      case .uniform(let value): [value]
      case .list(let values): values
      case .tensor(let name): network.tensors[name]?.doubles ?? []
      }
    guard let low = list.min(), let high = list.max() else { return "-" }
    let (first, last) = (NumberFormat.significant(low), NumberFormat.significant(high))
    return first == last ? first : "\(first) to \(last)"
  }

  private func shape(_ weights: Weights?) -> [Int]? {
    switch weights {
    case .tensor(let name): network.tensors[name]?.shape
    case .inline(let tensor): tensor.shape
    case nil: nil
    }
  }

  private static func model(_ neuron: NetworkNeuron) -> String {
    let values = neuron.model.parameters.compactMap { parameter -> String? in
      guard let value = neuron.parameters[value: parameter], value != parameter.standard else { return nil }
      return switch value {
      case .flag: parameter.key
      case .choice(let name): name
      case .integer, .number: "\(parameter.key)=\(value.text)"
      }
    }
    return ([neuron.model.name] + values).joined(separator: " ")
  }

  /// Product of dimensions that a checked network bounds.
  private static func count(_ dimensions: [Int]) -> Int { dimensions.reduce(1) { $0 &* $1 } }

  /// The main facts as JSON.
  static func summary(_ network: Network) -> JSONOutput {
    let text = NetworkText(network: network, style: .plain)
    func optional(_ value: String?) -> JSONOutput { value.map { .string($0) } ?? .null }
    let populations = network.populations.map { population in
      JSONOutput.object([
        ("name", .string(population.name)), ("shape", .integers(population.shape)),
        ("neurons", .int(count(population.shape))), ("model", .string(population.neuron.model.name)),
      ])
    }
    let projections = network.projections.map { projection in
      JSONOutput.object([
        ("name", .string(projection.name)), ("from", optional(projection.from)), ("to", .string(projection.to)),
        ("kind", .string(projection.kind.rawValue)),
        ("weights", text.shape(projection.weights).map { .integers($0) } ?? .null),
      ])
    }
    return .object([
      ("format", .string(NetworkDocument.format)), ("name", .string(network.name)),
      ("input", .integers(network.input.shape)), ("images", optional(network.input.images)),
      ("labels", optional(network.input.labels)), ("populations", .array(populations)),
      ("projections", .array(projections)),
      (
        "output",
        .object([
          ("population", .string(network.output.population)), ("readout", .string(network.output.readout.rawValue)),
        ])
      ), ("accuracy", .number(network.ann?.accuracy)),
      (
        "provenance",
        .object(
          network.provenance.map { entry in
            switch entry.value {
            case .text(let value): (entry.key, .string(value))
            case .number(let value): (entry.key, .number(value))
            case .flag(let value): (entry.key, .bool(value))
            }
          })
      ),
    ])
  }
}

extension ProvenanceValue {
  /// As people read it.
  var shown: String {
    switch self {
    case .text(let text): text
    case .number(let number): NumberFormat.plain(number)
    case .flag(let flag): flag ? "yes" : "no"
    }
  }
}
