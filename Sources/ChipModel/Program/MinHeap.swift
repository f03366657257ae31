/// A binary heap of what is to be taken by time, and at the same time by order: the least comes out first.
///
/// Not generic: without specialisation across modules each comparison would go through a table.
package struct MinHeap: Sendable {
  package struct Entry: Sendable {
    package var time: Double
    package var order: Int
    package var item: Int

    package init(time: Double = 0, order: Int, item: Int) {
      (self.time, self.order, self.item) = (time, order, item)
    }

    fileprivate func isBefore(_ other: Entry) -> Bool {
      time != other.time ? time < other.time : order < other.order
    }
  }

  private var entries: [Entry] = []

  package init() {}

  package mutating func push(_ entry: Entry) {
    entries.append(entry)
    var hole = entries.count - 1
    while hole > 0, entry.isBefore(entries[(hole - 1) / 2]) {
      entries[hole] = entries[(hole - 1) / 2]
      hole = (hole - 1) / 2
    }
    entries[hole] = entry
  }

  /// The least entry; nil where there is none.
  package mutating func pop() -> Entry? {
    guard let first = entries.first else { return nil }
    let last = entries.removeLast()
    if entries.isEmpty { return first }
    var hole = 0
    while true {
      var child = 2 * hole + 1
      guard child < entries.count else { break }
      if child + 1 < entries.count, entries[child + 1].isBefore(entries[child]) { child += 1 }
      guard entries[child].isBefore(last) else { break }
      entries[hole] = entries[child]
      hole = child
    }
    entries[hole] = last
    return first
  }
}
