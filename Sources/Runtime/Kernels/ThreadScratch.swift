/// Maps that one thread fills while others fill theirs, and all read.
final class DenseMaps: @unchecked Sendable {
  var dense = DeliverDense()
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
