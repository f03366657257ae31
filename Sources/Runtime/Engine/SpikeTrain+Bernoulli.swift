import ChipModel

extension SpikeTrain {
  /// Independent random spikes: neuron `i` spikes in each step with the probability `|rates[i]|`, with the sign of its rate
  /// as payload.
  ///
  /// - Parameters:
  ///   - rates: row-major over `shape`; beyond -1...1 counts as always.
  ///   - shape: of the population; the train gets it too.
  ///   - hasPayload: whether negative rates spike with payload -1; without, they never do.
  ///   - steps: of the train.
  ///   - generator: gives one draw a neuron and step.
  package static func bernoulli(
    rates: [Double], shape: MapShape, hasPayload: Bool, steps: Int, using generator: inout SeededGenerator
  ) -> SpikeTrain {
    var train = SpikeTrain(shape: shape, hasPayload: hasPayload)
    for _ in 0..<steps {
      for pixel in 0..<shape.pixels {
        for channel in 0..<shape.channels {
          let index = channel * shape.pixels + pixel
          let rate = index < rates.count ? rates[index] : 0
          // A draw for every neuron, so that one neuron's rate does not move the others' spikes.
          let draw = generator.unit()
          guard draw < abs(rate), rate > 0 || hasPayload else { continue }
          train.append(pixel: pixel, channel: channel, payload: rate < 0 ? -1 : 1)
        }
      }
      train.endStep()
    }
    return train
  }
}
