/// The work of one tick, as lists: per core in total, and packet by packet in the order of sending.
struct TickLoad: Sendable {
  /// One copy of a packet, for one destination core.
  struct Copy: Sendable {
    var core: Int32
    var route: Int32
    /// Femtoseconds of processing at the destination.
    var processing: Double
  }

  /// What one core sends at once: one message, or with multicast all messages of one spike.
  struct Packet: Sendable {
    var core: Int32
    /// Femtoseconds since the packet before.
    var generation: Double
    var copies: Range<Int>
  }

  var cores: [CoreTick]
  /// Sorted by core; within a core in the order of sending.
  var packets: [Packet] = []
  var copies: [Copy] = []
  /// Per core, femtoseconds: neurons visited after the last packet, and work after the last message: of max-pool
  /// gates and of messages of the input.
  var leftover: [Double]
  var gates: [Double]

  init(cores count: Int) {
    cores = [CoreTick](repeating: CoreTick(), count: count)
    leftover = [Double](repeating: 0, count: count)
    gates = leftover
  }
}
