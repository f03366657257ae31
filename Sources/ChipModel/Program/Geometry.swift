/// Shape of a map of neurons: `[channels, height, width]`; a vector of `N` neurons is `[N, 1, 1]`.
///
/// Neuron `(c, y, x)` has index `(c * height + y) * width + x` (row-major), the order of files and reports.
package struct MapShape: Sendable, Hashable {
  package let channels: Int
  package let height: Int
  package let width: Int

  package init(channels: Int, height: Int = 1, width: Int = 1) {
    self.channels = channels
    self.height = height
    self.width = width
  }

  /// From `[C, H, W]` or `[N]`, every dimension in 1...2^26 and at most 2^26 neurons; else nil.
  package init?(_ dimensions: [Int]) {
    guard dimensions.count == 1 || dimensions.count == 3 else { return nil }
    guard dimensions.allSatisfy({ $0 >= 1 && $0 <= MapShape.maximumCount }) else { return nil }
    guard let count = Tensor.elementCount(dimensions), count <= MapShape.maximumCount else { return nil }
    self.init(
      channels: dimensions[0], height: dimensions.count == 3 ? dimensions[1] : 1,
      width: dimensions.count == 3 ? dimensions[2] : 1)
  }

  /// Largest number of neurons in one population: 2^26.
  package static let maximumCount = 1 << 26

  package var count: Int { channels * height * width }
  package var pixels: Int { height * width }

  @inlinable @inline(__always)
  package func index(_ c: Int, _ y: Int, _ x: Int) -> Int { (c &* height &+ y) &* width &+ x }

  /// Channel, row and column of neuron `index`.
  @inlinable @inline(__always)
  package func position(_ index: Int) -> (c: Int, y: Int, x: Int) {
    (index / pixels, index % pixels / width, index % width)
  }
}

/// Windows over the rows and the columns of a map.
package protocol WindowGeometry: Sendable, Hashable {
  var rowAxis: WindowAxis { get set }
  var columnAxis: WindowAxis { get set }
}

extension WindowGeometry {
  @inlinable package var kernelY: Int { rowAxis.kernel }
  @inlinable package var kernelX: Int { columnAxis.kernel }
  @inlinable package var strideY: Int { rowAxis.stride }
  @inlinable package var strideX: Int { columnAxis.stride }
  @inlinable package var dilationY: Int { rowAxis.dilation }
  @inlinable package var dilationX: Int { columnAxis.dilation }
  /// Padding on each side.
  @inlinable package var top: Int { rowAxis.before }
  @inlinable package var left: Int { columnAxis.before }
  @inlinable package var bottom: Int { rowAxis.after }
  @inlinable package var right: Int { columnAxis.after }
}

/// A pooling window over the source of a projection: `average` adds the spikes of the window (the divisor is folded into
/// the weights), `max` lets the winner of the window through.
package struct PoolGeometry: WindowGeometry {
  package enum Kind: String, Sendable, CaseIterable { case average, max }
  package var kind: Kind
  package var rowAxis: WindowAxis
  package var columnAxis: WindowAxis

  package init(
    kind: Kind, kernelY: Int, kernelX: Int, strideY: Int, strideX: Int, top: Int = 0, left: Int = 0, bottom: Int = 0,
    right: Int = 0
  ) {
    self.kind = kind
    rowAxis = WindowAxis(kernel: kernelY, stride: strideY, before: top, after: bottom)
    columnAxis = WindowAxis(kernel: kernelX, stride: strideX, before: left, after: right)
  }

  init(kind: Kind, rowAxis: WindowAxis, columnAxis: WindowAxis) {
    self.kind = kind
    self.rowAxis = rowAxis
    self.columnAxis = columnAxis
  }

  /// Number of inputs that an average divides by: the whole kernel, padding included.
  package var area: Int { kernelY * kernelX }

  /// Shape after pooling; nil where the kernel does not fit.
  package func output(of shape: MapShape) -> MapShape? {
    shape.windows(rowAxis, columnAxis, channels: shape.channels)
  }

  /// Rows of windows that contain source row `y`, out of `count` windows.
  package func windowsY(containing y: Int, count: Int) -> Range<Int> { rowAxis.windows(containing: y, count: count) }

  /// Columns of windows that contain source column `x`, out of `count` windows.
  package func windowsX(containing x: Int, count: Int) -> Range<Int> { columnAxis.windows(containing: x, count: count) }

  /// Source rows inside the map that window row `py` covers.
  package func rows(of py: Int, height: Int) -> Range<Int> { rowAxis.positions(of: py, size: height) }

  /// Source columns inside the map that window column `px` covers.
  package func columns(of px: Int, width: Int) -> Range<Int> { columnAxis.positions(of: px, size: width) }
}

/// A two-dimensional convolution (cross-correlation, as every framework computes it).
package struct ConvolutionGeometry: WindowGeometry {
  package var rowAxis: WindowAxis
  package var columnAxis: WindowAxis
  package var groups: Int

  package init(
    kernelY: Int, kernelX: Int, strideY: Int = 1, strideX: Int = 1, top: Int = 0, left: Int = 0, bottom: Int = 0,
    right: Int = 0, dilationY: Int = 1, dilationX: Int = 1, groups: Int = 1
  ) {
    rowAxis = WindowAxis(kernel: kernelY, stride: strideY, dilation: dilationY, before: top, after: bottom)
    columnAxis = WindowAxis(kernel: kernelX, stride: strideX, dilation: dilationX, before: left, after: right)
    self.groups = groups
  }

  init(rowAxis: WindowAxis, columnAxis: WindowAxis, groups: Int) {
    self.rowAxis = rowAxis
    self.columnAxis = columnAxis
    self.groups = groups
  }

  /// Height and width after the convolution; nil where the kernel does not fit.
  package func output(of shape: MapShape, channels: Int) -> MapShape? {
    shape.windows(rowAxis, columnAxis, channels: channels)
  }

  /// The output row that tap `ky` of input row `y` adds to, or nil where there is none among `height` rows.
  @inlinable @inline(__always)
  package func outputRow(_ y: Int, tap ky: Int, height: Int) -> Int? {
    rowAxis.window(of: y, tap: ky, count: height)
  }

  /// The output column that tap `kx` of input column `x` adds to, or nil where there is none among `width` columns.
  @inlinable @inline(__always)
  package func outputColumn(_ x: Int, tap kx: Int, width: Int) -> Int? {
    columnAxis.window(of: x, tap: kx, count: width)
  }
}

/// Windows along the rows or the columns of a map: tap `t` of window `w` is at `w * stride + t * dilation - before`.
package struct WindowAxis: Sendable, Hashable {
  package var kernel = 1
  package var stride = 1
  package var dilation = 1
  /// Padding on both sides.
  package var before = 0
  package var after = 0

  @inlinable @inline(__always)
  package init(kernel: Int = 1, stride: Int = 1, dilation: Int = 1, before: Int = 0, after: Int = 0) {
    self.kernel = kernel
    self.stride = stride
    self.dilation = dilation
    self.before = before
    self.after = after
  }

  /// Windows over `size` positions: `floor((size + padding - dilation * (kernel - 1) - 1) / stride) + 1`; nil unless every
  /// part is sane and it is positive.
  func count(over size: Int) -> Int? {
    let limit = MapShape.maximumCount
    guard
      (1...limit).contains(kernel), (1...limit).contains(stride), (1...limit).contains(dilation),
      (0...limit).contains(before), (0...limit).contains(after)
    else { return nil }
    let span = size + before + after - (dilation * (kernel - 1) + 1)
    return span >= 0 ? span / stride + 1 : nil
  }

  /// Of `count` windows without dilation, those that cover a position.
  package func windows(containing position: Int, count: Int) -> Range<Int> {
    // Window w covers [w * stride, w * stride + kernel) of the padded map.
    let position = position + before
    let first = position < kernel ? 0 : (position - kernel) / stride + 1
    return first..<max(first, min(count, position / stride + 1))
  }

  /// Positions inside the map that a window without dilation covers.
  package func positions(of window: Int, size: Int) -> Range<Int> {
    let first = window * stride - before
    let low = max(0, first)
    return low..<max(low, min(size, first + kernel))
  }

  /// Calls `body(tap, position)` for every tap of a window that is inside the map.
  @inline(__always)
  func forEachTap(of window: Int, size: Int, _ body: (Int, Int) -> Void) {
    for tap in 0..<kernel {
      let position = window * stride + tap * dilation - before
      if position >= 0 && position < size { body(tap, position) }
    }
  }

  /// The window whose tap `tap` is at a position, or nil where there is none among `count` windows.
  @inlinable @inline(__always)
  package func window(of position: Int, tap: Int, count: Int) -> Int? {
    let scaled = position &+ before &- tap &* dilation
    guard scaled >= 0, scaled % stride == 0 else { return nil }
    let window = scaled / stride
    return window < count ? window : nil
  }
}

extension MapShape {
  /// The map of windows over this one; nil where a kernel does not fit.
  fileprivate func windows(_ rows: WindowAxis, _ columns: WindowAxis, channels: Int) -> MapShape? {
    guard let height = rows.count(over: height), let width = columns.count(over: width) else { return nil }
    return MapShape(channels: channels, height: height, width: width)
  }
}
