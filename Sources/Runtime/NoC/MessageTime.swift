/// One message of a tick in the `detailed` model. Seconds; times are since the tick began.
struct MessageTime: Sendable, Equatable {
  /// When its core had made it, when it came to its destination's input, and when it was processed there.
  var sent: Double
  var received: Double
  var processed: Double
  /// The sender's time since its message before, and the destination's for this one.
  var generation: Double
  var processing: Double
  /// Its way when nothing is in the way.
  var shortest: Double

  /// From sending to arrival, and how much of that is waiting.
  var network: Double { received - sent }
  var waiting: Double { max(0, network - shortest) }
}

extension TickTimer {
  /// The messages of a tick in the order of sending: by core, slot and output axon. Empty where a time is unknown, and in
  /// a deadlock.
  func messages(_ activity: SampleActivity, tick: Int) -> [MessageTime] {
    guard missing.isEmpty else { return [] }
    let load = load(activity, tick: tick)
    let forest = forest(load)
    let simulation = LinkSimulation(forest, capacity: program.chip.linkBufferMessages)
    guard !simulation.isStuck else { return [] }
    return (0..<forest.nodeCount).filter(forest.isInput).map { leaf in
      let (root, shortest) = forest.origin(of: leaf)
      func seconds(_ femtoseconds: Double) -> Double { femtoseconds / ActionTimes.perSecond }
      return MessageTime(
        sent: seconds(simulation.served[root]), received: seconds(simulation.entered[leaf]),
        processed: seconds(simulation.served[leaf]), generation: seconds(forest.service[root]),
        processing: seconds(forest.service[leaf]), shortest: seconds(shortest))
    }
  }
}
