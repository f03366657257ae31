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

/// A pooling window over the source of a projection: `average` adds the spikes of the window (the divisor is folded into
/// the weights), `max` lets the winner of the window through.
package struct PoolGeometry: Sendable, Hashable {
  package enum Kind: UInt8, Sendable { case average = 0, max = 1 }
  package var kind: Kind
  package var kernelY: Int
  package var kernelX: Int
  package var strideY: Int
  package var strideX: Int
  package var top: Int
  package var left: Int
  package var bottom: Int
  package var right: Int

  package init(
    kind: Kind, kernelY: Int, kernelX: Int, strideY: Int, strideX: Int, top: Int = 0, left: Int = 0, bottom: Int = 0,
    right: Int = 0
  ) {
    self.kind = kind
    self.kernelY = kernelY
    self.kernelX = kernelX
    self.strideY = strideY
    self.strideX = strideX
    self.top = top
    self.left = left
    self.bottom = bottom
    self.right = right
  }

  /// Number of inputs that an average divides by: the whole kernel, padding included.
  package var area: Int { kernelY * kernelX }

  /// Shape after pooling; nil where the kernel does not fit.
  package func output(of shape: MapShape) -> MapShape? {
    guard
      let height = windowCount(shape.height, kernelY, strideY, 1, top, bottom),
      let width = windowCount(shape.width, kernelX, strideX, 1, left, right)
    else { return nil }
    return MapShape(channels: shape.channels, height: height, width: width)
  }

  /// Rows of windows that contain source row `y`, out of `count` windows.
  package func windowsY(containing y: Int, count: Int) -> Range<Int> {
    windowsContaining(y + top, kernelY, strideY, count)
  }

  /// Columns of windows that contain source column `x`, out of `count` windows.
  package func windowsX(containing x: Int, count: Int) -> Range<Int> {
    windowsContaining(x + left, kernelX, strideX, count)
  }

  /// Source rows inside the map that window row `py` covers.
  package func rows(of py: Int, height: Int) -> Range<Int> {
    let first = py * strideY - top
    let low = Swift.max(0, first)
    return low..<Swift.max(low, Swift.min(height, first + kernelY))
  }

  /// Source columns inside the map that window column `px` covers.
  package func columns(of px: Int, width: Int) -> Range<Int> {
    let first = px * strideX - left
    let low = Swift.max(0, first)
    return low..<Swift.max(low, Swift.min(width, first + kernelX))
  }
}

/// A two-dimensional convolution (cross-correlation, as every framework computes it).
package struct ConvolutionGeometry: Sendable, Hashable {
  package var kernelY: Int
  package var kernelX: Int
  package var strideY: Int
  package var strideX: Int
  package var top: Int
  package var left: Int
  package var bottom: Int
  package var right: Int
  package var dilationY: Int
  package var dilationX: Int
  package var groups: Int

  package init(
    kernelY: Int, kernelX: Int, strideY: Int = 1, strideX: Int = 1, top: Int = 0, left: Int = 0, bottom: Int = 0,
    right: Int = 0, dilationY: Int = 1, dilationX: Int = 1, groups: Int = 1
  ) {
    self.kernelY = kernelY
    self.kernelX = kernelX
    self.strideY = strideY
    self.strideX = strideX
    self.top = top
    self.left = left
    self.bottom = bottom
    self.right = right
    self.dilationY = dilationY
    self.dilationX = dilationX
    self.groups = groups
  }

  /// Height and width after the convolution; nil where the kernel does not fit.
  package func output(of shape: MapShape, channels: Int) -> MapShape? {
    guard
      let height = windowCount(shape.height, kernelY, strideY, dilationY, top, bottom),
      let width = windowCount(shape.width, kernelX, strideX, dilationX, left, right)
    else { return nil }
    return MapShape(channels: channels, height: height, width: width)
  }

  /// The output row that tap `ky` of input row `y` adds to, or nil where there is none among `height` rows.
  @inlinable @inline(__always)
  package func outputRow(_ y: Int, tap ky: Int, height: Int) -> Int? {
    let scaled = y &+ top &- ky &* dilationY
    guard scaled >= 0, scaled % strideY == 0 else { return nil }
    let row = scaled / strideY
    return row < height ? row : nil
  }

  /// The output column that tap `kx` of input column `x` adds to, or nil where there is none among `width` columns.
  @inlinable @inline(__always)
  package func outputColumn(_ x: Int, tap kx: Int, width: Int) -> Int? {
    let scaled = x &+ left &- kx &* dilationX
    guard scaled >= 0, scaled % strideX == 0 else { return nil }
    let column = scaled / strideX
    return column < width ? column : nil
  }
}

/// `floor((size + padding - dilation * (kernel - 1) - 1) / stride) + 1`, nil unless every part is sane and it is positive.
private func windowCount(
  _ size: Int, _ kernel: Int, _ stride: Int, _ dilation: Int, _ before: Int, _ after: Int
) -> Int? {
  let limit = 1 << 26
  guard
    (1...limit).contains(kernel), (1...limit).contains(stride), (1...limit).contains(dilation),
    (0...limit).contains(before), (0...limit).contains(after)
  else { return nil }
  let span = size + before + after - (dilation * (kernel - 1) + 1)
  guard span >= 0 else { return nil }
  return span / stride + 1
}

private func windowsContaining(_ position: Int, _ kernel: Int, _ stride: Int, _ count: Int) -> Range<Int> {
  // Window w covers [w * stride, w * stride + kernel).
  let first = position < kernel ? 0 : (position - kernel) / stride + 1
  let end = min(count, position / stride + 1)
  return first..<max(first, end)
}
