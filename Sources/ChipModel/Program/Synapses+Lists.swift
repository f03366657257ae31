extension Synapses {
  /// Whether all channels of a pixel reach the same neurons, as an axon that they share needs it.
  package var channelsReachAlike: Bool { traits.slides && inputsPerGroup == pooled.channels }

  /// Bits that the synapses into a box take in a memory of lists.
  ///
  /// - Parameters:
  ///   - weightBits: of a weight, as wide as the memory has it.
  ///   - mode: of the axons. Pixels that reach neurons in the same pattern share lists, except where their bases are too far
  ///     apart; the index counts channels first, then columns, then rows (nengo-loihi, `nengo_loihi/conv.py`,
  ///     `conv2d_loihi_weights`). A shared axon has one list for all channels, others one for each. Nil: every source neuron
  ///     has a list of its own.
  ///   - compartments: of a neuron, which lie side by side. An index counts neurons (NxTF's `cIdxMult`), a base compartments.
  package func bits(
    into box: Box, _ format: SynapseLists, weightBits: Int, mode: AxonMode?, compartments: Int = 1
  ) -> Int {
    guard let mode else { return bitsByNeuron(into: box, format, weightBits: weightBits) }
    let (rows, columns) = (
      rows.reaches(into: box.rows, isGated: isGated), columns.reaches(into: box.columns, isGated: isGated)
    )
    let filters = box.channels.count
    let width = box.columns.count
    struct List: Hashable {
      var row: Int
      var column: Int
      var offset: Int
    }
    // Counted only: no order matters.
    var known = Set<List>()
    var sizes: [Int] = []
    var largestIndex = 0
    for row in rows {
      for column in columns {
        let range = max(1, format.baseRange / compartments)
        let offset = (row.base *| width +| column.base) *| filters / range * range
        guard known.insert(List(row: row.pattern, column: column.pattern, offset: offset)).inserted else { continue }
        sizes.append((mode.isShared ? inputsPerGroup : 1) *| row.taps *| column.taps *| filters)
        largestIndex = max(largestIndex, offset +| (row.span *| width +| column.span) *| filters +| filters - 1)
      }
    }
    let each = weightBits + SynapseLists.width(SynapseLists.bits(of: largestIndex), of: format.indexBits)
    return sizes.reduce(0) { $0 +| format.bits($1, each: each) } *| (mode.isShared ? 1 : inputsPerGroup)
  }

  /// A list for every source neuron; a dense projection's weights are in the order of their compartments and need no index.
  private func bitsByNeuron(into box: Box, _ format: SynapseLists, weightBits: Int) -> Int {
    let index = traits.isFull ? 0 : SynapseLists.width(SynapseLists.bits(of: box.count - 1), of: format.indexBits)
    func histogram(_ values: [Int]) -> [(value: Int, count: Int)] {
      Dictionary(values.lazy.filter { $0 > 0 }.map { ($0, 1) }, uniquingKeysWith: +).map { ($0, $1) }
    }
    let rows = histogram(rows.counts(into: box.rows, isGated: isGated))
    let columns = histogram(columns.counts(into: box.columns, isGated: isGated))
    let channels = histogram((0..<from.channels).map { targets(of: $0).clamped(to: box.channels).count *| copies })
    var total = 0
    // A sum of whole numbers: no order matters.
    for channel in channels {
      for row in rows {
        for column in columns {
          let bits = format.bits(channel.value *| row.value *| column.value, each: weightBits + index)
          total = total +| bits *| (channel.count *| row.count *| column.count)
        }
      }
    }
    return total
  }
}

/// What one row (column) of a source meets in a range of rows (columns) of a target.
struct AxisReach {
  /// The first that it meets, counted from the range's start.
  var base: Int
  /// The number of the pattern: rows of one pattern meet the same places behind their base through the same taps.
  var pattern: Int
  /// Synapses along this axis.
  var taps: Int
  /// From the first place to the last.
  var span: Int
}

extension SynapseAxis {
  /// By position of the source, or of the pooled map behind a gate, that meets any in `range`.
  func reaches(into range: Range<Int>, isGated: Bool) -> [AxisReach] {
    // Only looked up, never iterated.
    var patterns: [[Int]: Int] = [:]
    return (0..<positionCount(isGated: isGated)).compactMap { position in
      var met: [(target: Int, tap: Int)] = []
      for window in isGated ? position..<(position + 1) : windows(containing: position) {
        forEachTarget(of: window, in: range) { met.append(($1, $0)) }
      }
      met.sort { $0 < $1 }
      guard let first = met.first?.target, let last = met.last?.target else { return nil }
      let key = met.flatMap { [$0.target - first, $0.tap] }
      let pattern = patterns[key] ?? patterns.count
      patterns[key] = pattern
      return AxisReach(base: first - range.lowerBound, pattern: pattern, taps: met.count, span: last - first)
    }
  }
}
