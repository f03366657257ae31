/// Silicon that a program takes, where the chip's description states it.
extension CompiledProgram {
  /// Chips that its cores lie on.
  package var chipsInUse: Int {
    let mesh = Mesh(chip)
    return Set(cores.map { mesh.chip(ofCore: $0.place) }).count
  }

  /// Of its cores; nil: not stated.
  package var coreSquareMillimetres: Double? { squareMillimetres(.coreSquareMicrometres, cores.count) }

  /// Of the dies that these lie on; nil: not stated.
  package var dieSquareMillimetres: Double? { squareMillimetres(.dieSquareMicrometres, chipsInUse) }

  private func squareMillimetres(_ number: ChipNumber, _ count: Int) -> Double? {
    cores.isEmpty ? nil : chip.value(number).map { Double($0) * Double(count) / 1e6 }
  }
}
