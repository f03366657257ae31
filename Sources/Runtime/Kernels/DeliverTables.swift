internal import CKernels

/// Delivery of several steps of bits: a word of 16 sources is three numbers, each of which picks what its sources add from a
/// table. Half of the instructions that dot products take, and no bytes to write.
extension DenseRoute {
  /// A number's bits: where in a word, and how many.
  private static let numbers = [(first: 0, bits: 6), (first: 6, bits: 5), (first: 11, bits: 5)]
  /// Of a target for a word.
  private static let entries = 128
  /// Tables of one layer, in lanes: they are read once for every eight positions.
  private static let mostEntries = 2 << 20
  /// With fewer steps more than half of each vector would be empty.
  static let lookUpSteps = 8...16

  /// What the tables of a convolution take at most.
  ///
  /// - Parameter channels: of source and target.
  static func tableBytes(weights: Int, channels: (source: Int, target: Int)) -> Int {
    let taps = weights / max(1, channels.source) / max(1, channels.target)
    let rows = taps * ((channels.source + 15) / 16) * ((channels.target + 15) / 16) * 16
    return min(rows, mostEntries / entries) * entries * 2
  }

  /// Tables as ``ck_tables`` has them; nil where there would be too many, or too few positions to read them for.
  ///
  /// - Parameter packed: weights as ``ck_dense`` has them.
  static func tables(_ packed: [UInt8], blocks: Int, taps: Int, quads: Int, words: Int, positions: Int) -> LaneBuffer? {
    let (rows, overflow) = (blocks * 16 * taps).multipliedReportingOverflow(by: words)
    guard positions >= 4, !overflow, rows <= mostEntries / entries else { return nil }
    var result = LaneBuffer(repeating: 0, count: rows * entries)
    var at = 0
    for four in 0..<(blocks * 4) {
      for tap in 0..<taps {
        for word in 0..<words {
          for (first, bits) in numbers {
            for target in (four * 4)..<(four * 4 + 4) {
              for number in 1..<(1 << bits) {
                // One source more than an entry that is already there.
                let source = word * 16 + first + number.trailingZeroBitCount
                var weight: UInt8 = 0
                if source < quads * 4 {
                  let quad = (target / 16 * taps + tap) * quads + source / 4
                  weight = packed[(quad * 16 + target % 16) * 4 + source % 4]
                }
                result[at + number] = result[at + (number & (number - 1))] &+ Int16(Int8(bitPattern: weight))
              }
              at += 1 << bits
            }
          }
        }
      }
    }
    return result
  }

  /// The Swift twin of the C kernel: calls `body(accumulator, sum, factor)`.
  static func lookUp(_ d: ck_tables, _ body: (Int, Int16, Int32) -> Void) {
    let length = unsafe d.taps &* d.words &* 4 &* entries
    for target in unsafe 0..<(d.blocks &* 16) {
      for position in unsafe 0..<d.positions {
        for step in unsafe 0..<d.steps {
          var table = unsafe d.tables + target / 4 &* length
          var sum: Int16 = 0
          for tap in unsafe 0..<d.taps {
            let x = unsafe d.x + Int(d.bases[position]) + Int(d.offsets[tap]) + step
            for word in unsafe 0..<d.words {
              for (first, bits) in numbers {
                let number = unsafe Int(x[word &* 16] >> UInt16(first)) & (1 << bits - 1)
                sum &+= unsafe table[(target % 4) << bits + number]
                unsafe table += 4 << bits
              }
            }
          }
          let factor = unsafe d.factors == nil ? 1 : Int32(d.factors[target])
          body(unsafe position &* d.padded &+ step &* d.step_lanes &+ target, sum, factor)
        }
      }
    }
  }
}
