import ChipModel
internal import CKernels

/// Delivery of several steps of bits: six sources are a number, which picks what they add from a table. Half of the
/// instructions that dot products take, and no bytes to write.
///
/// A pixel's channels are numbers of their own; up to five that are left over are joined with those of the next pixels of
/// a window's line, at its first pixel, where that makes fewer numbers. Numbers lie in planes, [plane][cell][16 steps], so
/// that two positions that adjoin are read as one.
final class LookUps: Sendable {
  /// As ``ck_tables`` has them.
  let tables: LaneBuffer
  let bases: [UInt32]
  let offsets: [UInt32]
  let mapBytes: Int
  private let split: Split
  private let plane: Int
  /// Source pixels of a line and lines, cells of a line, those before the first source pixel, first cells of windows.
  private let source: (width: Int, height: Int)
  private let width: Int
  private let before: (rows: Int, columns: Int)
  private let windows: Range<Int>

  /// With fewer steps more than half of each vector would be empty.
  static let steps = 8...16
  /// Of a target for a number.
  private static let entries = 64
  /// Tables of one layer, in lanes: they are read once for every eight positions.
  private static let mostEntries = 2 << 20
  private static let mostBytes = 4 << 20

  /// How the channels of a window's line are numbers.
  private struct Split {
    let own: Int
    let left: Int
    let columns: Int
    /// Of what is left over; 0 where it is a number of its own.
    let joined: Int

    init(channels: Int, columns axis: WindowAxis) {
      own = channels / 6
      left = channels % 6
      columns = axis.kernel
      let joined = (left * columns + 5) / 6
      self.joined = axis.dilation == 1 && joined < columns ? joined : 0
    }

    /// Of each column alone.
    var perColumn: Int { own + (left > 0 && joined == 0 ? 1 : 0) }
    var planes: Int { perColumn + joined }
  }

  /// What the tables of a convolution take at most.
  ///
  /// - Parameter channels: of source and target.
  static func tableBytes(weights: Int, channels: (source: Int, target: Int)) -> Int {
    let taps = weights / max(1, channels.source) / max(1, channels.target)
    let rows = taps * ((channels.source + 5) / 6) * ((channels.target + 15) / 16) * 16
    return min(rows, mostEntries / entries) * entries * 2
  }

  /// Nil where tables or map would be too large, or there are too few positions to read them for.
  ///
  /// - Parameters:
  ///   - packed: weights as ``ck_dense`` has them.
  ///   - cells: of the map with its border: of a line, and lines.
  init?(
    _ packed: [UInt8], _ geometry: ConvolutionGeometry, source: MapShape, target: MapShape,
    cells: (width: Int, height: Int)
  ) {
    let (rows, columns) = (geometry.rowAxis, geometry.columnAxis)
    let split = Split(channels: source.channels, columns: columns)
    let (blocks, quads) = ((target.channels + 15) / 16, (source.channels + 3) / 4)
    let numbers = rows.kernel * (columns.kernel * split.perColumn + split.joined)
    // An odd number of cache lines, so that planes do not share the same few places of the nearest cache.
    let lines = (cells.width * cells.height + 1) / 2 | 1
    guard target.pixels >= 4, numbers <= LookUps.mostEntries / LookUps.entries / (blocks * 16),
      lines <= LookUps.mostBytes / 64 / split.planes
    else { return nil }
    (self.split, width, plane) = (split, cells.width, lines * 32)
    (self.source, before) = ((source.width, source.height), (rows.before, columns.before))
    mapBytes = split.planes * lines * 64
    let first = max(0, columns.before - columns.kernel + 1)
    windows = first..<max(first, min(columns.before + source.width, (target.width - 1) * columns.stride + 1))
    func lane(_ y: Int, _ x: Int) -> UInt32 { UInt32(truncatingIfNeeded: (y * cells.width + x) * 16) }
    bases = (0..<target.pixels).map {
      lane($0 / target.width * rows.stride, $0 % target.width * columns.stride)
    }
    var offsets: [UInt32] = []
    // The sources of each number's bits.
    var sources: [[(tap: Int, channel: Int)]] = []
    func append(_ number: Int, _ row: Int, _ column: Int, _ bits: [(tap: Int, channel: Int)]) {
      offsets.append(
        UInt32(truncatingIfNeeded: number * lines * 32) + lane(row * rows.dilation, column * columns.dilation))
      sources.append(bits)
    }
    for row in 0..<rows.kernel {
      let first = row * columns.kernel
      for column in 0..<columns.kernel {
        for number in 0..<split.perColumn {
          let channels = (number * 6)..<min(number * 6 + 6, source.channels)
          append(number, row, column, channels.map { (first + column, $0) })
        }
      }
      for number in 0..<split.joined {
        let bits = (number * 6)..<min(number * 6 + 6, split.left * columns.kernel)
        append(split.own + number, row, 0, bits.map { (first + $0 / split.left, split.own * 6 + $0 % split.left) })
      }
    }
    self.offsets = offsets
    let taps = rows.kernel * columns.kernel
    var tables = LaneBuffer(repeating: 0, count: blocks * 16 * numbers * LookUps.entries)
    var at = 0
    for four in 0..<(blocks * 4) {
      for bits in sources {
        for target in (four * 4)..<(four * 4 + 4) {
          let weights = bits.map { tap, channel -> Int16 in
            let quad = (target / 16 * taps + tap) * quads + channel / 4
            return Int16(Int8(bitPattern: packed[(quad * 16 + target % 16) * 4 + channel % 4]))
          }
          // Numbers with more bits than that never come.
          for number in 1..<(1 << weights.count) {
            // One source more than an entry that is already there.
            tables[at + number] = tables[at + (number & (number - 1))] &+ weights[number.trailingZeroBitCount]
          }
          at += LookUps.entries
        }
      }
    }
    self.tables = tables
  }

  /// The Swift twin of the C kernel: calls `body(accumulator, sum, factor)`.
  static func deliver(_ d: ck_tables, _ body: (Int, Int16, Int32) -> Void) {
    for target in unsafe 0..<(d.blocks &* 16) {
      let tables = unsafe d.tables + (target / 4 &* d.numbers &* 4 &+ target % 4) &* entries
      for position in unsafe 0..<d.positions {
        for step in unsafe 0..<d.steps {
          let x = unsafe d.x + Int(d.bases[position]) + step
          var sum: Int16 = 0
          for number in unsafe 0..<d.numbers {
            unsafe sum &+= tables[number &* 4 &* entries &+ Int(x[Int(d.offsets[number])])]
          }
          let factor = unsafe d.factors == nil ? 1 : Int32(d.factors[target])
          body(unsafe position &* d.padded &+ step &* d.step_lanes &+ target, sum, factor)
        }
      }
    }
  }

  /// Source lines that a thread writes at once: about 64 pixels.
  private var linesOfPart: Int { max(1, 64 / source.width) }
  var parts: Int { (source.height + linesOfPart - 1) / linesOfPart }

  /// Writes some lines' bits.
  ///
  /// - Parameters:
  ///   - masks: of 16 steps; nil: without bits.
  ///   - words: of a pixel.
  func write(
    part: Int, _ masks: [UnsafePointer<UInt16>?], words: Int, _ map: UnsafeMutablePointer<UInt16>, isScalar: Bool
  ) {
    var numbers = ck_numbers(
      width: source.width, words: words, own: split.own, left: split.left, joined: split.joined, columns: split.columns,
      plane: plane, first: windows.lowerBound - before.columns, end: windows.upperBound - before.columns)
    for line in (part * linesOfPart)..<min((part + 1) * linesOfPart, source.height) {
      let rows = unsafe masks.map { unsafe $0.map { unsafe $0 + line * source.width * words } }
      let x = unsafe map + ((line + before.rows) * width + before.columns) * 16
      if isScalar { unsafe LookUps.write(numbers, rows, x) } else { unsafe ck_write_numbers(&numbers, rows, x) }
    }
  }

  /// The Swift twin of the C kernel.
  private static func write(_ n: ck_numbers, _ masks: [UnsafePointer<UInt16>?], _ x: UnsafeMutablePointer<UInt16>) {
    for step in 0..<16 {
      let mask = unsafe masks[step]
      func bits(_ count: Int, _ bit: (Int) -> (pixel: Int, channel: Int)) -> UInt16 {
        (0..<count).reduce(0) { number, index in
          let (pixel, channel) = bit(index)
          guard let mask = unsafe mask, (0..<n.width).contains(pixel) else { return number }
          return unsafe number | (mask[pixel * n.words + channel / 16] >> UInt16(channel % 16) & 1) << UInt16(index)
        }
      }
      for pixel in 0..<n.width {
        for number in 0...n.own where number < n.own || (n.left > 0 && n.joined == 0) {
          unsafe x[number * n.plane + pixel * 16 + step] = bits(number < n.own ? 6 : n.left) {
            (pixel, number * 6 + $0)
          }
        }
      }
      for pixel in n.first..<n.end {
        for joined in 0..<n.joined {
          unsafe x[(n.own + joined) * n.plane + pixel * 16 + step] = bits(min(6, n.left * n.columns - joined * 6)) {
            (pixel + (joined * 6 + $0) / n.left, n.own * 6 + (joined * 6 + $0) % n.left)
          }
        }
      }
    }
  }
}
