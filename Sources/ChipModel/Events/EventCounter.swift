/// How long a recording is, which its steps depend on.
struct EventExtent {
  /// Microseconds of the earliest and the latest event.
  private(set) var first = Int64.max
  private(set) var last = Int64.min
  private(set) var count = 0

  mutating func add(_ events: [Event]) {
    for event in events { (first, last) = (min(first, event.time), max(last, event.time)) }
    count += events.count
  }
}

/// Counts the events of each neuron in each step of a recording that comes piece by piece. Memory grows with the pairs of
/// neuron and step that have events, not with the events.
struct EventCounter {
  /// Steps that the recording has.
  private(set) var longest = 1
  /// Counts of all events but the latest, ascending.
  private var counted: [(place: UInt64, count: UInt16)] = []
  /// Neuron and step of the latest.
  private var places: [UInt64] = []
  private var number = 0
  private let binning: EventBinning
  private let shape: [Int]
  private let extent: EventExtent
  private let size: UInt64
  private let last: Int
  private let together: Int

  /// - Parameters:
  ///   - shape: of the network's input.
  ///   - together: events that are counted at once, at least; 8 MiB.
  init(_ binning: EventBinning, shape: [Int], _ extent: EventExtent, together: Int = 1 << 20) {
    (self.binning, self.shape, self.extent, self.together) = (binning, shape, extent, together)
    size = UInt64(shape.reduce(1, *))
    last = min(binning.fixedSteps ?? binning.steps ?? ActiveWindow.steps.upperBound, ActiveWindow.steps.upperBound)
  }

  mutating func add(_ events: [Event]) throws(FormatError) {
    for event in events {
      let neuron = try neuron(event)
      let step = binning.step(event, number: number, extent)
      number += 1
      guard step >= 0, step < last else { continue }
      longest = max(longest, step + 1)
      places.append(UInt64(step) * size + UInt64(neuron))
    }
    if places.count >= max(together, counted.count) { count() }
  }

  /// In a sample, ascending.
  mutating func counts() -> [(place: UInt64, count: UInt16)] {
    count()
    return counted
  }

  private mutating func count() {
    places.sort()
    var result: [(place: UInt64, count: UInt16)] = []
    result.reserveCapacity(counted.count)
    var next = 0
    for place in places {
      while next < counted.count, counted[next].place <= place {
        result.append(counted[next])
        next += 1
      }
      if result.last?.place != place {
        result.append((place, 1))
      } else if !binning.atMostOne, result[result.count - 1].count < .max {
        result[result.count - 1].count += 1
      }
    }
    result += counted[next...]
    (counted, places) = (result, [])
  }

  private func neuron(_ event: Event) throws(FormatError) -> Int {
    let (channels, height, width) = shape.count == 3 ? (shape[0], shape[1], shape[2]) : (1, 1, shape[0])
    guard event.x < width, event.y < height else {
      throw FormatError(
        "an event at column \(event.x), row \(event.y), the network's input has \(width) columns and \(height) "
          + "rows; give recordings of such a sensor")
    }
    guard channels <= 2 else {
      throw FormatError("events have 2 polarities, the network's input has \(channels) channels; give counts as .npy")
    }
    return ((channels == 2 ? event.polarity : 0) * height + event.y) * width + event.x
  }
}

extension EventBinning {
  /// How many events each neuron has in each step.
  /// - Parameter longest: grows to the steps that the recording has.
  package func counts(_ events: [Event], shape: [Int], longest: inout Int) throws(FormatError) -> [(
    place: UInt64, count: UInt16
  )] {
    var extent = EventExtent()
    extent.add(events)
    var counter = EventCounter(self, shape: shape, extent)
    try counter.add(events)
    longest = max(longest, counter.longest)
    return counter.counts()
  }
}
