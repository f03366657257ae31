extension Projection {
  /// Which neurons a projection joins. Raw values are those of files.
  package enum Kind: String, Sendable, CaseIterable {
    case dense, convolution = "conv2d", identity

    package var traits: ProjectionTraits {
      switch self {
      case .dense: ProjectionTraits(name: "dense projection", channels: .all, positions: .all, operation: .dense)
      case .convolution:
        ProjectionTraits(name: "convolution", channels: .grouped, positions: .window, operation: .convolution)
      case .identity: ProjectionTraits(name: "identity", channels: .own, positions: .own, operation: .identity)
      }
    }
  }

  /// The window that slides over what it reads; nil: none does.
  package var window: ConvolutionGeometry? { kind.traits.slides ? convolution : nil }
}

/// What users of a projection ask of its kind, answered once. Channels and positions are independent of one another.
package struct ProjectionTraits: Sendable {
  package enum Channels: Sendable {
    /// Each channel reaches all.
    case all
    /// Those of its group: the groups of the convolution.
    case grouped
    /// The one with its number.
    case own
  }

  package enum Positions: Sendable {
    /// Each position reaches all, and each pair of neurons has a weight of its own: rows of weights belong to neurons.
    case all
    /// Those whose window it is in, with kernel, stride, padding and dilation. Rows of weights belong to channels.
    case window
    /// The position with its number. Rows of weights belong to channels.
    case own
  }

  /// In messages.
  package let name: String
  package let channels: Channels
  package let positions: Positions
  package let operation: SynapticOperation

  package var slides: Bool { positions == .window }

  /// Whether every neuron reaches every other.
  package var isFull: Bool { channels == .all && positions == .all }

  /// Whether a neuron reaches only the one at its own place. Its weight is a factor of the channel: it may be left out, sets
  /// no unit, and may be split into parallel synapses.
  package var isElementwise: Bool { channels == .own && positions == .own }

  /// Whether each channel reaches all, in a convolution of so many groups.
  package func joinsChannels(groups: Int) -> Bool { channels == .all || channels == .grouped && groups == 1 }

  /// Groups of channels.
  /// - Parameters:
  ///   - convolution: whose groups count where the kind has such.
  ///   - channels: of the source.
  package func groups(_ convolution: ConvolutionGeometry, channels: Int) -> Int {
    switch self.channels {
    case .all: 1
    case .grouped: convolution.groups
    case .own: channels
    }
  }
}

/// What chips price and time synaptic operations as.
package enum SynapticOperation: Sendable, CaseIterable {
  case dense, convolution, identity

  package var action: ChipAction {
    switch self {
    case .dense: .synapticOperation
    case .convolution: .convolutionOperation
    case .identity: .identityOperation
    }
  }
}
