@testable import ChipModel

extension NeuronRule {
  /// A rule whose accumulator holds everything.
  init(model: NeuronModel, membraneBits: Int) {
    self.init(model: model, datapath: Datapath(membraneBits: membraneBits))
  }

  func update(
    _ state: inout State, sum: Int64, threshold: Int32, negativeThreshold: Int32, step: Int, saturations: inout Int
  ) -> Int32 {
    var losses = Losses()
    defer { saturations += losses.saturations }
    return update(
      &state, sum: sum, threshold: threshold, negativeThreshold: negativeThreshold, tick: step, losses: &losses)
  }
}
