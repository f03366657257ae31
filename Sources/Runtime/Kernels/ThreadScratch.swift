import ChipModel

/// Maps that one thread fills while others fill theirs, and all read.
final class DenseMaps: @unchecked Sendable {
  /// Unchecked: blocks of neurons read it so often that checks of exclusive access would be noticed. Nothing fills it while
  /// blocks run.
  @exclusivity(unchecked) private var dense = DeliverDense()

  func fill(
    _ train: SpikeTrain, _ steps: Range<Int>, _ bytes: DenseRoute.Bytes, _ level: KernelLevel, _ team: WorkTeam
  ) {
    unsafe dense.fill(train, steps, bytes, level, team)
  }

  func deliver(_ part: DeliverDense.Part, _ bytes: DenseRoute.Bytes, into lanes: Lanes) {
    unsafe dense.deliver(part, bytes, into: lanes)
  }
}

/// What one thread needs to deliver spikes, and sums of its own.
///
/// A reference: threads of one population each have theirs, and none is used by two at once (``WorkTeam/sum(_:_:)``).
final class ThreadScratch: @unchecked Sendable {
  var groups = SpikeGroups()
  var dense = DeliverDense()
  let sums = Accumulators()
  /// By step of a span: pixels that have spikes, and spikes, of the blocks that the thread ran.
  var found: [MaskBits.Found] = []
}
