import ChipModel
import Dispatch
import Runtime
internal import CKernels

/// A layer made ready to run on a block of 16 samples: biases, what its connections add, and its clip, band by band of
/// output rows, so that a band stays in the cache until it is complete. Bands may run at once; no sum depends on them.
struct LaneLayer: Sendable {
  enum Part: Sendable {
    case convolution(LaneConvolution)
    case dense(PackedRows)
    /// Factors: none, one, or one a channel.
    case identity([Float])
  }

  /// Channels, and rows and columns of each.
  let channels: Int
  let rows: Int
  let columns: Int
  /// One a channel, or one a neuron.
  private let bias: [Float]
  let parts: [Part]
  /// Rows of a band.
  private let band: Int

  init(_ layer: AnalogLayer, _ network: AnalogNetwork) {
    let count = layer.count
    channels = layer.channels
    parts = layer.connections.map { connection in
      let w = connection.weightShape
      switch connection.kind {
      case .identity: return .identity(connection.weights)
      case .dense: return .dense(PackedRows(weights: connection.weights, groups: 1, rows: w[0], taps: w[1]))
      case .convolution:
        return .convolution(
          LaneConvolution(
            PackedRows(
              weights: connection.weights, groups: connection.groups, rows: w[0] / connection.groups,
              taps: w[1] * w[2] * w[3]),
            LaneGeometry(
              input: network.pooledShape(connection), output: layer.shape, kernel: Array(w[2...]),
              stride: connection.stride, padding: Array(connection.padding[..<2]), dilation: connection.dilation,
              groups: connection.groups)))
      }
    }
    rows = layer.shape.count == 3 ? layer.shape[1] : 1
    columns = channels * rows == 0 ? 0 : count / channels / rows
    bias = layer.bias ?? [Float](repeating: 0, count: channels)
    let tiles = parts.compactMap { part in
      if case .convolution(let convolution) = part { convolution.tile.rows } else { nil }
    }
    // A dense part runs at once; identities alone take some 4,096 positions.
    let isDense = parts.contains { if case .dense = $0 { true } else { false } }
    band = max(1, isDense ? rows : tiles.max() ?? (4_096 / max(1, columns)))
  }

  var count: Int { channels * rows * columns }

  /// Sums of the layer, neuron by neuron.
  ///
  /// - Parameters:
  ///   - sources: what each connection's weights read.
  ///   - sums: `count` values, which are overwritten.
  ///   - cut: sums become `min(max(sum, 0), cut)`; nil: they stay.
  ///   - threads: at most this many run at once.
  func run(
    _ sources: [[Lanes]], into sums: inout [Lanes], cut: Float? = nil, threads: Int = 1, level: KernelLevel = .best
  ) {
    precondition(sums.count == count && sources.count == parts.count && (bias.count == channels || bias.count == count))
    for (part, source) in zip(parts, sources) {
      switch part {
      case .convolution(let convolution): precondition(convolution.fits(input: source.count, output: count))
      case .dense(let weights): precondition(source.count == weights.taps && count == weights.rows)
      case .identity(let factors):
        precondition(source.count == count && (factors.count < 2 || factors.count == channels))
      }
    }
    guard count > 0 else { return }
    let bands = (rows + band - 1) / band
    let workers = max(1, min(threads, bands))
    let panelSize = parts.reduce(1) { size, part in
      if case .convolution(let convolution) = part { max(size, convolution.panelSize) } else { size }
    }
    unsafe sums.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      // Each band writes rows of its own.
      nonisolated(unsafe) let y = unsafe UnsafeMutableRawPointer(base).assumingMemoryBound(to: Float.self)
      unsafe Self.withFloats(sources[...], []) { found in
        nonisolated(unsafe) let x = unsafe found
        unsafe bias.withUnsafeBufferPointer { bias in
          nonisolated(unsafe) let bias = unsafe bias
          @Sendable func work(_ worker: Int) {
            unsafe withUnsafeTemporaryAllocation(of: Float.self, capacity: panelSize) { panel in
              guard let panel = panel.baseAddress else { return }
              for index in stride(from: worker, to: bands, by: workers) {
                unsafe run((index * band)..<min(rows, (index + 1) * band), x, y, bias, panel, cut, level)
              }
            }
          }
          if workers == 1 { work(0) } else { DispatchQueue.concurrentPerform(iterations: workers, execute: work) }
        }
      }
    }
  }

  /// One band.
  private func run(
    _ band: Range<Int>, _ sources: [UnsafePointer<Float>], _ y: UnsafeMutablePointer<Float>,
    _ bias: UnsafeBufferPointer<Float>, _ panel: UnsafeMutablePointer<Float>, _ cut: Float?, _ level: KernelLevel
  ) {
    // The first part adds to the bias itself where it has one a row of weights.
    var start: UnsafePointer<Float>?
    switch parts.first {
    case .convolution where bias.count == channels, .dense where bias.count == count: unsafe start = bias.baseAddress
    default: unsafe fill(band, y, bias)
    }
    for (index, part) in parts.enumerated() {
      let cut = index == parts.count - 1 ? cut : nil
      switch part {
      case .convolution(let convolution):
        unsafe convolution.run(band, sources[index], y, panel: panel, bias: start, cut: cut, level)
      case .dense(let weights):
        let offsets = (0..<weights.taps).map { $0 * 16 }
        unsafe Products(weights, offsets: offsets, step: 16, rowStride: 16, count: 1, cut: cut).add(
          sources[index], y, start, runs: [(0, 0)], level)
      case .identity(let factors):
        for channel in 0..<channels {
          let place = (channel * rows + band.lowerBound) * columns * 16
          let factor = factors.isEmpty ? 1 : factors[factors.count == 1 ? 0 : channel]
          unsafe addScaled(sources[index] + place, y + place, band.count * columns, factor, cut, level)
        }
      }
      unsafe start = nil
    }
    if parts.isEmpty, let cut { // Nothing but a bias.
      for channel in 0..<channels {
        unsafe addScaled(y, y + (channel * rows + band.lowerBound) * columns * 16, band.count * columns, 0, cut, level)
      }
    }
  }

  /// Biases into a band.
  private func fill(_ band: Range<Int>, _ y: UnsafeMutablePointer<Float>, _ bias: UnsafeBufferPointer<Float>) {
    for channel in 0..<channels {
      let places = ((channel * rows + band.lowerBound) * columns)..<((channel * rows + band.upperBound) * columns)
      if bias.count == channels {
        unsafe (y + places.lowerBound * 16).update(repeating: bias[channel], count: places.count * 16)
      } else {
        for place in places { unsafe (y + place * 16).update(repeating: bias[place], count: 16) }
      }
    }
  }

  /// Calls `body` with where the values of some arrays lie.
  private static func withFloats(
    _ arrays: ArraySlice<[Lanes]>, _ found: [UnsafePointer<Float>], _ body: ([UnsafePointer<Float>]) -> Void
  ) {
    guard let first = arrays.first else { return unsafe body(found) }
    unsafe first.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      unsafe withFloats(arrays.dropFirst(), found + [base.assumingMemoryBound(to: Float.self)], body)
    }
  }
}
