import ChipModel

// What was counted, sums over all samples.

extension RunResult {
  package struct Population: JSONRecord {
    package var name = ""
    package var neurons = 0
    package var spikes = 0
    package var synapticOperations = 0
    package var meanRate: Double?
    package var saturations: Int?
    package var accumulatorOverflows: Int?
    package var messages: Int?
    package var hops: Int?
    package init() {}

    package static let fields: [JSONField<Population>] = [
      .required("name", \.name, .text, "its name in the network"),
      .required("neurons", \.neurons, .count, "its size"),
      .required("spikes", \.spikes, .count, "spikes of its neurons"),
      .required("synapticOperations", \.synapticOperations, .count, "synaptic operations that it received"),
      .optional("meanRate", \.meanRate, .amount, "spikes per neuron and step"),
      .optional("saturations", \.saturations, .count, "updates that reached the membrane's width"),
      .optional(
        "accumulatorOverflows", \.accumulatorOverflows, .count,
        "sums of a tick, and currents, that the chip's registers cut", absent: "where there are none"),
      .optional("messages", \.messages, .count, "messages that its spikes became"),
      .optional("hops", \.hops, .count, "their hops"),
    ]
  }

  package struct Totals: JSONRecord {
    package var spikes: Int?
    package var synapticOperations: Int?
    package var effectiveACs: Int?
    package var effectiveMACs: Int?
    package var dense: Int?
    package var neuronVisits: Int?
    package var neuronUpdates: Int?
    package var messages: Int?
    package var hops: Int?
    package var chipLinks: Int?
    package var additions: Int?
    package var cutInputs: Int?
    package init() {}

    init(_ counts: OperationCounts) {
      spikes = counts.spikes
      synapticOperations = counts.synapticOperations
      effectiveACs = counts.effectiveACs
      effectiveMACs = counts.effectiveMACs
      dense = counts.dense
      neuronVisits = counts.neuronVisits
      neuronUpdates = counts.neuronUpdates
      messages = counts.messages
      hops = counts.hops
      chipLinks = counts.hopsByDirection.links
      additions = counts.additions
    }

    package static let fields: [JSONField<Totals>] = [
      .optional("spikes", \.spikes, .count, "events of neurons, whatever count they carry"),
      .optional("synapticOperations", \.synapticOperations, .count, "spikes that reached a synapse inside the map"),
      .optional("Effective_ACs", \.effectiveACs, .count, "sum over spikes of |payload| times its weights that are not zero"),
      .optional(
        "Effective_MACs", \.effectiveMACs, .count, "multiply-accumulates of the host's input encoding, neither factor zero"),
      .optional("Dense", \.dense, .count, "the same with nothing skipped"),
      .optional(
        "neuronVisits", \.neuronVisits, .count, "neurons, or a chip's compartments of them, times the ticks of their window",
        former: "neuronUpdates"),
      .optional(
        "neuronUpdates", \.neuronUpdates, .count, "visited neurons that had something to do",
        null: "where the chip prices no update apart from the visit", former: "updatedNeurons"),
      .optional("messages", \.messages, .count, "pairs of a spike and a destination core"),
      .optional("hops", \.hops, .count, "tile-to-tile steps of all messages"),
      .optional("chipLinks", \.chipLinks, .count, "steps between chips"),
      .optional("additions", \.additions, .count, "synaptic operations once for each unit of the payload"),
      .optional(
        "cutInputs", \.cutInputs, .count, "input values beyond the calibrated range, cut to it before they were taken"),
    ]
  }

  package struct Core: JSONRecord {
    package var neurons = 0
    package var spikes = 0
    package var synapticOperations = 0
    package var messagesIn = 0
    package var messagesOut = 0
    package var hops: Int?
    package var neuronVisits: Int?
    package var neuronUpdates: Int?
    package var saturations: Int?
    package var chip: Int?
    /// Its tile on the plane of all chips, x to the east, y to the north; nil where the document does not say.
    package var x: Int?
    package var y: Int?
    package var inputAxons: Int?
    package var outputAxons: Int?
    package var bottleneck: String?
    package var utilisation: Double?
    /// Populations with neurons on it.
    package var layers: [Layer] = []
    package init() {}

    /// The part of a population that a core holds.
    package struct Layer: JSONRecord {
      package var name = ""
      package var neurons = 0
      package init() {}

      init(_ name: String, _ neurons: Int) { (self.name, self.neurons) = (name, neurons) }

      package static let fields: [JSONField<Layer>] = [
        .required("name", \.name, .text, "name of the population"),
        .required("neurons", \.neurons, .count, "its neurons on the core"),
      ]
    }

    /// Names the operation that takes a core longest.
    mutating func name(_ work: [CoreWork], _ core: Int, samples: Int, _ time: ChipTime) {
      let longest = work.max { ($0.seconds[core] ?? 0) < ($1.seconds[core] ?? 0) }
      guard let longest, let seconds = longest.seconds[core], seconds > 0 else { return }
      bottleneck = longest.operation
      guard let whole = time.secondsPerInference, whole > 0, samples > 0 else { return }
      utilisation = seconds / Double(samples) / whole
    }

    init(
      _ counts: OperationCounts.CoreCounts, _ core: CoreImage, _ mesh: ChipModel.Mesh,
      _ populations: [ChipModel.Population]
    ) {
      neurons = counts.neurons
      spikes = counts.spikes
      synapticOperations = counts.synapticOperations
      messagesIn = counts.messagesIn
      messagesOut = counts.messagesOut
      hops = counts.hops
      neuronVisits = counts.neuronVisits
      neuronUpdates = counts.neuronUpdates
      saturations = counts.saturations
      chip = mesh.chip(ofCore: core.place)
      let tile = mesh.tile(ofCore: core.place)
      (x, y) = (tile.x, tile.y)
      inputAxons = core.inputAxons.count
      outputAxons = core.outputAxons.count
      var places: [String: Int] = [:]
      for group in core.groups {
        let name = populations[group.population].name
        if let known = places[name] {
          layers[known].neurons += group.box.count
        } else {
          places[name] = layers.count
          layers.append(Layer(name, group.box.count))
        }
      }
    }

    package static let fields: [JSONField<Core>] = [
      .required("neurons", \.neurons, .count, "neurons on it"),
      .required("spikes", \.spikes, .count, "their spikes"),
      .required("synapticOperations", \.synapticOperations, .count, "synaptic operations that it performed"),
      .required("messagesIn", \.messagesIn, .count, "messages that reached it"),
      .required("messagesOut", \.messagesOut, .count, "messages that left it"),
      .optional("hops", \.hops, .count, "hops of the messages that left it"),
      .optional(
        "neuronVisits", \.neuronVisits, .count, "neurons, or a chip's compartments of them, times the ticks of their window",
        former: "neuronUpdates"),
      .optional(
        "neuronUpdates", \.neuronUpdates, .count, "visited neurons that had something to do",
        null: "where the chip prices no update apart from the visit", former: "updatedNeurons"),
      .optional("saturations", \.saturations, .count, "updates that reached the membrane's width"),
      .optional("chip", \.chip, .count, "index of its chip"),
      .optional("x", \.x, .integer(Mesh.plane), "its tile on the plane of all chips, to the east"),
      .optional("y", \.y, .integer(Mesh.plane), "its tile on the plane of all chips, to the north"),
      .optional("inputAxons", \.inputAxons, .count, "entries of its input axon table"),
      .optional("outputAxons", \.outputAxons, .count, "entries of its output axon table"),
      .optional(
        "bottleneck", \.bottleneck, .text, "the operation that takes it longest, of those with a time",
        null: "where none has one"),
      .optional(
        "utilisation", \.utilisation, .amount, "share of the time of an inference that this takes it",
        null: "where one of the two is unknown"),
      .member("layers", \.layers, .objects(), "populations with neurons on it"),
    ]
  }

  /// Where cores lie, and the limits that their use is measured against.
  package struct Mesh: JSONRecord {
    package var width: Int?
    package var height: Int?
    package var coresPerTile: Int?
    package var limits = Limits()
    package var links: [LinkLoad] = []

    package init() {}

    init(_ mesh: ChipModel.Mesh, _ chip: ChipDescription, _ links: [LinkLoad]) {
      width = mesh.width
      height = mesh.height
      coresPerTile = mesh.coresPerTile
      limits.neurons = chip.neuronsPerCore
      limits.inputAxons = chip.inputAxonsPerCore
      limits.outputAxons = chip.outputAxonsPerCore
      self.links = links
    }

    /// Of a core; nil: not limited or not published.
    package struct Limits: JSONRecord {
      package var neurons: Int?
      package var inputAxons: Int?
      package var outputAxons: Int?
      package init() {}

      package static let fields: [JSONField<Limits>] = [
        .optional("neurons", \.neurons, .integer(1 ... .max), "neurons of a core", null: "where there is no limit"),
        .optional("inputAxons", \.inputAxons, .integer(1 ... .max), "its input axons", null: "where there is no limit"),
        .optional("outputAxons", \.outputAxons, .integer(1 ... .max), "its output axons", null: "where there is no limit"),
      ]
    }

    /// Tile coordinates that a document may have: far beyond any chip, small enough to subtract.
    fileprivate static let plane = 0...1_000_000_000

    package static let fields: [JSONField<Mesh>] = [
      .optional("width", \.width, .integer(1...65_536), "tiles of a chip, west to east"),
      .optional("height", \.height, .integer(1...65_536), "tiles of a chip, south to north"),
      .optional("coresPerTile", \.coresPerTile, .integer(1...1_000_000), "cores that share a router"),
      .member("limits", \.limits, .object, "limits of a core"),
      .member("links", \.links, linkColumns, "messages that left a tile by direction, in columns"),
    ]

    /// One entry a direction of a tile that messages left; columns, because large chips have thousands.
    private static let linkColumns = JSONForm<[LinkLoad]>(
      "object",
      members: {
        [
          JSONFieldFacts("x", "list of integers", "tile that they left, to the east"),
          JSONFieldFacts("y", "list of integers", "tile that they left, to the north"),
          JSONFieldFacts("direction", "list of texts", "east, west, north or south"),
          JSONFieldFacts("messages", "list of integers", "messages, over all samples"),
        ]
      },
      write: { loads in
        .object([
          ("x", .integers(loads.map(\.x))), ("y", .integers(loads.map(\.y))),
          ("direction", .strings(loads.map(\.direction.rawValue))), ("messages", .integers(loads.map(\.messages))),
        ])
      }
    ) { (node, _) throws(JSONError) in
      var columns = try node.object()
      let x = try columns.required("x").ints(in: plane)
      let count = x.count...x.count
      let y = try columns.required("y").ints(in: plane, count: count)
      let directions = try columns.required("direction").array(count: count)
      let messages = try columns.required("messages").ints(in: 0 ... .max, count: count)
      var loads: [LinkLoad] = []
      for index in x.indices {
        loads.append(
          LinkLoad(
            x: x[index], y: y[index], direction: try directions[index].choice(of: MeshDirection.self),
            messages: messages[index]))
      }
      return loads
    }
  }
}

/// Messages that went from a tile to its neighbour, over all samples.
package struct LinkLoad: Sendable, Equatable {
  /// The tile they left.
  package var x: Int
  package var y: Int
  package var direction: MeshDirection
  package var messages: Int
}

// MARK: - How the program sits on its chip

extension RunResult {
  /// How a program sits on its chip and how exactly it holds its network: what the compiler reports, carried along so that a
  /// result explains itself.
  package struct Fit: JSONRecord {
    package struct Population: JSONRecord {
      package var name = ""
      package var cores: Int?
      package var synapses: Int?
      package var roundingError: Double?
      package var threshold: Int?
      package var sumBits: Int?
      package var stepsToSaturation: Int?
      package init() {}

      package static let fields: [JSONField<Population>] = [
        .required("name", \.name, .text, "its name in the network"),
        .optional("cores", \.cores, .count, "cores that hold a part of it"),
        .optional("synapses", \.synapses, .count, "synapses on the chip into it"),
        .optional(
          "roundingError", \.roundingError, .amount,
          "largest error of a weight that arrives, in units of the weights' grid: 0.5 where each is the nearest point"),
        .optional(
          "threshold", \.threshold, .count, "smallest finite threshold in the membrane's integer units", null: "without any"),
        .optional("sumBits", \.sumBits, .count, "bits that one step's sum needs at most, proven"),
        .optional(
          "stepsToSaturation", \.stepsToSaturation, .count, "first step in which a saturation is possible at all",
          null: "where it never is"),
      ]
    }

    package var populations: [Population] = []
    /// By core; empty where unknown.
    package var synapseBits: [Int] = []
    package var synapseBitsPerCore: Int?
    package var coresOfChip: Int?
    package init() {}

    package static let fields: [JSONField<Fit>] = [
      .member("populations", \.populations, .objects(), "one entry per population"),
      .member("synapseBits", \.synapseBits, .counts, "synapse memory in use, by core", unit: "bits"),
      .optional(
        "synapseBitsPerCore", \.synapseBitsPerCore, .count, "synapse memory of a core", unit: "bits",
        null: "where it is not limited or not published"),
      .optional("coresOfChip", \.coresOfChip, .count, "cores of all chips together", null: "where they are not limited"),
    ]
  }
}
