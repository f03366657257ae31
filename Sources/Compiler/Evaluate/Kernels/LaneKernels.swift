import Runtime
internal import CKernels

/// Sixteen samples side by side: lane `i` of every value belongs to sample `i` of a block.
///
/// With the sample as the innermost axis every layer kind vectorises the same way, whatever its stride, dilation or
/// groups, and each weight that is loaded serves sixteen products. Lanes never mix.
package typealias Lanes = SIMD16<Float>

/// Rows of weights in the order the kernel reads them: blocks of eight rows (of one where there are one or two), tap by
/// tap, `[block][tap][8]`.
struct PackedRows: Sendable {
  /// Output rows of one group.
  let rows: Int
  /// Products of one output.
  let taps: Int
  /// Rows of a block, 8 or 1.
  let block: Int
  /// One array for all groups, one group after the other; missing rows of a last block are zeros.
  let values: [Float]

  /// Blocks of one group.
  var blocks: Int { (rows + block - 1) / block }

  /// Rows that are packed already, of one group.
  init(packed values: [Float], rows: Int, taps: Int) {
    self.rows = rows
    self.taps = taps
    block = 8
    self.values = values
  }

  /// - Parameters:
  ///   - weights: `[groups * rows, taps]`, row-major.
  init(weights: [Float], groups: Int, rows: Int, taps: Int) {
    self.rows = rows
    self.taps = taps
    block = rows < 3 ? 1 : 8
    let blocks = (rows + block - 1) / block
    var packed = [Float](repeating: 0, count: groups * blocks * taps * block)
    for group in 0..<groups {
      for row in 0..<rows {
        let target = (group * blocks + row / block) * taps * block + row % block
        let source = (group * rows + row) * taps
        for tap in 0..<taps { packed[target + block * tap] = weights[source + tap] }
      }
    }
    values = packed
  }
}

/// A convolution's geometry; a dense layer is one with a single position and as many taps as inputs.
struct LaneGeometry: Sendable {
  /// `[C, H, W]`
  let input: [Int]
  let output: [Int]
  /// `[y, x]`
  let kernel: [Int]
  let stride: [Int]
  /// `[top, left]`
  let padding: [Int]
  let dilation: [Int]
  let groups: Int

  /// Rows and columns that the taps reach into, padding included.
  var reach: [Int] {
    (0..<2).map { axis in
      max(
        padding[axis] + input[1 + axis],
        (output[1 + axis] - 1) * stride[axis] + (kernel[axis] - 1) * dilation[axis] + 1)
    }
  }

  /// Rows or columns that the windows of some outputs in a row cover.
  func span(_ axis: Int, _ outputs: Int) -> Int {
    (outputs - 1) * stride[axis] + (kernel[axis] - 1) * dilation[axis] + 1
  }

  /// Place of each tap of one group in a map of this size, in values.
  func offsets(height: Int, width: Int) -> [Int] {
    (0..<(input[0] / groups)).flatMap { channel in
      (0..<kernel[0]).flatMap { ky in
        (0..<kernel[1]).map { kx in (channel * height + ky * dilation[0]) * width + kx * dilation[1] }
      }
    }
  }

  /// The input with its padding around it, of zeros; itself where there is none.
  func padded(_ values: [Lanes]) -> [Lanes] {
    let reach = reach
    let (height, width) = (input[1], input[2])
    if reach[0] == height && reach[1] == width { return values }
    var result = [Lanes](repeating: .zero, count: input[0] * reach[0] * reach[1])
    for row in 0..<(input[0] * height) {
      let target = ((row / height) * reach[0] + padding[0] + row % height) * reach[1] + padding[1]
      result.replaceSubrange(target..<(target + width), with: values[(row * width)..<((row + 1) * width)])
    }
    return result
  }
}

/// Adds `weights * input` to `output`, for all rows of a dense layer.
///
/// `input` holds `weights.taps` values, `output` at least `weights.rows`. Products are summed in the order of the taps.
func accumulateDense(
  _ weights: PackedRows, _ input: [Lanes], into output: inout [Lanes], level: KernelLevel = .best
) {
  precondition(input.count == weights.taps && output.count >= weights.rows)
  let offsets = (0..<weights.taps).map { $0 * 16 }
  Products(weights, offsets: offsets, step: 16, rowStride: 16, count: 1).add(
    input, runs: [(0, 0)], into: &output, level)
}

/// Adds the convolution of `input` to `output`: `[C, H, W]` of lanes each.
func accumulateConvolution(
  _ weights: PackedRows, _ geometry: LaneGeometry, _ input: [Lanes], into output: inout [Lanes],
  level: KernelLevel = .best
) {
  let convolution = LaneConvolution(weights, geometry)
  precondition(convolution.fits(input: input.count, output: output.count))
  unsafe input.withUnsafeBytes { input in
    unsafe output.withUnsafeMutableBytes { output in
      unsafe withUnsafeTemporaryAllocation(of: Float.self, capacity: max(1, convolution.panelSize)) { panel in
        guard let x = input.baseAddress, let y = output.baseAddress, let panel = panel.baseAddress else { return }
        unsafe convolution.run(
          0..<geometry.output[1], x.assumingMemoryBound(to: Float.self), y.assumingMemoryBound(to: Float.self),
          panel: panel, bias: nil, cut: nil, level)
      }
    }
  }
}

/// `y += x * factor` of `count` vectors of 16 floats, then `min(max(y, 0), cut)` where asked.
@unsafe func addScaled(
  _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int, _ factor: Float, _ cut: Float?,
  _ level: KernelLevel
) {
  guard level == .swift else {
    return unsafe ck_add_scaled(level.code, x, y, count, factor, cut == nil ? 0 : 1, cut ?? 0)
  }
  for index in 0..<(count * 16) {
    let sum = unsafe y[index] + x[index] * factor
    unsafe y[index] = cut.map { min(max(sum, 0), $0) } ?? sum
  }
}

/// Products of packed rows of weights with vectors of 16 floats: row `r` of the output, at `place + r * rowStride + 16
/// j`, grows by the sum over taps of weight times the vector at `start + offsets[tap] + j * step`, for `count` vectors
/// `j`.
///
/// All places are in floats, and checked once for a call: the kernels run without checks.
struct Products {
  let weights: PackedRows
  let group: Int
  /// Those of the group that are computed; begins with a block.
  let rows: Range<Int>
  let offsets: [Int]
  let step: Int
  let rowStride: Int
  let count: Int
  /// What is written becomes `min(max(value, 0), cut)`; nil: it stays.
  let cut: Float?

  /// - Parameter rows: nil: all of the group.
  init(
    _ weights: PackedRows, group: Int = 0, rows: Range<Int>? = nil, offsets: [Int], step: Int, rowStride: Int,
    count: Int, cut: Float? = nil
  ) {
    self.weights = weights
    self.group = group
    self.rows = rows ?? 0..<weights.rows
    self.offsets = offsets
    self.step = step
    self.rowStride = rowStride
    self.count = count
    self.cut = cut
  }

  /// - Parameters:
  ///   - input: floats, or vectors of them.
  ///   - runs: a start in the input and a place in the output each.
  func add<Input: BitwiseCopyable, Output: BitwiseCopyable>(
    _ input: [Input], runs: [(start: Int, place: Int)], into output: inout [Output], _ level: KernelLevel
  ) {
    guard let farthest = offsets.max(), count > 0, let start = runs.map(\.start).max(),
      let place = runs.map(\.place).max()
    else { return }
    precondition(offsets.count == weights.taps && rows.lowerBound % weights.block == 0 && rows.lowerBound >= 0)
    precondition(rows.upperBound <= weights.rows)
    precondition((group + 1) * weights.blocks * weights.block * weights.taps <= weights.values.count)
    precondition(runs.allSatisfy { $0.start >= 0 && $0.place >= 0 } && offsets.allSatisfy { $0 >= 0 })
    precondition((start + farthest + (count - 1) * step + 16) * 4 <= input.count * MemoryLayout<Input>.stride)
    precondition(
      (place + (rows.count - 1) * rowStride + count * 16) * 4 <= output.count * MemoryLayout<Output>.stride)
    unsafe input.withUnsafeBytes { input in
      unsafe output.withUnsafeMutableBytes { output in
        guard let x = input.baseAddress, let y = output.baseAddress else { return }
        unsafe add(
          x.assumingMemoryBound(to: Float.self), y.assumingMemoryBound(to: Float.self), nil, runs: runs, level)
      }
    }
  }

  /// The same at addresses that the caller has checked. With `bias`, one a row, that plus the sums, whatever `y` holds.
  @unsafe func add(
    _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ bias: UnsafePointer<Float>?,
    runs: [(start: Int, place: Int)], _ level: KernelLevel
  ) {
    unsafe weights.values.withUnsafeBufferPointer { values in
      unsafe offsets.withUnsafeBufferPointer { offsets in
        guard let base = values.baseAddress else { return }
        let w = unsafe base + (group * weights.blocks * weights.block + rows.lowerBound) * weights.taps
        if level == .swift { return unsafe addPlainly(x, w, y, bias, runs) }
        var shape = unsafe ck_products(
          taps: weights.taps, block: weights.block, offsets: offsets.baseAddress, step: step, row_stride: rowStride,
          cuts: cut == nil ? 0 : 1, high: cut ?? 0)
        for row in stride(from: 0, to: rows.count, by: weights.block) {
          for run in runs {
            unsafe ck_multiply(
              level.code, &shape, w + row * weights.taps, x + run.start, y + run.place + row * rowStride,
              bias.map { unsafe $0 + row }, min(weights.block, rows.count - row), count)
          }
        }
      }
    }
  }

  /// The Swift twin of `ck_multiply`.
  private func addPlainly(
    _ x: UnsafePointer<Float>, _ w: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>,
    _ bias: UnsafePointer<Float>?, _ runs: [(start: Int, place: Int)]
  ) {
    for run in runs {
      for row in 0..<rows.count {
        let weight = unsafe w + row / weights.block * weights.taps * weights.block + row % weights.block
        for j in 0..<count {
          var sum = Lanes.zero
          for (tap, offset) in offsets.enumerated() {
            let value = unsafe UnsafeRawPointer(x + run.start + offset + j * step).loadUnaligned(as: Lanes.self)
            sum += unsafe value * weight[tap * weights.block]
          }
          let place = unsafe UnsafeMutableRawPointer(y + run.place + row * rowStride + j * 16)
          sum += unsafe bias.map { unsafe Lanes(repeating: $0[row]) } ?? place.loadUnaligned(as: Lanes.self)
          if let cut { sum = pointwiseMin(pointwiseMax(sum, .zero), Lanes(repeating: cut)) }
          unsafe place.storeBytes(of: sum, as: Lanes.self)
        }
      }
    }
  }
}
