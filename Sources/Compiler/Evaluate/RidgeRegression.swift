import ChipModel
import Runtime

/// Least squares with a ridge, for many outputs at once: `argmin sum |D x + d - r|^2 + l |D|^2` over rows `x` of inputs
/// and `r` of residuals, `d` free.
///
/// Sums are 32-bit floats in a fixed order. The ridge is thousands of times their rounding.
struct RidgeRegression: Sendable {
  /// Inputs without the constant one, which is the last column.
  let inputs: Int
  let outputs: Int
  /// Rows of inputs and of outputs of one block of samples and position, in lanes.
  let read: @Sendable (_ block: Int, _ position: Int) -> [Lanes]
  let blocks: Int
  let positions: Int
  let samples: Int
  let threads: Int

  /// Columns of the system, the constant included, a multiple of 16.
  private var columns: Int { (inputs + 16) / 16 * 16 }

  /// A fixed number of partial sums, so that the threads do not decide their order.
  private static let parts = 4

  /// Adds up products of the rows of inputs, transposed, with what `others` reads, or with themselves.
  private func products(_ others: (@Sendable (_ block: Int, _ position: Int) -> [Lanes])?) -> [Float] {
    let columns = columns
    let wide = others == nil ? columns : (outputs + 15) / 16 * 16
    // Rows that stay in the second cache.
    let capacity = max(16, min(256, (1 << 18) / columns / 16 * 16))
    let parts = Processors.map(Self.parts, threads: threads) { part in
      var sums = [Float](repeating: 0, count: columns * wide)
      var rows = PatchRows(columns: columns, capacity: capacity)
      var residuals = PatchRows(columns: wide, capacity: others == nil ? 0 : capacity)
      func flush() {
        guard rows.count > 0 else { return }
        let transposed = rows.transposed
        let values = others == nil ? rows.values : residuals.values
        let offsets = (0..<rows.count).map { $0 * wide }
        if others != nil {
          Products(transposed, offsets: offsets, step: 16, rowStride: wide, count: wide / 16).add(
            values, runs: [(0, 0)], into: &sums, .best)
        } else {
          // The half on and right of the diagonal, by strips of rows.
          for strip in stride(from: 0, to: columns, by: 16) {
            Products(
              transposed, rows: strip..<(strip + 16), offsets: offsets, step: 16, rowStride: wide,
              count: (wide - strip) / 16
            ).add(values, runs: [(strip, strip * wide + strip)], into: &sums, .best)
          }
        }
        rows.removeAll()
        residuals.removeAll()
      }
      for block in stride(from: part, to: blocks, by: Self.parts) {
        let lanes = min(16, samples - 16 * block)
        for position in 0..<positions {
          rows.append(read(block, position) + [Lanes(repeating: 1)], samples: lanes)
          if let others { residuals.append(others(block, position), samples: lanes) }
          if rows.count + 16 > capacity { flush() }
        }
      }
      flush()
      return sums
    }
    return parts.dropFirst().reduce(into: parts[0]) { sum, part in
      for index in sum.indices { sum[index] += part[index] }
    }
  }

  /// The system's matrix, decomposed once for any number of residuals; nil where the inputs were all 0.
  /// - Parameter ridge: relative to the mean square of an input.
  func factored(ridge: Float) -> CholeskyFactor? {
    let columns = columns
    var matrix = products(nil)
    let squares = (0..<inputs).reduce(Float(0)) { $0 + matrix[$1 * columns + $1] } / Float(max(1, inputs))
    guard squares > 0 else { return nil }
    for column in 0..<columns {
      // The constant has no ridge; what fills the last vector has nothing else.
      if column != inputs { matrix[column * columns + column] += column < inputs ? ridge * squares : 1 }
    }
    return CholeskyFactor(matrix, size: columns)
  }

  /// Changes of the weights, `[outputs][inputs]`, and of the biases.
  struct Solution: Sendable {
    var weights: [[Float]]
    var biases: [Float]
  }

  /// - Parameter residuals: what the outputs miss, of a block and position.
  func solve(
    _ factor: CholeskyFactor, _ residuals: @escaping @Sendable (_ block: Int, _ position: Int) -> [Lanes]
  ) -> Solution {
    let wide = (outputs + 15) / 16 * 16
    var values = products(residuals)
    factor.solve(&values, columns: wide)
    return Solution(
      weights: (0..<outputs).map { output in (0..<inputs).map { values[$0 * wide + output] } },
      biases: (0..<outputs).map { values[inputs * wide + $0] })
  }
}

/// `U` with `U^T U` = a symmetric positive definite matrix, by blocks of rows.
struct CholeskyFactor: Sendable {
  let size: Int
  /// Row-major; what is left of the diagonal is not read.
  private var values: [Float]
  private static let block = 48

  /// - Parameters:
  ///   - matrix: row-major, of which the half on and right of the diagonal is read; `size` a multiple of 16.
  init(_ matrix: [Float], size: Int) {
    self.size = size
    values = matrix
    for first in stride(from: 0, to: size, by: Self.block) {
      let rows = first..<min(size, first + Self.block)
      for row in rows {
        for other in first..<row {
          let factor = values[other * size + row]
          for column in row..<size { values[row * size + column] -= factor * values[other * size + column] }
        }
        // Rounding can leave nothing of a column that depends on others.
        let root = max(values[row * size + row], Float.leastNormalMagnitude).squareRoot()
        for column in row..<size { values[row * size + column] /= root }
      }
      let panel = Array(values[(first * size)..<(rows.upperBound * size)])
      for strip in stride(from: rows.upperBound, to: size, by: 16) {
        let columns = strip..<min(size, strip + 16)
        subtract(
          panel, rowStride: size, rows: columns, taps: rows.count, start: strip, place: strip * size + strip,
          count: (size - strip) / 16, of: panel, inputStride: size, into: &values, outputStride: size)
      }
    }
  }

  /// `output[r][j] -= sum over k of factors[k][rows[r]] * input[k][start + j]`.
  private func subtract(
    _ factors: [Float], rowStride: Int, rows: Range<Int>, taps: Int, start: Int, place: Int, count: Int,
    of input: [Float], inputStride: Int, into output: inout [Float], outputStride: Int
  ) {
    var weights = [Float](repeating: 0, count: rows.count * taps)
    for (position, row) in rows.enumerated() {
      for tap in 0..<taps { weights[position * taps + tap] = -factors[tap * rowStride + row] }
    }
    Products(
      PackedRows(weights: weights, groups: 1, rows: rows.count, taps: taps),
      offsets: (0..<taps).map { $0 * inputStride }, step: 16, rowStride: outputStride, count: count
    ).add(input, runs: [(start, place)], into: &output, .best)
  }

  /// Solves for right sides `[size][columns]`, row-major, in place; `columns` a multiple of 16.
  func solve(_ right: inout [Float], columns: Int) {
    let blocks = Array(stride(from: 0, to: size, by: Self.block))
    // U^T y = b, from the top.
    for first in blocks {
      let rows = first..<min(size, first + Self.block)
      if first > 0 {
        var part = Array(right[(first * columns)..<(rows.upperBound * columns)])
        subtract(
          values, rowStride: size, rows: rows, taps: first, start: 0, place: 0, count: columns / 16, of: right,
          inputStride: columns, into: &part, outputStride: columns)
        right.replaceSubrange((first * columns)..<(rows.upperBound * columns), with: part)
      }
      for row in rows {
        for other in first..<row { eliminate(&right, columns, row, other, values[other * size + row]) }
        divide(&right, columns, row)
      }
    }
    // U x = y, from the bottom.
    for first in blocks.reversed() {
      let rows = first..<min(size, first + Self.block)
      let after = size - rows.upperBound
      if after > 0 {
        var part = Array(right[(first * columns)..<(rows.upperBound * columns)])
        // The transposed panel right of the block.
        var panel = [Float](repeating: 0, count: after * rows.count)
        for (position, row) in rows.enumerated() {
          for column in 0..<after {
            panel[column * rows.count + position] = values[row * size + rows.upperBound + column]
          }
        }
        subtract(
          panel, rowStride: rows.count, rows: 0..<rows.count, taps: after, start: rows.upperBound * columns, place: 0,
          count: columns / 16, of: right, inputStride: columns, into: &part, outputStride: columns)
        right.replaceSubrange((first * columns)..<(rows.upperBound * columns), with: part)
      }
      for row in rows.reversed() {
        for other in (row + 1)..<max(row + 1, rows.upperBound) {
          eliminate(&right, columns, row, other, values[row * size + other])
        }
        divide(&right, columns, row)
      }
    }
  }

  private func eliminate(_ right: inout [Float], _ columns: Int, _ row: Int, _ other: Int, _ factor: Float) {
    for column in 0..<columns { right[row * columns + column] -= factor * right[other * columns + column] }
  }

  private func divide(_ right: inout [Float], _ columns: Int, _ row: Int) {
    let root = values[row * size + row]
    for column in 0..<columns { right[row * columns + column] /= root }
  }
}
