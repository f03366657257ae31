import Runtime
internal import CKernels

/// A convolution of a block of 16 samples, made ready to run over bands of output rows.
///
/// A tile of output rows and columns reads a part of the map that stays in the second cache. Where windows reach beyond
/// the map, that part is copied with zeros around it; else it is read where it lies. An output's products are summed in
/// the order of its taps, whatever the tile.
struct LaneConvolution: Sendable {
  let weights: PackedRows
  let geometry: LaneGeometry
  /// Rows and columns of a tile.
  let tile: (rows: Int, columns: Int)
  /// Floats that a tile's part of the map takes; 0 where it is not copied.
  let panelSize: Int
  /// Per tap, where nothing is copied.
  private let offsets: [Int]

  init(_ weights: PackedRows, _ geometry: LaneGeometry) {
    let g = geometry
    self.weights = weights
    self.geometry = g
    let channels = max(1, g.input[0] / max(1, g.groups))
    func floats(_ rows: Int, _ columns: Int) -> Int { channels * g.span(0, rows) * g.span(1, columns) * 16 }
    var columns = max(1, g.output[2])
    while columns > 12, floats(1, columns) > 96 << 10 { columns = max(12, (columns / 2 + 5) / 6 * 6) }
    var rows = 1
    while rows < g.output[1], floats(rows + 1, columns) <= 64 << 10 { rows += 1 }
    let tiles = max(1, (g.output[1] + rows - 1) / rows)
    tile = (max(1, (g.output[1] + tiles - 1) / tiles), columns)
    let isPadded = g.reach != [g.input[1], g.input[2]]
    panelSize = isPadded ? floats(tile.rows, tile.columns) : 0
    offsets = isPadded ? [] : g.offsets(height: g.input[1], width: g.input[2]).map { $0 * 16 }
  }

  /// Whether maps of these sizes are its own.
  func fits(input: Int, output: Int) -> Bool {
    let g = geometry
    let taps = g.input[0] / max(1, g.groups) * g.kernel[0] * g.kernel[1]
    return input == g.input.reduce(1, *) && output == g.output.reduce(1, *) && weights.taps == taps
      && weights.rows * g.groups == g.output[0]
      && weights.values.count >= g.groups * weights.blocks * weights.block * weights.taps
  }

  /// Output rows `rows` of all channels: the bias (one a channel), or what `y` holds, plus the sums.
  ///
  /// Maps that it `fits`; `panel` has room for `panelSize` floats.
  @unsafe func run(
    _ rows: Range<Int>, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, panel: UnsafeMutablePointer<Float>,
    bias: UnsafePointer<Float>?, cut: Float?, _ level: KernelLevel
  ) {
    let g = geometry
    let plane = g.output[1] * g.output[2]
    let channels = g.input[0] / g.groups
    // Where windows cover all columns one by one, a map's rows follow one another: one run.
    let isOneRun = panelSize == 0 && g.stride == [1, 1] && g.input[2] == g.output[2]
    var (known, copied): ([Int], [Int]) = ([], [])
    for top in stride(from: rows.lowerBound, to: rows.upperBound, by: tile.rows) {
      let tall = min(tile.rows, rows.upperBound - top)
      for left in stride(from: 0, to: g.output[2], by: tile.columns) {
        let wide = min(tile.columns, g.output[2] - left)
        let size = [g.span(0, tall), g.span(1, wide)]
        if panelSize > 0, size != known {
          (known, copied) = (size, g.offsets(height: size[0], width: size[1]).map { $0 * 16 })
        }
        for group in 0..<g.groups {
          let start: (place: Int, row: Int)
          if panelSize > 0 {
            unsafe copy(x, group, top, left, size, panel)
            start = (0, g.stride[0] * size[1] * 16)
          } else {
            let row = group * channels * g.input[1] + top * g.stride[0]
            start = ((row * g.input[2] + left * g.stride[1]) * 16, g.stride[0] * g.input[2] * 16)
          }
          let products = Products(
            weights, group: group, offsets: panelSize > 0 ? copied : offsets, step: g.stride[1] * 16,
            rowStride: plane * 16, count: isOneRun ? tall * wide : wide, cut: cut)
          let first = (group * weights.rows * plane + top * g.output[2] + left) * 16
          unsafe products.add(
            panelSize > 0 ? UnsafePointer(panel) : x, y, bias.map { unsafe $0 + group * weights.rows },
            runs: (0..<(isOneRun ? 1 : tall)).map { (start.place + $0 * start.row, first + $0 * g.output[2] * 16) },
            level)
        }
      }
    }
  }

  /// Copies what a tile of one group reads, `[channel][row][column]`, zeros where it lies outside the map.
  private func copy(
    _ x: UnsafePointer<Float>, _ group: Int, _ top: Int, _ left: Int, _ size: [Int],
    _ panel: UnsafeMutablePointer<Float>
  ) {
    let g = geometry
    let channels = g.input[0] / g.groups
    let (height, width) = (g.input[1], g.input[2])
    let (y, x0) = (top * g.stride[0] - g.padding[0], left * g.stride[1] - g.padding[1])
    let inside = min(max(0, -x0), size[1])..<max(min(size[1], width - x0), min(max(0, -x0), size[1]))
    var to = unsafe panel
    for channel in (group * channels)..<((group + 1) * channels) {
      for row in y..<(y + size[0]) {
        if row < 0 || row >= height || inside.isEmpty {
          unsafe to.update(repeating: 0, count: size[1] * 16)
        } else {
          let from = unsafe x + ((channel * height + row) * width + x0 + inside.lowerBound) * 16
          unsafe to.update(repeating: 0, count: inside.lowerBound * 16)
          unsafe (to + inside.lowerBound * 16).update(from: from, count: inside.count * 16)
          unsafe (to + inside.upperBound * 16).update(repeating: 0, count: (size[1] - inside.upperBound) * 16)
        }
        unsafe to += size[1] * 16
      }
    }
  }
}
