import ChipModel

/// A sliding window as a node's attributes describe it, checked and completed for one input size.
struct SlidingWindow {
  var kernel: [Int]
  var stride = [1, 1]
  /// `[top, left, bottom, right]`, as given.
  var padding = [0, 0, 0, 0]
  var dilation = [1, 1]
  /// What `ceil_mode` adds below and to the right: windows that reach over the padded edge.
  var extra = [0, 0]

  /// - Parameters:
  ///   - kernel: the weights' kernel, or nil to read `kernel_shape`.
  ///   - size: `[height, width]` of the input.
  init(_ node: ONNXNode, kernel given: [Int]?, size: [Int]) throws(ImportError) {
    func list(_ name: String, _ count: Int, _ fallback: Int, _ range: ClosedRange<Int>) throws(ImportError) -> [Int] {
      guard let values = node.integers(name) else { return [Int](repeating: fallback, count: count) }
      guard values.count == count, values.allSatisfy({ range.contains($0) }) else {
        throw .misuse(
          node, "has \(name) \(values.prefix(8))",
          values.count == count
            ? "values must be in \(range.lowerBound)...\(range.upperBound)"
            : "use two-dimensional layers (Conv2d, MaxPool2d, ...)")
      }
      return values
    }
    let shape = try list("kernel_shape", 2, 0, 1...65536)
    kernel = given ?? shape
    guard kernel[0] > 0, kernel[1] > 0, given == nil || shape == [0, 0] || shape == given else {
      throw .misuse(node, "has kernel_shape \(shape)", "export the model again")
    }
    stride = try list("strides", 2, 1, 1...65536)
    dilation = try list("dilations", 2, 1, 1...65536)
    padding = try list("pads", 4, 0, 0...65536)
    let automatic = node.text("auto_pad") ?? "NOTSET"
    switch automatic {
    case "NOTSET", "": break
    case "VALID": padding = [0, 0, 0, 0]
    case "SAME_UPPER", "SAME_LOWER":
      for axis in 0..<2 {
        let outputs = (size[axis] + stride[axis] - 1) / stride[axis]
        let span = (kernel[axis] - 1) * dilation[axis] + 1
        let total = max((outputs - 1) * stride[axis] + span - size[axis], 0)
        let less = total / 2
        padding[axis] = automatic == "SAME_UPPER" ? less : total - less
        padding[2 + axis] = total - padding[axis]
      }
    default:
      throw .misuse(node, "has auto_pad '\(printable(automatic))'", "export the model again")
    }
    if node.integer("ceil_mode") ?? 0 != 0 {
      for axis in 0..<2 {
        let (before, after) = (padding[axis], padding[2 + axis])
        let free = size[axis] + before + after - kernel[axis]
        guard free >= 0 else { continue }
        var outputs = (free + stride[axis] - 1) / stride[axis] + 1
        // A window must not start in the padding behind.
        if (outputs - 1) * stride[axis] >= size[axis] + before { outputs -= 1 }
        extra[axis] = max((outputs - 1) * stride[axis] - free, 0)
      }
    }
  }

  /// Padding with what `ceil_mode` adds.
  var fullPadding: [Int] { [padding[0], padding[1], padding[2] + extra[0], padding[3] + extra[1]] }
}

extension NetworkPool {
  /// `self`, then `other`, as one pooling; nil where it is not one.
  ///
  /// - Parameter size: `[height, width]` before `self`.
  func composed(with other: NetworkPool, size: [Int]) -> NetworkPool? {
    guard kind == other.kind else { return nil }
    var result = self
    for axis in 0..<2 {
      let (k1, s1, k2, s2) = (kernel[axis], stride[axis], other.kernel[axis], other.stride[axis])
      let isUnpadded = other.padding[axis] == 0 && other.padding[2 + axis] == 0
      result.stride[axis] = s1 * s2
      result.kernel[axis] = k1 + (k2 - 1) * s1
      for side in [axis, 2 + axis] { result.padding[side] = padding[side] + other.padding[side] * s1 }
      guard result.stride[axis] <= 1 << 20, result.kernel[axis] <= 1 << 20, result.padding[axis] <= 1 << 20,
        result.padding[2 + axis] <= 1 << 20
      else { return nil }
      if kind == .average {
        // Each input must count once: windows side by side, or one of the poolings trivial.
        let isTrivial = (k1 == 1 && s1 == 1) || (k2 == 1 && isUnpadded) || (k1 == s1 && isUnpadded)
        guard isTrivial else { return nil }
      } else {
        guard covers(other, result, axis: axis, size: size[axis]) else { return nil }
      }
    }
    return result
  }

  /// Does the window of `whole` hold exactly what `self` then `other` see, at every output of one axis?
  private func covers(_ other: NetworkPool, _ whole: NetworkPool, axis: Int, size: Int) -> Bool {
    let (k1, s1, k2) = (kernel[axis], stride[axis], other.kernel[axis])
    guard s1 <= k1 || k2 == 1 else { return false }
    let middle = windowCount(size, kernel: k1, stride: s1, before: padding[axis], after: padding[2 + axis])
    let outputs = windowCount(
      middle, kernel: k2, stride: other.stride[axis], before: other.padding[axis], after: other.padding[2 + axis])
    let merged = windowCount(
      size, kernel: whole.kernel[axis], stride: whole.stride[axis], before: whole.padding[axis],
      after: whole.padding[2 + axis])
    guard outputs == merged else { return false }
    for output in 0..<outputs {
      let first = max(output * other.stride[axis] - other.padding[axis], 0)
      let last = min(output * other.stride[axis] - other.padding[axis] + k2, middle) - 1
      guard first <= last else { return false }
      let start = max(first * s1 - padding[axis], 0)
      let end = min(last * s1 - padding[axis] + k1, size)
      let wholeStart = output * whole.stride[axis] - whole.padding[axis]
      guard start == max(wholeStart, 0), end == min(wholeStart + whole.kernel[axis], size) else { return false }
    }
    return true
  }

  /// Average pooling as a depthwise convolution.
  func convolution(channels: Int, node: MergeContext) throws(ImportError) -> Convolution {
    let (area, overflow) = kernel[0].multipliedReportingOverflow(by: kernel[1])
    try checkWeights(channels, overflow ? Int.max : area, node: node)
    return Convolution(
      weights: [Float](repeating: Float(1 / Double(area)), count: channels * area),
      shape: [channels, 1, kernel[0], kernel[1]], stride: stride, padding: padding, groups: channels)
  }
}
