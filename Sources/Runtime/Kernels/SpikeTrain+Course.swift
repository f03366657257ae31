import ChipModel
internal import CKernels

/// How a population's spike counts `N` grew over one sample, summed over its neurons.
package struct SpikeCourse: Sendable, Equatable {
  /// Neurons by the interval of their first spike, and those without one.
  package var firstSpikes: [Int]
  package var never = 0
  /// Sums over neurons of `N(t)^2` and of `N(t) N(T)` at the end of each interval, and of `N(T)^2`; payloads count with
  /// their sign. Whole numbers.
  package var squares: [Double]
  package var products: [Double]
  package var finals = 0.0
  /// Of the first sample.
  package var raster: [RasterRow] = []

  package init(intervals: Int) {
    firstSpikes = [Int](repeating: 0, count: intervals)
    squares = [Double](repeating: 0, count: intervals)
    products = squares
  }

  package mutating func add(_ other: SpikeCourse) {
    for index in firstSpikes.indices {
      firstSpikes[index] += other.firstSpikes[index]
      squares[index] += other.squares[index]
      products[index] += other.products[index]
    }
    never += other.never
    finals += other.finals
    if raster.isEmpty { raster = other.raster }
  }
}

extension SpikeTrain {
  /// The course of the counts at the ends of some intervals.
  ///
  /// From bits where there are any, 16 neurons at a time. Else two passes over the spikes: the last counts, then the sums,
  /// which a spike of payload `c` moves by `2 N c + c^2` and `c N(T)`.
  /// - Parameters:
  ///   - ends: rising numbers of steps.
  ///   - level: which kernels add up.
  package func course(ends: [Int], level: KernelLevel = .best) -> SpikeCourse {
    if maskWords > 0, !hasPayload { return courseOfBits(ends: ends, level: level) }
    var listed = self
    listed.list(level: level)
    return listed.courseOfGroups(ends: ends)
  }

  private func courseOfBits(ends: [Int], level: KernelLevel) -> SpikeCourse {
    var course = SpikeCourse(intervals: ends.count)
    var counts = [UInt32](repeating: 0, count: maskWords * 16)
    /// Adds the steps of an interval, as far as they are recorded; bits of a step without spikes may mean nothing.
    func add(from start: Int, to end: Int) {
      var step = min(start, steps)
      let end = min(end, steps)
      while step < end {
        let first = step
        while step < end, spikeCount(step: step) > 0 { step += 1 }
        MaskBits.add(masks, from: first, steps: step - first, words: maskWords, to: &counts, level: level)
        while step < end, spikeCount(step: step) == 0 { step += 1 }
      }
    }
    add(from: 0, to: ends.last ?? 0)
    let finals = counts
    let all = CourseSums(finals, finals, level: level)
    (course.never, course.finals) = (shape.count - all.active, Double(all.squares))
    BufferKernels.clear(&counts)
    var (start, active) = (0, 0)
    for (interval, end) in ends.enumerated() {
      add(from: start, to: end)
      let sums = CourseSums(counts, finals, level: level)
      course.squares[interval] = Double(sums.squares)
      course.products[interval] = Double(sums.products)
      course.firstSpikes[interval] = sums.active - active
      (start, active) = (end, sums.active)
    }
    return course
  }

  /// Sums over neurons of `N^2` and of `N N(T)`, and how many have sent.
  private struct CourseSums {
    var squares: UInt64 = 0
    var products: UInt64 = 0
    var active = 0

    init(_ counts: [UInt32], _ finals: [UInt32], level: KernelLevel) {
      if level == .swift {
        for (n, last) in zip(counts, finals) {
          squares &+= UInt64(n) &* UInt64(n)
          products &+= UInt64(n) &* UInt64(last)
          active &+= n > 0 ? 1 : 0
        }
        return
      }
      unsafe counts.withUnsafeBufferPointer { counts in
        unsafe finals.withUnsafeBufferPointer { finals in
          guard let n = counts.baseAddress, let last = finals.baseAddress else { return }
          active = unsafe ck_course(level.code, n, last, min(counts.count, finals.count) / 16, &squares, &products)
        }
      }
    }
  }

  private func courseOfGroups(ends: [Int]) -> SpikeCourse {
    hasPayload
      ? course(ends: ends, zero: 0.0) { Double(payloads[$0]) } double: { $0 }
      : course(ends: ends, zero: 0 as Int64) { _ in 1 } double: { Double($0) }
  }

  @inline(__always)
  private func course<Count: Numeric>(
    ends: [Int], zero: Count, _ payload: (Int) -> Count, double: (Count) -> Double
  ) -> SpikeCourse {
    var course = SpikeCourse(intervals: ends.count)
    let width = shape.channels
    var finals = [Count](repeating: zero, count: shape.count)
    var counts = finals
    var first = [Int32](repeating: -1, count: shape.count)
    unsafe finals.withUnsafeMutableBufferPointer { finals in
      unsafe counts.withUnsafeMutableBufferPointer { counts in
        unsafe first.withUnsafeMutableBufferPointer { first in
          @inline(__always) func forEachSpike(_ body: (_ interval: Int, _ neuron: Int, Count) -> Void) {
            unsafe channels.withUnsafeBufferPointer { channels in
              unsafe channelStarts.withUnsafeBufferPointer { starts in
                var start = 0
                for (interval, end) in ends.enumerated() {
                  let range = groups(from: start, to: end)
                  var group = range.lowerBound
                  // One loop over all spikes: groups are short, and their ends cannot be predicted.
                  for position in unsafe Int(starts[range.lowerBound])..<Int(starts[range.upperBound]) {
                    unsafe body(interval, Int(pixels[group]) &* width &+ Int(channels[position]), payload(position))
                    group &+= unsafe position &+ 1 == Int(starts[group &+ 1]) ? 1 : 0
                  }
                  start = end
                }
              }
            }
          }
          forEachSpike { interval, neuron, c in
            unsafe finals[neuron] += c
            if unsafe first[neuron] < 0 { unsafe first[neuron] = Int32(truncatingIfNeeded: interval) }
          }
          var (square, product) = (zero, zero)
          var last = 0
          func note(to interval: Int) {
            for passed in last..<interval {
              course.squares[passed] = double(square)
              course.products[passed] = double(product)
            }
            last = interval
          }
          forEachSpike { interval, neuron, c in
            if interval > last { note(to: interval) }
            let n = unsafe counts[neuron]
            square += (n + n + c) * c
            unsafe product += c * finals[neuron]
            unsafe counts[neuron] = n + c
          }
          note(to: ends.count)
        }
      }
    }
    for interval in first { if interval < 0 { course.never += 1 } else { course.firstSpikes[Int(interval)] += 1 } }
    for value in finals { course.finals += double(value) * double(value) }
    return course
  }

  /// Groups of the steps `start..<end`, as far as they are recorded.
  private func groups(from start: Int, to end: Int) -> Range<Int> {
    let first = min(start, steps)
    return stepStarts[first]..<stepStarts[max(first, min(end, steps))]
  }
}
