/// The candidate that a mistyped word most likely means, for "did you mean" messages; nil where none is near.
///
/// Near is an edit distance of at most a third of the longer word's length, at least 1 and at most 3, or else being the only
/// candidate that begins with the word (of two letters or more); letter case does not count. Of equally near candidates the
/// first is taken, so the order of `candidates` decides.
package func closest(to word: String, in candidates: some Sequence<String>) -> String? {
  // Nobody mistypes 64 characters; the limit keeps hostile input from costing time.
  guard !word.isEmpty, word.utf8.count <= 64 else { return nil }
  let typed = Array(word.lowercased().unicodeScalars)
  var best: (candidate: String, distance: Int)?
  for candidate in candidates where candidate.utf8.count <= 64 {
    let other = Array(candidate.lowercased().unicodeScalars)
    let limit = Swift.max(1, Swift.min(3, Swift.max(typed.count, other.count) / 3))
    let distance = editDistance(typed, other)
    // A one-letter word is one edit away from every other one-letter word: that is no likeness.
    guard distance <= limit, distance < Swift.max(typed.count, other.count) else { continue }
    if distance < best?.distance ?? Int.max { best = (candidate, distance) }
  }
  if let best { return best.candidate }
  let longer = candidates.filter { $0.lowercased().hasPrefix(word.lowercased()) }
  return typed.count > 1 && longer.count == 1 ? longer.first : nil
}

/// Damerau-Levenshtein distance in its optimal-string-alignment form: insertions, deletions, substitutions and swaps of
/// neighbours cost 1 each, and no part is edited twice (Damerau 1964; Levenshtein 1966).
/// - Complexity: O(a * b) time, O(b) space.
func editDistance<Element: Equatable>(_ a: [Element], _ b: [Element]) -> Int {
  if a.isEmpty || b.isEmpty { return a.count + b.count }
  var beforeLast = [Int](repeating: 0, count: b.count + 1)
  var last = Array(0...b.count)
  for i in 1...a.count {
    var row = [i]
    row.reserveCapacity(b.count + 1)
    for j in 1...b.count {
      var cost = Swift.min(
        last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1))
      if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
        cost = Swift.min(cost, beforeLast[j - 2] + 1)
      }
      row.append(cost)
    }
    beforeLast = last
    last = row
  }
  return last[b.count]
}
