import ChipModel
import Synchronization

/// What each population did over time, for pictures: spikes by step, how firing rates are distributed, when neurons fire
/// first, and how fast rates settle. The member `details` of `run.json`.
///
/// Spikes and rates are of all samples and come from the run's counters. What needs spike trains is of the first
/// ``mostSamples`` samples, so that collecting it costs next to nothing. All collected figures are integers or sums of
/// integers below 2^53, so the result is the same for any number of threads.
package struct LayerDetails: JSONRecord {
  /// One population that fires.
  package struct Population: JSONRecord {
    package var name = ""
    package var neurons = 0
    package var spikes: [Int] = []
    /// Neurons by firing rate (spikes per step, mean over all samples): entry `i` has those with a rate of at most
    /// `rateEdges[i]` and above the edge before.
    package var rates: [Int] = []
    package var silent = 0
    package var firstSpikes: [Int] = []
    package var never = 0
    /// Distance of the rates after the last step of each interval from the rates after all steps:
    /// `|N(t)/t - N(T)/T|^2 / |N(T)/T|^2`, `N` a neuron's signed spike count, norms over neurons and the first samples.
    /// Ding et al. 2021 measure the same against the ANN's activations (their K, equation 7); this needs no
    /// ANN and is 0 at the end by definition. Nil: nothing fired.
    package var distance: [Double]?
    /// Of evenly chosen neurons in the first sample, for a raster.
    package var raster: [RasterRow] = []
    package init() {}

    package static let fields: [JSONField<Population>] = [
      .required("name", \.name, .text, "its name in the network"),
      .required("neurons", \.neurons, .count, "its size"),
      .required("spikes", \.spikes, .counts(of: "intervals"), "spikes in each interval, over all samples"),
      .required("rates", \.rates, .counts(of: "bins"), "neurons by firing rate, one bin for each of rateEdges"),
      .required("silent", \.silent, .count, "neurons that never fired in any sample"),
      .required(
        "firstSpikes", \.firstSpikes, .counts(of: "intervals"),
        "pairs of a neuron and a sample by the interval of the neuron's first spike"),
      .required("never", \.never, .count, "pairs without a spike"),
      .optional(
        "distance", \.distance, .numbers(in: 0 ... .greatestFiniteMagnitude, of: "intervals"),
        "distance of the rates after each interval from those after all steps, |N(t)/t - N(T)/T|^2 / |N(T)/T|^2",
        null: "where nothing fired"),
      .member(
        "raster", \.raster, .objects(count: 0...RasterRow.mostOfPopulation),
        "spikes of evenly chosen neurons in the first sample, up to step 256; a result has at most 48 such neurons"),
    ]
  }

  package var samples = 0
  /// The last step, 1...T, of each interval; every step up to ``mostIntervals``, else evenly spaced ones, the last is T.
  package var steps: [Int] = []
  package var rateEdges: [Double] = []
  package var populations: [Population] = []

  package init() {}

  package static let fields: [JSONField<LayerDetails>] = [
    .required("samples", \.samples, .count, "samples, from the first, that first spikes and distances are of"),
    .required("steps", \.steps, .rising(to: "T", name: "intervals"), "last step of each interval"),
    .required(
      "rateEdges", \.rateEdges, .numbers(in: 0...1, count: 1...1_000, name: "bins"),
      "upper edges of the bins of firing rates, spikes per step"),
    .required("populations", \.populations, .objects(), "one entry per population that fires"),
  ]

  /// As many as the published code of Ding et al. takes for its K curves.
  package static let mostSamples = 50
  /// Points of a curve.
  package static let mostIntervals = 128
  /// Upper edges of the bins of firing rates: octaves, because rates of one layer span decades.
  package static let octaves: [Double] = (0...rateOctaves).map { 1 / Double(1 << (rateOctaves - $0)) }
  private static let rateOctaves = 11

  /// The last steps of the intervals that a run of `steps` steps is cut into.
  package static func intervals(steps: Int) -> [Int] {
    let count = min(max(0, steps), mostIntervals)
    // Below 10^6 steps times 128 nothing overflows; beyond, the quotient first.
    return (0..<count).map { index in
      let (product, overflow) = steps.multipliedReportingOverflow(by: index + 1)
      return overflow ? steps / count * (index + 1) : product / count
    }
  }

  /// - Parameters:
  ///   - program: that ran.
  ///   - record: of the run.
  ///   - courses: by population, of the first ``mostSamples`` samples of the data.
  package init(program: CompiledProgram, record: RunRecord, courses: [SpikeCourse]) {
    let ends = Self.intervals(steps: record.steps)
    steps = ends
    rateEdges = Self.octaves
    samples = min(record.samples, Self.mostSamples)
    let (places, overflow) = record.steps.multipliedReportingOverflow(by: record.samples)
    populations = program.populations.indices.compactMap { index in
      let population = program.populations[index]
      guard population.model.fires else { return nil }
      var spikes: [Int] = []
      var start = 0
      for end in ends {
        spikes.append(record.counters.spikesByStep[index][start..<end].sum)
        start = end
      }
      var rates = [Int](repeating: 0, count: Self.rateOctaves + 1)
      var silent = 0
      for count in record.counters.spikes[index] {
        if count == 0 { silent += 1 } else { rates[Self.bin(Int(count), of: overflow ? Int.max : places)] += 1 }
      }
      let sum = courses[index]
      var result = Population()
      result.name = population.name
      result.neurons = population.shape.count
      result.spikes = spikes
      result.rates = rates
      result.silent = silent
      result.firstSpikes = sum.firstSpikes
      result.never = sum.never
      result.distance = sum.distance(steps: ends)
      result.raster = sum.raster
      return result
    }
  }

  /// The first octave whose upper edge `2^-k` is at least `count / places`.
  static func bin(_ count: Int, of places: Int) -> Int {
    for bin in 0..<rateOctaves where count <= places >> (rateOctaves - bin) { return bin }
    return rateOctaves
  }
}

/// Watches the first samples of a run for ``LayerDetails``. Pass `observe` to ``Run``.
package final class LayerDetailsCollector: Sendable {
  private let program: CompiledProgram
  private let ends: [Int]
  private let first: Int
  private let shown: [[Int]]
  /// By sample, so that sums are taken in the samples' order.
  private let found: Mutex<[[SpikeCourse]]>

  /// - Parameters:
  ///   - program: that runs.
  ///   - steps: `T` of the run.
  ///   - first: its first sample in the data.
  ///   - samples: of the run.
  package init(program: CompiledProgram, steps: Int, first: Int = 0, samples: Int) {
    self.program = program
    self.first = first
    ends = LayerDetails.intervals(steps: steps)
    shown = RasterRow.neurons(of: program)
    found = Mutex([[SpikeCourse]](repeating: [], count: max(0, min(samples, LayerDetails.mostSamples - first))))
  }

  /// Sums over the observed samples, by population.
  package var sums: [SpikeCourse] {
    var sums = program.populations.map { _ in SpikeCourse(intervals: ends.count) }
    for sample in found.withLock({ $0 }) {
      for index in sample.indices { sums[index].add(sample[index]) }
    }
    return sums
  }

  /// Takes a sample's trains; samples beyond the first few cost a comparison.
  package func observe(_ sample: Int, _ outcome: SampleOutcome, _ trains: SampleTrains) {
    guard sample < LayerDetails.mostSamples - first else { return }
    var sums = trains.populations.map { $0.course(ends: ends) }
    if sample == 0, first == 0 {
      for index in sums.indices { sums[index].raster = trains.populations[index].raster(of: shown[index]) }
    }
    found.withLock { if sample < $0.count { $0[sample] = sums } }
  }
}

extension SpikeCourse {
  /// `|N(t)/t - N(T)/T|^2 / |N(T)/T|^2` at each of the steps; nil: nothing fired.
  func distance(steps: [Int]) -> [Double]? {
    guard finals > 0, let last = steps.last else { return nil }
    return steps.indices.map { index in
      let ratio = Double(last) / Double(steps[index])
      return max(0, (ratio * ratio * squares[index] - 2 * ratio * products[index] + finals) / finals)
    }
  }
}
