/// Values of samples most of which are 0: those that are not, sample after sample.
package struct SparseSamples: Sendable, Equatable {
  /// Where each sample's entries begin, and where the last one's end.
  private var starts = [0]
  /// In a sample, ascending.
  private(set) var places: [UInt64] = []
  private(set) var values: [UInt16] = []

  package init() {}

  package var count: Int { starts.count - 1 }
  /// Where the entries of the first samples end.
  func end(ofFirst samples: Int) -> Int { starts[samples] }

  private func entries(of sample: Int) -> Range<Int> { starts[sample]..<starts[sample + 1] }

  /// Adds a sample of counts.
  mutating func append(_ counts: [(place: UInt64, count: UInt16)]) {
    for entry in counts {
      places.append(entry.place)
      values.append(entry.count)
    }
    starts.append(places.count)
  }

  /// Appends all values of a sample, those that are 0 too.
  func spread(_ sample: Int, count: Int, into result: inout [Double]) {
    let first = result.count
    result += repeatElement(0, count: count)
    for entry in entries(of: sample) where places[entry] < count {
      result[first + Int(places[entry])] = Double(values[entry])
    }
  }

  /// The first samples.
  func prefix(_ samples: Int) -> SparseSamples {
    var first = self
    first.starts = Array(starts.prefix(samples + 1))
    let end = first.starts.last ?? 0
    first.places = Array(places.prefix(end))
    first.values = Array(values.prefix(end))
    return first
  }
}
