/// Memories of a core whose size and word decide what an access costs.
package enum CoreStore: String, Sendable, CaseIterable {
  /// Weights; sums of a tick; potentials; tables of what comes in and of what goes out.
  case synapses, sums, potentials, inputAxons, outputAxons

  /// Bits that a core of the chip has of it; nil: the chip does not say.
  func bits(of chip: ChipDescription, entry: Int) -> Int? {
    switch self {
    case .synapses: chip.value(.synapseMemoryBitsPerCore)
    case .sums, .potentials: chip.value(.neuronsPerCore).map { $0 *| entry }
    case .inputAxons: chip.value(.inputAxonsPerCore).map { $0 *| entry }
    case .outputAxons: chip.value(.outputAxonsPerCore).map { $0 *| entry }
    }
  }
}

/// The price of an action as accesses to a memory of the core.
package struct MemoryAccess: Sendable, Equatable {
  package var memory: CoreStore
  /// Times that one action reads or writes an entry, 1...64.
  package var times: Int
  /// Of an entry, 1...1,024; nil: a weight, a sum or a potential as the program has them, and 32 of a table.
  package var bits: Int?
}

/// What reading a memory costs by its size: linear between the stated sizes, from nothing at 0, and the last beyond.
package struct MemoryEnergy: Sendable, Equatable {
  package struct Size: Sendable, Equatable {
    package var bytes: Int
    /// Joules of an access.
    package var joules: Double
    package init(bytes: Int, joules: Double) {
      self.bytes = bytes
      self.joules = joules
    }
  }
  /// Of an access, 1...65,536; fewer cost in proportion.
  package var bits: Int
  /// Ascending, not empty.
  package var sizes: [Size]

  package init(bits: Int, sizes: [Size]) {
    self.bits = bits
    self.sizes = sizes
  }

  /// Joules of an access to so many bits of a memory of so many bytes.
  package func joules(bits wanted: Int, bytes: Double) -> Double {
    var low = Size(bytes: 0, joules: 0)
    var whole = 0.0
    for high in sizes {
      whole = high.joules
      if bytes <= Double(high.bytes) {
        whole = low.joules + (high.joules - low.joules) / Double(high.bytes - low.bytes) * (bytes - Double(low.bytes))
        break
      }
      low = high
    }
    return whole * (Double(wanted) / Double(bits))
  }
}

extension CompiledProgram {
  /// The chip's prices of actions as this program pays them: accesses to memories by their sizes and the program's widths.
  package var prices: CostTable { chip.prices(weightBits: weightBits, membraneBits: membraneBits) }
}

extension ChipDescription {
  /// Prices of actions for a program of such widths.
  package func prices(weightBits: Int, membraneBits: Int) -> CostTable {
    var prices = energy
    for action in prices.known {
      guard case .access(let access) = prices[action] else { continue }
      let word =
        switch access.value.memory {
        case .synapses: weightBits
        case .sums: accumulatorBits
        case .potentials: membraneBits
        case .inputAxons, .outputAxons: 32
        }
      prices[action] = price(access, bits: access.value.bits ?? word).map { .known($0) }
    }
    return prices
  }

  /// Nil: the size is unknown.
  private func price(_ access: Sourced<MemoryAccess>, bits: Int) -> Sourced<Double>? {
    guard let memory = memoryEnergy?.value, let size = access.value.memory.bits(of: self, entry: bits) else { return nil }
    return Sourced(
      Double(access.value.times) * memory.joules(bits: bits, bytes: Double(size) / 8),
      source: "\(access.value.times) x \(bits) bits of \((size + 7) / 8) bytes, \(access.source)",
      certainty: access.certainty)
  }
}
