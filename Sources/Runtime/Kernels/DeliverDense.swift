import ChipModel
internal import CKernels

/// Adds whole steps densely: their spikes become bytes, and every target sums all of its sources by dot products. The same
/// sums as ``Deliver``, whatever the activity costs.
struct DeliverDense: Sendable {
  /// A map a step, or one of numbers that hold the bits of 16.
  private var maps: [UInt8] = []
  /// Where the first begins: with a cache line.
  private var start = 0
  /// Whose the maps are, where their borders still are what they were, and how many.
  private var owner: DenseRoute?
  private var prepared = 0
  private var holdsNumbers = false

  /// Maps of several steps take no more together.
  private static let mostBytes = 4 << 20

  /// Steps of a route whose maps may be filled at once.
  static func most(_ route: DenseRoute) -> Int { max(1, mostBytes / route.mapBytes) }

  /// Of the maps of so many steps.
  static func bytes(_ bytes: DenseRoute.Bytes, steps: Int) -> Int {
    bytes.lookUps(steps: steps)?.mapBytes ?? steps * bytes.route.mapBytes
  }

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
      if let lookUps = bytes.lookUps(steps: part.steps) {
        return unsafe lookUp(lookUps, part, bytes.route, UnsafeMutableRawPointer(out), bits: 16) {
          unsafe out[$0] &+= $1 &* Int16(truncatingIfNeeded: $2)
        }
      }
      unsafe forEachCall(part, bytes, twin: { unsafe out[$0] &+= Int16(truncatingIfNeeded: $1) }, dense: { at, dense in
        unsafe ck_dense_deliver(bytes.route.kind.rawValue, dense, out + at, 16)
      }, tiles: { at, tiles in unsafe ck_tiles_deliver(tiles, out + at, 16) })
    } else {
      guard let out = unsafe lanes.sums.wide.baseAddress.map({ unsafe $0 + start }) else { return }
      if let lookUps = bytes.lookUps(steps: part.steps) {
        return unsafe lookUp(lookUps, part, bytes.route, UnsafeMutableRawPointer(out), bits: 32) {
          unsafe out[$0] &+= Int32($1) &* $2
        }
      }
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
    let lookUps = bytes.lookUps(steps: steps.count)
    let size = DeliverDense.bytes(bytes, steps: steps.count) + 64
    if maps.count < size {
      maps = [UInt8](repeating: 0, count: size)
      start = unsafe maps.withUnsafeBufferPointer { (64 - Int(bitPattern: $0.baseAddress) % 64) % 64 }
      owner = nil
    }
    // Bits say all neurons, so what is around them stays.
    let writesAll = train.maskWords > 0
    let isPrepared = writesAll && owner === route && steps.count <= prepared && holdsNumbers == (lookUps != nil)
    if !isPrepared {
      (owner, prepared, holdsNumbers) = (writesAll ? route : nil, lookUps == nil ? steps.count : 16, lookUps != nil)
    }
    let start = start
    unsafe maps.withUnsafeMutableBufferPointer { maps in
      guard let first = unsafe maps.baseAddress.map({ unsafe $0 + start }) else { return }
      let filling = unsafe Filling(
        first: first, steps: steps, train: train, bytes: bytes, level: level, isPrepared: isPrepared)
      if let lookUps {
        if !isPrepared { unsafe first.update(repeating: 0, count: lookUps.mapBytes) }
        _ = team.sum(lookUps.parts) { part, _ in
          filling.write(lookUps, part: part)
          return 0
        }
        return
      }
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

  /// - Parameter twin: adds a sum, times a factor, to an accumulator.
  private func lookUp(
    _ lookUps: LookUps, _ part: Part, _ route: DenseRoute, _ out: UnsafeMutableRawPointer, bits: Int32,
    twin: (Int, Int16, Int32) -> Void
  ) {
    unsafe maps.withUnsafeBytes { maps in
      unsafe lookUps.bases.withUnsafeBufferPointer { bases in
        unsafe lookUps.offsets.withUnsafeBufferPointer { offsets in
          unsafe route.factors.withUnsafeBufferPointer { factors in
            unsafe lookUps.tables.withLanes { lanes in
              guard let map = maps.baseAddress, let first = bases.baseAddress else { return }
              var tables = unsafe ck_tables(
                positions: part.positions.count, numbers: offsets.count, blocks: route.blocks, padded: route.padded,
                steps: part.steps, step_lanes: part.apart, bases: first + part.positions.lowerBound,
                offsets: offsets.baseAddress, x: (map + start).assumingMemoryBound(to: UInt16.self), tables: lanes,
                factors: factors.isEmpty ? nil : factors.baseAddress)
              if route.kind == .swift {
                unsafe LookUps.deliver(tables, twin)
              } else {
                unsafe ck_tables_deliver(&tables, out, bits)
              }
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
        padded: route.padded, bases: $0.bases, offsets: $0.offsets, x: $0.x, weights: $0.weights, starts: $0.starts,
        factors: $0.factors)
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
        bases: $0.bases, offsets: $0.offsets, x: $0.x, weights: $0.weights, starts: $0.starts, factors: $0.factors)
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
            unsafe route.factors.withUnsafeBufferPointer { factors in
              unsafe route.weights.withLanes { lanes in
                guard let map = maps.baseAddress, let first = bases.baseAddress else { return }
                unsafe body(
                  Pointers(
                    bases: first + part.positions.lowerBound, offsets: offsets.baseAddress,
                    x: map + (start + (part.first + step) * route.mapBytes),
                    weights: UnsafeRawPointer(lanes).assumingMemoryBound(to: Int8.self), starts: starts.baseAddress,
                    factors: factors.isEmpty ? nil : factors.baseAddress))
              }
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
    let factors: UnsafePointer<Int16>?
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
        for target in 0..<16 {
          let factor = unsafe d.factors == nil ? 1 : Int32(d.factors[block &* 16 &+ target])
          body(unsafe position &* d.padded &+ block &* 16 &+ target, sums[target] &* factor)
        }
      }
    }
  }
}
