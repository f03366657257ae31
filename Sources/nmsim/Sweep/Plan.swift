import ChipModel
import Compiler
import Runtime

/// What a sweep crosses (`nmsim-plan/1`, `docs/plan-json.md`). Paths are as they stand in the file, relative to its folder.
struct Plan: Sendable, Equatable {
  static let format = "nmsim-plan/1"
  /// Most points of a plan.
  static let mostPoints = 100_000
  /// Most methods of a plan, options crossed out: each is compared with all others.
  static let mostMethods = 4_096
  /// Most faults of a plan, rates and seeds crossed out.
  static let mostFaults = 4_096
  /// Most chips of a plan, changes crossed out.
  static let mostChips = 4_096
  /// Most values of one list.
  static let mostValues = 1_000

  /// Where the networks come from.
  enum Source: Sendable, Equatable {
    /// A trained network, converted by each of the methods.
    case model(Model)
    /// Spiking networks as `convert` writes them.
    case networks([String])
  }

  struct Model: Sendable, Equatable {
    var path: String
    var preprocessing: Preprocessing
    var calibration: Data?
    /// With their options crossed out; seeds are the plan's.
    var methods: [ConversionSettings]
  }

  struct Data: Sendable, Equatable {
    var images: String
    var labels: String?
    /// From the first; nil: all.
    var samples: Int?
  }

  var name: String?
  var source: Source
  /// Empty: what each network names.
  var data: [Data] = []
  var chips: [PlanChip] = [PlanChip(base: ChipLibrary.defaultName)]
  /// Nil: what the network was calibrated for.
  var steps: [Int?] = [nil]
  /// Values of the axes over declared parameters, by the axis's key; nil: what holds without the parameter.
  var parameters: [String: [ParameterValue?]] = [:]
  /// Names of placements, or mapping files.
  var mappings: [String] = [CompileOptions.Placement.optimised.rawValue]
  var seeds: [Int] = [0]
  /// When samples stop early; nil: never.
  var stopRules: [StopRule?] = [nil]
  /// Nil: a whole chip.
  var faults: [PlanFaults?] = [nil]
  /// Nil: by the ANN.
  var target: Double?
  /// As `run --spike-profile` takes it.
  var spikeProfile = SpikeProfile.standard.name

  /// How many points it has; nil beyond `mostPoints`.
  var count: Int? {
    let networks =
      switch source {
      case .model(let model): model.methods.count
      case .networks(let paths): paths.count
      }
    var total = networks
    for factor in PlanAxis.all.map({ $0.count(self) }) {
      let (product, overflow) = total.multipliedReportingOverflow(by: factor)
      guard !overflow, product <= Plan.mostPoints else { return nil }
      total = product
    }
    return total
  }
}
