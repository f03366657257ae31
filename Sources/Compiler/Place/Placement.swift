import ChipModel

/// Which physical core each of a program's cores is.
enum Placement {
  static func places(
    cores: Int, chip: ChipDescription, kind: CompileOptions.Placement, seed: UInt64
  ) -> [Int] {
    switch kind {
    case .rowMajor:
      return Array(0..<cores)
    case .random:
      // Fisher and Yates over the cores of as many chips as are needed.
      let perChip = max(1, chip.coresPerChip ?? cores)
      let chips = max(1, (cores + perChip - 1) / perChip)
      var all = Array(0..<max(cores, perChip * chips))
      var generator = SeededGenerator(seed: seed)
      for index in stride(from: all.count - 1, to: 0, by: -1) {
        all.swapAt(index, Int(generator.next() % UInt64(index + 1)))
      }
      return Array(all.prefix(cores))
    }
  }
}
