import ChipModel
internal import CKernels

/// Adds whole steps densely: their spikes become bytes, and every target sums all of its sources by dot products. The same
/// sums as ``Deliver``, whatever the activity costs.
struct DeliverDense: Sendable {
  /// A map a step.
  private var maps: [UInt8] = []
  /// Where the first begins: with a cache line.
  private var start = 0
  /// Whose the maps are, where their borders still are what they were, and how many.
  private var owner: DenseRoute?
  private var prepared = 0

  /// Maps of several steps take no more together.
  private static let mostBytes = 4 << 20

  /// Steps of a route whose maps may be filled at once.
  static func most(_ route: DenseRoute) -> Int { max(1, mostBytes / route.mapBytes) }

  /// What is delivered of the maps that are filled.
  struct Part {
    /// Steps: the first one's map, and how many.
    var first = 0
    var steps = 1
    /// Target pixels, lines where there is one step.
    var positions: Range<Int>
    /// Lanes from step to step.
    var apart = 0
  }

  /// Adds a part of the filled maps to lanes that are proven to hold the sums.
  func deliver(_ part: Part, _ bytes: DenseRoute.Bytes, into lanes: Lanes) {
    let start = lanes.start
    if lanes.isNarrow {
      guard let out = unsafe lanes.sums.narrow.baseAddress.map({ unsafe $0 + start }) else { return }
      unsafe forEachCall(part, bytes, twin: { unsafe out[$0] &+= Int16(truncatingIfNeeded: $1) }, dense: { at, dense in
        unsafe ck_dense_deliver(bytes.route.kind.rawValue, dense, out + at, 16)
      }, tiles: { at, tiles in unsafe ck_tiles_deliver(tiles, out + at, 16) })
    } else {
      guard let out = unsafe lanes.sums.wide.baseAddress.map({ unsafe $0 + start }) else { return }
      unsafe forEachCall(part, bytes, twin: { unsafe out[$0] &+= $1 }, dense: { at, dense in
        unsafe ck_dense_deliver(bytes.route.kind.rawValue, dense, out + at, 32)
      }, tiles: { at, tiles in unsafe ck_tiles_deliver(tiles, out + at, 32) })
    }
  }

  /// Calls a kernel for each step, or where rows of matrices are steps for all of them, with its first accumulator.
  @inline(__always)
  private func forEachCall(
    _ part: Part, _ bytes: DenseRoute.Bytes, twin: (Int, Int32) -> Void,
    dense: (Int, UnsafePointer<ck_dense>) -> Void, tiles: (Int, UnsafePointer<ck_tiles>) -> Void
  ) {
    let route = bytes.route
    let isMatrix = route.kind == .amx
    // Whichever fills more rows.
    if isMatrix, part.steps > 1, part.steps >= min(16, route.lineWidth) {
      for step in stride(from: 0, to: part.steps, by: 16) {
        unsafe withTiles(part, step, bytes, rows: min(16, part.steps - step)) { unsafe tiles(step * part.apart, $0) }
      }
      return
    }
    for step in 0..<part.steps {
      let start = step * part.apart
      if isMatrix {
        unsafe withTiles(part, step, bytes, rows: 1) { unsafe tiles(start, $0) }
      } else {
        unsafe withAddresses(part, step, bytes) { addresses in
          if route.kind == .swift {
            unsafe DeliverDense.forEachSum(addresses.pointee) { at, sum in twin(start + at, sum) }
          } else {
            unsafe dense(start, addresses)
          }
        }
      }
    }
  }

  /// Fills a map with each step's spikes, on as many threads as are free.
  mutating func fill(
    _ train: SpikeTrain, _ steps: Range<Int>, _ bytes: DenseRoute.Bytes, _ level: KernelLevel, _ team: WorkTeam = .alone
  ) {
    let route = bytes.route
    if maps.count < steps.count * route.mapBytes + 64 {
      maps = [UInt8](repeating: 0, count: steps.count * route.mapBytes + 64)
      start = unsafe maps.withUnsafeBufferPointer { (64 - Int(bitPattern: $0.baseAddress) % 64) % 64 }
      owner = nil
    }
    // Bits say all neurons, so what is around them stays.
    let writesAll = train.maskWords > 0
    let isPrepared = writesAll && owner === route && steps.count <= prepared
    if !isPrepared { (owner, prepared) = (writesAll ? route : nil, steps.count) }
    let start = start
    unsafe maps.withUnsafeMutableBufferPointer { maps in
      guard let first = unsafe maps.baseAddress.map({ unsafe $0 + start }) else { return }
      let filling = unsafe Filling(
        first: first, steps: steps, train: train, bytes: bytes, level: level, isPrepared: isPrepared)
      _ = team.sum(steps.count) { index, _ in
        filling.begin(index)
        return 0
      }
      if filling.isWrittenByStep { return }
      // By pixels: a thread that delivers to some finds most of what it reads in its own cache.
      _ = team.sum(filling.parts) { part, _ in
        filling.write(part: part)
        return 0
      }
    }
  }

  /// Maps that threads fill, each others.
  @safe private struct Filling: @unchecked Sendable {
    let first: UnsafeMutablePointer<UInt8>
    let steps: Range<Int>
    let train: SpikeTrain
    let bytes: DenseRoute.Bytes
    let level: KernelLevel
    /// Whether what no bit stands for is what it should be.
    let isPrepared: Bool

    /// Pixels of a part.
    private static let part = 64
    private var pixels: Int { (bytes.route.cells?.places ?? bytes.route.places).count }
    var parts: Int { (pixels + Filling.part - 1) / Filling.part }
    /// Whether parts of a step's pixels may not be written on their own.
    var isWrittenByStep: Bool { train.maskWords == 0 || bytes.route.overlaps || level == .swift }

    /// Prepares a step's map, and writes it where its pixels are written together.
    func begin(_ index: Int) {
      let step = steps.lowerBound + index
      let map = unsafe first + index * bytes.route.mapBytes
      let isEmpty = train.spikeCount(step: step) == 0
      // The bits of an empty step may mean nothing.
      if !isPrepared || isEmpty { unsafe map.update(repeating: bytes.offset, count: bytes.route.mapBytes) }
      if isEmpty || !isWrittenByStep { return }
      if train.maskWords == 0 {
        unsafe writeSpikes(step: step, map)
      } else if level == .swift {
        unsafe writeBits(step: step, map)
      } else {
        unsafe writeMasks(step..<(step + 1), map, 0..<pixels)
      }
    }

    /// Writes some pixels of the steps that have spikes.
    func write(part: Int) {
      unsafe writeMasks(steps, first, (part * Filling.part)..<min((part + 1) * Filling.part, pixels))
    }

    private func writeSpikes(step: Int, _ map: UnsafeMutablePointer<UInt8>) {
      unsafe train.channels.withUnsafeBufferPointer { channels in
        unsafe train.channelStarts.withUnsafeBufferPointer { starts in
          unsafe train.pixels.withUnsafeBufferPointer { pixels in
            unsafe bytes.route.places.withUnsafeBufferPointer { places in
              for group in train.stepStarts[step]..<train.stepStarts[step &+ 1] {
                let pixel = unsafe map + Int(places[Int(pixels[group])])
                for position in unsafe Int(starts[group])..<Int(starts[group &+ 1]) {
                  let payload = train.hasPayload ? UInt8(truncatingIfNeeded: train.payloads[position]) : 1
                  unsafe pixel[Int(channels[position])] &+= payload
                }
              }
            }
          }
        }
      }
    }

    /// The same from the train's bits.
    private func writeBits(step: Int, _ map: UnsafeMutablePointer<UInt8>) {
      let route = bytes.route
      let words = train.maskWords / train.shape.pixels
      func bit(_ pixel: Int, _ channel: Int) -> UInt8 {
        let word = train.masks[step * train.maskWords + pixel * words + channel / 16]
        return UInt8(truncatingIfNeeded: word >> UInt16(channel % 16) & 1)
      }
      for channel in 0..<train.shape.channels {
        if let cells = route.cells {
          for (cell, place) in cells.places.enumerated() {
            let members = cells.members[Int(cells.starts[cell])..<Int(cells.starts[cell + 1])]
            unsafe map[Int(place) + channel] = members.reduce(0) { $0 + bit(Int($1), channel) }
          }
        } else {
          for (pixel, place) in route.places.enumerated() { unsafe map[Int(place) + channel] = bit(pixel, channel) }
        }
      }
    }

    /// The same 16 neurons at a time, into maps of steps that follow one another.
    private func writeMasks(_ steps: Range<Int>, _ map: UnsafeMutablePointer<UInt8>, _ pixels: Range<Int>) {
      let route = bytes.route
      let words = train.maskWords / train.shape.pixels
      let places = route.cells?.places ?? route.places
      unsafe train.masks.withUnsafeBufferPointer { masks in
        unsafe places.withUnsafeBufferPointer { places in
          guard let masks = masks.baseAddress, let place = unsafe places.baseAddress.map({ unsafe $0 + pixels.lowerBound })
          else { return }
          func write(_ skipped: Int, _ starts: UnsafePointer<UInt32>?, _ members: UnsafePointer<UInt32>?) {
            for (index, step) in steps.enumerated() where train.spikeCount(step: step) > 0 {
              unsafe ck_write_bytes(
                level.code, masks + (step * train.maskWords + skipped), pixels.count, words, route.words, place, starts,
                members, map + index * route.mapBytes)
            }
          }
          guard let cells = route.cells else { return write(pixels.lowerBound * words, nil, nil) }
          unsafe cells.starts.withUnsafeBufferPointer { starts in
            unsafe cells.members.withUnsafeBufferPointer {
              unsafe write(0, starts.baseAddress.map { unsafe $0 + pixels.lowerBound }, $0.baseAddress)
            }
          }
        }
      }
    }
  }

  @inline(__always)
  private func withAddresses(
    _ part: Part, _ step: Int, _ bytes: DenseRoute.Bytes, _ body: (UnsafePointer<ck_dense>) -> Void
  ) {
    let route = bytes.route
    unsafe withPointers(part, step, bytes) {
      var dense = unsafe ck_dense(
        positions: part.positions.count, taps: route.offsets.count, quads: route.quads, blocks: route.blocks,
        padded: route.padded, bases: $0.bases, offsets: $0.offsets, x: $0.x, weights: $0.weights, starts: $0.starts)
      unsafe body(&dense)
    }
  }

  /// - Parameter rows: steps from this one; of a single one they are neighbours of a line.
  @inline(__always)
  private func withTiles(
    _ part: Part, _ step: Int, _ bytes: DenseRoute.Bytes, rows steps: Int, _ body: (UnsafePointer<ck_tiles>) -> Void
  ) {
    let route = bytes.route
    let neighbours = min(16, route.lineWidth)
    unsafe withPointers(part, step, bytes) {
      var tiles = unsafe ck_tiles(
        positions: part.positions.count, blocks: route.blocks, padded: route.padded,
        rows: steps > 1 ? steps : neighbours, row_bytes: steps > 1 ? route.mapBytes : route.positionBytes,
        row_lanes: steps > 1 ? part.apart : route.padded, group: steps > 1 ? 1 : neighbours,
        width: route.lineWidth, column: part.positions.lowerBound % route.lineWidth, chunks: route.offsets.count,
        bases: $0.bases, offsets: $0.offsets, x: $0.x, weights: $0.weights, starts: $0.starts)
      unsafe body(&tiles)
    }
  }

  /// What a kernel reads of a part's positions at a step; `body` is not called where the map is empty.
  @inline(__always)
  private func withPointers(_ part: Part, _ step: Int, _ bytes: DenseRoute.Bytes, _ body: (Pointers) -> Void) {
    let route = bytes.route
    unsafe maps.withUnsafeBufferPointer { maps in
      unsafe route.bases.withUnsafeBufferPointer { bases in
        unsafe route.offsets.withUnsafeBufferPointer { offsets in
          unsafe bytes.starts.withUnsafeBufferPointer { starts in
            unsafe route.weights.withLanes { lanes in
              guard let map = maps.baseAddress, let first = bases.baseAddress else { return }
              unsafe body(
                Pointers(
                  bases: first + part.positions.lowerBound, offsets: offsets.baseAddress,
                  x: map + (start + (part.first + step) * route.mapBytes),
                  weights: UnsafeRawPointer(lanes).assumingMemoryBound(to: Int8.self), starts: starts.baseAddress))
            }
          }
        }
      }
    }
  }

  @unsafe private struct Pointers {
    let bases: UnsafePointer<UInt32>
    let offsets: UnsafePointer<UInt32>?
    let x: UnsafePointer<UInt8>
    let weights: UnsafePointer<Int8>
    let starts: UnsafePointer<Int32>?
  }

  /// The Swift twin of the C kernels: calls `body(accumulator, sum)` for every target of every position.
  @inline(__always)
  private static func forEachSum(_ d: ck_dense, _ body: (Int, Int32) -> Void) {
    for block in unsafe 0..<d.blocks {
      for position in unsafe 0..<d.positions {
        var sums = unsafe UnsafeRawPointer(d.starts + block &* 16).loadUnaligned(as: SIMD16<Int32>.self)
        var weights = unsafe d.weights + block &* d.taps &* d.quads &* 64
        for tap in unsafe 0..<d.taps {
          let sources = unsafe d.x + Int(d.bases[position]) + Int(d.offsets[tap])
          for source in unsafe 0..<(d.quads &* 4) {
            let x = unsafe Int32(sources[source])
            if x != 0 {
              for target in 0..<16 {
                sums[target] &+= unsafe x &* Int32(weights[source / 4 &* 64 &+ target &* 4 &+ source % 4])
              }
            }
          }
          unsafe weights += d.quads &* 64
        }
        for target in 0..<16 { body(unsafe position &* d.padded &+ block &* 16 &+ target, sums[target]) }
      }
    }
  }
}
