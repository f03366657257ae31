import ChipModel

/// The spikes of one neuron in the first sample: a line of a raster.
package struct RasterRow: JSONRecord, Equatable {
  package var neuron = 0
  package var steps: [Int] = []

  package init() {}

  package static let fields: [JSONField<RasterRow>] = [
    .required("neuron", \.neuron, .count, "its index in the population"),
    .required("steps", \.steps, .counts(of: nil, in: 1...mostSteps), "steps in which it spikes"),
  ]

  /// Lines of all populations together.
  package static let mostRows = 48
  /// Lines of one population.
  package static let mostOfPopulation = 8
  /// Steps, from the first, that a raster shows.
  package static let mostSteps = 256

  /// Evenly chosen neurons of each population that fires; of more than ``mostRows`` of them evenly chosen ones have one each.
  package static func neurons(of program: CompiledProgram) -> [[Int]] {
    let firing = program.populations.indices.filter { program.populations[$0].model.fires }
    var chosen = program.populations.map { _ in [Int]() }
    guard !firing.isEmpty else { return chosen }
    let each = min(mostOfPopulation, max(1, mostRows / firing.count))
    let stride = (firing.count + mostRows - 1) / mostRows
    for place in Swift.stride(from: 0, to: firing.count, by: stride) {
      let all = program.populations[firing[place]].shape.count
      let rows = min(each, all)
      chosen[firing[place]] = (0..<rows).map { all / rows * $0 + all % rows * $0 / rows }
    }
    return chosen
  }
}

extension SpikeTrain {
  /// The spikes of some neurons in the first steps, in the neurons' order.
  func raster(of neurons: [Int]) -> [RasterRow] {
    var rows = neurons.map { neuron in
      var row = RasterRow()
      row.neuron = neuron
      return row
    }
    guard !rows.isEmpty else { return [] }
    var places = [Int](repeating: -1, count: shape.count)
    for (place, neuron) in neurons.enumerated() { places[neuron] = place }
    for step in 0..<min(steps, RasterRow.mostSteps) {
      forEachSpike(step: step) { neuron, _ in
        let place = places[neuron]
        if place >= 0, rows[place].steps.last != step + 1 { rows[place].steps.append(step + 1) }
      }
    }
    return rows
  }
}
