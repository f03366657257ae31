import ChipModel
internal import CKernels

/// One step of max-pooling gates on 16-bit counts, 16 channels at a time.
enum GateStep {
  /// What the gates of a pooled map look at: the source pixels of each window.
  struct Windows: Sendable {
    /// Windows of source pixel `p`: `ofPixel[pixelStarts[p]..<pixelStarts[p + 1]]`.
    var pixelStarts: [UInt32] = [0]
    var ofPixel: [UInt32] = []
    /// First counts of the pixels of window `w`, likewise.
    var cellStarts: [UInt32] = [0]
    var cells: [UInt32] = []
    /// Channels of a pixel in counts.
    var padded = 16
  }

  /// Adds a step's spikes to the counts of their neurons and marks their windows.
  static func count(
    _ train: SpikeTrain, step: Int, _ windows: Windows, counts: inout [Int16], touched: inout [UInt8]
  ) {
    let padded = windows.padded
    unsafe counts.withUnsafeMutableBufferPointer { counts in
      unsafe touched.withUnsafeMutableBufferPointer { touched in
        unsafe train.channels.withUnsafeBufferPointer { channels in
          unsafe train.channelStarts.withUnsafeBufferPointer { starts in
            unsafe windows.pixelStarts.withUnsafeBufferPointer { pixelStarts in
              unsafe windows.ofPixel.withUnsafeBufferPointer { ofPixel in
                for group in train.stepStarts[step]..<train.stepStarts[step &+ 1] {
                  let pixel = Int(train.pixels[group])
                  for window in unsafe Int(pixelStarts[pixel])..<Int(pixelStarts[pixel &+ 1]) {
                    unsafe touched[Int(ofPixel[window])] = 1
                  }
                  let base = pixel &* padded
                  for position in unsafe Int(starts[group])..<Int(starts[group &+ 1]) {
                    let payload = train.hasPayload ? Int16(truncatingIfNeeded: train.payloads[position]) : 1
                    unsafe counts[base &+ Int(channels[position])] &+= payload
                  }
                }
              }
            }
          }
        }
      }
    }
  }

  /// The same of a train that holds bits alone, 16 neurons at a time.
  static func countBits(
    level: KernelLevel, _ train: SpikeTrain, step: Int, _ windows: Windows, counts: inout [Int16], touched: inout [UInt8]
  ) {
    let words = windows.padded / 16
    let pixels = train.shape.pixels
    let first = step * train.maskWords
    guard words > 0, first + pixels * words <= train.masks.count, pixels * windows.padded <= counts.count else { return }
    let ones = [Int32](repeating: 1, count: windows.padded)
    unsafe counts.withUnsafeMutableBufferPointer { counts in
      unsafe touched.withUnsafeMutableBufferPointer { touched in
        unsafe train.masks.withUnsafeBufferPointer { masks in
          guard let bits = unsafe masks.baseAddress.map({ unsafe $0 + first }), let to = counts.baseAddress else { return }
          if level != .swift { unsafe ck_add_masked(level.code, bits, pixels, words, ones, to, 16) }
          for pixel in 0..<pixels {
            var any: UInt16 = 0
            for word in 0..<words {
              var mask = unsafe bits[pixel &* words &+ word]
              any |= mask
              while level == .swift && mask != 0 {
                unsafe to[(pixel &* words &+ word) &* 16 &+ mask.trailingZeroBitCount] &+= 1
                mask &= mask &- 1
              }
            }
            if any == 0 { continue }
            for window in Int(windows.pixelStarts[pixel])..<Int(windows.pixelStarts[pixel &+ 1]) {
              unsafe touched[Int(windows.ofPixel[window])] = 1
            }
          }
        }
      }
    }
  }

  /// Finds the largest counts of the windows marked, and unmarks them.
  ///
  /// - Parameters:
  ///   - change: by how much they changed; empty where nobody asks.
  ///   - masks: a bit for each that changed; those of other windows stay.
  /// - Returns: how many changed.
  static func run(
    level: KernelLevel, _ windows: Windows, counts: [Int16], largest: inout [Int16], change: inout [Int16],
    touched: inout [UInt8], masks: inout [UInt16]
  ) -> Int {
    if level == .swift {
      return scalar(windows, counts: counts, largest: &largest, change: &change, touched: &touched, masks: &masks)
    }
    return unsafe counts.withUnsafeBufferPointer { counts in
      unsafe largest.withUnsafeMutableBufferPointer { largest in
        unsafe change.withUnsafeMutableBufferPointer { change in
          unsafe touched.withUnsafeMutableBufferPointer { touched in
            unsafe masks.withUnsafeMutableBufferPointer { masks in
              unsafe windows.cellStarts.withUnsafeBufferPointer { cellStarts in
                unsafe windows.cells.withUnsafeBufferPointer { cells in
                  var gate = unsafe ck_gate(
                    windows: touched.count, padded: windows.padded, cell_starts: cellStarts.baseAddress,
                    cells: cells.baseAddress, counts: counts.baseAddress, largest: largest.baseAddress,
                    change: change.isEmpty ? nil : change.baseAddress, touched: touched.baseAddress,
                    masks: masks.baseAddress)
                  return unsafe ck_gate_step(level.code, &gate)
                }
              }
            }
          }
        }
      }
    }
  }

  /// The Swift twin of the C kernel.
  private static func scalar(
    _ windows: Windows, counts: [Int16], largest: inout [Int16], change: inout [Int16], touched: inout [UInt8],
    masks: inout [UInt16]
  ) -> Int {
    var fired = 0
    for window in touched.indices where touched[window] != 0 {
      touched[window] = 0
      let cells = windows.cells[Int(windows.cellStarts[window])..<Int(windows.cellStarts[window + 1])]
      for lane in 0..<windows.padded {
        var most = Int16.min
        for cell in cells { most = max(most, counts[Int(cell) &+ lane]) }
        let at = window &* windows.padded &+ lane
        let rise = most &- largest[at]
        largest[at] = most
        if !change.isEmpty { change[at] = rise }
        let bit: UInt16 = 1 &<< UInt16(truncatingIfNeeded: at & 15)
        masks[at &>> 4] = rise != 0 ? masks[at &>> 4] | bit : masks[at &>> 4] & ~bit
        fired &+= rise != 0 ? 1 : 0
      }
    }
    return fired
  }
}
