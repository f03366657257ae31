import ChipModel

/// The host's part: what it makes of the input, once a sample.
extension ChipInterpreter {
  /// The current of every neuron of a population, row-major, as ``InputEncoder`` defines it; empty where the input does not
  /// feed it.
  package static func currents(of population: Int, in program: CompiledProgram, quantised x: [Int32]) -> [Int64] {
    encode(x, for: population, of: program).currents
  }

  /// - Returns: the currents, and the products that they take with neither factor 0.
  static func encode(
    _ x: [Int32], for population: Int, of program: CompiledProgram
  ) -> (currents: [Int64], products: Int) {
    let feeding = program.projections.filter { $0.target == population && program.isHostCurrent($0) }
    guard !feeding.isEmpty else { return ([], 0) }
    let target = program.populations[population].shape
    var sums = [Int64](repeating: 0, count: target.count)
    var products = 0
    for projection in feeding {
      let cells = InputCells(x, program.input.shape, projection.pool)
      let weights = program.weights[projection.weights]
      let rule = InterpreterSynapses(
        projection.kind.traits, projection.convolution, weights: weights, source: cells.shape, target: target)
      for cell in cells.sums.indices {
        rule.forEach(of: cells.shape.position(cell), in: Box(whole: target)) { c, y, x, index in
          let weight = Int64(weights[index])
          sums[target.index(c, y, x)] &+= cells.sums[cell] &* weight << Int64(projection.shift(channel: c))
          if weight != 0 { products += cells.counts[cell] }
        }
      }
    }
    return (sums.map { InputEncoder.current(sum: $0, fractionBits: program.fractionBits) }, products)
  }
}

/// The input's map behind its pool.
private struct InputCells {
  let shape: MapShape
  /// Sum, or the largest, of each window.
  var sums: [Int64] = []
  /// Values of each window that are not 0 and are multiplied.
  var counts: [Int] = []

  init(_ x: [Int32], _ map: MapShape, _ pool: PoolGeometry?) {
    shape = pool?.output(of: map) ?? map
    for cell in 0..<shape.count {
      let (c, y, column) = shape.position(cell)
      let rows = pool?.rows(of: y, height: map.height) ?? y..<(y + 1)
      let columns = pool?.columns(of: column, width: map.width) ?? column..<(column + 1)
      let values = rows.flatMap { row in columns.map { Int64(x[map.index(c, row, $0)]) } }
      let isMax = pool?.kind == .max
      sums.append(isMax ? values.max() ?? 0 : values.reduce(0, +))
      counts.append(isMax ? (sums[cell] == 0 ? 0 : 1) : values.count { $0 != 0 })
    }
  }
}
