import ChipModel

/// A run as `run.json` (`nmsim-run/1`) tells it: what `report` and `energy` work from.
///
/// Plain values under the document's own names. Members that the format does not demand may be absent or `null` and are
/// nil then: unknown, never zero. Members that are not known here are skipped, because the format says what a document has
/// at least; whatever is there must have its type and range, and series must have one value a step.
public struct RunDocument: Sendable, Equatable {
  public var network: String
  public var chip: String
  public var method: String?
  /// Steps of an inference, >= 1.
  public var ticks: Int
  public var ticksPerInference: Int?
  public var samples: Int
  /// Fraction of 1; nil: no labels.
  public var accuracy: Double?
  public var accuracyInterval: ClosedRange<Double>?
  /// `ticks` fractions.
  public var accuracyByStep: [Double]?
  public var ann = ANN()
  public var program = Program()
  public var populations: [Population] = []
  public var totals = Totals()
  public var cores: [Core] = []
  public var mesh: Mesh?
  public var spike: Spike?
  public var operation = Operation()
  public var bill: Bill?
  public var secondsPerTick: Double?
  public var secondsPerInference: Double?
  public var time = Time()
  public var earlyDecision: EarlyDecision?
  public var neurobench: NeuroBench?
  public var details: Details?
  public var fit: Fit?
  public var provenance: Provenance?
  public var simulation: Simulation?
  /// Nil: without faults.
  public var faults: RunFaults?

  /// The network it came from.
  public struct ANN: Sendable, Equatable {
    public var accuracy: Double?
    public var accuracyOn: String?
    public var multiplyAccumulates: Int?
    public var parameters: Int?
  }

  /// What was run.
  public struct Program: Sendable, Equatable {
    public var hash: String?
    public var schedule: String?
    public var weightBits: Int?
    public var membraneBits: Int?
    public var fractionBits: Int?
    public var cores: Int?
    public var engine: String?
  }

  public struct Population: Sendable, Equatable {
    public var name: String
    public var neurons: Int
    public var spikes: Int
    public var synapticOperations: Int
    public var meanRate: Double?
    public var saturations: Int?
  }

  /// Sums over all samples.
  public struct Totals: Sendable, Equatable {
    public var spikes: Int?
    public var synapticOperations: Int?
    public var effectiveACs: Int?
    public var effectiveMACs: Int?
    public var dense: Int?
    public var neuronUpdates: Int?
    public var updatedNeurons: Int?
    public var messages: Int?
    public var hops: Int?
    public var chipLinks: Int?
  }

  public struct Core: Sendable, Equatable {
    public var neurons: Int
    public var spikes: Int
    public var synapticOperations: Int
    public var messagesIn: Int
    public var messagesOut: Int
    public var neuronUpdates: Int?
    public var updatedNeurons: Int?
    public var saturations: Int?
    public var chip: Int?
    /// Its tile on the plane of all chips; nil where the document does not say.
    public var x: Int?
    public var y: Int?
    public var inputAxons: Int?
    public var outputAxons: Int?
  }

  public struct Mesh: Sendable, Equatable {
    public var width: Int?
    public var height: Int?
    public var coresPerTile: Int?
    /// Limits of a core.
    public var neurons: Int?
    public var inputAxons: Int?
    public var outputAxons: Int?
    public var links: [LinkLoad] = []
  }

  /// The papers' model.
  public struct Spike: Sendable, Equatable {
    public var profile: String?
    public var joulesPerSpike: Double?
    /// `ticks` sums over samples.
    public var spikesByStep: [Int]?
    public var joulesPerInference: Double?
    public var watts: Double?
    public var target: Double?
    public var stepsToTarget: Int?
    public var joulesToTarget: Double?
    public var source: String?
  }

  /// Additions and multiply-accumulates at 45 nm.
  public struct Operation: Sendable, Equatable {
    public struct Bill: Sendable, Equatable {
      public var accumulates: Int?
      public var multiplyAccumulates: Int?
      public var joulesPerInference: Double?
      public var formula: String?
    }
    public var snn: Bill?
    public var snnInteger: Bill?
    public var ann: Bill?
    public var annQuantised: Bill?
  }

  /// The chip's itemised bill.
  public struct Bill: Sendable, Equatable {
    public struct Item: Sendable, Equatable {
      public var unit: String
      public var action: String
      public var count: Int
      public var joulesEach: Double?
      /// Over all samples.
      public var joules: Double?
      public var source: String?
    }
    public var items: [Item] = []
    public var joulesPerInference: Double?
    /// Over all samples.
    public var staticJoules: Double?
    public var missing: [String] = []
    public var notModelled: String?
    /// Without static power, over all samples, in the order of the document's populations, cores and ticks.
    public var joulesByPopulation: [Double]?
    public var joulesByCore: [Double]?
    public var joulesByTick: [Double]?
    /// An inference up to the target accuracy, static power included.
    public var joulesToTarget: Double?

    /// Whether anything in it has a price: without any, the sum says nothing.
    public var isPriced: Bool { staticJoules != nil || items.contains { $0.joules != nil && $0.count > 0 } }
  }

  public struct NeuroBench: Sendable, Equatable {
    public var footprint: Int?
    public var connectionSparsity: Double?
    public var activationSparsity: Double?
    public var classificationAccuracy: Double?
    public var effectiveMACs: Double?
    public var effectiveACs: Double?
    public var dense: Double?
  }

  public struct Simulation: Sendable, Equatable {
    public var seconds: Double?
    public var threads: Int?
    public var synapticOperationsPerSecond: Double?
    public var command: String?
  }

  /// The format that is read.
  public static let format = "nmsim-run/1"
}
