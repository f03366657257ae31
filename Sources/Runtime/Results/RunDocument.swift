import ChipModel

/// A run as `run.json` (`nmsim-run/1`) tells it: what `report` and `energy` work from.
///
/// Plain values under the document's own names. Members that the format does not demand may be absent or `null` and are
/// nil then: unknown, never zero. Members that are not known here are skipped, because the format says what a document has
/// at least; whatever is there must have its type and range, and series must have one value a step.
package struct RunDocument: Sendable, Equatable {
  package var network: String
  package var chip: String
  package var method: String?
  /// Steps of an inference, >= 1.
  package var ticks: Int
  package var ticksPerInference: Int?
  package var samples: Int
  /// Fraction of 1; nil: no labels.
  package var accuracy: Double?
  package var accuracyInterval: ClosedRange<Double>?
  /// `ticks` fractions.
  package var accuracyByStep: [Double]?
  package var ann = ANN()
  package var program = Program()
  package var populations: [Population] = []
  package var totals = Totals()
  package var cores: [Core] = []
  package var mesh: Mesh?
  package var spike: Spike?
  package var operation = Operation()
  package var bill: Bill?
  package var secondsPerTick: Double?
  package var secondsPerInference: Double?
  package var time = Time()
  package var earlyDecision: EarlyDecision?
  package var neurobench: NeuroBench?
  package var details: Details?
  package var fit: Fit?
  package var provenance: Provenance?
  package var simulation: Simulation?
  /// Nil: without faults.
  package var faults: RunFaults?

  /// The network it came from.
  package struct ANN: Sendable, Equatable {
    package var accuracy: Double?
    package var accuracyOn: String?
    package var multiplyAccumulates: Int?
    package var parameters: Int?
  }

  /// What was run.
  package struct Program: Sendable, Equatable {
    package var hash: String?
    package var schedule: String?
    package var weightBits: Int?
    package var membraneBits: Int?
    package var fractionBits: Int?
    package var cores: Int?
    package var engine: String?
  }

  package struct Population: Sendable, Equatable {
    package var name: String
    package var neurons: Int
    package var spikes: Int
    package var synapticOperations: Int
    package var meanRate: Double?
    package var saturations: Int?
  }

  /// Sums over all samples.
  package struct Totals: Sendable, Equatable {
    package var spikes: Int?
    package var synapticOperations: Int?
    package var effectiveACs: Int?
    package var effectiveMACs: Int?
    package var dense: Int?
    package var neuronUpdates: Int?
    package var updatedNeurons: Int?
    package var messages: Int?
    package var hops: Int?
    package var chipLinks: Int?
  }

  package struct Core: Sendable, Equatable {
    package var neurons: Int
    package var spikes: Int
    package var synapticOperations: Int
    package var messagesIn: Int
    package var messagesOut: Int
    package var neuronUpdates: Int?
    package var updatedNeurons: Int?
    package var saturations: Int?
    package var chip: Int?
    /// Its tile on the plane of all chips; nil where the document does not say.
    package var x: Int?
    package var y: Int?
    package var inputAxons: Int?
    package var outputAxons: Int?
  }

  package struct Mesh: Sendable, Equatable {
    package var width: Int?
    package var height: Int?
    package var coresPerTile: Int?
    /// Limits of a core.
    package var neurons: Int?
    package var inputAxons: Int?
    package var outputAxons: Int?
    package var links: [LinkLoad] = []
  }

  /// The papers' model.
  package struct Spike: Sendable, Equatable {
    package var profile: String?
    package var joulesPerSpike: Double?
    /// `ticks` sums over samples.
    package var spikesByStep: [Int]?
    package var joulesPerInference: Double?
    package var watts: Double?
    package var target: Double?
    package var stepsToTarget: Int?
    package var joulesToTarget: Double?
    package var source: String?
  }

  /// Additions and multiply-accumulates at 45 nm.
  package struct Operation: Sendable, Equatable {
    package struct Bill: Sendable, Equatable {
      package var accumulates: Int?
      package var multiplyAccumulates: Int?
      package var joulesPerInference: Double?
      package var formula: String?
    }
    package var snn: Bill?
    package var snnInteger: Bill?
    package var ann: Bill?
    package var annQuantised: Bill?
  }

  /// The chip's itemised bill.
  package struct Bill: Sendable, Equatable {
    package struct Item: Sendable, Equatable {
      package var unit: String
      package var action: String
      package var count: Int
      package var joulesEach: Double?
      /// Over all samples.
      package var joules: Double?
      package var source: String?
    }
    package var items: [Item] = []
    package var joulesPerInference: Double?
    /// Over all samples.
    package var staticJoules: Double?
    package var missing: [String] = []
    package var notModelled: String?
    /// Without static power, over all samples, in the order of the document's populations, cores and ticks.
    package var joulesByPopulation: [Double]?
    package var joulesByCore: [Double]?
    package var joulesByTick: [Double]?
    /// An inference up to the target accuracy, static power included.
    package var joulesToTarget: Double?

    /// Whether anything in it has a price: without any, the sum says nothing.
    package var isPriced: Bool { staticJoules != nil || items.contains { $0.joules != nil && $0.count > 0 } }
  }

  package struct NeuroBench: Sendable, Equatable {
    package var footprint: Int?
    package var connectionSparsity: Double?
    package var activationSparsity: Double?
    package var classificationAccuracy: Double?
    package var effectiveMACs: Double?
    package var effectiveACs: Double?
    package var dense: Double?
  }

  package struct Simulation: Sendable, Equatable {
    package var seconds: Double?
    package var threads: Int?
    package var synapticOperationsPerSecond: Double?
    package var command: String?
  }

  /// The format that is read.
  package static let format = "nmsim-run/1"
}
