import ChipModel

/// What dense delivery of a convolution reads: a byte for each source channel and pixel, in a map with the convolution's
/// border, against the weights of four source channels side by side.
///
/// Bytes are 0...127: payloads plus an offset, whose products with the weights the sums start without.
///
/// A class, so that a map in memory is known to be of it.
final class DenseRoute: Sendable {
  let kind: DenseKind
  /// Where in the map a source pixel's channels start; for pixels outside every pooling window, behind it.
  let places: [UInt32]
  /// Where pixels share bytes: those of each cell of the map, and where its channels start.
  let cells: Cells?
  let mapBytes: Int
  /// Target pixels, those of a line, where their sources start, and what each tap (of matrices: 64 sources) adds to that.
  let positions: Int
  let lineWidth: Int
  let bases: [UInt32]
  let offsets: [UInt32]
  let quads: Int
  /// From a position's sources to those of the next in its line.
  let positionBytes: Int
  /// Vectors of 16 bytes that a source pixel's channels begin in; the last may reach into the next pixel's.
  let words: Int
  /// Whether it does: pixels are written in their order, then.
  let overlaps: Bool
  /// Blocks of 16 targets, and accumulators of a target pixel.
  let blocks: Int
  let padded: Int
  /// Bytes as ``ck_dense`` or ``ck_tiles`` has them, two a lane.
  let weights: LaneBuffer
  /// Where bits of several steps are looked up.
  let lookUps: LookUps?
  /// Sum of each target channel's weights, 16 a block.
  let weightSums: [Int32]
  /// As of ``StoredWeights``; weights and look-ups are without the shifts that these stand for.
  let factors: [Int16]
  /// Source pixels that share a byte.
  let pixelsPerByte: Int

  /// Pixels of cells, row by row.
  struct Cells: Sendable {
    var starts: [UInt32] = [0]
    var members: [UInt32] = []
    var places: [UInt32] = []
  }

  /// Larger maps are never worth it, and their border may be anything that a file says.
  private static let mostBytes = 16 << 20

  /// Weights of a dense layer that are stored once more.
  private static let mostDenseWeights = 4 << 20

  /// What the kernel sees: a dense layer is a convolution whose one window is all of its source. Nil for what is neither such
  /// a layer nor a convolution of one group.
  static func geometry(_ projection: Projection, source: MapShape, target: MapShape) -> ConvolutionGeometry? {
    if let window = projection.window { return window.groups == 1 ? window : nil }
    let (weights, overflow) = source.count.multipliedReportingOverflow(by: target.count)
    guard projection.kind.traits.isFull, target.pixels == 1, !overflow, weights <= mostDenseWeights else { return nil }
    return ConvolutionGeometry(kernelY: source.height, kernelX: source.width)
  }

  /// Nil where 8 bits do not hold the weights.
  ///
  /// - Parameters:
  ///   - source: the map that the kernel runs over: pooled where cells are given.
  ///   - cellOf: the pooled pixel of each pixel of a train; nil: trains are over `source`.
  ///   - looksUp: whether 16 bits hold the sums of bits, before factors or modulo what the accumulators hold.
  init?(
    _ projection: Projection, _ geometry: ConvolutionGeometry, _ tensor: WeightTensor, source: MapShape, target: MapShape,
    cellOf: [UInt32]?, looksUp: Bool = false, kind: DenseKind
  ) {
    let (rows, columns) = (geometry.rowAxis, geometry.columnAxis)
    padded = PaddedChannels.count(target.channels)
    guard let factors = StoredWeights.factors(projection, tensor, padded: padded) else { return nil }
    self.factors = factors
    self.kind = kind
    quads = (source.channels + 3) / 4
    blocks = (target.channels + 15) / 16
    positions = target.pixels
    lineWidth = target.width
    words = (source.channels + 15) / 16
    // A matrix reads pixels that adjoin as one; the others read four channels at once.
    let channels = kind == .amx ? source.channels : words * 16
    overlaps = channels < words * 16
    let height = rows.span(over: source.height, windows: target.height)
    let width = columns.span(over: source.width, windows: target.width)
    let (area, overflow) = height.multipliedReportingOverflow(by: width)
    guard !overflow, area <= DenseRoute.mostBytes / channels else { return nil }
    positionBytes = columns.stride * channels
    // Matrices are read whole, behind the last position too; an odd number of cache lines, so that the maps of 16 steps do
    // not share the same few places of the nearest cache.
    let (reach, wraps) = positionBytes.multipliedReportingOverflow(by: 16)
    guard !wraps, reach <= DenseRoute.mostBytes else { return nil }
    let bytes = area * channels + words * 16 + (kind == .amx ? reach + 64 : 0)
    mapBytes = (bytes + 63) / 64 * 64 + (bytes + 63) / 64 % 2 * 64 + 64
    func place(_ y: Int, _ x: Int) -> UInt32 { UInt32(truncatingIfNeeded: (y * width + x) * channels) }
    bases = (0..<target.pixels).map {
      place($0 / target.width * rows.stride, $0 % target.width * columns.stride)
    }
    let places = (0..<(rows.kernel * columns.kernel)).map {
      place($0 / columns.kernel * rows.dilation, $0 % columns.kernel * columns.dilation)
    }
    let pixels = (0..<source.pixels).map { place($0 / source.width + rows.before, $0 % source.width + columns.before) }
    let outside = place(height, 0)
    self.places = cellOf.map { $0.map { $0 == UInt32.max ? outside : pixels[Int($0)] } } ?? pixels
    var members = [[UInt32]](repeating: [], count: cellOf == nil ? 0 : source.pixels)
    for (pixel, cell) in (cellOf ?? []).enumerated() where cell != UInt32.max { members[Int(cell)].append(UInt32(pixel)) }
    pixelsPerByte = max(1, members.map(\.count).max() ?? 1)
    // Spikes that only bits hold are delivered densely or not at all: their bytes must fit.
    guard pixelsPerByte <= 127 else { return nil }
    var cells = Cells(places: pixels)
    for cell in members {
      cells.members += cell
      cells.starts.append(UInt32(cells.members.count))
    }
    self.cells = cellOf == nil ? nil : cells

    // The sources of a target in the order of their bytes; nil: of none.
    let taps = places.count
    var order: [(tap: Int, source: Int)?] = []
    if kind == .amx {
      // Channels of taps that adjoin in a line are read as one.
      let adjoining = columns.dilation == 1 ? columns.kernel : 1
      var offsets: [UInt32] = []
      for first in stride(from: 0, to: taps, by: adjoining) {
        for byte in stride(from: 0, to: adjoining * channels, by: 64) {
          offsets.append(places[first] + UInt32(truncatingIfNeeded: byte))
          for at in byte..<(byte + 64) {
            let isSource = at < adjoining * channels && at % channels < source.channels
            order.append(isSource ? (first + at / channels, at % channels) : nil)
          }
        }
      }
      self.offsets = offsets
    } else {
      offsets = places
      for tap in 0..<taps { for at in 0..<(quads * 4) { order.append(at < source.channels ? (tap, at) : nil) } }
    }
    var packed = [UInt8](repeating: 0, count: blocks * order.count * 16)
    var sums = [Int32](repeating: 0, count: blocks * 16)
    func pack<T: FixedWidthInteger>(_ values: [T]) {
      for channel in 0..<target.channels {
        let shift = factors.isEmpty ? projection.shift(channel: channel) : 0
        let first = channel * source.channels
        for (index, place) in order.enumerated() {
          guard let place else { continue }
          let weight = Int(values[(first + place.source) * taps + place.tap]) << shift
          let at = ((channel / 16 * order.count + index) / 4 * 16 + channel % 16) * 4 + index % 4
          packed[at] = UInt8(truncatingIfNeeded: weight)
          sums[channel] &+= Int32(truncatingIfNeeded: weight)
        }
      }
    }
    switch tensor.storage {
    case .int8(let values): pack(values)
    case .int16(let values): pack(values)
    }
    weights = LaneBuffer(bytes: packed)
    lookUps =
      looksUp && cellOf == nil && (kind == .tables || kind == .swift)
      ? LookUps(packed, geometry, source: source, target: target, cells: (width, height)) : nil
    weightSums = sums
  }

  /// What a sample's spikes need to be bytes.
  final class Bytes: Sendable {
    let route: DenseRoute
    /// Of a neuron without spikes.
    let offset: UInt8
    let starts: [Int32]
    private let isBits: Bool

    /// What looks so many steps up at once; nil: nothing.
    func lookUps(steps: Int) -> LookUps? { isBits && LookUps.steps.contains(steps) ? route.lookUps : nil }

    /// Nil where payloads do not fit.
    ///
    /// - Parameter copies: spikes that a neuron may send in a step.
    init?(_ route: DenseRoute, _ train: SpikeTrain, copies: Int) {
      self.route = route
      let payloads = train.payloadRange
      let most = Int64(route.pixelsPerByte * copies)
      let (low, high) = (payloads.lowerBound * most, payloads.upperBound * most)
      guard high - low <= 127 else { return nil }
      offset = UInt8(truncatingIfNeeded: -low)
      isBits = train.maskWords > 0 && low == 0
      starts = route.weightSums.map { $0 &* Int32(truncatingIfNeeded: low) }
    }
  }
}

extension WindowAxis {
  /// Positions from the first of the border to the last that is read, saturated.
  fileprivate func span(over size: Int, windows: Int) -> Int {
    func saturated(_ a: Int, times b: Int, plus c: Int) -> Int {
      let (product, wraps) = a.multipliedReportingOverflow(by: b)
      let (sum, overflows) = product.addingReportingOverflow(c)
      return wraps || overflows ? Int.max : sum
    }
    let reach = saturated(kernel - 1, times: dilation, plus: 1)
    return max(saturated(1, times: before, plus: size), saturated(windows - 1, times: stride, plus: reach))
  }
}
