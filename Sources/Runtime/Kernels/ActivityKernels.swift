import ChipModel

/// Which neurons of a population have something to do in a step: added to 8-bit counts, a byte a neuron where asked for.
struct ActivityKernels: Sendable {
  var pixels: Int
  var channels: Int
  /// Lanes of a pixel, a multiple of 16.
  var padded: Int
  /// Steps that this one stands for, 1...255.
  var weight: UInt8
  /// Whether `flags` is written: 1 = active, lanes that pad are 0.
  var keepsFlags: Bool

  /// - Parameters:
  ///   - v, b: potentials before the update, `pixels * padded`; `b` may be empty.
  ///   - reached: a bit a pixel: something arrives at all of its channels.
  ///   - marks: by neuron, not 0 where something else makes it work.
  /// - Returns: active neurons of one step.
  func note(
    v: [Int32], b: [Int32], reached: [UInt64], marks: [UInt8], flags: inout [UInt8], counts: inout [UInt8]
  ) -> Int {
    let count = pixels * padded
    guard v.count >= count, marks.count >= count, flags.count >= count, counts.count >= count,
      reached.count * 64 >= pixels
    else { return 0 }
    let members = b.count >= count ? b : v
    var total = 0
    unsafe v.withUnsafeBufferPointer { v in
      unsafe members.withUnsafeBufferPointer { b in
        unsafe marks.withUnsafeBufferPointer { marks in
          unsafe flags.withUnsafeMutableBufferPointer { flags in
            unsafe counts.withUnsafeMutableBufferPointer { counts in
              guard let v = v.baseAddress, let b = b.baseAddress, let marks = marks.baseAddress,
                let flags = flags.baseAddress, let counts = counts.baseAddress
              else { return }
              for pixel in 0..<pixels {
                let at = pixel &* padded
                if reached[pixel >> 6] >> UInt64(pixel & 63) & 1 != 0 {
                  for lane in 0..<channels { unsafe counts[at &+ lane] &+= weight }
                  total &+= channels
                  if keepsFlags { for lane in 0..<padded { unsafe flags[at &+ lane] = lane < channels ? 1 : 0 } }
                } else {
                  // Without a branch, 16 neurons at a time.
                  var active: Int32 = 0
                  for i in at..<(at &+ padded) {
                    let isActive: UInt8 = unsafe v[i] | b[i] | Int32(marks[i]) == 0 ? 0 : 1
                    unsafe counts[i] &+= isActive &* weight
                    active &+= Int32(isActive)
                    if keepsFlags { unsafe flags[i] = isActive }
                  }
                  total &+= Int(active)
                }
              }
            }
          }
        }
      }
    }
    return total
  }
}

/// Target pixels that a spike at each source pixel reaches, as bits: reaching is or-ing a few words.
struct PixelReach: Sendable {
  private var firstWord: [UInt32] = []
  private var starts: [UInt32] = [0]
  private var words: [UInt64] = []
  /// Spikes reach some channels only: marked one by one.
  private let isByChannel: Bool
  /// Groups of channels.
  private let groups: Int

  init(_ plan: ProjectionPlan, pixels: Int) {
    let (traits, convolution) = (plan.projection.kind.traits, plan.projection.convolution)
    isByChannel = !traits.joinsChannels(groups: convolution.groups)
    groups = max(1, traits.groups(convolution, channels: plan.source.channels))
    if isByChannel { return }
    var bits = [UInt64](repeating: 0, count: (pixels + 63) / 64)
    for pixel in 0..<plan.source.pixels {
      var low = Int.max
      var high = -1
      for entry in Int(plan.taps.starts[pixel])..<Int(plan.taps.starts[pixel + 1]) {
        let target = Int(plan.taps.targets[entry])
        bits[target >> 6] |= 1 << UInt64(target & 63)
        low = min(low, target >> 6)
        high = max(high, target >> 6)
      }
      if high >= 0 {
        firstWord.append(UInt32(truncatingIfNeeded: low))
        for word in low...high {
          words.append(bits[word])
          bits[word] = 0
        }
      } else {
        firstWord.append(0)
      }
      starts.append(UInt32(truncatingIfNeeded: words.count))
    }
  }

  /// Marks what a step's spikes reach: pixels, or single neurons where a spike reaches only some channels.
  func mark(
    _ train: SpikeTrain, step: Int, _ plan: ProjectionPlan, channels: Int, padded: Int, reached: inout [UInt64],
    marks: inout [UInt8]
  ) {
    let groups = train.stepStarts[step]..<train.stepStarts[step + 1]
    guard isByChannel else {
      for group in groups {
        let pixel = Int(train.pixels[group])
        var word = Int(firstWord[pixel])
        for entry in Int(starts[pixel])..<Int(starts[pixel + 1]) {
          reached[word] |= words[entry]
          word += 1
        }
      }
      return
    }
    let sources = max(1, train.shape.channels / self.groups)
    let targets = channels / self.groups
    for group in groups {
      let pixel = Int(train.pixels[group])
      for entry in Int(plan.taps.starts[pixel])..<Int(plan.taps.starts[pixel + 1]) {
        let base = Int(plan.taps.targets[entry]) * padded
        for spike in Int(train.channelStarts[group])..<Int(train.channelStarts[group + 1]) {
          let channel = Int(train.channels[spike])
          if sources == 1 && targets == 1 {
            marks[base + channel] = 1
          } else {
            let first = channel / sources * targets
            for lane in first..<(first + targets) { marks[base + lane] = 1 }
          }
        }
      }
    }
  }
}

extension SpikeTrain {
  /// Counts a step's spikes by the class of their neuron.
  ///
  /// - Parameters:
  ///   - step: of the train; outside it nothing is counted.
  ///   - classes: at `pixel * channels + channel`, indices into `counts` and `units`.
  ///   - counts: spikes by class; 0 where not counted yet.
  ///   - units: their |payload| by class, at least as long as `counts`; 0 where not counted yet.
  ///   - touched: grows by each class whose count was 0.
  package func tally(
    step: Int, classes: [UInt32], counts: inout [Int], units: inout [Int], touched: inout [Int]
  ) {
    let channels = shape.channels
    guard step >= 0, step < steps, classes.count >= shape.count, units.count >= counts.count else { return }
    if !isListed {
      forEachSpike(step: step) { neuron, _ in
        let number = Int(classes[neuron % shape.pixels &* channels &+ neuron / shape.pixels])
        if counts[number] == 0 { touched.append(number) }
        counts[number] &+= 1
        units[number] &+= 1
      }
      return
    }
    unsafe classes.withUnsafeBufferPointer { classes in
      for group in stepStarts[step]..<stepStarts[step + 1] {
        let base = Int(pixels[group]) &* channels
        for position in Int(channelStarts[group])..<Int(channelStarts[group &+ 1]) {
          let number = unsafe Int(classes[base &+ Int(self.channels[position])])
          if counts[number] == 0 { touched.append(number) }
          counts[number] &+= 1
          units[number] &+= hasPayload ? Int(payloads[position].magnitude) : 1
        }
      }
    }
  }
}
