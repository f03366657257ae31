import ChipModel

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
  }
}

extension SpikeTrain {
  /// The course of the counts at the ends of some intervals.
  ///
  /// Two passes over the spikes: the last counts, then the sums, which a spike of payload `c` moves by `2 N c + c^2` and
  /// `c N(T)`.
  /// - Parameter ends: rising numbers of steps.
  package func course(ends: [Int]) -> SpikeCourse {
    var course = SpikeCourse(intervals: ends.count)
    let width = shape.channels
    var finals = [Double](repeating: 0, count: shape.count)
    var first = [Int32](repeating: -1, count: shape.count)
    var start = 0
    for (interval, end) in ends.enumerated() {
      for group in groups(from: start, to: end) {
        let base = Int(pixels[group]) &* width
        for position in Int(channelStarts[group])..<Int(channelStarts[group &+ 1]) {
          let neuron = base &+ Int(channels[position])
          finals[neuron] += hasPayload ? Double(payloads[position]) : 1
          if first[neuron] < 0 { first[neuron] = Int32(truncatingIfNeeded: interval) }
        }
      }
      start = end
    }
    for interval in first { if interval < 0 { course.never += 1 } else { course.firstSpikes[Int(interval)] += 1 } }
    for value in finals { course.finals += value * value }
    var counts = [Double](repeating: 0, count: shape.count)
    var (square, product) = (0.0, 0.0)
    start = 0
    for (interval, end) in ends.enumerated() {
      for group in groups(from: start, to: end) {
        let base = Int(pixels[group]) &* width
        for position in Int(channelStarts[group])..<Int(channelStarts[group &+ 1]) {
          let neuron = base &+ Int(channels[position])
          let c = hasPayload ? Double(payloads[position]) : 1
          square += (2 * counts[neuron] + c) * c
          product += c * finals[neuron]
          counts[neuron] += c
        }
      }
      start = end
      course.squares[interval] = square
      course.products[interval] = product
    }
    return course
  }

  /// Groups of the steps `start..<end`, as far as they are recorded.
  private func groups(from start: Int, to end: Int) -> Range<Int> {
    let first = min(start, steps)
    return stepStarts[first]..<stepStarts[max(first, min(end, steps))]
  }
}
