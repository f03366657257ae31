extension SpikeTrain {
  /// A train from a list of spikes by step, in any order within a step.
  ///
  /// - Parameter spikes: row-major neuron index and payload, by step; indices lie inside `shape`.
  public init(shape: MapShape, hasPayload: Bool, spikes: [[(neuron: Int, payload: Int32)]]) {
    self.init(shape: shape, hasPayload: hasPayload)
    let area = shape.pixels
    for step in spikes {
      let sorted = step.sorted { ($0.neuron % area, $0.neuron / area) < ($1.neuron % area, $1.neuron / area) }
      for spike in sorted {
        append(pixel: spike.neuron % area, channel: spike.neuron / area, payload: spike.payload)
      }
      endStep()
    }
  }
}
