/// How events become steps, with the names that tonic has (Lenz et al. 2021).
package struct EventBinning: Sendable, Hashable {
  package enum Rule: Sendable, Hashable {
    /// Microseconds of a step, from the recording's time 0 where it begins near it, else from the first event.
    case timeWindow(Int)
    /// Events of a step.
    case eventCount(Int)
    /// Steps of equal length from the first event to the last.
    case timeBins(Int)
    /// Steps of equal numbers of events.
    case eventBins(Int)
  }
  package var rule = Rule.timeWindow(1000)
  /// Whether a pixel's events of a step are one at most, instead of a spike with their number as payload.
  package var atMostOne = false
  /// Steps that are kept; nil: those of the longest recording.
  package var steps: Int?

  package init() {}

  /// A recording that begins within so many microseconds of 0 has its own beginning there.
  private static let nearZero: Int64 = 100_000

  /// Steps that a recording then has, where the rule says so.
  package var fixedSteps: Int? {
    switch rule {
    case .timeBins(let count), .eventBins(let count): count
    case .timeWindow, .eventCount: nil
    }
  }

  /// Length of a step; nil: recordings have steps of their own lengths.
  package var secondsPerStep: Double? { if case .timeWindow(let length) = rule { Double(length) / 1e6 } else { nil } }

  /// The step of an event; below 0 and beyond the last step are events that no step has.
  /// - Parameters:
  ///   - number: how many events of the recording came before.
  ///   - extent: of the whole recording.
  func step(_ event: Event, number: Int, _ extent: EventExtent) -> Int {
    switch rule {
    case .timeWindow(let length):
      let start = (0..<EventBinning.nearZero).contains(extent.first) ? 0 : extent.first
      return Int((event.time - start) / Int64(length))
    case .eventCount(let count): return number / count
    case .timeBins(let count):
      let span = extent.last - extent.first + 1
      return Int(Double(event.time - extent.first) / Double(span) * Double(count))
    case .eventBins(let count):
      // As many events in each, the rest in the last.
      return min(count - 1, number / max(1, extent.count / count))
    }
  }
}

extension EventBinning {
  /// What a network and the command line say.
  package static let parameters: [Parameter] = [.timeWindow, .eventCount, .timeBins, .eventBins, .atMostOne]
}

extension EventBinning {
  /// Takes a parameter's value.
  package mutating func set(_ parameter: Parameter, to value: ParameterValue) {
    switch (parameter.key, value) {
    case (Parameter.timeWindow.key, .integer(let value)): rule = .timeWindow(value)
    case (Parameter.eventCount.key, .integer(let value)): rule = .eventCount(value)
    case (Parameter.timeBins.key, .integer(let value)): rule = .timeBins(value)
    case (Parameter.eventBins.key, .integer(let value)): rule = .eventBins(value)
    case (Parameter.atMostOne.key, .flag(let value)): atMostOne = value
    default: break
    }
  }
}

extension Parameter {
  static let timeWindow = Parameter(
    "timeWindow", .integer(1...1_000_000_000), unit: "us", standard: .integer(1000), source: "tonic",
    "Events: microseconds of a step.")
  static let eventCount = Parameter(
    "eventCount", .integer(1...1_000_000_000), unit: "events", standardText: "none", source: "tonic",
    "Events: so many in a step.")
  static let timeBins = Parameter(
    "timeBins", option: "n-time-bins", .integer(ActiveWindow.steps), unit: "steps", standardText: "none",
    source: "tonic",
    "Events: so many steps of equal length.")
  static let eventBins = Parameter(
    "eventBins", option: "n-event-bins", .integer(ActiveWindow.steps), unit: "steps", standardText: "none",
    source: "tonic",
    "Events: so many steps of equal numbers of events.")
  static let atMostOne = Parameter(
    "atMostOne", .flag, standard: .flag(false), "Events: a pixel spikes once in a step, however many events it has.")
}
