import ChipModel

/// What calibration reads off a running population: the largest sum (bias, input current and delivered weights of one
/// step) that reached any neuron of each channel.
package struct SumProbe: Sendable {
  package let population: Int
  /// Per channel, in the population's integer unit with the fraction bits, before any phase shift; at least 0.
  package private(set) var largest: [Int64]

  package init(population: Int, channels: Int) {
    self.population = population
    largest = [Int64](repeating: 0, count: channels)
  }

  @inline(__always)
  mutating func note(_ sum: Int64, channel: Int) {
    if sum > largest[channel] { largest[channel] = sum }
  }
}
