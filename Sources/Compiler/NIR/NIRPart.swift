import ChipModel

/// Neurons of a node that become a population: all, or those of channels that decay alike.
struct NIRPart {
  let node: Int
  /// Of the population.
  let name: String
  /// Shape of the node, `[C, H, W]` or `[N]`.
  let whole: [Int]
  /// Nil: all.
  let channels: [Int]?

  /// Parts that a node may have.
  static let most = 64

  private var shape: [Int] { channels.map { [$0.count] + whole.dropFirst() } ?? whole }

  /// From the node's values to the part's.
  func gathering(_ channels: [Int]) -> LinearMap {
    LinearMap(kind: .selection(channels), inShape: whole, outShape: shape)
  }

  /// From the part's values to the node's, zeros elsewhere.
  fileprivate var scattering: LinearMap {
    guard let channels else { return .identity(whole) }
    var places = [Int](repeating: -1, count: whole[0])
    for (place, channel) in channels.enumerated() { places[channel] = place }
    return LinearMap(kind: .selection(places), inShape: shape, outShape: whole)
  }
}

extension NIRSignal {
  /// Spikes of a node's neurons.
  /// - Parameter first: index of the first part's population.
  static func spikes(of parts: [NIRPart], first: Int) -> NIRSignal {
    NIRSignal(
      shape: parts.first?.whole ?? [],
      terms: parts.enumerated().map { index, part in
        Term(linear: LinearTerm(source: .layer(first + index), pool: nil, map: part.scattering))
      })
  }
}
