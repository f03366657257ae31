import ChipModel

/// A population that hears its sources through sums of parts of them, because the chip forbids to hear all at once.
package struct PartialSums: Sendable, Equatable {
  package var population: String
  /// Parts that are added up apart.
  package var parts: Int
  /// Names of the populations that add them up.
  package var sums: [String]
  /// Whether the population adds what it would add without them, tick for tick.
  package var isExact: Bool
  /// Share of its sources that it hears itself.
  package var direct: Double
  /// A spike of them is worth their largest sum of a tick by this; nil: they are sent whole.
  package var unit: Int?
}

/// Projections into one population, cut into parts by their sources.
///
/// Exact sums are neurons that send what they added up as a payload, in the tick in which they did. Where the chip has no
/// such neurons, those of a part are two populations that count to a threshold, one for the positive weights and one for
/// the negative ones: each rises only, so what it sent is its sum but for a rest below the threshold. The threshold is
/// half of the largest sum, what sources send that are active in more than half of the ticks waits; or what ``SumUnits`` found.
struct SplitFanIn {
  /// By part and sign: the projections into a sum.
  struct Sum {
    var name: String
    /// 0: all weights; else those of that sign, as positive ones.
    var sign: Int32
    var projections: [Projection]
    var weights: [WeightTensor]
  }

  let sums: [Sum]
  let isExact: Bool
  /// By projection, the sources that the population still hears itself; nil: none.
  let direct: [(projection: Projection, weights: WeightTensor)?]
  private(set) var directShare = 0.0

  /// - Parameters:
  ///   - program: lowered.
  ///   - incoming: the projections to cut.
  ///   - target: their population.
  ///   - parts: fewer sums where a source has fewer channels.
  init(_ program: CompiledProgram, incoming: [Int], target: Int, parts: FanInParts, isExact: Bool) {
    self.isExact = isExact
    let name = program.populations[target].name
    direct = incoming.map { index in
      SplitFanIn.cut(program, index, parts: parts.count, sign: 0) { units in 0..<SplitFanIn.first(units, parts) }
    }
    let all = incoming.reduce(0) { $0 + program.populations[program.projections[$1].source].shape.count }
    directShare = Double(direct.reduce(0) { $0 + ($1?.projection.sources?.count ?? 0) }) / Double(max(1, all))
    var sums: [Sum] = []
    for part in 0..<parts.count {
      for sign: Int32 in isExact ? [0] : [1, -1] {
        let suffix = sign == 0 ? "" : sign > 0 ? ".plus" : ".minus"
        var sum = Sum(name: "\(name).sum.\(part + 1)\(suffix)", sign: sign, projections: [], weights: [])
        for index in incoming {
          let cut = SplitFanIn.cut(program, index, parts: parts.count, sign: sign) { units in
            let first = SplitFanIn.first(units, parts)
            return (first + part * (units - first) / parts.count)..<(first + (part + 1) * (units - first) / parts.count)
          }
          guard var cut else { continue }
          cut.projection.name += ".\(part + 1)"
          sum.projections.append(cut.projection)
          sum.weights.append(cut.weights)
        }
        if !sum.projections.isEmpty { sums.append(sum) }
      }
    }
    self.sums = sums
  }

  /// Units that a projection's source can be cut into: its channels, or its neurons where there are more parts than those.
  static func units(_ projection: Projection, source: MapShape, parts: Int) -> Int {
    projection.kind.traits.isFull && projection.pool == nil && source.channels < parts ? source.count : source.channels
  }

  /// Units that the population hears itself, of so many.
  private static func first(_ units: Int, _ parts: FanInParts) -> Int { units * parts.direct / 1024 }

  /// Nil where the part has nothing of the source, or no weight of the sign.
  /// - Parameter part: of so many units of the source, those of the part.
  private static func cut(
    _ program: CompiledProgram, _ index: Int, parts: Int, sign: Int32, part: (Int) -> Range<Int>
  ) -> (projection: Projection, weights: WeightTensor)? {
    var projection = program.projections[index]
    let source = program.populations[projection.source].shape
    let units = units(projection, source: source, parts: parts)
    let range = part(units)
    if range.isEmpty { return nil }
    let whole = program.weights[projection.weights]
    let rows = whole.shape[0]
    let row = whole.count / rows
    let each = row / units
    var values: [Int32] = []
    values.reserveCapacity(rows * range.count * each)
    for start in stride(from: 0, to: whole.count, by: row) {
      for at in (start + range.lowerBound * each)..<(start + range.upperBound * each) {
        values.append(sign == 0 ? whole[at] : max(0, whole[at] * sign))
      }
    }
    var shape = whole.shape
    shape[1] = shape[1] / units * range.count
    guard sign == 0 || values.contains(where: { $0 > 0 }), let weights = WeightTensor(shape: shape, values: values) else {
      return nil
    }
    let neurons = source.count / units
    projection.sources = (range.lowerBound * neurons)..<(range.upperBound * neurons)
    return (projection, weights)
  }
}

extension SplitFanIn.Sum {
  /// The largest sum of a tick, in units of a weight.
  func largest(channels: Int) -> Int64 {
    var sums = [Int64](repeating: 0, count: channels)
    for (projection, weights) in zip(projections, weights) {
      for (channel, bound) in SumBound.perChannel(projection, weights: weights, channels: channels, payload: 0...1).enumerated() {
        sums[channel] += bound.high
      }
    }
    return sums.max() ?? 0
  }
}
