internal import CKernels

extension DeliverDense {
  /// Maps that threads fill, each others.
  @safe struct Filling: @unchecked Sendable {
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

    /// Writes some lines' bits, 16 steps side by side.
    func write(_ lookUps: LookUps, part: Int) {
      unsafe first.withMemoryRebound(to: UInt16.self, capacity: lookUps.mapBytes / 2) { map in
        unsafe train.masks.withUnsafeBufferPointer { masks in
          // The bits of an empty step may mean nothing.
          var rows = unsafe steps.map { step in
            unsafe train.spikeCount(step: step) == 0 ? nil : masks.baseAddress.map { unsafe $0 + step * train.maskWords }
          }
          unsafe rows += [UnsafePointer<UInt16>?](repeating: nil, count: 16 - rows.count)
          unsafe lookUps.write(
            part: part, rows, words: train.maskWords / train.shape.pixels, map,
            isScalar: level == .swift || bytes.route.kind == .swift)
        }
      }
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
}
