import ChipModel

/// Maps that are a sliding window but for some rows and columns at the border: average pooling whose divisor is the
/// number of values in the window, padding with what is at the border.
///
/// The window is a connection. What the border's rows, columns and corners have beyond it comes from neurons of their
/// own, one row, column or corner each, which the reader takes between zeros.
extension Canonicaliser {
  /// One axis of such a map.
  struct BorderAxis {
    /// Kernel, stride and padding of the window.
    var kernel: [Float]
    var stride = 1
    var before: Int
    var after: Int
    /// Beyond the window: an output, the first input it reads, weights from there on.
    var beyond: [(output: Int, first: Int, weights: [Float])]
  }

  /// Most of these maps that are spelled as a matrix: elements.
  private static let smallMatrix = 1 << 12
  /// Most rows, columns and corners.
  private static let mostStrips = 64

  /// A pooling whose divisor is the number of values in the window.
  mutating func unevenAverage(
    _ part: AffinePart, _ window: SlidingWindow, countsPadding: Bool, of value: inout DataValue
  ) throws(ImportError) -> AffinePart {
    let padding = window.fullPadding
    var axes: [BorderAxis] = []
    for axis in 0..<2 {
      let (size, kernel, stride) = (part.shape[1 + axis], window.kernel[axis], window.stride[axis])
      let outputs = windowCount(
        size, kernel: kernel, stride: stride, before: padding[axis], after: padding[2 + axis])
      let share = 1 / Float(kernel)
      var own = BorderAxis(
        kernel: [Float](repeating: share, count: kernel), stride: stride, before: padding[axis],
        after: padding[2 + axis], beyond: [])
      for output in 0..<outputs {
        let start = output * stride - padding[axis]
        let low = min(max(start, 0), size)
        let high = max(min(start + kernel, size), low)
        let end = min(start + kernel, size + window.padding[2 + axis])
        let divisor = countsPadding ? max(end - start, 1) : max(high - low, 1)
        if divisor == kernel || high == low { continue }
        own.beyond.append((output, low, [Float](repeating: 1 / Float(divisor) - share, count: high - low)))
        guard own.beyond.count <= Self.mostStrips else { throw tooManyStrips }
      }
      axes.append(own)
    }
    let pool = NetworkPool(kind: .average, kernel: window.kernel, stride: window.stride, padding: padding)
    return try bordered(part, axes, pool: pool, of: &value)
  }

  /// Pads images with their own values: mirrored at the border, or the border's.
  mutating func padWithBorder(_ value: inout DataValue, _ around: [Int], isEdge: Bool) throws(ImportError) {
    var shape = value.shape
    for index in value.parts.indices {
      let part = try affine(value.parts[index], entries: value.entries)
      var axes: [BorderAxis] = []
      for axis in 0..<2 {
        let (size, before, after) = (part.shape[1 + axis], around[axis], around[2 + axis])
        guard before >= 0, after >= 0, isEdge || max(before, after) < size else {
          throw misuse("mirrors more than there is", "pad less than height and width")
        }
        let outputs = Array(0..<before) + Array((before + size)..<(before + size + after))
        axes.append(
          BorderAxis(
            kernel: [1], before: before, after: after,
            beyond: outputs.map { output in
              let place = output - before
              let mirrored = place < 0 ? -place : 2 * (size - 1) - place
              return (output, isEdge ? min(max(place, 0), size - 1) : mirrored, [1])
            }))
      }
      value.parts[index] = try bordered(part, axes, of: &value)
      shape = [1, shape[1]] + value.parts[index].shape.dropFirst()
    }
    value.shape = shape
  }

  /// The product of two such axes on every channel.
  ///
  /// - Parameter pool: the window, where it is a pooling.
  private mutating func bordered(
    _ given: AffinePart, _ axes: [BorderAxis], pool: NetworkPool? = nil, of value: inout DataValue
  ) throws(ImportError) -> AffinePart {
    let channels = given.shape[0]
    let area = axes[0].kernel.count.multipliedReportingOverflow(by: axes[1].kernel.count)
    try checkWeights(channels, area.overflow ? Int.max : area.partialValue, node: merging)
    let window = Convolution(
      weights: axes[0].kernel.flatMap { y in axes[1].kernel.map { y * $0 } },
      shape: [1, 1, axes[0].kernel.count, axes[1].kernel.count], stride: axes.map(\.stride),
      padding: [axes[0].before, axes[1].before, axes[0].after, axes[1].after])
    let regular = LinearMap(window.onEach(channels), of: given.shape)
    try check(regular.outShape)
    let strips = (1 + axes[0].beyond.count) * (1 + axes[1].beyond.count) - 1
    let (rows, columns) = (regular.outCount, given.outputCount)
    if rows.multipliedReportingOverflow(by: columns).overflow == false, rows * columns <= Self.smallMatrix {
      var sum = try regular.unrolled(node: merging)
      for (y, x) in Self.pairs(axes) {
        let strip = LinearMap(Self.strip(y, x, axes, given.shape).onEach(channels), of: given.shape)
        let placed = LinearMap(
          Self.place(y, x, axes, regular.outShape, from: given.shape).onEach(channels), of: strip.outShape)
        let matrix = try strip.unrolled(node: merging).then(placed, node: merging).unrolled(node: merging)
        guard case .dense(let more) = matrix.kind, case .dense(let own) = sum.kind else { continue }
        sum.kind = .dense(zip(own, more).map { $0 + $1 })
      }
      return try apply(sum, to: given, of: &value)
    }
    guard strips <= Self.mostStrips else { throw tooManyStrips }
    var part = given
    if let reason = excess(of: regular, after: part) { part = try relay(part, of: &value, because: reason) }
    var result: AffinePart
    if let pool { result = try average(part, pool, of: &value) } else { result = try product(regular, part) }
    for (y, x) in Self.pairs(axes) {
      let strip = LinearMap(Self.strip(y, x, axes, part.shape).onEach(channels), of: part.shape)
      let border = try relayed(try product(strip, part), hint: relayHint(value), entries: value.entries)
      let placed = LinearMap(
        Self.place(y, x, axes, regular.outShape, from: given.shape).onEach(channels), of: border.shape)
      try result.add(try product(placed, border), node: merging)
    }
    if strips > 0 {
      notes.append(
        "'\(printable(node.label))' is a window with \(strips) rows, columns and corners of relay neurons at the "
          + "border")
    }
    return result
  }

  private var tooManyStrips: ImportError {
    misuse(
      "has more than \(Self.mostStrips) rows, columns and corners at the border that differ from its inside",
      "pad with zeros, or use a smaller kernel")
  }

  /// What differs from the window: rows (with the window along columns), columns, corners. Nil: the window.
  private static func pairs(_ axes: [BorderAxis]) -> [(y: Int?, x: Int?)] {
    let rows = [nil] + axes[0].beyond.indices.map { Optional($0) }
    let columns = [nil] + axes[1].beyond.indices.map { Optional($0) }
    return rows.flatMap { y in columns.map { (y, $0) } }.filter { $0.y != nil || $0.x != nil }
  }

  /// A strip behind the middle has two windows: the first sees padding alone and gives zeros, the second is the strip.
  /// So no taps of weight zero have to reach over what is before it.
  private static func isSecond(_ row: (output: Int, first: Int, weights: [Float]), _ size: Int) -> Bool {
    row.output > 0 && row.first > 0 && 2 * (row.first + row.weights.count) > size
  }

  /// One row, column or corner as a convolution of one channel.
  private static func strip(_ y: Int?, _ x: Int?, _ axes: [BorderAxis], _ shape: [Int]) -> Convolution {
    var result = Convolution(weights: [], shape: [1, 1, 1, 1])
    var kernels: [[Float]] = []
    for (axis, chosen) in [y, x].enumerated() {
      let (own, size) = (axes[axis], shape[1 + axis])
      guard let chosen else {
        kernels.append(own.kernel)
        (result.stride[axis], result.padding[axis], result.padding[2 + axis]) = (own.stride, own.before, own.after)
        continue
      }
      let row = own.beyond[chosen]
      let end = row.first + row.weights.count
      kernels.append(row.weights)
      if Self.isSecond(row, size) {
        (result.stride[axis], result.padding[axis]) = (end, row.weights.count)
      } else {
        (result.stride[axis], result.padding[axis]) = (size, -row.first)
      }
    }
    result.shape = [1, 1, kernels[0].count, kernels[1].count]
    result.weights = kernels[0].flatMap { y in kernels[1].map { y * $0 } }
    return result
  }

  /// Puts a row, column or corner between zeros at its place.
  private static func place(
    _ y: Int?, _ x: Int?, _ axes: [BorderAxis], _ shape: [Int], from source: [Int]
  ) -> Convolution {
    var result = Convolution(weights: [1], shape: [1, 1, 1, 1])
    for (axis, chosen) in [y, x].enumerated() {
      guard let chosen else { continue }
      let row = axes[axis].beyond[chosen]
      let before = Self.isSecond(row, source[1 + axis]) ? row.output - 1 : row.output
      (result.padding[axis], result.padding[2 + axis]) = (before, shape[1 + axis] - 1 - row.output)
    }
    return result
  }
}
