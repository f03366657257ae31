import ChipModel
internal import CKernels

/// Adds a whole step densely: its spikes become bytes, and every target sums all of its sources by dot products. The same
/// sums as ``Deliver``, whatever the activity costs.
struct DeliverDense: Sendable {
  private var map: [UInt8] = []

  /// Into 16-bit accumulators, proven to hold the sums.
  mutating func deliver(_ train: SpikeTrain, step: Int, _ bytes: DenseRoute.Bytes, level: KernelLevel, into accumulators: inout [Int16]) {
    write(train, step: step, bytes, level)
    unsafe accumulators.withUnsafeMutableBufferPointer { buffer in
      guard let out = buffer.baseAddress else { return }
      unsafe withAddresses(bytes) { dense in
        if bytes.route.kind == .swift {
          unsafe DeliverDense.forEachSum(dense.pointee) { at, sum in
            unsafe out[at] &+= Int16(truncatingIfNeeded: sum)
          }
        } else {
          unsafe ck_dense_deliver(bytes.route.kind.rawValue, dense, out, 16)
        }
      }
    }
  }

  /// Into 32-bit accumulators.
  mutating func deliver(_ train: SpikeTrain, step: Int, _ bytes: DenseRoute.Bytes, level: KernelLevel, into accumulators: inout [Int32]) {
    write(train, step: step, bytes, level)
    unsafe accumulators.withUnsafeMutableBufferPointer { buffer in
      guard let out = buffer.baseAddress else { return }
      unsafe withAddresses(bytes) { dense in
        if bytes.route.kind == .swift {
          unsafe DeliverDense.forEachSum(dense.pointee) { at, sum in unsafe out[at] &+= sum }
        } else {
          unsafe ck_dense_deliver(bytes.route.kind.rawValue, dense, out, 32)
        }
      }
    }
  }

  /// Fills the map with the step's spikes.
  private mutating func write(_ train: SpikeTrain, step: Int, _ bytes: DenseRoute.Bytes, _ level: KernelLevel) {
    let route = bytes.route
    if map.count < route.mapBytes { map = [UInt8](repeating: 0, count: route.mapBytes) }
    if level != .swift, train.maskWords > 0 {
      writeMasks(train, step: step, route, level)
      return
    }
    unsafe map.withUnsafeMutableBufferPointer { map in
      unsafe train.channels.withUnsafeBufferPointer { channels in
        unsafe train.channelStarts.withUnsafeBufferPointer { starts in
          unsafe train.pixels.withUnsafeBufferPointer { pixels in
            unsafe route.places.withUnsafeBufferPointer { places in
              guard let map = map.baseAddress else { return }
              unsafe map.update(repeating: bytes.offset, count: route.mapBytes)
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
  }

  /// The same from the train's bits, 16 neurons at a time.
  private mutating func writeMasks(_ train: SpikeTrain, step: Int, _ route: DenseRoute, _ level: KernelLevel) {
    let words = train.maskWords / train.shape.pixels
    unsafe map.withUnsafeMutableBufferPointer { map in
      unsafe train.masks.withUnsafeBufferPointer { masks in
        unsafe route.places.withUnsafeBufferPointer { places in
          guard let map = map.baseAddress, let masks = masks.baseAddress else { return }
          unsafe map.update(repeating: 0, count: route.mapBytes)
          unsafe ck_write_bytes(
            level.code, masks + step * train.maskWords, route.places.count, words, route.words, places.baseAddress, map)
        }
      }
    }
  }

  @inline(__always)
  private func withAddresses(_ bytes: DenseRoute.Bytes, _ body: (UnsafePointer<ck_dense>) -> Void) {
    let route = bytes.route
    unsafe map.withUnsafeBufferPointer { map in
      unsafe route.bases.withUnsafeBufferPointer { bases in
        unsafe route.offsets.withUnsafeBufferPointer { offsets in
          unsafe bytes.starts.withUnsafeBufferPointer { starts in
            unsafe route.weights.withLanes { lanes in
              var dense = unsafe ck_dense(
                positions: route.positions, taps: route.offsets.count, quads: route.quads, blocks: route.blocks,
                padded: route.padded, bases: bases.baseAddress, offsets: offsets.baseAddress, x: map.baseAddress,
                weights: UnsafeRawPointer(lanes).assumingMemoryBound(to: Int8.self), starts: starts.baseAddress)
              unsafe body(&dense)
            }
          }
        }
      }
    }
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
