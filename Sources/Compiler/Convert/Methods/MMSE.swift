import ChipModel
import Foundation
import Synchronization

extension ConversionMethod {
  /// `mmse`, as `docs/methods.md` describes it.
  public static let mmse = ConversionMethod(
    "mmse", threshold: "least mean square error of the activation in T steps, each channel",
    source: "Li et al. 2021; Bu et al. 2022",
    parameters: [.steps, .spikeBudget, .initial, .readout] + Parameter.ofThresholds, dependsOnSteps: { _ in true },
    standardSteps: { _, _, _ in 8 }, tries: { standard, steps, _ in
      let counting = standard.with(.neuron, .count)
      let (fitted, byStep) = (Corrections([.weights, .initial]), Corrections([.weights, .biasByStep]))
      var list = [
        standard, standard.with(.calibrate, fitted), standard.with(.neuron, .signed).with(.calibrate, Corrections([.bias])),
        counting.with(.calibrate, fitted),
      ]
      // At fewer than 8 steps the counts up to 4 make fewer than 32 levels.
      if steps < 8 { list.append(counting.with(.maximumCount, min(16, 32 / steps)).with(.calibrate, fitted)) }
      if steps > 1 {
        let digits = standard.with(.neuron, .phase)
        list.append(digits.with(.steps, min(steps, 4)).with(.calibrate, fitted))
        if steps > 4 { list.append(digits.with(.steps, min(steps, 6))) }
        // From 8 steps on six digits are as accurate and cheaper.
        if steps < 8 { list.append(counting.with(.calibrate, byStep)) }
        list.append(standard.with(.schedule, .separated))
        list.append(standard.with(.lag, 1).with(.calibrate, byStep))
        list.append(counting.with(.maximumCount, 2).with(.lag, 1).with(.calibrate, byStep))
      }
      return list
    },
    convert: { (stage) throws(ConversionError) in
      let histograms = stage.histograms()
      if let budget = stage.settings[.spikeBudget] {
        stage.normalise(stage.thresholds(histograms, spikes: budget))
      } else {
        let code = stage.settings.spikeCode(steps: stage.steps)
        stage.normalise(histograms.map { ConversionStage.values($0.map { $0.leastSquareThreshold(code) }) })
      }
    })
}

extension Parameter {
  package static let spikeBudget = Parameter(
    "spikeBudget", .number(.positive), unit: "spikes per sample", standardText: "no budget",
    "Spikes per sample that the hidden layers may send; thresholds are chosen for that, where it harms the outputs least.")
}

extension ParameterKey<Double> {
  package static var spikeBudget: Self { Self(.spikeBudget) }
}

extension ConversionStage {
  /// Histograms of each layer's channels, computed once for all settings on the same data.
  mutating func histograms() -> [[ActivationHistogram]] {
    if let known = knownHistograms { return known }
    let found = activations.histograms(of: statistics, report("histograms"))
    knownHistograms = found
    return found
  }
}

/// Thresholds by a budget of spikes.
extension ConversionStage {
  /// For each channel the threshold with the least `sensitivity * error + price * spikes`; the one price is such that
  /// the spikes of a sample come to the budget.
  fileprivate mutating func thresholds(_ histograms: [[ActivationHistogram]], spikes budget: Double) -> [Values] {
    struct Choice {
      let threshold: Double
      let cost: Double
      let spikes: Double
    }
    let sensitivities = activations.sensitivities()
    let code = settings.spikeCode(steps: steps)
    let most = steps < 6 ? 2.0 : steps < 12 ? 1.5 : 3.0
    let choices = network.layers.indices.map { layer -> [[Choice]] in
      let activations = Double(sampleCount * network.layers[layer].channelSize)
      return zip(histograms[layer], sensitivities[layer]).map { histogram, sensitivity in
        guard histogram.largest > 0, layer != network.output else { return [] }
        return stride(from: 0.1, through: most + 1e-9, by: 0.02).map { factor in
          let most = factor * histogram.largest
          let loss = histogram.loss(most: most, code)
          return Choice(
            threshold: most * code.thresholdShare, cost: sensitivity * loss.error / activations,
            spikes: loss.spikes / Double(sampleCount))
        }
      }
    }
    func chosen(_ price: Double) -> (spikes: Double, thresholds: [[Double]]) {
      var spikes = 0.0
      let thresholds = choices.map { channels in
        channels.map { list -> Double in
          guard let best = list.min(by: { $0.cost + price * $0.spikes < $1.cost + price * $1.spikes }) else {
            return .infinity
          }
          spikes += best.spikes
          return best.threshold
        }
      }
      return (spikes, thresholds)
    }
    // Prices go over many orders of size: their logarithm is halved.
    var (low, high) = (-60.0, 20.0)
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if chosen(exp(middle)).spikes > budget { low = middle } else { high = middle }
    }
    let found = chosen(exp(high))
    notes.append("thresholds for \(groupedText(Int(found.spikes.rounded()))) spikes per sample")
    return found.thresholds.map(Self.values)
  }
}

/// How often the activations of a channel lie where: bins of equal width up to the largest, zeros left out.
struct ActivationHistogram: Sendable {
  static let bins = 4096
  let largest: Double
  /// Up to each bin: number of activations, their sum and the sum of their squares; each bin stands at its middle.
  private let counts: [Double]
  private let sums: [Double]
  private let squares: [Double]

  init(largest: Double, counts bins: some Collection<Int32>) {
    self.largest = largest
    let width = largest / Double(Self.bins)
    var (count, sum, square) = (0.0, 0.0, 0.0)
    var all: (counts: [Double], sums: [Double], squares: [Double]) = ([0], [0], [0])
    for (bin, number) in bins.enumerated() {
      let value = (Double(bin) + 0.5) * width
      count += Double(number)
      sum += Double(number) * value
      square += Double(number) * value * value
      all.counts.append(count)
      all.sums.append(sum)
      all.squares.append(square)
    }
    (counts, sums, squares) = all
  }

  /// Error and spikes of one threshold.
  struct Loss: Sendable {
    /// Sum over activations of the square of what rounding to steps changes.
    var error: Double
    /// Sum of the steps with a spike.
    var spikes: Double
  }

  /// The first bin whose middle is not below a value.
  private func bin(of value: Double) -> Int {
    min(Self.bins, max(0, Int(min((value / (largest / Double(Self.bins)) - 0.5).rounded(.up), Double(Self.bins)))))
  }

  /// Number and sum of the positive activations below a value.
  func moments(below value: Double) -> (count: Double, sum: Double) {
    let past = bin(of: value)
    return (counts[past], sums[past])
  }

  /// What `clip(floor(a L / most + 1/2), 0, L) * most / L` loses, `L` the levels of a code.
  /// - Parameter most: what the highest level is worth.
  func loss(most: Double, _ code: SpikeCode) -> Loss {
    let level = most / Double(code.levels)
    let width = largest / Double(Self.bins)
    var loss = Loss(error: 0, spikes: 0)
    var first = 0
    // More levels than bins: bin by bin.
    if code.levels > Self.bins {
      for bin in 0..<Self.bins {
        let count = counts[bin + 1] - counts[bin]
        let value = (Double(bin) + 0.5) * width
        let sent = min((value / level + 0.5).rounded(.down), Double(code.levels))
        let miss = sent * level - value
        loss.error += count * miss * miss
        loss.spikes += count * Double(code.spikes(of: Int(exactly: sent) ?? code.levels))
      }
      return loss
    }
    for height in 0...code.levels {
      let past = height == code.levels ? Self.bins : bin(of: (Double(height) + 0.5) * level)
      if past > first {
        let value = Double(height) * level
        let count = counts[past] - counts[first]
        loss.error += squares[past] - squares[first] - 2 * value * (sums[past] - sums[first]) + value * value * count
        loss.spikes += Double(code.spikes(of: height)) * count
      }
      first = max(first, past)
      if first == Self.bins { break }
    }
    return loss
  }

  /// Such that the most that can be sent is among hundredths of the largest activation; the larger of equal ones. Infinite
  /// where nothing was positive.
  func leastSquareThreshold(_ code: SpikeCode) -> Double {
    guard largest > 0 else { return .infinity }
    var best = (most: largest, error: loss(most: largest, code).error)
    for hundredth in stride(from: 99, through: 1, by: -1) {
      let most = largest * Double(hundredth) / 100
      let error = loss(most: most, code).error
      if error < best.error { best = (most, error) }
    }
    return best.most * code.thresholdShare
  }
}

/// How spikes of a window mean a number.
struct SpikeCode: Sendable {
  /// Highest number.
  let levels: Int
  /// The threshold, of what the highest is worth.
  let thresholdShare: Double
  /// Steps of a rate code; nil: a binary digit a step.
  private let steps: Int?

  /// - Parameter counts: largest count of a spike.
  static func rate(steps: Int, counts: Int = 1) -> SpikeCode {
    let levels = steps.multipliedReportingOverflow(by: counts)
    return SpikeCode(levels: levels.overflow ? .max : levels.partialValue, thresholdShare: 1 / Double(counts), steps: steps)
  }

  /// - Parameter period: digits, 1...16.
  static func phases(_ period: Int) -> SpikeCode {
    let levels = 1 << period - 1
    return SpikeCode(levels: levels, thresholdShare: Double(levels + 1) / Double(levels), steps: nil)
  }

  /// Spikes that say a number of at most ``levels``.
  func spikes(of number: Int) -> Int { steps.map { min(number, $0) } ?? number.nonzeroBitCount }
}

extension ActivationStatistics {
  /// For each layer and channel: mean over samples of the sum over positions and outputs of the squared derivative of
  /// an output, less the mean output, by the activation. Random signs of the outputs estimate the sum in one pass.
  fileprivate func sensitivities() -> [[Double]] {
    let network = evaluator.network
    let count = min(sampleCount, 100)
    let backward = evaluator.backward()
    let outputs = network.layers[network.output].count
    let blocks = evaluator.map(samples.part(0..<count), threads: threads) { block -> [[Double]] in
      var generator = SeededGenerator(seed: UInt64(block.first) &* 0x9E37_79B9_7F4A_7C15 &+ 1)
      let signs = (0..<outputs).map { _ in
        let bits = UInt16(truncatingIfNeeded: generator.next())
        return (LaneBits.lanes(bits) * 2 - 1).replacing(with: 0, where: .!block.mask)
      }
      let mean = signs.reduce(Lanes.zero, +) / Float(outputs)
      let derivatives = evaluator.derivatives(block, of: signs.map { $0 - mean }, backward)
      return network.layers.indices.map { layer in
        let size = max(1, network.layers[layer].channelSize)
        return stride(from: 0, to: derivatives[layer].count, by: size).map { first in
          Double(derivatives[layer][first..<(first + size)].reduce(Lanes.zero) { $0 + $1 * $1 }.sum())
        }
      }
    }
    return network.layers.indices.map { layer in
      (blocks.first?[layer].indices ?? 0..<0).map { channel in
        blocks.reduce(0.0) { $0 + $1[layer][channel] } / Double(count)
      }
    }
  }

  /// Histograms of each layer's channels.
  func histograms(
    of statistics: [LayerStatistics], _ progress: @Sendable (Int) -> Void
  ) -> [[ActivationHistogram]] {
    let bins = ActivationHistogram.bins
    let counts = Mutex(statistics.map { [Int32](repeating: 0, count: $0.channelLargest.count * bins) })
    _ = evaluator.visit(samples, threads: threads, ()) { _, index, values, count in
      let scales = statistics[index].channelLargest.map { $0 > 0 ? Float(bins) / $0 : 0 }
      let size = evaluator.network.layers[index].channelSize
      var local = [Int32](repeating: 0, count: scales.count * (bins + 1))
      for (channel, scale) in scales.enumerated() {
        histogram(
          values, (channel * size)..<((channel + 1) * size), lanes: count, scale: scale, bins: bins,
          first: channel * (bins + 1), into: &local)
      }
      counts.withLock { all in
        for channel in scales.indices {
          for bin in 0..<bins { all[index][channel * bins + bin] += local[channel * (bins + 1) + bin] }
        }
      }
      if index == evaluator.network.output { progress(count) }
    }
    let all = counts.withLock { $0 }
    return statistics.indices.map { index in
      statistics[index].channelLargest.indices.map { channel in
        ActivationHistogram(
          largest: Double(max(0, statistics[index].channelLargest[channel])),
          counts: all[index][(channel * bins)..<((channel + 1) * bins)])
      }
    }
  }
}
