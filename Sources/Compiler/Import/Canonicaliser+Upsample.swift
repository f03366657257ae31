import ChipModel
import Foundation

/// Operators that give larger images: linear, spelled as a matrix.
extension Canonicaliser {
  /// ConvTranspose: with stride 1 a convolution, else a matrix.
  mutating func convolveTransposed(_ value: inout DataValue) throws(ImportError) {
    guard let weights = node.constant(1), node.constant(0) == nil, weights.shape.count == 4,
      weights.shape.allSatisfy({ $0 > 0 })
    else { throw misuse("has weights that are not two-dimensional constants", "use nn.ConvTranspose2d") }
    try image(&value)
    let size = Array(value.shape[2...])
    let groups = node.integer("group") ?? 1
    let (inputs, perGroup, kernel) = (weights.shape[0], weights.shape[1], Array(weights.shape[2...]))
    let window = try SlidingWindow(node, kernel: kernel, size: size)
    let extra = node.integers("output_padding") ?? [0, 0]
    guard groups > 0, inputs == value.shape[1], inputs % groups == 0, extra.count == 2,
      extra.allSatisfy({ (0...65536).contains($0) }), node.integers("output_shape") == nil,
      ["NOTSET", "", "VALID"].contains(node.text("auto_pad") ?? "NOTSET")
    else {
      throw misuse(
        "has weights \(shapeText(weights.shape)) in \(groups) groups for \(value.shape[1]) channels, or an "
          + "output_shape",
        "state padding and output_padding")
    }
    let outputs = perGroup * groups
    cost.layers = nil
    var shape = [outputs]
    for axis in 0..<2 {
      let span = (kernel[axis] - 1) * window.dilation[axis] + 1
      shape.append(
        (size[axis] - 1) * window.stride[axis] + span + extra[axis] - window.padding[axis] - window.padding[2 + axis])
    }
    guard shape.allSatisfy({ $0 > 0 }) else { throw misuse("its output is empty", "pad less") }
    try check(shape)
    let source = weights.floats
    let map: LinearMap
    if window.stride == [1, 1] && extra == [0, 0] {
      map = LinearMap(
        turned(source, weights.shape, groups, window), of: Array(value.shape.dropFirst()))
      if case .convolution(let c) = map.kind { cost.multiplyAccumulates += Int(c.products(from: map.inShape)) }
    } else {
      let (rows, columns) = (shape.reduce(1, *), value.count)
      try checkWeights(rows, columns, node: merging)
      var matrix = [Float](repeating: 0, count: rows * columns)
      for i in 0..<inputs {
        for o in 0..<perGroup {
          let output = i / (inputs / groups) * perGroup + o
          for y in 0..<(size[0] * kernel[0]) {
            let row = y / kernel[0] * window.stride[0] + y % kernel[0] * window.dilation[0] - window.padding[0]
            guard row >= 0 && row < shape[1] else { continue }
            for x in 0..<(size[1] * kernel[1]) {
              let column = x / kernel[1] * window.stride[1] + x % kernel[1] * window.dilation[1] - window.padding[1]
              guard column >= 0 && column < shape[2] else { continue }
              let weight = source[((i * perGroup + o) * kernel[0] + y % kernel[0]) * kernel[1] + x % kernel[1]]
              let target = (output * shape[1] + row) * shape[2] + column
              matrix[target * columns + (i * size[0] + y / kernel[0]) * size[1] + x / kernel[1]] += weight
              cost.multiplyAccumulates += 1
            }
          }
        }
      }
      map = LinearMap(kind: .dense(matrix), inShape: Array(value.shape.dropFirst()), outShape: shape)
    }
    value.parts = try linear(map, &value)
    value.shape = [1] + shape
    if node.input(2) != nil {
      guard let bias = node.constant(2), bias.count == outputs else {
        throw misuse("has a bias that does not fit \(outputs) channels", "export the model again")
      }
      try shift(&value, .channel(bias.floats.map { Double($0) }))
    }
    value.nameHint = Canonicaliser.layerName(node: node, weight: origin(1))
    record("ConvTranspose \(shapeText(kernel)) stride \(shapeText(window.stride))", &value, role: "weights of")
  }

  /// A transposed convolution of stride 1: the kernel turned round.
  private func turned(_ weights: [Float], _ shape: [Int], _ groups: Int, _ window: SlidingWindow) -> Convolution {
    let (inputs, outputs, taps) = (shape[0] / groups, shape[1], shape[2] * shape[3])
    var result = Convolution(
      weights: weights, shape: [outputs * groups, inputs, shape[2], shape[3]], dilation: window.dilation,
      groups: groups)
    for side in 0..<4 {
      result.padding[side] = (shape[2 + side % 2] - 1) * window.dilation[side % 2] - window.padding[side]
    }
    for group in 0..<groups {
      for i in 0..<inputs {
        for o in 0..<outputs {
          for tap in 0..<taps {
            result.weights[((group * outputs + o) * inputs + i) * taps + taps - 1 - tap] =
              weights[((group * inputs + i) * outputs + o) * taps + tap]
          }
        }
      }
    }
    return result
  }

  /// Resize and Upsample, nearest and linear: a matrix.
  mutating func resize(_ value: inout DataValue) throws(ImportError) {
    try image(&value)
    let mode = node.text("mode") ?? "nearest"
    let place = node.operation == "Upsample" || graph.opset < 11 ? 1 : 2
    let scales = (node.constant(place)?.floats ?? node.attribute("scales")?.floats ?? []).map { Double($0) }
    let sizes = node.constant(3)?.integers
    let old = Array(value.shape[1...])
    guard mode == "nearest" || mode == "linear", node.integers("axes") == nil, node.integer("antialias") ?? 0 == 0,
      sizes?.count == 4 || (scales.count == 4 && scales[0] == 1 && scales[1] == 1)
    else {
      throw misuse("resizes by '\(printable(mode))'", "use nearest or bilinear interpolation of height and width")
    }
    var shape = [old[0]]
    var axes: [[[(place: Int, weight: Double)]]] = []
    for axis in 0..<2 {
      let size = Double(old[1 + axis])
      let target = sizes.map { Double($0[2 + axis]) } ?? (size * scales[2 + axis]).rounded(.down)
      guard target >= 1, target <= 65536 else { throw misuse("its output is empty", "check its scales") }
      let scale = sizes == nil ? scales[2 + axis] : target / size
      shape.append(Int(target))
      axes.append(try resized(old[1 + axis], Int(target), scale, isLinear: mode == "linear"))
    }
    try check(shape)
    let (rows, columns) = (shape.reduce(1, *), value.count)
    try checkWeights(rows, columns, node: merging)
    var matrix = [Float](repeating: 0, count: rows * columns)
    for c in 0..<shape[0] {
      for (y, vertical) in axes[0].enumerated() {
        for (x, horizontal) in axes[1].enumerated() {
          let start = ((c * shape[1] + y) * shape[2] + x) * columns
          for row in vertical {
            for column in horizontal {
              matrix[start + (c * old[1] + row.place) * old[2] + column.place] += Float(row.weight * column.weight)
            }
          }
        }
      }
    }
    value.parts = try linear(LinearMap(kind: .dense(matrix), inShape: old, outShape: shape), &value)
    value.shape = [1] + shape
    record("\(node.operation) to \(shapeText(shape))", &value, role: "connection into")
  }

  /// What each output of one axis takes: places and weights.
  private func resized(
    _ size: Int, _ target: Int, _ scale: Double, isLinear: Bool
  ) throws(ImportError) -> [[(place: Int, weight: Double)]] {
    let rule = node.text("coordinate_transformation_mode") ?? (graph.opset < 11 ? "asymmetric" : "half_pixel")
    let rounding = node.text("nearest_mode") ?? (graph.opset < 11 ? "floor" : "round_prefer_floor")
    if rule == "align_corners", scale * Double(size) != Double(target) {
      throw misuse("aligns the corners of a size that is no whole number", "give the output's size instead of scales")
    }
    var result: [[(place: Int, weight: Double)]] = []
    for output in 0..<target {
      let x: Double
      switch rule {
      case "half_pixel": x = (Double(output) + 0.5) / scale - 0.5
      case "pytorch_half_pixel": x = target > 1 ? (Double(output) + 0.5) / scale - 0.5 : 0
      case "asymmetric": x = Double(output) / scale
      case "align_corners": x = target > 1 ? Double(output) * Double(size - 1) / Double(target - 1) : 0
      default: throw misuse("places pixels by '\(printable(rule))'", "use half_pixel, asymmetric or align_corners")
      }
      func place(_ value: Double) -> Int { Int(min(max(value, 0), Double(size - 1))) }
      if isLinear {
        let low = min(max(x, 0), Double(size - 1))
        let share = low - low.rounded(.down)
        result.append([(place(low.rounded(.down)), 1 - share), (place(low.rounded(.down) + 1), share)])
        continue
      }
      let rounded: Double
      switch rounding {
      case "floor": rounded = x.rounded(.down)
      case "ceil": rounded = x.rounded(.up)
      case "round_prefer_floor": rounded = (x - 0.5).rounded(.up)
      case "round_prefer_ceil": rounded = (x + 0.5).rounded(.down)
      default: throw misuse("rounds by '\(printable(rounding))'", "use floor or round_prefer_floor")
      }
      result.append([(place(rounded), 1)])
    }
    return result
  }

  /// DepthToSpace and SpaceToDepth: another order of the elements.
  mutating func rearrange(_ value: inout DataValue) throws(ImportError) {
    let block = node.integer("blocksize") ?? 0
    guard value.shape.count == 4, value.shape[0] == 1, (1...4096).contains(block) else {
      throw misuse("has blocksize \(block) for \(shapeText(value.shape))", "use nn.PixelShuffle")
    }
    let (c, h, w) = (value.shape[1], value.shape[2], value.shape[3])
    let (split, order, shape): ([Int], [Int], [Int])
    if node.operation == "DepthToSpace" {
      guard c % (block * block) == 0 else { throw misuse("has \(c) channels", "use a multiple of blocksize squared") }
      let own = c / (block * block)
      let isPlain = (node.text("mode") ?? "DCR") == "DCR"
      split = isPlain ? [1, block, block, own, h, w] : [1, own, block, block, h, w]
      order = isPlain ? [0, 3, 4, 1, 5, 2] : [0, 1, 4, 2, 5, 3]
      shape = [1, own, h * block, w * block]
    } else {
      guard h % block == 0, w % block == 0 else { throw misuse("has \(h)x\(w) pixels", "use multiples of blocksize") }
      split = [1, c, h / block, block, w / block, block]
      order = (node.text("mode") ?? "DCR") == "DCR" ? [0, 3, 5, 1, 2, 4] : [0, 1, 3, 5, 2, 4]
      shape = [1, c * block * block, h / block, w / block]
    }
    guard let (_, map) = ConstantFolder.transpose(split, order) else { return }
    let before = value.order
    value.order = map.map { before?[$0] ?? $0 }
    value.shape = shape
    record("\(node.operation) by \(block)", &value, role: "order of the weights", waits: false)
  }
}
