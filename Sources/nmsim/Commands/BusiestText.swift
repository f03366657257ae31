import Runtime

/// The bottleneck of a run in words.
enum BusiestText {
  /// Nil: no cores.
  static func bottleneck(_ result: RunResult) -> String? { result.busiest.first.map { text($0, samples: result.samples) } }

  /// `core 3, synaptic operations: 12,345 per inference, 2.1 times the mean, 64 % of the time`
  static func text(_ busiest: BusiestPlace, samples: Int) -> String {
    let place = busiest.core.map { "core \($0)" } ?? "link \(busiest.link ?? "")"
    let each = NumberFormat.count(Int(exactly: (Double(busiest.count) / Double(max(1, samples))).rounded()) ?? busiest.count)
    let mean = busiest.mean.flatMap { $0 > 0 ? NumberFormat.decimal(Double(busiest.count) / $0, places: 1) : nil }
    return "\(place), \(name(of: busiest.operation)): \(each) per inference"
      + (mean.map { ", \($0) times the mean" } ?? "")
      + (busiest.utilisation.map { ", \(share($0)) of the time" }
        ?? ", of unknown time")
  }

  /// Of the time of an inference.
  static func share(_ utilisation: Double) -> String {
    NumberFormat.percent(utilisation, places: utilisation < 0.0995 ? 1 : 0)
  }

  /// `synaptic operations`
  static func name(of operation: String) -> String { words[operation] ?? operation }

  private static let words = [
    "synapticOperations": "synaptic operations", "neuronUpdates": "neuron updates", "neuronVisits": "neuron visits",
    "messagesIn": "messages in", "messagesOut": "messages out", "linkMessages": "messages",
  ]
}
