import ChipModel

/// What a partition makes of measured spikes: messages to a box of neurons, and its synaptic operations.
///
/// Both are what a core counts but for two simplifications: a source that reaches a box through two projections counts
/// twice, and spikes that a max-pool gate holds back count too.
struct SpikeWork {
  /// A projection, and the spikes of the neurons that it reads.
  private let incoming: [(synapses: Synapses, spikes: SpikeVolume)]
  /// Synaptic operations by neuron of the population.
  private let operations: SpikeVolume
  private let shape: MapShape

  /// - Parameters:
  ///   - incoming: what arrives at the population.
  ///   - shape: of the population.
  ///   - spikes: per population and neuron, as `CompileOptions.traffic`.
  init(_ incoming: [(source: SourcePart, synapses: Synapses)], shape: MapShape, spikes: [[UInt64]]) {
    self.shape = shape
    self.incoming = incoming.map { source, synapses in
      (synapses, SpikeVolume(spikes[source.population], from: source.neurons?.lowerBound ?? 0, shape: synapses.source))
    }
    var sums = [Int](repeating: 0, count: shape.count)
    for (synapses, spikes) in self.incoming {
      let rows = (0..<shape.height).map { SpikeWork.rows($0..<($0 + 1), synapses) }
      let columns = (0..<shape.width).map { SpikeWork.columns($0..<($0 + 1), synapses) }
      for first in stride(from: 0, to: shape.channels, by: synapses.outputsPerGroup) {
        let channels = first..<min(shape.channels, first + synapses.outputsPerGroup)
        let sources = synapses.sources(of: channels)
        for y in 0..<shape.height {
          for x in 0..<shape.width {
            let sum = spikes.sum(sources, rows[y], columns[x]) *| synapses.copies
            for c in channels { sums[shape.index(c, y, x)] = sums[shape.index(c, y, x)] +| sum }
          }
        }
      }
    }
    operations = SpikeVolume(sums, shape: shape)
  }

  /// Of boxes that cut a population along its three axes.
  struct Sums: Equatable {
    var messages = 0
    /// Of the box that has most.
    var busiest = 0

    /// Both weigh by their share, the busiest core, which decides how long a tick takes, twice: a tenth more of it has to
    /// save a fifth of the messages.
    var cost: Double { Double(messages + 1) * Double(busiest + 1) * Double(busiest + 1) }
  }

  func sums(_ cuts: BoxCuts) -> Sums {
    var result = Sums()
    let rows = incoming.map { part in cuts.rows.map { SpikeWork.rows($0, part.synapses) } }
    let columns = incoming.map { part in cuts.columns.map { SpikeWork.columns($0, part.synapses) } }
    for c in cuts.channels {
      let sources = incoming.map { $0.synapses.sources(of: c) }
      for (y, boxRows) in cuts.rows.enumerated() {
        for (x, boxColumns) in cuts.columns.enumerated() {
          for index in incoming.indices {
            let heard = incoming[index].spikes.sum(sources[index], rows[index][y], columns[index][x])
            result.messages = result.messages +| heard
          }
          result.busiest = max(result.busiest, operations.sum(c, [boxRows], [boxColumns]))
        }
      }
    }
    return result
  }

  /// Synaptic operations of a box.
  func operations(of box: Box) -> Int { operations.sum(box.channels, [box.rows], [box.columns]) }

  /// Ranges of an axis, as many as `equal` has, that share the operations as evenly as cuts across all of it can.
  func balanced(_ equal: [Range<Int>], _ axis: WritableKeyPath<Box, Range<Int>>) -> [Range<Int>] {
    guard let length = equal.last?.upperBound, equal.count > 1 else { return equal }
    let whole = Box(whole: shape)
    func before(_ end: Int) -> Int {
      var box = whole
      box[keyPath: axis] = 0..<end
      return operations(of: box)
    }
    let total = before(length)
    var result: [Range<Int>] = []
    var start = 0
    for part in 1...equal.count {
      var end = part == equal.count ? length : start + 1
      // So that every later part has a position too.
      let last = length - (equal.count - part)
      while end < last, Double(before(end)) * Double(equal.count) < Double(total) * Double(part) { end += 1 }
      result.append(start..<end)
      start = end
    }
    return result
  }

  /// The first of the cheapest cuts that fit, each tried with axes cut evenly by neurons and by operations.
  ///
  /// - Parameter cuts: the first fits.
  func best(of cuts: [BoxCuts], where fits: (BoxCuts) -> Bool) -> BoxCuts {
    var best = (cuts: cuts[0], cost: sums(cuts[0]).cost)
    for equal in cuts {
      var even = equal
      even.channels = balanced(equal.channels, \.channels)
      even.rows = balanced(equal.rows, \.rows)
      even.columns = balanced(equal.columns, \.columns)
      var tried: [BoxCuts] = []
      for axes in 0..<8 {
        var mixed = equal
        if axes & 1 != 0 { mixed.channels = even.channels }
        if axes & 2 != 0 { mixed.rows = even.rows }
        if axes & 4 != 0 { mixed.columns = even.columns }
        if tried.contains(mixed) { continue }
        tried.append(mixed)
        let cost = sums(mixed).cost
        if cost < best.cost, fits(mixed) { best = (mixed, cost) }
      }
    }
    return best.cuts
  }

  private static func rows(_ range: Range<Int>, _ synapses: Synapses) -> [Range<Int>] {
    runs(synapses.fanIn(of: Box(channels: 0..<1, rows: range, columns: 0..<1)).rows)
  }

  private static func columns(_ range: Range<Int>, _ synapses: Synapses) -> [Range<Int>] {
    runs(synapses.fanIn(of: Box(channels: 0..<1, rows: 0..<1, columns: range)).columns)
  }

  /// Ascending positions as ranges.
  private static func runs(_ positions: [Int]) -> [Range<Int>] {
    var result: [Range<Int>] = []
    for position in positions {
      if let last = result.last, last.upperBound == position {
        result[result.count - 1] = last.lowerBound..<(position + 1)
      } else {
        result.append(position..<(position + 1))
      }
    }
    return result
  }
}

/// A map of counts whose boxes are added up in eight look-ups.
struct SpikeVolume {
  private let shape: MapShape
  /// Sum of all before a channel, row and column; one more of each than the map has.
  private var before: [Int]

  /// - Parameter counts: of the map, row-major; saturated sums.
  init(_ counts: [Int], shape: MapShape) {
    self.shape = shape
    let (rows, columns) = (shape.height + 1, shape.width + 1)
    before = [Int](repeating: 0, count: (shape.channels + 1) * rows * columns)
    for c in 0..<shape.channels {
      for y in 0..<shape.height {
        var row = 0
        for x in 0..<shape.width {
          // Capped so that no sum of them can overflow.
          row += min(counts[shape.index(c, y, x)], 1 << 32)
          let index = ((c + 1) * rows + y + 1) * columns + x + 1
          before[index] =
            row + before[index - columns] + before[index - rows * columns] - before[index - rows * columns - columns]
        }
      }
    }
  }

  /// - Parameters:
  ///   - spikes: of a population: none, one value for all its neurons, or one each.
  ///   - first: neuron at which the map begins.
  init(_ spikes: [UInt64], from first: Int, shape: MapShape) {
    let counts = (0..<shape.count).map { index -> Int in
      spikes.count > 1 ? spikes.indices.contains(first + index) ? Int(clamping: spikes[first + index]) : 0
        : Int(clamping: spikes.first ?? 0)
    }
    self.init(counts, shape: shape)
  }

  func sum(_ channels: Range<Int>, _ rows: [Range<Int>], _ columns: [Range<Int>]) -> Int {
    var total = 0
    for row in rows {
      for column in columns {
        total += plane(channels.upperBound, row, column) - plane(channels.lowerBound, row, column)
      }
    }
    return total
  }

  private func plane(_ channel: Int, _ rows: Range<Int>, _ columns: Range<Int>) -> Int {
    func at(_ y: Int, _ x: Int) -> Int { before[(channel * (shape.height + 1) + y) * (shape.width + 1) + x] }
    return at(rows.upperBound, columns.upperBound) - at(rows.lowerBound, columns.upperBound)
      - at(rows.upperBound, columns.lowerBound) + at(rows.lowerBound, columns.lowerBound)
  }
}

/// A population cut along its three axes: a box for each channel range, row range and column range.
struct BoxCuts: Equatable {
  var channels: [Range<Int>]
  var rows: [Range<Int>]
  var columns: [Range<Int>]

  /// Parts of a size, the last of each axis smaller.
  init(_ shape: MapShape, size: (c: Int, y: Int, x: Int)) {
    func parts(_ length: Int, _ size: Int) -> [Range<Int>] {
      stride(from: 0, to: length, by: size).map { $0..<min(length, $0 + size) }
    }
    (channels, rows, columns) = (parts(shape.channels, size.c), parts(shape.height, size.y), parts(shape.width, size.x))
  }

  /// Channels outermost.
  var boxes: [Box] {
    channels.flatMap { c in rows.flatMap { y in columns.map { x in Box(channels: c, rows: y, columns: x) } } }
  }
}
